/* The event loop and the worker, with real descriptors and a real thread. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdatomic.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/loop.h"
#include "base/util.h"
#include "base/worker.h"

static int open_loop(void **state)
{
    struct loop *loop;
    int r = loop_new(&loop, NULL);
    *state = loop;
    return r;
}

static int close_loop(void **state)
{
    loop_free(*state);
    return 0;
}

struct watched {
    struct loop *loop;
    struct loop_watch *watch, *other;
    int fd, calls;
};

static void read_byte(void *ud, uint32_t events)
{
    struct watched *watched = ud;
    char byte;
    assert_true(events & EPOLLIN);
    assert_int_equal(read(watched->fd, &byte, 1), 1);
    watched->calls++;
}

static void a_readable_descriptor_is_reported_until_it_is_unwatched(void **state)
{
    int pipe_fds[2];
    assert_int_equal(pipe(pipe_fds), 0);
    struct watched watched = {.loop = *state, .fd = pipe_fds[0]};
    assert_int_equal(
        loop_watch(*state, pipe_fds[0], EPOLLIN, read_byte, &watched, &watched.watch, NULL), 0);
    assert_int_equal(write(pipe_fds[1], "ab", 2), 2);
    loop_turn(*state, 1000);
    loop_turn(*state, 1000);
    assert_int_equal(watched.calls, 2);
    loop_unwatch(*state, watched.watch);
    assert_int_equal(write(pipe_fds[1], "c", 1), 1);
    loop_turn(*state, 0);
    assert_int_equal(watched.calls, 2);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
}

static void unwatch_other(void *ud, uint32_t events)
{
    struct watched *watched = ud;
    (void)events;
    watched->calls++;
    loop_unwatch(watched->loop, watched->other);
    loop_unwatch(watched->loop, watched->watch);
    watched->other = watched->watch = NULL;
}

/* Two descriptors are ready in one turn; whichever callback comes first takes both away. */
static void a_watch_taken_away_in_the_same_turn_is_not_called(void **state)
{
    int a[2], b[2];
    assert_int_equal(pipe(a), 0);
    assert_int_equal(pipe(b), 0);
    struct watched watched = {.loop = *state};
    loop_watch(*state, a[0], EPOLLIN, unwatch_other, &watched, &watched.watch, NULL);
    loop_watch(*state, b[0], EPOLLIN, unwatch_other, &watched, &watched.other, NULL);
    assert_int_equal(write(a[1], "x", 1), 1);
    assert_int_equal(write(b[1], "x", 1), 1);
    loop_turn(*state, 1000);
    assert_int_equal(watched.calls, 1);
    for (int i = 0; i < 2; i++) {
        close(a[i]);
        close(b[i]);
    }
}

static char fired[8];
static size_t n_fired;

static void fire(void *ud)
{
    fired[n_fired++] = *(const char *)ud;
}

static void timers_fire_in_the_order_of_their_time(void **state)
{
    n_fired = 0;
    loop_after(*state, 20, fire, "c");
    loop_after(*state, 0, fire, "a");
    struct loop_timer *cancelled = loop_after(*state, 5, fire, "x");
    loop_after(*state, 10, fire, "b");
    loop_cancel(*state, cancelled);
    int64_t until = clock_ms() + 5000;
    while (n_fired < 3 && clock_ms() < until)
        loop_turn(*state, 100);
    assert_int_equal(n_fired, 3);
    assert_memory_equal(fired, "abc", 3);
}

static void stop_soon(void *ud)
{
    loop_stop(ud);
}

static void a_post_wakes_a_loop_that_sleeps(void **state)
{
    assert_int_equal(loop_post(*state, stop_soon, *state), 0);
    assert_int_equal(loop_run(*state), 0);
}

/*** Worker ***/

struct batch {
    atomic_int begun, ended;
    int end_result;
    struct loop *loop;
    int done, done_ok;
};

static int begin(void *ud)
{
    struct batch *batch = ud;
    batch->begun++;
    return 0;
}

static int end(void *ud)
{
    struct batch *batch = ud;
    batch->ended++;
    return batch->end_result;
}

static int work_ok(void *ud)
{
    (void)ud;
    return 0;
}

static int work_fails(void *ud)
{
    (void)ud;
    return -ENOENT;
}

static void job_done(void *ud, int status)
{
    struct batch *batch = ud;
    assert_int_equal(batch->begun, batch->ended); /* never before the batch was ended */
    batch->done++;
    batch->done_ok += status == 0;
}

static void run_jobs(struct loop *loop, struct batch *batch, int n, int (*work)(void *))
{
    struct worker_hooks hooks = {.begin = begin, .end = end, .ud = batch};
    struct worker *worker;
    assert_int_equal(worker_new(loop, "test", &hooks, &worker, NULL), 0);
    for (int i = 0; i < n; i++)
        assert_int_equal(worker_submit(worker, work, job_done, batch), 0);
    worker_free(worker);
}

struct late {
    struct worker *worker;
    int submitted;
};

static void submit_another(void *ud, int status)
{
    struct late *late = ud;
    (void)status;
    late->submitted = worker_submit(late->worker, work_ok, NULL, NULL);
}

static void a_worker_that_ends_takes_no_more_jobs(void **state)
{
    struct late late = {0};
    assert_int_equal(worker_new(*state, "test", NULL, &late.worker, NULL), 0);
    assert_int_equal(worker_submit(late.worker, work_ok, submit_another, &late), 0);
    worker_free(late.worker);
    assert_int_equal(late.submitted, -ECANCELED);
}

static void each_job_is_done_once_and_after_its_batch_was_ended(void **state)
{
    struct batch batch = {0};
    run_jobs(*state, &batch, 1000, work_ok);
    assert_int_equal(batch.done, 1000);
    assert_int_equal(batch.done_ok, 1000);
    assert_true(batch.ended >= 1000 / WORKER_BATCH_MAX);
}

static void when_a_batch_cannot_be_ended_every_job_in_it_has_failed(void **state)
{
    struct batch batch = {.end_result = -ENOSPC};
    run_jobs(*state, &batch, 100, work_ok);
    assert_int_equal(batch.done, 100);
    assert_int_equal(batch.done_ok, 0);
}

static void a_job_that_fails_fails_alone(void **state)
{
    struct batch batch = {0};
    run_jobs(*state, &batch, 1, work_fails);
    assert_int_equal(batch.done, 1);
    assert_int_equal(batch.done_ok, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_readable_descriptor_is_reported_until_it_is_unwatched,
                                        open_loop, close_loop),
        cmocka_unit_test_setup_teardown(a_watch_taken_away_in_the_same_turn_is_not_called,
                                        open_loop, close_loop),
        cmocka_unit_test_setup_teardown(timers_fire_in_the_order_of_their_time, open_loop,
                                        close_loop),
        cmocka_unit_test_setup_teardown(a_post_wakes_a_loop_that_sleeps, open_loop, close_loop),
        cmocka_unit_test_setup_teardown(each_job_is_done_once_and_after_its_batch_was_ended,
                                        open_loop, close_loop),
        cmocka_unit_test_setup_teardown(a_worker_that_ends_takes_no_more_jobs, open_loop,
                                        close_loop),
        cmocka_unit_test_setup_teardown(when_a_batch_cannot_be_ended_every_job_in_it_has_failed,
                                        open_loop, close_loop),
        cmocka_unit_test_setup_teardown(a_job_that_fails_fails_alone, open_loop, close_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
