/* experiment.h - what the parts of the GC experiment share.
 *
 * gc.c                  the plan from the parameters, and the story: start, watch, end, report
 * experiment_graph.c    the objects: entries of some nodes, their stamps, how a lost one is noticed
 * experiment_mutator.c  the threads that allocate and change the graph
 * experiment_watch.c    curves, cycles and notes, from what the collector says while it runs
 * experiment_timeline.c who did what when
 * experiment_report.c   metrics and checks
 *
 * The program under test is a cache: a table of entries, each a small tree of nodes. Mutators look
 * entries up, replace them, move them about in the table and make others that nobody keeps. */
#ifndef GC_EXPERIMENT_H
#define GC_EXPERIMENT_H

#include <pthread.h>
#include <stdatomic.h>

#include "collector.h"
#include "demo.h"

enum { ENTRY_NODES = 8, MUTATORS_MAX = 8, TABLE = 0 /* the global that holds the table */ };

enum sizes { SIZES_SMALL, SIZES_MIXED, SIZES_LARGE }; /* the order of the choices */
enum barrier_choice { BARRIER_HYBRID, BARRIER_NONE };

struct plan {
    struct gc_options options;
    int mutators;
    double rate;      /* bytes/s of all mutators; 0: as fast as they can */
    double live;      /* bytes that stay alive */
    double survivors; /* share of the entries made that go into the table */
    enum sizes sizes;
    double density; /* share of an object's words that are pointers */
    double seconds;
    uint64_t seed;
};

/* Whether a cycle can end below its goal: with GOGC=0 the goal is what lives, a limit may be less.
 */
static inline bool plan_promises_goal(const struct plan *plan)
{
    return plan->options.limit == 0 && plan->options.gogc > 0;
}

/*** experiment_graph.c ***/

/* How an entry is made: node i hangs on node (i-1) / fan. A node's pointers come first, then its
 * stamp: a number that no other node has had, and that zeros are not. */
struct shape {
    int types[ENTRY_NODES];
    size_t pointers[ENTRY_NODES]; /* the stamp's place */
    size_t fan;
    size_t bytes; /* of an entry */
};

int shape_init(struct shape *shape, struct gc *gc, const struct plan *plan); /* as gc_type */

/* A new entry with that serial number (> 0), not rooted; NULL: out of memory. A safepoint. */
void *entry_new(struct gc_mutator *self, const struct shape *shape, uint64_t serial);

/* Reads all nodes. The number of the first that is not there, or not the one that was put there:
 * the collector has lost it; -1 if all are. Serial 0: any entry will do, as long as it is one. */
int entry_lost_node(const struct shape *shape, void *entry, uint64_t serial);

/*** experiment_mutator.c ***/

struct experiment {
    struct demo *demo;
    const struct plan *plan;
    struct gc *gc;
    struct shape shape;
    size_t slots; /* of the table; each mutator writes its own part, and reads all */
    double start_ms;
    int64_t start_ns;  /* the same moment, on the collector's clock */
    atomic_int filled; /* mutators that have filled their part */
    atomic_bool ready; /* the table is full, and what died meanwhile was collected */
    atomic_bool ending;
    atomic_bool exhausted; /* not even a collection made room */
    _Atomic uint64_t lost, first_lost_slot, operations;
};

struct mutator_thread {
    struct experiment *experiment;
    int number;
    pthread_t pthread;
};

int table_make(struct experiment *experiment); /* 0 or -ENOMEM */
int mutators_start(struct experiment *experiment, struct mutator_thread *threads);
void mutators_join(struct mutator_thread *threads, int n);

/*** experiment_watch.c ***/

/* Bars, and the finer steps that quantiles are read off: 32 to a doubling, from 1 ns. */
enum { PAUSE_BUCKETS = 9, PAUSE_STEPS_OCTAVE = 32, PAUSE_STEPS = 40 * PAUSE_STEPS_OCTAVE };

#define GOAL_TOLERANCE 1.10 /* a cycle may end so far above its goal */

struct watch {
    struct experiment *experiment;
    struct demo_timer heap_due, cpu_due, bars_due;

    /* from the moment that the table is filled, and `steady` is true */
    bool steady;
    struct gc_stats steady_stats;
    int64_t steady_ns, steady_cpu_ns;
    uint64_t cycles;
    double worst_ratio; /* heap / goal where a cycle ended */
    double hold_ms;     /* the longest that a mutator had to mark or wait at a time */
    uint64_t peak;      /* bytes, of all samples and of where each cycle ended */
    unsigned pauses[PAUSE_STEPS], n_pauses, buckets[PAUSE_BUCKETS];
    double pause_max_us;

    /* when half of the time from there to the end was over */
    bool half, half_capped; /* the CPU cap was in force */
    struct gc_stats half_stats;
    int64_t half_cpu_ns;

    /* when the mutators were told to end */
    struct gc_stats end_stats;
    int64_t end_ns, end_cpu_ns;

    int64_t window_cpu_ns; /* where the window of the CPU curve began */
    struct gc_stats window;

    bool told_lost, told_over, told_first, told_stall, told_cap;
    int rows;
};

void watch_start(struct watch *watch, struct experiment *experiment);
void watch_look(struct watch *watch); /* every few milliseconds */
void watch_mark_end(struct watch *watch);
void watch_end(struct watch *watch); /* what is left to show, after the mutators have ended */
void watch_hear(struct watch *watch, const struct gc_span_of_time *span);

/*** experiment_timeline.c ***/

void timeline_show(struct watch *watch);

/*** experiment_report.c ***/

void report(struct watch *watch);

#endif
