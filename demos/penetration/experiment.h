/* experiment.h - what the parts of the cache penetration experiment share.
 *
 * penetration.c          the plan from the parameters, and the story
 * experiment_world.c     the database, the filter and the four readers: making and changing them
 * experiment_requests.c  who asks for what: users by Zipf's law, an attacker for what is not there
 * experiment_stream.c    the same requests through each reader, timed and checked, slice by slice
 * experiment_report.c    the results
 *
 * Items have the ids 1, 2, 3 …; ids from FIRST_UNKNOWN on never exist. */
#ifndef PENETRATION_EXPERIMENT_H
#define PENETRATION_EXPERIMENT_H

#include "bloom_math.h"
#include "demo.h"
#include "latency.h"
#include "reader.h"

#define FIRST_UNKNOWN (UINT64_C(1) << 40)

/*** The plan ***/

struct plan {
    uint64_t items, items_end; /* in the database at the start, and at the end */
    uint64_t requests;         /* to each reader */
    double attack;             /* share of requests for unknown ids, 0–1 */
    uint64_t attack_keys;      /* different ones */
    double skew;               /* Zipf's exponent of the users' requests */
    uint64_t cache_entries;    /* of each reader's cache */
    double deleted;            /* share of the items that is deleted halfway, 0–1 */
    enum bloom_kind kind;
    uint64_t bits; /* of the filter, for `items` at the rate wanted */
    int probes;
    double pace_ms;
    uint64_t seed;
};

/* What the formula expects of the filter with that many keys in it. */
struct bloom_estimate plan_rate(const struct plan *plan, uint64_t keys);

/*** experiment_requests.c ***/

enum request_kind { EXISTING, UNKNOWN, DELETED, REQUEST_KINDS };

struct request {
    uint64_t id;
    enum request_kind kind;
};

struct requests; /* where they come from */

struct requests *requests_new(const struct plan *plan); /* NULL: out of memory */
void requests_free(struct requests *requests);
/* The next n, of a world with items 1 … items, of which exists[id] says which are still there. */
void requests_next(struct requests *requests, const bool *exists, uint64_t items,
                   struct request *ret, size_t n);

/*** experiment_world.c ***/

enum strategy { NONE, EMPTY, BLOOM, BOTH, STRATEGIES };

/* What was counted of one reader. */
struct tally {
    double asked[REQUEST_KINDS], queried[REQUEST_KINDS]; /* queried: reached the database */
    double cached;                                       /* existing, answered by the cache */
    uint64_t refused, wrong; /* an existing item denied; any other false answer */
    double ns;
};

struct line {
    struct reader reader;
    struct tally slice, total;
    struct latency latency;
};

struct world {
    struct demo *demo;
    const struct plan *plan;
    struct database *database;
    struct bloom_filter *filter;
    struct line lines[STRATEGIES];
    bool *exists;   /* [id] */
    uint64_t items; /* ids given out so far */
    uint64_t keys;  /* in the filter, those of deleted items as well */
    bool deleted, rebuilt;
    double rebuild_ms;
};

/* 0, or a negative errno: -EINTR when the run is stopping. */
int world_open(struct world *world, struct demo *demo, const struct plan *plan);
void world_close(struct world *world);
int world_grow(struct world *world, uint64_t items); /* to so many */
int world_delete(struct world *world, uint64_t *ret_n);
int world_rebuild(struct world *world);

/*** experiment_stream.c ***/

struct streamed {
    struct tally stale, mended; /* of BLOOM: from the deletion on, from the rebuild on */
    double expected, variance;  /* of queries for unknown ids that BLOOM lets through */
};

int experiment_stream(struct world *world, struct streamed *ret);

/*** experiment_report.c ***/

double tally_requests(const struct tally *tally);
double tally_queries(const struct tally *tally);
void experiment_report(struct world *world, const struct streamed *streamed);

#endif
