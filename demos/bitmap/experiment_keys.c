/* experiment_keys.c - the integers that come in: each computed from its place in the stream. */
#include <math.h>

#include "experiment.h"
#include "manifest.h"

enum { DISORDER = 4096 }; /* how far an id may be from its place in the order */

/* A random number for a place: SplitMix64 started there. */
static uint64_t random_at(const struct plan *plan, enum stream stream, uint64_t place)
{
    uint64_t start = plan->seed * 3 + stream;
    struct demo_random random = {start * 0xd1342543de82ef95 + place * 0x9e3779b97f4a7c15};
    return demo_random(&random);
}

static uint64_t below(uint64_t random, uint64_t bound)
{
    return (uint64_t)((unsigned __int128)random * bound >> 64);
}

static uint64_t min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static void fill_uniform(const struct plan *plan, enum stream stream, uint64_t first, uint32_t *out,
                         size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = (uint32_t)below(random_at(plan, stream, first + i), plan->range);
}

/* Stretches of consecutive integers that start anywhere. */
static void fill_runs(const struct plan *plan, enum stream stream, uint64_t first, uint32_t *out,
                      size_t n)
{
    uint64_t starts = plan->range - plan->run_length + 1;
    for (size_t i = 0; i < n; i++) {
        uint64_t run = (first + i) / plan->run_length, offset = (first + i) % plan->run_length;
        out[i] = (uint32_t)(below(random_at(plan, stream, run), starts) + offset);
    }
}

/* Integer k comes in proportion to 1/(k+1): the inverse of the harmonic sum, ln. */
static void fill_zipf(const struct plan *plan, enum stream stream, uint64_t first, uint32_t *out,
                      size_t n)
{
    double log_range = log((double)plan->range);
    for (size_t i = 0; i < n; i++) {
        double unit = (double)(random_at(plan, stream, first + i) >> 11) * 0x1p-53;
        uint64_t k = (uint64_t)(exp(unit * log_range) - 1);
        out[i] = (uint32_t)min_u64(k, plan->range - 1);
    }
}

/* The whole range in ascending order, except that each is up to DISORDER from its place: as ids
 * that are given out one after the other come in. Some come twice, others never. */
static void fill_ids(const struct plan *plan, enum stream stream, uint64_t first, uint32_t *out,
                     size_t n)
{
    double step = (double)plan->range / (double)plan->n;
    uint64_t disorder = min_u64(DISORDER, plan->range / 4);
    for (size_t i = 0; i < n; i++) {
        uint64_t id = (uint64_t)((double)(first + i) * step);
        id += below(random_at(plan, stream, first + i), disorder);
        out[i] = (uint32_t)(id < plan->range ? id : id - plan->range);
    }
}

/* Every other one is an integer of stream A, the rest are from anywhere in the range. */
static void fill_lookups(const struct plan *plan, uint64_t first, uint32_t *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t random = random_at(plan, STREAM_LOOKUPS, first + i);
        if ((first + i) % 2 == 0)
            keys_fill(plan, STREAM_A, below(random, plan->n), &out[i], 1);
        else
            out[i] = (uint32_t)below(random, plan->range);
    }
}

void keys_fill(const struct plan *plan, enum stream stream, uint64_t first, uint32_t *out, size_t n)
{
    if (stream == STREAM_LOOKUPS)
        fill_lookups(plan, first, out, n);
    else if (plan->distribution == RUNS)
        fill_runs(plan, stream, first, out, n);
    else if (plan->distribution == ZIPF)
        fill_zipf(plan, stream, first, out, n);
    else if (plan->distribution == IDS)
        fill_ids(plan, stream, first, out, n);
    else
        fill_uniform(plan, stream, first, out, n);
}
