/* container.c - what a container does in whichever form, and which form it should have.
 *
 * DESIGN  Bytes decide. An array of n numbers takes 2n, a bitmap always 8192, r runs 4r. So an
 * array becomes a bitmap with its 4097th number, and a bitmap an array when it falls to 4096: the
 * two are then of the same size. Runs are looked for only when asked (container_optimize), since
 * counting them means to look at everything; but a run container in which too many have formed
 * gives up at once. */
#include "container.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bits.h"

int container_start(struct container *ret, uint16_t low)
{
    return array_new(ret, 1) < 0 ? -ENOMEM : array_add(ret, low) < 0 ? -ENOMEM : 0;
}

void container_release(struct container *c)
{
    free(c->array); /* whichever member of the union it is */
    c->array = NULL;
}

/*** One number ***/

static bool bit_is_set(const uint64_t *words, uint16_t low)
{
    return words[low / 64] >> low % 64 & 1;
}

bool container_has(const struct container *c, uint16_t low)
{
    if (c->kind == ROARING_BITMAP)
        return bit_is_set(c->words, low);
    if (c->kind == ROARING_RUN)
        return run_has(c, low);
    size_t at = array_lower_bound(c->array, c->length, low);
    return at < c->length && c->array[at] == low;
}

static int bitmap_add(struct container *c, uint16_t low)
{
    int is_new = !bit_is_set(c->words, low);
    c->words[low / 64] |= UINT64_C(1) << low % 64;
    c->more = (uint16_t)(c->more + is_new);
    return is_new;
}

/* Bytes of the form that it would have if there were no runs. */
static size_t bytes_without_runs(uint32_t count)
{
    return count <= ARRAY_MAX ? 2 * count : BITMAP_BYTES;
}

/* Replaces *c by what `made` says has been made of it. */
static int replace(struct container *c, int made, const struct container *by)
{
    if (made < 0)
        return made;
    container_release(c);
    *c = *by;
    return 0;
}

/* Whatever the container is, as bitmap or array. */
static int without_runs(struct container *c)
{
    _Alignas(64) uint64_t words[BITMAP_WORDS] = {0};
    struct container plain;
    container_put_bits(c, words);
    return replace(c, container_from_bits(&plain, words, container_count(c)), &plain);
}

/* After a change of a run container: are its runs still worth it? Without memory for another form
 * it keeps this one, which is larger than need be, and right. */
static void run_settle(struct container *c)
{
    if (c->length * sizeof *c->runs >= bytes_without_runs(container_count(c)))
        (void)without_runs(c);
}

int container_add(struct container *c, uint16_t low)
{
    int result;
    if (c->kind == ROARING_BITMAP)
        return bitmap_add(c, low);
    if (c->kind == ROARING_RUN) {
        result = run_add(c, low);
        if (result > 0)
            run_settle(c);
        return result;
    }
    if (c->length < ARRAY_MAX)
        return array_add(c, low);
    if (container_has(c, low))
        return 0;
    return array_to_bitmap(c) < 0 ? -ENOMEM : bitmap_add(c, low);
}

static int bitmap_remove(struct container *c, uint16_t low)
{
    if (!bit_is_set(c->words, low))
        return 0;
    c->words[low / 64] &= ~(UINT64_C(1) << low % 64);
    c->more--;
    if (container_count(c) > ARRAY_MAX || bitmap_to_array(c) == 0)
        return 1;
    c->words[low / 64] |= UINT64_C(1) << low % 64; /* no memory: as it was */
    c->more++;
    return -ENOMEM;
}

int container_remove(struct container *c, uint16_t low)
{
    if (c->kind == ROARING_ARRAY)
        return array_remove(c, low);
    if (c->kind == ROARING_BITMAP)
        return bitmap_remove(c, low);
    bool was_last = c->more == 0;
    int result = run_remove(c, low);
    if (result > 0 && !was_last)
        run_settle(c);
    return result;
}

/*** Forms ***/

uint32_t container_runs(const struct container *c)
{
    return c->kind == ROARING_RUN     ? c->length
           : c->kind == ROARING_ARRAY ? array_runs(c)
                                      : bitmap_runs(c->words);
}

void container_put_bits(const struct container *c, uint64_t *words)
{
    if (c->kind == ROARING_BITMAP)
        bits_or(words, words, c->words, BITMAP_WORDS);
    else if (c->kind == ROARING_RUN)
        for (size_t i = 0; i < c->length; i++)
            bits_set_range(words, c->runs[i].start, c->runs[i].last);
    else
        for (size_t i = 0; i < c->length; i++)
            words[c->array[i] / 64] |= UINT64_C(1) << c->array[i] % 64;
}

int container_from_bits(struct container *ret, const uint64_t *words, uint32_t count)
{
    struct container bitmap = {.more = (uint16_t)(count - 1), .kind = ROARING_BITMAP};
    if (count <= ARRAY_MAX) {
        uint32_t cursor = 0;
        if (array_new(ret, count) < 0)
            return -ENOMEM;
        bitmap.words = (uint64_t *)words; /* only read */
        container_values(&bitmap, &cursor, ret->array, count);
        ret->length = (uint16_t)count;
        ret->more = bitmap.more;
        return 0;
    }
    bitmap.words = bitmap_words_new();
    if (!bitmap.words)
        return -ENOMEM;
    memcpy(bitmap.words, words, BITMAP_BYTES);
    *ret = bitmap;
    return 0;
}

static size_t payload_bytes(const struct container *c)
{
    return c->kind == ROARING_BITMAP  ? BITMAP_BYTES
           : c->kind == ROARING_ARRAY ? c->length * sizeof *c->array
                                      : c->length * sizeof *c->runs;
}

/* An array or runs with no room to spare. That realloc can't shrink is no failure. */
static void trim(struct container *c)
{
    size_t bytes = payload_bytes(c);
    void *memory = c->kind == ROARING_BITMAP ? NULL : realloc(c->array, bytes);
    if (memory) {
        c->array = memory;
        c->capacity = c->length;
    }
}

static bool runs_are_smaller(const struct container *c)
{
    return container_runs(c) * sizeof(struct run) < bytes_without_runs(container_count(c));
}

bool container_is_smallest(const struct container *c)
{
    return runs_are_smaller(c) == (c->kind == ROARING_RUN);
}

int container_optimize(struct container *c)
{
    struct container runs;
    if (c->kind != ROARING_RUN && runs_are_smaller(c))
        return replace(c, run_from(&runs, c), &runs);
    trim(c);
    return 0;
}

int container_copy(struct container *ret, const struct container *c)
{
    if (c->kind == ROARING_RUN)
        return run_from(ret, c);
    if (c->kind == ROARING_BITMAP)
        return container_from_bits(ret, c->words, container_count(c));
    if (array_new(ret, c->length) < 0)
        return -ENOMEM;
    memcpy(ret->array, c->array, c->length * sizeof *c->array);
    ret->length = c->length;
    ret->more = c->more;
    return 0;
}

size_t container_bytes(const struct container *c)
{
    return c->kind == ROARING_BITMAP  ? BITMAP_BYTES
           : c->kind == ROARING_ARRAY ? c->capacity * sizeof *c->array
                                      : c->capacity * sizeof *c->runs;
}

/*** All numbers ***/

static size_t bitmap_values(const uint64_t *words, uint32_t *cursor, uint16_t *out, size_t max)
{
    size_t n = 0;
    for (uint32_t i = *cursor / 64; i < BITMAP_WORDS && n < max; i++) {
        uint64_t word = words[i];
        if (*cursor > 64 * i)
            word &= ~UINT64_C(0) << *cursor % 64;
        for (; word && n < max; word &= word - 1)
            out[n++] = (uint16_t)(64 * i + (uint32_t)__builtin_ctzll(word));
        *cursor = word ? out[n - 1] + UINT32_C(1) : 64 * (i + 1);
    }
    return n;
}

static size_t run_values(const struct container *c, uint32_t *cursor, uint16_t *out, size_t max)
{
    size_t n = 0;
    for (size_t i = 0; i < c->length && n < max; i++) {
        struct run run = c->runs[i];
        if (*cursor > run.last)
            continue;
        if (*cursor < run.start)
            *cursor = run.start;
        for (; *cursor <= run.last && n < max; (*cursor)++)
            out[n++] = (uint16_t)*cursor;
    }
    return n;
}

size_t container_values(const struct container *c, uint32_t *cursor, uint16_t *out, size_t max)
{
    size_t n;
    if (*cursor >= CONTAINER_RANGE)
        return 0;
    if (c->kind == ROARING_BITMAP) {
        n = bitmap_values(c->words, cursor, out, max);
    } else if (c->kind == ROARING_RUN) {
        n = run_values(c, cursor, out, max);
    } else {
        size_t from = array_lower_bound(c->array, c->length, (uint16_t)*cursor);
        n = c->length - from < max ? c->length - from : max;
        memcpy(out, c->array + from, n * sizeof *out);
        *cursor = n > 0 ? out[n - 1] + UINT32_C(1) : CONTAINER_RANGE;
    }
    if (n < max)
        *cursor = CONTAINER_RANGE;
    return n;
}

/*** What is wrong with it ***/

static const char *array_fault(const struct container *c)
{
    for (size_t i = 1; i < c->length; i++)
        if (c->array[i - 1] >= c->array[i])
            return "an array is out of order";
    if (c->length != container_count(c))
        return "an array's count is wrong";
    return c->length > ARRAY_MAX ? "an array should be a bitmap" : NULL;
}

static const char *run_fault(const struct container *c)
{
    uint32_t count = 0;
    for (size_t i = 0; i < c->length; i++) {
        if (c->runs[i].start > c->runs[i].last)
            return "a run ends before it starts";
        if (i > 0 && c->runs[i].start <= c->runs[i - 1].last + 1)
            return "runs are out of order, or touch";
        count += c->runs[i].last - UINT32_C(1) * c->runs[i].start + 1;
    }
    if (count != container_count(c))
        return "a run container's count is wrong";
    return c->length * sizeof *c->runs >= bytes_without_runs(count) ? "too many runs" : NULL;
}

const char *container_fault(const struct container *c)
{
    if (c->kind == ROARING_BITMAP) {
        if (bits_count(c->words, BITMAP_WORDS) != container_count(c))
            return "a bitmap's count is wrong";
        return container_count(c) <= ARRAY_MAX ? "a bitmap should be an array" : NULL;
    }
    if (c->length == 0 || c->length > c->capacity)
        return "a container is empty, or larger than its memory";
    return c->kind == ROARING_RUN ? run_fault(c) : array_fault(c);
}
