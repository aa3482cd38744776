/* bloom_filter.c - what both layouts have in common: memory, and the calls of bloom_filter.h. */
#include "bloom_filter.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "bloom_layout.h"

enum { CACHE_LINE = 64, HUGE_PAGE = 2 << 20 };

/* Seeds are small numbers, and so may be keys: key ^ 1 and key ^ 2 would run through the same
 * values. Scattered over 64 bits, two seeds share none. */
#define SEED_SCATTER 0x9e3779b97f4a7c15

static bool options_are_valid(const struct bloom_options *options)
{
    if (options->bits == 0 || options->bits > UINT64_C(1) << 48)
        return false;
    if (options->kind == BLOOM_BLOCKED)
        return options->probes == BLOOM_BLOCK_LANES;
    return options->probes >= 1 && options->probes <= BLOOM_PROBES_MAX;
}

static uint64_t round_up(uint64_t value, uint64_t unit)
{
    return (value + unit - 1) / unit * unit;
}

/* Zeroed memory on a cache line's boundary. Where it is large it is whole huge pages, if the kernel
 * has some to give: probes go anywhere, and with pages of 4 KiB nearly each would miss the TLB as
 * well as the cache. They also come and go 512 small ones at a time, so that a filter of 100 MB is
 * gone in a few milliseconds. It is written at once, for no insertion to pay for a page. */
static uint64_t *words_new(size_t bytes)
{
    bool large = bytes >= 2 * (size_t)HUGE_PAGE;
    size_t unit = large ? HUGE_PAGE : CACHE_LINE, whole = round_up(bytes, unit);
    uint64_t *words = aligned_alloc(unit, whole);
    if (!words)
        return NULL;
    if (large)
        madvise(words, whole, MADV_HUGEPAGE); /* a wish; small pages do as well */
    memset(words, 0, bytes);
    return words;
}

struct bloom_filter *bloom_new(const struct bloom_options *options)
{
    struct bloom_filter *filter = NULL;
    if (!options_are_valid(options)) {
        errno = EINVAL;
        return NULL;
    }
    filter = calloc(1, sizeof *filter);
    if (!filter)
        return NULL;
    bool blocked = options->kind == BLOOM_BLOCKED;
    filter->layout = !blocked           ? &bloom_classic
                     : options->no_simd ? &bloom_blocked_scalar
                                        : bloom_blocked_best();
    filter->bits = blocked ? round_up(options->bits, BLOOM_BLOCK_BITS) : options->bits;
    filter->probes = options->probes;
    filter->seed = bloom_hash(options->seed, SEED_SCATTER);
    size_t bytes = (size_t)round_up(filter->bits, 8 * CACHE_LINE) / 8;
    filter->n_words = bytes / sizeof *filter->words;
    filter->words = words_new(bytes);
    if (!filter->words) {
        bloom_free(filter);
        return NULL;
    }
    return filter;
}

void bloom_free(struct bloom_filter *filter)
{
    if (!filter)
        return;
    free(filter->words);
    free(filter);
}

void bloom_add_many(struct bloom_filter *filter, const uint64_t *keys, size_t n)
{
    filter->layout->add(filter, keys, n);
}

size_t bloom_count_many(const struct bloom_filter *filter, const uint64_t *keys, size_t n)
{
    return filter->layout->count(filter, keys, n);
}

void bloom_add(struct bloom_filter *filter, uint64_t key)
{
    bloom_add_many(filter, &key, 1);
}

bool bloom_has(const struct bloom_filter *filter, uint64_t key)
{
    return bloom_count_many(filter, &key, 1) == 1;
}

uint64_t bloom_bits(const struct bloom_filter *filter)
{
    return filter->bits;
}

uint64_t bloom_bits_set(const struct bloom_filter *filter)
{
    uint64_t set = 0;
    for (size_t i = 0; i < filter->n_words; i++)
        set += (uint64_t)__builtin_popcountll(filter->words[i]);
    return set;
}

const uint64_t *bloom_words(const struct bloom_filter *filter, size_t *ret_n)
{
    *ret_n = filter->n_words;
    return filter->words;
}

const char *bloom_code(const struct bloom_filter *filter)
{
    return filter->layout->code;
}
