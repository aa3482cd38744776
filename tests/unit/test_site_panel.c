/* test_site_panel.c - a demo's panel and a checklist item as HTML: what strangers wrote stays text,
 * and forms hold what they must. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "site/item.h"
#include "site/knobs.h"
#include "site/pages.h"

static const char manifest_text[] =
    "{\"id\": \"sieve\", \"title\": {\"en\": \"</script><script>alert(1)</script>\"},"
    " \"summary\": {\"en\": \"a & b\"}, \"topics\": [],"
    " \"params\": [{\"name\": \"n\", \"type\": \"int\", \"min\": 1, \"max\": 100, \"default\": 7,"
    "              \"label\": {\"en\": \"<b>count</b>\"}}],"
    " \"presets\": [{\"id\": \"few\", \"label\": {\"en\": \"</script>few\"}, \"params\": {\"n\": "
    "2}}],"
    " \"views\": [], \"metrics\": [], \"checks\": [], \"sources\": []}";

static const char stacked_text[] =
    "[{\"id\": \"v\", \"kind\": \"line\", \"title\": {\"en\": \"V\"}, \"stacked\": true, "
    "\"series\": ["
    "  {\"id\": \"in\", \"label\": {\"en\": \"In\"}}, {\"id\": \"out\", \"label\": {\"en\": "
    "\"Out\"}},"
    "  {\"id\": \"all\", \"label\": {\"en\": \"All\"}, \"dash\": true}]}]";

/* A demo as the catalogue would hold it, and the HTML of its panel. */
struct fixture {
    json_t *manifest;
    struct demo_param param;
    struct demo demo;
    struct text html;
};

static int setup(void **state)
{
    struct fixture *fixture = test_calloc(1, sizeof *fixture);
    fixture->manifest = json_loads(manifest_text, 0, NULL);
    assert_non_null(fixture->manifest);
    fixture->param = (struct demo_param){
        .name = "n",
        .type = PARAM_INT,
        .min = 1,
        .max = 100,
        .manifest = json_array_get(json_object_get(fixture->manifest, "params"), 0),
    };
    fixture->demo = (struct demo){
        .id = "sieve",
        .manifest = fixture->manifest,
        .params = &fixture->param,
        .n_params = 1,
        .available = true,
    };
    *state = fixture;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *fixture = *state;
    json_decref(fixture->manifest);
    text_free(&fixture->html);
    test_free(fixture);
    return 0;
}

/* Writes the panel of a link with this query and returns its HTML. */
static const char *panel_of(struct fixture *fixture, const char *query)
{
    struct note_demo link = {.id = "sieve", .query = query, .label = "run"};
    struct site site = {0};
    panel_write(&fixture->html, &site, &fixture->demo, NULL, &link, LANG_EN);
    assert_false(fixture->html.failed);
    return fixture->html.data;
}

static size_t count(const char *html, const char *needle)
{
    size_t n = 0;
    for (; (html = strstr(html, needle)); html += strlen(needle))
        n++;
    return n;
}

static void a_manifests_text_is_never_markup(void **state)
{
    const char *html = panel_of(*state, "");
    assert_int_equal(count(html, "<script"), 1); /* the JSON block's own */
    assert_int_equal(count(html, "</script>"), 1);
    assert_null(strstr(html, "<b>count"));
    assert_non_null(strstr(html, "a &amp; b"));
}

static void the_json_block_is_the_manifest_that_scripts_need(void **state)
{
    const char *html = panel_of(*state, "");
    const char *from = strstr(html, "class=\"panel-manifest\">");
    assert_non_null(from);
    from = strchr(from, '>') + 1;
    json_t *json = json_loadb(from, (size_t)(strstr(from, "</script>") - from), 0, NULL);
    assert_non_null(json);
    const json_t *preset = json_array_get(json_object_get(json, "presets"), 0);
    const json_t *label = json_object_get(json_object_get(preset, "label"), "en");
    assert_string_equal(json_string_value(label), "</script>few");
    assert_null(json_object_get(json, "sources"));
    json_decref(json);
}

static void a_legend_shows_areas_as_areas_and_the_line_over_them_dashed(void **state)
{
    struct fixture *fixture = *state;
    json_object_set_new(fixture->manifest, "views", json_loads(stacked_text, 0, NULL));
    const char *html = panel_of(fixture, "");
    assert_non_null(
        strstr(html, "<li data-series=\"in\"><span class=\"swatch s0 area\"></span>In"));
    assert_non_null(strstr(html, "<li data-series=\"out\"><span class=\"swatch s1 area\"></span>"));
    assert_non_null(strstr(html, "<li data-series=\"all\"><span class=\"swatch over dashed\">"));
}

static void a_field_shows_the_default(void **state)
{
    assert_non_null(strstr(panel_of(*state, ""), " value=\"7\" autocomplete"));
}

static void a_field_shows_what_the_link_asks_for(void **state)
{
    assert_non_null(strstr(panel_of(*state, "n=%31%32"), " value=\"12\" autocomplete"));
}

static void a_link_with_a_wrong_parameter_says_so_and_shows_the_defaults(void **state)
{
    const char *html = panel_of(*state, "n=1000");
    assert_non_null(strstr(html, "banner-warn"));
    assert_non_null(strstr(html, " value=\"7\" autocomplete"));
}

static void a_demo_that_cannot_run_says_why_and_cannot_be_started(void **state)
{
    struct fixture *fixture = *state;
    fixture->demo.available = false;
    strcpy(fixture->demo.why, "no user namespaces <here>");
    const char *html = panel_of(fixture, "");
    assert_non_null(strstr(html, "no user namespaces &lt;here&gt;"));
    assert_non_null(strstr(html, "data-do=\"run\" disabled"));
}

static void a_broken_percent_sign_in_a_link_is_taken_as_it_is(void **state)
{
    struct fixture *fixture = *state;
    json_t *params = NULL;
    struct err err = {0};
    assert_int_equal(knobs_params(&fixture->demo, "n=%", &params, &err), -EINVAL);
    assert_int_equal(knobs_params(&fixture->demo, "n=%4", &params, &err), -EINVAL);
    assert_int_equal(knobs_params(&fixture->demo, "&&", &params, &err), 0);
    json_decref(params);
}

static void an_item_is_a_form_with_its_id_and_all_three_states(void **state)
{
    struct fixture *fixture = *state;
    struct progress_item item = {.id = "0123456789abcdef0123456789abcdef", .state = ITEM_SHAKY};
    struct frame frame = {.lang = LANG_EN, .path = "/en/gc"};
    item_write(&fixture->html, &item, 3, &frame);
    const char *html = fixture->html.data;
    assert_non_null(strstr(html, "method=\"post\" action=\"/en/gc\""));
    assert_non_null(strstr(html, "name=\"id\" value=\"0123456789abcdef0123456789abcdef\""));
    assert_non_null(strstr(html, "value=\"todo\" aria-pressed=\"false\""));
    assert_non_null(strstr(html, "value=\"shaky\" aria-pressed=\"true\""));
    assert_non_null(strstr(html, "value=\"done\" aria-pressed=\"false\""));
    assert_non_null(strstr(html, "aria-labelledby=\"item-3-text\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_manifests_text_is_never_markup, setup, teardown),
        cmocka_unit_test_setup_teardown(the_json_block_is_the_manifest_that_scripts_need, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_legend_shows_areas_as_areas_and_the_line_over_them_dashed,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_field_shows_the_default, setup, teardown),
        cmocka_unit_test_setup_teardown(a_field_shows_what_the_link_asks_for, setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_link_with_a_wrong_parameter_says_so_and_shows_the_defaults, setup, teardown),
        cmocka_unit_test_setup_teardown(a_demo_that_cannot_run_says_why_and_cannot_be_started,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_broken_percent_sign_in_a_link_is_taken_as_it_is, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(an_item_is_a_form_with_its_id_and_all_three_states, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
