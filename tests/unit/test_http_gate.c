/* What the gate lets in, as tables: one row is one request. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/util.h"
#include "http/gate.h"

static struct gate_hosts hosts;

static int use_port_8080(void **state)
{
    (void)state;
    gate_hosts_init(&hosts, 8080);
    return 0;
}

static void add(struct gate_facts *facts, const char *name, const char *value)
{
    if (value)
        gate_add_header(facts, name, strlen(name), value, strlen(value));
}

static int status_of(const struct gate_verdict *verdict)
{
    return verdict ? verdict->status : 0;
}

static struct gate_facts facts_of(const char *method, const char *path)
{
    return (struct gate_facts){.method = method, .path = path, .version = "HTTP/1.1"};
}

/*** Host ***/

static void only_our_own_hosts_are_served(void **state)
{
    static const struct {
        const char *host;
        int status;
    } rows[] = {
        {"127.0.0.1:8080", 0},
        {"localhost:8080", 0},
        {"[::1]:8080", 0},
        {"127.0.0.1", 421},
        {"localhost", 421},
        {"127.0.0.1:80", 421},
        {"127.0.0.1:8081", 421},
        {"127.0.0.1:08080", 421},
        {"127.0.0.1:8080 ", 421},
        {"127.0.0.1:8080,evil.com", 421},
        {"evil.com", 421},
        {"evil.com:8080", 421},
        {"localhost.evil.com:8080", 421},
        {"127.0.0.1.nip.io:8080", 421},
        {"0.0.0.0:8080", 421},
        {"127.1:8080", 421},
        {"127.0.0.2:8080", 421},
        {"2130706433:8080", 421},
        {"[::]:8080", 421},
        {"[0:0:0:0:0:0:0:1]:8080", 421},
        {"[::ffff:127.0.0.1]:8080", 421},
        {"::1:8080", 421},
        {"LOCALHOST:8080", 421},
        {"localhost.:8080", 421},
        {"evil@localhost:8080", 421},
        {"localhost:8080@evil.com", 421},
        {"", 421},
        {NULL, 400},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct gate_facts facts = facts_of("GET", "/");
        add(&facts, "Host", rows[i].host);
        int got = status_of(gate_request(&facts, &hosts));
        if (got != rows[i].status)
            fail_msg("%s: %d, not %d", rows[i].host, got, rows[i].status);
    }
}

static void two_hosts_are_refused_even_if_equal(void **state)
{
    struct gate_facts facts = facts_of("GET", "/");
    (void)state;
    add(&facts, "Host", "localhost:8080");
    add(&facts, "hOST", "localhost:8080");
    assert_int_equal(status_of(gate_request(&facts, &hosts)), 400);
}

static void on_port_80_a_host_has_no_port(void **state)
{
    struct gate_hosts on_80;
    struct gate_facts facts = facts_of("GET", "/");
    (void)state;
    gate_hosts_init(&on_80, 80);
    add(&facts, "Host", "localhost");
    assert_null(gate_request(&facts, &on_80));
}

/*** Framing ***/

static void ambiguous_lengths_are_refused_and_the_connection_closed(void **state)
{
    static const struct {
        const char *length, *second_length, *coding, *second_coding, *version;
        int status;
    } rows[] = {
        {NULL, NULL, NULL, NULL, "HTTP/1.1", 0},
        {"0", NULL, NULL, NULL, "HTTP/1.1", 0},
        {"65536", NULL, NULL, NULL, "HTTP/1.1", 0},
        {"0000000000000000000000000000007", NULL, NULL, NULL, "HTTP/1.1", 0},
        {"65537", NULL, NULL, NULL, "HTTP/1.1", 413},
        {"18446744073709551615", NULL, NULL, NULL, "HTTP/1.1", 413},
        {"18446744073709551616", NULL, NULL, NULL, "HTTP/1.1", 413},
        {"99999999999999999999999999", NULL, NULL, NULL, "HTTP/1.1", 413},
        {"", NULL, NULL, NULL, "HTTP/1.1", 400},
        {"+5", NULL, NULL, NULL, "HTTP/1.1", 400},
        {"-1", NULL, NULL, NULL, "HTTP/1.1", 400},
        {"0x5", NULL, NULL, NULL, "HTTP/1.1", 400},
        {"5, 5", NULL, NULL, NULL, "HTTP/1.1", 400},
        {"5 ", NULL, NULL, NULL, "HTTP/1.1", 400},
        {"5", "5", NULL, NULL, "HTTP/1.1", 400},
        {"0", "49", NULL, NULL, "HTTP/1.1", 400},
        {NULL, NULL, "chunked", NULL, "HTTP/1.1", 0},
        {NULL, NULL, "Chunked", NULL, "HTTP/1.1", 0},
        {"5", NULL, "chunked", NULL, "HTTP/1.1", 400},
        {NULL, NULL, "chunked", "chunked", "HTTP/1.1", 400},
        {NULL, NULL, "chunked", "identity", "HTTP/1.1", 400},
        {NULL, NULL, "chunked", NULL, "HTTP/1.0", 400},
        {NULL, NULL, "xchunked", NULL, "HTTP/1.1", 501},
        {NULL, NULL, "chunked ", NULL, "HTTP/1.1", 501},
        {NULL, NULL, "gzip, chunked", NULL, "HTTP/1.1", 501},
        {NULL, NULL, "chunked, identity", NULL, "HTTP/1.1", 501},
        {NULL, NULL, "", NULL, "HTTP/1.1", 501},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct gate_facts facts = facts_of("POST", "/zh/gc");
        facts.version = rows[i].version;
        add(&facts, "Host", "localhost:8080");
        add(&facts, "Content-Length", rows[i].length);
        add(&facts, "content-length", rows[i].second_length);
        add(&facts, "Transfer-Encoding", rows[i].coding);
        add(&facts, "TRANSFER-ENCODING", rows[i].second_coding);
        const struct gate_verdict *verdict = gate_request(&facts, &hosts);
        if (status_of(verdict) != rows[i].status || (verdict && !verdict->close))
            fail_msg("row %zu: %d, not %d", i, status_of(verdict), rows[i].status);
    }
}

static void a_huge_body_closes_the_connection_whatever_else_is_wrong(void **state)
{
    struct gate_facts facts = facts_of("POST", "/api/x");
    (void)state;
    add(&facts, "Host", "evil.com");
    add(&facts, "Content-Length", "1000000");
    const struct gate_verdict *verdict = gate_request(&facts, &hosts);
    assert_int_equal(status_of(verdict), 413);
    assert_true(verdict->close);
}

static void malformed_headers_are_refused(void **state)
{
    static const struct {
        const char *name, *value;
        int status;
    } rows[] = {
        {"X-A", "plain\twith tab", 0},
        {"X-A", "\xe5\xb9\xb6", 0},
        {"X-A", "", 0},
        {"X-A", "\x01", 400},
        {"X-A", "a\rb", 400},
        {"X-A", "a\x7f", 400},
        {"X A", "a", 400},
        {"X-A ", "a", 400},
        {" X-A", "a", 400},
        {"", "a", 400},
        {"X\x01", "a", 400},
        {"X:", "a", 400},
        {"X(", "a", 400},
        {"\xe5", "a", 400},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct gate_facts facts = facts_of("GET", "/");
        add(&facts, "Host", "localhost:8080");
        add(&facts, rows[i].name, rows[i].value);
        int got = status_of(gate_request(&facts, &hosts));
        if (got != rows[i].status)
            fail_msg("row %zu: %d, not %d", i, got, rows[i].status);
    }
}

/*** Targets and paths ***/

static void a_target_is_a_well_formed_path(void **state)
{
    static const struct {
        const char *target;
        int status;
    } rows[] = {
        {"/", 0},
        {"/zh/gc?x=1&y=%20+", 0},
        {"/%E5%B9%B6", 0},
        {"/\xe5\xb9\xb6", 0},
        {"/%F0%9F%98%80", 0},
        {"/%252e%252e/", 0},
        {"/a%2Fb", 0},
        {"", 400},
        {"*", 400},
        {"zh/", 400},
        {"http://localhost:8080/", 400},
        {"localhost:8080", 400},
        {"/%00", 400},
        {"/a%00../etc", 400},
        {"/?q=%00", 400},
        {"/%", 400},
        {"/%2", 400},
        {"/%zz", 400},
        {"/%2z", 400},
        {"/?q=%", 400},
        {"/a b", 400},
        {"/a\tb", 400},
        {"/a\x01", 400},
        {"/a\x7f", 400},
        {"/a#b", 400},
        {"/%c0%ae", 400},
        {"/%c0%af", 400},
        {"/%e0%80%ae", 400},
        {"/%ff", 400},
        {"/\xff", 400},
        {"/%ed%a0%80", 400},
        {"/%e5%b9", 400},
        {"/%e5%b9/", 400},
        {"/?q=%e5", 400},
        {"/%f4%90%80%80", 400},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        int got = status_of(gate_target(rows[i].target));
        if (got != rows[i].status)
            fail_msg("%s: %d, not %d", rows[i].target, got, rows[i].status);
    }
}

static void a_decoded_path_climbs_nowhere(void **state)
{
    static const struct {
        const char *path;
        int status;
    } rows[] = {
        {"/", 0},          {"/a.b/..c/.d", 0}, {"/a..", 0},    {"/...", 0},
        {"//", 0},         {"/%2e%2e/", 0},    {"/..", 400},   {"/../", 400},
        {"/a/../b", 400},  {"/a/..", 400},     {"/.", 400},    {"/./a", 400},
        {"/a/./b", 400},   {"/a\\..", 400},    {"/a\nb", 400}, {"/a\r\nX: y", 400},
        {"/\x1b[0m", 400}, {"/a\x7f", 400},    {"a", 400},     {"", 400},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct gate_facts facts = facts_of("GET", rows[i].path);
        add(&facts, "Host", "localhost:8080");
        int got = status_of(gate_request(&facts, &hosts));
        if (got != rows[i].status)
            fail_msg("row %zu %s: %d, not %d", i, rows[i].path, got, rows[i].status);
    }
}

/*** Methods ***/

static void only_methods_that_http_knows_pass(void **state)
{
    static const char *const known[] = {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"};
    static const char *const unknown[] = {"get", "FOO", "", "G\x01T", "GETX", "PROPFIND", "PRI"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        struct gate_facts good = facts_of(known[i], "/"), bad = facts_of(unknown[i], "/");
        add(&good, "Host", "localhost:8080");
        add(&bad, "Host", "localhost:8080");
        assert_null(gate_request(&good, &hosts));
        assert_int_equal(status_of(gate_request(&bad, &hosts)), 501);
    }
}

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
        cmocka_unit_test(only_our_own_hosts_are_served),
        cmocka_unit_test(two_hosts_are_refused_even_if_equal),
        cmocka_unit_test(on_port_80_a_host_has_no_port),
        cmocka_unit_test(ambiguous_lengths_are_refused_and_the_connection_closed),
        cmocka_unit_test(a_huge_body_closes_the_connection_whatever_else_is_wrong),
        cmocka_unit_test(malformed_headers_are_refused),
        cmocka_unit_test(a_target_is_a_well_formed_path),
        cmocka_unit_test(a_decoded_path_climbs_nowhere),
        cmocka_unit_test(only_methods_that_http_knows_pass),
        cmocka_unit_test(other_origins_may_open_pages_and_nothing_else),
        cmocka_unit_test(two_origins_or_two_sites_are_refused),
        cmocka_unit_test(a_body_has_the_type_that_the_route_takes),
        cmocka_unit_test(a_chunked_body_needs_a_type_too),
        cmocka_unit_test(two_types_are_refused),
    };
    return cmocka_run_group_tests(tests, use_port_8080, NULL);
}
