/* sorted_array.h - a set as its numbers in ascending order: what a bitmap is measured against.
 *
 * Four bytes a number, and nothing is smaller among those that can be searched without decoding.
 * Made in one go: numbers are appended in any order, then sorted and made unique. A single
 * insertion or removal would move half of the array, so there is none; sets are removed from sets.
 */
#ifndef BITMAP_SORTED_ARRAY_H
#define BITMAP_SORTED_ARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sorted_array {
    uint32_t *values;
    size_t n, capacity;
    bool unsorted; /* since an append: sort it before anything else */
};

struct sorted_array *sorted_array_new(void); /* NULL with errno ENOMEM */
void sorted_array_free(struct sorted_array *array);

int sorted_array_append(struct sorted_array *array, const uint32_t *values, size_t n); /* -ENOMEM */

/* Sorts and leaves one of each. `stopping`, which may be NULL, is asked now and then: once it says
 * true the array is left unsorted, though still with the same numbers. 0, -ENOMEM, -EINTR. */
int sorted_array_sort(struct sorted_array *array, bool (*stopping)(void *arg), void *arg);

bool sorted_array_has(const struct sorted_array *array, uint32_t value);
uint64_t sorted_array_and_count(const struct sorted_array *a, const struct sorted_array *b);
int sorted_array_unite(struct sorted_array *to, const struct sorted_array *from); /* -ENOMEM */
/* Removes all of `from` that are there and returns how many. */
uint64_t sorted_array_remove(struct sorted_array *array, const struct sorted_array *from);

size_t sorted_array_values(const struct sorted_array *array, uint64_t *cursor, uint32_t *out,
                           size_t max); /* as bitset_values; the cursor is an index */
size_t sorted_array_bytes(const struct sorted_array *array);

#endif
