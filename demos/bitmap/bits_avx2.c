/* bits_avx2.c - four words at a time, without an instruction that counts bits in a vector.
 *
 * DESIGN  AVX2 has none, but its byte shuffle is sixteen table lookups at once: with the table "how
 * many bits has the number 0–15", a shuffle by the lower and one by the upper four bits of each
 * byte give the count of each byte (Muła, Kurz & Lemire, "Faster Population Counts Using AVX2
 * Instructions", The Computer Journal 2018). Counts of bytes are added up for eight vectors, 64 at
 * most in a byte, and only then spread into 64-bit sums. */
#include "bits_fold.h"

#ifdef __x86_64__
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,popcnt")))

enum { VECTOR = 4 /* words */, BLOCK = 8 /* vectors */ };

AVX2 INLINE __m256i vector(enum bits_op op, uint64_t *to, const uint64_t *a, const uint64_t *b)
{
    __m256i va = _mm256_loadu_si256((const __m256i *)a);
    __m256i vb = _mm256_loadu_si256((const __m256i *)b);
    __m256i v = op == BITS_AND  ? _mm256_and_si256(va, vb)
                : op == BITS_OR ? _mm256_or_si256(va, vb)
                                : va;
    if (to)
        _mm256_storeu_si256((__m256i *)to, v);
    return v;
}

AVX2 INLINE __m256i count_bytes(__m256i v)
{
    const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1,
                                           2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i low = _mm256_set1_epi8(15);
    __m256i lower = _mm256_and_si256(v, low);
    __m256i upper = _mm256_and_si256(_mm256_srli_epi16(v, 4), low);
    return _mm256_add_epi8(_mm256_shuffle_epi8(table, lower), _mm256_shuffle_epi8(table, upper));
}

AVX2 INLINE uint64_t sum_lanes(__m256i sums)
{
    return (uint64_t)_mm256_extract_epi64(sums, 0) + (uint64_t)_mm256_extract_epi64(sums, 1) +
           (uint64_t)_mm256_extract_epi64(sums, 2) + (uint64_t)_mm256_extract_epi64(sums, 3);
}

AVX2 INLINE uint64_t avx2_loop(enum bits_op op, uint64_t *to, const uint64_t *a, const uint64_t *b,
                               size_t n)
{
    __m256i sums = _mm256_setzero_si256();
    size_t i = 0;
    for (; i + BLOCK * VECTOR <= n; i += BLOCK * VECTOR) {
        __m256i bytes = _mm256_setzero_si256();
#pragma GCC unroll 8
        for (size_t j = i; j < i + BLOCK * VECTOR; j += VECTOR)
            bytes = _mm256_add_epi8(bytes, count_bytes(vector(op, to ? to + j : to, a + j, b + j)));
        sums = _mm256_add_epi64(sums, _mm256_sad_epu8(bytes, _mm256_setzero_si256()));
    }
    uint64_t count = sum_lanes(sums);
    for (; i < n; i++) {
        uint64_t word = bits_combine(op, a[i], b[i]);
        count += (uint64_t)__builtin_popcountll(word);
        if (to)
            to[i] = word;
    }
    return count;
}

AVX2 static uint64_t avx2_fold(enum bits_op op, uint64_t *to, const uint64_t *a, const uint64_t *b,
                               size_t n)
{
    BITS_FOLD(avx2_loop)
}

const struct bits_code *bits_avx2(void)
{
    static const struct bits_code code = {"AVX2", avx2_fold};
    return __builtin_cpu_supports("avx2") ? &code : NULL;
}

#else

const struct bits_code *bits_avx2(void)
{
    return NULL;
}

#endif
