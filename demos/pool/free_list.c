/* free_list.c - a mutex and a stack: every Get and every Put of every thread takes the same lock,
 * and brings the same cache line over from the core that had it last. */
#include "free_list.h"

#include <stddef.h>

void free_list_init(struct free_list *list)
{
    pthread_mutex_init(&list->lock, NULL);
    list->first = NULL;
}

void *free_list_get(struct free_list *list)
{
    pthread_mutex_lock(&list->lock);
    void *object = list->first;
    if (object)
        list->first = *(void **)object;
    pthread_mutex_unlock(&list->lock);
    return object;
}

void free_list_put(struct free_list *list, void *object)
{
    pthread_mutex_lock(&list->lock);
    *(void **)object = list->first;
    list->first = object;
    pthread_mutex_unlock(&list->lock);
}

void free_list_destroy(struct free_list *list, void (*drop)(void *object, void *arg), void *arg)
{
    for (void *object; (object = free_list_get(list));)
        drop(object, arg);
    pthread_mutex_destroy(&list->lock);
}
