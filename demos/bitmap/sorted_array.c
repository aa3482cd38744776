/* sorted_array.c - radix sort, binary search, merging; see sorted_array.h. */
#include "sorted_array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct sorted_array *sorted_array_new(void)
{
    return calloc(1, sizeof(struct sorted_array));
}

void sorted_array_free(struct sorted_array *array)
{
    if (!array)
        return;
    free(array->values);
    free(array);
}

static int reserve(struct sorted_array *array, size_t n)
{
    if (n <= array->capacity)
        return 0;
    size_t capacity = array->capacity + array->capacity / 2;
    if (capacity < n)
        capacity = n;
    uint32_t *values = realloc(array->values, capacity * sizeof *values);
    if (!values)
        return -ENOMEM;
    array->values = values;
    array->capacity = capacity;
    return 0;
}

int sorted_array_append(struct sorted_array *array, const uint32_t *values, size_t n)
{
    if (n == 0)
        return 0;
    int result = reserve(array, array->n + n);
    if (result < 0)
        return result;
    memcpy(array->values + array->n, values, n * sizeof *values);
    array->n += n;
    array->unsorted = true;
    return 0;
}

/*** Sorting: by one byte after the other, the lowest first, each pass stable ***/

enum { RADIX = 256, PASSES = 4, SLICE = 1 << 16 };

static void count_bytes(const struct sorted_array *array, size_t counts[PASSES][RADIX])
{
    for (size_t i = 0; i < array->n; i++)
        for (int pass = 0; pass < PASSES; pass++)
            counts[pass][array->values[i] >> 8 * pass & 255]++;
}

/* Counts become the places where each byte's numbers start. True if all numbers have the same byte
 * here, so that there is nothing to sort by. */
static bool counts_to_places(size_t counts[RADIX], size_t n)
{
    size_t place = 0;
    bool same = false;
    for (int byte = 0; byte < RADIX; byte++) {
        size_t count = counts[byte];
        same |= count == n;
        counts[byte] = place;
        place += count;
    }
    return same;
}

static void scatter(uint32_t *to, const uint32_t *from, size_t n, int shift, size_t places[RADIX])
{
    for (size_t i = 0; i < n; i++)
        to[places[from[i] >> shift & 255]++] = from[i];
}

static void keep_unique(struct sorted_array *array)
{
    size_t n = array->n > 0;
    for (size_t i = 1; i < array->n; i++)
        if (array->values[i] != array->values[i - 1])
            array->values[n++] = array->values[i];
    array->n = n;
    uint32_t *fitting = realloc(array->values, n * sizeof *fitting);
    if (fitting) {
        array->values = fitting;
        array->capacity = n;
    }
}

/* True if it came to the end; from and to change places with each pass. */
static bool sort_passes(struct sorted_array *array, uint32_t **spare, size_t counts[PASSES][RADIX],
                        bool (*stopping)(void *arg), void *arg)
{
    for (int pass = 0; pass < PASSES; pass++) {
        if (counts_to_places(counts[pass], array->n))
            continue;
        for (size_t i = 0; i < array->n; i += SLICE) {
            size_t n = array->n - i < SLICE ? array->n - i : SLICE;
            if (stopping && stopping(arg))
                return false;
            scatter(*spare, array->values + i, n, 8 * pass, counts[pass]);
        }
        uint32_t *sorted = *spare;
        *spare = array->values;
        array->values = sorted;
    }
    return true;
}

int sorted_array_sort(struct sorted_array *array, bool (*stopping)(void *arg), void *arg)
{
    size_t counts[PASSES][RADIX] = {0};
    if (!array->unsorted) /* or empty */
        return 0;
    uint32_t *spare = malloc(array->capacity * sizeof *spare);
    if (!spare)
        return -ENOMEM;
    count_bytes(array, counts);
    bool done = sort_passes(array, &spare, counts, stopping, arg);
    free(spare);
    if (!done)
        return -EINTR;
    keep_unique(array);
    array->unsorted = false;
    return 0;
}

/*** Sorted ***/

/* How many values are smaller. Halving a length, not a pair of bounds, and stepping on by a mask
 * leaves no branch that depends on the data: nothing to mispredict. */
static size_t lower_bound(const struct sorted_array *array, uint32_t value)
{
    const uint32_t *base = array->values;
    size_t n = array->n;
    if (n == 0)
        return 0;
    for (; n > 1; n -= n / 2)
        base += n / 2 & -(size_t)(base[n / 2 - 1] < value);
    return (size_t)(base - array->values) + (*base < value);
}

bool sorted_array_has(const struct sorted_array *array, uint32_t value)
{
    size_t i = lower_bound(array, value);
    return i < array->n && array->values[i] == value;
}

uint64_t sorted_array_and_count(const struct sorted_array *a, const struct sorted_array *b)
{
    uint64_t count = 0;
    for (size_t i = 0, j = 0; i < a->n && j < b->n;) {
        uint32_t x = a->values[i], y = b->values[j];
        count += x == y;
        i += x <= y;
        j += y <= x;
    }
    return count;
}

int sorted_array_unite(struct sorted_array *to, const struct sorted_array *from)
{
    size_t n = 0, i = 0, j = 0, capacity = to->n + from->n;
    uint32_t *values = malloc((capacity ? capacity : 1) * sizeof *values);
    if (!values)
        return -ENOMEM;
    while (i < to->n && j < from->n) {
        uint32_t x = to->values[i], y = from->values[j];
        values[n++] = x < y ? x : y;
        i += x <= y;
        j += y <= x;
    }
    while (i < to->n)
        values[n++] = to->values[i++];
    while (j < from->n)
        values[n++] = from->values[j++];
    free(to->values);
    *to = (struct sorted_array){.values = values, .n = n, .capacity = capacity};
    return 0;
}

uint64_t sorted_array_remove(struct sorted_array *array, const struct sorted_array *from)
{
    size_t n = 0, j = 0, before = array->n;
    for (size_t i = 0; i < before; i++) {
        uint32_t value = array->values[i];
        while (j < from->n && from->values[j] < value)
            j++;
        array->values[n] = value;
        n += j == from->n || from->values[j] != value;
    }
    array->n = n;
    return before - n;
}

size_t sorted_array_values(const struct sorted_array *array, uint64_t *cursor, uint32_t *out,
                           size_t max)
{
    size_t left = array->n - (size_t)*cursor, n = left < max ? left : max;
    if (n > 0)
        memcpy(out, array->values + *cursor, n * sizeof *out);
    *cursor += n;
    return n;
}

size_t sorted_array_bytes(const struct sorted_array *array)
{
    return sizeof *array + array->capacity * sizeof *array->values;
}
