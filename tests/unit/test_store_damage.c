/* test_store_damage.c - database files that something else has written to. */
#include "store_fixture.h"

#include <errno.h>

static void an_empty_database_is_new_without_backups_and_lost_with_them(void **state)
{
    struct folder *folder = *state;
    char path[256];
    write_database(folder, "", 0);
    open_store(folder);
    reopen_store(folder); /* makes the first daily backup */
    store_close(folder->store);
    folder->store = NULL;
    write_database(folder, "", 0);
    expect_refused(folder, EBADMSG, "backups/prepd-");
    in_folder(folder, "prepd.db", path);
    unlink(path);
    expect_refused(folder, EBADMSG, "missing");
    assert_int_equal(access(path, F_OK), -1);
}

static void a_damaged_header_is_refused_and_left_as_it_is(void **state)
{
    struct folder *folder = *state;
    size_t len, after_len;
    fill_and_close(folder);
    cleanup_free char *bytes = read_database(folder, &len);
    memset(bytes, 'x', 16);
    write_database(folder, bytes, len);
    expect_refused(folder, EBADMSG, "prepd.db");
    cleanup_free char *after = read_database(folder, &after_len);
    assert_int_equal(after_len, len);
    assert_memory_equal(after, bytes, len);
}

static void a_truncated_file_is_refused(void **state)
{
    struct folder *folder = *state;
    size_t len;
    fill_and_close(folder);
    cleanup_free char *bytes = read_database(folder, &len);
    write_database(folder, bytes, len / 2);
    expect_refused(folder, EBADMSG, "prepd.db");
    write_database(folder, bytes, 50);
    expect_refused(folder, EBADMSG, "prepd.db");
}

/* One byte of the text "one", which stands in the table and in its index. */
static void one_changed_byte_of_a_text_is_found(void **state)
{
    struct folder *folder = *state;
    cleanup_note struct note note;
    size_t len;
    open_store(folder);
    note_read(&note, "- a text to be found in the file\n- two");
    sync_note(folder->store, "zh/gc", &note);
    store_close(folder->store);
    folder->store = NULL;
    cleanup_free char *bytes = read_database(folder, &len);
    char *at = memmem(bytes, len, "a text to be found", 18);
    assert_non_null(at);
    *at ^= 1;
    write_database(folder, bytes, len);
    expect_refused(folder, EBADMSG, "prepd.db");
}

/* Whatever byte is damaged: refused, or opened with the tick that was stored. Never a crash, never
 * another answer. */
static void no_damaged_byte_gives_another_answer(void **state)
{
    struct folder *folder = *state;
    cleanup_note struct note note;
    size_t len, refused = 0;
    unsigned random = 1;
    fill_and_close(folder);
    cleanup_free char *bytes = read_database(folder, &len);
    for (int round = 0; round < 60; round++) {
        size_t at;
        do { /* most of the file is empty space, whose damage means nothing */
            random = random * 1103515245u + 12345u;
            at = (random >> 8) % len;
        } while (bytes[at] == 0);
        char saved = bytes[at];
        bytes[at] ^= (char)(1 + random % 255);
        write_database(folder, bytes, len);
        bytes[at] = saved;
        if (store_open(folder->path, &folder->store, NULL) < 0) {
            refused++;
            continue;
        }
        note_read(&note, "- one\n- two");
        sync_note(folder->store, "zh/gc", &note);
        assert_int_equal(note.items[0].state, ITEM_DONE);
        assert_int_equal(note.items[1].state, ITEM_TODO);
        note_free(&note);
        note.bytes = NULL;
        store_close(folder->store);
        folder->store = NULL;
    }
    assert_true(refused > 0);
    note_read(&note, "");
}

static void a_log_of_garbage_is_passed_over(void **state)
{
    struct folder *folder = *state;
    cleanup_note struct note note;
    char path[256];
    fill_and_close(folder);
    in_folder(folder, "prepd.db-wal", path);
    FILE *file = fopen(path, "w");
    for (int i = 0; i < 9999; i++)
        fputc(i * 7 % 251, file);
    fclose(file);
    open_store(folder);
    note_read(&note, "- one\n- two");
    sync_note(folder->store, "zh/gc", &note);
    assert_int_equal(note.items[0].state, ITEM_DONE);
}

#define in_a_folder(f) cmocka_unit_test_setup_teardown(f, folder_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_a_folder(an_empty_database_is_new_without_backups_and_lost_with_them),
        in_a_folder(a_damaged_header_is_refused_and_left_as_it_is),
        in_a_folder(a_truncated_file_is_refused),
        in_a_folder(one_changed_byte_of_a_text_is_found),
        in_a_folder(no_damaged_byte_gives_another_answer),
        in_a_folder(a_log_of_garbage_is_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
