/* bits.h - counting and combining arrays of 64-bit words with the best instructions the CPU has.
 *
 * The same loop exists several times over, and which CPU this is is known only when the program
 * runs: so each level has a function of its own, and bits_best points to the highest level that
 * this CPU has. An array may have any number of words; on a 64-byte boundary it is quicker. */
#ifndef BITMAP_BITS_H
#define BITMAP_BITS_H

#include <stddef.h>
#include <stdint.h>

enum bits_level {
    BITS_BY_ONE, /* bit after bit: what the others are measured against, and no use otherwise */
    BITS_SCALAR, /* a word at a time, in portable C */
    BITS_POPCNT, /* the same with the CPU's instruction for counting */
    BITS_AVX2,   /* four words at a time */
    BITS_AVX512, /* eight words at a time, and an instruction that counts in all of them */
    BITS_LEVELS,
};

enum bits_op { BITS_A, BITS_AND, BITS_OR };

struct bits_code {
    const char *name;
    /* Returns how many bits of `a op b` are 1, and stores it in `to` unless that is NULL. `to` may
     * be a or b. BITS_A is a alone. */
    uint64_t (*fold)(enum bits_op op, uint64_t *to, const uint64_t *a, const uint64_t *b, size_t n);
};

/* NULL where this CPU, or this build, does not have that level. */
const struct bits_code *bits_code(enum bits_level level);

extern const struct bits_code *bits_best; /* set before main */

static inline uint64_t bits_count(const uint64_t *a, size_t n)
{
    return bits_best->fold(BITS_A, NULL, a, a, n);
}

static inline uint64_t bits_and_count(const uint64_t *a, const uint64_t *b, size_t n)
{
    return bits_best->fold(BITS_AND, NULL, a, b, n);
}

static inline uint64_t bits_and(uint64_t *to, const uint64_t *a, const uint64_t *b, size_t n)
{
    return bits_best->fold(BITS_AND, to, a, b, n);
}

static inline uint64_t bits_or(uint64_t *to, const uint64_t *a, const uint64_t *b, size_t n)
{
    return bits_best->fold(BITS_OR, to, a, b, n);
}

#endif
