/* test_notes_watch.c - a change on disk is told once it is over. Each test turns the loop until
 * what it waits for has come. */
#include "library_fixture.h"

#include "base/loop.h"
#include "base/util.h"
#include "notes/library_watch.h"

enum { WAIT_MS = 20000, QUIET_ENOUGH_MS = 400 };

struct watching {
    struct loop *loop;
    struct library_watch *watch;
    int changes;
};

static void on_change(void *ud)
{
    struct watching *w = ud;
    w->changes++;
}

static void watch_path(struct watching *w, const char *path)
{
    struct library_source source = {.path = path, .book = ""};
    struct err err = {0};
    *w = (struct watching){0};
    assert_int_equal(loop_new(&w->loop, &err), 0);
    if (library_watch_new(w->loop, &source, 1, on_change, w, &w->watch, &err) < 0)
        fail_msg("%s", err.text);
}

static void watch_end(struct watching *w)
{
    library_watch_free(w->watch);
    loop_free(w->loop);
}

/* Turns the loop until there have been n changes, and fails if they do not come. */
static void wait_for_changes(struct watching *w, int n)
{
    for (int64_t end = clock_ms() + WAIT_MS; w->changes < n && clock_ms() < end;)
        loop_turn(w->loop, 50);
    assert_int_equal(w->changes, n);
}

/* Turns the loop for a while in which nothing may be told. */
static void expect_nothing_more(struct watching *w)
{
    int before = w->changes;
    for (int64_t end = clock_ms() + QUIET_ENOUGH_MS; clock_ms() < end;)
        loop_turn(w->loop, 20);
    assert_int_equal(w->changes, before);
}

static void a_new_file_is_a_change(void **state)
{
    struct place *place = *state;
    struct watching w;
    watch_path(&w, place->root);
    place_write(place, "a.md", "# a\n");
    wait_for_changes(&w, 1);
    watch_end(&w);
}

static void many_writes_at_once_are_one_change(void **state)
{
    struct place *place = *state;
    struct watching w;
    watch_path(&w, place->root);
    for (int i = 0; i < 50; i++)
        place_write(place, i % 2 ? "a.md" : "b.md", "# a\n");
    wait_for_changes(&w, 1);
    expect_nothing_more(&w);
    watch_end(&w);
}

static void a_file_renamed_over_another_is_a_change(void **state)
{
    struct place *place = *state;
    struct watching w;
    char from[256];
    place_write(place, "a.md", "# a\n");
    watch_path(&w, place->root);
    place_write(place, ".a.swp", "# b\n"); /* no change: hidden */
    expect_nothing_more(&w);
    strcpy(from, place_path(place, ".a.swp"));
    assert_int_equal(rename(from, place_path(place, "a.md")), 0);
    wait_for_changes(&w, 1);
    assert_int_equal(unlink(place_path(place, "a.md")), 0);
    wait_for_changes(&w, 2);
    watch_end(&w);
}

static void a_language_folder_that_appears_is_watched_from_then_on(void **state)
{
    struct place *place = *state;
    struct watching w;
    watch_path(&w, place->root);
    place_folder(place, "zh");
    wait_for_changes(&w, 1);
    place_write(place, "zh/a.md", "# a\n");
    wait_for_changes(&w, 2);
    watch_end(&w);
}

static void a_book_that_is_moved_away_and_back_is_found_again(void **state)
{
    struct place *place = *state;
    struct watching w;
    char book[256], away[256];
    place_folder(place, "book");
    strcpy(book, place_path(place, "book"));
    strcpy(away, place_path(place, "away"));
    watch_path(&w, book);
    assert_int_equal(rename(book, away), 0);
    wait_for_changes(&w, 1);
    assert_int_equal(rename(away, book), 0);
    wait_for_changes(&w, 2);
    place_write(place, "book/a.md", "# a\n");
    wait_for_changes(&w, 3);
    watch_end(&w);
}

static void of_a_single_files_folder_only_that_file_matters(void **state)
{
    struct place *place = *state;
    struct watching w;
    place_write(place, "notes.txt", "# a\n");
    watch_path(&w, place_path(place, "notes.txt"));
    place_write(place, "other.txt", "# b\n");
    expect_nothing_more(&w);
    place_write(place, "notes.txt", "# c\n");
    wait_for_changes(&w, 1);
    watch_end(&w);
}

static void reading_is_no_change(void **state)
{
    struct place *place = *state;
    struct watching w;
    place_write(place, "a.md", "# a\n");
    watch_path(&w, place->root);
    library_free(place_scan(place, "", NULL));
    expect_nothing_more(&w);
    watch_end(&w);
}

static void nothing_to_watch_is_an_error(void **state)
{
    struct place *place = *state;
    struct library_source source = {.path = place_path(place, "nosuch"), .book = ""};
    struct library_watch *watch = NULL;
    struct loop *loop;
    struct err err = {0};
    assert_int_equal(loop_new(&loop, &err), 0);
    assert_int_equal(library_watch_new(loop, &source, 1, on_change, NULL, &watch, &err), -ENOENT);
    assert_null(watch);
    assert_non_null(strstr(err.text, "nosuch"));
    loop_free(loop);
}

#define test(name) cmocka_unit_test_setup_teardown(name, place_setup, place_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(a_new_file_is_a_change),
        test(many_writes_at_once_are_one_change),
        test(a_file_renamed_over_another_is_a_change),
        test(a_language_folder_that_appears_is_watched_from_then_on),
        test(a_book_that_is_moved_away_and_back_is_found_again),
        test(of_a_single_files_folder_only_that_file_matters),
        test(reading_is_no_change),
        test(nothing_to_watch_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
