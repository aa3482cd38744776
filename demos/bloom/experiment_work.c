/* experiment_work.c - insertions and lookups in batches, timed without what makes the keys. */
#include <math.h>

#include "experiment.h"

enum { BATCH = 1024 };

double timing_ns(const struct timing *timing)
{
    return timing->operations ? (double)timing->ns / (double)timing->operations : NAN;
}

static size_t next_batch(uint64_t keys[static BATCH], uint64_t first, uint64_t left)
{
    size_t n = left < BATCH ? (size_t)left : BATCH;
    for (size_t i = 0; i < n; i++)
        keys[i] = first + i;
    return n;
}

static void timing_add(struct timing *timing, size_t n, int64_t since)
{
    timing->ns += demo_now_ns() - since;
    timing->operations += n;
}

void work_insert(struct demo *demo, struct bloom_filter *filter, uint64_t first, uint64_t n,
                 struct timing *timing)
{
    uint64_t keys[BATCH];
    for (uint64_t end = first + n; first < end && !demo_stopping(demo);) {
        size_t batch = next_batch(keys, first, end - first);
        int64_t since = demo_now_ns();
        bloom_add_many(filter, keys, batch);
        timing_add(timing, batch, since);
        first += batch;
    }
}

uint64_t work_look_up(struct demo *demo, const struct bloom_filter *filter, uint64_t first,
                      uint64_t n, struct timing *timing)
{
    uint64_t keys[BATCH];
    uint64_t found = 0;
    for (uint64_t end = first + n; first < end && !demo_stopping(demo);) {
        size_t batch = next_batch(keys, first, end - first);
        int64_t since = demo_now_ns();
        found += bloom_count_many(filter, keys, batch);
        timing_add(timing, batch, since);
        first += batch;
    }
    return found;
}

struct rate work_rate(struct demo *demo, const struct bloom_filter *filter,
                      struct bloom_estimate formula, uint64_t hits, uint64_t trials_max,
                      uint64_t *absent, struct timing *timing)
{
    double wanted = fmin(fmax((double)hits / formula.rate, 1000), (double)trials_max);
    struct timing done = {0};
    uint64_t found = work_look_up(demo, filter, *absent, (uint64_t)wanted, &done);
    *absent += done.operations;
    timing->operations += done.operations;
    timing->ns += done.ns;
    struct rate rate = {.hits = (double)found, .trials = (double)done.operations};
    rate.measured = done.operations ? rate.hits / rate.trials : NAN;
    rate.interval = demo_wilson(rate.hits, rate.trials);
    rate.formula = formula;
    return rate;
}

double rate_tolerance(const struct rate *rate)
{
    double p = rate->formula.rate;
    double counting = p * (1 - p) / rate->trials;
    double luck = rate->formula.spread * rate->formula.spread;
    return 5 * sqrt(counting + luck) + 1 / rate->trials;
}
