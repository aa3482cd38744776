/* collector.h - a concurrent tri-colour mark-sweep collector with a heap of its own.
 *
 * It follows Go's runtime (mgc.go, mgcpacer.go, mbarrier.go): objects never move, there are no
 * generations, marking runs beside the program, and the world stands still only twice a cycle, for
 * microseconds. What a program does:
 *
 *     struct gc *gc;
 *     gc_new(&(struct gc_options){.gogc = 100, .heap_max = 256 << 20, .processors = 2}, &gc);
 *     int pair = gc_type(gc, 16, 2);                 two pointers, nothing else
 *     struct gc_mutator *self = gc_attach(gc);       once for each thread
 *     void *left = gc_alloc(self, pair);
 *     gc_push(self, left);                           a root: until popped, it stays alive
 *     void *both = gc_alloc(self, pair);             may collect; `left` is found on the stack
 *     gc_write(self, both, 0, left);                 through the write barrier
 *     gc_pop(self, 1);
 *
 * The law of roots: gc_alloc, gc_poll, gc_rest_begin and gc_collect are safepoints. What a thread
 * wants to keep across one must be reachable from a stack, a global or another kept object then; a
 * pointer that is only in a C variable is not seen. Objects come zeroed. Their pointers are their
 * first words, and are read and written by gc_read and gc_write alone. */
#ifndef GC_COLLECTOR_H
#define GC_COLLECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    GC_TYPES_MAX = 32,
    GC_MUTATORS_MAX = 64,
    GC_WORKERS_MAX = 16,
    GC_GLOBALS = 16,
    GC_STACK_MAX = 4096, /* roots on a mutator's stack */
    GC_SMALL_MAX = 32768 /* bytes; a larger object has a span of its own */
};

enum gc_barrier { GC_BARRIER_HYBRID, GC_BARRIER_NONE };

struct gc_options {
    int gogc;          /* percent; negative: no goal, as GOGC=off */
    uint64_t min_heap; /* the least goal at gogc 100, in bytes; it scales with gogc. 0: 4 MiB */
    uint64_t limit;    /* soft limit of the heap's bytes, as GOMEMLIMIT; 0: none */
    uint64_t heap_max; /* address space reserved; allocation stalls where it ends */
    int processors;    /* that a quarter goes to marking of */
    int workers;       /* 0: a quarter of the processors; else so many that never rest */
    enum gc_barrier barrier;
    bool no_assist;    /* allocation does not pay with marking */
    bool no_pacer;     /* start at the goal, with no head start */
    bool no_cpu_cap;   /* assist even when the collector takes more than half of the CPU */
    int64_t cap_ns;    /* CPU time by which it must be ahead for the cap; 0: a second a processor */
    bool stable_types; /* an empty span keeps its type and freed objects are wiped at once, so that
                          a dangling pointer leads to an object of its type, or to zeros. For
                          programs without a barrier: they are about dangling pointers */
};

struct gc;
struct gc_mutator; /* a thread that allocates; used by that thread only */

/* 0 or a negative errno: -EINVAL, -ENOMEM, -EAGAIN (no thread). */
int gc_new(const struct gc_options *options, struct gc **ret);
/* Every mutator must be detached. NULL is fine. */
void gc_free(struct gc *gc);

/* Registers objects of `size` bytes that start with `pointers` pointers. The type's number, or
 * -EINVAL, or -ENOSPC. Before the first gc_attach. */
int gc_type(struct gc *gc, size_t size, size_t pointers);

/* NULL: out of memory, or there are GC_MUTATORS_MAX. */
struct gc_mutator *gc_attach(struct gc *gc);
void gc_detach(struct gc_mutator *mutator); /* NULL is fine */

/*** Allocating. NULL: even a whole collection freed nothing below heap_max ***/

void *gc_alloc(struct gc_mutator *mutator, int type);
void *gc_alloc_large(struct gc_mutator *mutator, size_t size, size_t pointers);

/*** Pointers in objects, and globals: with a write barrier ***/

void gc_write(struct gc_mutator *mutator, void *object, size_t slot, void *value);
void *gc_read(const void *object, size_t slot);
void gc_global_write(struct gc_mutator *mutator, int global, void *value);
void *gc_global_read(struct gc *gc, int global);

/*** The mutator's stack: without one. Writes to it are plain stores, as a compiler's are ***/

void gc_push(struct gc_mutator *mutator, void *object);
void gc_pop(struct gc_mutator *mutator, size_t n);
void *gc_top(const struct gc_mutator *mutator, size_t depth); /* 0: pushed last */
void gc_top_set(struct gc_mutator *mutator, size_t depth, void *object);

/*** Safepoints ***/

void gc_poll(struct gc_mutator *mutator); /* in long work that does not allocate */
/* Around anything that blocks: the world does not wait for a resting thread, which must not touch
 * the heap. */
void gc_rest_begin(struct gc_mutator *mutator);
void gc_rest_end(struct gc_mutator *mutator);
void gc_collect(struct gc_mutator *mutator); /* a whole cycle, swept too: as runtime.GC() */

/*** Looking on, from any thread ***/

struct gc_stats {
    uint64_t heap;      /* bytes live or not yet known to be dead, as Go's heapLive */
    uint64_t marked;    /* found alive by the last cycle */
    uint64_t goal;      /* where the current or next cycle should be done */
    uint64_t trigger;   /* where the next one starts */
    uint64_t committed; /* bytes of pages ever used: no page is given back */
    uint64_t allocated; /* bytes in all */
    uint64_t cycles;
    bool marking, limited; /* the CPU cap is in force */
    int64_t background_ns; /* CPU time of the workers, marking and sweeping */
    int64_t assist_ns;     /* CPU time of mutators that marked */
    int64_t pause_max_ns;
    uint64_t stalls; /* allocations that found heap_max reached and waited */
};
void gc_stats(struct gc *gc, struct gc_stats *ret);

struct gc_cycle { /* one line of gctrace */
    uint64_t number;
    int64_t start_ns, end_ns; /* of marking, CLOCK_MONOTONIC */
    uint64_t heap_start, heap_end, marked;
    uint64_t trigger, goal;
    uint64_t scanned; /* bytes of pointers read */
    int64_t background_ns, assist_ns;
    bool limited;
};
/* The oldest cycle not yet asked for; by one thread. False if there is none. */
bool gc_cycle_next(struct gc *gc, struct gc_cycle *ret);

enum gc_activity { GC_STOPPED, GC_MARK, GC_SWEEP, GC_ASSIST, GC_ASSIST_WAIT };
enum gc_actor { GC_WORLD, GC_WORKER, GC_MUTATOR };
struct gc_span_of_time {
    enum gc_activity activity;
    int64_t from_ns, to_ns;
};
/* What an actor (the n-th worker or mutator) did, oldest first, as gc_cycle_next. What nobody asks
 * for in time is forgotten. */
bool gc_trace_next(struct gc *gc, enum gc_actor actor, int n, struct gc_span_of_time *ret);

#endif
