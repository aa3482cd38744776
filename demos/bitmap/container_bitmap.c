/* container_bitmap.c - a container as 65 536 bits; see container.h. Adding, looking up and removing
 * are so short that they are in container.c. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bits.h"
#include "container.h"

enum { CACHE_LINE = 64 };

uint64_t *bitmap_words_new(void)
{
    return aligned_alloc(CACHE_LINE, BITMAP_BYTES);
}

/* A run starts at each 1 whose neighbour below, perhaps in the word before, is 0. */
uint32_t bitmap_runs(const uint64_t *words)
{
    uint32_t runs = 0;
    uint64_t before = 0; /* the highest bit of the word before */
    for (int i = 0; i < BITMAP_WORDS; i++) {
        runs += (uint32_t)__builtin_popcountll(words[i] & ~(words[i] << 1 | before));
        before = words[i] >> 63;
    }
    return runs;
}

/* The bits from first%64 up, and those up to last%64. */
static uint64_t mask_from(uint32_t first)
{
    return ~UINT64_C(0) << first % 64;
}

static uint64_t mask_to(uint32_t last)
{
    return ~UINT64_C(0) >> (63 - last % 64);
}

void bits_set_range(uint64_t *words, uint32_t first, uint32_t last)
{
    uint32_t i = first / 64, end = last / 64;
    if (i == end) {
        words[i] |= mask_from(first) & mask_to(last);
        return;
    }
    words[i] |= mask_from(first);
    memset(words + i + 1, 0xff, (end - i - 1) * sizeof *words);
    words[end] |= mask_to(last);
}

uint32_t bits_count_range(const uint64_t *words, uint32_t first, uint32_t last)
{
    uint32_t i = first / 64, end = last / 64;
    if (i == end)
        return (uint32_t)__builtin_popcountll(words[i] & mask_from(first) & mask_to(last));
    uint64_t edges[] = {words[i] & mask_from(first), words[end] & mask_to(last)};
    return (uint32_t)(bits_count(edges, 2) + bits_count(words + i + 1, end - i - 1));
}

int bitmap_to_array(struct container *c)
{
    struct container array;
    uint32_t n = container_count(c), cursor = 0;
    if (array_new(&array, n) < 0)
        return -ENOMEM;
    container_values(c, &cursor, array.array, n);
    array.length = (uint16_t)n;
    array.more = c->more;
    free(c->words);
    *c = array;
    return 0;
}
