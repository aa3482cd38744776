/* dequeue.h - a ring of a fixed size with one owner and any number of thieves.
 *
 * One thread, the owner, pushes and pops at the head; every thread may pop at the tail. Nobody
 * waits for anybody: an operation succeeds, or the ring is full, or it is empty. NULL can't be put
 * in. */
#ifndef POOL_DEQUEUE_H
#define POOL_DEQUEUE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { DEQUEUE_MAX = 1 << 30 }; /* slots: so that "full" and "empty" differ by the indexes alone */

struct dequeue {
    _Atomic(uint64_t) head_tail; /* both indexes in one word: one compare-and-swap moves either */
    uint32_t size;               /* a power of two */
    _Atomic(void *) *slots;      /* the caller's; all NULL at first */
};

void dequeue_init(struct dequeue *dequeue, _Atomic(void *) *slots, uint32_t size);

bool dequeue_push_head(struct dequeue *dequeue, void *object); /* the owner; false: full */
void *dequeue_pop_head(struct dequeue *dequeue);               /* the owner; NULL: empty */
void *dequeue_pop_tail(struct dequeue *dequeue);               /* anybody; NULL: empty */

#endif
