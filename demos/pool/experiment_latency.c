/* experiment_latency.c - how long single operations take: a histogram whose buckets grow with the
 * value, 32 to each power of two.
 *
 * Times are in ticks of the CPU's own counter. That may go up by 26 at once, every 10 ns, and a Get
 * from the private slot takes less: so one time says little, but the mean of many is right. Reading
 * the counter takes some 20 ns itself; its mean is measured in the same way, and subtracted. */
#include <math.h>

#include "experiment.h"

enum { STEP_BITS = 5, STEPS = 1 << STEP_BITS };

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

double latency_mean(const struct latency *latency)
{
    double left = ceil(0.99 * (double)latency->total), n = left, sum = 0;
    for (size_t i = 0; i < LATENCY_BUCKETS && left > 0; i++) {
        double here = fmin(latency->n[i], left);
        sum += here * bucket_middle(i);
        left -= here;
    }
    return n > 0 ? sum / n : NAN;
}

void latency_measure_nothing(struct latency *latency)
{
    for (int i = 0; i < 20000; i++) {
        int64_t since = ticks_now();
        latency_add(latency, ticks_now() - since);
    }
}
