/* gate.h - what is let in, decided before any route is looked up.
 *
 * Pure functions from the raw facts of a request to a verdict, so that the whole policy can be
 * read, tested and fuzzed in one place:
 *
 *   framing   one Host, at most one Content-Length, never together with Transfer-Encoding, which
 * may only be "chunked": no smuggling Host      one of our own names, exactly: no DNS rebinding
 *   method    those that a route can have
 *   origin    the rule of Go's http.CrossOriginProtection for what changes state, and for
 * everything under /api/: no CSRF, no reading by other sites. "same-site" is refused too: every
 * other port of localhost is the same site body      at most HTTP_BODY_MAX, and of the one type
 * that the route takes, which no cross-origin form can send
 *
 * A client that sends neither Sec-Fetch-Site nor Origin (curl) is no browser and passes. */
#ifndef PREPD_HTTP_GATE_H
#define PREPD_HTTP_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Why a request is refused. Constants; NULL stands for "let it pass". */
struct gate_verdict {
    int status;
    bool close; /* nothing after these headers can be trusted: answer at once and close */
    const char *code;
    const char *message;
};

/* The names we answer to. */
enum { GATE_HOSTS = 3, GATE_HOST_SIZE = 24 };
struct gate_hosts {
    char names[GATE_HOSTS][GATE_HOST_SIZE];
};

/* 127.0.0.1:PORT, localhost:PORT, [::1]:PORT; without the port if it is 80. */
void gate_hosts_init(struct gate_hosts *hosts, uint16_t port);

/* A header that matters here: its value (the first), and how many there were. */
struct gate_header {
    const char *value;
    unsigned count;
};

struct gate_facts {
    const char *method;
    const char *version; /* "HTTP/1.1" */
    const char *path;    /* decoded */
    bool odd_header;     /* some name is no token, or some value holds a control character */
    struct gate_header host, origin, fetch_site;
    struct gate_header content_length, transfer_encoding, content_type;
};

/* Notes one header. */
void gate_add_header(struct gate_facts *facts, const char *name, size_t name_len, const char *value,
                     size_t value_len);

/* The request target as it was sent: an absolute path without blanks, control bytes, '#' or %00,
 * whose escapes are well formed and which is UTF-8 once decoded. */
const struct gate_verdict *gate_target(const char *target);

/* Everything that does not depend on the route. */
const struct gate_verdict *gate_request(const struct gate_facts *facts,
                                        const struct gate_hosts *hosts);

/* The body's type: application/x-www-form-urlencoded for a route that takes a form, else
 * application/json. */
const struct gate_verdict *gate_body(const struct gate_facts *facts, bool takes_form);

/* Whether a body is announced. */
bool gate_has_body(const struct gate_facts *facts);

#endif
