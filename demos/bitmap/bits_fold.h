/* bits_fold.h - inside bits*.c: how a level makes its one function out of a loop of its own.
 *
 * A level writes `loop(op, to, a, b, n)` as an always-inline function with tests of op and to in
 * it; called with constants, the tests are gone and each case is a tight loop. */
#ifndef BITMAP_BITS_FOLD_H
#define BITMAP_BITS_FOLD_H

#include "bits.h"

#define INLINE static inline __attribute__((always_inline))

#define BITS_FOLD(loop)                                                                            \
    switch (op) {                                                                                  \
    case BITS_AND:                                                                                 \
        return to ? loop(BITS_AND, to, a, b, n) : loop(BITS_AND, NULL, a, b, n);                   \
    case BITS_OR:                                                                                  \
        return to ? loop(BITS_OR, to, a, b, n) : loop(BITS_OR, NULL, a, b, n);                     \
    default:                                                                                       \
        return to ? loop(BITS_A, to, a, a, n) : loop(BITS_A, NULL, a, a, n);                       \
    }

INLINE uint64_t bits_combine(enum bits_op op, uint64_t a, uint64_t b)
{
    return op == BITS_AND ? a & b : op == BITS_OR ? a | b : a;
}

/* NULL where the CPU has no such instructions; in bits_avx2.c and bits_avx512.c. */
const struct bits_code *bits_avx2(void);
const struct bits_code *bits_avx512(void);

#endif
