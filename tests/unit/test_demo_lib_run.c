/* How a run of demos/lib goes: its bugs, its threads, its end, and its report on a terminal. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "demo_child.h"

static const struct demo_item series[] = {
    {"a", {"甲", "A"}}, {"b", {"乙", "B"}}, {"low", {"低", "low"}, .hidden = true}, {0}};
static const struct demo_item states[] = {{"free", {"空", "free"}}, {0}};

static const struct demo_manifest manifest = {
    .id = "everything",
    .title = {"样样都有", "everything"},
    .summary = {"给测试用", "for tests"},
    .seconds_max = 10,
    .memory_max_mb = 64,
    .views =
        (const struct demo_view[]){
            {"line", DEMO_LINE, {"线", "line"}, .items = series},
            {"bars", DEMO_BARS, {"柱", "bars"}, .items = series},
            {"grid", DEMO_GRID, {"格", "grid"}, .items = states, .cells = 1000, .width = 10},
            {"table", DEMO_TABLE, {"表", "table"}, .items = series},
            {0}},
    .metrics = (const struct demo_metric[]){{"speed", {"速度", "speed"}, "ns"}, {0}},
    .checks = (const struct demo_check[]){{"sound", {"完好", "sound"}}, {0}},
};

static json_t *events_of(int (*run)(struct demo *))
{
    struct caught caught = run_demo(&manifest, run, (const char *const[]){"everything", NULL});
    if (caught.code != 0)
        fail_msg("exit code %d: %s", caught.code, caught.err);
    json_t *events = caught_events(&caught);
    assert_non_null(events);
    caught_free(&caught);
    return events;
}

static double number_at(const json_t *event, const char *key)
{
    const json_t *value = json_object_get(event, key);
    assert_true(json_is_number(value));
    return json_number_value(value);
}

/*** Bugs of a demo ***/

static int run_unknown_series(struct demo *demo)
{
    demo_sample(demo, "line", {"nobody", 1});
    return 0;
}

static int run_wrong_kind_of_view(struct demo *demo)
{
    demo_sample(demo, "table", {"a", 1});
    return 0;
}

static int run_too_many_cells(struct demo *demo)
{
    demo_put_cells(demo, "grid", 999, &(struct demo_cells){"free", 2}, 1);
    return 0;
}

static void assert_aborts(int (*run)(struct demo *), const char *why)
{
    struct caught caught = run_demo(&manifest, run, (const char *const[]){"everything", NULL});
    assert_int_equal(caught.code, -SIGABRT);
    assert_non_null(strstr(caught.err, why));
    caught_free(&caught);
}

static void an_id_that_the_manifest_has_not_aborts_and_names_it(void **state)
{
    (void)state;
    assert_aborts(run_unknown_series, "series \"nobody\"");
    assert_aborts(run_wrong_kind_of_view, "\"table\"");
    assert_aborts(run_too_many_cells, "\"grid\"");
}

/*** Threads, stopping, nobody reading ***/

static void *emit_many(void *demo)
{
    for (int i = 0; i < 2000; i++)
        demo_sample(demo, "line", {"a", i}, {"b", i});
    return NULL;
}

static int run_threads(struct demo *demo)
{
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, emit_many, demo);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    return 0;
}

static void events_of_four_threads_never_mix_and_their_times_never_run_backwards(void **state)
{
    (void)state;
    json_t *events = events_of(run_threads);
    double before = 0;
    assert_int_equal(json_array_size(events), 8001);
    for (size_t i = 0; i < 8001; i++) {
        double t = number_at(json_array_get(events, i), "t");
        assert_true(t >= before);
        before = t;
    }
    json_decref(events);
}

static int run_until_stopped(struct demo *demo)
{
    struct demo_timer timer = {0};
    kill(getpid(), SIGTERM);
    while (!demo_stopping(demo))
        if (demo_due(demo, &timer, 1))
            demo_sample(demo, "line", {"a", 1});
    demo_pause(demo, 1e9);
    demo_metric(demo, "speed", 42);
    return 0;
}

static void a_run_that_is_asked_to_stop_still_reports(void **state)
{
    (void)state;
    json_t *events = events_of(run_until_stopped);
    assert_true(number_at(caught_event(events, "metric", 0), "value") == 42);
    json_decref(events);
}

static int run_for_a_closed_pipe(struct demo *demo)
{
    int ends[2];
    if (pipe(ends) < 0)
        return 3;
    close(ends[0]);
    dup2(ends[1], STDOUT_FILENO);
    for (int i = 0; i < 100000 && !demo_stopping(demo); i++)
        demo_sample(demo, "line", {"a", i});
    return demo_stopping(demo) ? 0 : 4;
}

static void a_run_that_nobody_reads_stops_quietly(void **state)
{
    (void)state;
    struct caught caught =
        run_demo(&manifest, run_for_a_closed_pipe, (const char *const[]){"everything", NULL});
    assert_int_equal(caught.code, 0);
    assert_string_equal(caught.err, "");
    caught_free(&caught);
}

/*** Memory ***/

static int run_hundred_thousand(struct demo *demo)
{
    struct rusage before, after;
    emit_many(demo);
    getrusage(RUSAGE_SELF, &before);
    for (int i = 0; i < 50; i++)
        emit_many(demo);
    getrusage(RUSAGE_SELF, &after);
    return after.ru_minflt - before.ru_minflt < 64 ? 0 : 5; /* no page of new memory to speak of */
}

static void reporting_takes_no_memory(void **state)
{
    (void)state;
    struct caught caught =
        run_demo(&manifest, run_hundred_thousand, (const char *const[]){"everything", NULL});
    assert_int_equal(caught.code, 0);
    caught_free(&caught);
}

/*** The report ***/

static int run_report(struct demo *demo)
{
    demo_note(demo, DEMO_INFO, "中文", "an English note");
    demo_bar(demo, "bars", "k=7", {"a", 1.004}, {"low", 99});
    demo_metric_expected(demo, "speed", 12.5, 10);
    demo_check(demo, "sound", true, 0, 0);
    return 0;
}

static void a_report_has_notes_bars_metrics_beside_expectations_and_checks(void **state)
{
    (void)state;
    setenv("LC_ALL", "C", 1);
    struct caught caught =
        run_demo(&manifest, run_report, (const char *const[]){"everything", "--report", NULL});
    assert_int_equal(caught.code, 0);
    assert_non_null(strstr(caught.out, "an English note"));
    assert_non_null(strstr(caught.out, "k=7  A 1.004"));
    assert_null(strstr(caught.out, "99"));
    assert_non_null(strstr(caught.out, "12.5 |         10 ns"));
    assert_non_null(strstr(caught.out, "✓ sound"));
    assert_null(strchr(caught.out, '{'));
    assert_null(strchr(caught.out, '\033')); /* no colours where there is no terminal */
    caught_free(&caught);
}

static void a_report_speaks_the_language_of_the_environment(void **state)
{
    (void)state;
    setenv("LC_ALL", "zh_CN.UTF-8", 1);
    struct caught caught =
        run_demo(&manifest, run_report, (const char *const[]){"everything", "--report", NULL});
    assert_non_null(strstr(caught.out, "中文"));
    assert_non_null(strstr(caught.out, "✓ 完好"));
    caught_free(&caught);
    unsetenv("LC_ALL");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_id_that_the_manifest_has_not_aborts_and_names_it),
        cmocka_unit_test(events_of_four_threads_never_mix_and_their_times_never_run_backwards),
        cmocka_unit_test(a_run_that_is_asked_to_stop_still_reports),
        cmocka_unit_test(a_run_that_nobody_reads_stops_quietly),
        cmocka_unit_test(reporting_takes_no_memory),
        cmocka_unit_test(a_report_has_notes_bars_metrics_beside_expectations_and_checks),
        cmocka_unit_test(a_report_speaks_the_language_of_the_environment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
