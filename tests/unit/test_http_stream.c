/* Server-Sent Events over real sockets: waking, ending, leaving. */
#include <dirent.h>

#include "../http/testserver.h"

enum { MANY = 300, PATIENCE_MS = 20 * 1000 };

static struct served served;

static int start(void **state)
{
    (void)state;
    served = serve_start((struct http_options){
        .max_connections = MANY + 8, .heartbeat_ms = 200, .reply_deadline_ms = 400});
    return 0;
}

static int stop(void **state)
{
    (void)state;
    return serve_stop(&served);
}

/* Another server, whose heartbeat does not come before a test is over. */
static struct served usual;

static int start_without_heartbeat(void **state)
{
    (void)state;
    usual = served;
    served = serve_start((struct http_options){
        .max_connections = 8, .heartbeat_ms = 10 * PATIENCE_MS, .reply_deadline_ms = 400});
    return 0;
}

static int stop_without_heartbeat(void **state)
{
    int r = stop(state);
    served = usual;
    return r;
}

/* Sends "METHOD TARGET VERSION" and a Host; what comes is read up to `until`. */
static int request_stream(const char *line, struct text *reply, const char *until)
{
    char request[160];
    snprintf(request, sizeof request, "%s\r\nHost: localhost:%d\r\n\r\n", line, served.port);
    int fd = client_connect(&served);
    client_send(fd, request, strlen(request));
    client_read(fd, reply, until, PATIENCE_MS);
    return fd;
}

static int open_stream_of(const char *target, struct text *reply)
{
    char line[96];
    snprintf(line, sizeof line, "GET %s HTTP/1.1", target);
    return request_stream(line, reply, "data: 1\n\n");
}

static int open_stream(struct text *reply)
{
    return open_stream_of("/api/events", reply);
}

static void ask(const char *line, struct text *reply)
{
    text_free(reply);
    client_exchange(&served, reply, "%s HTTP/1.1\r\n\r\n", line);
    assert_int_equal(reply_status(reply), 200);
}

/* Asks until the server says `want` of its streams. */
static void wait_for_streams(const char *want)
{
    cleanup_text struct text reply = {0};
    for (int i = 0; i < PATIENCE_MS / 10; i++) {
        ask("GET /api/streams", &reply);
        if (strstr(reply_body(&reply), want))
            return;
        poll(NULL, 0, 10);
    }
    fail_msg("%s, not %s", reply_body(&reply), want);
}

static int descriptors_of_server(void)
{
    char path[64];
    int n = 0;
    snprintf(path, sizeof path, "/proc/%d/fd", served.pid);
    DIR *dir = opendir(path);
    assert_non_null(dir);
    while (readdir(dir))
        n++;
    closedir(dir);
    return n;
}

static void a_stream_sends_what_there_is_and_ends_when_told(void **state)
{
    cleanup_text struct text stream = {0}, reply = {0};
    (void)state;
    int fd = open_stream(&stream);
    assert_non_null(strstr(stream.data, "\r\nContent-Type: text/event-stream\r\n"));
    assert_non_null(strstr(stream.data, "\r\nCache-Control: no-store\r\n"));
    ask("POST /api/events", &reply);
    ask("POST /api/events?end", &reply);
    assert_true(client_read(fd, &stream, NULL, PATIENCE_MS));
    assert_string_equal(reply_body(&stream), "data: 1\n\ndata: 1\n\n");
    wait_for_streams("open=0");
    close(fd);
}

static void three_hundred_streams_get_every_wake(void **state)
{
    struct text streams[MANY] = {0};
    cleanup_text struct text reply = {0};
    int fds[MANY];
    (void)state;
    for (int i = 0; i < MANY; i++)
        fds[i] = open_stream(&streams[i]);
    wait_for_streams("open=300");
    for (int round = 0; round < 5; round++) {
        for (int i = 0; i < MANY; i++)
            text_free(&streams[i]);
        ask("POST /api/events", &reply);
        for (int i = 0; i < MANY; i++) {
            client_read(fds[i], &streams[i], "data: 1\n\n", PATIENCE_MS);
            assert_non_null(streams[i].data);
        }
    }
    for (int i = 0; i < MANY; i++) {
        close(fds[i]);
        text_free(&streams[i]);
    }
    wait_for_streams("open=0");
}

/* Whichever of the two is read first is woken when it has been read and not been sent to. */
static void a_wake_while_others_are_read_is_not_lost(void **state)
{
    cleanup_text struct text reply = {0};
    struct text streams[2] = {0};
    int fds[2];
    (void)state;
    for (int i = 0; i < 2; i++)
        fds[i] = open_stream(&streams[i]);
    ask("POST /api/events?gifts", &reply);
    for (int i = 0; i < 2; i++) {
        client_read(fds[i], &streams[i], "data: 3\n\n", PATIENCE_MS);
        assert_non_null(strstr(streams[i].data, "data: 3\n\n"));
        text_free(&streams[i]);
        close(fds[i]);
    }
    wait_for_streams("open=0");
}

static void a_reader_that_leaves_is_noticed_without_anything_to_send(void **state)
{
    cleanup_text struct text stream = {0};
    (void)state;
    int fd = open_stream(&stream);
    wait_for_streams("open=1");
    close(fd);
    wait_for_streams("open=0");
}

static void a_reader_that_resets_is_noticed(void **state)
{
    cleanup_text struct text stream = {0};
    struct linger reset = {.l_onoff = 1};
    (void)state;
    int fd = open_stream(&stream);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    close(fd);
    wait_for_streams("open=0");
}

static void a_silent_stream_has_a_heartbeat(void **state)
{
    cleanup_text struct text stream = {0};
    (void)state;
    int fd = open_stream(&stream);
    client_read(fd, &stream, ": \n\n", PATIENCE_MS);
    assert_non_null(strstr(stream.data, ": \n\n"));
    close(fd);
    wait_for_streams("open=0");
}

static void another_type_of_stream_has_its_type_and_no_heartbeat(void **state)
{
    cleanup_text struct text lines = {0}, events = {0}, reply = {0};
    (void)state;
    int fd = open_stream_of("/api/events?lines", &lines);
    assert_non_null(strstr(lines.data, "\r\nContent-Type: application/x-ndjson\r\n"));
    int other = open_stream(&events);
    client_read(other, &events, ": \n\n", PATIENCE_MS); /* by now it would have one */
    ask("POST /api/events?end", &reply);
    client_read(fd, &lines, "\r\n0\r\n\r\n", PATIENCE_MS);
    assert_null(strstr(lines.data, ": \n\n"));
    wait_for_streams("open=0");
    close(fd);
    close(other);
}

static void a_stream_holds_one_descriptor(void **state)
{
    cleanup_text struct text reply = {0};
    struct text streams[20] = {0};
    int fds[ARRAY_LEN(streams)];
    (void)state;
    wait_for_streams("open=0");
    int before = descriptors_of_server();
    for (size_t i = 0; i < ARRAY_LEN(streams); i++)
        fds[i] = open_stream(&streams[i]);
    wait_for_streams("open=20");
    assert_int_equal(descriptors_of_server(), before + (int)ARRAY_LEN(streams));
    ask("POST /api/events?end", &reply);
    for (size_t i = 0; i < ARRAY_LEN(streams); i++) {
        assert_true(client_read(fds[i], &streams[i], NULL, PATIENCE_MS));
        close(fds[i]);
        text_free(&streams[i]);
    }
    wait_for_streams("open=0");
    assert_int_equal(descriptors_of_server(), before);
}

static void a_request_sent_behind_a_streams_is_dropped_with_the_connection(void **state)
{
    static const char line[] = "GET /api/events HTTP/1.1\r\nHost: localhost:%d\r\n\r\n"
                               "GET /page HTTP/1.1\r\nHost: localhost:%d\r\n\r\n";
    cleanup_text struct text stream = {0}, reply = {0};
    char request[256], byte;
    (void)state;
    snprintf(request, sizeof request, line, served.port, served.port);
    int fd = client_connect(&served);
    client_send(fd, request, strlen(request));
    client_read(fd, &stream, "data: 1\n\n", PATIENCE_MS);
    client_send(fd, "more", 4);
    assert_non_null(strstr(stream.data, "\r\nConnection: close\r\n"));
    ask("POST /api/events", &reply);
    ask("POST /api/events?end", &reply);
    client_read(fd, &stream, NULL, PATIENCE_MS);
    assert_string_equal(reply_body(&stream), "data: 1\n\ndata: 1\n\n");
    assert_int_equal(recv(fd, &byte, 1, 0), 0); /* an end, not a reset */
    close(fd);
}

static void a_handler_may_start_a_stream_after_it_has_deferred(void **state)
{
    cleanup_text struct text stream = {0}, reply = {0};
    (void)state;
    int fd = open_stream_of("/api/late-events", &stream);
    ask("POST /api/events", &reply);
    ask("POST /api/events?end", &reply);
    assert_true(client_read(fd, &stream, NULL, PATIENCE_MS));
    assert_string_equal(reply_body(&stream), "data: 1\n\ndata: 1\n\n");
    close(fd);
}

static void a_reader_that_leaves_before_a_deferred_stream_starts_is_noticed(void **state)
{
    cleanup_text struct text reply = {0};
    (void)state;
    int fd = request_stream("GET /api/late-events HTTP/1.1", &reply, "");
    close(fd);
    ask("GET /api/late", &reply); /* by now it has started */
    wait_for_streams("open=0");
}

static void head_of_a_stream_is_its_head_alone(void **state)
{
    cleanup_text struct text reply = {0};
    (void)state;
    int fd = request_stream("HEAD /api/events HTTP/1.1", &reply, NULL);
    assert_int_equal(reply_status(&reply), 200);
    assert_non_null(strstr(reply.data, "\r\nContent-Security-Policy: "));
    assert_string_equal(reply_body(&reply), "");
    wait_for_streams("open=0");
    close(fd);
}

static void a_stream_for_http_1_0_has_no_chunks(void **state)
{
    cleanup_text struct text stream = {0}, reply = {0};
    (void)state;
    int fd = request_stream("GET /api/events?lines HTTP/1.0", &stream, "data: 1\n\n");
    assert_null(strstr(stream.data, "chunked"));
    ask("POST /api/events?end", &reply);
    assert_true(client_read(fd, &stream, NULL, PATIENCE_MS));
    assert_string_equal(reply_body(&stream), "data: 1\n\n");
    close(fd);
}

static void a_header_with_a_line_break_is_not_sent(void **state)
{
    cleanup_text struct text good = {0}, bad = {0};
    (void)state;
    int fd = open_stream_of("/api/events?name=inline", &good);
    assert_non_null(strstr(good.data, "\r\nContent-Disposition: inline\r\n"));
    close(fd);
    fd = open_stream_of("/api/events?name=a%0d%0aSet-Cookie:%20b=c", &bad);
    assert_null(strstr(bad.data, "Set-Cookie"));
    close(fd);
    wait_for_streams("open=0");
}

static void a_reader_that_stops_reading_is_ended(void **state)
{
    cleanup_text struct text stream = {0}, reply = {0};
    (void)state;
    int fd = open_stream(&stream);
    ask("POST /api/events?flood", &reply);
    wait_for_streams("open=0");
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_sends_what_there_is_and_ends_when_told),
        cmocka_unit_test(three_hundred_streams_get_every_wake),
        cmocka_unit_test_setup_teardown(a_wake_while_others_are_read_is_not_lost,
                                        start_without_heartbeat, stop_without_heartbeat),
        cmocka_unit_test(a_reader_that_leaves_is_noticed_without_anything_to_send),
        cmocka_unit_test(a_reader_that_resets_is_noticed),
        cmocka_unit_test(a_silent_stream_has_a_heartbeat),
        cmocka_unit_test(another_type_of_stream_has_its_type_and_no_heartbeat),
        cmocka_unit_test(a_stream_holds_one_descriptor),
        cmocka_unit_test(a_request_sent_behind_a_streams_is_dropped_with_the_connection),
        cmocka_unit_test(a_handler_may_start_a_stream_after_it_has_deferred),
        cmocka_unit_test(a_reader_that_leaves_before_a_deferred_stream_starts_is_noticed),
        cmocka_unit_test(head_of_a_stream_is_its_head_alone),
        cmocka_unit_test(a_stream_for_http_1_0_has_no_chunks),
        cmocka_unit_test(a_header_with_a_line_break_is_not_sent),
        cmocka_unit_test(a_reader_that_stops_reading_is_ended),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
