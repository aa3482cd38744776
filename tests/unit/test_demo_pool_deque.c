/* The lock-free ring and the chain of rings under a P's shared list: order, growth, and that of any
 * number of threads exactly one gets each object. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "chain.h"
#include "dequeue.h"

enum { OBJECTS = 20000, THIEVES = 3 };

static int objects[OBJECTS];

static uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    return z ^ z >> 31;
}

/*** One ring ***/

struct small {
    struct dequeue dequeue;
    _Atomic(void *) slots[8];
};

static struct dequeue *small_init(struct small *small)
{
    dequeue_init(&small->dequeue, small->slots, 8);
    return &small->dequeue;
}

static void the_owner_takes_the_newest_and_a_thief_the_oldest(void **state)
{
    struct small small;
    struct dequeue *ring = small_init(&small);
    (void)state;
    for (int i = 0; i < 4; i++)
        assert_true(dequeue_push_head(ring, &objects[i]));
    assert_ptr_equal(dequeue_pop_head(ring), &objects[3]);
    assert_ptr_equal(dequeue_pop_tail(ring), &objects[0]);
    assert_ptr_equal(dequeue_pop_tail(ring), &objects[1]);
    assert_ptr_equal(dequeue_pop_head(ring), &objects[2]);
    assert_null(dequeue_pop_head(ring));
    assert_null(dequeue_pop_tail(ring));
}

static void a_ring_takes_as_many_as_it_has_slots_and_no_more(void **state)
{
    struct small small;
    struct dequeue *ring = small_init(&small);
    (void)state;
    for (int i = 0; i < 8; i++)
        assert_true(dequeue_push_head(ring, &objects[i]));
    assert_false(dequeue_push_head(ring, &objects[8]));
    assert_ptr_equal(dequeue_pop_tail(ring), &objects[0]);
    assert_true(dequeue_push_head(ring, &objects[8]));
    assert_false(dequeue_push_head(ring, &objects[9]));
}

static void the_place_that_a_thief_has_left_is_filled_again(void **state)
{
    struct small small;
    struct dequeue *ring = small_init(&small);
    (void)state;
    for (int i = 0; i < 8; i++)
        dequeue_push_head(ring, &objects[i]);
    for (int i = 8; i < 100; i++) {
        assert_ptr_equal(dequeue_pop_tail(ring), &objects[i - 8]);
        assert_true(dequeue_push_head(ring, &objects[i]));
        assert_false(dequeue_push_head(ring, &objects[0]));
    }
    assert_ptr_equal(dequeue_pop_head(ring), &objects[99]);
}

static void the_indexes_may_wrap_around(void **state)
{
    struct small small;
    struct dequeue *ring = small_init(&small);
    (void)state;
    ring->tail_seen = UINT64_MAX - 2;
    atomic_store(&ring->head, UINT64_MAX - 2);
    atomic_store(&ring->tail, UINT64_MAX - 2);
    for (int i = 0; i < 8; i++)
        assert_true(dequeue_push_head(ring, &objects[i]));
    assert_false(dequeue_push_head(ring, &objects[8]));
    for (int i = 0; i < 4; i++)
        assert_ptr_equal(dequeue_pop_tail(ring), &objects[i]);
    for (int i = 7; i >= 4; i--)
        assert_ptr_equal(dequeue_pop_head(ring), &objects[i]);
    assert_null(dequeue_pop_head(ring));
    assert_null(dequeue_pop_tail(ring));
}

/*** A chain ***/

/* What the chain holds, by a plain array: [first, last). */
struct model {
    int items[OBJECTS];
    int first, last;
};

static void compare_step(struct chain *chain, struct model *model, struct ring **retired,
                         uint64_t random)
{
    int *object = &objects[random >> 8 & 1023];
    switch (random % 5) {
    case 0:
    case 1:
    case 2:
        assert_true(chain_push_head(chain, object));
        model->items[model->last++] = (int)(object - objects);
        break;
    case 3:
        object = chain_pop_head(chain);
        assert_int_equal(object != NULL, model->first < model->last);
        if (object)
            assert_int_equal(object - objects, model->items[--model->last]);
        break;
    default:
        object = chain_pop_tail(chain, retired);
        assert_int_equal(object != NULL, model->first < model->last);
        if (object)
            assert_int_equal(object - objects, model->items[model->first++]);
    }
}

static void a_chain_does_as_an_array_does_for_any_sequence(void **state)
{
    static struct model model;
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct chain chain = {0};
        struct ring *retired = NULL;
        uint64_t random = seed;
        model.first = model.last = 0;
        for (int i = 0; i < 5000; i++)
            compare_step(&chain, &model, &retired, random_next(&random));
        while (chain_pop_tail(&chain, &retired))
            model.first++;
        assert_int_equal(model.first, model.last);
        chain_clear(&chain);
        ring_free_all(retired);
    }
}

static void rings_that_a_thief_has_emptied_are_put_aside_not_freed(void **state)
{
    struct chain chain = {0};
    struct ring *retired = NULL;
    (void)state;
    for (int i = 0; i < 100; i++)
        chain_push_head(&chain, &objects[i]);
    for (int i = 0; i < 8; i++)
        assert_ptr_equal(chain_pop_tail(&chain, &retired), &objects[i]);
    assert_null(retired);
    assert_ptr_equal(chain_pop_tail(&chain, &retired), &objects[8]);
    assert_non_null(retired);
    for (int i = 9; i < 100; i++)
        assert_ptr_equal(chain_pop_tail(&chain, &retired), &objects[i]);
    assert_null(chain_pop_head(&chain));
    ring_free_all(retired);
    chain_clear(&chain);
}

/*** Threads ***/

struct race {
    struct chain chain;
    atomic_int taken[OBJECTS];
    atomic_int total;
};

struct thief {
    struct race *race;
    struct ring *retired;
    pthread_t thread;
};

static void take(struct race *race, int *object)
{
    if (!object)
        return;
    atomic_fetch_add(&race->taken[object - objects], 1);
    atomic_fetch_add(&race->total, 1);
}

static void *thief_main(void *arg)
{
    struct thief *thief = arg;
    while (atomic_load(&thief->race->total) < OBJECTS)
        take(thief->race, chain_pop_tail(&thief->race->chain, &thief->retired));
    return NULL;
}

static void owner_main(struct race *race)
{
    uint64_t random = 7;
    for (int i = 0; i < OBJECTS; i++) {
        assert_true(chain_push_head(&race->chain, &objects[i]));
        if (random_next(&random) % 3 == 0)
            take(race, chain_pop_head(&race->chain));
    }
    while (atomic_load(&race->total) < OBJECTS)
        take(race, chain_pop_head(&race->chain));
}

/* One object at a time, which the owner wants back at once: it is always the last. */
static void contender_main(struct race *race)
{
    for (int i = 0; i < OBJECTS; i++) {
        assert_true(chain_push_head(&race->chain, &objects[i]));
        take(race, chain_pop_head(&race->chain));
    }
}

static void run_race(void (*owner)(struct race *race))
{
    static struct race race;
    struct thief thieves[THIEVES] = {0};
    memset(&race, 0, sizeof race);
    for (int i = 0; i < THIEVES; i++) {
        thieves[i].race = &race;
        assert_int_equal(pthread_create(&thieves[i].thread, NULL, thief_main, &thieves[i]), 0);
    }
    owner(&race);
    for (int i = 0; i < THIEVES; i++)
        pthread_join(thieves[i].thread, NULL);
    for (int i = 0; i < OBJECTS; i++)
        assert_int_equal(atomic_load(&race.taken[i]), 1);
    for (int i = 0; i < THIEVES; i++)
        ring_free_all(thieves[i].retired);
    chain_clear(&race.chain);
}

static void each_object_goes_to_exactly_one_of_many_threads(void **state)
{
    (void)state;
    run_race(owner_main);
}

static void the_last_object_goes_to_the_owner_or_to_a_thief_but_never_to_both(void **state)
{
    (void)state;
    for (int i = 0; i < 10; i++)
        run_race(contender_main);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_owner_takes_the_newest_and_a_thief_the_oldest),
        cmocka_unit_test(a_ring_takes_as_many_as_it_has_slots_and_no_more),
        cmocka_unit_test(the_place_that_a_thief_has_left_is_filled_again),
        cmocka_unit_test(the_indexes_may_wrap_around),
        cmocka_unit_test(a_chain_does_as_an_array_does_for_any_sequence),
        cmocka_unit_test(rings_that_a_thief_has_emptied_are_put_aside_not_freed),
        cmocka_unit_test(each_object_goes_to_exactly_one_of_many_threads),
        cmocka_unit_test(the_last_object_goes_to_the_owner_or_to_a_thief_but_never_to_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
