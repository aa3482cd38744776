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
#include <string.h>

#include "bloom_layout.h"

/* Nothing up the sleeve: the fractional parts of √2, √3, √5, √7, √11, √13, √17, √19, made odd. */
static const uint32_t multipliers[BLOOM_BLOCK_LANES] __attribute__((aligned(32))) = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef373, 0xa54ff53b, 0x510e527f, 0x9b05688d, 0x1f83d9ab, 0x5be0cd19};

static inline uint64_t block_of(const struct bloom_filter *filter, uint64_t hash)
{
    return bloom_reduce(hash, filter->bits / BLOOM_BLOCK_BITS);
}

/*** Portable ***/

/* Lane `lane` of a block is half of one of its four words. */
static inline uint64_t lane_bit(uint32_t hash, int lane)
{
    uint32_t bit = hash * multipliers[lane] >> 27;
    return UINT64_C(1) << (bit + (lane % 2 ? 32 : 0));
}

static void scalar_add(struct bloom_filter *filter, const uint64_t *keys, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t hash = bloom_hash(keys[i], filter->seed);
        uint64_t *block = filter->words + 4 * block_of(filter, hash);
        for (int lane = 0; lane < BLOOM_BLOCK_LANES; lane++)
            block[lane / 2] |= lane_bit((uint32_t)hash, lane);
    }
}

static size_t scalar_count(const struct bloom_filter *filter, const uint64_t *keys, size_t n)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t hash = bloom_hash(keys[i], filter->seed);
        const uint64_t *block = filter->words + 4 * block_of(filter, hash);
        uint64_t missing = 0;
        for (int lane = 0; lane < BLOOM_BLOCK_LANES; lane++)
            missing |= ~block[lane / 2] & lane_bit((uint32_t)hash, lane);
        found += missing == 0;
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

AVX2 static inline __m256i *avx2_block(const struct bloom_filter *filter, uint64_t hash)
{
    return (__m256i *)filter->words + block_of(filter, hash);
}

AVX2 static void avx2_add(struct bloom_filter *filter, const uint64_t *keys, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t hash = bloom_hash(keys[i], filter->seed);
        __m256i *block = avx2_block(filter, hash);
        __m256i bits = _mm256_or_si256(_mm256_load_si256(block), avx2_mask((uint32_t)hash));
        _mm256_store_si256(block, bits);
    }
}

AVX2 static size_t avx2_count(const struct bloom_filter *filter, const uint64_t *keys, size_t n)
{
    size_t found = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t hash = bloom_hash(keys[i], filter->seed);
        __m256i block = _mm256_load_si256(avx2_block(filter, hash));
        found += (size_t)_mm256_testc_si256(block, avx2_mask((uint32_t)hash));
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
