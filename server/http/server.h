/* server.h - what the parts of http/ share; nobody else includes it.
 *
 * DESIGN  One `struct conn` for each accepted socket, in one list. HTTP/1 serves one request at a
 * time on a connection, so the request lives inside it and serving a page allocates nothing of
 * ours.
 *
 *   acceptor.c   listening socket, caps, 503          daemon.c    libmicrohttpd's callbacks,
 * running it from the loop deadline.c   one timer for all deadlines          gate.c      what is
 * let in (pure) router.c     route table (pure)                   request.c   what a handler asks
 * form.c  urlencoded bodies (pure) response.c   replies, headers                     page.c kept
 * replies                 negotiate.c  gzip? 304? (pure) stream.c     Server-Sent Events http.c
 * open, drain, close
 *
 * A connection's phases and who ends each: */
#ifndef PREPD_HTTP_SERVER_H
#define PREPD_HTTP_SERVER_H

#include <microhttpd.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "http/form.h"
#include "http/gate.h"
#include "http/http.h"
#include "http/router.h"

enum conn_phase {
    CONN_HEADER,  /* the deadline, until the headers are complete */
    CONN_BODY,    /* the deadline, until the body is */
    CONN_REPLY,   /* the deadline, until the reply was sent */
    CONN_WAITING, /* suspended: http_reply…, after http_defer */
    CONN_STREAM,  /* the stream's end, the client, or the deadline if the client stops reading;
                     libmicrohttpd has let go of it, or is about to (stream.c) */
    CONN_IDLE,    /* the next request, or the deadline */
};

enum {
    HTTP_SET_HEADERS = 8,
    /* Of libmicrohttpd's pool for a connection, which a stream gives back. Cookies of every server
     * on localhost come here, and are copied once: 12 KiB takes 5 KB of them where 8 KiB takes 3.
     */
    CONN_MEMORY = 12 * 1024,
};

/* Zeroed when a request begins. */
struct http_request {
    struct gate_facts facts;
    const char *if_none_match, *accept_encoding;
    const char *target; /* where the raw target began, and its length; its bytes are decoded in
                           place since */
    size_t target_len;
    const struct gate_verdict *refused; /* by the gate; NULL while it may pass */
    const struct http_route *route;
    struct text body;
    size_t body_len; /* received, kept or not */
    struct form *form;
    char *set_headers[HTTP_SET_HEADERS][2]; /* owned */
    size_t n_set_headers;
    bool started;                /* its headers have been seen */
    bool replied;                /* a reply was queued, or the connection killed */
    bool deferred;               /* its handler still owes a reply */
    struct router_params params; /* last: only `n` and `used` need zeroing */
};

struct conn {
    struct http *http;
    struct MHD_Connection
        *mhd; /* NULL until libmicrohttpd has taken it, and after it has closed it */
    int fd;   /* libmicrohttpd's; a stream's is its own, and -1 after it */
    struct http_stream *stream;
    enum conn_phase phase;
    int64_t deadline;        /* conn_clock; INT64_MAX: none */
    struct in6_addr address; /* IPv4 as ::ffff:a.b.c.d */
    struct conn *next, **link;
    struct http_request req; /* its last member is large and not always zeroed: keep it last */
};

struct http {
    struct http_options options;
    struct gate_hosts hosts;
    char url[40];
    struct MHD_Daemon *daemon;
    struct loop_watch *daemon_watch;
    bool daemon_kick; /* something was resumed or is ready: run before waiting */

    int listen_fd;
    struct loop_watch *listen_watch;
    struct loop_timer *listen_pause; /* out of descriptors: not accepting until it fires */
    struct text refusal;             /* the 503, ready to send */

    struct conn *conns;
    int n_conns;
    int n_busy;                /* requests and streams under way */
    struct http_stream *ready; /* those that have something to send */
    struct loop_timer *sweep;
    int64_t sweep_at;
    bool draining;
    bool closing; /* in http_close: no handler is called any more */
};

static inline struct conn *conn_of(struct http_request *req)
{
    return (struct conn *)((char *)req - offsetof(struct conn, req));
}

static inline const struct conn *conn_of_const(const struct http_request *req)
{
    return (const struct conn *)((const char *)req - offsetof(struct conn, req));
}

/* acceptor.c */
int acceptor_open(struct http *http, struct err *err);
void acceptor_close(struct http *http);

/* daemon.c */
int daemon_start(struct http *http, struct err *err);
void daemon_stop(struct http *http);
/* Resumes a suspended connection; libmicrohttpd runs before the loop waits. */
void daemon_resume(struct conn *conn);
/* Frees it if neither libmicrohttpd nor a stream has it any more. */
void conn_release(struct conn *conn);

/* deadline.c */
/* Begins a phase, and its deadline. */
void conn_enter(struct conn *conn, enum conn_phase phase);
/* Ends the connection as soon as libmicrohttpd runs. */
void conn_kill(struct conn *conn);
void deadline_stop(struct http *http);

/* http.c */
extern const struct gate_verdict verdict_stopping;

/* response.c */
/* Adds what every response carries. Takes the response and gives it back, or NULL if out of memory.
 * content_type and cache_control may be NULL: no such header; policy, a Content-Security-Policy:
 * that of our pages. */
struct MHD_Response *response_finish(struct MHD_Response *response, const char *content_type,
                                     const char *cache_control, const char *policy);
/* The policy of files that are not ours. */
extern const char response_foreign_policy[];
/* Adds the headers set by http_set_header. */
void response_add_set_headers(const struct http_request *req, struct MHD_Response *response);
/* Queues it and wakes the connection if it was suspended. The response stays the caller's. NULL
 * ends the connection. */
void response_queue(struct http_request *req, int status, struct MHD_Response *response);
/* As response_queue, but takes the response. */
void response_send(struct http_request *req, int status, struct MHD_Response *response);
void response_refuse(struct http_request *req, const struct gate_verdict *verdict);
/* The headers that every response carries, as text, for the acceptor's 503. */
void response_common_headers(struct text *out);
/* The head of a 200 that libmicrohttpd does not write, with the headers set by http_set_header; its
 * last line, the empty one, is left to the caller. */
void response_write_head(const struct http_request *req, const char *content_type,
                         struct text *out);

/* request.c */
void request_reset(struct http_request *req);
/* Frees what it owns. */
void request_free(struct http_request *req);

/* page.c */
/* A page over bytes that live for ever; gzip may be NULL. */
struct http_page *page_new_static(const char *content_type, const char *cache_control,
                                  const void *bytes, size_t len, const void *gzip, size_t gzip_len);

/* stream.c */
/* Sends what is ready; called when the loop is about to wait. */
void streams_send(struct http *http);
/* Lets it end after what it has to send yet. */
void stream_end(struct http_stream *stream);
/* Ends it at once, and its connection. */
void stream_free(struct http_stream *stream);
/* Sends a heartbeat if it is due, or ends a client that reads no more; returns in how many ms to
 * look again. */
int64_t stream_sweep(struct http_stream *stream);

#endif
