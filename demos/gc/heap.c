/* heap.c - pages from the operating system, spans from pages, bits of spans.
 *
 * DESIGN  One reservation of address space, whose pages the kernel supplies when they are touched.
 * Which pages are in spans is a bitmap, searched from the lowest that may be free: neighbours that
 * become free are one run again by themselves, and the heap stays at the bottom of the arena. Pages
 * are not given back to the kernel: Go has a scavenger for that. */
#include "heap.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

/*** Life ***/

static void *reserve(size_t bytes)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static void unreserve(void *memory, size_t bytes)
{
    if (memory)
        munmap(memory, bytes);
}

int heap_init(struct heap *heap, uint64_t bytes)
{
    size_t pages = (size_t)(bytes / PAGE_BYTES + 63) / 64 * 64;
    *heap = (struct heap){.pages = pages, .lock = PTHREAD_MUTEX_INITIALIZER};
    heap->base = reserve(pages * PAGE_BYTES);
    heap->spans = reserve(pages * sizeof *heap->spans);
    heap->used = reserve(pages / 8);
    if (heap->base && heap->spans && heap->used)
        return 0;
    heap_destroy(heap);
    return -ENOMEM;
}

void heap_destroy(struct heap *heap)
{
    unreserve(heap->base, heap->pages * PAGE_BYTES);
    unreserve(heap->spans, heap->pages * sizeof *heap->spans);
    unreserve(heap->used, heap->pages / 8);
    *heap = (struct heap){0};
}

/*** Pages; with the lock ***/

static bool page_is_used(const struct heap *heap, size_t page)
{
    return heap->used[page / 64] >> page % 64 & 1;
}

static size_t next_free(const struct heap *heap, size_t page)
{
    while (page < heap->pages) {
        uint64_t free = ~heap->used[page / 64] >> page % 64;
        if (free)
            return page + (size_t)__builtin_ctzll(free);
        page = (page / 64 + 1) * 64;
    }
    return heap->pages;
}

/* The lowest run of n free pages; heap->pages if there is none. */
static size_t find_pages(struct heap *heap, size_t n)
{
    size_t first = heap->first_free = next_free(heap, heap->first_free);
    while (first + n <= heap->pages) {
        size_t end = first;
        while (end < first + n && !page_is_used(heap, end))
            end++;
        if (end == first + n)
            return first;
        first = next_free(heap, end);
    }
    return heap->pages;
}

static void pages_set(struct heap *heap, size_t first, size_t n, bool used)
{
    for (size_t page = first; page < first + n; page++) {
        uint64_t bit = UINT64_C(1) << page % 64;
        heap->used[page / 64] = used ? heap->used[page / 64] | bit : heap->used[page / 64] & ~bit;
    }
}

static size_t take_pages(struct heap *heap, size_t n, bool *ret_dirty)
{
    pthread_mutex_lock(&heap->lock);
    size_t first = find_pages(heap, n);
    if (first < heap->pages) {
        size_t touched = heap->touched;
        pages_set(heap, first, n, true);
        *ret_dirty = first < touched;
        heap->touched = first + n > touched ? first + n : touched;
    }
    pthread_mutex_unlock(&heap->lock);
    return first;
}

/*** Spans ***/

struct span *heap_span_new(struct heap *heap, size_t size, size_t pointers, unsigned type)
{
    bool large = size > SIZE_CLASS_MAX, dirty = false;
    size_t pages = large ? (size + PAGE_BYTES - 1) / PAGE_BYTES : size_class_pages(size);
    size_t first = take_pages(heap, pages, &dirty);
    if (first >= heap->pages)
        return NULL;
    struct span *span = &heap->spans[first];
    *span = (struct span){.size = size,
                          .pointers = pointers,
                          .base = heap->base + first * PAGE_BYTES,
                          .pages = (uint32_t)pages,
                          .objects = (uint16_t)(large ? 1 : pages * PAGE_BYTES / size),
                          .divide = large ? 0 : (uint32_t)(UINT32_MAX / size + 1),
                          .type = (uint16_t)type,
                          .dirty = dirty};
    for (size_t i = 1; i < pages; i++)
        span[i].back = (uint32_t)i;
    return span;
}

void heap_span_free(struct heap *heap, struct span *span)
{
    size_t first = (size_t)(span - heap->spans);
    pthread_mutex_lock(&heap->lock);
    pages_set(heap, first, span->pages, false);
    if (first < heap->first_free)
        heap->first_free = first;
    pthread_mutex_unlock(&heap->lock);
}

/*** Bits ***/

/* The bits of word w that [from, to) covers. */
static uint64_t range_mask(size_t w, size_t from, size_t to)
{
    size_t low = from > w * 64 ? from - w * 64 : 0;
    size_t high = to < w * 64 + 64 ? to - w * 64 : 64;
    uint64_t mask = high - low == 64 ? UINT64_MAX : (UINT64_C(1) << (high - low)) - 1;
    return mask << low;
}

void span_mark_range(struct span *span, size_t from, size_t to)
{
    for (size_t w = from / 64; w * 64 < to; w++)
        atomic_fetch_or_explicit(&span->mark[w], range_mask(w, from, to), memory_order_relaxed);
}

void span_unmark_range(struct span *span, size_t from, size_t to)
{
    for (size_t w = from / 64; w * 64 < to; w++)
        atomic_fetch_and_explicit(&span->mark[w], ~range_mask(w, from, to), memory_order_relaxed);
}

/* The first object from `from` on whose alloc bit is `in_use`. */
static size_t find_bit(const struct span *span, size_t from, bool in_use)
{
    for (size_t i = from; i < span->objects; i = (i / 64 + 1) * 64) {
        uint64_t word = in_use ? span->alloc[i / 64] : ~span->alloc[i / 64];
        word >>= i % 64;
        if (word) {
            i += (size_t)__builtin_ctzll(word);
            return i < span->objects ? i : span->objects;
        }
    }
    return span->objects;
}

bool span_free_run(const struct span *span, size_t from, size_t *ret_from, size_t *ret_to)
{
    *ret_from = find_bit(span, from, false);
    *ret_to = find_bit(span, *ret_from, true);
    return *ret_from < *ret_to;
}
