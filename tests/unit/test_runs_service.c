/* Runs from start to exit, the queue, and what stays when all is over; in each kind of sandbox that
 * this machine can be brought to. */
#include "runs_world.h"

/*** A run that goes well ***/

static void a_run_begins_with_start_and_ends_with_exit(void **state)
{
    struct world *world = *state;
    struct outcome outcome = run_to_end(world, "ok", 3);
    const char *first = "{\"event\":\"start\",\"t\":0,\"run\":\"";
    assert_int_equal(strncmp(outcome.log.data, first, strlen(first)), 0);
    assert_says(&outcome, "\n{\"event\":\"exit\",\"t\":");
    assert_says(&outcome, "\"act\":\"ok\",\"n\":3");
    char sandbox[64];
    snprintf(sandbox, sizeof sandbox, "\"sandbox\":\"%s\"", sandbox_mode_name(mode));
    assert_says(&outcome, sandbox);
    assert_int_equal(runlog_count(run_log(outcome.run)), 1 + 3 + 2 + 1);
    assert_int_equal(world->started, 1);
    assert_int_equal(world->ended, 1);
    assert_true(runs_idle(world->runs));
    outcome_free(&outcome);
}

static void a_summary_has_the_metrics_the_checks_and_the_exit(void **state)
{
    struct outcome outcome = run_to_end(*state, "ok", 10);
    assert_true(metric_of(&outcome) == 10);
    const json_t *check = json_array_get(json_object_get(outcome.summary, "checks"), 0);
    assert_string_equal(json_string_value(json_object_get(check, "id")), "fine");
    assert_int_equal(exit_field(&outcome, "code"), 0);
    assert_int_equal(exit_field(&outcome, "stopped"), 0);
    assert_true(exit_field(&outcome, "max_rss") > 0);
    assert_limit(&outcome, "none");
    outcome_free(&outcome);
}

static void a_last_line_without_newline_is_kept(void **state)
{
    struct outcome outcome = run_to_end(*state, "no_newline", 0);
    assert_says(&outcome, "{\"event\":\"progress\",\"t\":2,\"done\":1}\n{\"event\":\"exit\"");
    outcome_free(&outcome);
}

static void all_lines_come_before_exit_even_of_a_demo_that_prints_a_lot_at_once(void **state)
{
    struct outcome outcome = run_to_end(*state, "flood", 15000);
    assert_int_equal(runlog_count(run_log(outcome.run)), 1 + 15000 + 1 + 1);
    assert_limit(&outcome, "none");
    outcome_free(&outcome);
}

static void an_ended_run_is_found_by_its_id_until_sixteen_more_have_ended(void **state)
{
    struct world *world = *state;
    struct outcome first = run_to_end(world, "ok", 0);
    for (int i = 0; i < 16; i++) {
        assert_ptr_equal(runs_find(world->runs, run_id(first.run)), first.run);
        struct outcome next = run_to_end(world, "ok", 0);
        outcome_free(&next);
    }
    assert_null(runs_find(world->runs, run_id(first.run)));
    outcome_free(&first);
}

/*** A run that ends badly ***/

static void an_exit_code_is_reported_with_the_last_words_on_standard_error(void **state)
{
    struct outcome outcome = run_to_end(*state, "exit", 7);
    assert_int_equal(exit_field(&outcome, "code"), 7);
    assert_says(&outcome, "\"text\":\"first line\\nthe last words \xef\xbf\xbd\\n\"");
    outcome_free(&outcome);
}

static void a_crash_is_reported_with_its_signal(void **state)
{
    const struct {
        int number;
        const char *name;
    } signals[] = {
        {SIGSEGV, "SIGSEGV"}, {SIGTERM, "SIGTERM"}, {SIGKILL, "SIGKILL"}, {SIGUSR1, "SIGUSR1"}};
    for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
        struct outcome outcome = run_to_end(*state, "crash", signals[i].number);
        assert_killed_by(&outcome, signals[i].name);
        outcome_free(&outcome);
    }
}

static void abort_is_reported_as_SIGABRT(void **state)
{
    struct outcome outcome = run_to_end(*state, "abort", 0);
    assert_killed_by(&outcome, "SIGABRT");
    outcome_free(&outcome);
}

static void a_program_that_cannot_be_executed_says_so_in_the_log(void **state)
{
    struct world *world = *state;
    struct demo broken = *the_demo(world);
    struct err err = {0};
    struct run *run;
    json_t *params;
    broken.program = "/proc/self/status";
    assert_int_equal(demo_params_check(&broken, NULL, &params, &err), 0);
    assert_int_equal(runs_start(world->runs, &broken, params, &run, &err), 0);
    struct outcome outcome = outcome_of(world, run);
    assert_says(&outcome, "It could not be started: program: Permission denied");
    assert_int_equal(exit_field(&outcome, "code"), 126);
    outcome_free(&outcome);
    json_decref(params);
}

/*** Stops ***/

/* True if the demo had the time to say its last metric; on a busy machine the grace may be over
 * first. */
static bool stopped_politely(struct world *world)
{
    struct run *run = start(world, "polite", 0);
    turn_until_said(world, run, "metric");
    runs_stop(world->runs, run);
    runs_stop(world->runs, run);
    struct outcome outcome = outcome_of(world, run);
    assert_int_equal(exit_field(&outcome, "stopped"), 1);
    bool polite = metric_of(&outcome) == 2;
    outcome_free(&outcome);
    return polite;
}

static void a_run_is_stopped_politely_first(void **state)
{
    int tries = 50;
    while (!stopped_politely(*state))
        assert_true(--tries > 0);
}

/* Such a demo would say a second metric if it were asked. */
static void a_run_that_does_not_promise_to_be_polite_is_not_asked(void **state)
{
    struct world *world = *state;
    struct run *run = start_demo(world, "rude", "polite", 0, 0);
    turn_until_said(world, run, "metric");
    runs_stop(world->runs, run);
    struct outcome outcome = outcome_of(world, run);
    assert_killed_by(&outcome, "SIGKILL");
    assert_int_equal(exit_field(&outcome, "stopped"), 1);
    assert_true(metric_of(&outcome) == 1);
    outcome_free(&outcome);
}

/*** The queue ***/

static void runs_beyond_the_limit_wait_and_say_their_place(void **state)
{
    struct world *world = *state;
    struct run *runs[4];
    for (size_t i = 0; i < 4; i++)
        runs[i] = start(world, "sleep", 0);
    assert_int_equal(run_state(runs[1]), RUN_RUNNING);
    assert_int_equal(run_state(runs[2]), RUN_QUEUED);
    runs_stop(world->runs, runs[0]);
    turn_until_said(world, runs[2], "start");
    runs_stop(world->runs, runs[3]);
    struct outcome waited = outcome_of(world, runs[3]);
    assert_says(
        &waited,
        "{\"event\":\"queued\",\"t\":0,\"place\":2}\n{\"event\":\"queued\",\"t\":0,\"place\":1}");
    assert_null(json_object_get(json_object_get(waited.summary, "exit"), "code"));
    assert_int_equal(exit_field(&waited, "stopped"), 1);
    outcome_free(&waited);
    runs_stop_all(world->runs);
    for (size_t i = 0; i < 3; i++) {
        turn_until_ended(world, runs[i]);
        run_unref(runs[i]);
    }
}

static void a_run_is_refused_when_the_queue_is_full(void **state)
{
    struct world *world = *state;
    struct run *runs[5];
    struct err err = {0};
    json_t *params;
    for (size_t i = 0; i < 4; i++)
        run_unref(start(world, "sleep", 0));
    assert_int_equal(demo_params_check(the_demo(world), NULL, &params, &err), 0);
    assert_int_equal(runs_start(world->runs, the_demo(world), params, &runs[4], &err), -EAGAIN);
    json_decref(params);
    runs_stop_all(world->runs);
    int64_t deadline = clock_ms() + DEADLINE_MS;
    while (!runs_idle(world->runs) && clock_ms() < deadline)
        loop_turn(world->loop, 100);
    assert_true(runs_idle(world->runs));
    assert_int_equal(world->ended, 4);
}

/*** The end ***/

static void runs_free_ends_everything_and_gives_back_every_descriptor(void **state)
{
    struct world world;
    int tag = new_tag(), before = count_descriptors();
    (void)state;
    world_open(&world, 2, 2);
    struct run *kept = start_tagged(&world, "ignore_term", 0, tag);
    run_unref(start_tagged(&world, mode >= SANDBOX_BWRAP ? "daemon" : "sleep", 3, tag));
    run_unref(start_tagged(&world, "sleep", 0, tag));
    turn_until_said(&world, kept, "metric");
    struct world *gone = malloc(sizeof *gone);
    *gone = world;
    teardown((void **)&gone);
    assert_true(runlog_is_closed(run_log(kept)));
    run_unref(kept);
    assert_none_left(tag);
    assert_int_equal(count_descriptors(), before);
}

static void a_hundred_runs_leave_no_descriptor(void **state)
{
    struct world *world = *state;
    struct outcome outcome = run_to_end(world, "ok", 1);
    outcome_free(&outcome);
    int before = count_descriptors();
    for (int i = 0; i < 100; i++) {
        outcome = run_to_end(world, i % 3 ? "ok" : "exit", i);
        outcome_free(&outcome);
    }
    assert_int_equal(count_descriptors(), before);
}

/*** The groups ***/

#define RUN_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define EVERYWHERE                                                                                 \
    RUN_TEST(a_run_begins_with_start_and_ends_with_exit),                                          \
        RUN_TEST(a_summary_has_the_metrics_the_checks_and_the_exit),                               \
        RUN_TEST(a_last_line_without_newline_is_kept),                                             \
        RUN_TEST(all_lines_come_before_exit_even_of_a_demo_that_prints_a_lot_at_once),             \
        RUN_TEST(an_ended_run_is_found_by_its_id_until_sixteen_more_have_ended),                   \
        RUN_TEST(an_exit_code_is_reported_with_the_last_words_on_standard_error),                  \
        RUN_TEST(a_crash_is_reported_with_its_signal), RUN_TEST(abort_is_reported_as_SIGABRT),     \
        RUN_TEST(a_run_is_stopped_politely_first),                                                 \
        RUN_TEST(a_run_that_does_not_promise_to_be_polite_is_not_asked),                           \
        RUN_TEST(runs_beyond_the_limit_wait_and_say_their_place),                                  \
        RUN_TEST(a_run_is_refused_when_the_queue_is_full),                                         \
        cmocka_unit_test(runs_free_ends_everything_and_gives_back_every_descriptor),               \
        RUN_TEST(a_hundred_runs_leave_no_descriptor)

static int everywhere(void)
{
    const struct CMUnitTest tests[] = {EVERYWHERE};
    return cmocka_run_group_tests_name(sandbox_mode_name(mode), tests, NULL, NULL);
}

/* bubblewrap tells no more than a code. */
static int but_for_bubblewrap(void)
{
    const struct CMUnitTest tests[] = {
        EVERYWHERE, RUN_TEST(a_program_that_cannot_be_executed_says_so_in_the_log)};
    return cmocka_run_group_tests_name(sandbox_mode_name(mode), tests, NULL, NULL);
}

int main(void)
{
    demo_dir_make();
    chmod(demo_dir, 0755);
    int failed = run_group(SANDBOX_NAMESPACES, NULL, but_for_bubblewrap);
    failed += run_group(SANDBOX_BWRAP, forbid_mount_setattr, everywhere);
    failed += run_group(SANDBOX_PROCESS, forbid_namespaces, but_for_bubblewrap);
    demo_dir_remove();
    return failed;
}
