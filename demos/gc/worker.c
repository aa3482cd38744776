/* worker.c - background threads: they mark while there is a cycle, and sweep after it.
 *
 * DESIGN  A quarter of the processors is for marking (pacer_workers): whole workers mark until
 * nothing is left; the remainder of the quarter is one worker that rests as soon as it has marked
 * for more than its share of the time since the cycle began, as Go's fractional worker does. On two
 * processors that is one worker at half speed. All of what a worker scans is credit for assists. */
#include <errno.h>
#include <time.h>

#include "internal.h"

enum { SLICE_BYTES = 128 << 10, SWEEP_SPANS = 32, NAP_NS = 30000, REST_NS_MAX = 2000000 };

void workers_wake(struct gc *gc)
{
    pthread_mutex_lock(&gc->work_lock);
    pthread_cond_broadcast(&gc->work);
    pthread_mutex_unlock(&gc->work_lock);
}

/*** Not working ***/

static void wait_for_work(struct worker *worker)
{
    struct gc *gc = worker->gc;
    world_rest(&gc->world, &worker->thread);
    pthread_mutex_lock(&gc->work_lock);
    while (!gc->quitting && atomic_load(&gc->phase) == GC_OFF && gc->unswept == 0)
        pthread_cond_wait(&gc->work, &gc->work_lock);
    pthread_mutex_unlock(&gc->work_lock);
    world_run(&gc->world, &worker->thread);
}

static void sleep_ns(struct worker *worker, int64_t ns)
{
    struct gc *gc = worker->gc;
    world_rest(&gc->world, &worker->thread);
    nanosleep(&(struct timespec){.tv_nsec = ns}, NULL);
    world_run(&gc->world, &worker->thread);
}

/* How long it should rest so that it has marked for its share of the time. */
static int64_t rest_due(const struct worker *worker)
{
    int64_t passed = clock_ns() - worker->gc->cycle.start_ns;
    int64_t due = (int64_t)((double)worker->mark_ns / worker->share) - passed;
    if (worker->share >= 1 || due <= NAP_NS)
        return 0;
    return due < REST_NS_MAX ? due : REST_NS_MAX;
}

/*** Working ***/

static uint64_t mark_a_slice(struct worker *worker)
{
    struct gc *gc = worker->gc;
    int64_t started = clock_ns(), cpu = thread_cpu_ns();
    atomic_store(&worker->active, true);
    uint64_t done = mark_drain(gc, &worker->marker, SLICE_BYTES, &worker->thread);
    atomic_store(&worker->active, !queue_is_empty(&worker->marker.queue));
    atomic_fetch_add(&gc->background_credit, (int64_t)done);
    cpu = thread_cpu_ns() - cpu;
    worker->mark_ns += cpu;
    atomic_fetch_add(&gc->background_ns, cpu);
    if (done > 0) {
        trace_put(&worker->trace, GC_MARK, started, clock_ns());
        assist_wake(gc);
    }
    return done;
}

static void mark(struct worker *worker)
{
    struct gc *gc = worker->gc;
    uint64_t done = mark_a_slice(worker);
    world_safepoint(&gc->world);
    if (!gc_is_marking(gc))
        return;
    if (done == 0)
        cycle_try_finish(gc);
    int64_t rest = done == 0 ? NAP_NS : rest_due(worker);
    if (rest == 0 || !gc_is_marking(gc))
        return;
    queue_publish(&worker->marker.queue); /* for assists, meanwhile */
    atomic_store(&worker->active, false);
    sleep_ns(worker, rest);
}

static void sweep(struct worker *worker)
{
    struct gc *gc = worker->gc;
    int64_t started = clock_ns(), cpu = thread_cpu_ns();
    int spans = 0;
    while (spans < SWEEP_SPANS && !must_attend(&worker->thread) && sweep_one(gc))
        spans++;
    atomic_fetch_add(&gc->background_ns, thread_cpu_ns() - cpu);
    if (spans > 0)
        trace_put(&worker->trace, GC_SWEEP, started, clock_ns());
    world_safepoint(&gc->world);
}

static void *work(void *arg)
{
    struct worker *worker = arg;
    struct gc *gc = worker->gc;
    world_run(&gc->world, &worker->thread);
    while (!gc->quitting) {
        if (gc_is_marking(gc))
            mark(worker);
        else if (gc->unswept > 0)
            sweep(worker);
        else
            wait_for_work(worker);
    }
    world_rest(&gc->world, &worker->thread);
    return NULL;
}

/*** Life ***/

static int worker_start(struct gc *gc, double share)
{
    struct worker *worker = &gc->workers[gc->n_workers];
    *worker = (struct worker){.gc = gc, .share = share};
    if (queue_init(&worker->marker.queue, &gc->pool) < 0)
        return -ENOMEM;
    world_join(&gc->world, &worker->thread);
    if (pthread_create(&worker->pthread, NULL, work, worker) != 0) {
        world_leave(&gc->world, &worker->thread);
        return -EAGAIN;
    }
    gc->n_workers++;
    return 0;
}

int workers_start(struct gc *gc)
{
    double fraction = 0;
    int whole = gc->options.workers;
    if (whole == 0)
        whole = pacer_workers(gc->options.processors, &fraction);
    int r = 0;
    for (int i = 0; r == 0 && i < whole && i < GC_WORKERS_MAX - 1; i++)
        r = worker_start(gc, 1);
    if (r == 0 && fraction > 0)
        r = worker_start(gc, fraction);
    return r;
}

void workers_stop(struct gc *gc)
{
    atomic_store(&gc->quitting, true);
    workers_wake(gc);
    for (int i = 0; i < gc->n_workers; i++) {
        pthread_join(gc->workers[i].pthread, NULL);
        world_leave(&gc->world, &gc->workers[i].thread);
    }
    gc->n_workers = 0;
}
