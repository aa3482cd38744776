/* experiment_mutator.c - threads that use the cache, and find out when the collector was wrong. */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "experiment.h"

/* Entries and bytes between two looks at the clock, and the longest nap. */
enum { LOOK_EVERY = 16, LOOK_BYTES = 16 << 10, NAP_NS_MAX = 2000000 };

struct mutator {
    struct experiment *experiment;
    struct gc_mutator *self;
    struct demo_random random;
    size_t first, slots; /* its part of the table */
    uint64_t *serials;   /* what is in them, by its own account; 0: nothing */
    uint64_t next_serial;
    double bytes;     /* allocated since the table was filled */
    int64_t paced_ns; /* since then */
};

/*** The table ***/

int table_make(struct experiment *experiment)
{
    struct gc_mutator *self = gc_attach(experiment->gc);
    if (!self)
        return -ENOMEM;
    void *table = gc_alloc_large(self, experiment->slots * sizeof(void *), experiment->slots);
    gc_global_write(self, TABLE, table);
    gc_detach(self);
    return table ? 0 : -ENOMEM;
}

static void *table_of(const struct mutator *mutator)
{
    return gc_global_read(mutator->experiment->gc, TABLE);
}

static void lose(struct mutator *mutator, size_t slot)
{
    struct experiment *experiment = mutator->experiment;
    if (atomic_fetch_add(&experiment->lost, 1) == 0)
        atomic_store(&experiment->first_lost_slot, mutator->first + slot);
}

/*** What it does with entries; `slot` counts within its part ***/

static void put(struct mutator *mutator, size_t slot, void *entry, uint64_t serial)
{
    gc_write(mutator->self, table_of(mutator), mutator->first + slot, entry);
    mutator->serials[slot] = serial;
}

/* Forgets an entry of which a node is lost: it was counted once. */
static void look_up(struct mutator *mutator, size_t slot)
{
    void *entry = gc_read(table_of(mutator), mutator->first + slot);
    if (mutator->serials[slot] == 0)
        return;
    if (entry_lost_node(&mutator->experiment->shape, entry, mutator->serials[slot]) < 0)
        return;
    lose(mutator, slot);
    put(mutator, slot, NULL, 0);
}

/* An entry of another thread's part: it may be replaced meanwhile, but what was read lives. Without
 * a barrier it is left alone, since whose loss it is could not be told. */
static void look_up_anywhere(struct mutator *mutator)
{
    struct experiment *experiment = mutator->experiment;
    if (experiment->plan->options.barrier == GC_BARRIER_NONE)
        return;
    size_t slot = demo_random_below(&mutator->random, experiment->slots);
    void *entry = gc_read(table_of(mutator), slot);
    if (entry && entry_lost_node(&experiment->shape, entry, 0) >= 0)
        lose(mutator, slot - mutator->first);
}

static bool make(struct mutator *mutator, size_t slot, bool keep)
{
    struct experiment *experiment = mutator->experiment;
    uint64_t serial = mutator->next_serial++;
    void *entry = entry_new(mutator->self, &experiment->shape, serial);
    mutator->bytes += (double)experiment->shape.bytes;
    if (!entry)
        atomic_store(&experiment->exhausted, true);
    else if (keep)
        put(mutator, slot, entry, serial);
    return entry != NULL;
}

/* Moves: this is how a pointer gets from where marking has not been to where it has. */
static void exchange(struct mutator *mutator, size_t a, size_t b)
{
    void *table = table_of(mutator);
    uint64_t serial = mutator->serials[a];
    gc_push(mutator->self, gc_read(table, mutator->first + a));
    put(mutator, a, gc_read(table, mutator->first + b), mutator->serials[b]);
    put(mutator, b, gc_top(mutator->self, 0), serial);
    gc_pop(mutator->self, 1);
}

/*** The thread ***/

static bool is_over(const struct mutator *mutator)
{
    return atomic_load_explicit(&mutator->experiment->ending, memory_order_relaxed) ||
           atomic_load_explicit(&mutator->experiment->exhausted, memory_order_relaxed);
}

/* All begin together, after a collection: every run starts from the same state. */
static void fill(struct mutator *mutator)
{
    struct experiment *experiment = mutator->experiment;
    for (size_t slot = 0; slot < mutator->slots && !is_over(mutator); slot++)
        make(mutator, slot, true);
    if (atomic_fetch_add(&experiment->filled, 1) + 1 == experiment->plan->mutators) {
        gc_collect(mutator->self);
        atomic_store(&experiment->ready, true);
    }
    gc_rest_begin(mutator->self);
    while (!atomic_load(&experiment->ready) && !is_over(mutator))
        nanosleep(&(struct timespec){.tv_nsec = NAP_NS_MAX / 4}, NULL);
    gc_rest_end(mutator->self);
}

/* By how much it is ahead of the rate; that is of all threads together. */
static double ahead_ns(const struct mutator *mutator)
{
    const struct plan *plan = mutator->experiment->plan;
    double due = mutator->bytes / (plan->rate / plan->mutators) * 1e9;
    return due - (double)(demo_now_ns() - mutator->paced_ns);
}

/* The rate is a parameter: a thread that is ahead of it rests until it is due, in naps, so that it
 * hears of the end. */
static void keep_pace(struct mutator *mutator)
{
    if (mutator->experiment->plan->rate <= 0 || ahead_ns(mutator) < NAP_NS_MAX / 4)
        return;
    gc_rest_begin(mutator->self);
    for (double ahead; (ahead = ahead_ns(mutator)) > 0 && !is_over(mutator);)
        nanosleep(&(struct timespec){.tv_nsec = ahead < NAP_NS_MAX ? (long)ahead : NAP_NS_MAX},
                  NULL);
    gc_rest_end(mutator->self);
}

static void operate(struct mutator *mutator)
{
    struct demo_random *random = &mutator->random;
    size_t slot = demo_random_below(random, mutator->slots);
    look_up(mutator, slot);
    if (!make(mutator, slot, demo_random_unit(random) < mutator->experiment->plan->survivors))
        return;
    exchange(mutator, demo_random_below(random, mutator->slots),
             demo_random_below(random, mutator->slots));
}

static void work(struct mutator *mutator)
{
    mutator->bytes = 0;
    mutator->paced_ns = demo_now_ns();
    unsigned n = mutator->experiment->shape.bytes * LOOK_EVERY <= LOOK_BYTES ? LOOK_EVERY : 1;
    while (!is_over(mutator)) {
        for (unsigned i = 0; i < n; i++)
            operate(mutator);
        look_up_anywhere(mutator);
        atomic_fetch_add_explicit(&mutator->experiment->operations, n, memory_order_relaxed);
        keep_pace(mutator);
    }
}

/* Every entry once more, when all is done; a run that is stopped has no time for that. */
static void look_up_all(struct mutator *mutator)
{
    struct demo *demo = mutator->experiment->demo;
    for (size_t slot = 0; slot < mutator->slots && !demo_stopping(demo); slot++) {
        look_up(mutator, slot);
        gc_poll(mutator->self);
    }
}

static void mutator_init(struct mutator *mutator, const struct mutator_thread *thread)
{
    struct experiment *experiment = thread->experiment;
    size_t share = experiment->slots / (size_t)experiment->plan->mutators;
    uint64_t number = (uint64_t)thread->number;
    *mutator = (struct mutator){.experiment = experiment,
                                .random = {experiment->plan->seed * MUTATORS_MAX + number},
                                .first = share * number,
                                .slots = share,
                                .next_serial = ((number + 1) << 48) + 1};
    mutator->serials = calloc(share, sizeof *mutator->serials);
    mutator->self = gc_attach(experiment->gc);
}

static void *mutate(void *arg)
{
    struct mutator mutator;
    mutator_init(&mutator, arg);
    if (mutator.self && mutator.serials) {
        fill(&mutator);
        work(&mutator);
        look_up_all(&mutator);
    } else {
        atomic_store(&mutator.experiment->exhausted, true);
    }
    gc_detach(mutator.self);
    free(mutator.serials);
    return NULL;
}

int mutators_start(struct experiment *experiment, struct mutator_thread *threads)
{
    for (int i = 0; i < experiment->plan->mutators; i++) {
        threads[i] = (struct mutator_thread){experiment, i, 0};
        int r = pthread_create(&threads[i].pthread, NULL, mutate, &threads[i]);
        if (r != 0) {
            atomic_store(&experiment->ending, true);
            mutators_join(threads, i);
            return -r;
        }
    }
    return 0;
}

void mutators_join(struct mutator_thread *threads, int n)
{
    for (int i = 0; i < n; i++)
        pthread_join(threads[i].pthread, NULL);
}
