/* What a demo prints through demos/lib, read back with a JSON parser that is not ours. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "demo_child.h"

/*** A demo with one of everything ***/

static const struct demo_item series[] = {
    {"a", {"甲", "A"}}, {"b", {"乙", "B"}}, {"low", {"低", "low"}, .hidden = true}, {0}};
static const struct demo_item lanes[] = {{"one", {"一", "one"}}, {"two", {"二", "two"}}, {0}};
static const struct demo_item kinds[] = {{"mark", {"标记", "mark"}}, {0}};
static const struct demo_item states[] = {{"free", {"空", "free"}}, {"used", {"用", "used"}}, {0}};

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
            {"time", DEMO_TIMELINE, {"时间", "time"}, .items = lanes, .kinds = kinds},
            {"talk", DEMO_SEQUENCE, {"对话", "talk"}, .items = lanes},
            {"grid", DEMO_GRID, {"格", "grid"}, .items = states, .cells = 1000, .width = 10},
            {"table", DEMO_TABLE, {"表", "table"}, .items = series},
            {0}},
    .metrics = (const struct demo_metric[]){{"speed", {"速度", "speed"}, "ns"},
                                            {"size", {"大小", "size"}, NULL},
                                            {0}},
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

static void assert_string_at(const json_t *event, const char *key, const char *expected)
{
    assert_non_null(event);
    assert_string_equal(json_string_value(json_object_get(event, key)), expected);
}

static double number_at(const json_t *event, const char *key)
{
    const json_t *value = json_object_get(event, key);
    assert_true(json_is_number(value));
    return json_number_value(value);
}

/*** Strings ***/

#define HARD                                                                                       \
    "quote \" back \\ slash / tab \t line \n return \r bell \a del \x7f 汉字 \xf0\x9f\x98\x80"

static int run_hard_strings(struct demo *demo)
{
    demo_note(demo, DEMO_INFO, "%s", HARD "%s", HARD);
    return 0;
}

static void any_string_comes_back_as_it_was(void **state)
{
    (void)state;
    json_t *events = events_of(run_hard_strings);
    json_t *note = caught_event(events, "note", 0);
    assert_string_at(note, "zh", HARD);
    json_decref(events);
}

static int run_broken_utf8(struct demo *demo)
{
    demo_bar(demo, "bars", "cut \xe6\xb1", {"a", 1});
    demo_bar(demo, "bars", "lone \x80 overlong \xc0\xaf surrogate \xed\xa0\x80!", {"a", 1});
    return 0;
}

static void bytes_that_are_not_utf8_become_replacement_characters(void **state)
{
    (void)state;
    json_t *events = events_of(run_broken_utf8);
    assert_string_at(caught_event(events, "sample", 0), "x", "cut \xef\xbf\xbd\xef\xbf\xbd");
    assert_non_null(
        strstr(json_string_value(json_object_get(caught_event(events, "sample", 1), "x")),
               "lone \xef\xbf\xbd overlong"));
    json_decref(events);
}

static int run_long_note(struct demo *demo)
{
    char text[9000];
    for (size_t i = 0; i + 3 < sizeof text; i += 3)
        memcpy(text + i, "字", 4);
    demo_note(demo, DEMO_BAD, "%s", "x%s", text);
    return 0;
}

static void a_note_too_long_is_cut_between_characters(void **state)
{
    (void)state;
    json_t *events = events_of(run_long_note);
    json_t *note = caught_event(events, "note", 0);
    const char *zh = json_string_value(json_object_get(note, "zh"));
    assert_true(strlen(zh) > 900 && strlen(zh) % 3 == 0);
    assert_null(strstr(zh, "\xef\xbf\xbd"));
    json_decref(events);
}

static int run_hostile_note(struct demo *demo)
{
    char text[2000];
    memset(text, 1, sizeof text); /* each byte takes six */
    text[sizeof text - 1] = '\0';
    demo_note(demo, DEMO_BAD, "%s", "%s", text);
    demo_metric(demo, "speed", 1);
    return 0;
}

static void an_event_that_fits_no_line_is_dropped_and_said_so(void **state)
{
    (void)state;
    struct caught caught =
        run_demo(&manifest, run_hostile_note, (const char *const[]){"everything", NULL});
    json_t *events = caught_events(&caught);
    assert_null(caught_event(events, "note", 0));
    assert_non_null(caught_event(events, "metric", 0));
    assert_non_null(strstr(caught.err, "1 events were longer than 4096 bytes"));
    json_decref(events);
    caught_free(&caught);
}

/*** Numbers ***/

static int run_numbers(struct demo *demo)
{
    demo_sample(demo, "line", {"a", NAN}, {"b", -INFINITY});
    demo_sample_x(demo, "line", 9007199254740991, {"a", 0.1}, {"b", -1e300});
    demo_sample(demo, "line", {"a", 1e-300}, {"b", -0.0});
    demo_metric_interval(demo, "speed", 2.5, NAN, INFINITY, 3);
    demo_metric(demo, "size", NAN);
    demo_row(demo, "table", {"a", NAN}, {"b", .text = "words"}, {"low", 7});
    demo_progress(demo, NAN);
    demo_progress(demo, 17);
    return 0;
}

static void a_sample_that_is_not_finite_is_null(void **state)
{
    (void)state;
    json_t *events = events_of(run_numbers);
    json_t *values = json_object_get(caught_event(events, "sample", 0), "values");
    assert_true(json_is_null(json_object_get(values, "a")));
    assert_true(json_is_null(json_object_get(values, "b")));
    json_decref(events);
}

static void large_and_small_numbers_come_back(void **state)
{
    (void)state;
    json_t *events = events_of(run_numbers);
    json_t *second = caught_event(events, "sample", 1);
    json_t *values = json_object_get(second, "values");
    assert_true(number_at(second, "x") == 9007199254740991);
    assert_true(number_at(values, "a") == 0.1);
    assert_true(number_at(values, "b") == -1e300);
    values = json_object_get(caught_event(events, "sample", 2), "values");
    assert_true(number_at(values, "a") == 1e-300);
    assert_true(number_at(values, "b") == 0);
    json_decref(events);
}

static void a_metric_that_was_not_measured_is_not_printed(void **state)
{
    (void)state;
    json_t *events = events_of(run_numbers);
    json_t *metric = caught_event(events, "metric", 0);
    assert_string_at(metric, "id", "speed");
    assert_null(json_object_get(metric, "expected"));
    assert_null(json_object_get(metric, "low"));
    assert_true(number_at(metric, "high") == 3);
    assert_null(caught_event(events, "metric", 1));
    json_decref(events);
}

static void a_cell_is_a_number_or_a_string_and_progress_is_a_share(void **state)
{
    (void)state;
    json_t *events = events_of(run_numbers);
    json_t *values = json_object_get(caught_event(events, "row", 0), "values");
    assert_true(json_is_string(json_object_get(values, "a")));
    assert_string_at(values, "b", "words");
    assert_true(number_at(values, "low") == 7);
    assert_true(number_at(caught_event(events, "progress", 1), "done") == 0);
    assert_true(number_at(caught_event(events, "progress", 2), "done") == 1);
    json_decref(events);
}

/*** Kinds of events ***/

static int run_kinds(struct demo *demo)
{
    struct demo_cells cells[500];
    for (size_t i = 0; i < 500; i++)
        cells[i] = (struct demo_cells){i % 2 ? "used" : "free", 2};
    demo_note_at(demo, DEMO_GOOD, "heading", "第 %d 轮 %s", "cycle %d of %s", 12, "GC");
    demo_span(demo, "time", "one", "mark", -5, 3.5, NULL);
    demo_message(demo, "talk", "one", "two", "syn", 1, 2, "SYN");
    demo_put_cells(demo, "grid", 0, cells, 500);
    demo_check(demo, "sound", false, 3, 0);
    demo_check_text(demo, "sound", true, "所有", "all");
    return 0;
}

static void a_note_has_both_languages_its_level_and_its_anchor(void **state)
{
    (void)state;
    json_t *events = events_of(run_kinds);
    json_t *note = caught_event(events, "note", 0);
    assert_string_at(note, "zh", "第 12 轮 GC");
    assert_string_at(note, "en", "cycle 12 of GC");
    assert_string_at(note, "level", "good");
    assert_string_at(note, "anchor", "heading");
    json_decref(events);
}

static void spans_and_messages_name_their_lanes_and_begin_at_0_or_later(void **state)
{
    (void)state;
    json_t *events = events_of(run_kinds);
    json_t *span = caught_event(events, "span", 0), *message = caught_event(events, "span", 1);
    assert_string_at(span, "lane", "one");
    assert_string_at(span, "kind", "mark");
    assert_true(number_at(span, "from") == 0 && number_at(span, "to") == 3.5);
    assert_string_at(message, "to_lane", "two");
    assert_string_at(message, "label", "SYN");
    json_decref(events);
}

static void many_cells_are_spread_over_events_that_follow_each_other(void **state)
{
    (void)state;
    json_t *events = events_of(run_kinds), *event;
    int next = 0;
    for (size_t i = 0; (event = caught_event(events, "cells", i)); i++) {
        assert_int_equal(number_at(event, "from"), next);
        json_t *runs = json_object_get(event, "runs");
        for (size_t k = 0; k < json_array_size(runs); k++)
            next += (int)json_integer_value(json_array_get(json_array_get(runs, k), 1));
    }
    assert_int_equal(next, 1000);
    json_decref(events);
}

static void a_check_says_what_it_got_and_wanted_in_numbers_or_words(void **state)
{
    (void)state;
    json_t *events = events_of(run_kinds);
    json_t *failed = caught_event(events, "check", 0), *held = caught_event(events, "check", 1);
    assert_true(json_is_false(json_object_get(failed, "ok")));
    assert_true(number_at(failed, "got") == 3 && number_at(failed, "want") == 0);
    assert_true(json_is_true(json_object_get(held, "ok")));
    assert_string_at(held, "got", "所有");
    json_decref(events);
}

static int run_nothing(struct demo *demo)
{
    (void)demo;
    return 0;
}

static void the_first_event_comes_before_the_experiment_does_anything(void **state)
{
    (void)state;
    json_t *events = events_of(run_nothing);
    assert_int_equal(json_array_size(events), 1);
    assert_string_at(json_array_get(events, 0), "event", "progress");
    json_decref(events);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_string_comes_back_as_it_was),
        cmocka_unit_test(bytes_that_are_not_utf8_become_replacement_characters),
        cmocka_unit_test(a_note_too_long_is_cut_between_characters),
        cmocka_unit_test(an_event_that_fits_no_line_is_dropped_and_said_so),
        cmocka_unit_test(a_sample_that_is_not_finite_is_null),
        cmocka_unit_test(large_and_small_numbers_come_back),
        cmocka_unit_test(a_metric_that_was_not_measured_is_not_printed),
        cmocka_unit_test(a_cell_is_a_number_or_a_string_and_progress_is_a_share),
        cmocka_unit_test(a_note_has_both_languages_its_level_and_its_anchor),
        cmocka_unit_test(spans_and_messages_name_their_lanes_and_begin_at_0_or_later),
        cmocka_unit_test(many_cells_are_spread_over_events_that_follow_each_other),
        cmocka_unit_test(a_check_says_what_it_got_and_wanted_in_numbers_or_words),
        cmocka_unit_test(the_first_event_comes_before_the_experiment_does_anything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
