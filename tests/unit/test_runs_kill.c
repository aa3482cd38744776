/* How runs are ended, and what they leave behind: nothing, whatever they do against it, and whoever
 * of the three kinds of process dies first; in each kind of sandbox, as root and as an ordinary
 * user. */
#include "runs_world.h"

/* Whatever the demo does, a stop ends it, and nothing with its tag stays. */
static void assert_stops(struct world *world, const char *act, int n)
{
    int tag = new_tag();
    struct run *run = start_tagged(world, act, n, tag);
    turn_until_said(world, run, "metric");
    assert_true(count_tagged(tag) > 0);
    runs_stop(world->runs, run);
    struct outcome outcome = outcome_of(world, run);
    assert_killed_by(&outcome, "SIGKILL");
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
    assert_stops(*state, "fork_bomb", 40); /* fewer than the limit */
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

static void a_pid_hopper_leaves_nothing(void **state)
{
    assert_stops(*state, "hopper", 0);
}

static void zombies_are_reaped(void **state)
{
    assert_stops(*state, "zombies", 40);
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

/* It hangs, and what it was told already fills the link. */
static void a_stop_ends_the_run_even_if_the_runner_does_not_listen(void **state)
{
    struct world *world = *state;
    struct wire_end no_such_run = {.kind = WIRE_STOP, .run = UINT32_MAX};
    int tag = new_tag();
    struct run *run = start_tagged(world, "ignore_term", 0, tag);
    turn_until_said(world, run, "metric");
    kill(world->link->pid, SIGSTOP);
    while (wire_send(world->link->fd, &no_such_run, sizeof no_such_run, NULL, 0, false) == 0)
        ;
    runs_stop(world->runs, run);
    struct outcome outcome = outcome_of(world, run);
    assert_int_equal(exit_field(&outcome, "stopped"), 1);
    assert_none_left(tag);
    outcome_free(&outcome);
}

/* In a process of its own, which stands in for prepd. */
static _Noreturn void be_prepd(int tag, bool stop_runner, int ready_fd)
{
    struct world world;
    world_open(&world, 2, 0);
    struct run *bomb =
        start_tagged(&world, mode != SANDBOX_PROCESS ? "fork_bomb" : "sleep", 20, tag);
    struct run *deaf = start_tagged(&world, "ignore_term", 0, tag);
    turn_until_said(&world, bomb, "metric");
    turn_until_said(&world, deaf, "metric");
    if (stop_runner)
        kill(world.link->pid, SIGSTOP);
    if (write(ready_fd, "x", 1) != 1)
        _exit(1);
    for (;;)
        pause();
}

static void assert_prepd_leaves_nothing(bool stop_runner)
{
    int ready[2], tag = new_tag();
    char byte;
    assert_int_equal(pipe(ready), 0);
    prctl(PR_SET_CHILD_SUBREAPER,
          1); /* whatever prepd leaves behind becomes a child of this test */
    pid_t prepd = fork();
    if (prepd == 0)
        be_prepd(tag, stop_runner, ready[1]);
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

static void the_death_of_prepd_leaves_nothing(void **state)
{
    (void)state;
    assert_prepd_leaves_nothing(false);
}

static void the_death_of_prepd_leaves_nothing_even_if_the_runner_is_stopped(void **state)
{
    (void)state;
    assert_prepd_leaves_nothing(true);
}

/*** Many ***/

enum { MANY = 1000, AT_ONCE = 100 };

static size_t resident_kilobytes(pid_t pid)
{
    char path[48], line[128];
    size_t kilobytes = 0;
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    cleanup_fclose FILE *status = fopen(path, "r");
    while (status && fgets(line, sizeof line, status))
        if (sscanf(line, "VmRSS: %zu", &kilobytes) == 1)
            break;
    return kilobytes;
}

static size_t files_of(pid_t pid)
{
    char path[48];
    size_t n = 0;
    snprintf(path, sizeof path, "/proc/%d/fd", pid);
    DIR *files = opendir(path);
    while (files && readdir(files))
        n++;
    if (files)
        closedir(files);
    return n;
}

static void run_many(struct world *world, int n, int tag)
{
    for (int i = 0; i < n; i++)
        run_unref(start_tagged(world, i % 10 ? "ok" : "exit", 1, tag));
    int64_t deadline = clock_ms() + 3 * DEADLINE_MS;
    while (!runs_idle(world->runs) && clock_ms() < deadline)
        loop_turn(world->loop, 100);
    assert_true(runs_idle(world->runs));
}

static void a_thousand_runs_leave_no_process_no_descriptor_and_no_memory(void **state)
{
    struct world world;
    int tag = new_tag();
    (void)state;
    world_open(&world, 4, AT_ONCE);
    pid_t runner = world.link->pid;
    run_many(&world, AT_ONCE, tag); /* allocators and caches have what they want */
    size_t files = files_of(runner) + (size_t)count_descriptors();
    size_t memory = resident_kilobytes(runner);
    for (int i = AT_ONCE; i < MANY; i += AT_ONCE)
        run_many(&world, AT_ONCE, tag);
    assert_int_equal(world.ended, MANY);
    assert_int_equal(files_of(runner) + (size_t)count_descriptors(), files);
#if !defined(__SANITIZE_ADDRESS__) &&                                                              \
    !defined(__SANITIZE_THREAD__) /* which hold on to freed memory */
    assert_true(resident_kilobytes(runner) <= memory + 256);
#else
    (void)memory;
#endif
    assert_none_left(tag);
    struct world *gone = malloc(sizeof *gone);
    *gone = world;
    teardown((void **)&gone);
}

/*** The groups ***/

#define RUN_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define ONE_PROCESS                                                                                \
    RUN_TEST(a_run_that_ignores_every_signal_is_stopped),                                          \
        RUN_TEST(a_run_that_has_stopped_itself_is_stopped),                                        \
        cmocka_unit_test(the_death_of_prepd_leaves_nothing),                                       \
        cmocka_unit_test(the_death_of_prepd_leaves_nothing_even_if_the_runner_is_stopped),         \
        RUN_TEST(the_death_of_the_runner_ends_its_runs_and_refuses_new_ones),                      \
        RUN_TEST(a_stop_ends_the_run_even_if_the_runner_does_not_listen)
#define MANY_PROCESSES                                                                             \
    RUN_TEST(a_fork_bomb_leaves_nothing), RUN_TEST(daemons_end_with_their_run),                    \
        RUN_TEST(a_pid_hopper_leaves_nothing), RUN_TEST(zombies_are_reaped)

static int group(const struct CMUnitTest *tests, size_t n)
{
    return _cmocka_run_group_tests(sandbox_mode_name(mode), tests, n, NULL, NULL);
}

static int in_namespaces(void)
{
    const struct CMUnitTest tests[] = {ONE_PROCESS, MANY_PROCESSES};
    return group(tests, ARRAY_LEN(tests));
}

static int many_in_namespaces(void)
{
    const struct CMUnitTest tests[] = {
        ONE_PROCESS, MANY_PROCESSES,
        cmocka_unit_test(a_thousand_runs_leave_no_process_no_descriptor_and_no_memory)};
    return group(tests, ARRAY_LEN(tests));
}

static int as_one_process(void)
{
    const struct CMUnitTest tests[] = {ONE_PROCESS};
    return group(tests, ARRAY_LEN(tests));
}

/* The death of the runner is no promise here: a demo may have given up all that ties it to it. */
static int unsafe(void)
{
    const struct CMUnitTest tests[] = {
        RUN_TEST(a_run_that_ignores_every_signal_is_stopped),
        RUN_TEST(a_run_that_has_stopped_itself_is_stopped),
        cmocka_unit_test(the_death_of_prepd_leaves_nothing),
        MANY_PROCESSES,
    };
    return group(tests, ARRAY_LEN(tests));
}

int main(void)
{
    demo_dir_make();
    chmod(demo_dir, 0755);
    int failed = run_group(SANDBOX_NAMESPACES, as_nobody, many_in_namespaces);
    if (geteuid() == 0)
        failed += run_group(SANDBOX_NAMESPACES, NULL, in_namespaces);
    failed += run_group(SANDBOX_BWRAP, forbid_mount_setattr, in_namespaces);
    failed += run_group(SANDBOX_PROCESS, forbid_namespaces, as_one_process);
    failed += run_group(SANDBOX_UNSAFE, NULL, unsafe);
    demo_dir_remove();
    return failed;
}
