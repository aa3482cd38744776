/* chain.c - rings in a row, each twice as large as the one before, after poolChain in Go's
 * sync/poolqueue.go.
 *
 *   tail → | 8 | ⇄ | 16 | ⇄ | 32 | ← head
 *   thieves take here            the owner pushes and pops here
 *
 * DESIGN  The owner only ever pushes into the newest ring, and adds a larger one when that is full.
 * An old ring is never pushed into again: once a thief has seen that it has a successor *and then*
 * finds it empty, it is empty for ever, and the thief who moves `tail` past it takes it out.
 *
 * Another thief, or the owner walking back along `prev`, may be reading such a ring at this moment.
 * In Go the garbage collector keeps it until nobody does. Here the thief puts it aside (`retired`),
 * and the pool frees it after it has next stopped the world. */
#include "chain.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "dequeue.h"

enum { RING_MIN = 8 };

static struct ring *ring_new(uint32_t size, struct ring *prev)
{
    size_t bytes = sizeof(struct ring) + size * sizeof(_Atomic(void *));
    struct ring *ring =
        aligned_alloc(DEQUEUE_LINES, (bytes + DEQUEUE_LINES - 1) / DEQUEUE_LINES * DEQUEUE_LINES);
    if (!ring)
        return NULL;
    dequeue_init(&ring->dequeue, ring->slots, size);
    atomic_init(&ring->next, NULL);
    atomic_init(&ring->prev, prev);
    ring->retired = NULL;
    return ring;
}

/*** The owner ***/

static struct ring *chain_grow(struct chain *chain)
{
    struct ring *last = chain->head;
    uint32_t size = last ? last->dequeue.size * 2 : RING_MIN;
    struct ring *ring = ring_new(size < DEQUEUE_MAX ? size : DEQUEUE_MAX, last);
    if (!ring)
        return NULL;
    chain->head = ring;
    atomic_store_explicit(last ? &last->next : &chain->tail, ring, memory_order_release);
    return ring;
}

bool chain_push_head(struct chain *chain, void *object)
{
    if (chain_push_newest(chain, object))
        return true;
    struct ring *ring = chain_grow(chain);
    return ring && dequeue_push_head(&ring->dequeue, object);
}

void *chain_pop_head(struct chain *chain)
{
    for (struct ring *ring = chain->head; ring;) {
        void *object = dequeue_pop_head(&ring->dequeue);
        if (object)
            return object;
        ring = atomic_load_explicit(&ring->prev, memory_order_acquire);
    }
    return NULL;
}

/*** Thieves ***/

/* Moves `tail` on, if nobody else has; then the ring is this thief's to put aside. */
static void take_out(struct chain *chain, struct ring *ring, struct ring *next,
                     struct ring **retired)
{
    struct ring *expected = ring;
    if (!atomic_compare_exchange_strong(&chain->tail, &expected, next))
        return;
    atomic_store_explicit(&next->prev, NULL, memory_order_release);
    ring->retired = *retired;
    *retired = ring;
}

void *chain_pop_tail(struct chain *chain, struct ring **retired)
{
    struct ring *ring = atomic_load_explicit(&chain->tail, memory_order_acquire);
    while (ring) {
        /* `next` before the pop: only then does a failed pop mean that the ring stays empty */
        struct ring *next = atomic_load_explicit(&ring->next, memory_order_acquire);
        void *object = dequeue_pop_tail(&ring->dequeue);
        if (object || !next)
            return object;
        take_out(chain, ring, next, retired);
        ring = next;
    }
    return NULL;
}

/*** With nobody else there ***/

void ring_free_all(struct ring *retired)
{
    while (retired) {
        struct ring *next = retired->retired;
        free(retired);
        retired = next;
    }
}

void chain_clear(struct chain *chain)
{
    struct ring *ring = atomic_load_explicit(&chain->tail, memory_order_relaxed);
    while (ring) {
        struct ring *next = atomic_load_explicit(&ring->next, memory_order_relaxed);
        free(ring);
        ring = next;
    }
    chain->head = NULL;
    atomic_store_explicit(&chain->tail, NULL, memory_order_relaxed);
}
