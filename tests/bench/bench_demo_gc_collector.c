/* bench_demo_gc_collector.c - the collector of demos/gc against malloc and free, on two workloads;
 * tests/bench/gc/compare.sh runs the same ones with Go and the Boehm collector in turn.
 *
 *     bench_demo_gc_collector [collector|malloc trees|cache [THREADS]]
 *
 *   trees   binary trees, after Boehm's GCBench: each thread keeps a tree of 2^17-1 nodes of two
 *           pointers, and builds, walks and drops another one time and again
 *   cache   a steady state: each thread replaces random entries of its 100 000, each of 64 bytes
 *           with a 32-byte value, and reads what it replaces
 *
 * A line for each: operations in millions a second (trees: nodes), the longest time that the world
 * stood in microseconds, the heap that the collector holds and the peak resident set, in MB. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../demos/lib/demo_random.h"
#include "collector.h"

enum { DEPTH = 16, TREES = 40, NODES = (2 << DEPTH) - 1 };
enum { ENTRIES = 100000, REPLACEMENTS = 4000000 };
enum { ENTRY_BYTES = 64, VALUE_BYTES = 32, STAMP = 1 /* a word of the value */ };

static struct gc *gc;
static int node_type, entry_type, value_type;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void check(bool right)
{
    if (right)
        return;
    fprintf(stderr, "an object is not what it should be\n");
    exit(1);
}

/*** Trees ***/

static void *tree_make(struct gc_mutator *self, int depth)
{
    void *node = gc_alloc(self, node_type);
    if (depth == 0)
        return node;
    gc_push(self, node);
    for (size_t side = 0; side < 2; side++) {
        void *child = tree_make(self, depth - 1);
        gc_write(self, gc_top(self, 0), side, child);
    }
    node = gc_top(self, 0);
    gc_pop(self, 1);
    return node;
}

static int tree_count(struct gc_mutator *self, void *node)
{
    gc_poll(self);
    if (!gc_read(node, 0))
        return 1;
    return 1 + tree_count(self, gc_read(node, 0)) + tree_count(self, gc_read(node, 1));
}

static void *collector_trees(void *arg)
{
    struct gc_mutator *self = gc_attach(gc);
    gc_push(self, tree_make(self, DEPTH));
    for (int i = 0; i < TREES; i++) {
        gc_push(self, tree_make(self, DEPTH));
        check(tree_count(self, gc_top(self, 0)) == NODES);
        gc_pop(self, 1);
    }
    check(tree_count(self, gc_top(self, 0)) == NODES);
    gc_detach(self);
    return arg;
}

struct node {
    struct node *sides[2];
};

static struct node *malloc_tree(int depth)
{
    struct node *node = malloc(sizeof *node);
    for (int side = 0; side < 2; side++)
        node->sides[side] = depth > 0 ? malloc_tree(depth - 1) : NULL;
    return node;
}

static int malloc_count(const struct node *node)
{
    return node ? 1 + malloc_count(node->sides[0]) + malloc_count(node->sides[1]) : 0;
}

static void malloc_free_tree(struct node *node)
{
    if (!node)
        return;
    malloc_free_tree(node->sides[0]);
    malloc_free_tree(node->sides[1]);
    free(node);
}

static void *malloc_trees(void *arg)
{
    struct node *kept = malloc_tree(DEPTH);
    for (int i = 0; i < TREES; i++) {
        struct node *tree = malloc_tree(DEPTH);
        check(malloc_count(tree) == NODES);
        malloc_free_tree(tree);
    }
    check(malloc_count(kept) == NODES);
    malloc_free_tree(kept);
    return arg;
}

/*** Cache ***/

/* An entry whose value says `number`; not rooted. */
static void *entry_make(struct gc_mutator *self, uint64_t number)
{
    uint64_t *value = gc_alloc(self, value_type);
    value[STAMP] = number;
    gc_push(self, value);
    void *entry = gc_alloc(self, entry_type);
    gc_write(self, entry, 0, gc_top(self, 0));
    gc_pop(self, 1);
    return entry;
}

static void *collector_cache(void *arg)
{
    struct gc_mutator *self = gc_attach(gc);
    struct demo_random random = {(uint64_t)(uintptr_t)arg};
    gc_push(self, gc_alloc_large(self, ENTRIES * sizeof(void *), ENTRIES));
    for (size_t i = 0; i < ENTRIES + REPLACEMENTS; i++) {
        size_t slot = i < ENTRIES ? i : demo_random_below(&random, ENTRIES);
        const void *old = gc_read(gc_top(self, 0), slot);
        if (old)
            check(((const uint64_t *)gc_read(old, 0))[STAMP] == slot);
        void *entry = entry_make(self, slot);
        gc_write(self, gc_top(self, 0), slot, entry);
    }
    gc_detach(self);
    return arg;
}

static void *malloc_cache(void *arg)
{
    struct demo_random random = {(uint64_t)(uintptr_t)arg};
    uint64_t ***table = calloc(ENTRIES, sizeof *table);
    for (size_t i = 0; i < ENTRIES + REPLACEMENTS; i++) {
        size_t slot = i < ENTRIES ? i : demo_random_below(&random, ENTRIES);
        uint64_t **old = table[slot];
        if (old) {
            check((*old)[STAMP] == slot);
            free(*old);
            free(old);
        }
        uint64_t *value = calloc(1, VALUE_BYTES), **entry = calloc(1, ENTRY_BYTES);
        value[STAMP] = slot;
        *entry = value;
        table[slot] = entry;
    }
    for (size_t slot = 0; slot < ENTRIES; slot++) {
        free(*table[slot]);
        free(table[slot]);
    }
    free(table);
    return arg;
}

/*** One run ***/

static double run_threads(int n, void *(*work)(void *))
{
    pthread_t threads[GC_MUTATORS_MAX];
    double start = now();
    for (int i = 0; i < n; i++)
        pthread_create(&threads[i], NULL, work, (void *)(uintptr_t)(i + 1));
    for (int i = 0; i < n; i++)
        pthread_join(threads[i], NULL);
    return now() - start;
}

static void collector_open(int threads)
{
    struct gc_options options = {.gogc = 100, .heap_max = 1 << 30, .processors = threads};
    check(gc_new(&options, &gc) == 0);
    node_type = gc_type(gc, sizeof(struct node), 2);
    entry_type = gc_type(gc, ENTRY_BYTES, 1);
    value_type = gc_type(gc, VALUE_BYTES, 0);
}

static void run(const char *who, const char *what, int threads)
{
    bool collects = strcmp(who, "collector") == 0, trees = strcmp(what, "trees") == 0;
    struct gc_stats stats = {0};
    struct rusage usage;
    double operations = (double)threads * (trees ? (TREES + 1.0) * NODES : ENTRIES + REPLACEMENTS);
    if (collects)
        collector_open(threads);
    double seconds = run_threads(threads, collects ? trees ? collector_trees : collector_cache
                                          : trees  ? malloc_trees
                                                   : malloc_cache);
    if (collects)
        gc_stats(gc, &stats);
    gc_free(gc);
    getrusage(RUSAGE_SELF, &usage);
    printf("%s %s %.2f %.1f %.1f %.1f\n", who, what, operations / seconds / 1e6,
           (double)stats.pause_max_ns / 1e3, (double)stats.committed / 1e6,
           (double)usage.ru_maxrss / 1e3);
}

/* Each in a process of its own, so that peaks are its own. */
static void run_apart(const char *who, const char *what)
{
    int status = 0;
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        run(who, what, 2);
        fflush(stdout);
        _exit(0);
    }
    waitpid(pid, &status, 0);
    check(status == 0);
}

int main(int argc, char **argv)
{
    if (argc >= 3)
        return run(argv[1], argv[2], argc > 3 ? atoi(argv[3]) : 2), 0;
    printf("who workload Mops/s longest-stop-us heap-MB peak-RSS-MB (tests/bench/gc/compare.sh "
           "adds Go and Boehm)\n");
    for (int i = 0; i < 2; i++) {
        run_apart("collector", i == 0 ? "trees" : "cache");
        run_apart("malloc", i == 0 ? "trees" : "cache");
    }
    return 0;
}
