/* bloom_layout.h - inside a filter: what bloom_filter.c and the two layouts share. */
#ifndef BLOOM_LAYOUT_H
#define BLOOM_LAYOUT_H

#include "bloom_filter.h"

struct bloom_layout {
    const char *code;
    void (*add)(struct bloom_filter *filter, const uint64_t *keys, size_t n);
    size_t (*count)(const struct bloom_filter *filter, const uint64_t *keys, size_t n);
};

extern const struct bloom_layout bloom_classic, bloom_blocked_scalar;

/* The AVX2 layout, or the scalar one where the CPU has no AVX2. */
const struct bloom_layout *bloom_blocked_best(void);

struct bloom_filter {
    const struct bloom_layout *layout;
    uint64_t bits;
    uint64_t seed;
    uint64_t *words; /* bits / 64, rounded up to whole cache lines and aligned to them */
    size_t n_words;
    int probes;
};

/* A well mixed 64-bit hash of a key: each bit of the key and the seed changes each bit of the hash
 * with probability close to 1/2. The two rounds of multiply and shift are those of a MurmurHash3
 * finaliser; they are a bijection, so different keys keep different hashes. */
static inline uint64_t bloom_hash(uint64_t key, uint64_t seed)
{
    uint64_t h = key ^ seed;
    h = (h ^ h >> 33) * 0xff51afd7ed558ccd;
    h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53;
    return h ^ h >> 33;
}

/* Maps a hash evenly to 0 … bound-1 by its upper bits: a multiplication where % would divide. */
static inline uint64_t bloom_reduce(uint64_t hash, uint64_t bound)
{
    return (uint64_t)((unsigned __int128)hash * bound >> 64);
}

#endif
