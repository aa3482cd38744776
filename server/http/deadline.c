/* deadline.c - no client holds a connection for longer than its phase may take.
 *
 * DESIGN  libmicrohttpd's own timeout is for inactivity: a client that sends a byte a second keeps
 * its connection for ever. Here each connection has one deadline, and one timer stands at (or
 * before) the earliest of all. Connections are at most a few hundred, so the sweep looks at each.
 * Time is CLOCK_MONOTONIC_COARSE: a request costs two reads of memory, no system call.
 *
 * A connection is ended by shutdown(2): its descriptor stays libmicrohttpd's (or its stream's),
 * which sees the hang-up and frees what it holds. */
#include "http/server.h"

#include <time.h>

enum { SWEEP_MIN_MS = 10 };

static int64_t conn_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void sweep(void *ud);

static void arm(struct http *http, int64_t at, int64_t now)
{
    int64_t ms = at - now < SWEEP_MIN_MS ? SWEEP_MIN_MS : at - now;
    loop_cancel(http->options.loop, http->sweep);
    http->sweep = loop_after(http->options.loop, ms, sweep, http);
    http->sweep_at = http->sweep ? now + ms : INT64_MAX; /* out of memory: the next request tries */
}

/* Ends what is due and returns the earliest deadline that is left. */
static int64_t check(struct conn *conn, int64_t now)
{
    if (conn->deadline > now)
        return conn->deadline;
    if (conn->stream)
        return conn->deadline = now + stream_sweep(conn->stream);
    conn_kill(conn);
    return INT64_MAX;
}

static void sweep(void *ud)
{
    struct http *http = ud;
    int64_t now = conn_clock(), earliest = INT64_MAX;
    http->sweep = NULL;
    http->sweep_at = INT64_MAX;
    for (struct conn *conn = http->conns; conn; conn = conn->next) {
        int64_t deadline = check(conn, now);
        earliest = deadline < earliest ? deadline : earliest;
    }
    if (earliest != INT64_MAX)
        arm(http, earliest, now);
}

static int phase_ms(const struct http_options *options, enum conn_phase phase)
{
    switch (phase) {
    case CONN_HEADER:
        return options->header_deadline_ms;
    case CONN_BODY:
        return options->body_deadline_ms;
    case CONN_REPLY:
        return options->reply_deadline_ms;
    case CONN_STREAM:
        return options->heartbeat_ms;
    case CONN_IDLE:
        return options->idle_deadline_ms;
    case CONN_WAITING:
        break;
    }
    return -1;
}

void conn_enter(struct conn *conn, enum conn_phase phase)
{
    int64_t now = conn_clock();
    int ms = phase_ms(&conn->http->options, phase);
    conn->phase = phase;
    conn->deadline = ms < 0 ? INT64_MAX : now + ms;
    if (conn->deadline < conn->http->sweep_at)
        arm(conn->http, conn->deadline, now);
}

void conn_kill(struct conn *conn)
{
    shutdown(conn->fd, SHUT_RDWR);
    conn->deadline = INT64_MAX;
    conn->http->daemon_kick = true;
}

void deadline_stop(struct http *http)
{
    loop_cancel(http->options.loop, http->sweep);
    http->sweep = NULL;
}
