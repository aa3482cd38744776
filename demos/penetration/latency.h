/* latency.h - a histogram of durations: quantiles of millions of them from a few KiB.
 *
 * Buckets are 1 ns wide below 64 ns and then 1/32 of a power of two, so a quantile is within 3 %
 * (the idea of HdrHistogram). Up to 2^40 ns = 18 minutes; what is longer counts as that. */
#ifndef PENETRATION_LATENCY_H
#define PENETRATION_LATENCY_H

#include <stddef.h>
#include <stdint.h>

enum { LATENCY_BUCKETS = 64 + 34 * 32 };

struct latency {
    uint64_t n;
    uint64_t counts[LATENCY_BUCKETS];
};

void latency_add(struct latency *latency, uint64_t ns);

/* The smallest duration, in ns, that at least `share` (0–1) of all do not exceed, as its bucket's
 * middle; NAN if there is none. */
double latency_quantile(const struct latency *latency, double share);

#endif
