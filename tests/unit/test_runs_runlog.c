/* The log of a run: one writer, any number of readers, bounded memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "runs/runlog.h"

static int new_log(void **state)
{
    *state = runlog_new();
    return *state ? 0 : -1;
}

static int free_log(void **state)
{
    runlog_unref(*state);
    return 0;
}

/* A line whose length and bytes depend on its number: from 20 bytes to 4 kB, most of them short. */
static size_t make_line(unsigned n, char *line)
{
    size_t filler = n * 2654435761u % 97;
    if (n % 101 == 0)
        filler = n * 7919u % 4000;
    int at = sprintf(line, "{\"event\":\"sample\",\"n\":%u,\"x\":\"", n);
    memset(line + at, 'a' + (int)(n % 26), filler);
    memcpy(line + at + filler, "\"}", 3);
    return (size_t)at + filler + 2;
}

/* Appends lines 1..n, and adds to `all` what a reader of the stream must get. */
static void append_lines(struct runlog *log, unsigned n, struct text *all)
{
    char line[4200];
    for (unsigned i = 1; i <= n; i++) {
        size_t len = make_line(i, line);
        assert_int_equal(runlog_append(log, "sample", line, len), i);
        text_printf(all, "id: %u\nevent: sample\ndata: %s\n\n", i, line);
    }
}

/* Reads from line `line` to the end of what there is. */
static ssize_t read_rest(struct runlog *log, struct runlog_place place, struct text *out)
{
    char buf[5000];
    ssize_t n;
    while ((n = runlog_read(log, &place, buf, sizeof buf)) > 0)
        text_add(out, buf, (size_t)n);
    return n;
}

static void a_line_is_one_server_sent_event(void **state)
{
    char buf[100];
    struct runlog_place place = {.line = 1};
    assert_int_equal(runlog_append(*state, "exit", "{\"event\":\"exit\"}", 16), 1);
    ssize_t n = runlog_read(*state, &place, buf, sizeof buf);
    const char *want = "id: 1\nevent: exit\ndata: {\"event\":\"exit\"}\n\n";
    assert_int_equal(n, strlen(want));
    assert_memory_equal(buf, want, strlen(want));
    assert_int_equal(place.line, 2);
}

static void a_hundred_thousand_lines_are_read_back_whole(void **state)
{
    cleanup_text struct text all = {0};
    cleanup_text struct text got = {0};
    append_lines(*state, 100000, &all);
    assert_int_equal(runlog_count(*state), 100000);
    assert_int_equal(runlog_bytes(*state), all.len);
    runlog_close(*state);
    assert_int_equal(read_rest(*state, (struct runlog_place){.line = 1}, &got), RUNLOG_END);
    assert_int_equal(got.len, all.len);
    assert_memory_equal(got.data, all.data, all.len);
}

static void a_reader_that_takes_any_number_of_bytes_loses_none(void **state)
{
    cleanup_text struct text all = {0};
    static char buf[200000];
    append_lines(*state, 3000, &all);
    srand(1);
    for (size_t at_most = 1; at_most < sizeof buf; at_most *= 7) {
        struct runlog_place place = {.line = 1};
        size_t at = 0;
        while (at < all.len) {
            size_t max = (size_t)rand() % at_most + 1;
            size_t want = all.len - at < max ? all.len - at : max;
            assert_int_equal(runlog_read(*state, &place, buf, max), want);
            assert_memory_equal(buf, all.data + at, want);
            at += want;
        }
        assert_int_equal(place.line, 3001);
        assert_int_equal(place.skip, 0);
    }
}

static void a_reader_resumes_after_any_line(void **state)
{
    cleanup_text struct text all = {0};
    append_lines(*state, 500, &all);
    for (unsigned id = 0; id < 500; id++) {
        char want[32], buf[32];
        struct runlog_place place = runlog_place_after(*state, id);
        int len = sprintf(want, "id: %u\n", id + 1);
        assert_int_equal(runlog_read(*state, &place, buf, (size_t)len), len);
        assert_memory_equal(buf, want, (size_t)len);
    }
    assert_int_equal(runlog_place_after(*state, 500).line, 501);
    assert_int_equal(runlog_place_after(*state, UINT64_MAX).line, 501);
}

static void ndjson_is_the_data_of_the_lines_asked_for(void **state)
{
    cleanup_text struct text all = {0};
    append_lines(*state, 2000, &all);
    const unsigned ranges[][2] = {{1, 2000}, {0, 1}, {1999, 5000}, {101, 101}, {700, 900}, {9, 8}};
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        cleanup_text struct text want = {0};
        cleanup_text struct text got = {0};
        char line[4200];
        for (unsigned n = ranges[i][0] ? ranges[i][0] : 1; n <= ranges[i][1] && n <= 2000; n++) {
            text_add(&want, line, make_line(n, line));
            text_char(&want, '\n');
        }
        assert_int_equal(runlog_ndjson(*state, ranges[i][0], ranges[i][1], &got), 0);
        assert_int_equal(got.len, want.len);
        if (want.len)
            assert_memory_equal(got.data, want.data, want.len);
    }
}

static void a_closed_log_takes_no_line_and_readers_end_after_the_last(void **state)
{
    char buf[100];
    struct runlog_place place = {.line = 1};
    assert_int_equal(runlog_read(*state, &place, buf, sizeof buf), 0);
    runlog_append(*state, "note", "{}", 2);
    assert_false(runlog_is_closed(*state));
    runlog_close(*state);
    assert_true(runlog_is_closed(*state));
    assert_int_equal(runlog_append(*state, "note", "{}", 2), -EPIPE);
    assert_true(runlog_read(*state, &place, buf, sizeof buf) > 0);
    assert_int_equal(runlog_read(*state, &place, buf, sizeof buf), RUNLOG_END);
}

/*** Dropping what is stored ***/

static void what_is_not_stored_stays_in_memory(void **state)
{
    cleanup_text struct text all = {0}, got = {0};
    append_lines(*state, 100000, &all);
    assert_true(all.len > 2 * RUNLOG_KEEP_BYTES);
    runlog_stored(*state, 2, 100000); /* the first is missing */
    assert_int_equal(runlog_first(*state), 1);
    assert_int_equal(read_rest(*state, (struct runlog_place){.line = 1}, &got), 0);
    assert_int_equal(got.len, all.len);
}

static void stored_lines_leave_memory_but_for_the_last(void **state)
{
    cleanup_text struct text all = {0}, got = {0};
    append_lines(*state, 100000, &all);
    runlog_stored(*state, 1, 100000);
    assert_true(runlog_bytes_held(*state) >= RUNLOG_KEEP_BYTES);
    assert_true(runlog_bytes_held(*state) < RUNLOG_KEEP_BYTES + (256 << 10));
    uint64_t first = runlog_first(*state);
    struct runlog_place place = {.line = first - 1};
    assert_int_equal(read_rest(*state, place, &got), RUNLOG_DROPPED);
    place.line = first;
    assert_int_equal(read_rest(*state, place, &got), 0);
    assert_true(got.len >= RUNLOG_KEEP_BYTES);
    assert_memory_equal(got.data, all.data + all.len - got.len, got.len);
    assert_int_equal(runlog_count(*state), 100000);
}

static void a_log_that_is_stored_as_it_grows_never_holds_more(void **state)
{
    cleanup_text struct text got = {0};
    char line[4200];
    struct runlog_place place = {.line = 1};
    for (unsigned i = 1; i <= 200000; i++) {
        assert_int_equal(runlog_append(*state, "sample", line, make_line(i, line)), i);
        if (i % 1000)
            continue;
        runlog_stored(*state, i - 999, i);
        assert_true(runlog_bytes_held(*state) < RUNLOG_KEEP_BYTES + (1 << 20));
        got.len = 0;
        while (runlog_read(*state, &place, line, sizeof line) > 0)
            ;
        assert_int_equal(place.line, i + 1);
    }
}

static void a_reader_in_the_middle_of_a_line_that_is_dropped_is_told(void **state)
{
    cleanup_text struct text all = {0};
    char buf[10];
    struct runlog_place place = {.line = 1};
    append_lines(*state, 10, &all);
    assert_int_equal(runlog_read(*state, &place, buf, 10), 10);
    while (runlog_bytes(*state) < 2 * RUNLOG_KEEP_BYTES)
        runlog_append(*state, "note", "{}", 2);
    runlog_stored(*state, 1, runlog_count(*state));
    assert_int_equal(runlog_read(*state, &place, buf, 10), RUNLOG_DROPPED);
    assert_int_equal(place.line, 1);
    assert_int_equal(place.skip, 10);
}

static void ndjson_of_dropped_lines_begins_with_the_first_in_memory(void **state)
{
    cleanup_text struct text all = {0}, got = {0};
    char line[4200];
    append_lines(*state, 100000, &all);
    runlog_stored(*state, 1, 100000);
    unsigned first = (unsigned)runlog_first(*state);
    size_t len = make_line(first, line);
    assert_int_equal(runlog_ndjson(*state, 1, first, &got), 0);
    assert_int_equal(got.len, len + 1);
    assert_memory_equal(got.data, line, len);
}

/*** Stored lines as events ***/

static void stored_lines_become_the_same_bytes_again(void **state)
{
    cleanup_text struct text all = {0}, ndjson = {0}, again = {0};
    append_lines(*state, 2000, &all);
    assert_int_equal(runlog_ndjson(*state, 1, 2000, &ndjson), 0);
    assert_int_equal(runlog_sse(ndjson.data, ndjson.len, 1, &again), 0);
    assert_int_equal(again.len, all.len);
    assert_memory_equal(again.data, all.data, all.len);
}

static void an_event_whose_kind_does_not_stand_first_is_found_all_the_same(void **state)
{
    (void)state;
    cleanup_text struct text sse = {0};
    const char *lines = "{\"t\":1,\"event\":\"note\"}\n{\"event\":\"exit\"}\n";
    assert_int_equal(runlog_sse(lines, strlen(lines), 41, &sse), 0);
    assert_string_equal(sse.data, "id: 41\nevent: note\ndata: {\"t\":1,\"event\":\"note\"}\n\n"
                                  "id: 42\nevent: exit\ndata: {\"event\":\"exit\"}\n\n");
}

static void a_stored_line_that_is_no_event_is_refused(void **state)
{
    (void)state;
    const char *const bad[] = {"nonsense\n", "{\"event\":\"\n", "{}\n", "\n", "{\"event\":1}\n"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cleanup_text struct text sse = {0};
        assert_int_equal(runlog_sse(bad[i], strlen(bad[i]), 1, &sse), -EINVAL);
        assert_int_equal(sse.len, 0);
    }
}

static void the_log_lives_as_long_as_its_last_reader(void **state)
{
    char buf[100];
    struct runlog_place place = {.line = 1};
    struct runlog *log = runlog_ref(*state);
    runlog_append(log, "note", "{}", 2);
    runlog_unref(*state);
    assert_true(runlog_read(log, &place, buf, sizeof buf) > 0);
}

#define LOG_TEST(f) cmocka_unit_test_setup_teardown(f, new_log, free_log)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOG_TEST(a_line_is_one_server_sent_event),
        LOG_TEST(a_hundred_thousand_lines_are_read_back_whole),
        LOG_TEST(a_reader_that_takes_any_number_of_bytes_loses_none),
        LOG_TEST(a_reader_resumes_after_any_line),
        LOG_TEST(ndjson_is_the_data_of_the_lines_asked_for),
        LOG_TEST(a_closed_log_takes_no_line_and_readers_end_after_the_last),
        LOG_TEST(what_is_not_stored_stays_in_memory),
        LOG_TEST(stored_lines_leave_memory_but_for_the_last),
        LOG_TEST(a_log_that_is_stored_as_it_grows_never_holds_more),
        LOG_TEST(a_reader_in_the_middle_of_a_line_that_is_dropped_is_told),
        LOG_TEST(ndjson_of_dropped_lines_begins_with_the_first_in_memory),
        LOG_TEST(stored_lines_become_the_same_bytes_again),
        LOG_TEST(an_event_whose_kind_does_not_stand_first_is_found_all_the_same),
        LOG_TEST(a_stored_line_that_is_no_event_is_refused),
        LOG_TEST(the_log_lives_as_long_as_its_last_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
