/* test_store_items.c - setting states: revisions, refusals, batches. */
#include "store_fixture.h"

#include <errno.h>
#include <sqlite3.h>

#include "store/store_sql.h"

static const char two_items[] = "- one\n- two";

static void an_item_starts_as_todo_with_a_valid_id(void **state)
{
    struct folder *folder = *state;
    cleanup_note struct note note;
    note_read(&note, two_items);
    sync_note(folder->store, "zh/gc", &note);
    assert_int_equal(note.items[0].state, ITEM_TODO);
    assert_false(note.items[0].changed);
    assert_true(id_is_valid(note.items[0].id));
    assert_string_not_equal(note.items[0].id, note.items[1].id);
}

static void an_item_written_as_checked_starts_as_done_and_only_then(void **state)
{
    struct folder *folder = *state;
    cleanup_note struct note note;
    note_read(&note, two_items);
    note.items[0].checked = true;
    sync_note(folder->store, "zh/gc", &note);
    assert_int_equal(note.items[0].state, ITEM_DONE);
    set_item(folder->store, note.items[0].id, ITEM_TODO);
    sync_note(folder->store, "zh/gc", &note);
    assert_int_equal(note.items[0].state, ITEM_TODO);
}

static void each_change_of_state_raises_the_revision_by_one(void **state)
{
    struct folder *folder = *state;
    cleanup_note struct note note;
    uint64_t before, after;
    note_read(&note, two_items);
    sync_note(folder->store, "zh/gc", &note);
    must(store_revision(folder->store, &before, why));
    assert_int_equal(set_item(folder->store, note.items[0].id, ITEM_DONE), before + 1);
    assert_int_equal(set_item(folder->store, note.items[1].id, ITEM_SHAKY), before + 2);
    assert_int_equal(set_item(folder->store, note.items[0].id, ITEM_TODO), before + 3);
    must(store_revision(folder->store, &after, why));
    assert_int_equal(after, before + 3);
}

static void setting_the_same_state_changes_nothing(void **state)
{
    struct folder *folder = *state;
    cleanup_note struct note note;
    note_read(&note, two_items);
    sync_note(folder->store, "zh/gc", &note);
    uint64_t revision = set_item(folder->store, note.items[0].id, ITEM_DONE);
    assert_int_equal(set_item(folder->store, note.items[0].id, ITEM_DONE), revision);
}

static void states_and_the_revision_outlive_the_process(void **state)
{
    struct folder *folder = *state;
    cleanup_note struct note note;
    uint64_t after;
    note_read(&note, two_items);
    sync_note(folder->store, "zh/gc", &note);
    uint64_t revision = set_item(folder->store, note.items[1].id, ITEM_SHAKY);
    reopen_store(folder);
    sync_note(folder->store, "zh/gc", &note);
    assert_int_equal(note.items[1].state, ITEM_SHAKY);
    must(store_revision(folder->store, &after, why));
    assert_int_equal(after, revision);
}

static void an_unknown_id_is_refused_and_the_batch_goes_on(void **state)
{
    struct folder *folder = *state;
    cleanup_note struct note note;
    struct err err = {0};
    uint64_t revision;
    note_read(&note, two_items);
    sync_note(folder->store, "zh/gc", &note);
    assert_int_equal(store_begin(folder->store), 0);
    must(store_item_set(folder->store, note.items[0].id, ITEM_DONE, 1, &revision, why));
    assert_int_equal(store_item_set(folder->store, "0123456789abcdef0123456789abcdef", ITEM_DONE, 1,
                                    &revision, &err),
                     -ENOENT);
    assert_int_equal(store_item_set(folder->store, "' OR 1 --", ITEM_DONE, 1, &revision, &err),
                     -ENOENT);
    assert_int_equal(store_commit(folder->store), 0);
    sync_note(folder->store, "zh/gc", &note);
    assert_int_equal(note.items[0].state, ITEM_DONE);
    assert_int_equal(note.items[1].state, ITEM_TODO);
}

static void an_item_that_is_gone_is_refused_and_its_topic_is_known(void **state)
{
    struct folder *folder = *state;
    cleanup_note struct note note;
    struct err err = {0};
    uint64_t revision;
    note_read(&note, two_items);
    sync_note(folder->store, "zh/gc", &note);
    assert_int_equal(store_begin(folder->store), 0);
    must(store_sync_end(folder->store, NULL, 0, why));
    assert_int_equal(store_item_set(folder->store, note.items[0].id, ITEM_DONE, 1, &revision, &err),
                     -ESTALE);
    char *topic = NULL;
    must(store_item_topic(folder->store, note.items[0].id, &topic, why));
    assert_string_equal(topic, "gc");
    free(topic);
    assert_int_equal(store_item_topic(folder->store, "' OR 1 --", &topic, &err), -ENOENT);
    assert_int_equal(store_commit(folder->store), 0);
}

static void nothing_is_written_outside_a_batch(void **state)
{
    struct folder *folder = *state;
    cleanup_note struct note note;
    struct err err = {0};
    uint64_t revision;
    note_read(&note, two_items);
    sync_note(folder->store, "zh/gc", &note);
    assert_int_equal(store_item_set(folder->store, note.items[0].id, ITEM_DONE, 1, &revision, &err),
                     -EPERM);
    struct store_sync sync = {
        .topic = "gc", .file = "zh/x", .items = note.items, .n_items = note.n};
    assert_int_equal(store_sync_file(folder->store, &sync, &err), -EPERM);
    assert_int_equal(store_sync_end(folder->store, NULL, 0, &err), -EPERM);
}

/* Closes the store and reads one number from its database. */
static int64_t close_and_ask(struct folder *folder, const char *sql)
{
    char path[256];
    sqlite3 *db;
    sqlite3_stmt *stmt;
    store_close(folder->store);
    folder->store = NULL;
    in_folder(folder, "prepd.db", path);
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    int64_t value = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return value;
}

static void every_change_is_in_the_history(void **state)
{
    struct folder *folder = *state;
    cleanup_note struct note note;
    note_read(&note, two_items);
    sync_note(folder->store, "zh/gc", &note);
    set_item(folder->store, note.items[0].id, ITEM_DONE);
    set_item(folder->store, note.items[0].id, ITEM_DONE);
    set_item(folder->store, note.items[0].id, ITEM_TODO);
    assert_int_equal(close_and_ask(folder, "SELECT count(*) FROM ticks WHERE at = 1000"), 2);
}

/*** Ticks that the items' rows do not show yet ***/

static void states_are_right_after_more_ticks_than_are_kept_unfolded(void **state)
{
    struct folder *folder = *state;
    cleanup_note struct note note;
    note_read(&note, "# A\n- one\n- two\n- three");
    sync_note(folder->store, "zh/gc", &note);
    uint64_t revision = 0;
    assert_int_equal(store_begin(folder->store), 0);
    for (unsigned turn = 0; turn < 3000; turn++)
        must(store_item_set(folder->store, note.items[turn % 3].id,
                            turn / 3 % 2 ? ITEM_DONE : ITEM_SHAKY, 1000, &revision, why));
    assert_int_equal(store_commit(folder->store), 0);
    assert_int_equal(revision, 3000);
    set_item(folder->store, note.items[1].id, ITEM_TODO);
    reopen_store(folder);
    sync_note(folder->store, "zh/gc", &note);
    assert_int_equal(note.items[0].state, ITEM_DONE);
    assert_int_equal(note.items[1].state, ITEM_TODO);
    assert_int_equal(note.items[2].state, ITEM_DONE);
}

static void a_batch_rolled_back_leaves_the_states_before_it(void **state)
{
    struct folder *folder = *state;
    cleanup_note struct note note;
    uint64_t revision;
    note_read(&note, two_items);
    sync_note(folder->store, "zh/gc", &note);
    uint64_t before = set_item(folder->store, note.items[0].id, ITEM_SHAKY);
    assert_int_equal(store_begin(folder->store), 0);
    must(store_item_set(folder->store, note.items[0].id, ITEM_DONE, 1000, &revision, why));
    folder->store->doomed = -EIO; /* as after a write that failed */
    assert_int_equal(store_commit(folder->store), -EIO);
    /* had the store still believed in DONE, this would change nothing, and be lost */
    assert_int_equal(set_item(folder->store, note.items[0].id, ITEM_DONE), before + 1);
    reopen_store(folder);
    sync_note(folder->store, "zh/gc", &note);
    assert_int_equal(note.items[0].state, ITEM_DONE);
}

static void a_tick_is_one_row_until_the_notes_are_read_again(void **state)
{
    struct folder *folder = *state;
    cleanup_note struct note note;
    note_read(&note, two_items);
    sync_note(folder->store, "zh/gc", &note);
    set_item(folder->store, note.items[0].id, ITEM_DONE);
    assert_int_equal(close_and_ask(folder, "SELECT count(*) FROM items WHERE state = 'done'"), 0);
    open_store(folder);
    sync_note(folder->store, "zh/gc", &note);
    assert_int_equal(close_and_ask(folder, "SELECT set_at FROM items WHERE state = 'done'"), 1000);
}

/* The write-ahead log as it lies on the disk. */
static uint64_t hash_of_log(const struct folder *folder)
{
    char path[256];
    cleanup_free char *bytes = NULL;
    size_t len;
    in_folder(folder, "prepd.db-wal", path);
    must(file_read(path, 1 << 24, 0, &bytes, &len, why));
    return hash_bytes(bytes, len);
}

static void an_unchanged_file_writes_nothing(void **state)
{
    struct folder *folder = *state;
    cleanup_note struct note note;
    note_read(&note, "# A\n- one ^x\n- two\n# B\n- two");
    sync_note(folder->store, "zh/gc", &note);
    uint64_t before = hash_of_log(folder);
    sync_note(folder->store, "zh/gc", &note);
    assert_int_equal(hash_of_log(folder), before);
    set_item(folder->store, note.items[0].id, ITEM_DONE);
    assert_int_not_equal(hash_of_log(folder), before);
}

static void state_names_are_told_apart(void **state)
{
    (void)state;
    enum item_state read;
    for (enum item_state s = ITEM_TODO; s <= ITEM_DONE; s++) {
        assert_int_equal(item_state_from_name(item_state_name(s), &read), 0);
        assert_int_equal(read, s);
    }
    assert_int_equal(item_state_from_name("Done", &read), -EINVAL);
    assert_int_equal(item_state_from_name("", &read), -EINVAL);
}

/*** What it read, and which day ***/

/* NULL, or what the first item read when it was ticked; freed by the caller. */
static char *was_of(struct store *store, const struct note *note)
{
    char *was = NULL;
    must(store_item_was(store, "zh/gc", note->items[0].id, &was, why));
    return was;
}

static void an_item_reworded_since_it_was_ticked_tells_what_it_read(void **state)
{
    struct store *store = ((struct folder *)*state)->store;
    cleanup_note struct note then, now;
    note_read(&then, "- marking begins at the trigger\n- two");
    sync_note(store, "zh/gc", &then);
    set_item(store, then.items[0].id, ITEM_DONE);
    assert_null(was_of(store, &then));
    note_read(&now, "- marking begins at the goal\n- two");
    sync_note(store, "zh/gc", &now);
    assert_string_equal(now.items[0].id, then.items[0].id);
    cleanup_free char *was = was_of(store, &now);
    assert_string_equal(was, "marking begins at the trigger");
    set_item(store, now.items[0].id, ITEM_DONE);
    assert_null(was_of(store, &now));
}

static void what_an_item_read_in_another_file_is_not_known(void **state)
{
    struct folder *folder = *state;
    cleanup_note struct note note;
    char *was = NULL;
    note_read(&note, two_items);
    sync_note(folder->store, "zh/gc", &note);
    assert_int_equal(store_item_was(folder->store, "en/gc", note.items[0].id, &was, NULL), -ENOENT);
}

static void set_at(struct store *store, const char *id, enum item_state to, int64_t wall_ms)
{
    uint64_t revision;
    assert_int_equal(store_begin(store), 0);
    must(store_item_set(store, id, to, wall_ms, &revision, why));
    assert_int_equal(store_commit(store), 0);
}

static int write_day(const struct store_day *day, void *ud)
{
    text_printf(ud, "%s: %zu items, %zu runs\n", day->date, day->items, day->runs);
    return 0;
}

static void add_run(struct store *store, char digit, int64_t started_ms)
{
    struct store_run run = {.demo = "gc", .params = (char[]){"{}"}, .started_ms = started_ms};
    memset(run.id, digit, ID_SIZE - 1);
    assert_int_equal(store_begin(store), 0);
    must(store_run_start(store, &run, why));
    assert_int_equal(store_commit(store), 0);
}

static void days_count_items_once_and_runs_but_not_what_was_taken_back(void **state)
{
    enum { HOUR = 3600000 };
    const int64_t noon = 1700000000000 / (24 * HOUR) * (24 * HOUR) + 12 * HOUR; /* 2023-11-14 */
    struct store *store = ((struct folder *)*state)->store;
    cleanup_note struct note note;
    cleanup_text struct text days = {0};
    setenv("TZ", "UTC", 1);
    note_read(&note, "- one\n- two\n- three");
    note.items[2].checked = true; /* by the file, not by the reader */
    sync_note(store, "zh/gc", &note);
    set_at(store, note.items[0].id, ITEM_SHAKY, noon - 48 * HOUR); /* before */
    set_at(store, note.items[0].id, ITEM_DONE, noon);
    set_at(store, note.items[0].id, ITEM_TODO, noon + 1);
    set_at(store, note.items[0].id, ITEM_SHAKY, noon + 2);
    set_at(store, note.items[1].id, ITEM_DONE, noon + 3);
    set_at(store, note.items[1].id, ITEM_TODO, noon + 24 * HOUR); /* nothing done */
    add_run(store, 'a', noon + 4);
    add_run(store, 'b', noon + 48 * HOUR);
    must(store_days(store, noon - 24 * HOUR, write_day, &days, why));
    assert_string_equal(days.data, "2023-11-14: 2 items, 1 runs\n2023-11-16: 0 items, 1 runs\n");
}

#define with_store(f) cmocka_unit_test_setup_teardown(f, store_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_store(an_item_starts_as_todo_with_a_valid_id),
        with_store(an_item_written_as_checked_starts_as_done_and_only_then),
        with_store(each_change_of_state_raises_the_revision_by_one),
        with_store(setting_the_same_state_changes_nothing),
        with_store(states_and_the_revision_outlive_the_process),
        with_store(an_unknown_id_is_refused_and_the_batch_goes_on),
        with_store(an_item_that_is_gone_is_refused_and_its_topic_is_known),
        with_store(nothing_is_written_outside_a_batch),
        with_store(every_change_is_in_the_history),
        with_store(states_are_right_after_more_ticks_than_are_kept_unfolded),
        with_store(a_batch_rolled_back_leaves_the_states_before_it),
        with_store(a_tick_is_one_row_until_the_notes_are_read_again),
        with_store(an_unchanged_file_writes_nothing),
        with_store(an_item_reworded_since_it_was_ticked_tells_what_it_read),
        with_store(what_an_item_read_in_another_file_is_not_known),
        with_store(days_count_items_once_and_runs_but_not_what_was_taken_back),
        cmocka_unit_test(state_names_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
