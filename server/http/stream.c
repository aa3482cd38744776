/* stream.c - a reply that has no end yet: Server-Sent Events, or a long text made as it is sent.
 *
 * DESIGN  libmicrohttpd reads the request and the gate judges it like any other; then the
 * connection is taken from it. We keep a duplicate of the descriptor, which hangs on our own loop;
 * libmicrohttpd closes its own, and gives back the memory it holds for a connection (which has room
 * for the largest cookies, CONN_MEMORY). It does not shut the socket down, as it would without
 * MHD_USE_TURBO. So a reader costs some hundred bytes beside the kernel's buffers, and an event
 * costs it one send(2): nothing is suspended, resumed or polled for it.
 *
 * A stream that was woken hangs on a list of the server until the loop is about to wait; then each
 * is given all that there is, at most STEP bytes, in one send. What the socket does not take is
 * kept, and nothing more is read until it takes that: a slow reader costs STEP bytes, and the
 * others nothing.
 *
 * A send goes over so much of the kernel's code and data that of ours nothing is in the cache any
 * more when the next stream's turn comes. So what is to be sent is first read for many streams, and
 * then sent to each.
 *
 * The connection ends with the stream. The end of events is plain (half an event is dropped by the
 * rules of its format); any other text is chunked, so that a client can tell a whole one from one
 * that was cut.
 *
 * Clients that leave are noticed by the loop; the heartbeat, a comment after 15 s of silence, finds
 * those that left without a FIN. One that takes nothing for reply_deadline_ms is ended. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/util.h"
#include "http/server.h"

enum {
    STEP = 16 * 1024,
    STEP_MIN = 2 * HTTP_STREAM_ROOM, /* with less room left in a step, nothing more is read */
    BATCH = 8 * STEP,                /* read, and then sent */
    CHUNK_HEAD = 6,                  /* "3ff0\r\n" */
    CHUNK_TAIL = 2,
};

static const char heartbeat[] = ": \n\n";
static const char last_chunk[] = "0\r\n\r\n";

/* With a thousand readers an event costs each a few cache lines: what it needs comes first. */
struct http_stream {
    struct http_stream *next, **link; /* of the ready ones, or a batch; link is NULL: in neither */
    struct http *http;
    const struct http_stream_ops *ops;
    void *ud;
    int64_t last;      /* when bytes were last taken, clock_ms */
    uint32_t from, to; /* what is to be sent, in the batch */
    int fd;            /* its own, and the connection's */
    bool chunked;
    bool again;         /* woken since it was read, while it waits for its send */
    bool full;          /* the socket took less than there was: not ready until it takes more */
    bool beat_due;      /* if there is nothing else to send, send the heartbeat */
    bool ended;         /* `unsent` is the last of it */
    struct text unsent; /* at first the head */
    struct conn *conn;
    struct loop_watch *watch;
};

/*** Which are ready ***/

static void list_add(struct http_stream **list, struct http_stream *stream)
{
    stream->next = *list;
    stream->link = list;
    if (stream->next)
        stream->next->link = &stream->next;
    *list = stream;
}

static void ready_add(struct http_stream *stream)
{
    if (stream->link)
        stream->again = true;
    else
        list_add(&stream->http->ready, stream);
}

static void list_remove(struct http_stream *stream)
{
    if (!stream->link)
        return;
    *stream->link = stream->next;
    if (stream->next)
        stream->next->link = stream->link;
    stream->link = NULL;
}

void http_stream_wake(struct http_stream *stream)
{
    if (!stream->full)
        ready_add(stream);
}

/*** The end ***/

void stream_free(struct http_stream *stream)
{
    struct conn *conn = stream->conn;
    list_remove(stream);
    loop_unwatch(stream->http->options.loop, stream->watch);
    stream->ops->gone(stream->ud);
    text_free(&stream->unsent);
    free(stream);
    close(conn->fd);
    conn->fd = -1;
    conn->stream = NULL;
    conn->http->n_busy--;
    conn_release(conn);
}

/* Whatever else the client sent is read first: closing over unread bytes resets the connection, and
 * the client might not get the end. */
static void stream_finish(struct http_stream *stream)
{
    char unread[1024];
    for (int i = 0; i < 64; i++) {
        if (recv(stream->fd, unread, sizeof unread, MSG_DONTWAIT) != sizeof unread)
            break;
    }
    stream_free(stream);
}

/* By the loop, never from a stream's read or gone: the end would get before what a batch holds. */
void stream_end(struct http_stream *stream)
{
    if (stream->ended)
        return;
    stream->ended = true;
    if (stream->chunked)
        text_puts(&stream->unsent, last_chunk);
    http_stream_wake(stream);
}

/*** What to send next ***/

/* Reads all that there is, as long as there is room for it. */
static size_t read_all(struct http_stream *stream, char *buf, size_t max)
{
    size_t len = 0;
    ssize_t n = 1;
    while (n > 0 && max - len >= HTTP_STREAM_ROOM) {
        n = stream->ops->read(stream->ud, buf + len, max - len);
        len += n > 0 ? (size_t)n : 0;
    }
    stream->ended = n < 0;
    if (n > 0)
        ready_add(stream); /* there may be more */
    return len;
}

static size_t read_chunk(struct http_stream *stream, char *buf, size_t max)
{
    char head[CHUNK_HEAD + 1];
    size_t len = read_all(stream, buf + CHUNK_HEAD, max - CHUNK_HEAD - CHUNK_TAIL);
    if (!len)
        return 0;
    snprintf(head, sizeof head, "%04x\r\n", (unsigned)len & 0xffff);
    memcpy(buf, head, CHUNK_HEAD);
    memcpy(buf + CHUNK_HEAD + len, "\r\n", CHUNK_TAIL);
    return CHUNK_HEAD + len + CHUNK_TAIL;
}

static size_t read_more(struct http_stream *stream, char *buf, size_t max)
{
    if (!stream->chunked)
        return read_all(stream, buf, max);
    size_t len = read_chunk(stream, buf, max - sizeof last_chunk);
    if (!stream->ended)
        return len;
    memcpy(buf + len, last_chunk, sizeof last_chunk - 1);
    return len + sizeof last_chunk - 1;
}

/* Fills buf, of STEP bytes, with what is to be sent next; returns how much. */
static size_t fill(struct http_stream *stream, char *buf)
{
    size_t len = stream->unsent.len;
    stream->again = false;
    if (len) {
        memcpy(buf, stream->unsent.data, len);
        text_free(&stream->unsent);
    }
    if (!stream->ended && STEP - len >= STEP_MIN)
        len += read_more(stream, buf + len, STEP - len);
    else if (!stream->ended)
        ready_add(stream);
    if (!len && stream->beat_due && !stream->ended) {
        len = sizeof heartbeat - 1;
        memcpy(buf, heartbeat, len);
    }
    stream->beat_due = false;
    return len;
}

/*** Sending ***/

static void set_full(struct http_stream *stream, bool full)
{
    if (full)
        list_remove(stream);
    if (full == stream->full)
        return;
    stream->full = full;
    loop_rewatch(stream->http->options.loop, stream->watch, EPOLLRDHUP | (full ? EPOLLOUT : 0u));
}

/* send(2) as the kernel has it. The library's is a point where a thread may be cancelled: beside
 * the store's thread that costs two atomic operations more, and nobody cancels this one. */
static ssize_t send_now(int fd, const char *bytes, size_t len)
{
    return syscall(SYS_sendto, fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL, NULL, 0);
}

static void stream_send(struct http_stream *stream, const char *bytes, size_t len, int64_t now)
{
    ssize_t n = len ? send_now(stream->fd, bytes, len) : 0;
    size_t sent = n > 0 ? (size_t)n : 0;
    if (sent)
        stream->last = now;
    if (sent < len)
        text_add(&stream->unsent, bytes + sent, len - sent);
    if ((n < 0 && errno != EAGAIN) || stream->unsent.failed)
        stream_free(stream);
    else if (sent == len && stream->ended)
        stream_finish(stream);
    else
        set_full(stream, sent < len);
}

/* Where thousands are due, each is a few cache lines that nobody has touched since its last event:
 * they are fetched while those before it are read. */
static void prefetch(const struct http_stream *due)
{
    enum { CACHE_LINE = 64 };
    if (!due)
        return;
    __builtin_prefetch(due->ud);
    __builtin_prefetch((const char *)due->ud + CACHE_LINE);
    if (!due->next)
        return;
    __builtin_prefetch(due->next);
    __builtin_prefetch((const char *)due->next + CACHE_LINE);
}

/* Moves streams from `due` to `batch`, with what each is to send, while there is room for it. */
static void batch_fill(struct http_stream **due, struct http_stream **batch, char *bytes)
{
    size_t used = 0;
    while (*due && used + STEP <= BATCH) {
        struct http_stream *stream = *due;
        list_remove(stream);
        prefetch(*due);
        list_add(batch, stream);
        stream->from = (uint32_t)used;
        used += fill(stream, bytes + used);
        stream->to = (uint32_t)used;
    }
}

static void batch_send(struct http_stream **batch, const char *bytes, int64_t now)
{
    while (*batch) {
        struct http_stream *stream = *batch;
        list_remove(stream);
        __builtin_prefetch(*batch);
        if (stream->again)
            ready_add(stream);
        stream_send(stream, bytes + stream->from, stream->to - stream->from, now);
    }
}

void streams_send(struct http *http)
{
    char bytes[BATCH + sizeof last_chunk]; /* which stream_end may have added */
    struct http_stream *due = http->ready, *batch = NULL;
    int64_t now = clock_ms();
    if (due)
        due->link = &due;
    http->ready = NULL; /* those that become ready meanwhile come next time */
    while (due) {
        batch_fill(&due, &batch, bytes);
        batch_send(&batch, bytes, now);
    }
}

/*** Clients that leave, and those that sleep ***/

static void client_ready(void *ud, uint32_t events)
{
    struct http_stream *stream = ud;
    char bytes[STEP + sizeof last_chunk];
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR))
        stream_free(stream);
    else
        stream_send(stream, bytes, fill(stream, bytes), clock_ms());
}

int64_t stream_sweep(struct http_stream *stream)
{
    const struct http_options *options = &stream->http->options;
    int64_t silent = clock_ms() - stream->last;
    int64_t bears = stream->full ? options->reply_deadline_ms : options->heartbeat_ms;
    if (silent < bears)
        return bears - silent;
    if (stream->full) {
        conn_kill(stream->conn);
    } else if (!stream->ops->content_type) { /* a comment has its place in event streams only */
        stream->beat_due = true;
        http_stream_wake(stream);
    }
    return options->heartbeat_ms;
}

/*** The beginning ***/

static void write_head(const struct http_request *req, struct http_stream *stream)
{
    const char *type = stream->ops->content_type;
    response_write_head(req, type ? type : "text/event-stream", &stream->unsent);
    if (stream->chunked)
        text_puts(&stream->unsent, "Transfer-Encoding: chunked\r\n");
    text_puts(&stream->unsent, "\r\n");
}

/* Watches a duplicate of the descriptor, which becomes the connection's. */
static bool take_descriptor(struct http_stream *stream)
{
    struct conn *conn = stream->conn;
    int on = 1, fd = fcntl(conn->fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0)
        return false;
    if (loop_watch(stream->http->options.loop, fd, EPOLLRDHUP, client_ready, stream, &stream->watch,
                   NULL) < 0) {
        close(fd);
        return false;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    conn->fd = stream->fd = fd;
    return true;
}

static struct http_stream *stream_new(struct http_request *req, const struct http_stream_ops *ops,
                                      void *ud)
{
    struct http_stream *stream = malloc(sizeof *stream);
    if (!stream)
        return NULL;
    *stream = (struct http_stream){
        .conn = conn_of(req),
        .http = conn_of(req)->http,
        .ops = ops,
        .ud = ud,
        .last = clock_ms(),
        .chunked = ops->content_type && strcmp(req->facts.version, "HTTP/1.1") == 0,
        .ended = http_is_head(req) || conn_of(req)->http->draining,
    };
    write_head(req, stream);
    if (!stream->unsent.failed && take_descriptor(stream))
        return stream;
    text_free(&stream->unsent);
    free(stream);
    return NULL;
}

void http_reply_stream(struct http_request *req, const struct http_stream_ops *ops, void *ud,
                       struct http_stream **ret)
{
    struct conn *conn = conn_of(req);
    struct http_stream *stream = conn->http && !req->replied ? stream_new(req, ops, ud) : NULL;
    *ret = stream;
    if (!stream) {
        ops->gone(ud);
        http_reply_error(req, 503, "out_of_memory", NULL, "out of memory or descriptors");
        return;
    }
    bool waiting = conn->phase == CONN_WAITING;
    req->deferred = false;
    req->replied = true;
    conn->stream = stream;
    conn->http->n_busy++;
    conn_enter(conn, CONN_STREAM);
    ready_add(stream);
    if (waiting)
        daemon_resume(conn); /* on_request lets it go then */
}
