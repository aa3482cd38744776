/* stream.c - a reply that has no end yet: Server-Sent Events, or a long text made as it is sent.
 *
 * DESIGN  libmicrohttpd asks for bytes (stream_read) whenever the socket takes some. With none to
 * give, the connection is suspended, from inside that callback: returning 0 alone would have it ask
 * again at once, for ever. http_stream_wake resumes it.
 *
 * A suspended connection is not polled, so nobody would see the client leave. Our own loop watches
 * its socket for that alone, and the heartbeat, a comment after 15 s of silence, finds those that
 * left without a FIN. A client that stops reading is never suspended: it is ended when it has taken
 * nothing for reply_deadline_ms. */
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/util.h"
#include "http/server.h"

static const char heartbeat[] = ": \n\n";

struct http_stream {
    struct conn *conn;
    const struct http_stream_ops *ops;
    void *ud;
    struct loop_watch *leaving;
    int64_t last; /* when bytes were last taken, clock_ms */
    bool suspended;
    bool woken;    /* since read was last called */
    bool beat_due; /* if there is nothing else to send, send the heartbeat */
    bool ended;
};

static void stream_free(void *cls)
{
    struct http_stream *stream = cls;
    loop_unwatch(stream->conn->http->options.loop, stream->leaving);
    if (stream->conn->req.stream == stream)
        stream->conn->req.stream = NULL;
    stream->ops->gone(stream->ud);
    free(stream);
}

/*** Reading ***/

static ssize_t stream_finish(struct http_stream *stream)
{
    stream->ended = true;
    conn_enter(stream->conn, CONN_REPLY);
    return MHD_CONTENT_READER_END_OF_STREAM;
}

static ssize_t stream_suspend(struct http_stream *stream)
{
    stream->suspended = true;
    MHD_suspend_connection(stream->conn->mhd);
    return 0;
}

static ssize_t stream_read(void *cls, uint64_t position, char *buf, size_t max)
{
    struct http_stream *stream = cls;
    ssize_t n = 0;
    (void)position;
    if (stream->ended)
        return stream_finish(stream);
    do {
        stream->woken = false;
        n = stream->ops->read(stream->ud, buf, max);
    } while (n == 0 && stream->woken); /* woken by its own read */
    if (n < 0)
        return stream_finish(stream);
    if (n == 0 && stream->beat_due && max >= sizeof heartbeat) {
        n = sizeof heartbeat - 1;
        memcpy(buf, heartbeat, (size_t)n);
    }
    stream->beat_due = false;
    if (n == 0)
        return stream_suspend(stream);
    stream->last = clock_ms();
    return n;
}

void http_stream_wake(struct http_stream *stream)
{
    stream->woken = true;
    if (!stream->suspended)
        return; /* it will be asked anyway */
    stream->suspended = false;
    daemon_resume(stream->conn);
}

void stream_end(struct http_stream *stream)
{
    stream->ended = true;
    http_stream_wake(stream);
}

/*** Clients that leave, and those that sleep ***/

static void client_left(void *ud, uint32_t events)
{
    struct http_stream *stream = ud;
    (void)events;
    loop_unwatch(stream->conn->http->options.loop, stream->leaving);
    stream->leaving = NULL;
    conn_kill(stream->conn);
    stream_end(stream);
}

int64_t stream_sweep(struct http_stream *stream)
{
    const struct http_options *options = &stream->conn->http->options;
    int64_t silent = clock_ms() - stream->last;
    int64_t bears = stream->suspended ? options->heartbeat_ms : options->reply_deadline_ms;
    if (silent < bears)
        return bears - silent;
    if (!stream->suspended) {
        conn_kill(stream->conn);
    } else if (!stream->ops->content_type) { /* a comment has its place in event streams only */
        stream->beat_due = true;
        http_stream_wake(stream);
    }
    return options->heartbeat_ms;
}

/*** The reply ***/

static struct MHD_Response *stream_response(struct http_request *req, struct http_stream *stream)
{
    struct MHD_Response *response = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, 512 /* used for HTTP/1.0 only */, stream_read, stream, stream_free);
    if (!response) {
        stream_free(stream);
        return NULL;
    }
    const char *type = stream->ops->content_type;
    response = response_finish(response, type ? type : "text/event-stream", "no-store", NULL);
    response_add_set_headers(req, response);
    return response;
}

void http_reply_stream(struct http_request *req, const struct http_stream_ops *ops, void *ud,
                       struct http_stream **ret)
{
    struct conn *conn = conn_of(req);
    struct http_stream *stream = conn->http ? calloc(1, sizeof *stream) : NULL;
    *ret = NULL;
    if (!stream) {
        ops->gone(ud);
        response_queue(req, 503, NULL);
        return;
    }
    *stream = (struct http_stream){.conn = conn, .ops = ops, .ud = ud, .last = clock_ms()};
    struct MHD_Response *response = stream_response(req, stream);
    if (response) {
        *ret = req->stream = stream;
        /* Not vital: without it the heartbeat finds out. */
        loop_watch(conn->http->options.loop, conn->fd, EPOLLRDHUP, client_left, stream,
                   &stream->leaving, NULL);
    }
    response_send(req, 200, response);
    if (response && conn->phase == CONN_REPLY)
        conn_enter(conn, CONN_STREAM);
}
