/* cycle.c - a collection from beginning to end. Go's mgc.go describes the same four steps.
 *
 *   1. Sweep termination.  The heap has reached the trigger. The allocating thread that found so
 *      sweeps what is left of the last cycle, then stops the world.
 *   2. Mark.  With the world stopped: the barrier goes on, caches become black, globals are shaded,
 *      and every stack is grey. It goes on; each mutator scans its stack at its next safepoint, and
 *      workers and assists make grey objects black until nothing is grey.
 *   3. Mark termination.  Who finds nothing grey stops the world. If that is true of every queue,
 *      the barrier goes off, caches are given back, and the pacer plans the next cycle.
 *   4. Sweep.  Beside the program, in the background and on allocation (sweep.c).
 *
 * Both stops do work for each thread and none for each object: their length does not grow with the
 * heap, nor with the stacks. */
#include <math.h>

#include "internal.h"

/*** 2. Mark ***/

/* A resting mutator will not come by for long; its stack can be scanned now. */
static void begin_for(struct gc *gc, struct gc_mutator *mutator)
{
    mutator->marker.marked = 0;
    caches_blacken(mutator);
    mutator->credit = 0;
    mutator->stack_grey = true;
    atomic_fetch_add(&gc->grey_stacks, 1);
    if (!mutator->thread.resting) {
        atomic_fetch_or(&mutator->thread.attention, ATTEND_SCAN);
        return;
    }
    mark_stack(gc, mutator);
    queue_publish(&mutator->marker.queue);
}

static void shade_globals(struct gc *gc)
{
    gc->roots.marked = 0;
    for (int i = 0; i < GC_GLOBALS; i++)
        mark_object(gc, &gc->roots, atomic_load_explicit(&gc->globals[i], memory_order_relaxed));
    queue_publish(&gc->roots.queue);
}

static void plan_marking(struct gc *gc)
{
    uint64_t heap = atomic_load(&gc->heap_live), live = gc->pacer.live;
    double growth = live > 0 ? (double)heap / (double)live : 1;
    gc->scannable = live > 0 ? (uint64_t)((double)gc->pacer.scan * growth) : heap;
    pacer_start(&gc->pacer, heap);
    atomic_store(&gc->scanned, 0);
    atomic_store(&gc->background_credit, 0);
    assist_revise(gc);
    gc->cycle = (struct gc_cycle){.number = gc->cycles + 1,
                                  .start_ns = clock_ns(),
                                  .heap_start = heap,
                                  .trigger = gc->pacer.trigger,
                                  .goal = gc->pacer.goal,
                                  .background_ns = gc->background_ns,
                                  .assist_ns = gc->assist_ns};
}

static void begin_marking(void *arg)
{
    struct gc *gc = arg;
    atomic_store(&gc->phase, GC_MARKING);
    plan_marking(gc);
    for (struct gc_mutator *mutator = gc->mutators; mutator; mutator = mutator->next)
        begin_for(gc, mutator);
    shade_globals(gc);
    for (int i = 0; i < gc->n_workers; i++) {
        gc->workers[i].marker.marked = 0;
        gc->workers[i].mark_ns = 0;
    }
}

/*** 1. Sweep termination ***/

void cycle_start(struct gc_mutator *mutator)
{
    struct gc *gc = mutator->gc;
    if (gc_is_marking(gc) || atomic_exchange(&gc->starting, true))
        return;
    if (!gc_is_marking(gc)) { /* nobody was quicker */
        sweep_all(gc);
        while (!world_stop(&gc->world, begin_marking))
            ;
        workers_wake(gc);
    }
    atomic_store(&gc->starting, false);
}

void cycle_start_if_due(struct gc_mutator *mutator)
{
    struct gc *gc = mutator->gc;
    if (!gc_is_marking(gc) && atomic_load_explicit(&gc->heap_live, memory_order_relaxed) >=
                                  atomic_load_explicit(&gc->trigger, memory_order_relaxed))
        cycle_start(mutator);
}

/*** 3. Mark termination ***/

static bool nothing_is_grey(struct gc *gc)
{
    for (struct gc_mutator *mutator = gc->mutators; mutator; mutator = mutator->next)
        mutator_publish(mutator);
    for (int i = 0; i < gc->n_workers; i++)
        queue_publish(&gc->workers[i].marker.queue);
    return queue_pool_is_empty(&gc->pool) && atomic_load(&gc->grey_stacks) == 0;
}

static uint64_t count_marked(struct gc *gc)
{
    uint64_t marked = gc->roots.marked;
    for (struct gc_mutator *mutator = gc->mutators; mutator; mutator = mutator->next)
        marked += mutator->marker.marked;
    for (int i = 0; i < gc->n_workers; i++)
        marked += gc->workers[i].marker.marked;
    return marked;
}

static uint64_t root_bytes(const struct gc *gc)
{
    uint64_t roots = GC_GLOBALS;
    for (struct gc_mutator *mutator = gc->mutators; mutator; mutator = mutator->next)
        roots += mutator->depth;
    return roots * sizeof(void *);
}

static void close_books(struct gc *gc, uint64_t marked)
{
    struct gc_cycle *cycle = &gc->cycle;
    cycle->end_ns = clock_ns();
    cycle->heap_end = atomic_load(&gc->heap_live);
    cycle->marked = marked;
    cycle->scanned = atomic_load(&gc->scanned);
    cycle->background_ns = atomic_load(&gc->background_ns) - cycle->background_ns;
    cycle->assist_ns = atomic_load(&gc->assist_ns) - cycle->assist_ns;
    cycle->limited = gc_is_capped(gc);
    cycle_log_put(&gc->cycle_log, cycle);
    trace_put(&gc->trace, GC_MARK, cycle->start_ns, cycle->end_ns);
}

static void plan_next(struct gc *gc)
{
    const struct gc_cycle *cycle = &gc->cycle;
    pacer_end(&gc->pacer,
              &(struct pacer_cycle){.marked = cycle->marked,
                                    .roots = root_bytes(gc),
                                    .scanned = cycle->scanned,
                                    .heap = cycle->heap_end,
                                    .wall_ns = cycle->end_ns - cycle->start_ns,
                                    .mark_ns = cycle->background_ns + cycle->assist_ns});
    atomic_store(&gc->heap_live, cycle->marked);
    atomic_store(&gc->marked, cycle->marked);
    atomic_store(&gc->goal, gc->pacer.goal);
    atomic_store(&gc->trigger, gc->pacer.trigger);
    atomic_fetch_add(&gc->cycles, 1);
}

static void end_marking(void *arg)
{
    struct gc *gc = arg;
    if (!gc_is_marking(gc) || !nothing_is_grey(gc))
        return;
    atomic_store(&gc->phase, GC_OFF);
    for (struct gc_mutator *mutator = gc->mutators; mutator; mutator = mutator->next)
        caches_flush(mutator);
    close_books(gc, count_marked(gc));
    plan_next(gc);
    sweep_begin(gc);
}

/* Asks mutators for what their barriers have shaded. True: somebody was asked. */
static bool collect_shaded(struct gc *gc)
{
    bool asked = false;
    pthread_mutex_lock(&gc->world.lock);
    for (struct gc_mutator *mutator = gc->mutators; mutator; mutator = mutator->next) {
        if (!atomic_load(&mutator->shaded))
            continue;
        atomic_fetch_or(&mutator->thread.attention, ATTEND_PUBLISH);
        asked = true;
    }
    pthread_mutex_unlock(&gc->world.lock);
    return asked;
}

void cycle_try_finish(struct gc *gc)
{
    if (!gc_is_marking(gc) || !mark_seems_done(gc) || collect_shaded(gc))
        return;
    world_stop(&gc->world, end_marking);
    if (gc_is_marking(gc))
        return;
    pthread_mutex_lock(&gc->work_lock);
    pthread_cond_broadcast(&gc->work);
    pthread_cond_broadcast(&gc->credit);
    pthread_cond_broadcast(&gc->finished);
    pthread_mutex_unlock(&gc->work_lock);
}

void cycle_wait(struct gc_mutator *mutator)
{
    struct gc *gc = mutator->gc;
    uint64_t cycles = gc->cycles;
    gc_rest_begin(mutator);
    pthread_mutex_lock(&gc->work_lock);
    while (atomic_load(&gc->phase) == GC_MARKING && gc->cycles == cycles)
        pthread_cond_wait(&gc->finished, &gc->work_lock);
    pthread_mutex_unlock(&gc->work_lock);
    gc_rest_end(mutator);
}
