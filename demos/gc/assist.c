/* assist.c - who allocates while marking goes on, marks: the answer to "what if garbage is made
 * faster than it is collected?"
 *
 * DESIGN  Each byte allocated while marking is taken off the mutator's credit (alloc.c). When the
 * credit is negative and a new span is wanted, the debt is turned into scanning by the pacer's
 * ratio, and paid: first from what the workers have scanned in the background, then by marking, at
 * 64 KiB at a time so that beginning and ending cost little; and if nothing is grey within
 * reach, by waiting for the workers. So the heap can't grow past its goal before marking has ended:
 * whoever allocates more works more. These are Go's gcAssistAlloc, bgScanCredit and
 * gcOverAssistWork. */
#include "internal.h"

enum { OVER_ASSIST = 64 << 10 };

void assist_revise(struct gc *gc)
{
    uint64_t heap = atomic_load_explicit(&gc->heap_live, memory_order_relaxed);
    uint64_t scanned = atomic_load_explicit(&gc->scanned, memory_order_relaxed);
    double ratio = pacer_assist_ratio(&gc->pacer, heap, scanned, gc->scannable);
    atomic_store_explicit(&gc->assist_ratio, ratio, memory_order_relaxed);
}

void limiter_update(struct gc *gc)
{
    int64_t now = clock_ns();
    if (now < atomic_load_explicit(&gc->limiter_due_ns, memory_order_relaxed) ||
        pthread_mutex_trylock(&gc->limiter_lock) != 0)
        return;
    atomic_store_explicit(&gc->limiter_due_ns, now + LIMITER_EVERY_NS, memory_order_relaxed);
    limiter_look(&gc->limiter, atomic_load(&gc->background_ns) + atomic_load(&gc->assist_ns),
                 process_cpu_ns());
    pthread_mutex_unlock(&gc->limiter_lock);
}

static bool owes(const struct gc_mutator *mutator)
{
    const struct gc *gc = mutator->gc;
    return mutator->credit < 0 && gc_is_marking(gc) && !gc->options.no_assist && !gc_is_capped(gc);
}

/*** Three ways to pay ***/

static void pay_in(struct gc_mutator *mutator, uint64_t scanned, double ratio)
{
    mutator->credit += (int64_t)((double)scanned / ratio) + 1;
}

static void pay_from_background(struct gc_mutator *mutator, double ratio)
{
    int64_t wanted = (int64_t)((double)-mutator->credit * ratio) + 1;
    int64_t there = atomic_load(&mutator->gc->background_credit), take;
    do {
        take = there < wanted ? there : wanted;
        if (take <= 0)
            return;
    } while (!atomic_compare_exchange_weak(&mutator->gc->background_credit, &there, there - take));
    pay_in(mutator, (uint64_t)take, ratio);
}

/* A piece at a time, however great the debt: the limiter hears of each, and may end it. */
static uint64_t pay_by_marking(struct gc_mutator *mutator, double ratio)
{
    struct gc *gc = mutator->gc;
    int64_t cpu = thread_cpu_ns();
    atomic_fetch_add(&gc->assisting, 1);
    uint64_t done = mark_drain(gc, &mutator->marker, OVER_ASSIST, &mutator->thread);
    mutator_publish(mutator);
    atomic_fetch_sub(&gc->assisting, 1);
    atomic_fetch_add(&gc->assist_ns, thread_cpu_ns() - cpu);
    pay_in(mutator, done, ratio);
    return done;
}

static void pay_by_waiting(struct gc_mutator *mutator)
{
    struct gc *gc = mutator->gc;
    int64_t started = clock_ns();
    gc_rest_begin(mutator);
    pthread_mutex_lock(&gc->work_lock);
    atomic_fetch_add(&gc->credit_waiters, 1);
    if (atomic_load(&gc->phase) == GC_MARKING && atomic_load(&gc->background_credit) <= 0 &&
        queue_pool_is_empty(&gc->pool))
        pthread_cond_wait(&gc->credit, &gc->work_lock);
    atomic_fetch_sub(&gc->credit_waiters, 1);
    pthread_mutex_unlock(&gc->work_lock);
    gc_rest_end(mutator);
    trace_put(&mutator->trace, GC_ASSIST_WAIT, started, clock_ns());
}

void assist_wake(struct gc *gc)
{
    if (atomic_load(&gc->credit_waiters) == 0)
        return;
    pthread_mutex_lock(&gc->work_lock);
    pthread_cond_broadcast(&gc->credit);
    pthread_mutex_unlock(&gc->work_lock);
}

/* Until the debt is paid or forgiven, or nothing is grey within reach. */
static void mark_for_debt(struct gc_mutator *mutator)
{
    int64_t started = clock_ns();
    uint64_t done = 0;
    do {
        double ratio = atomic_load_explicit(&mutator->gc->assist_ratio, memory_order_relaxed);
        pay_from_background(mutator, ratio);
        if (mutator->credit >= 0)
            break;
        done = pay_by_marking(mutator, ratio);
        gc_poll(mutator);
        limiter_update(mutator->gc);
    } while (done > 0 && owes(mutator));
    if (mutator->credit < 0 || done > 0)
        trace_put(&mutator->trace, GC_ASSIST, started, clock_ns());
}

void assist_pay(struct gc_mutator *mutator)
{
    while (owes(mutator)) {
        mark_for_debt(mutator);
        if (owes(mutator))
            cycle_try_finish(mutator->gc);
        if (owes(mutator))
            pay_by_waiting(mutator);
    }
}
