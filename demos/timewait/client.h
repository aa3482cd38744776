/* client.h - a client that keeps idle connections, as Go's http.Transport does.
 *
 * It makes requests in rounds of `parallel` at a time. A round takes idle connections first and
 * opens new ones for the rest; when all are answered, at most `idle` connections go back to the
 * pool and the others are closed. So idle = 0 is a new connection for each request, and
 * http.Transport is parallel = 50, idle = 2 (DefaultMaxIdleConnsPerHost) under fifty goroutines. */
#ifndef TIMEWAIT_CLIENT_H
#define TIMEWAIT_CLIENT_H

#include "connection.h"

struct client_options {
    int listener;
    uint32_t address;   /* the first destination; host order */
    uint32_t addresses; /* that many, from there on, are used in turn; at least 1 */
    size_t parallel;    /* at least 1 */
    size_t idle;
    enum end first; /* who closes a connection that is not kept, and how */
    enum how how;
    /* called after each connect(): its time, and 0 or the negative errno it gave. False: open no
     * more in this round. May be NULL */
    bool (*connected)(void *data, int64_t ns, int error);
    void *data;
};

struct client_counts {
    uint64_t requests, connections; /* answered; opened */
    uint64_t no_port, failed;       /* connect() said EADDRNOTAVAIL; anything else that failed */
    int last_error;                 /* of `failed`: a negative errno */
    /* the same of the rounds before the first that lacked a port */
    uint64_t whole_requests, whole_connections;
};

struct client;

/* NULL when out of memory. Free closes what is idle; NULL is fine. */
struct client *client_new(const struct client_options *options);
void client_free(struct client *client);

/* One round: `parallel` requests, each answered, or counted as no_port or failed. */
void client_round(struct client *client, struct client_counts *counts);

#endif
