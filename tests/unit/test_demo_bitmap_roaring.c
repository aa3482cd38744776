/* The compressed bitmap: its forms and when they change, and that whatever is done to it gives what
 * a plain bitset gives. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bitset.h"
#include "roaring.h"

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static void assert_sound(const struct roaring *set)
{
    const char *fault = roaring_fault(set);
    if (fault)
        fail_msg("%s", fault);
}

static void add_range(struct roaring *set, uint32_t first, uint32_t last)
{
    for (uint64_t value = first; value <= last; value++)
        assert_int_equal(roaring_add(set, (uint32_t)value), 1);
}

static void assert_one_container(const struct roaring *set, enum roaring_kind kind, uint32_t count)
{
    assert_int_equal(roaring_containers(set), 1);
    struct roaring_container container = roaring_container_at(set, 0);
    assert_int_equal(container.kind, kind);
    assert_int_equal(container.count, count);
    assert_sound(set);
}

/*** Forms ***/

static void number_4097_makes_an_array_a_bitmap(void **state)
{
    (void)state;
    struct roaring *set = roaring_new();
    for (uint32_t i = 0; i < 4096; i++)
        roaring_add(set, 3 * i);
    assert_one_container(set, ROARING_ARRAY, 4096);
    assert_int_equal(roaring_add(set, 3), 0); /* is there: changes nothing */
    assert_one_container(set, ROARING_ARRAY, 4096);
    assert_int_equal(roaring_add(set, 1), 1);
    assert_one_container(set, ROARING_BITMAP, 4097);
    roaring_free(set);
}

static void a_bitmap_that_falls_to_4096_numbers_is_an_array_again(void **state)
{
    (void)state;
    struct roaring *set = roaring_new();
    for (uint32_t i = 0; i < 5000; i++)
        roaring_add(set, 7 * i);
    for (uint32_t i = 0; i < 903; i++)
        assert_int_equal(roaring_remove(set, 7 * i), 1);
    assert_one_container(set, ROARING_BITMAP, 4097);
    assert_int_equal(roaring_remove(set, 7 * 904), 1);
    assert_one_container(set, ROARING_ARRAY, 4096);
    assert_false(roaring_has(set, 7 * 904));
    assert_true(roaring_has(set, 7 * 903));
    roaring_free(set);
}

static void optimising_finds_runs_in_arrays_and_in_bitmaps(void **state)
{
    (void)state;
    struct roaring *set = roaring_new();
    add_range(set, 10, 20);
    assert_int_equal(roaring_optimize(set), 0);
    assert_one_container(set, ROARING_RUN, 11);
    add_range(set, 100, 60000);
    assert_one_container(set, ROARING_RUN, 11 + 59901);
    assert_int_equal(roaring_runs_at(set, 0), 2);
    roaring_free(set);

    set = roaring_new();
    add_range(set, 0, 65535);
    assert_one_container(set, ROARING_BITMAP, 65536);
    assert_int_equal(roaring_optimize(set), 0);
    assert_one_container(set, ROARING_RUN, 65536);
    assert_true(roaring_bytes(set) < 100);
    roaring_free(set);
}

static void numbers_apart_stay_an_array_when_optimised(void **state)
{
    (void)state;
    struct roaring *set = roaring_new();
    for (uint32_t i = 0; i < 1000; i++)
        roaring_add(set, 2 * i);
    assert_int_equal(roaring_optimize(set), 0);
    assert_one_container(set, ROARING_ARRAY, 1000);
    roaring_free(set);
}

static void too_many_runs_give_up_for_an_array_or_a_bitmap(void **state)
{
    (void)state;
    struct roaring *set = roaring_new();
    add_range(set, 0, 9);
    roaring_optimize(set);
    for (uint32_t i = 20; i < 60; i += 2)
        roaring_add(set, i); /* 1 + 20 runs take 84 bytes, 30 numbers 60 */
    assert_one_container(set, ROARING_ARRAY, 30);
    roaring_free(set);

    set = roaring_new();
    add_range(set, 0, 65535);
    roaring_optimize(set);
    for (uint32_t i = 0; i < 2046; i++)
        assert_int_equal(roaring_remove(set, 2 * i + 1), 1);
    assert_one_container(set, ROARING_RUN, 65536 - 2046);
    assert_int_equal(roaring_runs_at(set, 0), 2047);
    roaring_remove(set, 60001); /* the 2048th run takes as much as a bitmap */
    assert_one_container(set, ROARING_BITMAP, 65536 - 2047);
    roaring_free(set);
}

static void runs_that_come_to_touch_are_joined_and_one_with_a_hole_is_cut(void **state)
{
    (void)state;
    struct roaring *set = roaring_new();
    add_range(set, 100, 199);
    add_range(set, 201, 300);
    roaring_optimize(set);
    assert_int_equal(roaring_runs_at(set, 0), 2);
    assert_int_equal(roaring_add(set, 200), 1);
    assert_int_equal(roaring_runs_at(set, 0), 1);
    assert_one_container(set, ROARING_RUN, 201);
    assert_int_equal(roaring_remove(set, 150), 1);
    assert_int_equal(roaring_runs_at(set, 0), 2);
    assert_int_equal(roaring_remove(set, 150), 0);
    assert_true(roaring_has(set, 149) && !roaring_has(set, 150) && roaring_has(set, 151));
    assert_one_container(set, ROARING_RUN, 200);
    roaring_free(set);
}

static void the_last_number_of_a_container_takes_it_along_whatever_its_form(void **state)
{
    (void)state;
    struct roaring *set = roaring_new();
    for (uint32_t key = 0; key < 100; key++)
        roaring_add(set, key * 2654435761u);
    add_range(set, 7 << 16, (7 << 16) + 50);
    roaring_optimize(set);
    uint32_t value;
    for (uint64_t cursor = 0; roaring_values(set, &cursor, &value, 1) == 1; cursor = 0) {
        assert_int_equal(roaring_remove(set, value), 1);
        assert_sound(set);
    }
    assert_int_equal(roaring_containers(set), 0);
    assert_int_equal(roaring_count(set), 0);
    assert_int_equal(roaring_add(set, 5), 1); /* and goes on */
    assert_true(roaring_has(set, 5));
    roaring_free(set);
}

/*** Edges ***/

static void the_first_and_the_last_number_are_numbers_like_others(void **state)
{
    (void)state;
    static const uint32_t edges[] = {0, 65535, 65536, UINT32_MAX - 65536, UINT32_MAX};
    enum { N = sizeof edges / sizeof *edges };
    struct roaring *set = roaring_new();
    uint32_t out[N + 1];
    uint64_t cursor = 0;
    for (size_t i = N; i-- > 0;)
        assert_int_equal(roaring_add(set, edges[i]), 1);
    assert_int_equal(roaring_values(set, &cursor, out, N + 1), N);
    assert_memory_equal(out, edges, sizeof edges);
    assert_int_equal(roaring_values(set, &cursor, out, N + 1), 0);
    for (size_t i = 0; i < N; i++) {
        assert_true(roaring_has(set, edges[i]));
        assert_int_equal(roaring_add(set, edges[i]), 0);
    }
    assert_false(roaring_has(set, 1));
    roaring_free(set);
}

static void an_empty_set_has_nothing_and_shares_nothing(void **state)
{
    (void)state;
    struct roaring *empty = roaring_new(), *one = roaring_new(), *both = NULL;
    uint32_t out;
    uint64_t cursor = 0;
    roaring_add(one, 9);
    assert_false(roaring_has(empty, 0));
    assert_int_equal(roaring_remove(empty, 0), 0);
    assert_int_equal(roaring_values(empty, &cursor, &out, 1), 0);
    assert_int_equal(roaring_optimize(empty), 0);
    assert_int_equal(roaring_and_count(empty, one), 0);
    assert_int_equal(roaring_and(one, empty, &both), 0);
    assert_int_equal(roaring_containers(both), 0);
    assert_int_equal(roaring_unite(empty, one), 0);
    assert_int_equal(roaring_count(empty), 1);
    roaring_free(both);
    roaring_free(one);
    roaring_free(empty);
    roaring_free(NULL);
}

/*** Against a plain bitset, at random ***/

enum { RANGE = 1 << 19, PAIR = 2 };

struct model {
    struct roaring *set;
    struct bitset *plain;
};

static void assert_same(const struct model *model, uint64_t seed)
{
    uint32_t got[1000], want[1000];
    uint64_t at = 0, at_plain = 0;
    size_t n;
    assert_sound(model->set);
    assert_int_equal(roaring_count(model->set), bitset_count(model->plain));
    do {
        size_t max = 1 + next_random(&seed) % 1000;
        n = bitset_values(model->plain, &at_plain, want, max);
        assert_int_equal(roaring_values(model->set, &at, got, max), n);
        assert_memory_equal(got, want, n * sizeof *got);
    } while (n > 0);
}

/* Adds or removes a stretch, a number, or every other number of a stretch. */
static void change(struct model *model, uint64_t *seed)
{
    static const uint32_t lengths[] = {1, 1, 1, 30, 3000, 70000};
    uint32_t first = (uint32_t)(next_random(seed) % RANGE);
    uint32_t length = lengths[next_random(seed) % 6], step = 1 + (uint32_t)(next_random(seed) % 3);
    bool add = next_random(seed) % 5 < 3;
    for (uint32_t value = first; value < RANGE && value < first + length; value += step) {
        if (add)
            assert_int_equal(roaring_add(model->set, value), bitset_add(model->plain, value));
        else
            assert_int_equal(roaring_remove(model->set, value), bitset_remove(model->plain, value));
    }
    assert_int_equal(roaring_has(model->set, first), bitset_has(model->plain, first));
}

static struct model random_model(uint64_t *seed)
{
    struct model model = {roaring_new(), bitset_new(RANGE)};
    uint64_t changes = next_random(seed) % 120;
    for (uint64_t i = 0; i < changes; i++) {
        change(&model, seed);
        if (next_random(seed) % 20 == 0)
            assert_int_equal(roaring_optimize(model.set), 0);
    }
    return model;
}

static void model_free(struct model *model)
{
    roaring_free(model->set);
    bitset_free(model->plain);
}

static void any_changes_leave_what_a_plain_bitset_has(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 60; seed++) {
        uint64_t random = seed;
        struct model model = random_model(&random);
        assert_same(&model, seed);
        model_free(&model);
    }
}

/* a AND b by removing from a copy what b has not: the plain set of the result. */
static struct bitset *plain_and(const struct bitset *a, const struct bitset *b)
{
    struct bitset *both = bitset_new(RANGE);
    for (size_t i = 0; i < a->n_words; i++)
        both->words[i] = a->words[i] & b->words[i];
    return both;
}

static void any_two_sets_combine_as_plain_bitsets_do(void **state)
{
    (void)state;
    int kinds[ROARING_KINDS] = {0};
    for (uint64_t seed = 1; seed <= 60; seed++) {
        uint64_t random = ~seed;
        struct model a = random_model(&random), b = random_model(&random), both = {0};
        both.plain = plain_and(a.plain, b.plain);
        assert_int_equal(roaring_and_count(a.set, b.set), bitset_and_count(a.plain, b.plain));
        assert_int_equal(roaring_and(a.set, b.set, &both.set), 0);
        assert_same(&both, seed);
        for (size_t i = 0; i < roaring_containers(a.set); i++)
            kinds[roaring_container_at(a.set, i).kind]++;
        assert_int_equal(roaring_unite(a.set, b.set), 0);
        assert_int_equal(bitset_unite(a.plain, b.plain), roaring_count(a.set));
        assert_same(&a, seed);
        assert_same(&b, seed); /* is not changed */
        model_free(&a);
        model_free(&b);
        model_free(&both);
    }
    for (int kind = 0; kind < ROARING_KINDS; kind++)
        assert_in_range(kinds[kind], 10, 10000); /* the test has met all forms */
}

static void optimising_changes_no_answer_and_never_takes_more_memory(void **state)
{
    (void)state;
    for (uint64_t seed = 100; seed < 140; seed++) {
        uint64_t random = seed;
        struct model model = random_model(&random);
        size_t before = roaring_bytes(model.set);
        assert_int_equal(roaring_optimize(model.set), 0);
        assert_true(roaring_bytes(model.set) <= before);
        assert_same(&model, seed);
        model_free(&model);
    }
}

static void containers_far_apart_in_any_order_are_found(void **state)
{
    (void)state;
    struct roaring *set = roaring_new();
    uint64_t seed = 5;
    for (int i = 0; i < 20000; i++)
        roaring_add(set, (uint32_t)next_random(&seed));
    assert_sound(set);
    seed = 5;
    for (int i = 0; i < 20000; i++)
        assert_true(roaring_has(set, (uint32_t)next_random(&seed)));
    seed = 5;
    for (int i = 0; i < 20000; i++)
        if (i % 2 == 0)
            roaring_remove(set, (uint32_t)next_random(&seed));
        else
            (void)next_random(&seed);
    assert_sound(set);
    assert_in_range(roaring_count(set), 9990, 10000);
    roaring_free(set);
}

static void a_full_bitmap_is_sound_but_smallest_only_once_optimised(void **state)
{
    (void)state;
    struct roaring *set = roaring_new();
    for (uint32_t value = 0; value < 65536; value++)
        assert_int_equal(roaring_add(set, value), 1);
    assert_null(roaring_fault(set));
    assert_false(roaring_is_smallest(set));
    assert_int_equal(roaring_optimize(set), 0);
    assert_null(roaring_fault(set));
    assert_true(roaring_is_smallest(set));
    roaring_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(number_4097_makes_an_array_a_bitmap),
        cmocka_unit_test(a_bitmap_that_falls_to_4096_numbers_is_an_array_again),
        cmocka_unit_test(optimising_finds_runs_in_arrays_and_in_bitmaps),
        cmocka_unit_test(numbers_apart_stay_an_array_when_optimised),
        cmocka_unit_test(too_many_runs_give_up_for_an_array_or_a_bitmap),
        cmocka_unit_test(runs_that_come_to_touch_are_joined_and_one_with_a_hole_is_cut),
        cmocka_unit_test(the_last_number_of_a_container_takes_it_along_whatever_its_form),
        cmocka_unit_test(the_first_and_the_last_number_are_numbers_like_others),
        cmocka_unit_test(an_empty_set_has_nothing_and_shares_nothing),
        cmocka_unit_test(any_changes_leave_what_a_plain_bitset_has),
        cmocka_unit_test(any_two_sets_combine_as_plain_bitsets_do),
        cmocka_unit_test(optimising_changes_no_answer_and_never_takes_more_memory),
        cmocka_unit_test(containers_far_apart_in_any_order_are_found),
        cmocka_unit_test(a_full_bitmap_is_sound_but_smallest_only_once_optimised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
