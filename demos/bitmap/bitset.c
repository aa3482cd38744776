/* bitset.c - a plain bitmap; see bitset.h. */
#include "bitset.h"

#include <errno.h>
#include <stdlib.h>

#include "bits.h"

enum { CACHE_LINE = 64 };

struct bitset *bitset_new(uint64_t range)
{
    if (range == 0 || range > BITSET_RANGE_MAX) {
        errno = EINVAL;
        return NULL;
    }
    struct bitset *set = calloc(1, sizeof *set);
    if (!set)
        return NULL;
    set->range = range;
    set->n_words = (size_t)((range + 63) / 64);
    /* Not aligned_alloc and memset: a large calloc is memory that costs nothing until written. */
    set->memory = calloc(set->n_words * sizeof *set->words + CACHE_LINE, 1);
    if (!set->memory) {
        bitset_free(set);
        return NULL;
    }
    uintptr_t start = (uintptr_t)set->memory + CACHE_LINE - 1;
    set->words = (uint64_t *)(start / CACHE_LINE * CACHE_LINE);
    return set;
}

void bitset_free(struct bitset *set)
{
    if (!set)
        return;
    free(set->memory);
    free(set);
}

uint64_t bitset_count(const struct bitset *set)
{
    return bits_count(set->words, set->n_words);
}

uint64_t bitset_and_count(const struct bitset *a, const struct bitset *b)
{
    return bits_and_count(a->words, b->words, a->n_words);
}

uint64_t bitset_unite(struct bitset *to, const struct bitset *from)
{
    return bits_or(to->words, to->words, from->words, to->n_words);
}

size_t bitset_values(const struct bitset *set, uint64_t *cursor, uint32_t *out, size_t max)
{
    size_t n = 0;
    for (size_t i = (size_t)(*cursor / 64); i < set->n_words && n < max; i++) {
        uint64_t word = set->words[i];
        if (*cursor > 64 * i)
            word &= ~UINT64_C(0) << (*cursor - 64 * i);
        for (; word && n < max; word &= word - 1)
            out[n++] = (uint32_t)(64 * i + (unsigned)__builtin_ctzll(word));
        *cursor = word ? out[n - 1] + UINT64_C(1) : 64 * (i + 1);
    }
    return n;
}

size_t bitset_bytes(const struct bitset *set)
{
    return set->n_words * sizeof *set->words;
}
