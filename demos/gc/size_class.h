/* size_class.h - the sizes that small objects are rounded up to.
 *
 * Multiples of 16 up to 128, then eight steps for each doubling: at most an eighth of an object is
 * waste, and so is at most an eighth of a span's end. Go has 67 classes for the same bound. */
#ifndef GC_SIZE_CLASS_H
#define GC_SIZE_CLASS_H

#include <stddef.h>

enum {
    PAGE_BYTES = 8192,      /* what spans are made of, as in Go */
    SPAN_OBJECTS_MAX = 512, /* 8 KiB of the smallest */
    SIZE_CLASS_MAX = 32768
};

/* The class that holds `size` bytes; 0 if none does. */
size_t size_class_of(size_t size);
/* Pages of a span of such objects: at least four of them. */
size_t size_class_pages(size_t class_size);

#endif
