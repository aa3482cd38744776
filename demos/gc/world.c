/* world.c - the rendezvous. All of it happens under one lock; only the wait may spin outside.
 *
 * A thread that has stopped first spins for some microseconds, since to wake a sleeping one on
 * another core costs tens of them, more than most stops last. */
#include "world.h"

#include <time.h>

enum { SPINS = 400 };

static inline void relax(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

static int64_t clock_read(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t clock_ns(void)
{
    return clock_read(CLOCK_MONOTONIC);
}

int64_t thread_cpu_ns(void)
{
    return clock_read(CLOCK_THREAD_CPUTIME_ID);
}

int64_t process_cpu_ns(void)
{
    return clock_read(CLOCK_PROCESS_CPUTIME_ID);
}

void world_init(struct world *world, void (*stopped)(void *, int64_t, int64_t), void *arg)
{
    *world = (struct world){.stopped = stopped, .arg = arg};
    pthread_mutex_init(&world->lock, NULL);
    pthread_cond_init(&world->resumed, NULL);
}

void world_destroy(struct world *world)
{
    pthread_cond_destroy(&world->resumed);
    pthread_mutex_destroy(&world->lock);
}

/*** With the lock ***/

static void go_on(struct world *world)
{
    for (struct world_thread *thread = world->threads; thread; thread = thread->next)
        atomic_fetch_and(&thread->attention, ~(unsigned)ATTEND_STOP);
    atomic_store(&world->stopping, false);
    pthread_cond_broadcast(&world->resumed);
}

/* One running thread fewer; the last one does what the stop is for. */
static void arrive(struct world *world)
{
    if (--world->running > 0 || !atomic_load(&world->stopping))
        return;
    world->action(world->arg);
    world->stopped(world->arg, world->asked_ns, clock_ns());
    go_on(world);
}

static void wait_until_it_goes_on(struct world *world)
{
    if (atomic_load(&world->stopping)) {
        pthread_mutex_unlock(&world->lock);
        for (int i = 0; i < SPINS && atomic_load_explicit(&world->stopping, memory_order_relaxed);
             i++)
            relax();
        pthread_mutex_lock(&world->lock);
    }
    while (atomic_load(&world->stopping))
        pthread_cond_wait(&world->resumed, &world->lock);
    world->running++;
}

/*** Threads ***/

void world_join(struct world *world, struct world_thread *thread)
{
    pthread_mutex_lock(&world->lock);
    thread->resting = true;
    thread->next = world->threads;
    world->threads = thread;
    pthread_mutex_unlock(&world->lock);
}

void world_leave(struct world *world, struct world_thread *thread)
{
    pthread_mutex_lock(&world->lock);
    struct world_thread **link = &world->threads;
    while (*link != thread)
        link = &(*link)->next;
    *link = thread->next;
    pthread_mutex_unlock(&world->lock);
}

void world_run(struct world *world, struct world_thread *thread)
{
    pthread_mutex_lock(&world->lock);
    wait_until_it_goes_on(world);
    thread->resting = false;
    pthread_mutex_unlock(&world->lock);
}

void world_rest(struct world *world, struct world_thread *thread)
{
    pthread_mutex_lock(&world->lock);
    thread->resting = true;
    arrive(world);
    pthread_mutex_unlock(&world->lock);
}

void world_safepoint(struct world *world)
{
    if (!atomic_load_explicit(&world->stopping, memory_order_relaxed))
        return;
    pthread_mutex_lock(&world->lock);
    arrive(world);
    wait_until_it_goes_on(world);
    pthread_mutex_unlock(&world->lock);
}

/*** Stopping ***/

bool world_stop(struct world *world, void (*action)(void *))
{
    pthread_mutex_lock(&world->lock);
    bool mine = !atomic_load(&world->stopping);
    if (mine) {
        world->action = action;
        world->asked_ns = clock_ns();
        atomic_store(&world->stopping, true);
        for (struct world_thread *thread = world->threads; thread; thread = thread->next)
            atomic_fetch_or(&thread->attention, ATTEND_STOP);
    }
    arrive(world);
    wait_until_it_goes_on(world);
    pthread_mutex_unlock(&world->lock);
    return mine;
}
