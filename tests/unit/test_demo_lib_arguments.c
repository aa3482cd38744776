/* The command line of a demo: parameters, presets, refusals, and the manifest. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "demo_child.h"

static const struct demo_choice colours[] = {{"red", {"红", "red"}}, {"blue", {"蓝", "blue"}}, {0}};

static const struct demo_param params[] = {
    {"n", DEMO_INT, "10", 1, 1e12, 1, .log = true, .unit = "keys", .label = {"个数", "number"}},
    {"rate", DEMO_FLOAT, "0.5", 0, 1, 0.1, .label = {"率", "rate"}, .help = {"帮助", "help"}},
    {"fast", DEMO_BOOL, "true", .label = {"快", "fast"}},
    {"colour", DEMO_ENUM, "blue", .choices = colours, .label = {"颜色", "colour"}},
    {0}};

static const struct demo_preset presets[] = {
    {"big-red",
     {"大红", "big red"},
     {"会红", "it gets red"},
     (const char *const[]){"n=1000", "colour=red", "fast=false", "rate=0.25", NULL}},
    {0}};

static const struct demo_metric metrics[] = {{"n", {"个数", "n"}},
                                             {"rate", {"率", "rate"}},
                                             {"fast", {"快", "fast"}},
                                             {"colour", {"颜色", "colour"}},
                                             {0}};

static const struct demo_manifest manifest = {
    .id = "params",
    .title = {"参数", "parameters"},
    .summary = {"说明", "summary \"quoted\""},
    .topics = (const char *const[]){"gc", NULL},
    .needs = DEMO_NET | DEMO_FORK,
    .seconds_max = 10,
    .memory_max_mb = 64,
    .params = params,
    .presets = presets,
    .metrics = metrics,
    .views =
        (const struct demo_view[]){
            {"line",
             DEMO_LINE,
             {"线", "line"},
             .x = {{"x 轴", "x axis"}, "keys", .log = true},
             .items = (const struct demo_item[]){{"a", {"甲", "A"}, .low = "b", .high = "b"},
                                                 {"b", {"乙", "B"}, .dash = true},
                                                 {0}}},
            {"stack",
             DEMO_LINE,
             {"叠", "stack"},
             .y = {{"y 轴", "y axis"}, "keys"},
             .stacked = true,
             .items = (const struct demo_item[]){{"a", {"甲", "A"}},
                                                 {"limit", {"上限", "limit"}, .dash = true},
                                                 {0}}},
            {0}},
    .sources = (const struct demo_source[]){{"a.c", "int a;\n\t\"text\"\n"}, {0}},
    .quick = (const char *const[]){"n=2", NULL},
};

static int run_echo(struct demo *demo)
{
    demo_metric(demo, "n", (double)demo_int(demo, "n"));
    demo_metric(demo, "rate", demo_float(demo, "rate"));
    demo_metric(demo, "fast", demo_bool(demo, "fast"));
    demo_metric(demo, "colour", demo_enum(demo, "colour"));
    return 0;
}

static void assert_echo(const char *const *args, double n, double rate, bool fast, int colour)
{
    const double expected[] = {n, rate, fast, colour};
    struct caught caught = run_demo(&manifest, run_echo, args);
    json_t *events = caught_events(&caught);
    assert_int_equal(caught.code, 0);
    for (size_t i = 0; i < 4; i++) {
        json_t *metric = caught_event(events, "metric", i);
        assert_true(json_number_value(json_object_get(metric, "value")) == expected[i]);
    }
    json_decref(events);
    caught_free(&caught);
}

static void without_arguments_every_parameter_has_its_default(void **state)
{
    (void)state;
    assert_echo((const char *const[]){"params", NULL}, 10, 0.5, true, 1);
}

static void arguments_of_every_type_reach_the_run(void **state)
{
    (void)state;
    assert_echo((const char *const[]){"params", "--n=1000000000000", "--rate=2.5e-1",
                                      "--fast=false", "--colour=red", NULL},
                1e12, 0.25, false, 0);
}

static void single_arguments_win_over_quick_and_quick_over_a_preset_in_any_order(void **state)
{
    (void)state;
    assert_echo((const char *const[]){"params", "--preset=big-red", NULL}, 1000, 0.25, false, 0);
    assert_echo((const char *const[]){"params", "--quick", "--preset=big-red", NULL}, 2, 0.25,
                false, 0);
    assert_echo((const char *const[]){"params", "--n=7", "--quick", "--preset=big-red", NULL}, 7,
                0.25, false, 0);
}

static void assert_refused(const char *argument, const char *why)
{
    struct caught caught =
        run_demo(&manifest, run_echo, (const char *const[]){"params", argument, NULL});
    assert_int_equal(caught.code, 2);
    assert_string_equal(caught.out, "");
    if (!strstr(caught.err, why))
        fail_msg("%s: \"%s\" is not in: %s", argument, why, caught.err);
    caught_free(&caught);
}

static void an_argument_that_is_wrong_exits_with_2_and_says_what_would_be_right(void **state)
{
    (void)state;
    assert_refused("--n=0", "n must be an integer from 1 to 1000000000000");
    assert_refused("--n=1000000000001", "from 1 to 1000000000000");
    assert_refused("--n=99999999999999999999", "from 1 to");
    assert_refused("--n=1.5", "an integer");
    assert_refused("--n= 5", "an integer");
    assert_refused("--n=", "an integer");
    assert_refused("--n", "an integer");
    assert_refused("--rate=nan", "a number from 0 to 1");
    assert_refused("--rate=inf", "a number from 0 to 1");
    assert_refused("--rate=0x1p-2", "a number from 0 to 1");
    assert_refused("--rate=1.0001", "a number from 0 to 1");
    assert_refused("--fast=yes", "true or false");
    assert_refused("--colour=green", "red or blue");
    assert_refused("--size=1", "no such parameter");
    assert_refused("--preset=none", "no such preset");
    assert_refused("n=5", "--name=value");
}

static int run_refuses(struct demo *demo)
{
    return demo_refuse(demo, "n", "太大：%d", "too large: %d", 5);
}

static void a_run_can_refuse_a_combination_and_names_the_parameter(void **state)
{
    (void)state;
    struct caught caught = run_demo(&manifest, run_refuses, (const char *const[]){"params", NULL});
    json_t *events = caught_events(&caught);
    assert_int_equal(caught.code, 2);
    assert_string_equal(caught.err, "params: --n: too large: 5\n");
    json_t *note = caught_event(events, "note", 0);
    assert_string_equal(json_string_value(json_object_get(note, "zh")), "太大：5");
    json_decref(events);
    caught_free(&caught);
}

static int run_asks_for_the_wrong_type(struct demo *demo)
{
    return demo_float(demo, "n") > 0;
}

static void a_run_that_asks_for_a_parameter_of_another_type_aborts(void **state)
{
    (void)state;
    struct caught caught =
        run_demo(&manifest, run_asks_for_the_wrong_type, (const char *const[]){"params", NULL});
    assert_int_equal(caught.code, -SIGABRT);
    caught_free(&caught);
}

static void help_names_every_parameter_and_preset(void **state)
{
    (void)state;
    struct caught caught =
        run_demo(&manifest, run_echo, (const char *const[]){"params", "--help", NULL});
    static const char *const words[] = {"--n=10",      "--rate=0.5",       "--colour=blue",
                                        "red or blue", "--preset=big-red", "it gets red"};
    assert_int_equal(caught.code, 0);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        assert_non_null(strstr(caught.out, words[i]));
    caught_free(&caught);
}

/*** The manifest ***/

static json_t *described(void)
{
    struct caught caught =
        run_demo(&manifest, run_echo, (const char *const[]){"params", "--describe", NULL});
    assert_int_equal(caught.code, 0);
    json_t *json = json_loads(caught.out, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    caught_free(&caught);
    return json;
}

static json_t *entry(const json_t *json, const char *list, size_t i)
{
    return json_array_get(json_object_get(json, list), i);
}

static void a_default_and_a_preset_have_the_types_of_their_parameters(void **state)
{
    (void)state;
    json_t *json = described();
    assert_int_equal(json_integer_value(json_object_get(entry(json, "params", 0), "default")), 10);
    assert_true(json_is_real(json_object_get(entry(json, "params", 1), "default")));
    assert_true(json_is_true(json_object_get(entry(json, "params", 2), "default")));
    assert_string_equal(json_string_value(json_object_get(entry(json, "params", 3), "default")),
                        "blue");
    json_t *preset = json_object_get(entry(json, "presets", 0), "params");
    assert_int_equal(json_integer_value(json_object_get(preset, "n")), 1000);
    assert_true(json_is_false(json_object_get(preset, "fast")));
    assert_string_equal(json_string_value(json_object_get(preset, "colour")), "red");
    json_decref(json);
}

static void the_manifest_has_ranges_needs_bands_and_texts(void **state)
{
    (void)state;
    json_t *json = described(), *n = entry(json, "params", 0), *line = entry(json, "views", 0);
    assert_true(json_number_value(json_object_get(n, "max")) == 1e12);
    assert_string_equal(json_string_value(json_object_get(n, "scale")), "log");
    assert_string_equal(json_string_value(entry(json, "needs", 0)), "net");
    assert_string_equal(json_string_value(entry(json, "needs", 1)), "fork");
    assert_string_equal(json_string_value(entry(entry(line, "series", 0), "band", 1)), "b");
    assert_true(json_is_true(json_object_get(entry(line, "series", 1), "dash")));
    assert_string_equal(json_string_value(json_object_get(json_object_get(json, "summary"), "en")),
                        "summary \"quoted\"");
    assert_string_equal(json_string_value(json_object_get(entry(json, "sources", 0), "text")),
                        "int a;\n\t\"text\"\n");
    json_decref(json);
}

static void only_a_view_that_is_stacked_is_described_as_stacked(void **state)
{
    (void)state;
    json_t *json = described();
    assert_null(json_object_get(entry(json, "views", 0), "stacked"));
    assert_true(json_is_true(json_object_get(entry(json, "views", 1), "stacked")));
    json_decref(json);
}

static void assert_not_described(const struct demo_manifest *wrong, const char *why)
{
    struct caught caught =
        run_demo(wrong, run_echo, (const char *const[]){"params", "--describe", NULL});
    assert_int_equal(caught.code, 1);
    assert_string_equal(caught.out, "");
    if (!strstr(caught.err, why))
        fail_msg("\"%s\" is not in: %s", why, caught.err);
    caught_free(&caught);
}

static void a_manifest_that_is_wrong_is_not_described(void **state)
{
    (void)state;
    struct demo_manifest wrong = manifest;
    wrong.id = "Params";
    assert_not_described(&wrong, "is no id");
    wrong = manifest;
    wrong.title.zh = NULL;
    assert_not_described(&wrong, "both languages");
    wrong = manifest;
    wrong.title.zh = "\xff";
    assert_not_described(&wrong, "not UTF-8");
    wrong = manifest;
    wrong.quick = (const char *const[]){"n=0", NULL};
    assert_not_described(&wrong, "quick: --n=0");
    wrong = manifest;
    wrong.presets = (const struct demo_preset[]){
        {"p", {"甲", "p"}, {"乙", "e"}, (const char *const[]){"missing=1", NULL}}, {0}};
    assert_not_described(&wrong, "no such parameter");
    wrong = manifest;
    wrong.metrics = (const struct demo_metric[]){{"no-dash", {"甲", "m"}}, {0}};
    assert_not_described(&wrong, "is no id");
    wrong = manifest;
    wrong.views = (const struct demo_view[]){
        {"v",
         DEMO_LINE,
         {"甲", "v"},
         .items = (const struct demo_item[]){{"a", {"甲", "a"}, .low = "x", .high = "a"}, {0}}},
        {0}};
    assert_not_described(&wrong, "names no series");
}

/* The stacked view of the manifest with one change is not described. */
static void assert_not_stacked(struct demo_view view, const char *why)
{
    struct demo_manifest wrong = manifest;
    wrong.views = (const struct demo_view[]){view, {0}};
    assert_not_described(&wrong, why);
}

static void a_view_whose_areas_do_not_add_up_is_not_described(void **state)
{
    (void)state;
    struct demo_view view = manifest.views[1];
    view.y.log = true;
    assert_not_stacked(view, "stack: a stacked view has no log y axis");
    view = manifest.views[1];
    view.kind = DEMO_BARS;
    assert_not_stacked(view, "stack: only a line view is stacked");
    view = manifest.views[1];
    view.items = (const struct demo_item[]){{"a", {"甲", "A"}, .low = "a", .high = "a"}, {0}};
    assert_not_stacked(view, "stack: a stacked view has no bands");
    view.items = (const struct demo_item[]){{"a", {"甲", "A"}, .dash = true}, {0}};
    assert_not_stacked(view, "stack: a stacked view needs a series that is not dashed");
}

static void a_default_out_of_range_is_not_described(void **state)
{
    (void)state;
    const struct demo_param bad[] = {{"n", DEMO_INT, "0", 1, 5, .label = {"甲", "n"}}, {0}};
    struct demo_manifest wrong = {.id = "params", .title = {"甲", "t"}, .summary = {"乙", "s"}};
    wrong.seconds_max = 1, wrong.memory_max_mb = 1, wrong.params = bad;
    struct caught caught =
        run_demo(&wrong, run_echo, (const char *const[]){"params", "--describe", NULL});
    assert_int_not_equal(caught.code, 0);
    assert_non_null(strstr(caught.err, "from 1 to 5"));
    caught_free(&caught);
}

/*** Statistics ***/

static void the_wilson_interval_is_the_textbooks(void **state)
{
    (void)state;
    struct demo_interval none = demo_wilson(0, 100), some = demo_wilson(20, 100);
    assert_true(none.low == 0 && none.high > 0.0369 && none.high < 0.0371);
    assert_true(some.low > 0.1333 && some.low < 0.1335 && some.high > 0.2887 && some.high < 0.2889);
    struct demo_interval unknown = demo_wilson(0, 0);
    assert_true(unknown.low == 0 && unknown.high == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_arguments_every_parameter_has_its_default),
        cmocka_unit_test(arguments_of_every_type_reach_the_run),
        cmocka_unit_test(single_arguments_win_over_quick_and_quick_over_a_preset_in_any_order),
        cmocka_unit_test(an_argument_that_is_wrong_exits_with_2_and_says_what_would_be_right),
        cmocka_unit_test(a_run_can_refuse_a_combination_and_names_the_parameter),
        cmocka_unit_test(a_run_that_asks_for_a_parameter_of_another_type_aborts),
        cmocka_unit_test(help_names_every_parameter_and_preset),
        cmocka_unit_test(a_default_and_a_preset_have_the_types_of_their_parameters),
        cmocka_unit_test(the_manifest_has_ranges_needs_bands_and_texts),
        cmocka_unit_test(only_a_view_that_is_stacked_is_described_as_stacked),
        cmocka_unit_test(a_manifest_that_is_wrong_is_not_described),
        cmocka_unit_test(a_view_whose_areas_do_not_add_up_is_not_described),
        cmocka_unit_test(a_default_out_of_range_is_not_described),
        cmocka_unit_test(the_wilson_interval_is_the_textbooks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
