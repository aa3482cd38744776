/* The pool: where Get looks and in which order, what a collection does, and that whatever threads
 * and collections do at once, nobody ever holds what another holds and nothing is lost. */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "free_list.h"
#include "sync_pool.h"

static int a, b, c;
static int dropped; /* by pools of one thread */

static void count_drop(void *object, void *arg)
{
    (void)object, (void)arg;
    dropped++;
}

static struct pool *pool_of(struct pool_options options)
{
    options.drop = count_drop;
    struct pool *pool = pool_new(&options);
    assert_non_null(pool);
    dropped = 0;
    return pool;
}

static void collect(struct pool *pool, int times)
{
    while (times-- > 0)
        pool_gc(pool);
}

/*** Get and Put ***/

static void an_empty_pool_has_nothing(void **state)
{
    struct pool *pool = pool_of((struct pool_options){.ps = 3});
    (void)state;
    for (int p = 0; p < 3; p++)
        assert_null(pool_get(pool, p));
    assert_int_equal(pool_counts(pool, 1).gets[POOL_NEW], 1);
    pool_free(pool);
}

static void the_private_object_comes_first_then_the_newest_of_the_list(void **state)
{
    struct pool *pool = pool_of((struct pool_options){.ps = 1});
    (void)state;
    pool_put(pool, 0, &a);
    pool_put(pool, 0, &b);
    pool_put(pool, 0, &c);
    assert_ptr_equal(pool_get(pool, 0), &a);
    assert_ptr_equal(pool_get(pool, 0), &c);
    assert_ptr_equal(pool_get(pool, 0), &b);
    struct pool_counts counts = pool_counts(pool, 0);
    assert_int_equal(counts.gets[POOL_PRIVATE], 1);
    assert_int_equal(counts.gets[POOL_SHARED], 2);
    pool_free(pool);
}

static void a_thief_takes_the_oldest_of_the_list_and_never_the_private_one(void **state)
{
    struct pool *pool = pool_of((struct pool_options){.ps = 2});
    (void)state;
    pool_put(pool, 0, &a);
    pool_put(pool, 0, &b);
    pool_put(pool, 0, &c);
    assert_ptr_equal(pool_get(pool, 1), &b);
    assert_ptr_equal(pool_get(pool, 1), &c);
    assert_null(pool_get(pool, 1));
    assert_int_equal(pool_counts(pool, 1).gets[POOL_STEAL], 2);
    pool_free(pool);
    assert_int_equal(dropped, 1);
}

static void without_stealing_nobody_sees_what_another_put(void **state)
{
    struct pool *pool = pool_of((struct pool_options){.ps = 2, .no_steal = true});
    (void)state;
    pool_put(pool, 0, &a);
    pool_put(pool, 0, &b);
    assert_null(pool_get(pool, 1));
    pool_gc(pool);
    assert_null(pool_get(pool, 1));
    pool_free(pool);
}

static void putting_null_is_ignored(void **state)
{
    struct pool *pool = pool_of((struct pool_options){.ps = 1});
    (void)state;
    pool_put(pool, 0, NULL);
    pool_put(pool, 0, &a);
    assert_ptr_equal(pool_get(pool, 0), &a);
    pool_free(pool);
    assert_int_equal(dropped, 0);
}

/*** Collections ***/

static void an_untouched_object_lives_through_one_collection_and_dies_at_the_second(void **state)
{
    (void)state;
    for (int cycles = 0; cycles <= 2; cycles++) {
        struct pool *pool = pool_of((struct pool_options){.ps = 2});
        pool_put(pool, 0, &a);
        pool_put(pool, 0, &b);
        collect(pool, cycles);
        assert_int_equal(dropped, cycles == 2 ? 2 : 0);
        assert_ptr_equal(pool_get(pool, 0), cycles == 2 ? NULL : &a);
        assert_ptr_equal(pool_get(pool, 1), cycles == 2 ? NULL : &b);
        pool_free(pool);
    }
}

static void an_object_used_between_collections_never_dies(void **state)
{
    struct pool *pool = pool_of((struct pool_options){.ps = 1});
    (void)state;
    pool_put(pool, 0, &a);
    for (int i = 0; i < 50; i++) {
        pool_gc(pool);
        assert_ptr_equal(pool_get(pool, 0), &a);
        pool_put(pool, 0, &a);
    }
    assert_int_equal(dropped, 0);
    pool_free(pool);
    assert_int_equal(dropped, 1);
}

static void without_victims_the_first_collection_drops_all(void **state)
{
    struct pool *pool = pool_of((struct pool_options){.ps = 1, .no_victim = true});
    (void)state;
    pool_put(pool, 0, &a);
    pool_put(pool, 0, &b);
    assert_int_equal(pool_gc(pool).dropped, 2);
    assert_null(pool_get(pool, 0));
    pool_free(pool);
    assert_int_equal(dropped, 2);
}

static void others_lists_come_before_victims(void **state)
{
    struct pool *pool = pool_of((struct pool_options){.ps = 2});
    (void)state;
    pool_put(pool, 0, &a);
    pool_gc(pool);
    pool_put(pool, 1, &b);
    pool_put(pool, 1, &c);
    assert_ptr_equal(pool_get(pool, 0), &c);
    assert_ptr_equal(pool_get(pool, 0), &a);
    assert_int_equal(pool_counts(pool, 0).gets[POOL_STEAL], 1);
    assert_int_equal(pool_counts(pool, 0).gets[POOL_VICTIM], 1);
    pool_free(pool);
}

/* As in Go: the first who finds no victim says so for all. */
static void one_who_finds_no_victim_ends_the_search_for_everybody(void **state)
{
    struct pool *pool = pool_of((struct pool_options){.ps = 2});
    (void)state;
    pool_put(pool, 0, &a);
    pool_gc(pool);
    assert_null(pool_get(pool, 1));
    assert_null(pool_get(pool, 0));
    pool_gc(pool);
    assert_int_equal(dropped, 1);
    pool_free(pool);
}

/*** Options ***/

static void impossible_options_are_refused(void **state)
{
    const struct pool_options wrong[] = {{.ps = 0, .drop = count_drop},
                                         {.ps = POOL_PS_MAX + 1, .drop = count_drop},
                                         {.ps = -1, .drop = count_drop},
                                         {.ps = 1}};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        errno = 0;
        assert_null(pool_new(&wrong[i]));
        assert_int_equal(errno, EINVAL);
    }
    pool_free(NULL);
}

/*** Threads: everything at once ***/

enum { THREADS = 4, BURST = 40, BURSTS = 1500 };

struct item {
    atomic_int holder;
};

struct storm {
    struct pool *pool;
    atomic_int born, dead, conflicts, running;
};

struct stormer {
    struct storm *storm;
    int p;
    pthread_t thread;
};

static void item_drop(void *object, void *arg)
{
    struct storm *storm = arg;
    struct item *item = object;
    if (atomic_exchange(&item->holder, -1) != 0)
        atomic_fetch_add(&storm->conflicts, 1);
    atomic_fetch_add(&storm->dead, 1);
    free(item);
}

static struct item *item_get(struct stormer *self)
{
    struct item *item = pool_get(self->storm->pool, self->p);
    if (!item) {
        item = calloc(1, sizeof *item);
        atomic_fetch_add(&self->storm->born, 1);
    }
    if (atomic_exchange(&item->holder, self->p + 1) != 0)
        atomic_fetch_add(&self->storm->conflicts, 1);
    return item;
}

static void item_put(struct stormer *self, struct item *item)
{
    if (atomic_exchange(&item->holder, 0) != self->p + 1)
        atomic_fetch_add(&self->storm->conflicts, 1);
    pool_put(self->storm->pool, self->p, item);
}

/* Ps differ in how many they hold, so that objects pile up here and lack there. */
static void *stormer_main(void *arg)
{
    struct stormer *self = arg;
    struct item *hand[BURST];
    uint64_t random = (uint64_t)self->p + 1;
    for (int i = 0; i < BURSTS; i++) {
        random = random * 6364136223846793005 + 1442695040888963407;
        int n = 1 + (int)(random >> 33) % (self->p % 2 ? BURST : 2);
        for (int k = 0; k < n; k++)
            hand[k] = item_get(self);
        for (int k = 0; k < n; k++)
            item_put(self, hand[k]);
    }
    atomic_fetch_sub(&self->storm->running, 1);
    return NULL;
}

static void run_storm(struct pool_options options)
{
    struct storm storm = {0};
    struct stormer stormers[THREADS];
    options.ps = THREADS;
    options.drop = item_drop;
    options.arg = &storm;
    storm.pool = pool_new(&options);
    assert_non_null(storm.pool);
    atomic_store(&storm.running, THREADS);
    for (int p = 0; p < THREADS; p++) {
        stormers[p] = (struct stormer){.storm = &storm, .p = p};
        assert_int_equal(pthread_create(&stormers[p].thread, NULL, stormer_main, &stormers[p]), 0);
    }
    while (atomic_load(&storm.running) > 0)
        pool_gc(storm.pool);
    for (int p = 0; p < THREADS; p++)
        pthread_join(stormers[p].thread, NULL);
    pool_free(storm.pool);
    assert_int_equal(atomic_load(&storm.conflicts), 0);
    assert_int_equal(atomic_load(&storm.dead), atomic_load(&storm.born));
}

static void no_object_is_held_by_two_and_none_is_lost_whatever_is_taken_away(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits < 8; bits++)
        run_storm((struct pool_options){
            .no_steal = bits & 1, .no_victim = bits & 2, .no_padding = bits & 4});
}

static void the_same_holds_where_the_kernel_has_no_membarrier(void **state)
{
    (void)state;
    run_storm((struct pool_options){.no_membarrier = true});
}

static void *collect_some(void *arg)
{
    collect(arg, 200);
    return NULL;
}

static void two_may_ask_for_a_collection_at_once(void **state)
{
    struct pool *pool = pool_of((struct pool_options){.ps = 1});
    pthread_t other;
    (void)state;
    assert_int_equal(pthread_create(&other, NULL, collect_some, pool), 0);
    for (int i = 0; i < 200; i++) {
        pool_put(pool, 0, &a);
        pool_gc(pool);
        pool_get(pool, 0);
    }
    pthread_join(other, NULL);
    pool_free(pool);
}

/*** What it is compared with ***/

static void a_free_list_gives_back_the_newest_first_and_drops_the_rest(void **state)
{
    struct free_list list;
    void *objects[3][2];
    (void)state;
    dropped = 0;
    free_list_init(&list);
    assert_null(free_list_get(&list));
    for (int i = 0; i < 3; i++)
        free_list_put(&list, objects[i]);
    assert_ptr_equal(free_list_get(&list), objects[2]);
    free_list_destroy(&list, count_drop, NULL);
    assert_int_equal(dropped, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_pool_has_nothing),
        cmocka_unit_test(the_private_object_comes_first_then_the_newest_of_the_list),
        cmocka_unit_test(a_thief_takes_the_oldest_of_the_list_and_never_the_private_one),
        cmocka_unit_test(without_stealing_nobody_sees_what_another_put),
        cmocka_unit_test(putting_null_is_ignored),
        cmocka_unit_test(an_untouched_object_lives_through_one_collection_and_dies_at_the_second),
        cmocka_unit_test(an_object_used_between_collections_never_dies),
        cmocka_unit_test(without_victims_the_first_collection_drops_all),
        cmocka_unit_test(others_lists_come_before_victims),
        cmocka_unit_test(one_who_finds_no_victim_ends_the_search_for_everybody),
        cmocka_unit_test(impossible_options_are_refused),
        cmocka_unit_test(no_object_is_held_by_two_and_none_is_lost_whatever_is_taken_away),
        cmocka_unit_test(the_same_holds_where_the_kernel_has_no_membarrier),
        cmocka_unit_test(two_may_ask_for_a_collection_at_once),
        cmocka_unit_test(a_free_list_gives_back_the_newest_first_and_drops_the_rest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
