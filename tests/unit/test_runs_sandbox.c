/* What a demo can see and do, and with which rights the processes above it run; in each kind of
 * sandbox that this machine can be brought to. */
#include "runs_world.h"

#include "runs/sandbox.h"

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
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    const int allowed = 1; /* the sanitizer's */
#else
    const int allowed = 0;
#endif
    assert_true(ask(*state, "surroundings") == allowed);
}

static void a_demo_has_no_privileges_and_usual_signals(void **state)
{
    assert_true(ask(*state, "privileges") == 1);
}

/* Which every demo can read, as that of its pid 1. */
static void nothing_of_prepds_command_line_is_the_runners(void **state)
{
    struct world *world = *state;
    char path[48], line[256];
    ask(world, "pid"); /* it has begun by now */
    snprintf(path, sizeof path, "/proc/%d/cmdline", world->link->pid);
    size_t len = proc_read(path, line, sizeof line);
    assert_string_equal(line, "prepd-runner");
    for (size_t i = strlen(line); i < len; i++)
        assert_int_equal(line[i], 0);
}

static void a_demo_is_never_root(void **state)
{
    assert_true(ask(*state, "uid") != 0);
}

static void a_demo_is_the_first_to_go_where_the_machine_runs_out_of_memory(void **state)
{
    assert_true(ask(*state, "oom") == 1000);
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

static void a_demo_sees_the_sockets_of_its_own_network_by_netlink_and_proc(void **state)
{
    assert_true(ask(*state, "diag") == 1); /* the machine has others, or none */
}

static void a_demo_has_the_usual_kinds_of_sockets_and_no_other(void **state)
{
    assert_true(ask(*state, "socket_kinds") == 0);
}

/* What they hold counts for no process. */
static void the_buffers_of_a_socket_are_short_and_stay_so(void **state)
{
    double bytes = ask(*state, "socket_buffers");
    assert_true(bytes > 0 && bytes <= 512 * 1024);
}

static void settings_of_its_network_are_set_from_parameters(void **state)
{
    struct outcome outcome = outcome_of(*state, start_demo(*state, "settings", "sysctl", 500, 0));
    assert_true(metric_of(&outcome) == 1500); /* 10000 … 10999 + n */
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

/* Bubblewrap makes the network, and nobody could set anything in it; elsewhere there is none. */
static void a_demo_with_settings_of_its_network_is_refused_with_the_reason(void **state)
{
    struct world *world = *state;
    struct err err = {0};
    const struct demo *demo = catalogue_find(world->catalogue, "settings");
    assert_int_equal(runs_can_run(world->runs, demo, &err), -ENOSYS);
    assert_non_null(strstr(err.text, runs_sandbox(world->runs)->step));
    assert_true(runs_sandbox(world->runs)->code != 0);
}

/*** Those above it ***/

/* A line of /proc/PID/status as a hexadecimal or decimal number. */
static unsigned long long status_of(pid_t pid, const char *name, int base)
{
    char path[48], line[256];
    unsigned long long value = ~0ULL;
    snprintf(path, sizeof path, "/proc/%d/status", pid);
    cleanup_fclose FILE *status = fopen(path, "r");
    while (status && fgets(line, sizeof line, status))
        if (!strncmp(line, name, strlen(name)))
            value = strtoull(line + strlen(name) + 1, NULL, base);
    return value;
}

static void assert_no_rights(pid_t pid)
{
    assert_int_equal(status_of(pid, "CapEff", 16), 0);
    assert_int_equal(status_of(pid, "CapPrm", 16), 0);
    assert_true(status_of(pid, "Uid", 10) != 0);
}

static void neither_the_runner_nor_pid_1_has_a_capability_while_a_demo_runs(void **state)
{
    struct world *world = *state;
    pid_t tree[3];
    struct run *run = start(world, "sleep", 0);
    turn_until_said(world, run, "metric");
    assert_int_equal(tree_list(world->link->pid, tree, 3), 3); /* and the demo */
    for (size_t i = 0; i < ARRAY_LEN(tree); i++)
        assert_no_rights(tree[i]);
    runs_stop(world->runs, run);
    struct outcome outcome = outcome_of(world, run);
    outcome_free(&outcome);
}

/*** Of the runner ***/

static pid_t fork_pausing(void)
{
    pid_t pid = fork();
    while (pid == 0)
        pause();
    return pid;
}

/* Their list is longer than one page of the kernel's. */
static void all_children_of_a_process_are_found(void **state)
{
    enum { CHILDREN = 900 };
    static pid_t tree[TREE_MAX];
    pid_t children[CHILDREN];
    size_t n = 0;
    (void)state;
    while (n < CHILDREN && (children[n] = fork_pausing()) > 0)
        n++;
    size_t found = tree_list(getpid(), tree, TREE_MAX);
    for (size_t i = 0; i < n; i++) {
        kill(children[i], SIGKILL);
        waitpid(children[i], NULL, 0);
    }
    assert_int_equal(n, CHILDREN);
    assert_int_equal(found, 1 + CHILDREN);
}

/*** The groups ***/

#define RUN_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define EVERYWHERE                                                                                 \
    RUN_TEST(a_demo_has_three_descriptors_and_an_empty_environment),                               \
        RUN_TEST(a_demo_has_no_privileges_and_usual_signals),                                      \
        RUN_TEST(a_demo_is_the_first_to_go_where_the_machine_runs_out_of_memory),                  \
        RUN_TEST(nothing_of_prepds_command_line_is_the_runners), RUN_TEST(a_demo_is_never_root)
#define ISOLATED                                                                                   \
    RUN_TEST(a_demo_is_not_pid_1),                                                                 \
        RUN_TEST(a_demo_cannot_write_outside_its_scratch_folder_or_reach_other_processes),         \
        RUN_TEST(a_demo_has_a_loopback_of_its_own_and_no_other_network),                           \
        RUN_TEST(a_demo_sees_the_sockets_of_its_own_network_by_netlink_and_proc),                  \
        RUN_TEST(a_demo_has_the_usual_kinds_of_sockets_and_no_other)

static int in_namespaces(void)
{
    const struct CMUnitTest tests[] = {
        EVERYWHERE, ISOLATED, RUN_TEST(settings_of_its_network_are_set_from_parameters),
        RUN_TEST(the_buffers_of_a_socket_are_short_and_stay_so),
        RUN_TEST(neither_the_runner_nor_pid_1_has_a_capability_while_a_demo_runs)};
    return cmocka_run_group_tests_name(sandbox_mode_name(mode), tests, NULL, NULL);
}

static int in_bwrap(void)
{
    const struct CMUnitTest tests[] = {
        EVERYWHERE,
        ISOLATED,
        RUN_TEST(a_demo_with_settings_of_its_network_is_refused_with_the_reason),
    };
    return cmocka_run_group_tests_name(sandbox_mode_name(mode), tests, NULL, NULL);
}

static int as_one_process(void)
{
    const struct CMUnitTest tests[] = {
        EVERYWHERE,
        RUN_TEST(a_demo_that_needs_a_network_is_refused_without_namespaces),
        RUN_TEST(a_demo_with_settings_of_its_network_is_refused_with_the_reason),
    };
    return cmocka_run_group_tests_name(sandbox_mode_name(mode), tests, NULL, NULL);
}

/* The first group has the folder closed to all but its owner, and in the place where the runner
 * makes the sandbox's root folder: as root's the demo is then executed by its descriptor. The
 * others find it by its path. */
static int of_the_runner(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(all_children_of_a_process_are_found)};
    return cmocka_run_group_tests_name("the runner", tests, NULL, NULL);
}

int main(void)
{
    demo_dir_make();
    int failed = of_the_runner();
    failed += run_group(SANDBOX_NAMESPACES, NULL, in_namespaces);
    chmod(demo_dir, 0755);
    failed += run_group(SANDBOX_NAMESPACES, NULL, in_namespaces);
    failed += run_group(SANDBOX_BWRAP, forbid_mount_setattr, in_bwrap);
    failed += run_group(SANDBOX_PROCESS, forbid_namespaces, as_one_process);
    demo_dir_remove();
    return failed;
}
