/* The small parsers of http/: routes, forms, Accept-Encoding, If-None-Match. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "http/form.h"
#include "http/negotiate.h"
#include "http/router.h"

/*** Routes ***/

static void home(struct http_request *req)
{
    (void)req;
}

static const struct http_route routes[] = {
    {"GET", "/", home, 0},
    {"GET", "/zh/", home, 0},
    {"GET", "/zh/:topic", home, 0},
    {"POST", "/zh/:topic", home, 0},
    {"GET", "/api/runs/:run/events", home, 0},
    {"POST", "/api/runs/:run/stop", home, 0},
    {"DELETE", "/api/runs/:run", home, 0},
    {"GET", "/assets/*", home, 0},
    {"GET", "/two/:a/and/:b", home, 0},
};

static int index_of(const char *method, const char *path, struct router_params *params, bool *found)
{
    const struct http_route *route =
        router_find(routes, ARRAY_LEN(routes), method, path, params, found);
    return route ? (int)(route - routes) : -1;
}

static void a_path_finds_its_route(void **state)
{
    static const struct {
        const char *method, *path;
        int index;
        bool found;
    } rows[] = {
        {"GET", "/", 0, true},
        {"HEAD", "/", 0, true},
        {"GET", "/zh/", 1, true},
        {"GET", "/zh", -1, false},
        {"GET", "/zh/gc", 2, true},
        {"POST", "/zh/gc", 3, true},
        {"PUT", "/zh/gc", -1, true},
        {"HEAD", "/zh/gc", 2, true},
        {"GET", "/zh/gc/", -1, false},
        {"GET", "/zh/gc/x", -1, false},
        {"GET", "/zh//", -1, false},
        {"GET", "/ZH/gc", -1, false},
        {"GET", "/api/runs/1/events", 4, true},
        {"GET", "/api/runs//events", -1, false},
        {"GET", "/api/runs/1/events2", -1, false},
        {"GET", "/api/runs/1/event", -1, false},
        {"HEAD", "/api/runs/1/stop", -1, true},
        {"DELETE", "/api/runs/1", 6, true},
        {"GET", "/api/runs/1", -1, true},
        {"GET", "/assets/", 7, true},
        {"GET", "/assets/a/b.js", 7, true},
        {"GET", "/assets", -1, false},
        {"GET", "", -1, false},
        {"GET", "//", -1, false},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct router_params params;
        bool found;
        int index = index_of(rows[i].method, rows[i].path, &params, &found);
        if (index != rows[i].index || found != rows[i].found)
            fail_msg("%s %s: %d, %d", rows[i].method, rows[i].path, index, found);
    }
}

static void parameters_are_found_by_name(void **state)
{
    struct router_params params;
    bool found;
    (void)state;
    assert_int_equal(index_of("GET", "/two/x y/and/并", &params, &found), 8);
    assert_string_equal(router_param(&params, "a"), "x y");
    assert_string_equal(router_param(&params, "b"), "并");
    assert_null(router_param(&params, "c"));
    assert_null(router_param(&params, ""));
    assert_int_equal(index_of("GET", "/assets/a/b.js", &params, &found), 7);
    assert_string_equal(router_param(&params, "*"), "a/b.js");
}

static void a_parameter_too_long_matches_nothing(void **state)
{
    struct router_params params;
    char path[ROUTER_PARAM_BYTES + 16] = "/zh/";
    bool found;
    (void)state;
    memset(path + 4, 'x', ROUTER_PARAM_BYTES - 1);
    assert_int_equal(index_of("GET", path, &params, &found), 2);
    strcat(path, "x");
    assert_int_equal(index_of("GET", path, &params, &found), -1);
    assert_false(found);
}

static void the_allowed_methods_are_listed(void **state)
{
    char allow[64];
    (void)state;
    router_allow(routes, ARRAY_LEN(routes), "/zh/gc", allow, sizeof allow);
    assert_string_equal(allow, "GET, HEAD, POST");
    router_allow(routes, ARRAY_LEN(routes), "/api/runs/1", allow, sizeof allow);
    assert_string_equal(allow, "DELETE");
    router_allow(routes, ARRAY_LEN(routes), "/nowhere", allow, sizeof allow);
    assert_string_equal(allow, "");
}

/*** Forms ***/

/* The value of "k" in a body that is exactly as long as its heap block. NULL stands for no such
 * field. */
static void form_is(const char *body, const char *want)
{
    size_t len = strlen(body);
    char *exact = malloc(len + !len);
    memcpy(exact, body, len);
    struct form *form = form_parse(exact, len);
    const char *got = form_get(form, "k");
    if ((got == NULL) != (want == NULL) || (got && strcmp(got, want) != 0))
        fail_msg("%s: %s", body, got ? got : "(none)");
    form_free(form);
    free(exact);
}

static void form_fields_are_decoded(void **state)
{
    (void)state;
    form_is("k=v", "v");
    form_is("a=1&k=v&k=w", "v");
    form_is("k", "");
    form_is("k=", "");
    form_is("k=a=b", "a=b");
    form_is("k=a+b%20c%2B", "a b c+");
    form_is("%6b=%E5%B9%b6", "并");
    form_is("&&k=v&&", "v");
    form_is("", NULL);
    form_is("=v", NULL);
    form_is("kk=v", NULL);
    form_is("a&b&c&d&e&f", NULL);
}

static void malformed_form_fields_are_left_out(void **state)
{
    (void)state;
    form_is("k=%", NULL);
    form_is("k=%2", NULL);
    form_is("k=%zz", NULL);
    form_is("k=%00", NULL);
    form_is("k=a%00b", NULL);
    form_is("k=%ff", NULL);
    form_is("k=%c0%80", NULL);
    form_is("%=1&k=v", "v");
    form_is("k=%ff&k=v", "v");
}

/*** Negotiation ***/

static void gzip_is_sent_to_those_who_take_it(void **state)
{
    static const char *const takes[] = {
        "gzip",       "GZIP",        "x-gzip",       "gzip, deflate, br, zstd",
        "br, gzip",   "br,gzip;q=1", "gzip;q=0.5",   "gzip ; q=0.001",
        "deflate, *", "*;q=0.1",     "br;q=0, gzip", "*;q=0,gzip"};
    static const char *const takes_not[] = {
        NULL,    "",      "identity",   "br",         "gzip;q=0", "gzip;q=0.0",  "gzipp",
        "x-gzi", "*;q=0", "gzip;q=0,*", "gzip ;q=0 ", ",, ,",     "deflate;q=1", "gzip; q=0.000"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(takes); i++) {
        if (!accepts_gzip(takes[i]))
            fail_msg("%s is not taken", takes[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(takes_not); i++) {
        if (accepts_gzip(takes_not[i]))
            fail_msg("%s is taken", takes_not[i]);
    }
}

static void tags_are_compared_weakly_in_lists(void **state)
{
    static const char *const same[] = {"\"a\"",         "W/\"a\"",         "*",
                                       " \"a\" ",       "\"b\", \"a\"",    "\"b\",W/\"a\"",
                                       "\"b,\", \"a\"", "W/\"b\" , \"a\"", "\"\",\"a\""};
    static const char *const other[] = {NULL,       "",       "\"b\"",     "a",
                                        "\"a",      "\"ab\"", "\"b\" a\"", "\"x\\\"a\"",
                                        "b, \"a\"", "W/",     "w/\"a\"",   "\"A\""};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(same); i++) {
        if (!etag_matches(same[i], "\"a\""))
            fail_msg("%s does not match", same[i]);
    }
    for (size_t i = 0; i < ARRAY_LEN(other); i++) {
        if (etag_matches(other[i], "\"a\""))
            fail_msg("%s matches", other[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_path_finds_its_route),
        cmocka_unit_test(parameters_are_found_by_name),
        cmocka_unit_test(a_parameter_too_long_matches_nothing),
        cmocka_unit_test(the_allowed_methods_are_listed),
        cmocka_unit_test(form_fields_are_decoded),
        cmocka_unit_test(malformed_form_fields_are_left_out),
        cmocka_unit_test(gzip_is_sent_to_those_who_take_it),
        cmocka_unit_test(tags_are_compared_weakly_in_lists),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
