/* internal.h - the collector's parts, and what they share.
 *
 *   heap.c size_class.c   pages, spans, bitmaps
 *   world.c               stopping the world
 *   queue.c               the grey set
 *   alloc.c               mutators' caches, and where they get spans from
 *   sweep.c               the lists of spans; dead objects become free ones
 *   mark.c barrier.c      grey to black; what keeps concurrent marking right
 *   pacer.c limiter.c     numbers: when, how much, no more than
 *   assist.c worker.c     who marks: those who allocate, and those who do nothing else
 *   cycle.c               the phases, in order: READ THIS FIRST
 *   collector.c           life, and collector.h's small calls
 *
 * Phases. GC_OFF: new objects are white, nothing is shaded. GC_MARKING: new objects are black,
 * pointer writes go through the barrier. It changes only while the world stands, so that a mutator
 * sees one phase from safepoint to safepoint. Sweeping goes on beside GC_OFF. */
#ifndef GC_INTERNAL_H
#define GC_INTERNAL_H

#include "collector.h"
#include "heap.h"
#include "limiter.h"
#include "pacer.h"
#include "queue.h"
#include "trace.h"
#include "world.h"

enum { GC_OFF, GC_MARKING };
enum { ATTEND_SCAN = ATTEND_OTHER, ATTEND_PUBLISH = ATTEND_OTHER << 1 };
enum { TYPE_LARGE = GC_TYPES_MAX, CENTRALS = GC_TYPES_MAX + 1 };

/* One who marks: its grey objects and what it counted since it last handed its counts in. */
struct marker {
    struct queue queue;
    uint64_t marked;  /* bytes of objects; read while the world stands */
    uint64_t scanned; /* bytes of pointers */
};

/* A run of free objects of one type, to be given out from the front. */
struct cache {
    char *next, *end;
    size_t size;
    struct span *span; /* where the run is; NULL if there is none */
};

struct gc_mutator {
    struct world_thread thread;
    struct cache caches[GC_TYPES_MAX];
    struct gc *gc;
    struct marker marker;
    void **stack;
    size_t depth;
    bool stack_grey; /* not scanned in this cycle yet; changed by the owner or a standing world */
    atomic_bool shaded; /* its barrier put objects into its queue */
    int64_t credit;     /* bytes that may be allocated before an assist is due */
    uint64_t allocated; /* bytes not yet added to gc->allocated */
    struct trace trace;
    struct gc_mutator *next;
    int number;
};

struct worker {
    struct world_thread thread;
    struct gc *gc;
    struct marker marker;
    double share;    /* of the time that it marks; 1: always */
    int64_t mark_ns; /* CPU time that it marked in this cycle */
    struct trace trace;
    pthread_t pthread;
    atomic_bool active; /* may hold an object that is in no queue */
};

/* All spans of a type that no mutator's cache holds. */
struct central {
    pthread_mutex_t lock;
    struct span *partial, *full; /* swept; partial: with free objects */
    struct span *unswept_partial, *unswept_full;
    size_t n; /* spans in these lists */
    size_t size, pointers;
};

struct gc {
    struct gc_options options;
    struct heap heap;
    struct world world;
    struct queue_pool pool;
    struct central centrals[CENTRALS];
    int types;

    atomic_int phase;
    atomic_int grey_stacks; /* not yet scanned in this cycle */
    atomic_int assisting;   /* mutators that may hold an object that is in no queue */
    atomic_bool starting;   /* somebody is about to start a cycle */
    atomic_size_t unswept;  /* spans; a hint for who sweeps */
    _Atomic(void *) globals[GC_GLOBALS];
    struct marker roots; /* used while the world stands */

    struct pacer pacer; /* changed while the world stands */
    struct limiter limiter;
    pthread_mutex_t limiter_lock;
    _Atomic int64_t limiter_due_ns;
    _Atomic double assist_ratio;
    _Atomic int64_t background_credit; /* scanned by workers, for assists to draw on */
    _Atomic uint64_t heap_live, scanned, allocated, marked, goal, trigger, cycles;
    uint64_t scannable;    /* bytes of pointers in the heap when the cycle started */
    struct gc_cycle cycle; /* the one that runs, or ran last */
    struct cycle_log cycle_log;
    struct trace trace; /* the world's */
    _Atomic int64_t background_ns, assist_ns, pause_max_ns;
    atomic_uint_fast64_t stalls;

    pthread_mutex_t work_lock; /* for those who wait: */
    pthread_cond_t work;       /* workers, for something to mark or sweep */
    pthread_cond_t credit;     /* assists, for credit or the end of the cycle */
    pthread_cond_t finished;   /* for the end of a cycle */
    atomic_int credit_waiters;
    atomic_bool quitting;

    struct gc_mutator *mutators, *mutator_of[GC_MUTATORS_MAX];
    struct worker workers[GC_WORKERS_MAX];
    int n_workers;
};

static inline bool gc_is_marking(const struct gc *gc)
{
    return atomic_load_explicit(&gc->phase, memory_order_relaxed) == GC_MARKING;
}

static inline bool must_attend(const struct world_thread *thread)
{
    return atomic_load_explicit(&thread->attention, memory_order_relaxed) != 0;
}

/* The collector has had half of the CPU for long, and gives up assists. */
static inline bool gc_is_capped(const struct gc *gc)
{
    return !gc->options.no_cpu_cap && limiter_is_full(&gc->limiter);
}

/*** mark.c ***/

/* White to grey, or to black if it has no pointers; nothing for NULL or what is not white. */
void mark_object(struct gc *gc, struct marker *marker, void *object);
void mark_stack(struct gc *gc, struct gc_mutator *mutator); /* its stack becomes black */
/* Grey to black, until `budget` bytes were scanned, nothing is grey within reach, or `thread` must
 * attend. Returns the bytes scanned. */
uint64_t mark_drain(struct gc *gc, struct marker *marker, uint64_t budget,
                    const struct world_thread *thread);
bool mark_seems_done(struct gc *gc); /* a hint while the world moves */

/*** sweep.c ***/

/* A swept span of that type with free objects, from the lists or new; NULL: the heap is full. */
struct span *central_take(struct gc *gc, int type);
void central_put_full(struct gc *gc, struct span *span);
bool sweep_one(struct gc *gc); /* false: nothing is left to sweep */
void sweep_all(struct gc *gc);
void sweep_begin(struct gc *gc); /* every span needs it; the world stands */

/*** alloc.c ***/

void caches_blacken(struct gc_mutator *mutator); /* what they will give out; the world stands */
void caches_flush(struct gc_mutator *mutator);   /* gives the spans back */

/*** collector.c ***/

void mutator_publish(struct gc_mutator *mutator); /* its grey objects, for all */

/*** assist.c ***/

void assist_pay(struct gc_mutator *mutator); /* may mark, may wait: a safepoint */
void assist_wake(struct gc *gc);
void assist_revise(struct gc *gc);
void limiter_update(struct gc *gc); /* now and then */

/*** worker.c ***/

int workers_start(struct gc *gc);
void workers_stop(struct gc *gc);
void workers_wake(struct gc *gc);

/*** cycle.c ***/

void cycle_start_if_due(struct gc_mutator *mutator);
void cycle_start(struct gc_mutator *mutator); /* or find that one has started */
/* If nothing is grey any more, ends the marking. By any running thread. */
void cycle_try_finish(struct gc *gc);
void cycle_wait(struct gc_mutator *mutator); /* until no cycle runs, or another one does */

#endif
