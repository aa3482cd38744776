/* mark.c - tri-colour marking: Dijkstra, Lamport, Martin, Scholten & Steffens, "On-the-fly garbage
 * collection: an exercise in cooperation", CACM 1978.
 *
 * DESIGN  The colours are not written down as such:
 *
 *   white   its mark bit is clear
 *   grey    its mark bit is set and it is in a queue
 *   black   its mark bit is set and it is in no queue
 *
 * To mark is to take a grey object, shade what it points to, and let it be black. When nothing is
 * grey, the black are all that may live, and the white are garbage. A large object is scanned in
 * pieces ("oblets"), so that one table can't keep a marker busy for long, and several share it. */
#include "internal.h"

enum { OBLET_BYTES = 128 << 10, LOOK_UP_EVERY = 32 };

void mark_object(struct gc *gc, struct marker *marker, void *object)
{
    if (!object)
        return;
    struct span *span = heap_span_of(&gc->heap, object);
    if (!span_mark(span, span_index(span, object)))
        return;
    marker->marked += span->size;
    if (span->pointers == 0)
        return;
    __builtin_prefetch(object);
    queue_push(&marker->queue, object);
}

static void scan_pointers(struct gc *gc, struct marker *marker, void *first, size_t n)
{
    _Atomic(void *) *slots = first;
    for (size_t i = 0; i < n; i++)
        mark_object(gc, marker, atomic_load_explicit(&slots[i], memory_order_acquire));
}

/* `place` is a large object or, pushed when its beginning was scanned, a later piece of it. */
static uint64_t scan_oblet(struct gc *gc, struct marker *marker, struct span *span, char *place)
{
    char *end = span->base + span->pointers * sizeof(void *);
    if (place == span->base)
        for (char *piece = place + OBLET_BYTES; piece < end; piece += OBLET_BYTES)
            queue_push(&marker->queue, piece);
    size_t left = (size_t)(end - place), bytes = left < OBLET_BYTES ? left : OBLET_BYTES;
    scan_pointers(gc, marker, place, bytes / sizeof(void *));
    return bytes;
}

static uint64_t scan(struct gc *gc, struct marker *marker, void *object)
{
    struct span *span = heap_span_of(&gc->heap, object);
    if (span->objects == 1)
        return scan_oblet(gc, marker, span, object);
    scan_pointers(gc, marker, object, span->pointers);
    return span->pointers * sizeof(void *);
}

void mark_stack(struct gc *gc, struct gc_mutator *mutator)
{
    for (size_t i = 0; i < mutator->depth; i++)
        mark_object(gc, &mutator->marker, mutator->stack[i]);
    mutator->stack_grey = false;
    atomic_fetch_sub(&gc->grey_stacks, 1);
}

static void hand_in(struct gc *gc, struct marker *marker)
{
    atomic_fetch_add_explicit(&gc->scanned, marker->scanned, memory_order_relaxed);
    marker->scanned = 0;
}

uint64_t mark_drain(struct gc *gc, struct marker *marker, uint64_t budget,
                    const struct world_thread *thread)
{
    uint64_t done = 0;
    for (unsigned objects = 0; done < budget; objects++) {
        if (objects % LOOK_UP_EVERY == 0) {
            if (must_attend(thread))
                break;
            queue_share(&marker->queue);
        }
        void *object = queue_pop(&marker->queue);
        if (!object)
            break;
        done += scan(gc, marker, object);
    }
    marker->scanned += done;
    hand_in(gc, marker);
    return done;
}

bool mark_seems_done(struct gc *gc)
{
    if (!queue_pool_is_empty(&gc->pool) || atomic_load(&gc->grey_stacks) > 0 ||
        atomic_load(&gc->assisting) > 0)
        return false;
    for (int i = 0; i < gc->n_workers; i++)
        if (atomic_load(&gc->workers[i].active))
            return false;
    return true;
}
