/* Requests and replies over real sockets. */
#include "../http/testserver.h"

static struct served served;

static int start(void **state)
{
    (void)state;
    served = serve_start((struct http_options){0});
    return 0;
}

static int stop(void **state)
{
    (void)state;
    return serve_stop(&served);
}

/*** Replies ***/

static void a_page_is_served_with_its_validators(void **state)
{
    cleanup_text struct text reply = {0};
    (void)state;
    client_exchange(&served, &reply, "GET /page HTTP/1.1\r\n\r\n");
    assert_int_equal(reply_status(&reply), 200);
    assert_non_null(strstr(reply.data, "\r\nETag: \""));
    assert_non_null(strstr(reply.data, "\r\nVary: Accept-Encoding\r\n"));
    assert_non_null(strstr(reply.data, "\r\nCache-Control: no-cache\r\n"));
    assert_non_null(strstr(reply.data, "第 399 段"));
}

/* The ETag of a reply, with its quotes. */
static void find_etag(const struct text *reply, char *etag, size_t size)
{
    const char *at = strstr(reply->data, "\r\nETag: ");
    assert_non_null(at);
    snprintf(etag, size, "%.*s", (int)strcspn(at + 8, "\r"), at + 8);
}

static void a_page_the_client_has_is_not_sent_again(void **state)
{
    cleanup_text struct text first = {0}, second = {0};
    char etag[64];
    (void)state;
    client_exchange(&served, &first, "GET /page HTTP/1.1\r\n\r\n");
    find_etag(&first, etag, sizeof etag);
    client_exchange(&served, &second, "GET /page HTTP/1.1\r\nIf-None-Match: \"x\", W/%s\r\n\r\n",
                    etag);
    assert_int_equal(reply_status(&second), 304);
    assert_string_equal(reply_body(&second), "");
    assert_non_null(strstr(second.data, etag));
    assert_non_null(strstr(second.data, "\r\nCache-Control: no-cache\r\n"));
}

static void the_gzip_form_has_a_tag_of_its_own(void **state)
{
    cleanup_text struct text plain = {0}, gzip = {0}, again = {0}, crossed = {0};
    char etag[64], gzip_etag[64];
    (void)state;
    client_exchange(&served, &plain, "GET /page HTTP/1.1\r\n\r\n");
    client_exchange(&served, &gzip, "GET /page HTTP/1.1\r\nAccept-Encoding: br, gzip\r\n\r\n");
    assert_non_null(strstr(gzip.data, "\r\nContent-Encoding: gzip\r\n"));
    assert_true(gzip.len < plain.len);
    find_etag(&plain, etag, sizeof etag);
    find_etag(&gzip, gzip_etag, sizeof gzip_etag);
    assert_string_not_equal(etag, gzip_etag);
    client_exchange(&served, &again,
                    "GET /page HTTP/1.1\r\nAccept-Encoding: gzip\r\nIf-None-Match: %s\r\n\r\n",
                    gzip_etag);
    assert_int_equal(reply_status(&again), 304);
    client_exchange(&served, &crossed, "GET /page HTTP/1.1\r\nIf-None-Match: %s\r\n\r\n",
                    gzip_etag);
    assert_int_equal(reply_status(&crossed), 200);
}

/* RFC 1952: the ninth byte, XFL, is 2 for the slowest packing and 4 for the fastest. */
static int gzip_effort(const char *target)
{
    cleanup_text struct text reply = {0};
    client_exchange(&served, &reply, "GET %s HTTP/1.1\r\nAccept-Encoding: gzip\r\n\r\n", target);
    assert_non_null(strstr(reply.data, "\r\nContent-Encoding: gzip\r\n"));
    return reply_body(&reply)[8];
}

/* It is packed by the loop, and zlib's slowest takes ten seconds for a megabyte of "abbab". */
static void a_large_page_is_packed_the_fast_way(void **state)
{
    (void)state;
    assert_int_equal(gzip_effort("/page"), 0);
    assert_int_equal(gzip_effort("/large-page"), 4);
}

static void a_page_can_carry_a_cookie_of_this_reply(void **state)
{
    cleanup_text struct text reply = {0}, after = {0};
    (void)state;
    client_exchange(&served, &reply, "GET /page?cookie HTTP/1.1\r\n\r\n");
    assert_non_null(strstr(reply.data, "\r\nSet-Cookie: lang=zh\r\n"));
    assert_non_null(strstr(reply.data, "第 399 段"));
    client_exchange(&served, &after, "GET /page HTTP/1.1\r\n\r\n");
    assert_null(strstr(after.data, "Set-Cookie"));
}

static void head_has_the_headers_of_get_and_no_body(void **state)
{
    cleanup_text struct text get = {0}, head = {0};
    (void)state;
    client_exchange(&served, &get, "GET /page HTTP/1.1\r\n\r\n");
    client_exchange(&served, &head, "HEAD /page HTTP/1.1\r\n\r\n");
    assert_int_equal(reply_status(&head), 200);
    assert_string_equal(reply_body(&head), "");
    const char *length = strstr(get.data, "\r\nContent-Length: ");
    assert_non_null(strstr(head.data, "\r\nContent-Length: "));
    assert_memory_equal(strstr(head.data, "\r\nContent-Length: "), length, 22);
}

static void a_head_of_a_stream_ends_it(void **state)
{
    cleanup_text struct text head = {0}, streams = {0};
    (void)state;
    client_exchange(&served, &head, "HEAD /api/events HTTP/1.1\r\n\r\n");
    assert_int_equal(reply_status(&head), 200);
    client_exchange(&served, &streams, "GET /api/streams HTTP/1.1\r\n\r\n");
    assert_non_null(strstr(reply_body(&streams), "open=0"));
}

static void every_reply_carries_the_security_headers(void **state)
{
    static const char *const lines[] = {
        "GET /page HTTP/1.1",       "GET /page HTTP/1.1\r\nAccept-Encoding: gzip",
        "GET /zh/gc HTTP/1.1",      "GET /nowhere HTTP/1.1",
        "GET /api/echo HTTP/1.1",   "GET /api/nowhere HTTP/1.1",
        "DELETE /page HTTP/1.1",    "GET /elsewhere HTTP/1.1",
        "GET /api/late HTTP/1.1",   "GET /%zz HTTP/1.1",
        "TRACE /page HTTP/1.1",     "GET /page HTTP/1.1\r\nHost: evil.com",
        "HEAD /api/events HTTP/1.1"};
    static const char *const headers[] = {"\r\nContent-Security-Policy: default-src 'none'; ",
                                          "\r\nX-Content-Type-Options: nosniff\r\n",
                                          "\r\nX-Frame-Options: DENY\r\n",
                                          "\r\nReferrer-Policy: no-referrer\r\n",
                                          "\r\nCross-Origin-Resource-Policy: same-origin\r\n",
                                          "\r\nCross-Origin-Opener-Policy: same-origin\r\n"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        cleanup_text struct text reply = {0};
        client_exchange(&served, &reply, "%s\r\n\r\n", lines[i]);
        for (size_t h = 0; h < ARRAY_LEN(headers); h++) {
            if (!strstr(reply.data, headers[h]))
                fail_msg("%s: no %s in %s", lines[i], headers[h] + 2, reply.data);
        }
        assert_null(strcasestr(reply.data, "access-control-"));
    }
}

/*** Requests ***/

static void parameters_query_and_cookies_arrive_decoded(void **state)
{
    cleanup_text struct text topic = {0}, query = {0};
    (void)state;
    client_exchange(&served, &topic, "GET /zh/%%E5%%B9%%B6%%3Cb%%3E HTTP/1.1\r\n\r\n");
    assert_non_null(strstr(reply_body(&topic), "<p>并&lt;b&gt;"));
    client_exchange(&served, &query,
                    "GET /api/echo?q=%%E5%%B9%%B6+x&flag&q=2 HTTP/1.1\r\nCookie: a=b; c=d\r\n\r\n");
    assert_non_null(strstr(reply_body(&query), "cookie=b [q=并 x][flag=][q=2]"));
}

static void a_body_arrives_whole_in_pieces_and_in_chunks(void **state)
{
    cleanup_text struct text length = {0}, chunked = {0}, largest = {0};
    static char body[HTTP_BODY_MAX + 1];
    (void)state;
    client_exchange(&served, &length,
                    "POST /api/echo HTTP/1.1\r\nContent-Type: application/json\r\n"
                    "Content-Length: 7\r\n\r\n{\"a\":1}");
    assert_non_null(strstr(reply_body(&length), "body=7:{\"a\":1}"));
    client_exchange(&served, &chunked,
                    "POST /api/echo HTTP/1.1\r\nContent-Type: application/json\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n3\r\n{\"a\r\n4\r\n\":1}\r\n0\r\n\r\n");
    assert_non_null(strstr(reply_body(&chunked), "body=7:{\"a\":1}"));
    memset(body, 'x', HTTP_BODY_MAX);
    client_exchange(&served, &largest,
                    "POST /api/echo HTTP/1.1\r\nContent-Type: application/json\r\n"
                    "Content-Length: %d\r\n\r\n%s",
                    HTTP_BODY_MAX, body);
    assert_non_null(strstr(reply_body(&largest), "body=65536:xxx"));
}

static void a_body_too_large_is_refused_early(void **state)
{
    cleanup_text struct text announced = {0}, chunked = {0};
    static char chunk[HTTP_BODY_MAX + 1];
    (void)state;
    client_exchange(&served, &announced,
                    "POST /api/echo HTTP/1.1\r\nContent-Type: application/json\r\n"
                    "Content-Length: 65537\r\n\r\n");
    assert_int_equal(reply_status(&announced), 413);
    memset(chunk, 'x', HTTP_BODY_MAX);
    client_exchange(&served, &chunked,
                    "POST /api/echo HTTP/1.1\r\nContent-Type: application/json\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n10000\r\n%s\r\n1\r\nx\r\n0\r\n\r\n",
                    chunk);
    assert_int_not_equal(reply_status(&chunked), 200);
}

static void a_form_is_read_by_field(void **state)
{
    cleanup_text struct text form = {0}, json = {0};
    (void)state;
    client_exchange(&served, &form,
                    "POST /zh/gc HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                    "Content-Length: 27\r\n\r\nid=1&state=do%%6Ee+%%E5%%B9%%B6");
    assert_string_equal(reply_body(&form), "done 并");
    client_exchange(&served, &json,
                    "POST /zh/gc HTTP/1.1\r\nContent-Type: application/json\r\n"
                    "Content-Length: 2\r\n\r\n{}");
    assert_int_equal(reply_status(&json), 415);
}

static void a_deferred_request_is_answered_later(void **state)
{
    cleanup_text struct text reply = {0};
    (void)state;
    client_exchange(&served, &reply, "GET /api/late HTTP/1.1\r\n\r\n");
    assert_string_equal(reply_body(&reply), "late");
}

static void pipelined_requests_are_answered_in_order(void **state)
{
    cleanup_text struct text reply = {0};
    char request[512];
    (void)state;
    snprintf(request, sizeof request,
             "GET /api/late HTTP/1.1\r\nHost: localhost:%d\r\n\r\n"
             "GET /zh/second HTTP/1.1\r\nHost: localhost:%d\r\nConnection: close\r\n\r\n",
             served.port, served.port);
    int fd = client_connect(&served);
    client_send(fd, request, strlen(request));
    assert_true(client_read(fd, &reply, NULL, 10000));
    const char *first = strstr(reply.data, "late"), *second = strstr(reply.data, "<p>second");
    assert_true(first && second && first < second);
    close(fd);
}

static void a_client_that_leaves_does_not_disturb_its_deferred_request(void **state)
{
    cleanup_text struct text reply = {0};
    char request[128];
    (void)state;
    snprintf(request, sizeof request, "GET /api/late HTTP/1.1\r\nHost: localhost:%d\r\n\r\n",
             served.port);
    int fd = client_connect(&served);
    client_send(fd, request, strlen(request));
    close(fd);
    client_exchange(&served, &reply, "GET /api/late HTTP/1.1\r\n\r\n");
    assert_int_equal(reply_status(&reply), 200);
}

/*** Errors ***/

static void a_browser_gets_a_page_for_an_error_and_the_api_json(void **state)
{
    cleanup_text struct text page = {0}, api = {0}, plain = {0};
    (void)state;
    client_exchange(&served, &page, "GET /no%%3Cb%%3E HTTP/1.1\r\nAccept: text/html\r\n\r\n");
    assert_int_equal(reply_status(&page), 404);
    assert_non_null(strstr(reply_body(&page), "<h1>404</h1><p>There is nothing at /no&lt;b&gt;"));
    client_exchange(&served, &api, "GET /api/nowhere HTTP/1.1\r\nAccept: text/html\r\n\r\n");
    assert_int_equal(reply_status(&api), 404);
    assert_string_equal(reply_body(&api),
                        "{\"error\":{\"code\":\"not_found\",\"message\":"
                        "\"There is nothing at /api/nowhere.\",\"field\":null}}\n");
    client_exchange(&served, &plain, "GET /nowhere HTTP/1.1\r\n\r\n");
    assert_non_null(strstr(plain.data, "\r\nContent-Type: application/json\r\n"));
}

static void the_wrong_method_is_told_the_right_ones(void **state)
{
    cleanup_text struct text wrong = {0}, trace = {0}, unknown = {0};
    (void)state;
    client_exchange(&served, &wrong, "DELETE /zh/gc HTTP/1.1\r\n\r\n");
    assert_int_equal(reply_status(&wrong), 405);
    assert_non_null(strstr(wrong.data, "\r\nAllow: GET, HEAD, POST\r\n"));
    client_exchange(&served, &trace, "TRACE /zh/gc HTTP/1.1\r\n\r\n");
    assert_int_equal(reply_status(&trace), 405);
    client_exchange(&served, &unknown, "FOO /zh/gc HTTP/1.1\r\n\r\n");
    assert_int_equal(reply_status(&unknown), 501);
}

static void a_handler_that_forgets_to_reply_is_a_500(void **state)
{
    cleanup_text struct text reply = {0};
    (void)state;
    client_exchange(&served, &reply, "GET /api/silent HTTP/1.1\r\n\r\n");
    assert_int_equal(reply_status(&reply), 500);
}

static void a_redirect_names_its_location(void **state)
{
    cleanup_text struct text reply = {0};
    (void)state;
    client_exchange(&served, &reply, "GET /elsewhere HTTP/1.1\r\n\r\n");
    assert_int_equal(reply_status(&reply), 303);
    assert_non_null(strstr(reply.data, "\r\nLocation: /zh/gc#here\r\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_is_served_with_its_validators),
        cmocka_unit_test(a_page_the_client_has_is_not_sent_again),
        cmocka_unit_test(the_gzip_form_has_a_tag_of_its_own),
        cmocka_unit_test(a_large_page_is_packed_the_fast_way),
        cmocka_unit_test(a_page_can_carry_a_cookie_of_this_reply),
        cmocka_unit_test(head_has_the_headers_of_get_and_no_body),
        cmocka_unit_test(a_head_of_a_stream_ends_it),
        cmocka_unit_test(every_reply_carries_the_security_headers),
        cmocka_unit_test(parameters_query_and_cookies_arrive_decoded),
        cmocka_unit_test(a_body_arrives_whole_in_pieces_and_in_chunks),
        cmocka_unit_test(a_body_too_large_is_refused_early),
        cmocka_unit_test(a_form_is_read_by_field),
        cmocka_unit_test(a_deferred_request_is_answered_later),
        cmocka_unit_test(pipelined_requests_are_answered_in_order),
        cmocka_unit_test(a_client_that_leaves_does_not_disturb_its_deferred_request),
        cmocka_unit_test(a_browser_gets_a_page_for_an_error_and_the_api_json),
        cmocka_unit_test(the_wrong_method_is_told_the_right_ones),
        cmocka_unit_test(a_handler_that_forgets_to_reply_is_a_500),
        cmocka_unit_test(a_redirect_names_its_location),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
