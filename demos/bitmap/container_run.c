/* container_run.c - a container as stretches of consecutive numbers; see container.h.
 *
 * Runs are in ascending order with at least one missing number between two of them: neighbours that
 * come to touch are joined. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "container.h"

int run_new(struct container *ret, size_t capacity)
{
    *ret = (struct container){.capacity = (uint16_t)capacity, .kind = ROARING_RUN};
    ret->runs = malloc(capacity * sizeof *ret->runs);
    return ret->runs ? 0 : -ENOMEM;
}

/* How many runs start at or before `low`: the last of them is the only one that can have it. */
static size_t run_upper_bound(const struct container *c, uint16_t low)
{
    const struct run *base = c->runs;
    for (size_t n = c->length; n > 1; n -= n / 2)
        base += n / 2 & -(size_t)(base[n / 2].start <= low);
    return (size_t)(base - c->runs) + (base->start <= low);
}

bool run_has(const struct container *c, uint16_t low)
{
    size_t i = run_upper_bound(c, low);
    return i > 0 && low <= c->runs[i - 1].last;
}

static int run_insert(struct container *c, size_t at, struct run run)
{
    if (c->length == c->capacity) {
        size_t capacity = c->capacity + c->capacity / 4U + 4;
        struct run *runs = realloc(c->runs, capacity * sizeof *runs);
        if (!runs)
            return -ENOMEM;
        c->runs = runs;
        c->capacity = (uint16_t)capacity;
    }
    memmove(c->runs + at + 1, c->runs + at, (c->length - at) * sizeof *c->runs);
    c->runs[at] = run;
    c->length++;
    return 0;
}

static void run_delete(struct container *c, size_t at)
{
    c->length--;
    memmove(c->runs + at, c->runs + at + 1, (c->length - at) * sizeof *c->runs);
}

int run_add(struct container *c, uint16_t low)
{
    size_t i = run_upper_bound(c, low);
    struct run *before = i > 0 ? &c->runs[i - 1] : NULL;
    struct run *after = i < c->length ? &c->runs[i] : NULL;
    if (before && low <= before->last)
        return 0;
    bool joins_before = before && before->last + 1 == low;
    bool joins_after = after && after->start - 1 == low;
    if (joins_before && joins_after) {
        before->last = after->last;
        run_delete(c, i);
    } else if (joins_before) {
        before->last = low;
    } else if (joins_after) {
        after->start = low;
    } else if (run_insert(c, i, (struct run){low, low}) < 0) {
        return -ENOMEM;
    }
    c->more++;
    return 1;
}

int run_remove(struct container *c, uint16_t low)
{
    size_t i = run_upper_bound(c, low);
    if (i == 0 || low > c->runs[i - 1].last)
        return 0;
    if (c->more == 0)
        return 1; /* the caller's to release */
    struct run *run = &c->runs[i - 1];
    if (run->start == run->last) {
        run_delete(c, i - 1);
    } else if (low == run->start) {
        run->start++;
    } else if (low == run->last) {
        run->last--;
    } else {
        if (run_insert(c, i, (struct run){(uint16_t)(low + 1), run->last}) < 0)
            return -ENOMEM;
        c->runs[i - 1].last = (uint16_t)(low - 1);
    }
    c->more--;
    return 1;
}

uint32_t run_and_count(const struct container *a, const struct container *b)
{
    uint32_t count = 0;
    for (size_t i = 0, j = 0; i < a->length && j < b->length;) {
        struct run x = a->runs[i], y = b->runs[j];
        uint32_t first = x.start > y.start ? x.start : y.start;
        uint32_t last = x.last < y.last ? x.last : y.last;
        count += first <= last ? last - first + 1 : 0;
        i += x.last <= y.last;
        j += y.last <= x.last;
    }
    return count;
}

/*** From another form ***/

static void runs_of_array(struct run *runs, const struct container *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->length; i++) {
        if (i > 0 && c->array[i] == c->array[i - 1] + 1)
            runs[n - 1].last = c->array[i];
        else
            runs[n++] = (struct run){c->array[i], c->array[i]};
    }
}

/* The first bit from `from` on that is 1, or, with flip all ones, that is 0; 65 536 if none. */
static uint32_t next_bit(const uint64_t *words, uint32_t from, uint64_t flip)
{
    for (uint32_t i = from / 64; i < BITMAP_WORDS; i++) {
        uint64_t word =
            (words[i] ^ flip) & (i == from / 64 ? ~UINT64_C(0) << from % 64 : ~UINT64_C(0));
        if (word)
            return 64 * i + (uint32_t)__builtin_ctzll(word);
    }
    return CONTAINER_RANGE;
}

static void runs_of_bitmap(struct run *runs, const uint64_t *words)
{
    uint32_t start = next_bit(words, 0, 0);
    while (start < CONTAINER_RANGE) {
        uint32_t end = next_bit(words, start, ~UINT64_C(0));
        *runs++ = (struct run){(uint16_t)start, (uint16_t)(end - 1)};
        start = end < CONTAINER_RANGE ? next_bit(words, end, 0) : end;
    }
}

int run_from(struct container *ret, const struct container *c)
{
    uint32_t runs = container_runs(c);
    if (run_new(ret, runs) < 0)
        return -ENOMEM;
    if (c->kind == ROARING_ARRAY)
        runs_of_array(ret->runs, c);
    else if (c->kind == ROARING_BITMAP)
        runs_of_bitmap(ret->runs, c->words);
    else
        memcpy(ret->runs, c->runs, runs * sizeof *ret->runs);
    ret->length = (uint16_t)runs;
    ret->more = c->more;
    return 0;
}
