/* experiment.h - what the parts of the Bloom experiment share.
 *
 * bloom.c        the plan from the parameters, and the story: fill, check, compare, report
 * experiment_fill.c     filling the filter, with measurements on the way
 * experiment_compare.c  a filter for each k; the two layouts side by side
 * experiment_work.c     batches of insertions and lookups, timed; the rate they give
 *
 * The keys are numbers: 1, 2, 3 … are inserted, and those from FIRST_ABSENT on never are. That they
 * are consecutive is no help to the filter: scattering them is the hash's work. */
#ifndef BLOOM_EXPERIMENT_H
#define BLOOM_EXPERIMENT_H

#include "bloom_filter.h"
#include "bloom_math.h"
#include "demo.h"

#define FIRST_ABSENT (UINT64_C(1) << 40)

/*** experiment_work.c ***/

struct timing {
    uint64_t operations;
    int64_t ns;
};
double timing_ns(const struct timing *timing); /* for one operation; NAN if there was none */

/* Insert or look up `n` keys from `first` on, adding to *timing what was done: less than n only
 * when the run is stopping. The second returns how many were found. */
void work_insert(struct demo *demo, struct bloom_filter *filter, uint64_t first, uint64_t n,
                 struct timing *timing);
uint64_t work_look_up(struct demo *demo, const struct bloom_filter *filter, uint64_t first,
                      uint64_t n, struct timing *timing);

/* A rate that was counted, and what the formula says of it. */
struct rate {
    double hits, trials;
    double measured;
    struct demo_interval interval; /* 95 % */
    struct bloom_estimate formula;
};

/* Looks up absent keys from *absent on, which it moves: as many as give about `hits` false
 * positives by the formula, at least 1000 and at most `trials_max`. How many is settled before the
 * first lookup, so that the interval is sound. */
struct rate work_rate(struct demo *demo, const struct bloom_filter *filter,
                      struct bloom_estimate formula, uint64_t hits, uint64_t trials_max,
                      uint64_t *absent, struct timing *timing);

/* How far the measured rate may be from the formula's: five standard deviations of both the
 * counting and the filter's own luck, and one lookup. */
double rate_tolerance(const struct rate *rate);

/*** bloom.c: the plan ***/

struct plan {
    enum bloom_kind kind;
    uint64_t capacity, total; /* keys */
    double bits_per_key;
    uint64_t bits;
    int probes, best_probes; /* k */
    double target;           /* rate, 0–1; NAN when sized by bits */
    uint64_t lookups_max;
    double pace_ms;
    uint64_t seed;
};

/* Fills bits_per_key (if there is a target), bits, best_probes, and probes where it is 0. */
void plan_size(struct plan *plan);
/* What the formula expects with that many keys. */
struct bloom_estimate plan_rate(const struct plan *plan, uint64_t keys);

/*** experiment_fill.c ***/

struct filled {
    uint64_t inserted;
    struct rate at_capacity, at_end; /* trials are 0 if it did not get there */
    double fill_at_capacity;
    struct timing insert, hit, miss;
};

void experiment_fill(struct demo *demo, const struct plan *plan, struct bloom_filter *filter,
                     struct filled *ret);

/*** experiment_compare.c: 0, or -1 when out of memory ***/

int experiment_each_k(struct demo *demo, const struct plan *plan);
int experiment_layouts(struct demo *demo, const struct plan *plan);

#endif
