/* bitset.h - a plain bitmap: one bit for each number that could be there.
 *
 * Number i is bit i % 64 of word i / 64. Adding, looking up and removing are one access to memory;
 * sets of the same range are combined word by word (bits.h). The size depends on the range alone:
 * 2^32 numbers take 512 MiB, be it for four billion of them or for one. Memory that was never
 * written is not taken from the machine until it is; a large set asks for pages of 2 MiB.
 *
 * The functions of one number are here, to be inlined: a call would cost more than the work. */
#ifndef BITMAP_BITSET_H
#define BITMAP_BITSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bitset {
    uint64_t *words;
    size_t n_words;
    uint64_t range; /* numbers are below it */
    void *memory;   /* what words lie in */
};

#define BITSET_RANGE_MAX (UINT64_C(1) << 32)

/* An empty set of numbers below `range`, 1 to 2^32. NULL with errno: EINVAL, ENOMEM. */
struct bitset *bitset_new(uint64_t range);
void bitset_free(struct bitset *set); /* NULL is fine */

static inline bool bitset_has(const struct bitset *set, uint32_t value)
{
    return set->words[value / 64] >> value % 64 & 1;
}

/* True if it was not there. */
static inline bool bitset_add(struct bitset *set, uint32_t value)
{
    bool was_there = bitset_has(set, value);
    set->words[value / 64] |= UINT64_C(1) << value % 64;
    return !was_there;
}

/* True if it was there. */
static inline bool bitset_remove(struct bitset *set, uint32_t value)
{
    bool was_there = bitset_has(set, value);
    set->words[value / 64] &= ~(UINT64_C(1) << value % 64);
    return was_there;
}

uint64_t bitset_count(const struct bitset *set);

/* Two sets of the same range: how many numbers are in both; and all of `from` into `to`, which
 * returns how many there are then. */
uint64_t bitset_and_count(const struct bitset *a, const struct bitset *b);
uint64_t bitset_unite(struct bitset *to, const struct bitset *from);

/* The set's numbers in ascending order: writes up to `max` of those from *cursor on and moves it.
 * Returns how many, 0 at the end. Start at 0. */
size_t bitset_values(const struct bitset *set, uint64_t *cursor, uint32_t *out, size_t max);

size_t bitset_bytes(const struct bitset *set);

#endif
