/* container_array.c - a container as its numbers in ascending order; see container.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "container.h"

/* The smallest piece of memory that malloc gives out has room for twelve. */
enum { CAPACITY_MIN = 12 };

int array_new(struct container *ret, size_t capacity)
{
    if (capacity < CAPACITY_MIN)
        capacity = CAPACITY_MIN;
    *ret = (struct container){.capacity = (uint16_t)capacity, .kind = ROARING_ARRAY};
    ret->array = malloc(capacity * sizeof *ret->array);
    return ret->array ? 0 : -ENOMEM;
}

static int array_grow(struct container *c)
{
    size_t capacity = c->capacity + (c->capacity < 64 ? c->capacity : c->capacity / 4U);
    if (capacity > ARRAY_MAX)
        capacity = ARRAY_MAX;
    uint16_t *array = realloc(c->array, capacity * sizeof *array);
    if (!array)
        return -ENOMEM;
    c->array = array;
    c->capacity = (uint16_t)capacity;
    return 0;
}

int array_add(struct container *c, uint16_t low)
{
    size_t n = c->length, at = n;
    if (n > 0 && c->array[n - 1] >= low) {
        at = array_lower_bound(c->array, n, low);
        if (c->array[at] == low)
            return 0;
    }
    if (n == c->capacity && array_grow(c) < 0)
        return -ENOMEM;
    memmove(c->array + at + 1, c->array + at, (n - at) * sizeof *c->array);
    c->array[at] = low;
    c->length++;
    c->more = (uint16_t)n;
    return 1;
}

int array_remove(struct container *c, uint16_t low)
{
    size_t n = c->length, at = array_lower_bound(c->array, n, low);
    if (at == n || c->array[at] != low)
        return 0;
    if (n == 1)
        return 1; /* the caller's to release */
    memmove(c->array + at, c->array + at + 1, (n - at - 1) * sizeof *c->array);
    c->length--;
    c->more--;
    return 1;
}

uint32_t array_runs(const struct container *c)
{
    uint32_t runs = 1;
    for (size_t i = 1; i < c->length; i++)
        runs += c->array[i] != c->array[i - 1] + 1;
    return runs;
}

int array_to_bitmap(struct container *c)
{
    uint64_t *words = bitmap_words_new();
    if (!words)
        return -ENOMEM;
    memset(words, 0, BITMAP_BYTES);
    container_put_bits(c, words);
    free(c->array);
    c->words = words;
    c->kind = ROARING_BITMAP;
    c->length = c->capacity = 0;
    return 0;
}

/*** Two arrays ***/

/* Where one is so much shorter that searching the other beats walking along it. */
static uint32_t intersect_by_search(const struct container *few, const struct container *many,
                                    uint16_t *out)
{
    uint32_t count = 0;
    size_t from = 0;
    for (size_t i = 0; i < few->length && from < many->length; i++) {
        uint16_t low = few->array[i];
        from += array_lower_bound(many->array + from, many->length - from, low);
        if (from == many->length || many->array[from] != low)
            continue;
        if (out)
            out[count] = low;
        count++;
    }
    return count;
}

/* One step along either or both, by comparisons that are added and not branched on: which of two
 * random numbers is smaller can't be predicted. What lies before the other's first is skipped. */
static uint32_t intersect_by_merge(const struct container *a, const struct container *b,
                                   uint16_t *out)
{
    uint32_t count = 0;
    size_t i = array_lower_bound(a->array, a->length, b->array[0]);
    size_t j = array_lower_bound(b->array, b->length, a->array[0]);
    while (i < a->length && j < b->length) {
        uint16_t x = a->array[i], y = b->array[j];
        if (out)
            out[count] = x; /* overwritten unless it is in both */
        count += x == y;
        i += x <= y;
        j += y <= x;
    }
    return count;
}

uint32_t array_intersect(const struct container *a, const struct container *b, uint16_t *out)
{
    if (a->length > b->length)
        return array_intersect(b, a, out);
    return a->length < b->length / 32 ? intersect_by_search(a, b, out)
                                      : intersect_by_merge(a, b, out);
}

int array_unite(struct container *to, const struct container *from)
{
    struct container both;
    if (array_new(&both, (size_t)to->length + from->length) < 0)
        return -ENOMEM;
    size_t n = 0, i = 0, j = 0;
    while (i < to->length && j < from->length) {
        uint16_t x = to->array[i], y = from->array[j];
        both.array[n++] = x < y ? x : y;
        i += x <= y;
        j += y <= x;
    }
    while (i < to->length)
        both.array[n++] = to->array[i++];
    while (j < from->length)
        both.array[n++] = from->array[j++];
    both.length = (uint16_t)n;
    both.more = (uint16_t)(n - 1);
    free(to->array);
    *to = both;
    return 0;
}
