/* experiment.h - what the parts of the TIME_WAIT experiment share.
 *
 * timewait.c           the plan from the parameters, and the story
 * experiment_lab.c     the network with its settings, the listener, and counting sockets by state
 * experiment_close.c   one connection closed step by step, and how many segments a close takes
 * experiment_load.c    requests at a rate: TIME_WAIT, ports, what connect() costs
 * experiment_cures.c   the same requests in four ways; what RST loses
 * experiment_leak.c    a server that never closes
 * experiment_timers.c  how long TIME_WAIT and FIN_WAIT_2 last
 *
 * Each part has destination addresses of its own, since a local port is taken only for its
 * destination: the parts do not take each other's ports. */
#ifndef TIMEWAIT_EXPERIMENT_H
#define TIMEWAIT_EXPERIMENT_H

#include "client.h"
#include "demo.h"
#include "sock_diag.h"

enum { SERVER_PORT = 9000, FIRST_PORT = 10000 }; /* the local ports begin above the server's */

/* The parts, by the second byte of their destinations: 127.PART.0.1 and on. */
enum part { PART_CLOSE, PART_LOAD, PART_CURES, PART_LEAK, PART_TIMERS };
static inline uint32_t part_address(enum part part, uint32_t i)
{
    return 0x7f000001U + ((uint32_t)part << 16) + i;
}

struct plan {
    /* the network */
    uint32_t ports, addresses;
    int reuse, reuse_delay_ms, tw_max, fin_timeout_s;
    bool timestamps;
    /* the client */
    size_t parallel, idle;
    enum end first;
    enum how how;
    double seconds, rate; /* requests a second; 0: no limit */
    /* the other parts */
    bool late_data, wait;
    double step_ms, cures_s, pace_ms;
    int descriptors;
    /* what follows from these */
    double tuples;    /* ports × addresses: client's ends that can exist at once */
    bool can_recycle; /* tcp_tw_reuse, for the loopback, with timestamps */
};

struct lab {
    struct demo *demo;
    const struct plan *plan;
    bool shared;                  /* the network is the machine's: no setting is touched */
    int listener, diag, sockstat; /* descriptors */
    uint16_t port;                /* the listener's */
    /* of all that census_take has seen */
    long censuses, disagreements;
    long most_seen; /* sockets in one census, and what each of them cost */
    double diag_ns;
    struct timers *timers;
};

/*** experiment_lab.c ***/

/* 0, or run's exit code after saying what is the matter and which parameter to change. */
int lab_open(struct lab *lab, struct demo *demo, const struct plan *plan);
void lab_close(struct lab *lab); /* closes everything, and reports what the censuses agree on */

/* A connection to one of a part's addresses. False: it could not be had, and was reported. */
bool lab_connect(struct lab *lab, uint32_t address, struct connection *ret);
/* The state of one end now, TCP_CLOSE if it is gone. */
struct tcp_socket lab_look(struct lab *lab, const struct connection *connection, enum end end);
void lab_failed(struct lab *lab, const char *what, int error);

/* The sockets of a part, by state and end, and the listener, which is every part's. */
struct census {
    long by_state[2][16]; /* [enum end][TCP_…] */
};
struct census lab_census(struct lab *lab, enum part part);
void lab_show_sockets(struct lab *lab, const struct census *census);
void lab_part_begins(struct lab *lab); /* what was shown is another part's: a gap in the curve */

/*** The parts, in the order of the story ***/

/* Makes the two sockets whose timers are watched; lab_census and others draw them from then on. */
void timers_start(struct lab *lab);
void timers_show(struct lab *lab); /* where they are now; does nothing before its time */
void timers_end(struct lab *lab);  /* waits for them if it was asked for, and reports */

void experiment_close(struct lab *lab);
void experiment_load(struct lab *lab);
void experiment_cures(struct lab *lab);
void experiment_leak(struct lab *lab);

#endif
