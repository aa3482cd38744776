/* latency.c - durations by the logarithm; see latency.h. */
#include "latency.h"

#include <math.h>

enum {
    FINE = 64,
    PARTS = 32
}; /* FINE = 2 · PARTS: the first power of two that has PARTS buckets */

static size_t bucket_of(uint64_t ns)
{
    if (ns < FINE)
        return (size_t)ns;
    unsigned exponent = 63 - (unsigned)__builtin_clzll(ns); /* 6 or more */
    size_t part = (size_t)(ns >> (exponent - 5)) - PARTS;
    size_t bucket = FINE + (exponent - 6) * (size_t)PARTS + part;
    return bucket < LATENCY_BUCKETS ? bucket : LATENCY_BUCKETS - 1;
}

static double middle_of(size_t bucket)
{
    if (bucket < FINE)
        return (double)bucket;
    size_t exponent = 6 + (bucket - FINE) / PARTS, part = (bucket - FINE) % PARTS;
    double width = ldexp(1, (int)exponent - 5);
    return ldexp(1, (int)exponent) + ((double)part + 0.5) * width;
}

void latency_add(struct latency *latency, uint64_t ns)
{
    latency->n++;
    latency->counts[bucket_of(ns)]++;
}

double latency_quantile(const struct latency *latency, double share)
{
    double wanted = fmax(1, ceil(share * (double)latency->n));
    uint64_t seen = 0;
    for (size_t i = 0; i < LATENCY_BUCKETS; i++) {
        seen += latency->counts[i];
        if ((double)seen >= wanted)
            return middle_of(i);
    }
    return NAN;
}
