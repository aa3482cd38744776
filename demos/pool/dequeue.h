/* dequeue.h - a ring of a fixed size with one owner and any number of thieves.
 *
 * One thread, the owner, pushes and pops at the head; every thread may pop at the tail. Nobody
 * waits for anybody: an operation succeeds, or the ring is full, or it is empty. NULL can't be put
 * in. */
#ifndef POOL_DEQUEUE_H
#define POOL_DEQUEUE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DEQUEUE_MAX = 1 << 30, DEQUEUE_LINES = 128 /* two cache lines, fetched as a pair */ };

struct dequeue {
    _Atomic(uint64_t) tail; /* the oldest; whoever moves it on has taken that one */
    _Alignas(DEQUEUE_LINES) _Atomic(uint64_t) head; /* the next to fill; only the owner moves it */
    uint64_t tail_seen;                             /* by the owner: tail is here or further on */
    uint32_t size;                                  /* a power of two */
    _Atomic(void *) *slots;                         /* the caller's */
};

void dequeue_init(struct dequeue *dequeue, _Atomic(void *) *slots, uint32_t size);

/* Anybody. NULL: empty, or the owner is just taking the last. */
void *dequeue_pop_tail(struct dequeue *dequeue);

/*** The owner's side, in line; see dequeue.c for why it is right ***/

static inline _Atomic(void *) *dequeue_slot(struct dequeue *dequeue, uint64_t index)
{
    return &dequeue->slots[index & (dequeue->size - 1)];
}

/* Is the place before tail still in use? Looks at the thieves' line only if it seems so. */
static inline bool dequeue_is_full(struct dequeue *dequeue, uint64_t head)
{
    if (head - dequeue->tail_seen < dequeue->size)
        return false;
    dequeue->tail_seen = atomic_load_explicit(&dequeue->tail, memory_order_acquire);
    return head - dequeue->tail_seen == dequeue->size;
}

/* The owner. False: full. */
static inline bool dequeue_push_head(struct dequeue *dequeue, void *object)
{
    uint64_t head = atomic_load_explicit(&dequeue->head, memory_order_relaxed);
    if (dequeue_is_full(dequeue, head))
        return false;
    atomic_store_explicit(dequeue_slot(dequeue, head), object, memory_order_relaxed);
    atomic_store_explicit(&dequeue->head, head + 1, memory_order_release); /* publishes it */
    return true;
}

/* The oldest, if it is still where `tail` says. */
static inline bool dequeue_take_oldest(struct dequeue *dequeue, uint64_t tail)
{
    return atomic_compare_exchange_strong(&dequeue->tail, &tail, tail + 1);
}

/* The owner. NULL: empty. */
static inline void *dequeue_pop_head(struct dequeue *dequeue)
{
    uint64_t newest = atomic_load_explicit(&dequeue->head, memory_order_relaxed) - 1;
    if (newest + 1 == atomic_load_explicit(&dequeue->tail, memory_order_relaxed))
        return NULL; /* tail moves one way only: it is empty */
    atomic_exchange(&dequeue->head, newest);
    uint64_t tail = atomic_load(&dequeue->tail);
    void *object = atomic_load_explicit(dequeue_slot(dequeue, newest), memory_order_relaxed);
    if (newest != tail && newest + 1 != tail)
        return object;
    if (newest + 1 == tail || !dequeue_take_oldest(dequeue, tail))
        object = NULL; /* a thief was there first */
    atomic_store_explicit(&dequeue->head, newest + 1, memory_order_relaxed);
    return object;
}

#endif
