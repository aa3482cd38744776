/* bits_avx512.c - eight words at a time with VPOPCNTDQ (Ice Lake, Zen 4 and later).
 *
 * DESIGN  One instruction counts the bits of each of eight words, so the loop has nothing to do but
 * load, combine, count and add. Four sums keep additions from waiting for each other; the last few
 * words are loaded under a mask, as zeros where there are none. In the caches two loads a cycle are
 * the limit. Beyond them memory is, and it gives more when it is read in several places at once:
 * the loop goes through both halves of the arrays together. */
#include "bits_fold.h"

#ifdef __x86_64__
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512vpopcntdq")))

enum { VECTOR = 8 /* words */, STREAMS = 2, DEPTH = 2 /* vectors */ };

AVX512 INLINE __m512i combine(enum bits_op op, __m512i a, __m512i b)
{
    return op == BITS_AND ? _mm512_and_si512(a, b) : op == BITS_OR ? _mm512_or_si512(a, b) : a;
}

AVX512 INLINE __m512i vector(enum bits_op op, uint64_t *to, const uint64_t *a, const uint64_t *b)
{
    __m512i v = combine(op, _mm512_loadu_si512(a), _mm512_loadu_si512(b));
    if (to)
        _mm512_storeu_si512(to, v);
    return _mm512_popcnt_epi64(v);
}

AVX512 INLINE __m512i last_vector(enum bits_op op, uint64_t *to, const uint64_t *a,
                                  const uint64_t *b, size_t n)
{
    __mmask8 mask = (__mmask8)(n < VECTOR ? (1U << n) - 1 : 0xff);
    __m512i v = combine(op, _mm512_maskz_loadu_epi64(mask, a), _mm512_maskz_loadu_epi64(mask, b));
    if (to)
        _mm512_mask_storeu_epi64(to, mask, v);
    return _mm512_popcnt_epi64(v);
}

AVX512 INLINE uint64_t avx512_loop(enum bits_op op, uint64_t *to, const uint64_t *a,
                                   const uint64_t *b, size_t n)
{
    __m512i sums[STREAMS * DEPTH] = {_mm512_setzero_si512(), _mm512_setzero_si512(),
                                     _mm512_setzero_si512(), _mm512_setzero_si512()};
    size_t part = n / (STREAMS * DEPTH * VECTOR) * (DEPTH * VECTOR);
    for (size_t i = 0; i < part; i += DEPTH * VECTOR)
#pragma GCC unroll 4 /* the sums must be registers, not an array */
        for (size_t j = 0; j < STREAMS * DEPTH; j++) {
            size_t at = i + j / DEPTH * part + j % DEPTH * VECTOR;
            sums[j] = _mm512_add_epi64(sums[j], vector(op, to ? to + at : to, a + at, b + at));
        }
    for (size_t i = STREAMS * part; i < n; i += VECTOR)
        sums[0] = _mm512_add_epi64(sums[0], last_vector(op, to ? to + i : to, a + i, b + i, n - i));
    sums[0] = _mm512_add_epi64(sums[0], sums[1]);
    sums[2] = _mm512_add_epi64(sums[2], sums[3]);
    return (uint64_t)_mm512_reduce_add_epi64(_mm512_add_epi64(sums[0], sums[2]));
}

AVX512 static uint64_t avx512_fold(enum bits_op op, uint64_t *to, const uint64_t *a,
                                   const uint64_t *b, size_t n)
{
    BITS_FOLD(avx512_loop)
}

const struct bits_code *bits_avx512(void)
{
    static const struct bits_code code = {"AVX-512 VPOPCNTDQ", avx512_fold};
    return __builtin_cpu_supports("avx512vpopcntdq") ? &code : NULL;
}

#else

const struct bits_code *bits_avx512(void)
{
    return NULL;
}

#endif
