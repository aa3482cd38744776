/* queue.h - the grey set: objects that are marked and not yet scanned.
 *
 * Each marker (a worker, or a mutator with what its write barrier shaded) has a queue of its own of
 * two buffers, as Go's gcWork, so that pushing and popping across a buffer's edge does not go to
 * the pool each time. Full buffers go to the pool, for markers that have none. */
#ifndef GC_QUEUE_H
#define GC_QUEUE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

enum { BUFFER_OBJECTS = 253 };

struct buffer {
    struct buffer *next;
    struct buffer *next_made; /* all that the pool ever made, to be freed */
    atomic_int n;             /* written by the owner; looked at by others */
    void *objects[BUFFER_OBJECTS];
};

struct queue_pool {
    pthread_mutex_t lock;
    struct buffer *full, *empty, *made;
    atomic_int n_full;
};

struct queue {
    struct queue_pool *pool;
    struct buffer *current, *other;
};

void queue_pool_init(struct queue_pool *pool);
void queue_pool_destroy(struct queue_pool *pool);

int queue_init(struct queue *queue, struct queue_pool *pool); /* 0 or -ENOMEM */
void queue_destroy(struct queue *queue); /* its buffers go back to the pool; it must be empty */

void queue_push(struct queue *queue, void *object);
void *queue_pop(struct queue *queue); /* NULL: neither here nor in the pool is one */

void queue_publish(struct queue *queue); /* all that is in it goes to the pool */
void queue_share(struct queue *queue);   /* half of it, if the pool has run dry */

/* Whether it holds nothing now. Exact for the owner and while the world stands. */
bool queue_is_empty(const struct queue *queue);
bool queue_pool_is_empty(const struct queue_pool *pool);

#endif
