/* test_notes_library.c - from folders to topics. */
#include "library_fixture.h"

#include "base/util.h"

static const struct note_file *file_of(const struct library *library, const char *slug,
                                       enum lang lang)
{
    const struct topic *topic = library_topic(library, slug);
    if (!topic)
        fail_msg("no topic %s", slug);
    return topic_file(topic, lang);
}

/*** Names, order, languages ***/

static void numbered_notes_come_first_and_in_order(void **state)
{
    struct place *place = *state;
    place_write(place, "10-last.md", "# J\n");
    place_write(place, "2-second.md", "# B\n");
    place_write(place, "01-first.markdown", "# A\n");
    place_write(place, "zebra.md", "# Z\n");
    place_write(place, "apple.txt", "# P\n");
    place_write(place, "03-.md", "# no slug but its name\n");
    struct library *library = place_scan(place, "b", NULL);
    assert_slugs(library, "first second last 03- apple zebra");
    library_free(library);
}

static void the_same_slug_in_both_languages_is_one_topic(void **state)
{
    struct place *place = *state;
    place_folder(place, "zh");
    place_folder(place, "en");
    place_write(place, "zh/02-gc.md", "# 回收\n");
    place_write(place, "en/07-gc.md", "# Collection\n");
    place_write(place, "zh/01-map.md", "# 映射\n");
    place_write(place, "en/03-net.md", "text\n");
    struct library *library = place_scan(place, "", NULL);
    assert_slugs(library, "map gc net");
    const struct topic *gc = library_topic(library, "gc");
    assert_string_equal(gc->title[LANG_ZH], "回收");
    assert_string_equal(gc->title[LANG_EN], "Collection");
    assert_string_equal(gc->file[LANG_ZH]->key, "zh/gc");
    assert_string_equal(gc->file[LANG_EN]->key, "en/gc");
    const struct topic *map = library_topic(library, "map");
    assert_null(map->file[LANG_EN]);
    assert_ptr_equal(topic_file(map, LANG_EN), map->file[LANG_ZH]);
    assert_string_equal(map->title[LANG_EN], "映射");
    assert_string_equal(library_topic(library, "net")->title[LANG_ZH], "net");
    assert_null(library_topic(library, "nosuch"));
    library_free(library);
}

static void a_flat_books_languages_are_guessed_from_the_text(void **state)
{
    struct place *place = *state;
    place_write(place, "a.md", "这是一篇关于 garbage collection 的笔记\n");
    place_write(place, "b.md",
                "This note quotes one word, 锁, and goes on in English for long enough to tell.\n");
    struct library *library = place_scan(place, "book2", NULL);
    assert_int_equal(file_of(library, "a", LANG_EN)->lang, LANG_ZH);
    assert_int_equal(file_of(library, "b", LANG_ZH)->lang, LANG_EN);
    assert_null(library_topic(library, "a")->file[LANG_EN]);
    assert_string_equal(file_of(library, "a", LANG_ZH)->key, "book2/a");
    library_free(library);
}

static void a_book_may_be_one_file_of_any_extension(void **state)
{
    struct place *place = *state;
    place_write(place, "notes.org", "### 第一\n- [ ] x\n");
    struct library_source source = {.path = place_path(place, "notes.org"), .book = "book2"};
    struct library *library;
    struct err err = {0};
    assert_int_equal(library_scan(&source, 1, NULL, &library, &err), 0);
    assert_slugs(library, "notes");
    assert_string_equal(file_of(library, "notes", LANG_ZH)->key, "book2/notes");
    assert_string_equal(library_topic(library, "notes")->title[LANG_ZH], "第一");
    library_free(library);
}

static void a_slug_that_is_taken_gets_a_number(void **state)
{
    struct place *place = *state;
    place_write(place, "01-gc.md", "# 1\n");
    place_write(place, "02-gc.md", "# 2\n");
    place_write(place, "gc.txt", "# 3\n");
    struct library_source sources[] = {{.path = place->root, .book = ""},
                                       {.path = place->root, .book = "b"}};
    struct library *library;
    struct err err = {0};
    assert_int_equal(library_scan(sources, 2, NULL, &library, &err), 0);
    assert_slugs(library, "gc gc-2 gc-3 gc-4 gc-2-2 gc-3-2");
    assert_string_equal(file_of(library, "gc-4", LANG_EN)->key, "b/gc");
    assert_string_equal(file_of(library, "gc-2-2", LANG_EN)->key, "b/gc-2");
    library_free(library);
}

static void a_key_outlives_renumbering(void **state)
{
    struct place *place = *state;
    place_write(place, "01-gc.md", "# 1\n");
    struct library *before = place_scan(place, "b", NULL);
    char from[256];
    strcpy(from, place_path(place, "01-gc.md"));
    assert_int_equal(rename(from, place_path(place, "09-gc.md")), 0);
    struct library *after = place_scan(place, "b", before);
    assert_string_equal(file_of(before, "gc", LANG_EN)->key, file_of(after, "gc", LANG_EN)->key);
    assert_non_null(strstr(file_of(after, "gc", LANG_EN)->path, "09-gc.md"));
    library_free(before);
    library_free(after);
}

/*** What is passed over ***/

static void what_is_no_note_is_passed_over(void **state)
{
    struct place *place = *state;
    place_write(place, "ok.md", "# ok\n");
    place_write(place, ".hidden.md", "# no\n");
    place_write(place, "program.c", "# no\n");
    place_write(place, "backup.md~", "# no\n");
    place_write(place, "bad\xff.md", "# no\n");
    place_write(place, "line\nbreak.md", "# no\n");
    place_folder(place, "folder.md");
    place_folder(place, "sub");
    place_write(place, "sub/deeper.md", "# no\n");
    assert_int_equal(mkfifo(place_path(place, "fifo.md"), 0600), 0);
    assert_int_equal(symlink("/dev/zero", place_path(place, "device.md")), 0);
    struct library *library = place_scan(place, "", NULL);
    assert_slugs(library, "ok");
    library_free(library);
}

static void a_link_is_followed_inside_the_book_only(void **state)
{
    struct place *place = *state;
    place_folder(place, "book");
    place_write(place, "secret.md", "# secret\n");
    place_write(place, "book/real.md", "# real\n");
    assert_int_equal(symlink("real.md", place_path(place, "book/inside.md")), 0);
    assert_int_equal(symlink("../secret.md", place_path(place, "book/above.md")), 0);
    assert_int_equal(symlink("/etc/hostname", place_path(place, "book/absolute.md")), 0);
    assert_int_equal(symlink("loop.md", place_path(place, "book/loop.md")), 0);
    assert_int_equal(symlink("gone.md", place_path(place, "book/dangling.md")), 0);
    struct library_source source = {.path = place_path(place, "book"), .book = ""};
    struct library *library;
    struct err err = {0};
    assert_int_equal(library_scan(&source, 1, NULL, &library, &err), 0);
    assert_slugs(library, "inside real");
    library_free(library);
}

static void a_language_folder_that_leads_out_is_no_part_of_the_book(void **state)
{
    struct place *place = *state;
    place_folder(place, "book");
    place_folder(place, "elsewhere");
    place_write(place, "elsewhere/secret.md", "# secret\n");
    place_write(place, "book/flat.md", "# flat\n");
    assert_int_equal(symlink("../elsewhere", place_path(place, "book/zh")), 0);
    struct library_source source = {.path = place_path(place, "book"), .book = ""};
    struct library *library;
    struct err err = {0};
    assert_int_equal(library_scan(&source, 1, NULL, &library, &err), 0);
    assert_slugs(library, "flat");
    library_free(library);
}

/*** What cannot be parsed ***/

static void a_note_with_a_problem_is_still_a_topic(void **state)
{
    struct place *place = *state;
    static char large[NOTE_BYTES_MAX + 1];
    memset(large, 'a', sizeof large);
    place_write_bytes(place, "1-binary.md", "a\0b", 3);
    place_write_bytes(place, "2-latin1.md", "caf\xe9\n", 5);
    place_write_bytes(place, "3-empty.md", "", 0);
    place_write_bytes(place, "4-large.md", large, sizeof large);
    struct text slow = {0};
    for (int i = 0; i < 30000; i++)
        text_puts(&slow, "[");
    for (int i = 0; i < 30000; i++)
        text_puts(&slow, "]");
    text_puts(&slow, "\n\n[a]: b\n");
    place_write_bytes(place, "5-slow.md", slow.data, slow.len);
    struct library *library = place_scan(place, "", NULL);
    assert_slugs(library, "binary latin1 empty large slow");
    static const struct {
        const char *slug;
        int code;
        bool raw;
    } expected[] = {{"binary", EINVAL, false},
                    {"latin1", EINVAL, false},
                    {"empty", EINVAL, true},
                    {"large", EFBIG, false},
                    {"slow", ETIME, true}};
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        const struct note_file *file = file_of(library, expected[i].slug, LANG_EN);
        assert_null(file->note);
        assert_int_equal(file->problem.code, expected[i].code);
        assert_int_equal(file->raw != NULL, expected[i].raw);
    }
    const struct note_file *file = file_of(library, "slow", LANG_EN);
    assert_int_equal(file->raw_len, slow.len);
    assert_memory_equal(file->raw, slow.data, slow.len);
    text_free(&slow);
    library_free(library);
}

static void a_source_that_is_missing_fails_at_first_and_is_empty_later(void **state)
{
    struct place *place = *state;
    struct library_source sources[] = {{.path = place->root, .book = ""},
                                       {.path = "/nonexistent/notes", .book = "b"}};
    struct library *library = NULL;
    struct err err = {0};
    place_write(place, "a.md", "# a\n");
    assert_int_equal(library_scan(sources, 2, NULL, &library, &err), -ENOENT);
    assert_non_null(strstr(err.text, "/nonexistent/notes"));
    struct library *first = place_scan(place, "", NULL);
    assert_int_equal(library_scan(sources, 2, first, &library, &err), 0);
    assert_slugs(library, "a");
    library_free(library);
    library_free(first);
}

/*** Scanning again ***/

static void a_note_that_did_not_change_is_shared(void **state)
{
    struct place *place = *state;
    place_write(place, "a.md", "# a\n");
    place_write(place, "b.md", "# b\n");
    struct library *first = place_scan(place, "", NULL);
    const struct note *a = file_of(first, "a", LANG_EN)->note,
                      *b = file_of(first, "b", LANG_EN)->note;
    place_write(place, "b.md", "# c\n"); /* of the same size, in the same tick of the clock */
    struct library *second = place_scan(place, "", first);
    library_free(first);
    assert_ptr_equal(file_of(second, "a", LANG_EN)->note, a);
    assert_string_equal(a->title, "a"); /* alive */
    assert_ptr_not_equal(file_of(second, "b", LANG_EN)->note, b);
    assert_string_equal(library_topic(second, "b")->title[LANG_EN], "c");
    library_free(second);
}

static void a_file_that_is_old_and_unchanged_is_not_even_read(void **state)
{
    struct place *place = *state;
    place_write(place, "a.md", "# a\n");
    struct library *first = place_scan(place, "", NULL);
    struct library *young = place_scan(place, "", first);
    assert_ptr_not_equal(file_of(young, "a", LANG_EN),
                         file_of(first, "a", LANG_EN)); /* read again, to be sure */
    sleep(3);
    struct library *old = place_scan(place, "", young);
    struct library *same = place_scan(place, "", old);
    assert_ptr_equal(file_of(same, "a", LANG_EN), file_of(old, "a", LANG_EN));
    library_free(first);
    library_free(young);
    library_free(old);
    library_free(same);
}

static void a_file_that_went_and_came_back_is_there_again(void **state)
{
    struct place *place = *state;
    place_write(place, "a.md", "# a\n");
    place_write(place, "b.md", "# b\n");
    struct library *first = place_scan(place, "", NULL);
    assert_int_equal(unlink(place_path(place, "a.md")), 0);
    struct library *second = place_scan(place, "", first);
    assert_slugs(second, "b");
    place_write(place, "a.md", "# a\n");
    struct library *third = place_scan(place, "", second);
    assert_slugs(third, "a b");
    library_free(first);
    library_free(second);
    library_free(third);
}

static void a_book_of_a_thousand_notes_is_scanned_whole(void **state)
{
    struct place *place = *state;
    struct text note = {0};
    for (int i = 0; i < 20; i++)
        text_printf(&note, "## part %d\n\ntext\n\n- [ ] item %d ^i-%d\n\n", i, i, i);
    for (int i = 0; i < 1000; i++) {
        char name[32];
        snprintf(name, sizeof name, "%04d-note%d.md", i, i);
        place_write_bytes(place, name, note.data, note.len);
    }
    struct library *library = place_scan(place, "", NULL);
    size_t n, items = 0;
    const struct topic *topics = library_topics(library, &n);
    assert_int_equal(n, 1000);
    for (size_t i = 0; i < n; i++)
        items += topic_file(&topics[i], LANG_EN)->note->n_items;
    assert_int_equal(items, 20000);
    assert_string_equal(topics[999].slug, "note999");
    library_free(library);
    text_free(&note);
}

#define test(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(numbered_notes_come_first_and_in_order),
        test(the_same_slug_in_both_languages_is_one_topic),
        test(a_flat_books_languages_are_guessed_from_the_text),
        test(a_book_may_be_one_file_of_any_extension),
        test(a_slug_that_is_taken_gets_a_number),
        test(a_key_outlives_renumbering),
        test(what_is_no_note_is_passed_over),
        test(a_link_is_followed_inside_the_book_only),
        test(a_language_folder_that_leads_out_is_no_part_of_the_book),
        test(a_note_with_a_problem_is_still_a_topic),
        test(a_source_that_is_missing_fails_at_first_and_is_empty_later),
        test(a_note_that_did_not_change_is_shared),
        test(a_file_that_is_old_and_unchanged_is_not_even_read),
        test(a_file_that_went_and_came_back_is_there_again),
        test(a_book_of_a_thousand_notes_is_scanned_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
