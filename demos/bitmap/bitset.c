/* bitset.c - a plain bitmap; see bitset.h. */
#include "bitset.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "bits.h"

enum { CACHE_LINE = 64, HUGE_PAGE = 2 << 20 };

/* A bitmap of many MiB asks for huge pages: there are 512 times fewer to take and, above all, to
 * give back, and 512 MiB in pages of 4 KiB take a tenth of a second to free. A wish: the kernel may
 * have none. */
static void ask_for_huge_pages(char *memory, size_t bytes)
{
    size_t before = -(uintptr_t)memory % HUGE_PAGE;
    if (bytes >= before + HUGE_PAGE)
        madvise(memory + before, (bytes - before) / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE);
}

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
    size_t bytes = set->n_words * sizeof *set->words + CACHE_LINE;
    set->memory = calloc(bytes, 1);
    if (!set->memory) {
        bitset_free(set);
        return NULL;
    }
    ask_for_huge_pages(set->memory, bytes);
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
