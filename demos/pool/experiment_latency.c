/* experiment_latency.c - how long single operations take: a histogram whose buckets grow with the
 * value, eight to each power of two.
 *
 * Times are in ticks of the CPU's own counter, which is finer than the system's clock: a Get from
 * the private slot takes less than the 10 ns that some virtual machines' clocks count in. */
#include <math.h>
#include <stdlib.h>

#include "experiment.h"

enum { STEPS = 8, STEP_BITS = 3 };

static size_t bucket_of(uint64_t ticks)
{
    if (ticks < STEPS)
        return (size_t)ticks;
    unsigned exponent = 63 - (unsigned)__builtin_clzll(ticks);
    size_t bucket = (exponent - STEP_BITS + 1) * STEPS + (ticks >> (exponent - STEP_BITS)) % STEPS;
    return bucket < LATENCY_BUCKETS ? bucket : LATENCY_BUCKETS - 1;
}

/* The middle of what falls into a bucket. */
static double bucket_middle(size_t bucket)
{
    if (bucket < STEPS)
        return (double)bucket;
    double width = ldexp(1, (int)(bucket / STEPS) - 1);
    return (double)(STEPS + bucket % STEPS) * width + (width - 1) / 2;
}

void latency_add(struct latency *latency, int64_t ticks)
{
    latency->n[bucket_of(ticks > 0 ? (uint64_t)ticks : 0)]++;
    latency->total++;
}

void latency_join(struct latency *all, const struct latency *part)
{
    for (size_t i = 0; i < LATENCY_BUCKETS; i++)
        all->n[i] += part->n[i];
    all->total += part->total;
}

double latency_quantile(const struct latency *latency, double q)
{
    uint64_t left = (uint64_t)ceil(q * (double)latency->total);
    for (size_t i = 0; latency->total > 0 && i < LATENCY_BUCKETS; i++) {
        if (left <= latency->n[i])
            return bucket_middle(i);
        left -= latency->n[i];
    }
    return NAN;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

int64_t ticks_overhead(void)
{
    enum { N = 501 };
    int64_t ticks[N];
    for (int i = 0; i < N; i++) {
        int64_t since = ticks_now();
        ticks[i] = ticks_now() - since;
    }
    qsort(ticks, N, sizeof *ticks, compare);
    return ticks[N / 2];
}
