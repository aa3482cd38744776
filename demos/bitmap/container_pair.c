/* container_pair.c - two containers, each in any form: what is in both, what is in either.
 *
 * DESIGN  Three forms make nine pairs. Arrays are short, so an array with anything is a walk along
 * the array. Everything else is done by words: runs are written into a bitmap on the stack first,
 * which costs less than it would to treat each pair by itself; only counting what two run
 * containers share is quicker from the runs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bits.h"
#include "container.h"

/* The container's bits: its own, or written into `scratch`. */
static const uint64_t *words_of(const struct container *c, uint64_t *scratch)
{
    if (c->kind == ROARING_BITMAP)
        return c->words;
    memset(scratch, 0, BITMAP_BYTES);
    container_put_bits(c, scratch);
    return scratch;
}

/*** In both ***/

static uint32_t array_and_count(const struct container *array, const struct container *other)
{
    uint32_t count = 0;
    if (other->kind == ROARING_ARRAY)
        return array_intersect(array, other, NULL);
    for (size_t i = 0; i < array->length; i++)
        count += container_has(other, array->array[i]);
    return count;
}

static uint32_t bitmap_run_and_count(const struct container *bitmap, const struct container *run)
{
    uint32_t count = 0;
    for (size_t i = 0; i < run->length; i++)
        count += bits_count_range(bitmap->words, run->runs[i].start, run->runs[i].last);
    return count;
}

uint32_t container_and_count(const struct container *a, const struct container *b)
{
    if (a->kind == ROARING_BITMAP && b->kind == ROARING_BITMAP)
        return (uint32_t)bits_and_count(a->words, b->words, BITMAP_WORDS);
    if (a->kind > b->kind)
        return container_and_count(b, a);
    if (a->kind == ROARING_ARRAY)
        return array_and_count(a, b);
    return a->kind == ROARING_RUN ? run_and_count(a, b) : bitmap_run_and_count(a, b);
}

static int array_and(struct container *ret, const struct container *array,
                     const struct container *other)
{
    if (array_new(ret, array->length) < 0)
        return -ENOMEM;
    uint32_t n = 0;
    if (other->kind == ROARING_ARRAY) {
        n = array_intersect(array, other, ret->array);
    } else {
        for (size_t i = 0; i < array->length; i++) {
            ret->array[n] = array->array[i];
            n += container_has(other, array->array[i]);
        }
    }
    if (n == 0) {
        container_release(ret);
        return 1;
    }
    ret->length = (uint16_t)n;
    ret->more = (uint16_t)(n - 1);
    return 0;
}

static int words_and(struct container *ret, const struct container *a, const struct container *b)
{
    _Alignas(64) uint64_t scratch[2][BITMAP_WORDS];
    const uint64_t *x = words_of(a, scratch[0]), *y = words_of(b, scratch[1]);
    uint32_t count = (uint32_t)bits_and(scratch[0], x, y, BITMAP_WORDS);
    if (count == 0)
        return 1;
    if (container_from_bits(ret, scratch[0], count) < 0)
        return -ENOMEM;
    if (a->kind == ROARING_RUN && b->kind == ROARING_RUN)
        (void)container_optimize(ret); /* without memory: larger than need be, and right */
    return 0;
}

int container_and(struct container *ret, const struct container *a, const struct container *b)
{
    if (a->kind == ROARING_ARRAY && (b->kind != ROARING_ARRAY || a->length <= b->length))
        return array_and(ret, a, b);
    return b->kind == ROARING_ARRAY ? array_and(ret, b, a) : words_and(ret, a, b);
}

/*** In either ***/

static int words_unite(struct container *to, const struct container *from)
{
    _Alignas(64) uint64_t words[BITMAP_WORDS] = {0};
    struct container both;
    container_put_bits(to, words);
    container_put_bits(from, words);
    uint32_t count = (uint32_t)bits_count(words, BITMAP_WORDS);
    if (container_from_bits(&both, words, count) < 0)
        return -ENOMEM;
    if (to->kind == ROARING_RUN || from->kind == ROARING_RUN)
        (void)container_optimize(&both); /* without memory: larger than need be, and right */
    container_release(to);
    *to = both;
    return 0;
}

int container_unite(struct container *to, const struct container *from)
{
    if (to->kind == ROARING_ARRAY && from->kind == ROARING_ARRAY &&
        to->length + from->length <= ARRAY_MAX)
        return array_unite(to, from);
    if (to->kind != ROARING_BITMAP)
        return words_unite(to, from);
    container_put_bits(from, to->words); /* a bitmap only grows by this */
    to->more = (uint16_t)(bits_count(to->words, BITMAP_WORDS) - 1);
    return 0;
}
