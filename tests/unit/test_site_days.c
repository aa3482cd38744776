/* test_site_days.c - the year of days: which days it has, and how it is written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "site/days.h"
#include "site/parts.h"

struct folder {
    char path[64];
    struct store *store;
};

static int store_setup(void **state)
{
    struct folder *folder = calloc(1, sizeof *folder);
    strcpy(folder->path, "/tmp/prepd-test-XXXXXX");
    *state = folder;
    return mkdtemp(folder->path) ? store_open(folder->path, &folder->store, NULL) : -1;
}

static int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st, (void)kind, (void)at;
    return remove(path);
}

static int store_teardown(void **state)
{
    struct folder *folder = *state;
    store_close(folder->store);
    nftw(folder->path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    free(folder);
    return 0;
}

static const int64_t DAY_MS = 86400000;
static const int64_t NOON = 1732363200000; /* Saturday 2024-11-23 12:00 UTC */

static void in_zone(const char *name)
{
    setenv("TZ", name, 1);
    tzset();
}

/* Runs need no notes: the simplest thing that is done on a day. */
static void run_at(struct store *store, unsigned n, int64_t wall_ms)
{
    struct store_run run = {.demo = "gc", .params = (char[]){"{}"}, .started_ms = wall_ms};
    snprintf(run.id, sizeof run.id, "%032x", n);
    assert_int_equal(store_begin(store), 0);
    assert_int_equal(store_run_start(store, &run, NULL), 0);
    assert_int_equal(store_commit(store), 0);
}

static size_t runs_on(const struct days *days, int64_t number)
{
    return days->of[number - days->first].runs;
}

static void a_day_is_that_of_the_clock_on_the_wall(void **state)
{
    (void)state;
    in_zone("UTC");
    int64_t day = days_number(NOON);
    in_zone("CST-8"); /* eight hours ahead */
    assert_int_equal(days_number(NOON + 4 * 3600000 - 1), day);
    assert_int_equal(days_number(NOON + 4 * 3600000), day + 1);
    in_zone("UTC");
    int year, month, of_month;
    days_date(day, &year, &month, &of_month);
    assert_int_equal(year * 10000 + month * 100 + of_month, 20241123);
}

static void the_year_begins_on_a_monday_and_ends_today(void **state)
{
    struct days days;
    in_zone("UTC");
    for (int i = 0; i < 400; i++) {
        assert_int_equal(
            days_read(((struct folder *)*state)->store, NOON + i * DAY_MS, &days, NULL), 0);
        assert_int_equal((days.first + 3) % 7, 0);
        assert_int_equal(days.today, days_number(NOON) + i);
        assert_in_range(days.today - days.first, DAYS_MAX - 7, DAYS_MAX - 1);
    }
}

static void what_was_done_stands_on_its_day_and_nothing_outside_of_the_year(void **state)
{
    struct store *store = ((struct folder *)*state)->store;
    struct days days;
    in_zone("UTC");
    run_at(store, 1, NOON);
    run_at(store, 2, NOON - 12 * 3600000); /* its first moment */
    run_at(store, 3, NOON - 12 * 3600000 - 1);
    run_at(store, 4, NOON - 372 * DAY_MS);
    run_at(store, 5, NOON + DAY_MS);
    assert_int_equal(days_read(store, NOON, &days, NULL), 0);
    assert_int_equal(runs_on(&days, days.today), 2);
    assert_int_equal(runs_on(&days, days.today - 1), 1);
    size_t sum = 0;
    for (int i = 0; i < DAYS_MAX; i++)
        sum += days.of[i].runs;
    assert_int_equal(sum, 3);
}

static void
it_is_written_as_a_picture_and_as_a_table_of_the_days_on_which_anything_was_done(void **state)
{
    struct store *store = ((struct folder *)*state)->store;
    struct days days;
    cleanup_text struct text empty = {0}, full = {0};
    in_zone("UTC");
    assert_int_equal(days_read(store, NOON, &days, NULL), 0);
    part_year(&empty, &days, LANG_EN);
    assert_null(strstr(empty.data, "<table"));
    assert_non_null(strstr(empty.data, "Nothing yet"));
    run_at(store, 1, NOON);
    run_at(store, 2, NOON - 300 * DAY_MS);
    assert_int_equal(days_read(store, NOON, &days, NULL), 0);
    part_year(&full, &days, LANG_EN);
    assert_non_null(
        strstr(full.data, "Days with anything done: 2. Items marked: 0. Demos run: 2."));
    const char *today = strstr(full.data, "<th scope=\"row\">2024-11-23</th><td>0</td><td>1</td>");
    const char *before = strstr(full.data, "<th scope=\"row\">2024-01-28</th><td>0</td><td>1</td>");
    assert_non_null(today);
    assert_true(before > today); /* the newest first */
    assert_non_null(strstr(full.data, "<title>2024-01-28: items marked: 0, demos run: 1</title>"));
}

#define with_store(f) cmocka_unit_test_setup_teardown(f, store_setup, store_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_is_that_of_the_clock_on_the_wall),
        with_store(the_year_begins_on_a_monday_and_ends_today),
        with_store(what_was_done_stands_on_its_day_and_nothing_outside_of_the_year),
        with_store(
            it_is_written_as_a_picture_and_as_a_table_of_the_days_on_which_anything_was_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
