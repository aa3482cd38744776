/* The read path with each defence, over a real SQLite; and what is measured by. */
#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "bloom_math.h"
#include "latency.h"
#include "reader.h"

enum { ITEMS = 2000, CACHE = 300 };

#define UNKNOWN (UINT64_C(1) << 40)

/*** A database with items 1 … ITEMS ***/

static int open_items(void **state)
{
    struct database *database = NULL;
    assert_int_equal(database_open("/tmp", &database), 0);
    assert_int_equal(database_insert(database, 1, ITEMS), 0);
    *state = database;
    return 0;
}

static int close_items(void **state)
{
    database_close(*state);
    return 0;
}

static void assert_item(struct database *database, uint64_t id)
{
    char name[ITEM_NAME_MAX] = "", wanted[ITEM_NAME_MAX];
    item_name(id, wanted);
    assert_int_equal(database_get(database, id, name), 1);
    assert_string_equal(name, wanted);
}

static void every_inserted_item_is_found_and_no_other(void **state)
{
    char name[ITEM_NAME_MAX];
    for (uint64_t id = 1; id <= ITEMS; id++)
        assert_item(*state, id);
    assert_int_equal(database_get(*state, 0, name), 0);
    assert_int_equal(database_get(*state, ITEMS + 1, name), 0);
    assert_int_equal(database_get(*state, UNKNOWN, name), 0);
}

static void a_deleted_item_is_gone_and_the_rest_stays(void **state)
{
    const uint64_t doomed[] = {1, 77, ITEMS, ITEMS + 1};
    char name[ITEM_NAME_MAX];
    assert_int_equal(database_delete(*state, doomed, 4), 0);
    assert_int_equal(database_get(*state, 77, name), 0);
    assert_item(*state, 78);
}

static bool add_up(void *ud, uint64_t id)
{
    *(uint64_t *)ud += id;
    return true;
}

static bool stop_at_ten(void *ud, uint64_t id)
{
    *(uint64_t *)ud = id;
    return id < 10;
}

static void each_visits_all_ids_in_order_until_told_to_stop(void **state)
{
    uint64_t sum = 0, last = 0;
    assert_int_equal(database_each(*state, add_up, &sum), 0);
    assert_int_equal(sum, (uint64_t)ITEMS * (ITEMS + 1) / 2);
    assert_int_equal(database_each(*state, stop_at_ten, &last), 0);
    assert_int_equal(last, 10);
}

static void an_insert_that_fails_leaves_nothing_of_itself(void **state)
{
    char name[ITEM_NAME_MAX];
    assert_true(database_insert(*state, ITEMS - 5, 100) < 0); /* its first ids are taken */
    assert_true(strstr(database_error(*state), "UNIQUE") != NULL);
    assert_true(database_insert(*state, ITEMS + 1, 3) == 0); /* no transaction is left open */
    assert_int_equal(database_get(*state, ITEMS + 4, name), 0);
}

static void sqlite_itself_counts_the_queries(void **state)
{
    char name[ITEM_NAME_MAX];
    uint64_t before = database_queries(*state);
    for (uint64_t i = 0; i < 10; i++)
        database_get(*state, i < 5 ? 1 + i : UNKNOWN + i, name);
    assert_int_equal(database_queries(*state) - before, 10);
}

static void the_file_has_no_name_left(void **state)
{
    assert_true(database_is_file(*state));
    DIR *folder = opendir("/proc/self/fd");
    char target[256], path[300];
    int nameless = 0;
    for (struct dirent *entry; (entry = readdir(folder));) {
        snprintf(path, sizeof path, "/proc/self/fd/%s", entry->d_name);
        ssize_t n = readlink(path, target, sizeof target - 1);
        target[n > 0 ? n : 0] = '\0';
        nameless += strstr(target, "/tmp/penetration-") && strstr(target, "(deleted)");
    }
    closedir(folder);
    assert_int_equal(nameless, 1);
}

static void where_no_file_can_be_made_it_is_in_memory(void **state)
{
    (void)state;
    struct database *database = NULL;
    assert_int_equal(database_open("/proc/nowhere", &database), 0);
    assert_false(database_is_file(database));
    assert_int_equal(database_insert(database, 1, 3), 0);
    assert_item(database, 2);
    database_close(database);
    database_close(NULL);
}

/*** Readers ***/

static struct bloom_filter *filter_of_items(double rate)
{
    struct bloom_options options = {.kind = BLOOM_CLASSIC, .seed = 3};
    options.bits = (uint64_t)(bloom_bits_per_key(rate) * ITEMS);
    options.probes = bloom_best_probes(bloom_bits_per_key(rate));
    struct bloom_filter *filter = bloom_new(&options);
    assert_non_null(filter);
    for (uint64_t id = 1; id <= ITEMS; id++)
        bloom_add(filter, id);
    return filter;
}

static enum reader_source ask(struct reader *reader, uint64_t key, const char **ret_name)
{
    struct answer answer;
    assert_int_equal(reader_get(reader, key, &answer), 0);
    *ret_name = answer.name;
    return answer.source;
}

static void no_defence_asks_the_database_each_time(void **state)
{
    struct reader reader = {.cache = cache_new(CACHE), .database = *state};
    const char *name;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ask(&reader, UNKNOWN, &name), FROM_DATABASE);
        assert_null(name);
    }
    assert_int_equal(ask(&reader, 5, &name), FROM_DATABASE);
    assert_int_equal(ask(&reader, 5, &name), FROM_CACHE);
    assert_non_null(name);
    cache_free(reader.cache);
}

static void an_empty_value_answers_from_the_second_time_on(void **state)
{
    struct reader reader = {.cache = cache_new(CACHE), .database = *state, .keeps_empty = true};
    const char *name;
    assert_int_equal(ask(&reader, UNKNOWN, &name), FROM_DATABASE);
    assert_int_equal(ask(&reader, UNKNOWN, &name), FROM_CACHE);
    assert_null(name);
    cache_free(reader.cache);
}

static void an_empty_value_must_be_forgotten_when_the_item_is_created(void **state)
{
    struct reader reader = {.cache = cache_new(CACHE), .database = *state, .keeps_empty = true};
    const char *name;
    ask(&reader, ITEMS + 1, &name);
    assert_int_equal(database_insert(*state, ITEMS + 1, 1), 0);
    ask(&reader, ITEMS + 1, &name);
    assert_null(name); /* stale */
    reader_forget(&reader, ITEMS + 1);
    ask(&reader, ITEMS + 1, &name);
    assert_non_null(name);
    cache_free(reader.cache);
}

static void with_a_filter_no_item_is_ever_refused(void **state)
{
    char wanted[ITEM_NAME_MAX];
    struct bloom_filter *filter = filter_of_items(0.3);
    struct reader reader = {filter, cache_new(CACHE), *state, false, ""};
    for (int round = 0; round < 2; round++)
        for (uint64_t id = 1; id <= ITEMS; id++) {
            const char *name;
            ask(&reader, id, &name);
            item_name(id, wanted);
            assert_non_null(name);
            assert_string_equal(name, wanted);
        }
    cache_free(reader.cache);
    bloom_free(filter);
}

static void a_filter_lets_its_rate_of_unknown_keys_through(void **state)
{
    const int asked = 50000;
    struct bloom_filter *filter = filter_of_items(0.02);
    struct reader reader = {filter, cache_new(CACHE), *state, false, ""};
    uint64_t before = database_queries(*state);
    int through = 0;
    for (int i = 0; i < asked; i++) {
        const char *name;
        through += ask(&reader, UNKNOWN + (uint64_t)i, &name) == FROM_DATABASE;
        assert_null(name);
    }
    struct bloom_estimate formula = bloom_rate(ITEMS, (double)bloom_bits(filter), 6);
    double tolerance = 5 * sqrt(0.02 * 0.98 / asked) + 5 * formula.spread;
    assert_true(fabs((double)through / asked - formula.rate) < tolerance);
    assert_int_equal(database_queries(*state) - before, (uint64_t)through);
    cache_free(reader.cache);
    bloom_free(filter);
}

static void a_filter_lets_a_deleted_key_through_for_ever_an_empty_value_stops_it(void **state)
{
    const uint64_t doomed = 42;
    struct bloom_filter *filter = filter_of_items(0.01);
    struct reader bloom = {filter, cache_new(CACHE), *state, false, ""};
    struct reader both = {filter, cache_new(CACHE), *state, true, ""};
    const char *name;
    assert_int_equal(database_delete(*state, &doomed, 1), 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(ask(&bloom, doomed, &name), FROM_DATABASE);
        assert_int_equal(ask(&both, doomed, &name), i == 0 ? FROM_DATABASE : FROM_CACHE);
        assert_null(name);
    }
    cache_free(bloom.cache);
    cache_free(both.cache);
    bloom_free(filter);
}

/*** Latency ***/

static void quantiles_are_within_3_percent_of_the_true_ones(void **state)
{
    (void)state;
    static struct latency latency;
    latency = (struct latency){0};
    assert_true(isnan(latency_quantile(&latency, 0.5)));
    for (uint64_t ns = 1; ns <= 100000; ns++)
        latency_add(&latency, ns);
    for (double share = 0.001; share < 1; share += 0.013)
        assert_true(fabs(latency_quantile(&latency, share) / (share * 100000) - 1) < 0.03);
    assert_true(latency_quantile(&latency, 0) <= 1);
}

static void durations_at_the_ends_have_a_bucket(void **state)
{
    (void)state;
    static struct latency latency;
    const uint64_t ends[] = {0, 63, 64, UINT64_C(1) << 39, UINT64_C(1) << 40, UINT64_MAX};
    latency = (struct latency){0};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        latency_add(&latency, ends[i]);
    assert_int_equal(latency.n, 6);
    assert_true(latency_quantile(&latency, 0.01) == 0);
    assert_true(latency_quantile(&latency, 1) > 0x1p39);
}

#define WITH_ITEMS(test) cmocka_unit_test_setup_teardown(test, open_items, close_items)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_ITEMS(every_inserted_item_is_found_and_no_other),
        WITH_ITEMS(a_deleted_item_is_gone_and_the_rest_stays),
        WITH_ITEMS(each_visits_all_ids_in_order_until_told_to_stop),
        WITH_ITEMS(an_insert_that_fails_leaves_nothing_of_itself),
        WITH_ITEMS(sqlite_itself_counts_the_queries),
        WITH_ITEMS(the_file_has_no_name_left),
        cmocka_unit_test(where_no_file_can_be_made_it_is_in_memory),
        WITH_ITEMS(no_defence_asks_the_database_each_time),
        WITH_ITEMS(an_empty_value_answers_from_the_second_time_on),
        WITH_ITEMS(an_empty_value_must_be_forgotten_when_the_item_is_created),
        WITH_ITEMS(with_a_filter_no_item_is_ever_refused),
        WITH_ITEMS(a_filter_lets_its_rate_of_unknown_keys_through),
        WITH_ITEMS(a_filter_lets_a_deleted_key_through_for_ever_an_empty_value_stops_it),
        cmocka_unit_test(quantiles_are_within_3_percent_of_the_true_ones),
        cmocka_unit_test(durations_at_the_ends_have_a_bucket),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
