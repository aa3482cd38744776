/* heap.h - the arena: pages, and the spans made of them.
 *
 * A span is a run of pages that holds objects of one type, side by side, without headers: all that
 * is known of an object is known of its span, which lies beside the arena, one record for each
 * page. An object's number in its span is its bit in the two bitmaps:
 *
 *   alloc   in use when the span was last swept; the others are free, and given out in order
 *   mark    found in this cycle: not white. Sweeping makes it the new `alloc` and clears it */
#ifndef GC_HEAP_H
#define GC_HEAP_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "size_class.h"

enum { SPAN_WORDS = SPAN_OBJECTS_MAX / 64 };

struct span {
    uint32_t back;     /* pages before this one in the span: its record is that many back */
    uint32_t divide;   /* 2^32 / size, rounded up */
    size_t size;       /* of an object */
    size_t pointers;   /* that an object starts with; 0: nothing to scan */
    char *base;        /* its first object */
    struct span *next; /* in one of central's lists */
    uint32_t pages;
    uint16_t objects;
    uint16_t taken; /* objects below this number were given out since the sweep */
    uint16_t type;
    uint16_t live; /* bits set in alloc */
    bool dirty;    /* its free objects hold old bytes */
    uint64_t alloc[SPAN_WORDS];
    _Atomic uint64_t mark[SPAN_WORDS];
};

struct heap {
    char *base;
    size_t pages;
    struct span *spans; /* one for each page */
    pthread_mutex_t lock;
    uint64_t *used;         /* a bit for each page */
    size_t first_free;      /* no page below is free */
    _Atomic size_t touched; /* no page from here on was ever used */
};

int heap_init(struct heap *heap, uint64_t bytes); /* 0 or -ENOMEM */
void heap_destroy(struct heap *heap);

/* A span with no object in use; NULL when no run of pages is free. `type` is noted, no more. */
struct span *heap_span_new(struct heap *heap, size_t size, size_t pointers, unsigned type);
void heap_span_free(struct heap *heap, struct span *span);

/* The span of an object, or of any address within one. */
static inline struct span *heap_span_of(const struct heap *heap, const void *address)
{
    struct span *span = &heap->spans[(size_t)((const char *)address - heap->base) / PAGE_BYTES];
    return span - span->back;
}

/* An object's number, by multiplication: exact, since spans are small (a test tries them all). */
static inline size_t span_index(const struct span *span, const void *address)
{
    size_t offset = (size_t)((const char *)address - span->base);
    return span->objects == 1 ? 0 : offset * span->divide >> 32;
}

/*** Bits. Marking may be anybody's; the range functions are for a span's owner ***/

static inline bool span_mark(struct span *span, size_t i) /* false: it was marked already */
{
    uint64_t bit = UINT64_C(1) << i % 64;
    _Atomic uint64_t *word = &span->mark[i / 64];
    if (atomic_load_explicit(word, memory_order_relaxed) & bit)
        return false;
    return !(atomic_fetch_or_explicit(word, bit, memory_order_relaxed) & bit);
}

static inline bool span_is_marked(const struct span *span, size_t i)
{
    return atomic_load_explicit(&span->mark[i / 64], memory_order_relaxed) >> i % 64 & 1;
}

void span_mark_range(struct span *span, size_t from, size_t to);
void span_unmark_range(struct span *span, size_t from, size_t to);

/* The next run of free objects from number `from` on: [*ret_from, *ret_to). False if none. */
bool span_free_run(const struct span *span, size_t from, size_t *ret_from, size_t *ret_to);

#endif
