/* http.h - HTTP for the site: requests in, replies out; libmicrohttpd and sockets stay inside.
 *
 * DESIGN  accept → caps (total, per address: a real 503) → libmicrohttpd, driven by our event loop
 * (external epoll mode) → the gate (gate.h: Host, Origin / Sec-Fetch-Site, methods, sizes, content
 * type) → the route table → a handler. A handler answers at once with one http_reply…, or calls
 * http_defer and answers later from the loop's thread (after the store's worker has committed). It
 * never blocks.
 *
 * Everything runs on the loop's thread. A request lives until its reply was sent; a deferred one
 * stays valid until it is answered, even if the client has gone meanwhile. Strings got from a
 * request live as long as it does. */
#ifndef PREPD_HTTP_HTTP_H
#define PREPD_HTTP_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/loop.h"
#include "base/text.h"

struct http;
struct http_request;
struct http_page;

enum { HTTP_BODY_MAX = 64 * 1024 };

enum http_route_flags {
    HTTP_PAGE = 1, /* errors are answered with options.error_page */
    HTTP_FORM = 2, /* takes application/x-www-form-urlencoded instead of application/json */
};

struct http_route {
    const char *method; /* "GET" (HEAD comes with it), "POST", "PUT", "DELETE" */
    const char *path;   /* "/api/items/:id": a segment ":name" matches one non-empty segment;
                           "/assets/" + "*": the rest */
    void (*handle)(struct http_request *req);
    unsigned flags;
};

struct http_options {
    struct loop *loop;
    const char *listen; /* "127.0.0.1:8080", "[::1]:0"; only loopback addresses for now (-EINVAL
                           otherwise) */
    const struct http_route *routes;
    size_t n_routes;
    void *ud; /* http_ud(req) */
    /* Writes a whole HTML page for an error; its text may be anything, escape it. */
    void (*error_page)(struct http_request *req, int status, const char *message, struct text *out);
    int max_connections; /* 0: 256 */
    int max_per_address; /* 0: 256: on loopback all clients share one address */
    /* How long a client may take, from start to end; 0: the default. */
    int header_deadline_ms; /* 5 s, to send a request's headers */
    int body_deadline_ms;   /* 10 s, to send its body */
    int reply_deadline_ms;  /* 60 s, to take the reply; a stream's reader: to take anything */
    int idle_deadline_ms;   /* 30 s, until its next request */
    int heartbeat_ms;       /* 15 s of silence on a stream */
};

/* Listens and serves as the loop turns. -EADDRINUSE, -EACCES, -EADDRNOTAVAIL, -EINVAL, with a
 * sentence that names the address. */
int http_open(const struct http_options *options, struct http **ret, struct err *err);
/* http://127.0.0.1:PORT/ */
const char *http_url(const struct http *http);
/* Stops accepting and ends all streams; the replies under way go out as the loop turns. */
void http_drain(struct http *http);
/* True when no connection has a request under way. */
bool http_idle(const struct http *http);
/* Ends what is left. A request still deferred is told 503; its late http_reply… is then the only
 * call it can bear. */
void http_close(struct http *http);

/* ---- the request ---- */
void *http_ud(const struct http_request *req);
const char *http_method(const struct http_request *req);
const char *http_path(
    const struct http_request *req); /* decoded, valid UTF-8, no "..", no control characters */
const char *http_param(const struct http_request *req,
                       const char *name); /* of the route; never NULL for one it has */
const char *http_query(const struct http_request *req,
                       const char *name); /* NULL: absent; decoded */
/* Calls each(name, value, ud) for every query argument, in order; non-zero stops. */
int http_query_each(const struct http_request *req,
                    int (*each)(const char *name, const char *value, void *ud), void *ud);
const char *http_header(const struct http_request *req, const char *name); /* NULL: absent */
const char *http_cookie(const struct http_request *req, const char *name);
const char *http_body(const struct http_request *req,
                      size_t *ret_len); /* NUL-terminated; "" if none */
const char *http_form(const struct http_request *req,
                      const char *name); /* field of a HTTP_FORM body; NULL: absent */
bool http_is_head(const struct http_request *req);

/* ---- the reply: exactly one ---- */

/* Adds a header to the reply that follows (Set-Cookie, Retry-After, Cache-Control,
 * Content-Disposition). */
void http_set_header(struct http_request *req, const char *name, const char *value);

/* Takes the text's bytes. */
void http_reply(struct http_request *req, int status, const char *content_type, struct text *body);
void http_reply_redirect(struct http_request *req, int status, const char *location);
/* {"error":{"code","message","field"}}, or options.error_page for HTTP_PAGE routes. field may be
 * NULL. */
void http_reply_error(struct http_request *req, int status, const char *code, const char *field,
                      const char *format, ...) __attribute__((format(printf, 5, 6)));

/* A reply that is kept and served many times: the bytes, their gzip form where that is smaller (not
 * tried for images other than SVG, which are packed already), a strong ETag for each, 304 and HEAD.
 * Takes the text's bytes. NULL if out of memory. */
struct http_page *http_page_new(const char *content_type, const char *cache_control,
                                struct text *body);
/* As http_page_new, for a file that is not ours: it comes with a policy of its own, under which
 * nothing in it runs or loads when it is opened by itself. On any thread; the page then belongs to
 * the loop's. */
struct http_page *http_page_new_foreign(const char *content_type, const char *cache_control,
                                        struct text *body);
void http_page_free(struct http_page *page); /* replies under way keep what they need */
/* Whether its body is these very bytes. */
bool http_page_has(const struct http_page *page, const struct text *body);
void http_reply_page(struct http_request *req, struct http_page *page);

/* Lets the handler return without a reply; one http_reply… must follow, on the loop's thread. */
void http_defer(struct http_request *req);

/* ---- streams: replies that are made while they are sent ---- */
struct http_stream;
enum { HTTP_STREAM_ROOM = 1024 };
struct http_stream_ops {
    const char *content_type; /* NULL: text/event-stream */
    /* Copies at most max bytes, which is HTTP_STREAM_ROOM or more. 0: nothing now (http_stream_wake
     * when there is); -1: the end. */
    ssize_t (*read)(void *ud, char *buf, size_t max);
    void (*gone)(void *ud); /* called once, at the end or when the client has left */
};
/* Answers 200; the connection ends with the stream. In an event stream a comment line is sent every
 * 15 s of silence, so that a client that left is noticed. *ret is valid until gone is called; NULL
 * if the stream could not start, gone having been called then. A reader that shuts down its sending
 * side has left. */
void http_reply_stream(struct http_request *req, const struct http_stream_ops *ops, void *ud,
                       struct http_stream **ret);
void http_stream_wake(struct http_stream *stream);

#endif
