/* bench_demo_gc_barrier.c - is an object ever lost? A thousand million pointers written through the
 * barrier while the collector marks; then the same without it, which must be caught.
 *
 *     bench_demo_gc_barrier [MILLIONS [SEEDS]]
 *
 * Each of two threads has NODES nodes that hold LEAVES leaves, and swaps two of them time and
 * again: a leaf thus moves behind the collector's back, from a node that it has not scanned into
 * one that it has. That is what a barrier is for. A new leaf now and then keeps cycles coming.
 * Every leaf bears a number, and what is read must bear the one that an account outside the heap
 * has for it; a leaf that was freed has been used again for another, or is zeros. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "../../demos/lib/demo_random.h"
#include "collector.h"

enum { THREADS = 2, NODES = 1024, LINKS = 8, LEAVES = NODES * LINKS };
enum { SWAPS = 4 /* for a new leaf */, POLL = 64 /* swaps */ };

struct trial {
    struct gc *gc;
    int node_type, leaf_type;
    uint64_t seed, writes; /* for each thread */
    bool until_lost;
    _Atomic(uint64_t) lost, written;
};

/* A thread's graph. Its nodes are never replaced, so a table of them in the heap is enough. */
struct graph {
    struct trial *trial;
    struct gc_mutator *self;
    struct demo_random random;
    uint64_t numbers[LEAVES]; /* the account */
    uint64_t next;
};

static void *node_of(struct graph *graph, size_t leaf)
{
    return gc_read(gc_top(graph->self, 0), leaf / LINKS);
}

/* The leaf at a place, or NULL if it is not the one that it should be. */
static void *leaf_at(struct graph *graph, size_t place)
{
    uint64_t *leaf = gc_read(node_of(graph, place), place % LINKS);
    if (leaf && *leaf == graph->numbers[place])
        return leaf;
    atomic_fetch_add(&graph->trial->lost, 1);
    return NULL;
}

static void leaf_set(struct graph *graph, size_t place, void *leaf, uint64_t number)
{
    gc_write(graph->self, node_of(graph, place), place % LINKS, leaf);
    graph->numbers[place] = number;
}

static void leaf_make(struct graph *graph, size_t place)
{
    uint64_t *leaf = gc_alloc(graph->self, graph->trial->leaf_type);
    if (!leaf)
        exit((fprintf(stderr, "no memory\n"), 1));
    *leaf = ++graph->next;
    leaf_set(graph, place, leaf, *leaf);
}

static void graph_make(struct graph *graph)
{
    gc_push(graph->self, gc_alloc_large(graph->self, NODES * sizeof(void *), NODES));
    for (size_t i = 0; i < NODES; i++) {
        void *node = gc_alloc(graph->self, graph->trial->node_type);
        gc_write(graph->self, gc_top(graph->self, 0), i, node);
    }
    for (size_t place = 0; place < LEAVES; place++)
        leaf_make(graph, place);
}

/* Two leaves change places. One that is lost is replaced, so that it counts once. */
static void swap(struct graph *graph)
{
    size_t a = demo_random_below(&graph->random, LEAVES);
    size_t b = demo_random_below(&graph->random, LEAVES);
    void *from_a = leaf_at(graph, a), *from_b = leaf_at(graph, b);
    uint64_t number = graph->numbers[a];
    if (from_a && from_b) {
        leaf_set(graph, a, from_b, graph->numbers[b]);
        leaf_set(graph, b, from_a, number);
        return;
    }
    leaf_make(graph, a);
    leaf_make(graph, b);
}

static void *thread_main(void *arg)
{
    struct graph *graph = arg;
    struct trial *trial = graph->trial;
    uint64_t swaps = trial->writes / 2, i;
    graph->self = gc_attach(trial->gc);
    graph_make(graph);
    for (i = 0; i < swaps; i++) {
        swap(graph);
        if (i % SWAPS == 0)
            leaf_make(graph, demo_random_below(&graph->random, LEAVES));
        if (i % POLL)
            continue;
        gc_poll(graph->self);
        if (trial->until_lost && atomic_load(&trial->lost) > 0)
            break;
    }
    for (size_t place = 0; place < LEAVES; place++)
        leaf_at(graph, place);
    atomic_fetch_add(&trial->written, 2 * i + i / SWAPS);
    gc_detach(graph->self);
    return NULL;
}

/* Returns how many cycles there were. */
static uint64_t trial_run(struct trial *trial, enum gc_barrier barrier)
{
    struct gc_options options = {.gogc = 10,
                                 .min_heap = 64 << 10,
                                 .heap_max = 256 << 20,
                                 .processors = THREADS,
                                 .workers = 1,
                                 .barrier = barrier,
                                 .stable_types = barrier == GC_BARRIER_NONE};
    static struct graph graphs[THREADS];
    pthread_t threads[THREADS];
    struct gc_stats stats;
    if (gc_new(&options, &trial->gc) < 0)
        exit((fprintf(stderr, "no collector\n"), 1));
    trial->node_type = gc_type(trial->gc, LINKS * sizeof(void *), LINKS);
    trial->leaf_type = gc_type(trial->gc, 2 * sizeof(uint64_t), 0);
    for (int i = 0; i < THREADS; i++) {
        graphs[i] = (struct graph){.trial = trial,
                                   .random = {trial->seed * THREADS + (uint64_t)i},
                                   .next = (uint64_t)i << 60};
        if (pthread_create(&threads[i], NULL, thread_main, &graphs[i]))
            exit((fprintf(stderr, "no thread\n"), 1));
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    gc_stats(trial->gc, &stats);
    gc_free(trial->gc);
    return stats.cycles;
}

int main(int argc, char **argv)
{
    uint64_t millions = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000;
    uint64_t seeds = argc > 2 ? strtoull(argv[2], NULL, 10) : 10;
    if (millions == 0 || seeds == 0)
        return fprintf(stderr, "usage: bench_demo_gc_barrier [MILLIONS [SEEDS]]\n"), 2;
    uint64_t cycles = 0, written = 0, lost = 0, caught = 0, until = 0;
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        struct trial with = {.seed = seed, .writes = millions * 1000000 / seeds / THREADS};
        cycles += trial_run(&with, GC_BARRIER_HYBRID);
        written += with.written;
        lost += with.lost;
        struct trial without = {.seed = seed, .writes = with.writes, .until_lost = true};
        trial_run(&without, GC_BARRIER_NONE);
        until += without.written;
        caught += without.lost > 0;
    }
    printf("with the barrier: %llu objects lost in %llu writes, %llu seeds, %llu cycles (goal 0)\n",
           (unsigned long long)lost, (unsigned long long)written, (unsigned long long)seeds,
           (unsigned long long)cycles);
    printf("without it: caught losing with %llu of %llu seeds, after %llu writes on average (goal: "
           "all)\n",
           (unsigned long long)caught, (unsigned long long)seeds,
           (unsigned long long)(until / seeds));
    return lost > 0 || caught < seeds;
}
