/* dequeue.c - the lock-free ring under each P's shared list, after poolDequeue in Go's
 * sync/poolqueue.go.
 *
 * DESIGN  head is the next slot to fill, tail the oldest that is filled. Both are 32-bit counters
 * that wrap around; a slot's place is the counter modulo the size. They share one 64-bit word, so
 * that whoever takes an object, the owner from the head or a thief from the tail, confirms both
 * with one compare-and-swap. Two who want the last object therefore can't both have it.
 *
 *         tail                head
 *          ↓                   ↓
 *   | NULL | obj | obj | obj | NULL | NULL |
 *     thieves →             ← owner
 *
 * A thief moves tail first and empties the slot after. In between the slot looks free by the
 * indexes and is not: so the owner also waits for NULL in the slot before it fills it again. That
 * is why NULL means "free", and why a push may say "full" a moment too early. */
#include "dequeue.h"

#include <stddef.h>

static const uint64_t one_head = UINT64_C(1) << 32;

static inline uint32_t head_of(uint64_t head_tail)
{
    return (uint32_t)(head_tail >> 32);
}

static inline uint32_t tail_of(uint64_t head_tail)
{
    return (uint32_t)head_tail;
}

static inline uint64_t pack(uint32_t head, uint32_t tail)
{
    return (uint64_t)head << 32 | tail;
}

static inline _Atomic(void *) *slot_at(struct dequeue *dequeue, uint32_t index)
{
    return &dequeue->slots[index & (dequeue->size - 1)];
}

void dequeue_init(struct dequeue *dequeue, _Atomic(void *) *slots, uint32_t size)
{
    atomic_init(&dequeue->head_tail, 0);
    dequeue->size = size;
    dequeue->slots = slots;
    for (uint32_t i = 0; i < size; i++)
        atomic_init(&slots[i], NULL);
}

bool dequeue_push_head(struct dequeue *dequeue, void *object)
{
    uint64_t now = atomic_load_explicit(&dequeue->head_tail, memory_order_relaxed);
    if (head_of(now) - tail_of(now) == dequeue->size)
        return false;
    _Atomic(void *) *slot = slot_at(dequeue, head_of(now));
    if (atomic_load_explicit(slot, memory_order_acquire))
        return false; /* a thief has moved tail past it but not emptied it yet */
    atomic_store_explicit(slot, object, memory_order_relaxed);
    atomic_fetch_add_explicit(&dequeue->head_tail, one_head, memory_order_release); /* publishes */
    return true;
}

void *dequeue_pop_head(struct dequeue *dequeue)
{
    uint64_t now = atomic_load_explicit(&dequeue->head_tail, memory_order_relaxed);
    for (;;) {
        if (head_of(now) == tail_of(now))
            return NULL;
        uint64_t next = pack(head_of(now) - 1, tail_of(now));
        if (atomic_compare_exchange_weak_explicit(&dequeue->head_tail, &now, next,
                                                  memory_order_acq_rel, memory_order_relaxed))
            break;
    }
    _Atomic(void *) *slot = slot_at(dequeue, head_of(now) - 1);
    void *object = atomic_load_explicit(slot, memory_order_relaxed);
    atomic_store_explicit(slot, NULL, memory_order_relaxed); /* only the owner will look */
    return object;
}

void *dequeue_pop_tail(struct dequeue *dequeue)
{
    uint64_t now = atomic_load_explicit(&dequeue->head_tail, memory_order_relaxed);
    for (;;) {
        if (head_of(now) == tail_of(now))
            return NULL;
        uint64_t next = pack(head_of(now), tail_of(now) + 1);
        if (atomic_compare_exchange_weak_explicit(&dequeue->head_tail, &now, next,
                                                  memory_order_acq_rel, memory_order_relaxed))
            break;
    }
    _Atomic(void *) *slot = slot_at(dequeue, tail_of(now));
    void *object = atomic_load_explicit(slot, memory_order_relaxed);
    atomic_store_explicit(slot, NULL, memory_order_release); /* from here on it is the owner's */
    return object;
}
