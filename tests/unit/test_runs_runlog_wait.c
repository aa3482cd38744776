/* Those who wait for the next line of a run's log: they join, are woken, and leave. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

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

static int woken;

static void count_wake(void *ud)
{
    (void)ud;
    woken++;
}

static void join(struct runlog *log, struct runlog_waiter *waiter)
{
    assert_int_equal(runlog_join(log, waiter), 0);
    runlog_wait(waiter);
}

static void a_waiter_is_woken_once_for_each_time_it_waits(void **state)
{
    struct runlog_waiter a = {.wake = count_wake}, b = {.wake = count_wake};
    woken = 0;
    join(*state, &a);
    join(*state, &b);
    runlog_wait(&b);
    runlog_append(*state, "note", "{}", 2);
    runlog_append(*state, "note", "{}", 2);
    assert_int_equal(woken, 2);
    runlog_wait(&a);
    runlog_wait(&b);
    runlog_leave(&a);
    runlog_leave(&a);
    runlog_close(*state);
    assert_int_equal(woken, 3);
    runlog_leave(&b);
}

static void leave(void *ud)
{
    woken++;
    runlog_leave(ud);
}

static void a_waiter_may_take_others_away_while_it_is_woken(void **state)
{
    struct runlog_waiter a = {.wake = leave}, b = {.wake = leave}, c = {.wake = count_wake};
    a.ud = &b; /* whichever comes first takes the other away */
    b.ud = &a;
    woken = 0;
    join(*state, &a);
    join(*state, &b);
    join(*state, &c);
    runlog_append(*state, "note", "{}", 2);
    assert_int_equal(woken, 2);
    runlog_wait(&c);
    runlog_append(*state, "note", "{}", 2);
    assert_int_equal(woken, 3);
    runlog_leave(&a);
    runlog_leave(&b);
    runlog_leave(&c);
}

static void any_waiter_may_leave_and_the_others_stay(void **state)
{
    enum { N = 5 };
    for (int gone = 0; gone < N; gone++) {
        struct runlog_waiter waiters[N];
        for (int i = 0; i < N; i++) {
            waiters[i] = (struct runlog_waiter){.wake = count_wake};
            join(*state, &waiters[i]);
        }
        woken = 0;
        runlog_leave(&waiters[gone]);
        runlog_append(*state, "note", "{}", 2);
        assert_int_equal(woken, N - 1);
        for (int i = 0; i < N; i++)
            runlog_leave(&waiters[i]);
    }
}

struct again {
    struct runlog *log;
    struct runlog_waiter waiter, late;
    int appends; /* that a wake makes */
};

static void wait_again(void *ud)
{
    struct again *again = ud;
    woken++;
    runlog_wait(&again->waiter);
    if (again->appends-- > 0)
        runlog_append(again->log, "note", "{}", 2);
}

static void a_waiter_that_waits_anew_is_woken_by_the_next_line(void **state)
{
    struct again again = {.log = *state, .waiter = {.wake = wait_again, .ud = &again}};
    woken = 0;
    join(*state, &again.waiter);
    for (int i = 1; i <= 3; i++) {
        runlog_append(*state, "note", "{}", 2);
        assert_int_equal(woken, i);
    }
    runlog_leave(&again.waiter);
}

static void a_line_may_be_appended_by_one_who_is_woken(void **state)
{
    struct again again = {.log = *state, .waiter = {.wake = wait_again, .ud = &again}};
    struct runlog_waiter gone = {.wake = leave, .ud = &gone}, other = {.wake = count_wake};
    woken = 0;
    again.appends = 2;
    join(*state, &gone);
    join(*state, &again.waiter);
    join(*state, &other);
    runlog_append(*state, "note", "{}", 2);
    assert_int_equal(woken, 1 + 3 + 1);
    assert_int_equal(runlog_count(*state), 3);
    runlog_leave(&again.waiter);
    runlog_leave(&other);
}

static void join_late(void *ud)
{
    struct again *again = ud;
    woken++;
    again->late = (struct runlog_waiter){.wake = count_wake};
    join(again->log, &again->late);
}

static void one_who_joins_while_others_are_woken_waits_for_the_next_line(void **state)
{
    struct again again = {.log = *state, .waiter = {.wake = join_late, .ud = &again}};
    woken = 0;
    join(*state, &again.waiter);
    runlog_append(*state, "note", "{}", 2);
    assert_int_equal(woken, 1);
    runlog_append(*state, "note", "{}", 2);
    assert_int_equal(woken, 2);
    runlog_leave(&again.waiter);
    runlog_leave(&again.late);
}

#define LOG_TEST(f) cmocka_unit_test_setup_teardown(f, new_log, free_log)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LOG_TEST(a_waiter_is_woken_once_for_each_time_it_waits),
        LOG_TEST(a_waiter_may_take_others_away_while_it_is_woken),
        LOG_TEST(any_waiter_may_leave_and_the_others_stay),
        LOG_TEST(a_waiter_that_waits_anew_is_woken_by_the_next_line),
        LOG_TEST(a_line_may_be_appended_by_one_who_is_woken),
        LOG_TEST(one_who_joins_while_others_are_woken_waits_for_the_next_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
