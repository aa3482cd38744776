/* test_http_gate.c - what the gate lets in, as tables: one row is one request. */
#include "gate_fixture.h"

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
    };
    return cmocka_run_group_tests(tests, use_port_8080, NULL);
}
