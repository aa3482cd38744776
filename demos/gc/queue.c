/* queue.c - buffers of grey objects. Out of memory for one is the end: there is no marking on
 * without it, and Go throws there too. */
#include "queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*** The pool ***/

void queue_pool_init(struct queue_pool *pool)
{
    *pool = (struct queue_pool){.lock = PTHREAD_MUTEX_INITIALIZER};
}

void queue_pool_destroy(struct queue_pool *pool)
{
    for (struct buffer *buffer = pool->made, *next; buffer; buffer = next) {
        next = buffer->next_made;
        free(buffer);
    }
    pthread_mutex_destroy(&pool->lock);
}

static int buffer_n(const struct buffer *buffer)
{
    return atomic_load_explicit(&buffer->n, memory_order_relaxed);
}

static void buffer_set_n(struct buffer *buffer, int n)
{
    atomic_store_explicit(&buffer->n, n, memory_order_relaxed);
}

static struct buffer *pool_empty(struct queue_pool *pool)
{
    pthread_mutex_lock(&pool->lock);
    struct buffer *buffer = pool->empty;
    if (buffer) {
        pool->empty = buffer->next;
    } else if ((buffer = calloc(1, sizeof *buffer))) {
        buffer->next_made = pool->made;
        pool->made = buffer;
    }
    pthread_mutex_unlock(&pool->lock);
    return buffer;
}

static void pool_put(struct queue_pool *pool, struct buffer *buffer)
{
    pthread_mutex_lock(&pool->lock);
    struct buffer **list = buffer_n(buffer) > 0 ? &pool->full : &pool->empty;
    if (list == &pool->full)
        atomic_fetch_add(&pool->n_full, 1);
    buffer->next = *list;
    *list = buffer;
    pthread_mutex_unlock(&pool->lock);
}

/* Gives `empty` for a full one; NULL, and takes nothing, if there is none. */
static struct buffer *pool_exchange(struct queue_pool *pool, struct buffer *empty)
{
    if (queue_pool_is_empty(pool))
        return NULL;
    pthread_mutex_lock(&pool->lock);
    struct buffer *buffer = pool->full;
    if (buffer) {
        pool->full = buffer->next;
        atomic_fetch_sub(&pool->n_full, 1);
        empty->next = pool->empty;
        pool->empty = empty;
    }
    pthread_mutex_unlock(&pool->lock);
    return buffer;
}

bool queue_pool_is_empty(const struct queue_pool *pool)
{
    return atomic_load(&pool->n_full) == 0;
}

/*** A marker's own ***/

int queue_init(struct queue *queue, struct queue_pool *pool)
{
    *queue = (struct queue){pool, pool_empty(pool), pool_empty(pool)};
    return queue->current && queue->other ? 0 : -ENOMEM;
}

void queue_destroy(struct queue *queue)
{
    if (queue->current)
        pool_put(queue->pool, queue->current);
    if (queue->other)
        pool_put(queue->pool, queue->other);
    *queue = (struct queue){0};
}

static void swap(struct queue *queue)
{
    struct buffer *current = queue->current;
    queue->current = queue->other;
    queue->other = current;
}

static struct buffer *must_have(struct buffer *buffer)
{
    if (!buffer)
        abort();
    return buffer;
}

static void make_room(struct queue *queue)
{
    swap(queue);
    if (buffer_n(queue->current) < BUFFER_OBJECTS)
        return;
    pool_put(queue->pool, queue->current);
    queue->current = must_have(pool_empty(queue->pool));
}

void queue_push(struct queue *queue, void *object)
{
    if (buffer_n(queue->current) == BUFFER_OBJECTS)
        make_room(queue);
    struct buffer *buffer = queue->current;
    int n = buffer_n(buffer);
    buffer->objects[n] = object;
    buffer_set_n(buffer, n + 1);
}

static bool fetch(struct queue *queue)
{
    swap(queue);
    if (buffer_n(queue->current) > 0)
        return true;
    struct buffer *full = pool_exchange(queue->pool, queue->current);
    if (full)
        queue->current = full;
    return full;
}

void *queue_pop(struct queue *queue)
{
    if (buffer_n(queue->current) == 0 && !fetch(queue))
        return NULL;
    struct buffer *buffer = queue->current;
    int n = buffer_n(buffer) - 1;
    buffer_set_n(buffer, n);
    return buffer->objects[n];
}

void queue_publish(struct queue *queue)
{
    for (int i = 0; i < 2; i++, swap(queue)) {
        if (buffer_n(queue->current) == 0)
            continue;
        pool_put(queue->pool, queue->current);
        queue->current = must_have(pool_empty(queue->pool));
    }
}

/* The older half: it was pushed first, and more hangs on it. */
void queue_share(struct queue *queue)
{
    struct buffer *buffer = queue->current;
    int n = buffer_n(buffer), half = n / 2;
    if (half < 8 || !queue_pool_is_empty(queue->pool))
        return;
    struct buffer *shared = must_have(pool_empty(queue->pool));
    memcpy(shared->objects, buffer->objects, (size_t)half * sizeof *buffer->objects);
    memmove(buffer->objects, buffer->objects + half, (size_t)(n - half) * sizeof *buffer->objects);
    buffer_set_n(shared, half);
    buffer_set_n(buffer, n - half);
    pool_put(queue->pool, shared);
}

bool queue_is_empty(const struct queue *queue)
{
    return buffer_n(queue->current) == 0 && buffer_n(queue->other) == 0;
}
