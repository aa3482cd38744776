/* hash_set.c - linear probing; see hash_set.h.
 *
 * DESIGN  A number's home is the upper bits of number × 2^32/φ (Knuth, TAOCP 3, 6.4: neighbouring
 * numbers go far apart). It lies there or, if others did first, in one of the next slots, with no
 * empty slot between its home and it: so a search may stop at the first empty one. An empty slot
 * holds EMPTY; the number that looks like it is kept as a flag. */
#include "hash_set.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { BITS_MIN = 4 };

static const uint32_t EMPTY = UINT32_MAX;

struct hash_set {
    uint32_t *slots;
    unsigned bits; /* there are 2^bits slots */
    size_t used;   /* slots */
    bool has_empty;
};

static size_t slots_count(const struct hash_set *set)
{
    return (size_t)1 << set->bits;
}

static size_t home(const struct hash_set *set, uint32_t value)
{
    return (value * UINT32_C(0x9e3779b1)) >> (32 - set->bits);
}

/* Where the value is, or the empty slot where it would be. */
static size_t find(const struct hash_set *set, uint32_t value)
{
    size_t i = home(set, value);
    while (set->slots[i] != value && set->slots[i] != EMPTY)
        i = (i + 1) & (slots_count(set) - 1);
    return i;
}

static uint32_t *slots_new(unsigned bits)
{
    size_t bytes = sizeof(uint32_t) << bits;
    uint32_t *slots = malloc(bytes);
    if (slots)
        memset(slots, 0xff, bytes);
    return slots;
}

struct hash_set *hash_set_new(void)
{
    struct hash_set *set = calloc(1, sizeof *set);
    if (!set)
        return NULL;
    set->bits = BITS_MIN;
    set->slots = slots_new(set->bits);
    if (!set->slots) {
        free(set);
        return NULL;
    }
    return set;
}

void hash_set_free(struct hash_set *set)
{
    if (!set)
        return;
    free(set->slots);
    free(set);
}

static int grow(struct hash_set *set)
{
    struct hash_set larger = {.bits = set->bits + 1, .used = set->used};
    if (larger.bits > 32 || !(larger.slots = slots_new(larger.bits)))
        return -ENOMEM;
    for (size_t i = 0; i < slots_count(set); i++)
        if (set->slots[i] != EMPTY)
            larger.slots[find(&larger, set->slots[i])] = set->slots[i];
    free(set->slots);
    larger.has_empty = set->has_empty;
    *set = larger;
    return 0;
}

int hash_set_reserve(struct hash_set *set, uint64_t n)
{
    int result = 0;
    while (result == 0 && n > slots_count(set) / 4 * 3)
        result = grow(set);
    return result;
}

int hash_set_add(struct hash_set *set, uint32_t value)
{
    if (value == EMPTY) {
        bool was_there = set->has_empty;
        set->has_empty = true;
        return !was_there;
    }
    size_t i = find(set, value);
    if (set->slots[i] == value)
        return 0;
    if (set->used >= slots_count(set) / 4 * 3) {
        int result = grow(set);
        if (result < 0)
            return result;
        i = find(set, value);
    }
    set->slots[i] = value;
    set->used++;
    return 1;
}

bool hash_set_has(const struct hash_set *set, uint32_t value)
{
    return value == EMPTY ? set->has_empty : set->slots[find(set, value)] == value;
}

/* Fills the hole at `hole` with a later value of the same cluster whose home is not after it, and
 * goes on with the hole that this leaves (Knuth's algorithm R). */
static void close_hole(struct hash_set *set, size_t hole)
{
    size_t mask = slots_count(set) - 1;
    for (size_t i = (hole + 1) & mask; set->slots[i] != EMPTY; i = (i + 1) & mask) {
        size_t from_home = (i - home(set, set->slots[i])) & mask;
        if (from_home < ((i - hole) & mask))
            continue; /* its home is after the hole: there it would not be found */
        set->slots[hole] = set->slots[i];
        hole = i;
    }
    set->slots[hole] = EMPTY;
}

bool hash_set_remove(struct hash_set *set, uint32_t value)
{
    if (value == EMPTY) {
        bool was_there = set->has_empty;
        set->has_empty = false;
        return was_there;
    }
    size_t i = find(set, value);
    if (set->slots[i] != value)
        return false;
    close_hole(set, i);
    set->used--;
    return true;
}

uint64_t hash_set_count(const struct hash_set *set)
{
    return set->used + set->has_empty;
}

size_t hash_set_values(const struct hash_set *set, uint64_t *cursor, uint32_t *out, size_t max)
{
    size_t n = 0, end = slots_count(set);
    for (; *cursor < end && n < max; (*cursor)++)
        if (set->slots[*cursor] != EMPTY)
            out[n++] = set->slots[*cursor];
    if (*cursor == end && n < max) {
        (*cursor)++;
        if (set->has_empty)
            out[n++] = EMPTY;
    }
    return n;
}

size_t hash_set_bytes(const struct hash_set *set)
{
    return sizeof *set + slots_count(set) * sizeof *set->slots;
}
