/* bloom_blocked.c - all of a key's bits in one block: one cache miss for a key instead of k.
 *
 * DESIGN  Blocked filters are Putze, Sanders & Singler, "Cache-, Hash- and Space-Efficient Bloom
 * Filters" (WEA 2007, JEA 2009). This is the split form: a block is 256 bits, eight lanes of 32,
 * and a key has exactly one bit in each lane. So a lookup is: choose a block by the hash's upper
 * bits, make eight bit numbers from its lower 32, and test that no wanted bit is clear. Eight lanes
 * are one AVX2 register, and there is no branch that depends on the data. The price: keys fall into
 * blocks unevenly, and the full blocks raise the rate (bloom_math.h).
 *
 * A lane's bit number is the top five bits of the hash times the lane's odd multiplier. The scalar
 * code computes the same bits as the AVX2 code: a test and a check of the demo compare them. */
#include "bloom_layout.h"

/* Nothing up the sleeve: the fractional parts of √2, √3, √5, √7, √11, √13, √17, √19, made odd. */
static const uint32_t multipliers[BLOOM_BLOCK_LANES] __attribute__((aligned(32))) = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef373, 0xa54ff53b, 0x510e527f, 0x9b05688d, 0x1f83d9ab, 0x5be0cd19};

/*** Where the keys go ***/

/* Keys are taken in groups: the blocks of all are on their way from memory before the first is
 * looked at, so that a group waits about as long as one key would. */
enum { GROUP = 32 };

struct place {
    uint64_t *block; /* four words */
    uint32_t hash;
};

static inline size_t group_places(const struct bloom_filter *filter, const uint64_t *keys,
                                  size_t left, struct place places[static GROUP])
{
    uint64_t blocks = filter->bits / BLOOM_BLOCK_BITS;
    size_t n = left < GROUP ? left : GROUP;
    for (size_t i = 0; i < n; i++) {
        uint64_t hash = bloom_hash(keys[i], filter->seed);
        places[i].block = filter->words + 4 * bloom_reduce(hash, blocks);
        places[i].hash = (uint32_t)hash;
        __builtin_prefetch(places[i].block);
    }
    return n;
}

/*** Portable ***/

/* Lane `lane` of a block is half of one of its four words. */
static inline uint64_t lane_bit(uint32_t hash, int lane)
{
    uint32_t bit = hash * multipliers[lane] >> 27;
    return UINT64_C(1) << (bit + (lane % 2 ? 32 : 0));
}

static inline void scalar_set(const struct place *place)
{
    for (int lane = 0; lane < BLOOM_BLOCK_LANES; lane++)
        place->block[lane / 2] |= lane_bit(place->hash, lane);
}

static inline bool scalar_has(const struct place *place)
{
    uint64_t missing = 0;
    for (int lane = 0; lane < BLOOM_BLOCK_LANES; lane++)
        missing |= ~place->block[lane / 2] & lane_bit(place->hash, lane);
    return missing == 0;
}

static void scalar_add(struct bloom_filter *filter, const uint64_t *keys, size_t n)
{
    struct place places[GROUP];
    for (size_t done = 0, group; done < n; done += group) {
        group = group_places(filter, keys + done, n - done, places);
        for (size_t i = 0; i < group; i++)
            scalar_set(&places[i]);
    }
}

static size_t scalar_count(const struct bloom_filter *filter, const uint64_t *keys, size_t n)
{
    struct place places[GROUP];
    size_t found = 0;
    for (size_t done = 0, group; done < n; done += group) {
        group = group_places(filter, keys + done, n - done, places);
        for (size_t i = 0; i < group; i++)
            found += scalar_has(&places[i]);
    }
    return found;
}

const struct bloom_layout bloom_blocked_scalar = {"scalar", scalar_add, scalar_count};

/*** AVX2, chosen when the filter is made ***/

#if defined(__x86_64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))

AVX2 static inline __m256i avx2_mask(uint32_t hash)
{
    __m256i lanes = _mm256_load_si256((const __m256i *)multipliers);
    __m256i products = _mm256_mullo_epi32(_mm256_set1_epi32((int)hash), lanes);
    return _mm256_sllv_epi32(_mm256_set1_epi32(1), _mm256_srli_epi32(products, 27));
}

AVX2 static inline void avx2_set(const struct place *place)
{
    __m256i *block = (__m256i *)place->block;
    _mm256_store_si256(block, _mm256_or_si256(_mm256_load_si256(block), avx2_mask(place->hash)));
}

AVX2 static inline bool avx2_has(const struct place *place)
{
    __m256i block = _mm256_load_si256((const __m256i *)place->block);
    return _mm256_testc_si256(block, avx2_mask(place->hash)); /* no bit of the mask is clear */
}

AVX2 static void avx2_add(struct bloom_filter *filter, const uint64_t *keys, size_t n)
{
    struct place places[GROUP];
    for (size_t done = 0, group; done < n; done += group) {
        group = group_places(filter, keys + done, n - done, places);
        for (size_t i = 0; i < group; i++)
            avx2_set(&places[i]);
    }
}

AVX2 static size_t avx2_count(const struct bloom_filter *filter, const uint64_t *keys, size_t n)
{
    struct place places[GROUP];
    size_t found = 0;
    for (size_t done = 0, group; done < n; done += group) {
        group = group_places(filter, keys + done, n - done, places);
        for (size_t i = 0; i < group; i++)
            found += avx2_has(&places[i]);
    }
    return found;
}

static const struct bloom_layout blocked_avx2 = {"AVX2", avx2_add, avx2_count};

const struct bloom_layout *bloom_blocked_best(void)
{
    return __builtin_cpu_supports("avx2") ? &blocked_avx2 : &bloom_blocked_scalar;
}
#else
const struct bloom_layout *bloom_blocked_best(void)
{
    return &bloom_blocked_scalar;
}
#endif
