/* experiment.h - what the parts of the pool experiment share.
 *
 * pool.c                 the plan from the parameters, and the story
 * experiment_survival.c  one object, some collections: does it come back?
 * experiment_object.c    the objects: who holds them, and how many bytes there are
 * experiment_strategy.c  five ways to get an object and give it back
 * experiment_use.c       what a thread does with it
 * experiment_worker.c    the threads
 * experiment_mailbox.c   how one thread hands an object to another
 * experiment_rounds.c    the strategies in turn; collections; curves
 * experiment_latency.c   a histogram of single Gets
 * experiment_report.c    metrics, checks and the last notes */
#ifndef POOL_EXPERIMENT_H
#define POOL_EXPERIMENT_H

#include <pthread.h>
#include <stdatomic.h>

#include "demo.h"
#include "free_list.h"
#include "sync_pool.h"

enum { THREADS_MAX = 16, KEEP_SENSIBLE = 64 << 10 /* as package fmt does */ };

enum pattern { PATTERN_OWN, PATTERN_PIPELINE }; /* the order of the choices */

struct plan {
    int threads;
    size_t size; /* of an object, with its head */
    size_t held; /* objects that a thread holds at once */
    double hold_us, idle_us;
    double gc_ms; /* 0: never */
    bool steal, victim, padding, zero;
    enum pattern pattern;
    double big_share; /* of the uses need `big_size` */
    size_t big_size;
    size_t keep_max; /* larger ones are not put back */
    double seconds;
    uint64_t seed;
    int cpus; /* that the threads may run on */
};

/* Something that a pool should have is missing, so that one that has it is measured beside it. */
bool plan_takes_away(const struct plan *plan);

/*** experiment_object.c ***/

struct object {
    void *link;          /* the free list's */
    _Atomic(int) holder; /* a thread's number + 1, 0: nobody */
    size_t size;
    unsigned char bytes[];
};

/* What was allocated and freed, in bytes and objects. Written by one thread, read by any. */
struct ledger {
    _Atomic(int64_t) bytes, born, dead;
};

struct object *object_new(size_t size, bool zero, struct ledger *ledger); /* NULL: out of memory */
void object_free(struct object *object, struct ledger *ledger);

/* Marks the object as held by `me`, or as held by nobody. False: somebody else held it. If two
 * ever hold one at the same time, one of them finds the other's mark when it lets go. */
static inline bool object_take(struct object *object, int me)
{
    int before = atomic_load_explicit(&object->holder, memory_order_relaxed);
    atomic_store_explicit(&object->holder, me + 1, memory_order_relaxed);
    return before == 0;
}

static inline bool object_let_go(struct object *object, int me)
{
    int before = atomic_load_explicit(&object->holder, memory_order_relaxed);
    atomic_store_explicit(&object->holder, 0, memory_order_relaxed);
    return before == me + 1;
}

/*** experiment_latency.c ***/

enum { LATENCY_BUCKETS = 1152 };

/* Of times in ticks, to 1/32 of their value. */
struct latency {
    uint64_t total;
    uint32_t n[LATENCY_BUCKETS];
};
void latency_add(struct latency *latency, int64_t ticks);
void latency_join(struct latency *all, const struct latency *part);
double latency_quantile(const struct latency *latency, double q); /* ticks; NAN if there is none */
double latency_mean(const struct latency *latency);               /* without the slowest 1 % */

/* Between two of them everything in between has happened, and nothing else has. */
static inline int64_t ticks_now(void)
{
#if defined(__x86_64__)
    __builtin_ia32_lfence();
    int64_t ticks = (int64_t)__builtin_ia32_rdtsc();
    __builtin_ia32_lfence();
    return ticks;
#else
    return demo_now_ns();
#endif
}
/* As latency_add would be used, with nothing in between. */
void latency_measure_nothing(struct latency *latency);

/*** experiment_strategy.c ***/

enum strategy_kind {
    STRATEGY_POOL,   /* as chosen */
    STRATEGY_FULL,   /* the same with nothing taken away, if something was */
    STRATEGY_LIST,   /* a list under a mutex */
    STRATEGY_MALLOC, /* malloc and free */
    STRATEGY_NONE,   /* a thread keeps its objects: what the loop itself costs */
    STRATEGIES
};
extern const char *const strategy_ids[STRATEGIES]; /* the series' */

enum { SLICES_MAX = 1000 };

struct strategy {
    enum strategy_kind kind;
    bool used;
    struct pool *pool;
    struct free_list *list;
    size_t keep_max;       /* larger ones are not put back */
    struct ledger dropped; /* by collections, and at the end */

    /* What the rounds (experiment_rounds.c) know of it. */
    double active_ms; /* for how long it has run */
    double gc_due_ms; /* the same clock */
    int cycles, forced;
    struct latency pauses; /* ns */
    double peak_bytes;
    uint64_t made_before_gc; /* objects, before the first collection */
    uint64_t uses;
    int slices;
    double cost[SLICES_MAX]; /* ns of a CPU for one use, by slice */
};

/* 0, or -1: out of memory. */
int strategy_init(struct strategy *strategy, enum strategy_kind kind, const struct plan *plan);
void strategy_destroy(struct strategy *strategy);
double strategy_cost(const struct strategy *strategy); /* the median; NAN if there is none */
struct pool_counts strategy_counts(const struct strategy *strategy, const struct plan *plan);

/*** experiment_mailbox.c ***/

enum { MAILBOX_SIZE = 64 };

/* From one thread to another. */
struct mailbox {
    _Atomic(uint32_t) sent __attribute__((aligned(128)));
    _Atomic(uint32_t) received __attribute__((aligned(128)));
    atomic_bool closed; /* nothing will be sent any more in this slice */
    struct object *objects[MAILBOX_SIZE];
};
bool mailbox_send(struct mailbox *mailbox, struct object *object); /* false: full */
struct object *mailbox_receive(struct mailbox *mailbox);           /* NULL: empty */

/*** experiment_worker.c ***/

/* Where the timed Gets end up: what the pool as chosen tells apart, and the other strategies. */
enum { TIMED_LIST = POOL_SOURCES, TIMED_MALLOC, TIMED };

struct crew;

struct worker {
    int p; /* its number, and that of its P */
    struct crew *crew;
    pthread_t thread;
    struct mailbox *mailbox; /* pipeline: to or from its partner */
    struct object **hand;    /* what it holds */
    struct object **own;     /* STRATEGY_NONE: what it keeps */
    size_t own_size, own_next;
    struct demo_random random;
    struct latency *timed;                                /* [TIMED] */
    _Atomic(uint64_t) uses __attribute__((aligned(128))); /* Gets that have ended in a Put */
    _Atomic(uint64_t) conflicts;                          /* two held the same object */
    struct ledger ledger[STRATEGIES];
} __attribute__((aligned(128)));

/* Does as the strategy says until the crew stops. (experiment_use.c) */
void worker_run(struct worker *worker, struct strategy *strategy);

struct crew {
    const struct plan *plan;
    struct worker workers[THREADS_MAX];
    struct mailbox mailboxes[THREADS_MAX / 2];
    int threads;               /* that run */
    struct strategy *strategy; /* of this slice */
    bool timing;               /* this slice times each Get */
    struct latency nothing;    /* what timing itself takes */
    atomic_bool stop, out_of_memory;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    unsigned slice; /* the number of the one that may run; 0: none yet */
    int started, working;
    bool ended;
};

/* Starts the threads; they wait. 0, or a negative errno; crew_destroy in either case. */
int crew_init(struct crew *crew, const struct plan *plan);
void crew_destroy(struct crew *crew);
/* A slice: all threads do as the strategy says until it ends. */
void crew_begin(struct crew *crew, struct strategy *strategy, bool timing);
void crew_end(struct crew *crew);

uint64_t crew_uses(const struct crew *crew);
uint64_t crew_conflicts(const struct crew *crew);
struct totals {
    int64_t bytes, born, dead;
};
struct totals crew_totals(const struct crew *crew, const struct strategy *strategy);

/*** experiment_rounds.c ***/

struct rounds {
    struct demo *demo;
    const struct plan *plan;
    struct crew *crew;
    struct strategy *strategies; /* [STRATEGIES] */
    int rounds;                  /* whole ones so far */
    double since_ms;
    int64_t since_ticks;
    struct demo_timer latency_due;
};

void rounds_run(struct rounds *rounds);

/*** experiment_survival.c ***/

int experiment_survival(struct demo *demo, const struct plan *plan); /* 0, or -1: out of memory */

/*** experiment_report.c ***/

void report_all(const struct rounds *rounds);
/* After everything is freed: no object was lost, or freed twice. */
void report_nothing_lost(struct demo *demo, const struct crew *crew,
                         const struct strategy *strategies);

#endif
