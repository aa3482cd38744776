/* peer_boehm.c WORKLOAD [THREADS] - the workloads of bench_demo_gc_collector.c on the Boehm
 * collector (libgc). It is given all the help it knows: thread-local allocation, and values without
 * pointers are allocated as such. */
#define GC_THREADS
#include <gc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "../../../demos/lib/demo_random.h"

enum { DEPTH = 16, TREES = 40, NODES = (2 << DEPTH) - 1 };
enum { ENTRIES = 100000, REPLACEMENTS = 4000000, THREADS_MAX = 64 };

static double stopped_at, longest_stop;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void on_event(GC_EventType event)
{
    if (event == GC_EVENT_PRE_STOP_WORLD)
        stopped_at = now();
    if (event == GC_EVENT_POST_START_WORLD && now() - stopped_at > longest_stop)
        longest_stop = now() - stopped_at;
}

static void check(int right)
{
    if (!right)
        exit((fprintf(stderr, "an object is not what it should be\n"), 1));
}

struct node {
    struct node *sides[2];
};

static struct node *tree_make(int depth)
{
    struct node *node = GC_MALLOC(sizeof *node);
    for (int side = 0; side < 2 && depth > 0; side++)
        node->sides[side] = tree_make(depth - 1);
    return node;
}

static int tree_count(const struct node *node)
{
    return node ? 1 + tree_count(node->sides[0]) + tree_count(node->sides[1]) : 0;
}

static void *trees(void *arg)
{
    struct node *kept = tree_make(DEPTH);
    for (int i = 0; i < TREES; i++)
        check(tree_count(tree_make(DEPTH)) == NODES);
    check(tree_count(kept) == NODES);
    return arg;
}

struct entry {
    uint64_t *value;
    uint64_t words[7];
};

static void *cache(void *arg)
{
    struct demo_random random = {(uint64_t)(uintptr_t)arg};
    struct entry **table = GC_MALLOC(ENTRIES * sizeof *table);
    for (size_t i = 0; i < ENTRIES + REPLACEMENTS; i++) {
        size_t slot = i < ENTRIES ? i : demo_random_below(&random, ENTRIES);
        if (table[slot])
            check(table[slot]->value[1] == slot);
        uint64_t *value = GC_MALLOC_ATOMIC(32);
        memset(value, 0, 32);
        value[1] = slot;
        struct entry *entry = GC_MALLOC(sizeof *entry);
        entry->value = value;
        table[slot] = entry;
    }
    return arg;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    int threads = argc > 2 ? atoi(argv[2]) : 2, tree = strcmp(argv[1], "trees") == 0;
    pthread_t ids[THREADS_MAX];
    struct rusage usage;
    GC_INIT();
    GC_set_on_collection_event(on_event);
    double start = now();
    for (int i = 0; i < threads; i++)
        pthread_create(&ids[i], NULL, tree ? trees : cache, (void *)(uintptr_t)(i + 1));
    for (int i = 0; i < threads; i++)
        pthread_join(ids[i], NULL);
    double seconds = now() - start;
    double operations = threads * (tree ? (TREES + 1.0) * NODES : ENTRIES + REPLACEMENTS);
    getrusage(RUSAGE_SELF, &usage);
    printf("boehm %s %.2f %.1f %.1f %.1f\n", argv[1], operations / seconds / 1e6,
           longest_stop * 1e6, (double)GC_get_heap_size() / 1e6, (double)usage.ru_maxrss / 1e3);
    return 0;
}
