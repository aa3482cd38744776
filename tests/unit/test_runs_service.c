/* Runs from start to exit, with a demo that misbehaves on request (tests/sandbox/selftest.c): in
 * namespaces where they can be had, and again as a process group, where they are forbidden. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runs/run.h"
#include "runs/runner.h"

enum { DEADLINE_MS = 20000 }; /* when to give up, not what is measured */

static char demo_dir[] = "/tmp/prepd-test-XXXXXX";
static bool namespaces; /* the kind of sandbox that this group is about */

/*** A world: loop, catalogue, runner, runs ***/

struct world {
    struct loop *loop;
    struct catalogue *catalogue;
    struct runner_link *link;
    struct runs *runs;
    int started, ended;
};

static void count_started(struct run *run, void *ud)
{
    struct world *world = ud;
    assert_true(runlog_count(run_log(run)) > 0);
    world->started++;
}

static void count_ended(struct run *run, void *ud)
{
    struct world *world = ud;
    assert_true(runlog_is_closed(run_log(run)));
    assert_int_equal(run_state(run), RUN_ENDED);
    world->ended++;
}

static void world_open(struct world *world, int max_running, int max_queued)
{
    struct err err = {0};
    const char *dirs[] = {demo_dir};
    *world = (struct world){0};
    if (runs_fork(&world->link, &err) < 0 || loop_new(&world->loop, &err) < 0 ||
        catalogue_load(dirs, 1, &world->catalogue, &err) < 0)
        fail_msg("%s", err.text);
    struct runs_options options = {
        .loop = world->loop,
        .catalogue = world->catalogue,
        .link = world->link,
        .max_running = max_running,
        .max_queued = max_queued,
        .ud = world,
        .started = count_started,
        .ended = count_ended,
    };
    if (runs_new(&options, &world->runs, &err) < 0)
        fail_msg("%s", err.text);
}

static int setup(void **state)
{
    struct world *world = malloc(sizeof *world);
    world_open(world, 2, 2);
    *state = world;
    return 0;
}

static int teardown(void **state)
{
    struct world *world = *state;
    runs_free(world->runs);
    catalogue_free(world->catalogue);
    loop_free(world->loop);
    free(world);
    return 0;
}

/* The demo that may do everything where there are namespaces, else the one without needs. */
static const struct demo *the_demo(const struct world *world)
{
    const struct demo *demo = catalogue_find(world->catalogue, namespaces ? "selftest" : "plain");
    if (!demo->available)
        fail_msg("%s", demo->why);
    return demo;
}

static struct run *start_tagged(struct world *world, const char *act, int n, int tag)
{
    struct err err = {0};
    struct run *run = NULL;
    json_t *given = json_pack("{s:s, s:i, s:i}", "act", act, "n", n, "tag", tag), *params;
    if (demo_params_check(the_demo(world), given, &params, &err) < 0 ||
        runs_start(world->runs, the_demo(world), params, &run, &err) < 0)
        fail_msg("%s", err.text);
    json_decref(given);
    json_decref(params);
    return run;
}

static struct run *start(struct world *world, const char *act, int n)
{
    return start_tagged(world, act, n, 0);
}

static void turn_until_ended(struct world *world, struct run *run)
{
    int64_t deadline = clock_ms() + DEADLINE_MS;
    while (run_state(run) != RUN_ENDED && clock_ms() < deadline)
        loop_turn(world->loop, 100);
    assert_int_equal(run_state(run), RUN_ENDED);
}

/* Until its log has an event of that kind. */
static void turn_until_said(struct world *world, struct run *run, const char *kind)
{
    char line[32];
    int64_t deadline = clock_ms() + DEADLINE_MS;
    snprintf(line, sizeof line, "\"event\":\"%s\"", kind);
    for (;;) {
        cleanup_text struct text log = {0};
        assert_int_equal(runlog_ndjson(run_log(run), 1, UINT64_MAX, &log), 0);
        if (log.data && strstr(log.data, line))
            return;
        if (clock_ms() > deadline)
            fail_msg("no %s in: %s", kind, log.data);
        loop_turn(world->loop, 100);
    }
}

/* A run that has ended, and what is known of it. */
struct outcome {
    struct run *run;
    json_t *summary;
    struct text log;
};

static struct outcome outcome_of(struct world *world, struct run *run)
{
    struct outcome outcome = {.run = run};
    turn_until_ended(world, run);
    outcome.summary = run_summary(run);
    assert_int_equal(runlog_ndjson(run_log(run), 1, UINT64_MAX, &outcome.log), 0);
    return outcome;
}

static struct outcome run_to_end(struct world *world, const char *act, int n)
{
    return outcome_of(world, start(world, act, n));
}

static void outcome_free(struct outcome *outcome)
{
    json_decref(outcome->summary);
    text_free(&outcome->log);
    run_unref(outcome->run);
}

static json_int_t exit_field(const struct outcome *outcome, const char *name)
{
    const json_t *value = json_object_get(json_object_get(outcome->summary, "exit"), name);
    if (!value)
        fail_msg("exit has no %s: %s", name, outcome->log.data);
    return json_is_boolean(value) ? json_is_true(value) : json_integer_value(value);
}

static double metric_of(const struct outcome *outcome)
{
    const json_t *metric = json_object_get(json_object_get(outcome->summary, "metrics"), "value");
    if (!metric)
        fail_msg("no metric in: %s", outcome->log.data);
    return json_number_value(json_object_get(metric, "value"));
}

static void assert_limit(const struct outcome *outcome, const char *limit)
{
    const char *got = json_string_value(json_object_get(outcome->summary, "limit"));
    assert_string_equal(got ? got : "none", limit);
    assert_true(!got || strstr(outcome->log.data, "\"event\":\"limit\""));
}

static void assert_says(const struct outcome *outcome, const char *bytes)
{
    if (!outcome->log.data || !strstr(outcome->log.data, bytes))
        fail_msg("%s is not in: %s", bytes, outcome->log.data);
}

/*** Counting what is left ***/

static bool cmdline_has(const char *pid, const char *arg)
{
    char path[300], buf[4096];
    snprintf(path, sizeof path, "/proc/%s/cmdline", pid);
    cleanup_close int fd = open(path, O_RDONLY);
    ssize_t n = fd < 0 ? 0 : read(fd, buf, sizeof buf - 1);
    buf[n > 0 ? n : 0] = '\0';
    for (const char *at = buf; at < buf + n; at += strlen(at) + 1)
        if (!strcmp(at, arg))
            return true;
    return false;
}

static int count_tagged(int tag)
{
    char arg[32];
    int n = 0;
    snprintf(arg, sizeof arg, "--tag=%d", tag);
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    while ((entry = readdir(proc)))
        n += entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && cmdline_has(entry->d_name, arg);
    closedir(proc);
    return n;
}

static void assert_none_left(int tag)
{
    int64_t deadline = clock_ms() + 5000;
    while (count_tagged(tag) && clock_ms() < deadline)
        usleep(2000);
    assert_int_equal(count_tagged(tag), 0);
}

static int new_tag(void)
{
    static int n;
    return (int)(getpid() % 100000) * 1000 + ++n;
}

static int count_descriptors(void)
{
    int n = 0;
    for (int fd = 0; fd < 1024; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

/*** A run that goes well ***/

static void a_run_begins_with_start_and_ends_with_exit(void **state)
{
    struct world *world = *state;
    struct outcome outcome = run_to_end(world, "ok", 3);
    const char *first = "{\"event\":\"start\",\"t\":0,\"run\":\"";
    assert_int_equal(strncmp(outcome.log.data, first, strlen(first)), 0);
    assert_says(&outcome, "\n{\"event\":\"exit\",\"t\":");
    assert_says(&outcome, "\"act\":\"ok\",\"n\":3");
    assert_says(&outcome, namespaces ? "\"sandbox\":\"namespaces\"" : "\"sandbox\":\"process\"");
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
    const int signals[] = {SIGSEGV, SIGTERM, SIGKILL, SIGUSR1};
    for (size_t i = 0; i < ARRAY_LEN(signals); i++) {
        struct outcome outcome = run_to_end(*state, "crash", signals[i]);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
        if (signals[i] == SIGSEGV) { /* the sanitizer catches it and exits 1 */
            outcome_free(&outcome);
            continue;
        }
#endif
        assert_int_equal(exit_field(&outcome, "signal"), signals[i]);
        outcome_free(&outcome);
    }
}

static void abort_is_reported_as_SIGABRT(void **state)
{
    struct outcome outcome = run_to_end(*state, "abort", 0);
    assert_int_equal(exit_field(&outcome, "signal"), SIGABRT);
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

/*** Output that is no good ***/

static void bad_lines_become_errors_that_name_the_line(void **state)
{
    struct outcome outcome = run_to_end(*state, "bad_json", 0);
    assert_says(&outcome, "Line 1 is not a valid event: not JSON");
    assert_says(&outcome,
                "Line 2 is not a valid event: event must be a kind that a demo may print");
    assert_says(&outcome, "Line 4 is not a valid event: view must be a view");
    assert_true(metric_of(&outcome) == 1);
    outcome_free(&outcome);
}

static void binary_output_never_reaches_the_log(void **state)
{
    struct outcome outcome = run_to_end(*state, "binary", 0);
    assert_int_equal(utf8_valid_len(outcome.log.data, outcome.log.len), outcome.log.len);
    assert_says(&outcome, "\"event\":\"error\"");
    assert_true(metric_of(&outcome) == 1);
    outcome_free(&outcome);
}

static void a_line_of_64_kB_is_one_error_and_the_next_line_is_read(void **state)
{
    struct outcome outcome = run_to_end(*state, "long_line", 65536);
    assert_says(&outcome, "Line 1 is not a valid event: longer than 4096 bytes");
    assert_int_equal(runlog_count(run_log(outcome.run)), 1 + 1 + 1 + 1);
    outcome_free(&outcome);
}

static void a_flood_is_cut_and_what_came_before_is_kept(void **state)
{
    struct outcome outcome = run_to_end(*state, "flood", 0);
    assert_limit(&outcome, "rate");
    assert_true(runlog_count(run_log(outcome.run)) >= LINES_BURST);
    outcome_free(&outcome);
}

static void a_flood_of_bytes_is_cut_too(void **state)
{
    struct outcome outcome = run_to_end(*state, "long_line", OUTPUT_BYTES_MAX + 1);
    assert_limit(&outcome, "output");
    outcome_free(&outcome);
    outcome = run_to_end(*state, "flood_errors", 0);
    assert_limit(&outcome, "output");
    outcome_free(&outcome);
}

/*** Limits and stops ***/

static void a_run_past_its_wall_limit_is_ended(void **state)
{
    int tag = new_tag();
    struct outcome outcome = outcome_of(*state, start_tagged(*state, "ignore_term", 0, tag));
    assert_limit(&outcome, "wall");
    assert_int_equal(exit_field(&outcome, "stopped"), 0);
    assert_true(exit_field(&outcome, "wall_ms") >= 2000);
    assert_none_left(tag);
    outcome_free(&outcome);
}

static void a_run_that_takes_more_memory_than_allowed_is_ended(void **state)
{
    struct outcome outcome = run_to_end(*state, "memory", 4096);
    assert_limit(&outcome, "memory");
    outcome_free(&outcome);
}

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

/* Whatever the demo does, a stop ends it, and nothing with its tag stays. */
static void assert_stops(struct world *world, const char *act, int n)
{
    int tag = new_tag();
    struct run *run = start_tagged(world, act, n, tag);
    turn_until_said(world, run, "metric");
    assert_true(count_tagged(tag) > 0);
    runs_stop(world->runs, run);
    struct outcome outcome = outcome_of(world, run);
    assert_int_equal(exit_field(&outcome, "signal"), SIGKILL);
    assert_none_left(tag);
    outcome_free(&outcome);
}

static void a_run_that_ignores_every_signal_is_stopped(void **state)
{
    assert_stops(*state, "ignore_term", 0);
}

static void a_run_that_has_stopped_itself_is_stopped(void **state)
{
    assert_stops(*state, "stop_self", 0);
}

static void a_fork_bomb_leaves_nothing(void **state)
{
    assert_stops(*state, "fork_bomb", 100);
}

static void daemons_end_with_their_run(void **state)
{
    int tag = new_tag();
    struct outcome outcome = outcome_of(*state, start_tagged(*state, "daemon", 5, tag));
    assert_true(metric_of(&outcome) == 5);
    assert_int_equal(exit_field(&outcome, "code"), 0);
    assert_none_left(tag);
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

/*** Deaths ***/

static void the_death_of_the_runner_ends_its_runs_and_refuses_new_ones(void **state)
{
    struct world *world = *state;
    int tag = new_tag();
    struct run *run = start_tagged(world, "ignore_term", 0, tag);
    struct err err = {0};
    turn_until_said(world, run, "metric");
    kill(world->link->pid, SIGKILL);
    struct outcome outcome = outcome_of(world, run);
    assert_says(&outcome, "The process that starts demos has ended");
    assert_none_left(tag);
    assert_int_equal(runs_can_run(world->runs, the_demo(world), &err), -EPIPE);
    outcome_free(&outcome);
}

/* In a process of its own, which stands in for prepd. */
static _Noreturn void be_prepd(int tag, int ready_fd)
{
    struct world world;
    world_open(&world, 2, 0);
    struct run *bomb = start_tagged(&world, "fork_bomb", 20, tag);
    struct run *deaf = start_tagged(&world, "ignore_term", 0, tag);
    turn_until_said(&world, bomb, "metric");
    turn_until_said(&world, deaf, "metric");
    if (write(ready_fd, "x", 1) != 1)
        _exit(1);
    for (;;)
        pause();
}

static void the_death_of_prepd_leaves_nothing(void **state)
{
    int ready[2], tag = new_tag();
    char byte;
    (void)state;
    assert_int_equal(pipe(ready), 0);
    prctl(PR_SET_CHILD_SUBREAPER,
          1); /* whatever prepd leaves behind becomes a child of this test */
    pid_t prepd = fork();
    if (prepd == 0)
        be_prepd(tag, ready[1]);
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_true(count_tagged(tag) >= 2);
    kill(prepd, SIGKILL);
    assert_none_left(tag);
    close(ready[0]);
    while (waitpid(-1, NULL, 0) > 0) /* prepd, the runner; a process that stays would make this hang
                                        until the test's time is up */
        ;
    assert_int_equal(errno, ECHILD);
}

static void runs_free_ends_everything_and_gives_back_every_descriptor(void **state)
{
    struct world world;
    int tag = new_tag(), before = count_descriptors();
    (void)state;
    world_open(&world, 2, 2);
    struct run *kept = start_tagged(&world, "ignore_term", 0, tag);
    run_unref(start_tagged(&world, "daemon", 3, tag));
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

/*** What a demo can see and do ***/

static double ask(struct world *world, const char *act)
{
    struct outcome outcome = run_to_end(world, act, 0);
    double value = metric_of(&outcome);
    outcome_free(&outcome);
    return value;
}

static void a_demo_has_three_descriptors_and_an_empty_environment(void **state)
{
    setenv("PREPD_SECRET", "x", 1);
    assert_true(ask(*state, "surroundings") == 0);
}

static void a_demo_has_no_privileges_and_usual_signals(void **state)
{
    assert_true(ask(*state, "privileges") == 1);
}

static void a_demo_is_never_root(void **state)
{
    assert_true(ask(*state, "uid") != 0);
}

static void a_demo_is_not_pid_1(void **state)
{
    assert_true(ask(*state, "pid") == 2);
}

static void a_demo_cannot_write_outside_its_scratch_folder_or_reach_other_processes(void **state)
{
    assert_true(ask(*state, "escape") == 0);
}

static void a_demo_has_a_loopback_of_its_own_and_no_other_network(void **state)
{
    assert_true(ask(*state, "network") == 1);
}

static void a_fork_bomb_is_bounded(void **state)
{
    struct world *world = *state;
    int tag = new_tag();
    struct run *run = start_tagged(world, "fork_bomb", 10000, tag);
    turn_until_said(world, run, "metric");
    runs_stop(world->runs, run);
    struct outcome outcome = outcome_of(world, run);
    assert_in_range((int)metric_of(&outcome), 2, 9999);
    assert_none_left(tag);
    outcome_free(&outcome);
}

static void a_demo_that_needs_a_network_is_refused_without_namespaces(void **state)
{
    struct world *world = *state;
    struct err err = {0};
    const struct demo *demo = catalogue_find(world->catalogue, "selftest");
    assert_int_equal(runs_can_run(world->runs, demo, &err), -ENOSYS);
    assert_non_null(strstr(err.text, runs_sandbox(world->runs)->step));
    assert_true(runs_sandbox(world->runs)->code != 0);
}

/*** Both groups ***/

#define RUN_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define COMMON_TESTS                                                                               \
    RUN_TEST(a_run_begins_with_start_and_ends_with_exit),                                          \
        RUN_TEST(a_summary_has_the_metrics_the_checks_and_the_exit),                               \
        RUN_TEST(a_last_line_without_newline_is_kept),                                             \
        RUN_TEST(all_lines_come_before_exit_even_of_a_demo_that_prints_a_lot_at_once),             \
        RUN_TEST(an_ended_run_is_found_by_its_id_until_sixteen_more_have_ended),                   \
        RUN_TEST(an_exit_code_is_reported_with_the_last_words_on_standard_error),                  \
        RUN_TEST(a_crash_is_reported_with_its_signal), RUN_TEST(abort_is_reported_as_SIGABRT),     \
        RUN_TEST(a_program_that_cannot_be_executed_says_so_in_the_log),                            \
        RUN_TEST(bad_lines_become_errors_that_name_the_line),                                      \
        RUN_TEST(binary_output_never_reaches_the_log),                                             \
        RUN_TEST(a_line_of_64_kB_is_one_error_and_the_next_line_is_read),                          \
        RUN_TEST(a_flood_is_cut_and_what_came_before_is_kept),                                     \
        RUN_TEST(a_flood_of_bytes_is_cut_too), RUN_TEST(a_run_past_its_wall_limit_is_ended),       \
        RUN_TEST(a_run_that_takes_more_memory_than_allowed_is_ended),                              \
        RUN_TEST(a_run_is_stopped_politely_first),                                                 \
        RUN_TEST(a_run_that_ignores_every_signal_is_stopped),                                      \
        RUN_TEST(a_run_that_has_stopped_itself_is_stopped), RUN_TEST(a_fork_bomb_leaves_nothing),  \
        RUN_TEST(daemons_end_with_their_run),                                                      \
        RUN_TEST(runs_beyond_the_limit_wait_and_say_their_place),                                  \
        RUN_TEST(a_run_is_refused_when_the_queue_is_full),                                         \
        RUN_TEST(the_death_of_the_runner_ends_its_runs_and_refuses_new_ones),                      \
        cmocka_unit_test(the_death_of_prepd_leaves_nothing),                                       \
        cmocka_unit_test(runs_free_ends_everything_and_gives_back_every_descriptor),               \
        RUN_TEST(a_hundred_runs_leave_no_descriptor),                                              \
        RUN_TEST(a_demo_has_three_descriptors_and_an_empty_environment),                           \
        RUN_TEST(a_demo_has_no_privileges_and_usual_signals), RUN_TEST(a_demo_is_never_root)

static int run_in_namespaces(void)
{
    const struct CMUnitTest tests[] = {
        COMMON_TESTS,
        RUN_TEST(a_demo_is_not_pid_1),
        RUN_TEST(a_demo_cannot_write_outside_its_scratch_folder_or_reach_other_processes),
        RUN_TEST(a_demo_has_a_loopback_of_its_own_and_no_other_network),
        RUN_TEST(a_fork_bomb_is_bounded),
    };
    namespaces = true;
    return cmocka_run_group_tests_name("in namespaces", tests, NULL, NULL);
}

static int run_as_process(void)
{
    const struct CMUnitTest tests[] = {
        COMMON_TESTS,
        RUN_TEST(a_demo_that_needs_a_network_is_refused_without_namespaces),
    };
    namespaces = false;
    return cmocka_run_group_tests_name("as a process group", tests, NULL, NULL);
}

static enum sandbox_mode mode_here(void)
{
    struct world *world = malloc(sizeof *world);
    world_open(world, 1, 0);
    enum sandbox_mode mode = runs_sandbox(world->runs)->mode;
    print_message("%s\n", runs_sandbox(world->runs)->text);
    teardown((void **)&world);
    return mode;
}

/* Goes where no user namespace can be made: into one that allows none, as a user that is not root.
 */
static bool forbid_namespaces(void)
{
    char map[64];
    if (geteuid() == 0 && (setgroups(0, NULL) < 0 || setresgid(65534, 65534, 65534) < 0 ||
                           setresuid(65534, 65534, 65534) < 0))
        return false;
    prctl(PR_SET_DUMPABLE, 1);
    snprintf(map, sizeof map, "%u %u 1", geteuid(), geteuid());
    if (unshare(CLONE_NEWUSER) < 0)
        return errno != EINVAL; /* forbidden already; or this process has threads, a sanitizer's */
    const char *const writes[][2] = {{"/proc/self/uid_map", map},
                                     {"/proc/sys/user/max_user_namespaces", "0"}};
    for (size_t i = 0; i < ARRAY_LEN(writes); i++) {
        cleanup_close int fd = open(writes[i][0], O_WRONLY);
        if (fd < 0 || write(fd, writes[i][1], strlen(writes[i][1])) < 0)
            return false;
    }
    return true;
}

static int run_without_namespaces(void)
{
    int status = 1;
    pid_t pid = fork();
    if (pid == 0) {
        if (!forbid_namespaces()) {
            print_message("skipped: the tests without namespaces: cannot forbid them here\n");
            exit(0);
        }
        exit(mode_here() == SANDBOX_PROCESS ? run_as_process() : 1);
    }
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/*** The demo folder: selftest, and the same without needs as plain ***/

static void copy_program(const char *name)
{
    char path[300], *bytes;
    size_t len;
    struct err err = {0};
    snprintf(path, sizeof path, "%s/%s", demo_dir, name);
    if (file_read(PREPD_TEST_PROGRAMS "/selftest", 64 << 20, 0, &bytes, &len, &err) < 0)
        fail_msg("%s", err.text);
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0755);
    if (fd < 0 || write(fd, bytes, len) != (ssize_t)len)
        fail_msg("cannot write %s", path);
    close(fd);
    free(bytes);
}

static void write_manifest(const char *name, bool needs)
{
    char path[300];
    json_t *manifest = json_load_file(PREPD_FIXTURES "/runs/selftest.json", 0, NULL);
    json_object_set_new(manifest, "id", json_string(name));
    if (!needs)
        json_object_del(manifest, "needs");
    snprintf(path, sizeof path, "%s/%s.json", demo_dir, name);
    json_dump_file(manifest, path, 0);
    json_decref(manifest);
}

static void demo_dir_make(void)
{
    if (!mkdtemp(demo_dir))
        abort();
    const char *const names[] = {"selftest", "plain"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        copy_program(names[i]);
        write_manifest(names[i], i == 0);
    }
}

static void demo_dir_remove(void)
{
    const char *const files[] = {"selftest", "selftest.json", "plain", "plain.json"};
    for (size_t i = 0; i < ARRAY_LEN(files); i++) {
        char path[300];
        snprintf(path, sizeof path, "%s/%s", demo_dir, files[i]);
        unlink(path);
    }
    rmdir(demo_dir);
}

/* The first group has the folder closed to all but its owner, and in the place of the sandbox's
 * scratch mount: the demo is then executed by its descriptor. The second finds it by its path. */
int main(void)
{
    demo_dir_make();
    int failed = 0;
    if (mode_here() == SANDBOX_NAMESPACES)
        failed += run_in_namespaces();
    else
        print_message("skipped: the tests of namespaces\n");
    chmod(demo_dir, 0755);
    failed += run_without_namespaces();
    demo_dir_remove();
    return failed;
}
