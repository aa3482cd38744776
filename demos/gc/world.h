/* world.h - stopping all threads at once, at places of their own choice.
 *
 * A thread of the world is running (it may touch the heap) or resting. To stop the world is to ask
 * every running thread to come to a safepoint, where it looks at its `attention`; resting threads
 * are not waited for, but can't begin to run while the world stands. The last thread to arrive does
 * what the stop is for: nobody has to be woken to do it, so that a stop costs hardly more than the
 * time until the slowest thread looks. */
#ifndef GC_WORLD_H
#define GC_WORLD_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { ATTEND_STOP = 1, ATTEND_OTHER = 2 }; /* further bits are the collector's, from OTHER on */

struct world_thread {
    atomic_uint attention; /* not zero: come to the safepoint */
    bool resting;
    struct world_thread *next;
};

struct world {
    pthread_mutex_t lock;
    pthread_cond_t resumed;
    struct world_thread *threads;
    int running;
    atomic_bool stopping;
    int64_t asked_ns;
    void (*action)(void *);                                  /* what the current stop is for */
    void (*stopped)(void *, int64_t from_ns, int64_t to_ns); /* told of each stop, while it lasts */
    void *arg;                                               /* of both */
};

void world_init(struct world *world, void (*stopped)(void *, int64_t, int64_t), void *arg);
void world_destroy(struct world *world);

void world_join(struct world *world, struct world_thread *thread);  /* resting, in the world */
void world_leave(struct world *world, struct world_thread *thread); /* resting, out of it */
void world_run(struct world *world, struct world_thread *thread);   /* resting → running */
void world_rest(struct world *world, struct world_thread *thread);  /* running → resting */

/* By a running thread: where it has been asked to stop, waits until the world goes on. */
void world_safepoint(struct world *world);

/* By a running thread: stops the world and does the action once. False if another thread was just
 * stopping it: then that has been waited for, and the action was not done. */
bool world_stop(struct world *world, void (*action)(void *));

int64_t clock_ns(void);       /* CLOCK_MONOTONIC */
int64_t thread_cpu_ns(void);  /* CPU time of the calling thread */
int64_t process_cpu_ns(void); /* CPU time of all threads */

#endif
