/* Whatever a program does with its graph, nothing reachable is ever freed, and garbage does not
 * outlive the next whole cycle. Random graphs from seeds, beside an account of them that knows
 * nothing of the collector. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_reachable_is_freed_while_the_graph_changes_under_marking),
        cmocka_unit_test(a_whole_cycle_keeps_exactly_what_is_reachable),
        cmocka_unit_test(floating_garbage_is_bounded_by_what_happened_during_the_cycle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
