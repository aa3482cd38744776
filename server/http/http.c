/* http.c - opening, and the ordered stop.
 *
 * The stop has an order because libmicrohttpd aborts when it is stopped with a suspended
 * connection: refuse new clients, end the streams (http_drain), let replies go out while the loop
 * turns (http_idle), resume whatever still waits, then stop (http_close). A request that becomes
 * whole during that last step gets no handler: what it deferred or streamed would be left over. */
#include <errno.h>
#include <stdlib.h>

#include "http/server.h"

const struct gate_verdict verdict_stopping = {503, true, "stopping", "The server is stopping."};

static void default_to(int *option, int value)
{
    if (!*option)
        *option = value;
}

static void set_defaults(struct http_options *options)
{
    default_to(&options->max_connections, 256);
    default_to(&options->max_per_address, options->max_connections);
    default_to(&options->header_deadline_ms, 5 * 1000);
    default_to(&options->body_deadline_ms, 10 * 1000);
    default_to(&options->reply_deadline_ms, 60 * 1000);
    default_to(&options->idle_deadline_ms, 30 * 1000);
    default_to(&options->heartbeat_ms, 15 * 1000);
}

int http_open(const struct http_options *options, struct http **ret, struct err *err)
{
    struct http *http = calloc(1, sizeof *http);
    if (!http)
        return err_set(err, ENOMEM, "out of memory");
    http->options = *options;
    http->listen_fd = -1;
    http->sweep_at = INT64_MAX;
    set_defaults(&http->options);
    int r = daemon_start(http, err);
    if (r == 0)
        r = acceptor_open(http, err);
    if (r < 0) {
        http_close(http);
        return r;
    }
    *ret = http;
    return 0;
}

const char *http_url(const struct http *http)
{
    return http->url;
}

void http_drain(struct http *http)
{
    http->draining = true;
    acceptor_close(http);
    for (struct conn *conn = http->conns; conn; conn = conn->next) {
        if (conn->stream)
            stream_end(conn->stream);
        else if (conn->phase == CONN_IDLE || conn->phase == CONN_HEADER)
            conn_kill(conn);
    }
}

bool http_idle(const struct http *http)
{
    return http->n_busy == 0;
}

/* A handler that still owes a reply to one of these may give it later, to nobody: conn_release
 * leaves it the connection. */
static void refuse_waiting(struct http *http)
{
    for (struct conn *conn = http->conns; conn; conn = conn->next) {
        if (conn->phase != CONN_WAITING)
            continue;
        response_refuse(&conn->req, &verdict_stopping);
        conn->req.deferred = true;
    }
}

/* What can be sent at once is sent. */
static void streams_close(struct http *http)
{
    streams_send(http);
    for (struct conn *conn = http->conns, *next; conn; conn = next) {
        next = conn->next;
        if (conn->stream)
            stream_free(conn->stream);
    }
}

void http_close(struct http *http)
{
    if (!http)
        return;
    http->closing = true;
    http_drain(http);
    refuse_waiting(http);
    streams_close(http);
    daemon_stop(http);
    deadline_stop(http);
    text_free(&http->refusal);
    free(http);
}
