/* The plain bitset, and the hash set and sorted array that it is measured against: all three are
 * sets of the same numbers. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "bitset.h"
#include "hash_set.h"
#include "sorted_array.h"

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

/*** Bitset ***/

static void a_bitset_has_what_was_added_and_not_removed(void **state)
{
    (void)state;
    struct bitset *set = bitset_new(1000);
    assert_true(bitset_add(set, 0));
    assert_true(bitset_add(set, 999));
    assert_false(bitset_add(set, 999));
    assert_true(bitset_has(set, 0) && bitset_has(set, 999) && !bitset_has(set, 998));
    assert_int_equal(bitset_count(set), 2);
    assert_true(bitset_remove(set, 0));
    assert_false(bitset_remove(set, 0));
    assert_int_equal(bitset_count(set), 1);
    bitset_free(set);
}

static void a_bitset_takes_an_eighth_of_its_range_in_bytes(void **state)
{
    (void)state;
    struct bitset *all = bitset_new(BITSET_RANGE_MAX), *one = bitset_new(1);
    assert_int_equal(bitset_bytes(all), 512 << 20);
    assert_int_equal(bitset_bytes(one), 8);
    assert_true(bitset_add(all, UINT32_MAX));
    assert_true(bitset_has(all, UINT32_MAX));
    bitset_free(all);
    bitset_free(one);
    bitset_free(NULL);
}

static void a_range_of_nothing_or_beyond_32_bits_is_refused(void **state)
{
    (void)state;
    assert_null(bitset_new(0));
    assert_int_equal(errno, EINVAL);
    assert_null(bitset_new(BITSET_RANGE_MAX + 1));
    assert_int_equal(errno, EINVAL);
}

static void values_come_in_order_however_many_are_asked_for_at_once(void **state)
{
    (void)state;
    struct bitset *set = bitset_new(5000);
    uint64_t seed = 3;
    for (int i = 0; i < 1500; i++)
        bitset_add(set, (uint32_t)(next_random(&seed) % 5000));
    bitset_add(set, 63), bitset_add(set, 64), bitset_add(set, 4999);
    for (size_t max = 1; max < 200; max += 13) {
        uint32_t out[200], next = 0;
        uint64_t cursor = 0, all = 0;
        for (size_t n; (n = bitset_values(set, &cursor, out, max)) > 0; all += n)
            for (size_t i = 0; i < n; i++, next++) {
                for (; next < out[i]; next++)
                    assert_false(bitset_has(set, next));
                assert_true(bitset_has(set, out[i]));
            }
        assert_int_equal(all, bitset_count(set));
    }
    bitset_free(set);
}

/*** Hash set ***/

/* A small range, so that clusters form, wrap around and are cut by removals. */
static void a_hash_set_does_what_a_bitset_does(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        struct hash_set *hash = hash_set_new();
        struct bitset *plain = bitset_new(4000);
        uint64_t random = seed;
        for (int i = 0; i < 20000; i++) {
            uint32_t value = (uint32_t)(next_random(&random) % 4000);
            if (next_random(&random) % 2)
                assert_int_equal(hash_set_add(hash, value), bitset_add(plain, value));
            else
                assert_int_equal(hash_set_remove(hash, value), bitset_remove(plain, value));
        }
        assert_int_equal(hash_set_count(hash), bitset_count(plain));
        for (uint32_t value = 0; value < 4000; value++)
            assert_int_equal(hash_set_has(hash, value), bitset_has(plain, value));
        hash_set_free(hash);
        bitset_free(plain);
    }
}

static void the_value_that_marks_an_empty_slot_can_be_in_a_hash_set(void **state)
{
    (void)state;
    struct hash_set *set = hash_set_new();
    uint32_t out[4];
    uint64_t cursor = 0;
    assert_false(hash_set_has(set, UINT32_MAX));
    assert_int_equal(hash_set_add(set, UINT32_MAX), 1);
    assert_int_equal(hash_set_add(set, UINT32_MAX), 0);
    assert_int_equal(hash_set_values(set, &cursor, out, 4), 1);
    assert_int_equal(out[0], UINT32_MAX);
    assert_int_equal(hash_set_values(set, &cursor, out, 4), 0);
    assert_true(hash_set_remove(set, UINT32_MAX));
    assert_int_equal(hash_set_count(set), 0);
    hash_set_free(set);
    hash_set_free(NULL);
}

static void a_hash_set_is_copied_in_its_own_order_once_there_is_room(void **state)
{
    (void)state;
    struct hash_set *from = hash_set_new(), *to = hash_set_new();
    for (uint32_t i = 0; i < 300000; i++)
        assert_int_equal(hash_set_add(from, i * 7), 1);
    assert_int_equal(hash_set_reserve(to, hash_set_count(from)), 0);
    size_t bytes = hash_set_bytes(to);
    uint32_t value;
    for (uint64_t cursor = 0; hash_set_values(from, &cursor, &value, 1) == 1;)
        assert_int_equal(hash_set_add(to, value), 1);
    assert_int_equal(hash_set_count(to), 300000);
    assert_int_equal(hash_set_bytes(to), bytes); /* did not grow any more */
    assert_int_equal(hash_set_reserve(to, 5), 0);
    assert_int_equal(hash_set_bytes(to), bytes);
    hash_set_free(from);
    hash_set_free(to);
}

/*** Sorted array ***/

static struct sorted_array *array_of(const uint32_t *values, size_t n)
{
    struct sorted_array *array = sorted_array_new();
    assert_int_equal(sorted_array_append(array, values, n), 0);
    assert_int_equal(sorted_array_sort(array, NULL, NULL), 0);
    return array;
}

static void sorting_leaves_one_of_each_in_order(void **state)
{
    (void)state;
    for (uint64_t range = 2; range <= UINT64_C(1) << 32; range *= 4) {
        uint32_t values[3000];
        uint64_t random = range;
        for (size_t i = 0; i < 3000; i++)
            values[i] = (uint32_t)(next_random(&random) % range);
        struct sorted_array *array = array_of(values, 3000);
        for (size_t i = 1; i < array->n; i++)
            assert_true(array->values[i - 1] < array->values[i]);
        for (size_t i = 0; i < 3000; i++)
            assert_true(sorted_array_has(array, values[i]));
        sorted_array_free(array);
    }
}

static bool at_once(void *arg)
{
    (void)arg;
    return true;
}

static void a_sort_that_is_stopped_keeps_every_number(void **state)
{
    (void)state;
    const uint32_t values[] = {70000, 5, 5, 300};
    struct sorted_array *array = sorted_array_new();
    assert_int_equal(sorted_array_append(array, values, 4), 0);
    assert_int_equal(sorted_array_sort(array, at_once, NULL), -EINTR);
    assert_int_equal(array->n, 4);
    assert_int_equal(sorted_array_sort(array, NULL, NULL), 0);
    assert_int_equal(array->n, 3);
    assert_int_equal(array->values[2], 70000);
    sorted_array_free(array);
}

static void arrays_intersect_unite_and_take_away(void **state)
{
    (void)state;
    struct sorted_array *a = array_of((const uint32_t[]){1, 3, 5, 7, UINT32_MAX}, 5);
    struct sorted_array *b = array_of((const uint32_t[]){0, 3, 7, 8, UINT32_MAX}, 5);
    static const uint32_t both[] = {0, 1, 3, 5, 7, 8, UINT32_MAX};
    assert_int_equal(sorted_array_and_count(a, b), 3);
    assert_int_equal(sorted_array_unite(a, b), 0);
    assert_int_equal(a->n, 7);
    assert_memory_equal(a->values, both, sizeof both);
    assert_int_equal(sorted_array_remove(a, b), 5);
    assert_int_equal(a->n, 2);
    assert_int_equal(a->values[1], 5);
    sorted_array_free(a);
    sorted_array_free(b);
}

static void an_empty_array_has_nothing(void **state)
{
    (void)state;
    struct sorted_array *a = array_of(NULL, 0), *b = array_of(NULL, 0);
    uint32_t out;
    uint64_t cursor = 0;
    assert_false(sorted_array_has(a, 0));
    assert_int_equal(sorted_array_and_count(a, b), 0);
    assert_int_equal(sorted_array_unite(a, b), 0);
    assert_int_equal(sorted_array_remove(a, b), 0);
    assert_int_equal(sorted_array_values(a, &cursor, &out, 1), 0);
    sorted_array_free(a);
    sorted_array_free(b);
    sorted_array_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bitset_has_what_was_added_and_not_removed),
        cmocka_unit_test(a_bitset_takes_an_eighth_of_its_range_in_bytes),
        cmocka_unit_test(a_range_of_nothing_or_beyond_32_bits_is_refused),
        cmocka_unit_test(values_come_in_order_however_many_are_asked_for_at_once),
        cmocka_unit_test(a_hash_set_does_what_a_bitset_does),
        cmocka_unit_test(the_value_that_marks_an_empty_slot_can_be_in_a_hash_set),
        cmocka_unit_test(a_hash_set_is_copied_in_its_own_order_once_there_is_room),
        cmocka_unit_test(sorting_leaves_one_of_each_in_order),
        cmocka_unit_test(a_sort_that_is_stopped_keeps_every_number),
        cmocka_unit_test(arrays_intersect_unite_and_take_away),
        cmocka_unit_test(an_empty_array_has_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
