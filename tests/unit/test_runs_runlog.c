/* The log of a run: one writer, readers at any offset, Last-Event-ID. */
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

static void a_line_is_one_server_sent_event(void **state)
{
    char buf[100];
    assert_int_equal(runlog_append(*state, "exit", "{\"event\":\"exit\"}", 16), 1);
    ssize_t n = runlog_read(*state, 0, buf, sizeof buf);
    const char *want = "id: 1\nevent: exit\ndata: {\"event\":\"exit\"}\n\n";
    assert_int_equal(n, strlen(want));
    assert_memory_equal(buf, want, strlen(want));
}

static void a_hundred_thousand_lines_are_read_back_whole(void **state)
{
    cleanup_text struct text all = {0};
    cleanup_text struct text got = {0};
    char buf[8192];
    ssize_t n;
    append_lines(*state, 100000, &all);
    assert_int_equal(runlog_count(*state), 100000);
    runlog_close(*state);
    while ((n = runlog_read(*state, got.len, buf, sizeof buf)) > 0)
        text_add(&got, buf, (size_t)n);
    assert_int_equal(n, -1);
    assert_int_equal(got.len, all.len);
    assert_memory_equal(got.data, all.data, all.len);
}

static void a_reader_at_any_offset_gets_the_bytes_from_there_on(void **state)
{
    cleanup_text struct text all = {0};
    char buf[200000];
    append_lines(*state, 3000, &all);
    srand(1);
    for (int i = 0; i < 2000; i++) {
        size_t offset = (size_t)rand() % all.len, max = (size_t)rand() % sizeof buf + 1;
        if (i % 2)
            offset = offset / 65536 * 65536 + (size_t)(rand() % 3); /* where chunks meet */
        size_t want = offset >= all.len ? 0 : all.len - offset < max ? all.len - offset : max;
        ssize_t n = runlog_read(*state, offset, buf, max);
        assert_int_equal(n, want);
        assert_memory_equal(buf, all.data + offset, want);
    }
}

static void a_reader_resumes_after_any_line(void **state)
{
    cleanup_text struct text all = {0};
    append_lines(*state, 500, &all);
    for (unsigned id = 0; id < 500; id++) {
        char want[32], buf[32];
        uint64_t offset = runlog_offset_after(*state, id);
        int len = sprintf(want, "id: %u\n", id + 1);
        assert_int_equal(runlog_read(*state, offset, buf, (size_t)len), len);
        assert_memory_equal(buf, want, (size_t)len);
    }
    assert_int_equal(runlog_offset_after(*state, 500), all.len);
    assert_int_equal(runlog_offset_after(*state, UINT64_MAX), all.len);
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
    assert_int_equal(runlog_read(*state, 0, buf, sizeof buf), 0);
    runlog_append(*state, "note", "{}", 2);
    assert_false(runlog_is_closed(*state));
    runlog_close(*state);
    assert_true(runlog_is_closed(*state));
    assert_int_equal(runlog_append(*state, "note", "{}", 2), -EPIPE);
    ssize_t n = runlog_read(*state, 0, buf, sizeof buf);
    assert_true(n > 0);
    assert_int_equal(runlog_read(*state, (uint64_t)n, buf, sizeof buf), -1);
}

/*** Waiting ***/

static int woken;

static void count_wake(void *ud)
{
    (void)ud;
    woken++;
}

static void unwait(void *ud)
{
    woken++;
    runlog_unwait(ud);
}

static void waiters_are_woken_for_each_line_and_for_the_end(void **state)
{
    struct runlog_waiter a = {.wake = count_wake}, b = {.wake = count_wake};
    woken = 0;
    runlog_wait(*state, &a);
    runlog_wait(*state, &b);
    runlog_append(*state, "note", "{}", 2);
    assert_int_equal(woken, 2);
    runlog_unwait(&a);
    runlog_unwait(&a);
    runlog_close(*state);
    assert_int_equal(woken, 3);
    runlog_unwait(&b);
}

static void a_waiter_may_leave_while_it_is_woken_and_take_others_with_it(void **state)
{
    struct runlog_waiter a = {.wake = unwait}, b = {.wake = unwait}, c = {.wake = count_wake};
    a.ud = &b; /* whichever comes first takes the other away */
    b.ud = &a;
    woken = 0;
    runlog_wait(*state, &a);
    runlog_wait(*state, &b);
    runlog_wait(*state, &c);
    runlog_append(*state, "note", "{}", 2);
    assert_int_equal(woken, 2);
    runlog_append(*state, "note", "{}", 2);
    assert_int_equal(woken, 4);
    runlog_unwait(&a);
    runlog_unwait(&b);
    runlog_unwait(&c);
}

static void the_log_lives_as_long_as_its_last_reader(void **state)
{
    char buf[100];
    struct runlog *log = runlog_ref(*state);
    runlog_append(log, "note", "{}", 2);
    runlog_unref(*state);
    assert_true(runlog_read(log, 0, buf, sizeof buf) > 0);
}

#define LOG_TEST(f) cmocka_unit_test_setup_teardown(f, new_log, free_log)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOG_TEST(a_line_is_one_server_sent_event),
        LOG_TEST(a_hundred_thousand_lines_are_read_back_whole),
        LOG_TEST(a_reader_at_any_offset_gets_the_bytes_from_there_on),
        LOG_TEST(a_reader_resumes_after_any_line),
        LOG_TEST(ndjson_is_the_data_of_the_lines_asked_for),
        LOG_TEST(a_closed_log_takes_no_line_and_readers_end_after_the_last),
        LOG_TEST(waiters_are_woken_for_each_line_and_for_the_end),
        LOG_TEST(a_waiter_may_leave_while_it_is_woken_and_take_others_with_it),
        LOG_TEST(the_log_lives_as_long_as_its_last_reader),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
