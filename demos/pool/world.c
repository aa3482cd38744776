/* world.c - the rare side of pinning.
 *
 * DESIGN  Pinning is Dekker's handshake: a thread writes "I am in" and then reads "is there a
 * stop?", the stopper writes "there is a stop" and then reads "who is in?". One of the two must see
 * the other, which needs a full fence on both sides: a store may otherwise be overtaken by the load
 * after it. A fence costs some 5 ns, more than all the rest of a Get, and pinning happens a hundred
 * million times a second while a stop happens some ten times. So the stopper pays for both:
 * membarrier(2) makes every running thread of the process execute a fence, wherever it is. Before
 * that fence its "I am in" is visible to the stopper, after it, it sees the stop. Where the kernel
 * has no membarrier, whoever pins uses a locked exchange (`fences`). */
#include "world.h"

#include <linux/membarrier.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

static long membarrier(int command)
{
    return syscall(SYS_membarrier, command, 0, 0);
}

void world_init(struct world *world, bool fences)
{
    world->fences = fences || membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) != 0;
    atomic_init(&world->stopping, false);
    atomic_init(&world->attention, world->fences);
    pthread_mutex_init(&world->lock, NULL);
}

void world_destroy(struct world *world)
{
    pthread_mutex_destroy(&world->lock);
}

void world_stop_begin(struct world *world)
{
    pthread_mutex_lock(&world->lock);
    atomic_store(&world->stopping, true);
    atomic_store(&world->attention, true);
    if (!world->fences)
        membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED); /* registered: it can't fail */
}

void world_stop_await(const struct pin *pin)
{
    /* pinned for nanoseconds, unless the kernel has taken the CPU from it: then let it have one */
    for (int spins = 0; atomic_load_explicit(&pin->held, memory_order_acquire); spins++)
        if (spins >= 100)
            sched_yield();
}

void world_stop_end(struct world *world)
{
    atomic_store(&world->stopping, false);
    atomic_store(&world->attention, world->fences);
    pthread_mutex_unlock(&world->lock);
}

void world_attend(struct world *world, struct pin *pin)
{
    if (world->fences)
        atomic_exchange(&pin->held, true);
    while (atomic_load(&world->stopping)) {
        pin_release(pin);
        pthread_mutex_lock(&world->lock); /* sleeps until the world goes on */
        pthread_mutex_unlock(&world->lock);
        atomic_exchange(&pin->held, true);
    }
}
