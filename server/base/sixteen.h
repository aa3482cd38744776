/* sixteen.h - looking at sixteen bytes at once.
 *
 * Text is scanned for the few bytes that matter: what HTML must escape, what is not ASCII. A
 * `sixteen` is a vector of gcc and clang: `b == '<'` compares all bytes and gives one whose bytes
 * are 0xff where it holds and 0 where not; & | ^ combine such answers, and sixteen_first says for
 * which byte it holds first. On x86-64 each of these is one instruction of SSE2, which every such
 * processor has; elsewhere the compiler does as well as it can.
 *
 *     sixteen b = sixteen_at(p);
 *     size_t plain = sixteen_first((b == '&') | (b == '<'));
 */
#ifndef PREPD_BASE_SIXTEEN_H
#define PREPD_BASE_SIXTEEN_H

#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

typedef unsigned char sixteen __attribute__((vector_size(16)));
typedef signed char sixteen_answer __attribute__((vector_size(16))); /* of a comparison */

/* The bytes at p, which need not be aligned. All sixteen are read. */
static inline sixteen sixteen_at(const void *p)
{
    sixteen b;
    memcpy(&b, p, sizeof b);
    return b;
}

/* The same of `left` bytes, fewer than sixteen or not: what is behind them is not read, and is 0.
 */
static inline sixteen sixteen_of(const void *p, size_t left)
{
    sixteen b = {0};
    if (left >= sizeof b)
        return sixteen_at(p);
    memcpy(&b, p, left);
    return b;
}

static inline void sixteen_put(void *p, sixteen b)
{
    memcpy(p, &b, sizeof b);
}

/* Bit i is set if the answer holds for byte i; the bits above are 0. */
static inline unsigned sixteen_bits(sixteen_answer answer)
{
#ifdef __SSE2__
    return (unsigned)_mm_movemask_epi8((__m128i)answer);
#else
    unsigned bits = 0;
    for (unsigned i = 0; i < sizeof answer; i++)
        bits |= (answer[i] & 1u) << i;
    return bits;
#endif
}

/* The first byte for which the answer holds, or 16. */
static inline size_t sixteen_first(sixteen_answer answer)
{
    return (size_t)__builtin_ctz(sixteen_bits(answer) | 1u << sizeof answer);
}

#endif
