/* sweep.c - the lists of spans, and how dead objects become free ones.
 *
 * DESIGN  When marking ends, each span's mark bits say what lives, and nothing has been freed yet.
 * To sweep a span is to make them its alloc bits: the objects themselves are not touched. It is
 * done where a span is wanted (by the mutator that allocates), behind everybody's back (by the
 * workers), and for the rest before the next cycle may start; as in Go's mgcsweep.go. A span with
 * nothing alive goes back to the heap, for any type.
 *
 * A span is in one list of its type's central, or in a mutator's cache, or in the hands of the
 * thread that is sweeping it; nobody sweeps across a safepoint. */
#include <string.h>

#include "internal.h"

enum { TRIES_MAX = 100 }; /* spans that an allocation sweeps before it takes a new one */

/*** Lists ***/

static void push(struct span **list, struct span *span)
{
    span->next = *list;
    *list = span;
}

static struct span *pop(struct span **list)
{
    struct span *span = *list;
    if (span)
        *list = span->next;
    return span;
}

static struct central *central_of(struct gc *gc, const struct span *span)
{
    return &gc->centrals[span->type];
}

static void put(struct gc *gc, struct span *span, bool full)
{
    struct central *central = central_of(gc, span);
    pthread_mutex_lock(&central->lock);
    push(full ? &central->full : &central->partial, span);
    central->n++;
    pthread_mutex_unlock(&central->lock);
}

void central_put_full(struct gc *gc, struct span *span)
{
    put(gc, span, true);
}

static struct span *take_swept(struct central *central)
{
    pthread_mutex_lock(&central->lock);
    struct span *span = pop(&central->partial);
    central->n -= span != NULL;
    pthread_mutex_unlock(&central->lock);
    return span;
}

/* First those that had free objects before: they have more now. */
static struct span *take_unswept(struct gc *gc, struct central *central)
{
    pthread_mutex_lock(&central->lock);
    struct span *span = pop(&central->unswept_partial);
    if (!span)
        span = pop(&central->unswept_full);
    central->n -= span != NULL;
    pthread_mutex_unlock(&central->lock);
    if (span)
        atomic_fetch_sub_explicit(&gc->unswept, 1, memory_order_relaxed);
    return span;
}

/*** Sweeping ***/

/* Zeros over a dead object, word by word and atomically: somebody may be reading it by mistake. */
static void wipe(struct span *span, size_t i)
{
    _Atomic uint64_t *words = (_Atomic uint64_t *)(void *)(span->base + i * span->size);
    for (size_t w = 0; w < span->size / sizeof *words; w++)
        atomic_store_explicit(&words[w], 0, memory_order_relaxed);
}

static void wipe_dead(struct span *span)
{
    for (size_t i = 0; i < span->objects; i++)
        if (!span_is_marked(span, i))
            wipe(span, i);
}

static void sweep(const struct gc *gc, struct span *span)
{
    size_t live = 0;
    if (gc->options.stable_types)
        wipe_dead(span);
    for (size_t w = 0; w * 64 < span->objects; w++) {
        span->alloc[w] = atomic_exchange_explicit(&span->mark[w], 0, memory_order_relaxed);
        live += (size_t)__builtin_popcountll(span->alloc[w]);
    }
    span->live = (uint16_t)live;
    span->taken = 0;
    span->dirty = !gc->options.stable_types;
}

static void sweep_and_put(struct gc *gc, struct span *span)
{
    sweep(gc, span);
    if (span->live > 0 || gc->options.stable_types)
        put(gc, span, span->live == span->objects);
    else
        heap_span_free(&gc->heap, span);
}

bool sweep_one(struct gc *gc)
{
    for (int i = 0; i < CENTRALS; i++) {
        struct span *span = take_unswept(gc, &gc->centrals[i]);
        if (span) {
            sweep_and_put(gc, span);
            return true;
        }
    }
    return false;
}

void sweep_all(struct gc *gc)
{
    while (sweep_one(gc))
        ;
}

/*** For an allocation ***/

static struct span *sweep_until_free(struct gc *gc, struct central *central)
{
    for (int tries = 0; tries < TRIES_MAX; tries++) {
        struct span *span = take_unswept(gc, central);
        if (!span)
            return NULL;
        sweep(gc, span);
        if (span->live < span->objects)
            return span;
        put(gc, span, true);
    }
    return NULL;
}

struct span *central_take(struct gc *gc, int type)
{
    struct central *central = &gc->centrals[type];
    struct span *span = take_swept(central);
    if (!span)
        span = sweep_until_free(gc, central);
    if (!span)
        span = heap_span_new(&gc->heap, central->size, central->pointers, (unsigned)type);
    return span;
}

/*** The end of marking ***/

/* The unswept lists are empty: a cycle does not start before. So this takes no time, however large
 * the heap. */
void sweep_begin(struct gc *gc)
{
    size_t n = 0;
    for (int i = 0; i < CENTRALS; i++) {
        struct central *central = &gc->centrals[i];
        central->unswept_full = central->full;
        central->unswept_partial = central->partial;
        central->full = central->partial = NULL;
        n += central->n;
    }
    atomic_store_explicit(&gc->unswept, n, memory_order_relaxed);
}
