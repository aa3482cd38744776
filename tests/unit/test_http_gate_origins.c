/* test_http_gate_origins.c - who may change something: other origins, and the types of bodies that
 * a form of another site could send. */
#include "gate_fixture.h"

/*** Origins: the product of every site, origin, method and path, against the rule said in one line
 * each ***/

static const char *const sites[] = {NULL, "same-origin", "none", "same-site", "cross-site", "odd"};
static const char *const origins[] = {NULL,
                                      "http://localhost:8080",
                                      "http://127.0.0.1:8080",
                                      "https://localhost:8080",
                                      "http://localhost:8081",
                                      "http://localhost",
                                      "http://evil.com",
                                      "null",
                                      ""};

static bool should_pass(bool guarded, const char *site, const char *origin)
{
    if (!guarded)
        return true;
    if (site)
        return strcmp(site, "same-origin") == 0 || strcmp(site, "none") == 0;
    return !origin || strcmp(origin, "http://localhost:8080") == 0;
}

static void check_origin(const char *method, const char *path, bool guarded)
{
    for (size_t s = 0; s < ARRAY_LEN(sites); s++) {
        for (size_t o = 0; o < ARRAY_LEN(origins); o++) {
            struct gate_facts facts = facts_of(method, path);
            add(&facts, "Host", "localhost:8080");
            add(&facts, "Sec-Fetch-Site", sites[s]);
            add(&facts, "Origin", origins[o]);
            int want = should_pass(guarded, sites[s], origins[o]) ? 0 : 403;
            int got = status_of(gate_request(&facts, &hosts));
            if (got != want)
                fail_msg("%s %s, site %s, origin %s: %d, not %d", method, path, sites[s],
                         origins[o], got, want);
        }
    }
}

static void other_origins_may_open_pages_and_nothing_else(void **state)
{
    (void)state;
    check_origin("GET", "/zh/gc", false);
    check_origin("HEAD", "/zh/gc", false);
    check_origin("POST", "/zh/gc", true);
    check_origin("PUT", "/api/items/1", true);
    check_origin("DELETE", "/api/runs/1", true);
    check_origin("GET", "/api/items", true);
    check_origin("HEAD", "/api/events", true);
    check_origin("OPTIONS", "/api/items", true);
}

static void two_origins_or_two_sites_are_refused(void **state)
{
    struct gate_facts origin = facts_of("GET", "/"), site = facts_of("GET", "/");
    (void)state;
    add(&origin, "Host", "localhost:8080");
    add(&origin, "Origin", "http://localhost:8080");
    add(&origin, "Origin", "http://evil.com");
    assert_int_equal(status_of(gate_request(&origin, &hosts)), 400);
    add(&site, "Host", "localhost:8080");
    add(&site, "Sec-Fetch-Site", "same-origin");
    add(&site, "Sec-Fetch-Site", "cross-site");
    assert_int_equal(status_of(gate_request(&site, &hosts)), 400);
}

/*** Types of bodies ***/

static void a_body_has_the_type_that_the_route_takes(void **state)
{
    static const struct {
        const char *type, *length;
        int json, form;
    } rows[] = {
        {NULL, NULL, 0, 0},
        {NULL, "0", 0, 0},
        {NULL, "2", 415, 415},
        {"application/json", "2", 0, 415},
        {"application/json", NULL, 0, 415},
        {"Application/JSON; charset=utf-8", "2", 0, 415},
        {"application/json ; charset=utf-8", "2", 0, 415},
        {"application/jsonp", "2", 415, 415},
        {"application/json,text/plain", "2", 415, 415},
        {"text/plain; application/json", "2", 415, 415},
        {"application/x-www-form-urlencoded", "2", 415, 0},
        {"application/x-www-form-urlencoded; charset=UTF-8", "2", 415, 0},
        {"multipart/form-data; boundary=x", "2", 415, 415},
        {"text/plain", "2", 415, 415},
        {"text/plain", "0", 415, 415},
        {"", "2", 415, 415},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct gate_facts facts = facts_of("POST", "/api/x");
        add(&facts, "Content-Type", rows[i].type);
        add(&facts, "Content-Length", rows[i].length);
        int json = status_of(gate_body(&facts, false)), form = status_of(gate_body(&facts, true));
        if (json != rows[i].json || form != rows[i].form)
            fail_msg("row %zu: %d and %d", i, json, form);
    }
}

static void a_chunked_body_needs_a_type_too(void **state)
{
    struct gate_facts facts = facts_of("POST", "/api/x");
    (void)state;
    add(&facts, "Transfer-Encoding", "chunked");
    assert_true(gate_has_body(&facts));
    assert_int_equal(status_of(gate_body(&facts, false)), 415);
}

static void two_types_are_refused(void **state)
{
    struct gate_facts facts = facts_of("POST", "/api/x");
    (void)state;
    add(&facts, "Content-Type", "application/json");
    add(&facts, "Content-Type", "text/plain");
    assert_int_equal(status_of(gate_body(&facts, false)), 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_origins_may_open_pages_and_nothing_else),
        cmocka_unit_test(two_origins_or_two_sites_are_refused),
        cmocka_unit_test(a_body_has_the_type_that_the_route_takes),
        cmocka_unit_test(a_chunked_body_needs_a_type_too),
        cmocka_unit_test(two_types_are_refused),
    };
    return cmocka_run_group_tests(tests, use_port_8080, NULL);
}
