/* demo_random.h - repeatable random numbers for experiments: SplitMix64 (Steele, Lea, Flood 2014).
 *
 * Fast, passes the usual test suites, and each seed gives one sequence on every machine. A thread
 * has a generator of its own. No use against an adversary. */
#ifndef PREPD_DEMO_RANDOM_H
#define PREPD_DEMO_RANDOM_H

#include <stdint.h>

struct demo_random {
    uint64_t state; /* the seed; any value */
};

static inline uint64_t demo_random(struct demo_random *random)
{
    uint64_t z = random->state += 0x9e3779b97f4a7c15; /* 2^64 / golden ratio */
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

/* 0 … bound-1, by multiplication instead of division (Lemire 2019); bound > 0. */
static inline uint64_t demo_random_below(struct demo_random *random, uint64_t bound)
{
    return (uint64_t)((unsigned __int128)demo_random(random) * bound >> 64);
}

/* 0 ≤ x < 1 */
static inline double demo_random_unit(struct demo_random *random)
{
    return (double)(demo_random(random) >> 11) * 0x1p-53;
}

#endif
