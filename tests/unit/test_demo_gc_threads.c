/* Threads that hand each other objects, and a heap that is full. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "collector.h"

#include "../../demos/lib/demo_random.h"

enum { MIB = 1 << 20 };

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
        cmocka_unit_test(threads_that_hand_each_other_objects_find_them_whole),
        cmocka_unit_test(a_full_heap_collects_and_goes_on),
        cmocka_unit_test(allocation_fails_when_everything_lives_and_the_heap_is_full),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
