/* barrier.c - what keeps marking right while the graph changes under it.
 *
 * DESIGN  Concurrent marking loses a live object only if both happen: a black object comes to point
 * to a white one, and every path to it from a grey one is cut. Go's hybrid barrier (mbarrier.go,
 * proposal 17503; since 1.8) forbids it with
 *
 *     shade(*slot)                    Yuasa 1990, deletion: what is unlinked was reachable when
 *                                     marking began, and may have been moved to a black stack
 *     if the writer's stack is grey
 *         shade(value)                Dijkstra 1978, insertion: what only a stack not yet scanned
 *                                     knew is now known to the heap, and may leave the stack
 *     *slot = value
 *
 * Stacks have no barrier: plain stores are what makes them quick. Each is scanned once, at its
 * owner's first safepoint of the cycle, and is black from then on. The store is an exchange here,
 * so that of two writers to one slot each shades what it really replaced.
 *
 * Objects allocated while marking are born black (alloc.c).
 *
 * Only a mutator that has shaded something says so (`shaded`): were it every writer, whoever tries
 * to end the marking would find one to ask each time, and it would not end while there are writes.
 * Nothing is lost by that: marking ends in a standing world, which looks at all queues itself. */
#include "internal.h"

static _Atomic(void *) *slot_of(const void *object, size_t slot)
{
    return (_Atomic(void *) *)(uintptr_t)object + slot;
}

static void write_slot(struct gc_mutator *mutator, _Atomic(void *) *slot, void *value)
{
    struct gc *gc = mutator->gc;
    if (!gc_is_marking(gc) || gc->options.barrier == GC_BARRIER_NONE) {
        atomic_store_explicit(slot, value, memory_order_release);
        return;
    }
    mark_object(gc, &mutator->marker, atomic_exchange_explicit(slot, value, memory_order_acq_rel));
    if (mutator->stack_grey)
        mark_object(gc, &mutator->marker, value);
    if (!queue_is_empty(&mutator->marker.queue))
        atomic_store_explicit(&mutator->shaded, true, memory_order_relaxed);
}

void gc_write(struct gc_mutator *mutator, void *object, size_t slot, void *value)
{
    write_slot(mutator, slot_of(object, slot), value);
}

void *gc_read(const void *object, size_t slot)
{
    return atomic_load_explicit(slot_of(object, slot), memory_order_acquire);
}

void gc_global_write(struct gc_mutator *mutator, int global, void *value)
{
    write_slot(mutator, &mutator->gc->globals[global], value);
}

void *gc_global_read(struct gc *gc, int global)
{
    return atomic_load_explicit(&gc->globals[global], memory_order_acquire);
}
