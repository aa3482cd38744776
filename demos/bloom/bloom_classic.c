/* bloom_classic.c - the filter of 1970: a key sets k bits, and is perhaps there if all k are set.
 *
 * DESIGN  k independent hashes are not needed. Two are enough: probe i looks at a + i·b, and the
 * false-positive rate is the same for all but tiny filters (Kirsch & Mitzenmacher, "Less Hashing,
 * Same Performance: Building a Better Bloom Filter", ESA 2006, RSA 2008). Tiny ones err more often
 * than the formula says, since two keys with similar b share most of their bits: at 1000 keys a
 * rate of one in a million came out five times as high. So b grows by a constant with each probe
 * ("enhanced double hashing", Dillinger & Manolios, FMCAD 2004), and lines become parabolas, which
 * seldom meet. Sums wrap around at 2^64 and are then reduced to a bit's number, so the size need
 * not be a power of two.
 *
 * A key that is there costs k probes. One that is not costs about two in a half-full filter, since
 * the first clear bit answers; but which probe that is can't be predicted, and a mispredicted
 * branch costs more than the probes it saves. */
#include "bloom_layout.h"

#define STEP_GROWTH 0x9e3779b97f4a7c15 /* 2^64 / golden ratio: far from any simple fraction */

struct probe {
    uint64_t position, step;
};

static inline struct probe probe_start(const struct bloom_filter *filter, uint64_t key)
{
    uint64_t a = bloom_hash(key, filter->seed);
    uint64_t b = bloom_hash(a, ~filter->seed);
    return (struct probe){a, b};
}

static inline uint64_t probe_next(struct probe *probe, uint64_t bits)
{
    uint64_t bit = bloom_reduce(probe->position, bits);
    probe->position += probe->step;
    probe->step += STEP_GROWTH;
    return bit;
}

enum { GROUP = 16 };

static inline size_t group_start(const struct bloom_filter *filter, const uint64_t *keys,
                                 size_t left, struct probe probes[static GROUP])
{
    size_t n = left < GROUP ? left : GROUP;
    for (size_t i = 0; i < n; i++) {
        struct probe ahead = probes[i] = probe_start(filter, keys[i]);
        for (int k = 0; k < filter->probes; k++)
            __builtin_prefetch(&filter->words[probe_next(&ahead, filter->bits) / 64]);
    }
    return n;
}

static void classic_set(struct bloom_filter *filter, struct probe probe)
{
    for (int k = 0; k < filter->probes; k++) {
        uint64_t bit = probe_next(&probe, filter->bits);
        filter->words[bit / 64] |= UINT64_C(1) << bit % 64;
    }
}

static bool classic_has(const struct bloom_filter *filter, struct probe probe)
{
    for (int k = 0; k < filter->probes; k++) {
        uint64_t bit = probe_next(&probe, filter->bits);
        if (!(filter->words[bit / 64] >> bit % 64 & 1))
            return false;
    }
    return true;
}

static void classic_add(struct bloom_filter *filter, const uint64_t *keys, size_t n)
{
    struct probe probes[GROUP];
    for (size_t done = 0, group; done < n; done += group) {
        group = group_start(filter, keys + done, n - done, probes);
        for (size_t i = 0; i < group; i++)
            classic_set(filter, probes[i]);
    }
}

static size_t classic_count(const struct bloom_filter *filter, const uint64_t *keys, size_t n)
{
    struct probe probes[GROUP];
    size_t found = 0;
    for (size_t done = 0, group; done < n; done += group) {
        group = group_start(filter, keys + done, n - done, probes);
        for (size_t i = 0; i < group; i++)
            found += classic_has(filter, probes[i]);
    }
    return found;
}

const struct bloom_layout bloom_classic = {"scalar", classic_add, classic_count};
