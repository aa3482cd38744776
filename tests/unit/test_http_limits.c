/* Deadlines and caps: clients that are slow, silent or too many, and the ordered stop. Deadlines
 * are short here; no test depends on how soon they are met, only on that they are. */
#include "../http/testserver.h"

enum { PATIENCE_MS = 20 * 1000 };

static struct served start_with(int max_connections, int max_per_address)
{
    return serve_start((struct http_options){.max_connections = max_connections,
                                             .max_per_address = max_per_address,
                                             .header_deadline_ms = 200});
}

static void send_string(int fd, const char *string)
{
    client_send(fd, string, strlen(string));
}

/* True once the server has closed the connection. */
static bool is_closed(int fd)
{
    cleanup_text struct text reply = {0};
    return client_read(fd, &reply, NULL, PATIENCE_MS);
}

static void silent_and_half_open_clients_are_closed_at_the_deadline(void **state)
{
    static const char *const starts[] = {"", "GET", "GET /zh/a HTTP/1.1\r\nHost: ", "\r\n",
                                         "GET /zh/a HTTP/1.1\r\nHost: x\r\nX: a\r\n"};
    struct served served = start_with(0, 0);
    int fds[50];
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
        fds[i] = client_connect(&served);
        send_string(fds[i], starts[i % ARRAY_LEN(starts)]);
    }
    for (size_t i = 0; i < ARRAY_LEN(fds); i++) {
        assert_true(is_closed(fds[i]));
        close(fds[i]);
    }
    assert_int_equal(serve_stop(&served), 0);
}

static void a_client_that_drips_is_closed_at_the_deadline(void **state)
{
    struct served served = start_with(0, 0);
    (void)state;
    int fd = client_connect(&served);
    send_string(fd, "GET /zh/a HTTP/1.1\r\nHost: ");
    for (int i = 0; i < 1000 && send(fd, "x", 1, MSG_NOSIGNAL) == 1; i++)
        poll(NULL, 0,
             20); /* far more often than the deadline, so an idle timeout would never fire */
    assert_true(send(fd, "x", 1, MSG_NOSIGNAL) < 0);
    close(fd);
    assert_int_equal(serve_stop(&served), 0);
}

static void a_body_that_drips_is_closed_at_the_deadline(void **state)
{
    struct served served = serve_start((struct http_options){.body_deadline_ms = 200});
    char request[160];
    (void)state;
    int fd = client_connect(&served);
    snprintf(request, sizeof request,
             "POST /api/echo HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\n"
             "Content-Length: 60000\r\n\r\n",
             served.port);
    send_string(fd, request);
    for (int i = 0; i < 1000 && send(fd, "x", 1, MSG_NOSIGNAL) == 1; i++)
        poll(NULL, 0, 20);
    assert_true(send(fd, "x", 1, MSG_NOSIGNAL) < 0);
    close(fd);
    assert_int_equal(serve_stop(&served), 0);
}

static void a_client_that_does_not_take_its_replies_is_closed(void **state)
{
    struct served served = serve_start((struct http_options){.reply_deadline_ms = 300});
    char request[64];
    (void)state;
    int fd = client_connect(&served);
    snprintf(request, sizeof request, "GET /page HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n",
             served.port);
    for (int i = 0; i < 5000; i++) /* some 30 MB of replies: more than sockets hold */
        send_string(fd, request);
    struct pollfd reset = {.fd = fd, .events = 0};
    assert_int_equal(poll(&reset, 1, PATIENCE_MS), 1);
    assert_true(reset.revents & (POLLERR | POLLHUP));
    close(fd);
    assert_int_equal(serve_stop(&served), 0);
}

static void an_idle_connection_is_closed_at_the_deadline(void **state)
{
    struct served served = serve_start((struct http_options){.idle_deadline_ms = 200});
    cleanup_text struct text reply = {0};
    char request[64];
    (void)state;
    int fd = client_connect(&served);
    snprintf(request, sizeof request, "GET /zh/a HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n",
             served.port);
    send_string(fd, request);
    assert_true(client_read(fd, &reply, NULL, PATIENCE_MS));
    assert_int_equal(reply_status(&reply), 200);
    close(fd);
    assert_int_equal(serve_stop(&served), 0);
}

static void clients_that_leave_half_way_free_their_place(void **state)
{
    struct served served = start_with(8, 8);
    cleanup_text struct text reply = {0};
    (void)state;
    for (int i = 0; i < 200; i++) {
        int fd = client_connect(&served);
        send_string(fd, "GET /zh/a HTTP/1.1\r\nHost");
        close(fd);
    }
    for (int i = 0; i < 200 && reply_status(&reply) != 200; i++) {
        text_free(&reply);
        poll(NULL, 0, 50);
        client_exchange(&served, &reply, "GET /zh/a HTTP/1.1\r\n\r\n");
    }
    assert_int_equal(reply_status(&reply), 200);
    assert_int_equal(serve_stop(&served), 0);
}

static void a_client_beyond_the_cap_is_told_so(int total, int per_address)
{
    struct served served = start_with(total, per_address);
    cleanup_text struct text reply = {0};
    int held[4];
    for (size_t i = 0; i < ARRAY_LEN(held); i++) {
        cleanup_text struct text first = {0};
        char request[64];
        snprintf(request, sizeof request, "GET /zh/a HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n",
                 served.port);
        held[i] = client_connect(&served);
        send_string(held[i], request);
        client_read(held[i], &first, "<p>a", PATIENCE_MS); /* served, and kept open */
    }
    client_exchange(&served, &reply, "GET /zh/a HTTP/1.1\r\n\r\n");
    assert_int_equal(reply_status(&reply), 503);
    assert_non_null(strstr(reply.data, "\r\nRetry-After: 1\r\n"));
    assert_non_null(strstr(reply.data, "\r\nContent-Security-Policy: default-src 'none'"));
    assert_non_null(strstr(reply_body(&reply), "\"code\":\"busy\""));
    for (size_t i = 0; i < ARRAY_LEN(held); i++)
        close(held[i]);
    for (int i = 0; i < 200 && reply_status(&reply) != 200; i++) {
        text_free(&reply);
        client_exchange(&served, &reply, "GET /zh/a HTTP/1.1\r\n\r\n");
    }
    assert_int_equal(reply_status(&reply), 200);
    assert_int_equal(serve_stop(&served), 0);
}

static void the_cap_on_all_connections_answers_503(void **state)
{
    (void)state;
    a_client_beyond_the_cap_is_told_so(4, 100);
}

static void the_cap_on_one_address_answers_503(void **state)
{
    (void)state;
    a_client_beyond_the_cap_is_told_so(100, 4);
}

static void running_out_of_descriptors_is_survived(void **state)
{
    struct served served = serve_start((struct http_options){.max_connections = 4000});
    cleanup_text struct text reply = {0};
    int fds[200];
    size_t n = 0;
    (void)state;
    struct rlimit few = {40, 40};
    assert_int_equal(prlimit(served.pid, RLIMIT_NOFILE, &few, NULL), 0);
    for (; n < ARRAY_LEN(fds); n++)
        fds[n] = client_connect(&served);
    while (n)
        close(fds[--n]);
    client_exchange(&served, &reply, "GET /zh/a HTTP/1.1\r\n\r\n");
    assert_int_equal(reply_status(&reply), 200);
    assert_int_equal(serve_stop(&served), 0);
}

/*** The ordered stop ***/

static void a_stop_ends_idle_half_open_waiting_and_streaming_connections(void **state)
{
    static const char *const lines[] = {"GET /api/events?lines HTTP/1.1", "GET /api/never HTTP/1.1",
                                        "GET /zh/a HTTP/1.1"};
    struct served served = serve_start((struct http_options){0});
    struct text replies[ARRAY_LEN(lines)] = {0};
    int fds[ARRAY_LEN(lines)], half = client_connect(&served);
    cleanup_text struct text after = {0};
    (void)state;
    send_string(half, "GET /zh/a HTTP/1.1\r\nHo");
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        char request[128];
        snprintf(request, sizeof request, "%s\r\nHost: 127.0.0.1:%d\r\n\r\n", lines[i],
                 served.port);
        fds[i] = client_connect(&served);
        send_string(fds[i], request);
    }
    client_read(fds[0], &replies[0], "data: 1", PATIENCE_MS);
    client_read(fds[2], &replies[2], "<p>a", PATIENCE_MS);
    client_exchange(&served, &after,
                    "GET /zh/a HTTP/1.1\r\n\r\n"); /* /api/never is waiting by now */
    assert_int_equal(serve_stop(&served), 0);
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        assert_true(client_read(fds[i], &replies[i], NULL, PATIENCE_MS));
        close(fds[i]);
    }
    assert_non_null(strstr(replies[0].data, "\r\n0\r\n\r\n")); /* the stream has a proper end */
    assert_int_equal(reply_status(&replies[1]), 503);
    assert_true(is_closed(half));
    close(half);
    for (size_t i = 0; i < ARRAY_LEN(lines); i++)
        text_free(&replies[i]);
}

/*** Opening ***/

static int open_at(const char *listen, struct err *err)
{
    struct loop *loop;
    struct http *http;
    assert_int_equal(loop_new(&loop, NULL), 0);
    struct http_options options = {.loop = loop, .listen = listen};
    int r = http_open(&options, &http, err);
    if (r == 0)
        http_close(http);
    loop_free(loop);
    return r;
}

/* A server of this process: nothing happens in it but in a turn of its loop. */
static int connect_to_own(struct http_options *options, uint16_t *ret_port)
{
    assert_int_equal(loop_new(&server.loop, NULL), 0);
    options->loop = server.loop;
    options->listen = "127.0.0.1:0";
    options->routes = test_routes;
    options->n_routes = ARRAY_LEN(test_routes);
    assert_int_equal(http_open(options, &server.http, NULL), 0);
    struct served own = {.port = atoi(strrchr(http_url(server.http), ':') + 1)};
    *ret_port = (uint16_t)own.port;
    int fd = client_connect(&own);
    for (int i = 0; i < 5; i++)
        loop_turn(server.loop, 10);
    return fd;
}

static void a_request_that_is_whole_as_the_server_closes_has_no_handler(void **state)
{
    static const char *const targets[] = {"/api/events", "/api/never"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
        struct http_options options = {0};
        char request[128];
        uint16_t port;
        int fd = connect_to_own(&options, &port);
        snprintf(request, sizeof request,
                 "GET %s HTTP/1.1\r\nHost: localhost:%u\r\nContent-Length: 5\r\n"
                 "Content-Type: application/json\r\n\r\n",
                 targets[i], port);
        client_send(fd, request, strlen(request));
        for (int k = 0; k < 5; k++)
            loop_turn(server.loop, 10);
        client_send(fd, "12345", 5);
        http_close(server.http);
        loop_free(server.loop);
        assert_int_equal(server.n_readers, 0);
        assert_null(server.kept);
        close(fd);
    }
}

static void only_loopback_addresses_are_listened_on(void **state)
{
    static const char *const bad[] = {
        "0.0.0.0:0",           "[::]:0",       "192.168.0.1:0", "8080",   "127.0.0.1", "127.0.0.1:",
        "127.0.0.1:65536",     "127.0.0.1:-1", "example.org:1", "[::1:0", "::1:0",     "",
        "[::ffff:127.0.0.1]:0"};
    struct err err = {0};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        if (open_at(bad[i], &err) != -EINVAL)
            fail_msg("%s is listened on", bad[i]);
        assert_non_null(strstr(err.text, bad[i]));
    }
    assert_int_equal(open_at("localhost:0", &err), 0);
    assert_int_equal(open_at("127.0.0.1:0", &err), 0);
}

static void a_port_in_use_is_named(void **state)
{
    struct served served = serve_start((struct http_options){0});
    char listen[32];
    struct err err = {0};
    (void)state;
    snprintf(listen, sizeof listen, "127.0.0.1:%d", served.port);
    assert_int_equal(open_at(listen, &err), -EADDRINUSE);
    assert_non_null(strstr(err.text, listen));
    assert_int_equal(serve_stop(&served), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(silent_and_half_open_clients_are_closed_at_the_deadline),
        cmocka_unit_test(a_client_that_drips_is_closed_at_the_deadline),
        cmocka_unit_test(a_body_that_drips_is_closed_at_the_deadline),
        cmocka_unit_test(a_client_that_does_not_take_its_replies_is_closed),
        cmocka_unit_test(an_idle_connection_is_closed_at_the_deadline),
        cmocka_unit_test(clients_that_leave_half_way_free_their_place),
        cmocka_unit_test(the_cap_on_all_connections_answers_503),
        cmocka_unit_test(the_cap_on_one_address_answers_503),
        cmocka_unit_test(running_out_of_descriptors_is_survived),
        cmocka_unit_test(a_stop_ends_idle_half_open_waiting_and_streaming_connections),
        cmocka_unit_test(a_request_that_is_whole_as_the_server_closes_has_no_handler),
        cmocka_unit_test(only_loopback_addresses_are_listened_on),
        cmocka_unit_test(a_port_in_use_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
