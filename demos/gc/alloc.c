/* alloc.c - allocation: a pointer is moved on within a run of free objects.
 *
 * DESIGN  Each mutator has a cache for each type: a span of its own, and in it the current run of
 * free objects (bits clear in `alloc`). As long as the run lasts, allocating is an addition and a
 * comparison, without a lock. The next run of the span is cleared when it is taken, while its lines
 * are on their way into the processor's cache anyway. Only when the span is used up comes the slow
 * part, and all that the collector wants of an allocating thread happens there: to start a cycle if
 * it is due, to pay for what was allocated (assist.c), and to sweep what it is about to use.
 *
 * While marking, objects are born black: the marks of a whole run are set when it is taken. */
#include <string.h>

#include "internal.h"

/*** Runs ***/

static void clear(const struct gc *gc, char *bytes, size_t n)
{
    if (!gc->options.stable_types)
        memset(bytes, 0, n);
}

static void take_run(struct gc_mutator *mutator, struct cache *cache, size_t from, size_t to)
{
    struct span *span = cache->span;
    size_t bytes = (to - from) * span->size;
    span->taken = (uint16_t)to;
    cache->next = span->base + from * span->size;
    cache->end = cache->next + bytes;
    if (span->dirty)
        clear(mutator->gc, cache->next, bytes);
    mutator->allocated += bytes;
    if (gc_is_marking(mutator->gc)) {
        span_mark_range(span, from, to);
        mutator->marker.marked += bytes;
        mutator->credit -= (int64_t)bytes;
    }
}

static bool next_run(struct gc_mutator *mutator, struct cache *cache)
{
    size_t from, to;
    if (!cache->span || !span_free_run(cache->span, cache->span->taken, &from, &to))
        return false;
    take_run(mutator, cache, from, to);
    return true;
}

/*** Spans ***/

static void retire(struct gc_mutator *mutator, struct cache *cache)
{
    if (cache->span)
        central_put_full(mutator->gc, cache->span);
    cache->span = NULL;
    cache->next = cache->end = NULL;
}

static void count_allocated(struct gc_mutator *mutator)
{
    atomic_fetch_add_explicit(&mutator->gc->allocated, mutator->allocated, memory_order_relaxed);
    mutator->allocated = 0;
}

/* What is due before a mutator gets more memory. A safepoint: caches may be empty afterwards. */
static void pay(struct gc_mutator *mutator)
{
    count_allocated(mutator);
    cycle_start_if_due(mutator);
    assist_pay(mutator);
    limiter_update(mutator->gc);
}

static void heap_grew(struct gc *gc, size_t bytes)
{
    atomic_fetch_add_explicit(&gc->heap_live, bytes, memory_order_relaxed);
    if (gc_is_marking(gc))
        assist_revise(gc);
}

/* The arena is used up: the only way on is to collect. */
static void stall(struct gc_mutator *mutator)
{
    atomic_fetch_add(&mutator->gc->stalls, 1);
    gc_collect(mutator);
}

static struct span *take_span(struct gc_mutator *mutator, int type)
{
    struct gc *gc = mutator->gc;
    for (int tries = 0; tries < 3; tries++) {
        pay(mutator);
        struct span *span = central_take(gc, type);
        if (!span) {
            sweep_all(gc);
            span = central_take(gc, type);
        }
        if (span)
            return span;
        stall(mutator);
    }
    return NULL;
}

static bool refill(struct gc_mutator *mutator, int type)
{
    struct cache *cache = &mutator->caches[type];
    retire(mutator, cache);
    struct span *span = take_span(mutator, type);
    if (!span)
        return false;
    cache->span = span;
    cache->size = span->size;
    heap_grew(mutator->gc, (size_t)(span->objects - span->live) * span->size);
    return next_run(mutator, cache);
}

/*** Objects ***/

void *gc_alloc(struct gc_mutator *mutator, int type)
{
    struct cache *cache = &mutator->caches[type];
    if (must_attend(&mutator->thread))
        gc_poll(mutator);
    if (cache->next == cache->end && !next_run(mutator, cache) && !refill(mutator, type))
        return NULL;
    char *object = cache->next;
    cache->next += cache->size;
    return object;
}

static struct span *new_large(struct gc_mutator *mutator, size_t size, size_t pointers)
{
    for (int tries = 0; tries < 3; tries++) {
        pay(mutator);
        struct span *span = heap_span_new(&mutator->gc->heap, size, pointers, TYPE_LARGE);
        if (span)
            return span;
        stall(mutator);
    }
    return NULL;
}

void *gc_alloc_large(struct gc_mutator *mutator, size_t size, size_t pointers)
{
    struct gc *gc = mutator->gc;
    size_t rounded = (size + sizeof(void *) - 1) / sizeof(void *) * sizeof(void *);
    if (rounded <= GC_SMALL_MAX)
        rounded = GC_SMALL_MAX + sizeof(void *);
    struct span *span = new_large(mutator, rounded, pointers);
    if (!span)
        return NULL;
    if (span->dirty)
        memset(span->base, 0, rounded);
    span->alloc[0] = span->taken = span->live = 1;
    mutator->allocated += rounded;
    if (gc_is_marking(gc)) {
        mutator->credit -= (int64_t)rounded;
        mutator->marker.marked += rounded;
        span_mark(span, 0);
    }
    heap_grew(gc, rounded);
    central_put_full(gc, span);
    return span->base;
}

/*** While the world stands ***/

/* What is left of a cache's run, by number. */
static void rest_of(const struct cache *cache, size_t *ret_from, size_t *ret_to)
{
    *ret_to = cache->span->taken;
    *ret_from = *ret_to - (size_t)(cache->end - cache->next) / cache->size;
}

void caches_blacken(struct gc_mutator *mutator)
{
    size_t from, to;
    for (int type = 0; type < mutator->gc->types; type++) {
        struct cache *cache = &mutator->caches[type];
        if (!cache->span)
            continue;
        rest_of(cache, &from, &to);
        span_mark_range(cache->span, from, to);
        mutator->marker.marked += (to - from) * cache->size;
    }
}

/* What was not given out is free again: its marks are taken back. */
void caches_flush(struct gc_mutator *mutator)
{
    size_t from, to;
    for (int type = 0; type < mutator->gc->types; type++) {
        struct cache *cache = &mutator->caches[type];
        if (!cache->span)
            continue;
        rest_of(cache, &from, &to);
        span_unmark_range(cache->span, from, to);
        mutator->marker.marked -= (to - from) * cache->size;
        mutator->allocated -= (to - from) * cache->size;
        retire(mutator, cache);
    }
}
