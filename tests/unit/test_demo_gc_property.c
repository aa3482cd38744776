/* Whatever a program does with its graph, nothing reachable is ever freed, and garbage does not
 * outlive the next whole cycle. Random graphs from seeds, beside an account of them that knows
 * nothing of the collector. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "internal.h"

#include "../../demos/lib/demo_random.h"

enum { MIB = 1 << 20 };

/*** One thread, and an oracle ***/

enum { NODES = 4000, LINKS = 3, ROOTS = 24, STEPS = 60000 };

/* What the test believes: node i has this address and these links, by number; -1 is none. */
struct oracle {
    void *address[NODES];
    int links[NODES][LINKS];
    bool reached[NODES];
    int n; /* nodes made; the oldest are forgotten when they are unreachable */
    int roots[ROOTS];
};

struct trial {
    struct gc *gc;
    struct gc_mutator *self;
    struct oracle oracle;
    struct demo_random random;
    int type;
    uint64_t made; /* nodes */
};

static int below(struct trial *trial, int n)
{
    return (int)demo_random_below(&trial->random, (uint64_t)n);
}

static _Atomic uint64_t *number_of(void *node)
{
    return (_Atomic uint64_t *)node + LINKS;
}

static void reach(struct oracle *oracle, int node)
{
    if (node < 0 || oracle->reached[node])
        return;
    oracle->reached[node] = true;
    for (int i = 0; i < LINKS; i++)
        reach(oracle, oracle->links[node][i]);
}

static int oracle_trace(struct oracle *oracle)
{
    int n = 0;
    memset(oracle->reached, 0, sizeof oracle->reached);
    for (int i = 0; i < ROOTS; i++)
        reach(oracle, oracle->roots[i]);
    for (int i = 0; i < oracle->n; i++)
        n += oracle->reached[i];
    return n;
}

/* Each reachable node is where it was, and is itself. */
static void assert_nothing_is_lost(struct trial *trial)
{
    struct oracle *oracle = &trial->oracle;
    oracle_trace(oracle);
    for (int i = 0; i < oracle->n; i++) {
        if (!oracle->reached[i])
            continue;
        assert_int_equal(atomic_load(number_of(oracle->address[i])), i + 1);
        for (int k = 0; k < LINKS; k++) {
            int to = oracle->links[i][k];
            assert_ptr_equal(gc_read(oracle->address[i], (size_t)k),
                             to < 0 ? NULL : oracle->address[to]);
        }
    }
}

/* A number for a new node: one that is unreachable, once all have been used. */
static int oracle_number(struct oracle *oracle)
{
    if (oracle->n < NODES)
        return oracle->n++;
    oracle_trace(oracle);
    for (int i = 0; i < NODES; i++)
        if (!oracle->reached[i])
            return i;
    return -1;
}

static void set_root(struct trial *trial, int root, int node)
{
    trial->oracle.roots[root] = node;
    gc_top_set(trial->self, (size_t)(ROOTS - 1 - root),
               node < 0 ? NULL : trial->oracle.address[node]);
}

static void set_link(struct trial *trial, int from, int link, int to)
{
    trial->oracle.links[from][link] = to;
    gc_write(trial->self, trial->oracle.address[from], (size_t)link,
             to < 0 ? NULL : trial->oracle.address[to]);
}

static void make_node(struct trial *trial, int root)
{
    int node = oracle_number(&trial->oracle);
    if (node < 0)
        return set_root(trial, root, -1);
    void *object = gc_alloc(trial->self, trial->type);
    assert_non_null(object);
    trial->made++;
    for (int k = 0; k < LINKS; k++) {
        assert_null(gc_read(object, (size_t)k)); /* zeroed */
        trial->oracle.links[node][k] = -1;
    }
    atomic_store(number_of(object), (uint64_t)node + 1);
    trial->oracle.address[node] = object;
    int old = trial->oracle.roots[root];
    if (old >= 0)
        set_link(trial, node, 0, old);
    set_root(trial, root, node);
}

/* Some node that hangs on a root: a walk of a few links. -1 if there is none. */
static int some_node(struct trial *trial)
{
    int node = trial->oracle.roots[below(trial, ROOTS)];
    for (int steps = below(trial, 6); node >= 0 && steps > 0; steps--) {
        int next = trial->oracle.links[node][below(trial, LINKS)];
        node = next >= 0 ? next : node;
    }
    return node;
}

static void change_something(struct trial *trial)
{
    int a = some_node(trial), b = some_node(trial);
    switch (below(trial, 8)) {
    case 0: /* cut */
        if (a >= 0)
            set_link(trial, a, below(trial, LINKS), -1);
        break;
    case 1: /* a root is overwritten: its tree dies, or is held elsewhere */
        set_root(trial, below(trial, ROOTS), b);
        break;
    case 2: /* a link moves from one node to another: what barriers are for */
        if (a >= 0 && b >= 0) {
            int link = below(trial, LINKS), moved = trial->oracle.links[a][link];
            set_link(trial, b, below(trial, LINKS), moved);
            set_link(trial, a, link, -1);
        }
        break;
    case 3:
        if (a >= 0)
            set_link(trial, a, below(trial, LINKS), b);
        break;
    default:
        make_node(trial, below(trial, ROOTS));
    }
}

static struct trial *trial_new(uint64_t seed, struct gc_options options)
{
    struct trial *trial = calloc(1, sizeof *trial);
    options.heap_max = 32 * MIB;
    options.processors = 2;
    assert_int_equal(gc_new(&options, &trial->gc), 0);
    trial->type = gc_type(trial->gc, (LINKS + 1) * sizeof(void *), LINKS);
    trial->self = gc_attach(trial->gc);
    trial->random.state = seed;
    for (int i = 0; i < ROOTS; i++) {
        gc_push(trial->self, NULL);
        trial->oracle.roots[i] = -1;
    }
    return trial;
}

static void trial_free(struct trial *trial)
{
    gc_detach(trial->self);
    gc_free(trial->gc);
    free(trial);
}

/* A tiny minimum heap, so that cycles run all the time. */
static const struct gc_options restless = {.gogc = 100, .min_heap = 64 << 10, .workers = 2};

static void nothing_reachable_is_freed_while_the_graph_changes_under_marking(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 6; seed++) {
        struct trial *trial = trial_new(seed, restless);
        for (int step = 0; step < STEPS; step++) {
            change_something(trial);
            if (step % 2000 == 0)
                assert_nothing_is_lost(trial);
        }
        assert_nothing_is_lost(trial);
        struct gc_stats stats;
        gc_stats(trial->gc, &stats);
        assert_true(stats.cycles >= 5);
        trial_free(trial);
    }
}

static void a_whole_cycle_keeps_exactly_what_is_reachable(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 4; seed++) {
        struct trial *trial = trial_new(100 + seed, restless);
        for (int round = 0; round < 20; round++) {
            for (int step = 0; step < 2000; step++)
                change_something(trial);
            gc_collect(trial->self);
            struct gc_stats stats;
            gc_stats(trial->gc, &stats);
            uint64_t size = (LINKS + 1) * sizeof(void *);
            assert_int_equal(stats.marked, (uint64_t)oracle_trace(&trial->oracle) * size);
            assert_nothing_is_lost(trial);
        }
        trial_free(trial);
    }
}

/* What floats is what died, or was born, while the cycle was on its way. */
static void floating_garbage_is_bounded_by_what_happened_during_the_cycle(void **state)
{
    (void)state;
    struct trial *trial = trial_new(7, (struct gc_options){.gogc = -1, .no_assist = true});
    for (int round = 0; round < 30; round++) {
        for (int step = 0; step < 1000; step++)
            change_something(trial);
        uint64_t reachable = (uint64_t)oracle_trace(&trial->oracle), made = trial->made;
        cycle_start(trial->self);
        for (int step = 0; gc_is_marking(trial->gc); step++) {
            if (step < 5000)
                change_something(trial);
            gc_rest_begin(trial->self);
            gc_rest_end(trial->self);
        }
        struct gc_stats stats;
        gc_stats(trial->gc, &stats);
        assert_int_equal(stats.cycles, round + 1);
        assert_true(stats.marked <= (reachable + trial->made - made) * 4 * sizeof(void *));
    }
    trial_free(trial);
}

/*** Threads that hand each other objects ***/

enum { THREADS = 3, SHARED = 256, TURNS = 40000 };

struct shared {
    struct gc *gc;
    int node, buffer; /* a link and two numbers; 200 bytes without links */
    atomic_int bad, threads;
};

/* Two numbers that belong together: torn or freed memory does not have them. */
static void *stamped(struct shared *shared, struct gc_mutator *self, uint64_t number)
{
    uint64_t *node = gc_alloc(self, shared->node);
    node[1] = number;
    node[2] = number * 0x9e3779b97f4a7c15 + 1;
    return node;
}

static bool is_sound(void *node)
{
    const uint64_t *words = node;
    return words[2] == words[1] * 0x9e3779b97f4a7c15 + 1;
}

static void take_a_turn(struct shared *shared, struct gc_mutator *self, struct demo_random *random)
{
    void *table = gc_global_read(shared->gc, 0);
    size_t slot = demo_random_below(random, SHARED), other = demo_random_below(random, SHARED);
    void *found = gc_read(table, slot);
    for (int depth = 0; found && depth < 8; depth++, found = gc_read(found, 0))
        if (!is_sound(found))
            atomic_fetch_add(&shared->bad, 1);
    gc_push(self, gc_read(table, slot)); /* may be replaced by another thread at any time */
    void *made = stamped(shared, self, demo_random(random));
    if (demo_random_below(random, 4) > 0)
        gc_write(self, made, 0, gc_top(self, 0));
    gc_write(self, table, other, made);
    if (demo_random_below(random, 8) == 0)
        gc_write(self, table, slot, NULL);
    gc_pop(self, 1);
    memset(gc_alloc(self, shared->buffer), 0xab, 200); /* garbage at once */
}

static void *share_objects(void *arg)
{
    struct shared *shared = arg;
    struct gc_mutator *self = gc_attach(shared->gc);
    struct demo_random random = {(uint64_t)atomic_fetch_add(&shared->threads, 1)};
    for (int turn = 0; turn < TURNS; turn++) {
        take_a_turn(shared, self, &random);
        if (turn % 5000 == 4999) {
            gc_rest_begin(self);
            gc_rest_end(self);
        }
        if (turn % 9000 == 8999)
            gc_collect(self);
    }
    gc_detach(self);
    return NULL;
}

static void run_sharing(struct shared *shared, struct gc_options options)
{
    pthread_t threads[THREADS];
    options.heap_max = 64 * MIB;
    assert_int_equal(gc_new(&options, &shared->gc), 0);
    shared->node = gc_type(shared->gc, 24, 1);
    shared->buffer = gc_type(shared->gc, 200, 0);
    struct gc_mutator *self = gc_attach(shared->gc);
    gc_global_write(self, 0, gc_alloc_large(self, SHARED * sizeof(void *), SHARED));
    gc_detach(self);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, share_objects, shared), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    gc_free(shared->gc);
}

static void threads_that_hand_each_other_objects_find_them_whole(void **state)
{
    static const struct gc_options kinds[] = {
        {.gogc = 100, .min_heap = 256 << 10, .processors = 3},
        {.gogc = 30, .min_heap = 256 << 10, .processors = 4, .workers = 3},
        {.gogc = 100, .min_heap = 256 << 10, .processors = 2, .no_assist = true},
        {.gogc = 100, .min_heap = 256 << 10, .processors = 2, .no_pacer = true},
        {.gogc = -1, .limit = 512 << 10, .processors = 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        struct shared shared = {0};
        run_sharing(&shared, kinds[i]);
        assert_int_equal(shared.bad, 0);
    }
}

/*** The end of memory ***/

static void a_full_heap_collects_and_goes_on(void **state)
{
    struct gc *gc;
    struct gc_stats stats;
    (void)state;
    assert_int_equal(
        gc_new(&(struct gc_options){.gogc = -1, .heap_max = 4 * MIB, .processors = 1}, &gc), 0);
    int type = gc_type(gc, 1024, 0);
    struct gc_mutator *self = gc_attach(gc);
    for (int i = 0; i < 20000; i++)
        assert_non_null(gc_alloc(self, type));
    gc_stats(gc, &stats);
    assert_in_range(stats.stalls, 3, 20);
    gc_detach(self);
    gc_free(gc);
}

static void allocation_fails_when_everything_lives_and_the_heap_is_full(void **state)
{
    struct gc *gc;
    int kept = 0;
    (void)state;
    assert_int_equal(
        gc_new(&(struct gc_options){.gogc = 100, .heap_max = 1 * MIB, .processors = 1}, &gc), 0);
    int type = gc_type(gc, 1024, 0);
    struct gc_mutator *self = gc_attach(gc);
    for (void *object; (object = gc_alloc(self, type)); kept++)
        gc_push(self, object);
    assert_int_equal(kept, 1024);
    gc_pop(self, 1000);
    assert_non_null(gc_alloc(self, type));
    assert_null(gc_alloc_large(self, 2 * MIB, 0));
    gc_detach(self);
    gc_free(gc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_reachable_is_freed_while_the_graph_changes_under_marking),
        cmocka_unit_test(a_whole_cycle_keeps_exactly_what_is_reachable),
        cmocka_unit_test(floating_garbage_is_bounded_by_what_happened_during_the_cycle),
        cmocka_unit_test(threads_that_hand_each_other_objects_find_them_whole),
        cmocka_unit_test(a_full_heap_collects_and_goes_on),
        cmocka_unit_test(allocation_fails_when_everything_lives_and_the_heap_is_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
