/* size_class.c - rounding sizes, by arithmetic instead of a table. */
#include "size_class.h"

#include <stdbool.h>

enum { GRANULE = 16, LINEAR_MAX = 128, STEPS = 8, OBJECTS_MIN = 4, WASTE = 8 };

static size_t round_up(size_t value, size_t unit)
{
    return (value + unit - 1) / unit * unit;
}

size_t size_class_of(size_t size)
{
    if (size == 0 || size > SIZE_CLASS_MAX)
        return 0;
    if (size <= LINEAR_MAX)
        return round_up(size, GRANULE);
    size_t power = (size_t)1 << (63 - __builtin_clzl(size - 1)); /* power < size <= 2 * power */
    return round_up(size, power / STEPS);
}

size_t size_class_pages(size_t class_size)
{
    for (size_t pages = 1;; pages++) {
        size_t bytes = pages * PAGE_BYTES;
        bool many = bytes / class_size >= OBJECTS_MIN;
        if (many && bytes % class_size <= bytes / WASTE)
            return pages;
    }
}
