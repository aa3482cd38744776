/* chain.h - a list of objects with one owner and any number of thieves, which grows.
 *
 * A chain of rings (dequeue.h). Zeros are an empty chain. */
#ifndef POOL_CHAIN_H
#define POOL_CHAIN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "dequeue.h"

struct ring {
    struct dequeue dequeue;
    _Atomic(struct ring *) next; /* towards head; NULL → set once, by the owner */
    _Atomic(struct ring *) prev; /* towards tail; set → NULL once, by the thief who took it out */
    struct ring *retired;        /* the next on the list of retired ones */
    _Atomic(void *) slots[];
};

struct chain {
    struct ring *head;           /* the largest, where the owner pushes; only the owner looks */
    _Atomic(struct ring *) tail; /* the smallest, where thieves pop */
};

/* The owner. false: out of memory, and the object is still the caller's. */
bool chain_push_head(struct chain *chain, void *object);
void *chain_pop_head(struct chain *chain); /* NULL: empty */

/* Anybody; NULL: empty. A ring that is used up is taken from the chain and put on *retired, a list
 * of the caller's: others may still look into it, so it must not be freed before all who were in
 * one of these functions have left it. */
void *chain_pop_tail(struct chain *chain, struct ring **retired);
void ring_free_all(struct ring *retired);

/* For one who has the chain alone: frees the rings, which must be empty, and leaves zeros. */
void chain_clear(struct chain *chain);

/*** The same with the newest ring alone, in line: nearly always enough ***/

static inline bool chain_push_newest(struct chain *chain, void *object)
{
    return chain->head && dequeue_push_head(&chain->head->dequeue, object);
}

static inline void *chain_pop_newest(struct chain *chain)
{
    return chain->head ? dequeue_pop_head(&chain->head->dequeue) : NULL;
}

#endif
