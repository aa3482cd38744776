/* testserver.h - a small server of its own process on http/, and a client of raw sockets; for tests
 * of what goes over the wire.
 *
 * The server has a route for each kind of reply. SIGTERM makes it stop in order, and its exit
 * status says whether that went well: the sanitizers' verdict is part of it. */
#ifndef PREPD_TESTS_HTTP_TESTSERVER_H
#define PREPD_TESTS_HTTP_TESTSERVER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/html.h"
#include "base/util.h"
#include "http/http.h"
#ifdef TESTSERVER_ASSETS /* the test has a table of embedded files */
#include "http/assets.h"
#endif

/*** The server ***/

enum { STREAMS_MAX = 512, FLOOD = 1 << 30 };

struct reader {
    struct http_stream *stream;
    int unread;
};

static struct {
    struct loop *loop;
    struct http *http;
    struct http_page *page, *large_page;
    struct reader *readers[STREAMS_MAX];
    int n_readers, n_gone;
    int gifts; /* so many reads give the other reader (of two) something, and wake it */
    struct http_request *kept;
} server;

static void reply_text(struct http_request *req, const char *string)
{
    struct text body = {0};
    text_puts(&body, string);
    http_reply(req, 200, "text/plain; charset=utf-8", &body);
}

static void get_page(struct http_request *req)
{
    if (http_query(req, "cookie"))
        http_set_header(req, "Set-Cookie", "lang=zh");
    http_reply_page(req, server.page);
}

static void get_large_page(struct http_request *req)
{
    http_reply_page(req, server.large_page);
}

static void get_topic(struct http_request *req)
{
    struct text body = {0};
    html_printf(&body, "<p>%s", http_param(req, "topic"));
    http_reply(req, 200, "text/html; charset=utf-8", &body);
}

static int add_argument(const char *name, const char *value, void *ud)
{
    text_printf(ud, "[%s=%s]", name, value);
    return 0;
}

static void echo(struct http_request *req)
{
    struct text body = {0};
    size_t len;
    const char *bytes = http_body(req, &len), *cookie = http_cookie(req, "a");
    text_printf(&body, "%s %s body=%zu:%.20s cookie=%s ", http_method(req), http_path(req), len,
                bytes, cookie ? cookie : "-");
    http_query_each(req, add_argument, &body);
    http_reply(req, 200, "text/plain; charset=utf-8", &body);
}

static void post_form(struct http_request *req)
{
    const char *state = http_form(req, "state");
    reply_text(req, state ? state : "(none)");
}

static void go_elsewhere(struct http_request *req)
{
    http_reply_redirect(req, 303, "/zh/gc#here");
}

static void answer_late(void *req)
{
    reply_text(req, "late");
}

static void get_late(struct http_request *req)
{
    http_defer(req);
    loop_after(server.loop, 20, answer_late, req);
}

static void get_never(struct http_request *req)
{
    http_defer(req);
    server.kept = req;
}

static void no_reply(struct http_request *req)
{
    (void)req;
}

static void give(const struct reader *from)
{
    struct reader *to = server.readers[from == server.readers[0]];
    server.gifts--;
    to->unread = 3;
    http_stream_wake(to->stream);
}

static ssize_t read_events(void *ud, char *buf, size_t max)
{
    struct reader *reader = ud;
    int n = reader->unread;
    if (n > 0 && server.gifts > 0)
        give(reader);
    if (n == FLOOD)
        return (ssize_t)(memset(buf, '\n', max), max);
    reader->unread = 0;
    if (n == 0)
        return 0;
    return n < 0 ? -1 : snprintf(buf, max, "data: %d\n\n", n);
}

static void reader_gone(void *ud)
{
    for (int i = 0; i < server.n_readers; i++) {
        if (server.readers[i] == ud)
            server.readers[i] = server.readers[--server.n_readers];
    }
    server.n_gone++;
    free(ud);
}

static void get_events(struct http_request *req)
{
    static const struct http_stream_ops events = {.read = read_events, .gone = reader_gone};
    static const struct http_stream_ops lines = {
        .read = read_events, .gone = reader_gone, .content_type = "application/x-ndjson"};
    struct reader *reader = calloc(1, sizeof *reader);
    reader->unread = 1;
    server.readers[server.n_readers++] = reader;
    if (http_query(req, "name"))
        http_set_header(req, "Content-Disposition", http_query(req, "name"));
    http_reply_stream(req, http_query(req, "lines") ? &lines : &events, reader, &reader->stream);
}

static void stream_late(void *req)
{
    get_events(req);
}

static void get_late_events(struct http_request *req)
{
    http_defer(req);
    loop_after(server.loop, 20, stream_late, req);
}

/* Adds one event to every stream, or ends them all, or gives them more than anybody can read. With
 * `gifts` the two that there are give each other one more while they are read. */
static void post_event(struct http_request *req)
{
    server.gifts = http_query(req, "gifts") ? 2 : 0;
    bool end = http_query(req, "end"), flood = http_query(req, "flood");
    for (int i = 0; i < server.n_readers; i++) {
        server.readers[i]->unread = end ? -1 : flood ? FLOOD : server.readers[i]->unread + 1;
        http_stream_wake(server.readers[i]->stream);
        http_stream_wake(server.readers[i]->stream);
    }
    reply_text(req, "ok");
}

static void get_streams(struct http_request *req)
{
    char text[64];
    snprintf(text, sizeof text, "open=%d gone=%d", server.n_readers, server.n_gone);
    reply_text(req, text);
}

static void write_error_page(struct http_request *req, int status, const char *message,
                             struct text *out)
{
    (void)req;
    html_printf(out, "<h1>%d</h1><p>%s", status, message);
}

static const struct http_route test_routes[] = {
    {"GET", "/page", get_page, HTTP_PAGE},
    {"GET", "/large-page", get_large_page, HTTP_PAGE},
    {"GET", "/zh/:topic", get_topic, HTTP_PAGE},
    {"POST", "/zh/:topic", post_form, HTTP_PAGE | HTTP_FORM},
    {"GET", "/api/echo", echo, 0},
    {"POST", "/api/echo", echo, 0},
    {"PUT", "/api/items/:id", echo, 0},
    {"DELETE", "/api/items/:id", echo, 0},
    {"GET", "/elsewhere", go_elsewhere, HTTP_PAGE},
    {"GET", "/api/late", get_late, 0},
    {"GET", "/api/never", get_never, 0},
    {"GET", "/api/silent", no_reply, 0},
    {"GET", "/api/events", get_events, 0},
    {"GET", "/api/late-events", get_late_events, 0},
    {"POST", "/api/events", post_event, 0},
    {"GET", "/api/streams", get_streams, 0},
#ifdef TESTSERVER_ASSETS
    {"GET", "/assets/*", assets_handle, 0},
#endif
};

static void stop_asked(void *ud, uint32_t events)
{
    (void)ud;
    (void)events;
    http_drain(server.http);
    loop_stop(server.loop);
}

static int watch_sigterm(void)
{
    struct loop_watch *watch;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    int fd = signalfd(-1, &set, SFD_CLOEXEC);
    return loop_watch(server.loop, fd, POLLIN, stop_asked, NULL, &watch, NULL);
}

static struct http_page *make_page(int paragraphs)
{
    struct text body = {0};
    for (int i = 0; i < paragraphs; i++)
        text_printf(&body, "<p>第 %d 段\n", i);
    return http_page_new("text/html; charset=utf-8", "no-cache", &body);
}

/* The ordered stop; what a deferred request was owed is paid after the end. */
static void serve_end(void)
{
    for (int turns = 0; turns < 50 && !http_idle(server.http); turns++)
        loop_turn(server.loop, 10);
    http_close(server.http);
    if (server.kept)
        reply_text(server.kept, "too late");
    http_page_free(server.page);
    http_page_free(server.large_page);
    loop_free(server.loop);
}

static void serve(struct http_options options, int port_fd)
{
    struct err err = {0};
    if (loop_new(&server.loop, &err) < 0 || watch_sigterm() < 0)
        exit(3);
    options.loop = server.loop;
    options.listen = options.listen ? options.listen : "127.0.0.1:0";
    options.routes = test_routes;
    options.n_routes = ARRAY_LEN(test_routes);
    options.error_page = write_error_page;
    server.page = make_page(400);
    server.large_page = make_page(20000);
    if (http_open(&options, &server.http, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        exit(3);
    }
    int port = atoi(strrchr(http_url(server.http), ':') + 1);
    if (write(port_fd, &port, sizeof port) != sizeof port)
        exit(3);
    close(port_fd);
    loop_run(server.loop);
    serve_end();
    exit(server.n_readers ? 4 : 0);
}

/*** Starting and stopping it ***/

struct served {
    pid_t pid;
    int port;
};

static struct served serve_start(struct http_options options)
{
    struct served served = {0};
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    signal(SIGPIPE, SIG_IGN);
    served.pid = fork();
    if (served.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails does not stop it */
        close(fds[0]);
        serve(options, fds[1]);
    }
    close(fds[1]);
    assert_int_equal(read(fds[0], &served.port, sizeof served.port), sizeof served.port);
    close(fds[0]);
    return served;
}

/* Stops it and returns its exit status. */
static int serve_stop(struct served *served)
{
    int status = 0;
    kill(served->pid, SIGTERM);
    waitpid(served->pid, &status, 0);
    return status;
}

/*** The client ***/

static int client_connect(const struct served *served)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)served->port),
                                  .sin_addr = {htonl(INADDR_LOOPBACK)}};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static void client_send(int fd, const char *bytes, size_t len)
{
    while (len) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);
        if (n <= 0)
            return; /* the server has closed: what it said is still to be read */
        bytes += n;
        len -= (size_t)n;
    }
}

/* Reads until the reply holds `until` (NULL: until the end) or nothing comes for timeout_ms. True
 * if the connection has ended. */
static inline bool client_read(int fd, struct text *reply, const char *until, int timeout_ms)
{
    char buf[65536];
    struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
    while (!until || !reply->len || !strstr(reply->data, until)) {
        if (poll(&poll_fd, 1, timeout_ms) <= 0)
            return false;
        ssize_t n = recv(fd, buf, sizeof buf, 0);
        if (n <= 0)
            return true;
        text_add(reply, buf, (size_t)n);
    }
    return false;
}

/* Sends one request with the server's own Host and "Connection: close" added, and reads all that
 * comes. */
__attribute__((format(printf, 3, 4))) static inline void
client_exchange(const struct served *served, struct text *reply, const char *format, ...)
{
    char *request, host[64];
    va_list args;
    va_start(args, format);
    int len = vasprintf(&request, format, args);
    va_end(args);
    assert_true(len > 0);
    int fd = client_connect(served);
    snprintf(host, sizeof host, "Host: 127.0.0.1:%d\r\nConnection: close\r\n", served->port);
    char *line_end = strstr(request, "\r\n") + 2;
    client_send(fd, request, (size_t)(line_end - request));
    client_send(fd, host, strlen(host));
    client_send(fd, line_end, strlen(line_end));
    client_read(fd, reply, NULL, 10000);
    if (!reply->len)
        text_puts(reply, " ");
    close(fd);
    free(request);
}

static inline int reply_status(const struct text *reply)
{
    return reply->len > 12 && strncmp(reply->data, "HTTP/1.1 ", 9) == 0 ? atoi(reply->data + 9) : 0;
}

static inline const char *reply_body(const struct text *reply)
{
    const char *end = strstr(reply->data, "\r\n\r\n");
    return end ? end + 4 : "";
}

#endif
