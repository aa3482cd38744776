/* dequeue.c - the lock-free ring under each P's shared list.
 *
 * DESIGN  head is the next slot to fill, tail the oldest that is filled. Both only count, in 64
 * bits that never run out; a slot's place is the counter modulo the size.
 *
 *       tail                head
 *        ↓                   ↓
 *   |    | obj | obj | obj |      |      |
 *     thieves →           ← owner
 *
 * A thief reads the oldest object and then moves tail on by a compare-and-swap: if that succeeds,
 * nobody else has had it. The owner alone writes head, so a push is plain stores. A pop lowers head
 * first, which says "this one is mine", and then looks at tail. Unless thieves have come as far as
 * that, no more is needed; only for the very last object does the owner compete, by the same
 * compare-and-swap. This holds only if a thief that misses the lowered head has moved tail early
 * enough for the owner to see it: in both the second step must not overtake the first. For the
 * owner that is one locked exchange, the only one in a Get and a Put.
 *
 * It is the deque of Chase and Lev ("Dynamic circular work-stealing deque", SPAA 2005) at a fixed
 * size. Go's poolDequeue keeps both counters in one word instead, which takes a locked addition
 * for each push and a compare-and-swap for each pop: about half as quick. The
 * owner's side is in the header, so that a Get or Put calls nothing. */
#include "dequeue.h"

#include <stddef.h>

void dequeue_init(struct dequeue *dequeue, _Atomic(void *) *slots, uint32_t size)
{
    atomic_init(&dequeue->head, 0);
    atomic_init(&dequeue->tail, 0);
    dequeue->tail_seen = 0;
    dequeue->size = size;
    dequeue->slots = slots;
    for (uint32_t i = 0; i < size; i++)
        atomic_init(&slots[i], NULL);
}

void *dequeue_pop_tail(struct dequeue *dequeue)
{
    for (;;) {
        uint64_t tail = atomic_load(&dequeue->tail), head = atomic_load(&dequeue->head);
        if (head == tail || head + 1 == tail)
            return NULL;
        void *object = atomic_load_explicit(dequeue_slot(dequeue, tail), memory_order_relaxed);
        if (dequeue_take_oldest(dequeue, tail))
            return object;
    }
}
