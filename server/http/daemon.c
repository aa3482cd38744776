/* daemon.c - libmicrohttpd, driven by our loop.
 *
 * DESIGN  External epoll mode: libmicrohttpd has no thread and no listening socket; it has one
 * epoll descriptor, which hangs on our loop like any other. MHD_run lets it work: when that
 * descriptor is ready, and, from the loop's prepare hook, when we resumed a connection or it has
 * work left. So all its callbacks come on the loop's thread, without a lock.
 *
 * The life of a request, as libmicrohttpd tells it:
 *
 * - on_target: its first line was read. The raw target is checked here, the only place where it can
 *   be seen.
 * - on_request: once with the headers (the gate), once for each piece of the body, once to answer
 *   (the handler).
 * - on_completed: the reply was sent, or the client is gone. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>

#include "http/server.h"

/*** Connections ***/

void conn_release(struct conn *conn)
{
    if (conn->mhd || conn->stream)
        return;
    if (conn->http) {
        *conn->link = conn->next;
        if (conn->next)
            conn->next->link = conn->link;
        conn->http->n_conns--;
    }
    if (conn->req.deferred)
        conn->http = NULL; /* its handler will answer it yet: response_send frees it then */
    else
        free(conn);
}

static struct conn *conn_by_fd(struct http *http, int fd)
{
    struct conn *conn = http->conns; /* the newest first: it is the one */
    while (conn && (conn->fd != fd || conn->mhd))
        conn = conn->next;
    return conn;
}

static void on_connection(void *cls, struct MHD_Connection *mhd, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct conn *conn = *context;
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        int fd = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
        conn = conn_by_fd(cls, fd);
        conn->mhd = mhd;
        *context = conn;
    } else if (conn) {
        conn->mhd = NULL;
        conn_release(conn);
    }
}

/*** The start of a request ***/

static void *on_target(void *cls, const char *target, struct MHD_Connection *mhd)
{
    struct conn *conn =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    struct http_request *req = &conn->req;
    (void)cls;
    request_reset(req);
    req->target = target;
    req->target_len = strlen(target);
    req->refused = gate_target(target);
    conn->http->n_busy++;
    conn_enter(conn, CONN_HEADER);
    return req;
}

static enum MHD_Result on_header(void *cls, enum MHD_ValueKind kind, const char *name,
                                 size_t name_len, const char *value, size_t value_len)
{
    struct http_request *req = cls;
    (void)kind;
    if (!value)
        value = "", value_len = 0;
    if (name_len == 15 && strcasecmp(name, "Accept-Encoding") == 0)
        req->accept_encoding = value;
    else if (name_len == 13 && strcasecmp(name, "If-None-Match") == 0)
        req->if_none_match = value;
    gate_add_header(&req->facts, name, name_len, value, value_len);
    return MHD_YES;
}

/* A NUL byte ends the target as libmicrohttpd hands it out, but the version still follows the whole
 * of it in the buffer. */
static bool target_was_cut(const struct http_request *req)
{
    uintptr_t target = (uintptr_t)req->target, version = (uintptr_t)req->facts.version;
    return version > target && version - target < CONN_MEMORY &&
           version - target != req->target_len + 1;
}

static enum MHD_Result request_begin(struct http_request *req)
{
    struct conn *conn = conn_of(req);
    req->started = true;
    MHD_get_connection_values_n(conn->mhd, MHD_HEADER_KIND, on_header, req);
    if (!req->refused && target_was_cut(req))
        req->refused = gate_target("");
    if (!req->refused)
        req->refused = gate_request(&req->facts, &conn->http->hosts);
    if (req->refused && req->refused->close)
        response_refuse(req, req->refused);
    else if (gate_has_body(&req->facts))
        conn_enter(conn, CONN_BODY);
    else
        conn_enter(conn, CONN_REPLY);
    return MHD_YES;
}

/*** Its body, and the answer ***/

/* Past the limit (only a chunked body gets there) the connection is closed: libmicrohttpd would
 * swallow it to its end. */
static enum MHD_Result request_add_body(struct http_request *req, const char *bytes, size_t len)
{
    req->body_len += len;
    if (req->body_len > HTTP_BODY_MAX)
        return MHD_NO;
    if (!req->refused)
        text_add(&req->body, bytes, len);
    return MHD_YES;
}

static void answer_unrouted(struct http_request *req, bool found_path)
{
    struct http *http = conn_of(req)->http;
    char allow[64];
    if (!found_path) {
        http_reply_error(req, 404, "not_found", NULL, "There is nothing at %s.", http_path(req));
        return;
    }
    router_allow(http->options.routes, http->options.n_routes, http_path(req), allow, sizeof allow);
    http_set_header(req, "Allow", allow);
    http_reply_error(req, 405, "method_not_allowed", NULL, "%s takes %s.", http_path(req), allow);
}

static void request_answer(struct http_request *req)
{
    const struct http_options *options = &conn_of(req)->http->options;
    bool found_path;
    if (!req->refused && conn_of(req)->http->closing)
        req->refused = &verdict_stopping;
    if (req->refused) {
        response_refuse(req, req->refused);
        return;
    }
    req->route = router_find(options->routes, options->n_routes, http_method(req), http_path(req),
                             &req->params, &found_path);
    if (!req->route) {
        answer_unrouted(req, found_path);
        return;
    }
    req->refused = gate_body(&req->facts, req->route->flags & HTTP_FORM);
    if (req->refused)
        response_refuse(req, req->refused);
    else if (req->body.failed)
        http_reply_error(req, 503, "no_memory", NULL, "Out of memory.");
    else
        req->route->handle(req);
}

static enum MHD_Result request_finish(struct http_request *req)
{
    struct conn *conn = conn_of(req);
    conn_enter(conn, CONN_REPLY);
    request_answer(req);
    if (conn->phase == CONN_STREAM)
        return MHD_NO; /* stream.c has taken the connection: libmicrohttpd lets go of it */
    if (!req->replied && req->deferred) {
        conn_enter(conn, CONN_WAITING);
        MHD_suspend_connection(conn->mhd);
    } else if (!req->replied) {
        http_reply_error(req, 500, "no_reply", NULL, "Nothing answered this request.");
    }
    return MHD_YES;
}

static enum MHD_Result on_request(void *cls, struct MHD_Connection *mhd, const char *url,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_len, void **context)
{
    struct http_request *req = *context;
    (void)cls;
    (void)mhd;
    if (!req->started) {
        req->facts.path = url;
        req->facts.method = method;
        req->facts.version = version;
        return request_begin(req);
    }
    if (req->replied)
        return MHD_NO; /* by a stream, or its reply could not be queued */
    if (!*upload_len)
        return request_finish(req);
    size_t len = *upload_len;
    *upload_len = 0;
    return request_add_body(req, upload, len);
}

static void on_completed(void *cls, struct MHD_Connection *mhd, void **context,
                         enum MHD_RequestTerminationCode code)
{
    struct http_request *req = *context;
    (void)cls;
    (void)mhd;
    (void)code;
    if (!req)
        return;
    struct conn *conn = conn_of(req);
    conn->http->n_busy--;
    *context = NULL;
    request_free(req);
    if (conn->phase == CONN_STREAM)
        return;
    if (conn->http->draining)
        conn_kill(conn);
    else
        conn_enter(conn, CONN_IDLE);
}

/*** Running it ***/

void daemon_resume(struct conn *conn)
{
    MHD_resume_connection(conn->mhd);
    conn->http->daemon_kick = true;
}

static void daemon_ready(void *ud, uint32_t events)
{
    struct http *http = ud;
    (void)events;
    MHD_run(http->daemon);
}

/* The loop's prepare hook. */
static int daemon_prepare(void *ud)
{
    struct http *http = ud;
    MHD_UNSIGNED_LONG_LONG wait;
    if (http->daemon_kick) {
        http->daemon_kick = false;
        MHD_run(http->daemon);
    }
    streams_send(http);
    if (MHD_get_timeout(http->daemon, &wait) == MHD_YES && wait == 0)
        http->daemon_kick = true;
    return http->daemon_kick || http->ready ? 0 : -1;
}

/* MHD_USE_TURBO: so that no socket is shut down before it is closed, by which streams live on
 * (stream.c), and a new connection is read at once. */
int daemon_start(struct http *http, struct err *err)
{
    http->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_TURBO, 0,
        NULL, NULL, on_request, http, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)http->options.max_connections + 8, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)CONN_MEMORY, MHD_OPTION_CONNECTION_TIMEOUT, 0u, MHD_OPTION_STRICT_FOR_CLIENT,
        -1, /* the strict one, in 0.9.75 */
        MHD_OPTION_URI_LOG_CALLBACK, on_target, http, MHD_OPTION_NOTIFY_COMPLETED, on_completed,
        http, MHD_OPTION_NOTIFY_CONNECTION, on_connection, http, MHD_OPTION_END);
    if (!http->daemon)
        return err_set(err, ENOMEM, "cannot start libmicrohttpd");
    int fd = MHD_get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    int r =
        loop_watch(http->options.loop, fd, EPOLLIN, daemon_ready, http, &http->daemon_watch, err);
    if (r < 0)
        return r;
    loop_set_prepare(http->options.loop, daemon_prepare, http);
    return 0;
}

/* MHD_stop_daemon aborts while a connection is suspended: all have been resumed when this is
 * called, and ended. */
void daemon_stop(struct http *http)
{
    if (!http->daemon)
        return;
    loop_set_prepare(http->options.loop, NULL, NULL);
    loop_unwatch(http->options.loop, http->daemon_watch);
    MHD_run(http->daemon); /* what could be sent at once is sent */
    for (struct conn *conn = http->conns; conn; conn = conn->next)
        conn_kill(conn);
    for (int round = 0; round < 100 && http->conns; round++)
        MHD_run(http->daemon);
    MHD_stop_daemon(http->daemon);
    http->daemon = NULL;
}
