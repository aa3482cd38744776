/* collector.c - the collector's life, its mutators', and the small calls of collector.h. */
#include "collector.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

static const uint64_t min_heap_default = 4 << 20;

/*** The collector ***/

static bool options_are_valid(const struct gc_options *options)
{
    return options->processors >= 1 && options->workers >= 0 && options->workers < GC_WORKERS_MAX &&
           options->heap_max >= (1 << 20) && options->heap_max <= UINT64_C(1) << 40;
}

static void world_stopped(void *arg, int64_t from_ns, int64_t to_ns)
{
    struct gc *gc = arg;
    if (to_ns - from_ns > atomic_load(&gc->pause_max_ns))
        atomic_store(&gc->pause_max_ns, to_ns - from_ns);
    trace_put(&gc->trace, GC_STOPPED, from_ns, to_ns);
}

/* One look may find the bucket as good as full, and the next what all took meanwhile. */
static void init_limiter(struct gc *gc)
{
    const struct gc_options *options = &gc->options;
    double capacity = options->cap_ns ? (double)options->cap_ns : 1e9 * options->processors;
    limiter_init(&gc->limiter, capacity, 2.0 * LIMITER_EVERY_NS * options->processors);
    limiter_look(&gc->limiter, 0, process_cpu_ns());
}

static void init_numbers(struct gc *gc)
{
    const struct gc_options *options = &gc->options;
    uint64_t min_heap = options->min_heap ? options->min_heap : min_heap_default;
    pacer_init(&gc->pacer, options->gogc, min_heap, options->limit, options->processors);
    gc->pacer.off = options->no_pacer;
    atomic_store(&gc->goal, gc->pacer.goal);
    atomic_store(&gc->trigger, gc->pacer.trigger);
    init_limiter(gc);
}

static void init_locks(struct gc *gc)
{
    world_init(&gc->world, world_stopped, gc);
    queue_pool_init(&gc->pool);
    pthread_mutex_init(&gc->limiter_lock, NULL);
    pthread_mutex_init(&gc->work_lock, NULL);
    pthread_cond_init(&gc->work, NULL);
    pthread_cond_init(&gc->credit, NULL);
    pthread_cond_init(&gc->finished, NULL);
    for (int i = 0; i < CENTRALS; i++)
        pthread_mutex_init(&gc->centrals[i].lock, NULL);
}

int gc_new(const struct gc_options *options, struct gc **ret)
{
    if (!options_are_valid(options))
        return -EINVAL;
    struct gc *gc = calloc(1, sizeof *gc);
    if (!gc)
        return -ENOMEM;
    gc->options = *options;
    init_locks(gc);
    init_numbers(gc);
    int r = heap_init(&gc->heap, options->heap_max);
    if (r == 0)
        r = queue_init(&gc->roots.queue, &gc->pool);
    if (r == 0)
        r = workers_start(gc);
    if (r < 0) {
        gc_free(gc);
        return r;
    }
    *ret = gc;
    return 0;
}

void gc_free(struct gc *gc)
{
    if (!gc)
        return;
    workers_stop(gc);
    queue_pool_destroy(&gc->pool);
    heap_destroy(&gc->heap);
    world_destroy(&gc->world);
    free(gc);
}

int gc_type(struct gc *gc, size_t size, size_t pointers)
{
    size_t class_size = size_class_of(size);
    if (class_size == 0 || pointers * sizeof(void *) > size)
        return -EINVAL;
    if (gc->types == GC_TYPES_MAX)
        return -ENOSPC;
    gc->centrals[gc->types].size = class_size;
    gc->centrals[gc->types].pointers = pointers;
    return gc->types++;
}

/*** Mutators ***/

/* A number that no mutator has; with the world's lock. */
static int free_number(const struct gc *gc)
{
    int number = 0;
    while (number < GC_MUTATORS_MAX && gc->mutator_of[number])
        number++;
    return number;
}

static bool enrol(struct gc *gc, struct gc_mutator *mutator)
{
    pthread_mutex_lock(&gc->world.lock);
    mutator->number = free_number(gc);
    bool room = mutator->number < GC_MUTATORS_MAX;
    if (room) {
        gc->mutator_of[mutator->number] = mutator;
        mutator->next = gc->mutators;
        gc->mutators = mutator;
    }
    pthread_mutex_unlock(&gc->world.lock);
    return room;
}

static void strike_off(struct gc *gc, struct gc_mutator *mutator)
{
    pthread_mutex_lock(&gc->world.lock);
    struct gc_mutator **link = &gc->mutators;
    while (*link != mutator)
        link = &(*link)->next;
    *link = mutator->next;
    gc->mutator_of[mutator->number] = NULL;
    gc->roots.marked += mutator->marker.marked; /* what it found stays found */
    pthread_mutex_unlock(&gc->world.lock);
}

static void mutator_free(struct gc_mutator *mutator)
{
    queue_destroy(&mutator->marker.queue);
    free(mutator->stack);
    free(mutator);
}

struct gc_mutator *gc_attach(struct gc *gc)
{
    struct gc_mutator *mutator = calloc(1, sizeof *mutator);
    if (!mutator)
        return NULL;
    mutator->gc = gc;
    mutator->thread.resting = true;
    mutator->stack = calloc(GC_STACK_MAX, sizeof *mutator->stack);
    if (!mutator->stack || queue_init(&mutator->marker.queue, &gc->pool) < 0 ||
        !enrol(gc, mutator)) {
        mutator_free(mutator);
        return NULL;
    }
    world_join(&gc->world, &mutator->thread);
    world_run(&gc->world, &mutator->thread);
    return mutator;
}

void gc_detach(struct gc_mutator *mutator)
{
    if (!mutator)
        return;
    struct gc *gc = mutator->gc;
    mutator->depth = 0;
    caches_flush(mutator);
    atomic_fetch_add(&gc->allocated, mutator->allocated);
    gc_rest_begin(mutator);
    strike_off(gc, mutator);
    world_leave(&gc->world, &mutator->thread);
    mutator_free(mutator);
}

/*** Safepoints ***/

void mutator_publish(struct gc_mutator *mutator)
{
    queue_publish(&mutator->marker.queue);
    atomic_store(&mutator->shaded, false);
}

static void scan_own_stack(struct gc_mutator *mutator)
{
    if (!mutator->stack_grey)
        return;
    mark_stack(mutator->gc, mutator);
    mutator_publish(mutator);
}

/* What a stop asks for is done at the next safepoint, not at the end of this one: the thread goes
 * on at once, with a grey stack for a while. */
void gc_poll(struct gc_mutator *mutator)
{
    if (!must_attend(&mutator->thread))
        return;
    unsigned asked = atomic_fetch_and(&mutator->thread.attention, ATTEND_STOP);
    if (asked & ATTEND_SCAN)
        scan_own_stack(mutator);
    if (asked & ATTEND_PUBLISH)
        mutator_publish(mutator);
    world_safepoint(&mutator->gc->world);
}

/* A resting mutator's stack is black and its queue empty: nobody has to wait for it. */
void gc_rest_begin(struct gc_mutator *mutator)
{
    gc_poll(mutator);
    scan_own_stack(mutator);
    mutator_publish(mutator);
    world_rest(&mutator->gc->world, &mutator->thread);
}

void gc_rest_end(struct gc_mutator *mutator)
{
    world_run(&mutator->gc->world, &mutator->thread);
}

void gc_collect(struct gc_mutator *mutator)
{
    struct gc *gc = mutator->gc;
    uint64_t wanted = gc->cycles + (gc_is_marking(gc) ? 2 : 1); /* one that begins after now */
    while (gc->cycles < wanted) {
        cycle_start(mutator);
        cycle_wait(mutator);
    }
    sweep_all(gc);
}

/*** The stack ***/

void gc_push(struct gc_mutator *mutator, void *object)
{
    if (mutator->depth == GC_STACK_MAX)
        abort();
    mutator->stack[mutator->depth++] = object;
}

void gc_pop(struct gc_mutator *mutator, size_t n)
{
    mutator->depth -= n;
}

void *gc_top(const struct gc_mutator *mutator, size_t depth)
{
    return mutator->stack[mutator->depth - 1 - depth];
}

void gc_top_set(struct gc_mutator *mutator, size_t depth, void *object)
{
    mutator->stack[mutator->depth - 1 - depth] = object;
}

/*** Looking on ***/

void gc_stats(struct gc *gc, struct gc_stats *ret)
{
    *ret = (struct gc_stats){.heap = gc->heap_live,
                             .marked = gc->marked,
                             .goal = gc->goal,
                             .trigger = gc->trigger,
                             .committed = gc->heap.touched * PAGE_BYTES,
                             .allocated = gc->allocated,
                             .cycles = gc->cycles,
                             .marking = gc_is_marking(gc),
                             .limited = gc_is_capped(gc),
                             .background_ns = gc->background_ns,
                             .assist_ns = gc->assist_ns,
                             .pause_max_ns = gc->pause_max_ns,
                             .stalls = gc->stalls};
}

bool gc_cycle_next(struct gc *gc, struct gc_cycle *ret)
{
    return cycle_log_get(&gc->cycle_log, ret);
}

/* A mutator's ring lives as long as the mutator: the lock keeps it from being struck off. */
bool gc_trace_next(struct gc *gc, enum gc_actor actor, int n, struct gc_span_of_time *ret)
{
    bool got = false;
    if (actor == GC_WORLD)
        return trace_get(&gc->trace, ret);
    if (actor == GC_WORKER)
        return n < gc->n_workers && trace_get(&gc->workers[n].trace, ret);
    pthread_mutex_lock(&gc->world.lock);
    if (n < GC_MUTATORS_MAX && gc->mutator_of[n])
        got = trace_get(&gc->mutator_of[n]->trace, ret);
    pthread_mutex_unlock(&gc->world.lock);
    return got;
}
