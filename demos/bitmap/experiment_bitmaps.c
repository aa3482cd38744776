/* experiment_bitmaps.c - the plain and the compressed bitmap as structures of the experiment.
 *
 * Calls go in batches, so that the interface costs nothing worth measuring: within a batch each
 * structure is called as a program that uses it would. */
#include <errno.h>
#include <math.h>

#include "bits.h"
#include "bitset.h"
#include "experiment.h"

enum { SLICE = 1 << 18 }; /* words */

/*** The plain bitmap ***/

static size_t slice(size_t words)
{
    return words < SLICE ? words : SLICE;
}

static struct need bits_need(const struct plan *plan)
{
    double set = ceil((double)plan->range / 64) * 8;
    return (struct need){set, set * (plan_has_second_set(plan) ? 2 : 1)};
}

static void *bits_make(const struct plan *plan)
{
    return bitset_new(plan->range);
}

static void bits_release(void *set)
{
    bitset_free(set);
}

static int bits_add(void *set, const uint32_t *keys, size_t n)
{
    for (size_t i = 0; i < n; i++)
        bitset_add(set, keys[i]);
    return 0;
}

static uint64_t bits_look_up(const void *set, const uint32_t *keys, size_t n)
{
    uint64_t found = 0;
    for (size_t i = 0; i < n; i++)
        found += bitset_has(set, keys[i]);
    return found;
}

static size_t bits_next(const void *set, uint64_t *cursor, uint32_t *out, size_t max)
{
    return bitset_values(set, cursor, out, max);
}

static int bits_walk(const void *set, struct demo *demo, struct walk *ret)
{
    return walk_in_order(demo, set, ret, bits_next);
}

/* Two bitmaps of 2^32 are more than can be done between two looks whether to stop. */
static int bits_both(struct demo *demo, const void *a, const void *b, uint64_t *ret)
{
    const struct bitset *x = a, *y = b;
    *ret = 0;
    for (size_t i = 0, n; i < x->n_words; i += n) {
        n = slice(x->n_words - i);
        if (demo_stopping(demo))
            return -EINTR;
        *ret += bits_and_count(x->words + i, y->words + i, n);
    }
    return 0;
}

static int bits_unite(struct demo *demo, void *to, const void *from)
{
    struct bitset *x = to;
    const struct bitset *y = from;
    for (size_t i = 0, n; i < x->n_words; i += n) {
        n = slice(x->n_words - i);
        if (demo_stopping(demo))
            return -EINTR;
        bits_or(x->words + i, x->words + i, y->words + i, n);
    }
    return 0;
}

static int bits_remove(void *set, const uint32_t *keys, size_t n)
{
    for (size_t i = 0; i < n; i++)
        bitset_remove(set, keys[i]);
    return 0;
}

static uint64_t bits_total(const void *set)
{
    return bitset_count(set);
}

static size_t bits_bytes(const void *set)
{
    return bitset_bytes(set);
}

/*** The compressed bitmap ***/

static struct need roaring_need(const struct plan *plan)
{
    double n = (double)plan->n, range = (double)plan->range;
    double containers = fmin(n, range / 65536 + 1);
    double set = fmin(3 * n, range / 8 + 8192) + containers * 60;
    return (struct need){set, set * (plan_has_second_set(plan) ? 2 : 1)};
}

static void *roaring_make(const struct plan *plan)
{
    (void)plan;
    return roaring_new();
}

static void roaring_release(void *set)
{
    roaring_free(set);
}

static int roaring_add_all(void *set, const uint32_t *keys, size_t n)
{
    int result = 0;
    for (size_t i = 0; i < n; i++)
        result |= roaring_add(set, keys[i]);
    return result < 0 ? -ENOMEM : 0;
}

static int roaring_finish(void *set, struct demo *demo)
{
    (void)demo;
    return roaring_optimize(set);
}

static uint64_t roaring_look_up(const void *set, const uint32_t *keys, size_t n)
{
    uint64_t found = 0;
    for (size_t i = 0; i < n; i++)
        found += roaring_has(set, keys[i]);
    return found;
}

static size_t roaring_next(const void *set, uint64_t *cursor, uint32_t *out, size_t max)
{
    return roaring_values(set, cursor, out, max);
}

static int roaring_walk(const void *set, struct demo *demo, struct walk *ret)
{
    return walk_in_order(demo, set, ret, roaring_next);
}

static int roaring_both(struct demo *demo, const void *a, const void *b, uint64_t *ret)
{
    (void)demo;
    *ret = roaring_and_count(a, b);
    return 0;
}

static int roaring_unite_sets(struct demo *demo, void *to, const void *from)
{
    (void)demo;
    return roaring_unite(to, from);
}

static int roaring_remove_all(void *set, const uint32_t *keys, size_t n)
{
    int result = 0;
    for (size_t i = 0; i < n; i++)
        result |= roaring_remove(set, keys[i]);
    return result < 0 ? -ENOMEM : 0;
}

static uint64_t roaring_total(const void *set)
{
    return roaring_count(set);
}

static size_t roaring_size(const void *set)
{
    return roaring_bytes(set);
}

const struct structure bitset_structure = {
    "bitset",     "bitset",  bits_need, bits_make,  bits_release, bits_add,   NULL,
    bits_look_up, bits_walk, bits_both, bits_unite, bits_remove,  bits_total, bits_bytes};

const struct structure roaring_structure = {
    "roaring",          "Roaring",          roaring_need,    roaring_make, roaring_release,
    roaring_add_all,    roaring_finish,     roaring_look_up, roaring_walk, roaring_both,
    roaring_unite_sets, roaring_remove_all, roaring_total,   roaring_size};
