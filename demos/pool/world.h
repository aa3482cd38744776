/* world.h - stopping the world: keep every thread out of the pool for a moment.
 *
 * A thread works on its P only while it is pinned: a few nanoseconds, nothing that can block. Who
 * wants to change what belongs to all Ps asks for a stop: from then on nobody new gets pinned, and
 * once those who were have left, the stopper has the pool to itself. In Go, pinning means that the
 * goroutine can't be preempted (runtime_procPin), and a collection stops the world by preempting.
 *
 * `struct pin` belongs to one P and lies on a cache line of its own: taking it is a store to memory
 * that no other core touches, and a load of a flag that hardly ever changes. */
#ifndef POOL_WORLD_H
#define POOL_WORLD_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

struct world {
    atomic_bool attention; /* for pin_take: stopping, or fences */
    atomic_bool stopping;
    bool fences;          /* no membarrier(2): whoever pins pays for the fence */
    pthread_mutex_t lock; /* the stopper holds it while the world stands still */
};

struct pin {
    atomic_bool held;
};

/* `fences`: don't use membarrier(2) even if the kernel has it. */
void world_init(struct world *world, bool fences);
void world_destroy(struct world *world);

/* A stop: begin, await each pin, do what it is for, end. One at a time; others wait in begin. */
void world_stop_begin(struct world *world);
void world_stop_await(const struct pin *pin);
void world_stop_end(struct world *world);

/* Says "I am in". False: something wants attention, and world_attend must follow; else the P is the
 * caller's until pin_release. */
static inline bool pin_take(struct world *world, struct pin *pin)
{
    atomic_store_explicit(&pin->held, true, memory_order_relaxed);
    atomic_signal_fence(memory_order_seq_cst); /* the compiler's part; the CPU's is in world.c */
    return !atomic_load_explicit(&world->attention, memory_order_acquire);
}

/* Waits while the world stands still, then is pinned. Harmless if nothing wanted attention. */
void world_attend(struct world *world, struct pin *pin);

static inline void pin_release(struct pin *pin)
{
    atomic_store_explicit(&pin->held, false, memory_order_release);
}

#endif
