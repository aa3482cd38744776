/* What a demo prints that is no good, and what it takes too much of: each limit has its name, and
 * what came before is kept; in each kind of sandbox that this machine can be brought to. */
#include "runs_world.h"

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

/*** Limits ***/

static void a_run_past_its_wall_limit_is_ended(void **state)
{
    int tag = new_tag();
    struct outcome outcome = outcome_of(*state, start_demo(*state, "hasty", "ignore_term", 0, tag));
    assert_limit(&outcome, "wall");
    assert_int_equal(exit_field(&outcome, "stopped"), 0);
    assert_true(exit_field(&outcome, "wall_ms") >= 1000);
    assert_none_left(tag);
    outcome_free(&outcome);
}

static void a_run_that_takes_more_memory_than_allowed_is_ended(void **state)
{
    struct outcome outcome = run_to_end(*state, "memory", 4096);
    assert_limit(&outcome, "memory");
    assert_true(exit_field(&outcome, "max_rss") > 256 << 20);
    outcome_free(&outcome);
}

/* Whatever it takes too much of, the limit has its own name. */
static void assert_ended_by(struct world *world, const char *act, int n, const char *limit)
{
    int tag = new_tag();
    struct outcome outcome = outcome_of(world, start_tagged(world, act, n, tag));
    assert_limit(&outcome, limit);
    assert_none_left(tag);
    outcome_free(&outcome);
}

static void a_fork_bomb_is_ended_by_the_limit_of_processes(void **state)
{
    assert_ended_by(*state, "fork_bomb", 100000, "processes");
}

static void memory_of_a_process_whose_first_thread_has_ended_counts(void **state)
{
    assert_ended_by(*state, "memory_of_thread", 400, "memory");
}

/* One descriptor in all; the clients' ends are no sockets any more once they are in TIME_WAIT. */
static void sockets_that_wait_to_be_accepted_count(void **state)
{
    assert_ended_by(*state, "socket_queue", 2600, "files");
}

static void memory_of_many_processes_counts_together(void **state)
{
    assert_ended_by(*state, "memory_of_children", 30, "memory");
}

static void memory_in_memfds_counts(void **state)
{
    assert_ended_by(*state, "memfds", 40, "memory");
}

static void memory_in_memfds_that_are_closed_but_mapped_counts(void **state)
{
    assert_ended_by(*state, "memfds_closed", 40, "memory");
}

static void processor_time_of_many_processes_counts_together(void **state)
{
    assert_ended_by(*state, "spin_children", 4, "cpu");
}

static void a_demo_that_leaks_descriptors_is_ended(void **state)
{
    assert_ended_by(*state, "leak_files", 0, "files");
}

static void a_file_that_grows_too_large_ends_the_demo(void **state)
{
    assert_ended_by(*state, "large_file", 17, "file_size");
}

static void a_demo_that_spins_is_ended_by_the_limit_of_processor_time(void **state)
{
    struct outcome outcome = run_to_end(*state, "spin", 0);
    assert_limit(&outcome, "cpu");
    assert_true(exit_field(&outcome, "cpu_ms") >= 900); /* of 1000, by the kernel's ticks */
    outcome_free(&outcome);
}

static void a_demo_that_makes_many_files_is_refused_more(void **state)
{
    struct outcome outcome = run_to_end(*state, "many_files", 100000);
    assert_true(metric_of(&outcome) > 1000);
    assert_true(metric_of(&outcome) <= 4096);
    outcome_free(&outcome);
}

/*** The groups ***/

#define RUN_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define ONE_PROCESS                                                                                \
    RUN_TEST(bad_lines_become_errors_that_name_the_line),                                          \
        RUN_TEST(binary_output_never_reaches_the_log),                                             \
        RUN_TEST(a_line_of_64_kB_is_one_error_and_the_next_line_is_read),                          \
        RUN_TEST(a_flood_is_cut_and_what_came_before_is_kept),                                     \
        RUN_TEST(a_flood_of_bytes_is_cut_too), RUN_TEST(a_run_past_its_wall_limit_is_ended),       \
        RUN_TEST(a_run_that_takes_more_memory_than_allowed_is_ended),                              \
        RUN_TEST(memory_of_a_process_whose_first_thread_has_ended_counts),                         \
        RUN_TEST(a_demo_that_leaks_descriptors_is_ended),                                          \
        RUN_TEST(a_demo_that_spins_is_ended_by_the_limit_of_processor_time)

static int many_processes(void)
{
    const struct CMUnitTest tests[] = {
        ONE_PROCESS,
        RUN_TEST(a_fork_bomb_is_ended_by_the_limit_of_processes),
        RUN_TEST(memory_of_many_processes_counts_together),
        RUN_TEST(sockets_that_wait_to_be_accepted_count),
        RUN_TEST(memory_in_memfds_counts),
        RUN_TEST(memory_in_memfds_that_are_closed_but_mapped_counts),
        RUN_TEST(processor_time_of_many_processes_counts_together),
        RUN_TEST(a_file_that_grows_too_large_ends_the_demo),
    };
    return cmocka_run_group_tests_name(sandbox_mode_name(mode), tests, NULL, NULL);
}

/* What bubblewrap cannot limit. */
static int in_namespaces(void)
{
    const struct CMUnitTest tests[] = {RUN_TEST(a_demo_that_makes_many_files_is_refused_more)};
    return many_processes() +
           cmocka_run_group_tests_name(sandbox_mode_name(mode), tests, NULL, NULL);
}

static int one_process(void)
{
    const struct CMUnitTest tests[] = {ONE_PROCESS};
    return cmocka_run_group_tests_name(sandbox_mode_name(mode), tests, NULL, NULL);
}

int main(void)
{
    demo_dir_make();
    chmod(demo_dir, 0755);
    int failed = run_group(SANDBOX_NAMESPACES, NULL, in_namespaces);
    failed += run_group(SANDBOX_BWRAP, forbid_mount_setattr, many_processes);
    failed += run_group(SANDBOX_PROCESS, forbid_namespaces, one_process);
    demo_dir_remove();
    return failed;
}
