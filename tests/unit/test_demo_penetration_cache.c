/* The LRU cache: against a model that is too simple to be wrong, and in its corners. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cache.h"

static struct cache *cache_of(size_t capacity)
{
    struct cache *cache = cache_new(capacity);
    assert_non_null(cache);
    return cache;
}

static void put(struct cache *cache, uint64_t key, const char *value)
{
    assert_int_equal(cache_put(cache, key, value), 0);
}

static bool has(struct cache *cache, uint64_t key)
{
    const char *value;
    return cache_get(cache, key, &value);
}

static void assert_value(struct cache *cache, uint64_t key, const char *wanted)
{
    const char *value = "";
    assert_true(cache_get(cache, key, &value));
    assert_non_null(value);
    assert_string_equal(value, wanted);
}

/*** By hand ***/

static void a_value_is_found_until_it_is_removed(void **state)
{
    (void)state;
    struct cache *cache = cache_of(10);
    assert_false(has(cache, 1));
    put(cache, 1, "one");
    assert_value(cache, 1, "one");
    put(cache, 1, "uno");
    assert_value(cache, 1, "uno");
    cache_remove(cache, 1);
    cache_remove(cache, 1);
    assert_false(has(cache, 1));
    assert_int_equal(cache_usage(cache).bytes, 0);
    cache_free(cache);
}

static void an_empty_value_is_known_and_is_not_a_value(void **state)
{
    (void)state;
    struct cache *cache = cache_of(10);
    const char *value = "";
    put(cache, 7, NULL);
    assert_true(cache_get(cache, 7, &value));
    assert_null(value);
    assert_int_equal(cache_usage(cache).empty, 1);
    assert_int_equal(cache_usage(cache).bytes, cache_usage(cache).empty_bytes);
    put(cache, 7, "created since");
    assert_value(cache, 7, "created since");
    assert_int_equal(cache_usage(cache).empty, 0);
    assert_int_equal(cache_usage(cache).entries, 1);
    cache_free(cache);
}

static void the_one_asked_for_longest_ago_makes_room(void **state)
{
    (void)state;
    struct cache *cache = cache_of(3);
    put(cache, 1, "1");
    put(cache, 2, "2");
    put(cache, 3, "3");
    assert_true(has(cache, 1)); /* now 2 is the oldest */
    put(cache, 4, NULL);
    assert_false(has(cache, 2));
    assert_true(has(cache, 1) && has(cache, 3) && has(cache, 4));
    cache_free(cache);
}

static void empty_values_push_real_ones_out(void **state)
{
    (void)state;
    struct cache *cache = cache_of(100);
    for (uint64_t key = 0; key < 100; key++)
        put(cache, key, "real");
    for (uint64_t key = 1000; key < 1100; key++)
        put(cache, key, NULL);
    assert_int_equal(cache_usage(cache).empty, 100);
    assert_false(has(cache, 99));
    cache_free(cache);
}

static void a_cache_of_one_entry_remembers_the_last(void **state)
{
    (void)state;
    struct cache *cache = cache_of(1);
    for (uint64_t key = 0; key < 50; key++) {
        put(cache, key, "x");
        assert_true(has(cache, key));
        assert_int_equal(cache_usage(cache).entries, 1);
    }
    cache_free(cache);
    cache_free(NULL);
}

static void a_capacity_of_none_or_too_many_is_refused(void **state)
{
    (void)state;
    errno = 0;
    assert_null(cache_new(0));
    assert_int_equal(errno, EINVAL);
    assert_null(cache_new((size_t)CACHE_ENTRIES_MAX + 1));
}

/*** Against a model: an array in the order of the last request ***/

enum { CAPACITY = 20, KEYS = 60 };

struct model {
    uint64_t keys[CAPACITY];
    int values[CAPACITY]; /* -1: empty */
    size_t n;
};

static size_t model_find(const struct model *model, uint64_t key)
{
    size_t i = 0;
    while (i < model->n && model->keys[i] != key)
        i++;
    return i;
}

static void model_remove(struct model *model, uint64_t key)
{
    size_t i = model_find(model, key);
    if (i == model->n)
        return;
    model->n--;
    memmove(&model->keys[i], &model->keys[i + 1], (model->n - i) * sizeof *model->keys);
    memmove(&model->values[i], &model->values[i + 1], (model->n - i) * sizeof *model->values);
}

/* The newest is the last. */
static void model_put(struct model *model, uint64_t key, int value)
{
    model_remove(model, key);
    if (model->n == CAPACITY)
        model_remove(model, model->keys[0]);
    model->keys[model->n] = key;
    model->values[model->n++] = value;
}

static void assert_get_as_model(struct cache *cache, struct model *model, uint64_t key)
{
    char text[16];
    const char *value = "";
    size_t i = model_find(model, key);
    bool found = cache_get(cache, key, &value);
    assert_int_equal(found, i < model->n);
    if (!found)
        return;
    int number = model->values[i];
    snprintf(text, sizeof text, "%d", number);
    assert_int_equal(value == NULL, number < 0);
    if (value)
        assert_string_equal(value, text);
    model_put(model, key, number);
}

static void put_both(struct cache *cache, struct model *model, uint64_t key, int value)
{
    char text[16];
    snprintf(text, sizeof text, "%d", value);
    put(cache, key, value < 0 ? NULL : text);
    model_put(model, key, value);
}

static void any_sequence_leaves_what_a_model_has(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 50; seed++) {
        struct cache *cache = cache_of(CAPACITY);
        struct model model = {0};
        uint64_t random = seed * 0x9e3779b97f4a7c15;
        for (int step = 0; step < 3000; step++) {
            random = random * 6364136223846793005 + 1442695040888963407;
            uint64_t key = (random >> 40) % KEYS;
            unsigned act = (unsigned)(random >> 33) % 8;
            if (act < 4)
                assert_get_as_model(cache, &model, key);
            else if (act < 7)
                put_both(cache, &model, key, act == 4 ? -1 : step);
            else
                cache_remove(cache, key), model_remove(&model, key);
            assert_int_equal(cache_usage(cache).entries, model.n);
        }
        cache_free(cache);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_value_is_found_until_it_is_removed),
        cmocka_unit_test(an_empty_value_is_known_and_is_not_a_value),
        cmocka_unit_test(the_one_asked_for_longest_ago_makes_room),
        cmocka_unit_test(empty_values_push_real_ones_out),
        cmocka_unit_test(a_cache_of_one_entry_remembers_the_last),
        cmocka_unit_test(a_capacity_of_none_or_too_many_is_refused),
        cmocka_unit_test(any_sequence_leaves_what_a_model_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
