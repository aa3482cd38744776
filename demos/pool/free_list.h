/* free_list.h - the obvious pool: one list of free objects for all threads, under one mutex.
 *
 * What sync.Pool is compared with. It never gives anything back. An object's first word is used as
 * the link while it is in the list. */
#ifndef POOL_FREE_LIST_H
#define POOL_FREE_LIST_H

#include <pthread.h>

struct free_list {
    pthread_mutex_t lock;
    void *first;
};

void free_list_init(struct free_list *list);
void free_list_destroy(struct free_list *list, void (*drop)(void *object, void *arg), void *arg);
void *free_list_get(struct free_list *list); /* NULL: none */
void free_list_put(struct free_list *list, void *object);

#endif
