/* Bloom filters: what must hold for every set of keys, and how often "perhaps" is wrong. All seeds
 * are fixed, so what holds once holds always. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "bloom_filter.h"
#include "bloom_math.h"

enum { KEYS_MAX = 100000 };

/* Random-looking, all different (multiplication by an odd number is a bijection). */
static uint64_t key_number(uint64_t i, uint64_t seed)
{
    return (i * 0x9e3779b97f4a7c15) ^ (seed * 0xd1342543de82ef95);
}

static struct bloom_filter *filter_of(enum bloom_kind kind, uint64_t bits, int probes,
                                      uint64_t seed)
{
    struct bloom_filter *filter =
        bloom_new(&(struct bloom_options){kind, bits, probes, seed, false});
    assert_non_null(filter);
    return filter;
}

static void add_keys(struct bloom_filter *filter, uint64_t n, uint64_t seed)
{
    for (uint64_t i = 0; i < n; i++)
        bloom_add(filter, key_number(i, seed));
}

/*** No false negative ***/

static void assert_nothing_is_forgotten(enum bloom_kind kind, uint64_t bits, int probes, uint64_t n,
                                        uint64_t seed)
{
    struct bloom_filter *filter = filter_of(kind, bits, probes, seed);
    add_keys(filter, n, seed);
    for (uint64_t i = 0; i < n; i++)
        assert_true(bloom_has(filter, key_number(i, seed)));
    bloom_free(filter);
}

static void every_inserted_key_is_found_whatever_size_probes_and_seed(void **state)
{
    static const uint64_t sizes[] = {1, 63, 64, 65, 256, 257, 1000, 100003};
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (uint64_t seed = 0; seed < 5; seed++) {
            for (int probes = 1; probes <= BLOOM_PROBES_MAX; probes = probes * 2 + 1)
                assert_nothing_is_forgotten(BLOOM_CLASSIC, sizes[i], probes, 700, seed);
            assert_nothing_is_forgotten(BLOOM_BLOCKED, sizes[i], 8, 700, seed);
        }
    }
}

static void extreme_keys_are_found_like_any_other(void **state)
{
    static const uint64_t keys[] = {0, 1, UINT64_MAX, UINT64_MAX - 1, UINT64_C(1) << 63, 42};
    (void)state;
    for (int kind = BLOOM_CLASSIC; kind <= BLOOM_BLOCKED; kind++) {
        struct bloom_filter *filter = filter_of((enum bloom_kind)kind, 4096, 8, 42);
        bloom_add_many(filter, keys, 6);
        assert_int_equal(bloom_count_many(filter, keys, 6), 6);
        bloom_free(filter);
    }
}

static void an_empty_filter_has_no_key_and_no_bit_set(void **state)
{
    (void)state;
    for (int kind = BLOOM_CLASSIC; kind <= BLOOM_BLOCKED; kind++) {
        struct bloom_filter *filter = filter_of((enum bloom_kind)kind, 10000, 8, 1);
        for (uint64_t i = 0; i < 1000; i++)
            assert_false(bloom_has(filter, i));
        assert_int_equal(bloom_bits_set(filter), 0);
        bloom_free(filter);
    }
}

static void one_key_sets_at_most_k_bits_and_never_one_beyond_the_size(void **state)
{
    (void)state;
    for (uint64_t key = 0; key < 2000; key++) {
        struct bloom_filter *filter = filter_of(BLOOM_CLASSIC, 100, 7, key);
        bloom_add(filter, key);
        size_t n;
        const uint64_t *words = bloom_words(filter, &n);
        assert_in_range(bloom_bits_set(filter), 1, 7);
        assert_int_equal(words[1] >> 36, 0); /* bits 100 to 127 */
        for (size_t i = 2; i < n; i++)
            assert_int_equal(words[i], 0);
        bloom_free(filter);
    }
}

static void one_key_of_a_blocked_filter_sets_eight_bits_of_one_block(void **state)
{
    (void)state;
    for (uint64_t key = 0; key < 2000; key++) {
        struct bloom_filter *filter = filter_of(BLOOM_BLOCKED, 256 * 64, 8, 9);
        bloom_add(filter, key);
        size_t n, first = 0;
        const uint64_t *words = bloom_words(filter, &n);
        while (words[first] == 0)
            first++;
        assert_int_equal(first % 4, 0);
        for (size_t lane = 0; lane < 8; lane++) {
            uint32_t bits = (uint32_t)(words[first + lane / 2] >> (lane % 2 ? 32 : 0));
            assert_int_equal(__builtin_popcount(bits), 1);
        }
        assert_int_equal(bloom_bits_set(filter), 8);
        bloom_free(filter);
    }
}

static void adding_a_key_twice_changes_nothing(void **state)
{
    (void)state;
    struct bloom_filter *filter = filter_of(BLOOM_CLASSIC, 10000, 7, 3);
    add_keys(filter, 500, 3);
    uint64_t set = bloom_bits_set(filter);
    add_keys(filter, 500, 3);
    assert_int_equal(bloom_bits_set(filter), set);
    bloom_free(filter);
}

/*** How often "perhaps" is wrong ***/

struct counted {
    double rate, expected;
    bool within_95; /* the formula, in the count's 95 % interval (normal approximation) */
};

static struct counted count_errors(enum bloom_kind kind, uint64_t seed)
{
    const double n = KEYS_MAX, trials = KEYS_MAX;
    double bits =
        n * (kind == BLOOM_BLOCKED ? bloom_blocked_bits_per_key(0.01) : bloom_bits_per_key(0.01));
    struct bloom_filter *filter =
        filter_of(kind, (uint64_t)ceil(bits), kind == BLOOM_BLOCKED ? 8 : 7, seed);
    uint64_t hits = 0;
    for (uint64_t i = 0; i < KEYS_MAX; i++)
        bloom_add(filter, i);
    for (uint64_t i = 0; i < KEYS_MAX; i++)
        hits += bloom_has(filter, (UINT64_C(1) << 40) + i);
    struct counted counted = {.rate = (double)hits / trials};
    counted.expected = kind == BLOOM_BLOCKED
                           ? bloom_blocked_rate(n, (double)bloom_bits(filter)).rate
                           : bloom_rate(n, (double)bloom_bits(filter), 7).rate;
    double deviation = sqrt(counted.expected * (1 - counted.expected) / trials);
    counted.within_95 = fabs(counted.rate - counted.expected) <= 1.96 * deviation;
    bloom_free(filter);
    return counted;
}

/* 95 of 100 are to be expected; fewer than 90 would be a formula or a hash that is wrong. The mean
 * over all seeds is ten times sharper than one of them. */
static void assert_formula_holds(enum bloom_kind kind)
{
    int within = 0;
    double sum = 0, expected = 0;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        struct counted counted = count_errors(kind, seed * 7919);
        within += counted.within_95;
        sum += counted.rate / 100;
        expected = counted.expected;
    }
    print_message(
        "95 %% interval covers the formula for %d of 100 seeds; mean %.4f %%, formula %.4f %%\n",
        within, 100 * sum, 100 * expected);
    assert_in_range(within, 90, 100);
    assert_true(fabs(sum - expected) < 0.015 * expected);
}

static void the_classic_formula_is_within_the_interval_of_90_of_100_seeds(void **state)
{
    (void)state;
    assert_formula_holds(BLOOM_CLASSIC);
}

static void the_blocked_formula_is_within_the_interval_of_90_of_100_seeds(void **state)
{
    (void)state;
    assert_formula_holds(BLOOM_BLOCKED);
}

/* Plain double hashing, a + i·b, gives some 20 errors here instead of 4: in a small filter keys
 * with similar steps share most of their bits. Over all seeds the count is nearly Poisson. */
static void a_tiny_filter_of_many_probes_errs_as_rarely_as_the_formula_says(void **state)
{
    (void)state;
    const uint64_t keys = 1000, lookups = 500000, seeds = 8;
    const double bits = ceil(bloom_bits_per_key(1e-6) * (double)keys);
    uint64_t errors = 0;
    for (uint64_t seed = 1; seed <= seeds; seed++) {
        struct bloom_filter *filter = filter_of(BLOOM_CLASSIC, (uint64_t)bits, 20, seed);
        for (uint64_t key = 1; key <= keys; key++)
            bloom_add(filter, key);
        for (uint64_t i = 0; i < lookups; i++)
            errors += bloom_has(filter, (UINT64_C(1) << 40) + i);
        bloom_free(filter);
    }
    double expected = bloom_rate((double)keys, bits, 20).rate * (double)(lookups * seeds);
    print_message("%d errors, formula %.1f\n", (int)errors, expected);
    assert_true((double)errors < expected + 5 * sqrt(expected));
}

static void the_share_of_set_bits_is_the_formulas(void **state)
{
    (void)state;
    for (int probes = 1; probes <= 16; probes *= 2) {
        struct bloom_filter *filter = filter_of(BLOOM_CLASSIC, 1000000, probes, 5);
        add_keys(filter, KEYS_MAX, 1);
        double share = (double)bloom_bits_set(filter) / 1e6;
        assert_true(fabs(share - bloom_fill(KEYS_MAX, 1e6, probes)) < 0.002);
        bloom_free(filter);
    }
}

static void another_seed_errs_on_other_keys(void **state)
{
    (void)state;
    struct bloom_filter *a = filter_of(BLOOM_CLASSIC, 50000, 5, 1);
    struct bloom_filter *b = filter_of(BLOOM_CLASSIC, 50000, 5, 2);
    add_keys(a, 10000, 0);
    add_keys(b, 10000, 0);
    int wrong_in_a = 0, wrong_in_both = 0;
    for (uint64_t i = 10000; i < 40000; i++) {
        bool wrong = bloom_has(a, key_number(i, 0));
        wrong_in_a += wrong;
        wrong_in_both += wrong && bloom_has(b, key_number(i, 0));
    }
    assert_true(wrong_in_a > 1000);
    assert_true(wrong_in_both < wrong_in_a / 4);
    bloom_free(a);
    bloom_free(b);
}

/* Small seeds and small keys must not meet: 1024 keys from 0 on, seed by seed, would else be the
 * same values in another order, and the filters the same. */
static void neighbouring_seeds_make_different_filters_of_consecutive_keys(void **state)
{
    (void)state;
    struct bloom_filter *a = filter_of(BLOOM_CLASSIC, 10000, 7, 1);
    struct bloom_filter *b = filter_of(BLOOM_CLASSIC, 10000, 7, 2);
    size_t n, same = 0;
    for (uint64_t key = 0; key < 1024; key++) {
        bloom_add(a, key);
        bloom_add(b, key);
    }
    const uint64_t *words_a = bloom_words(a, &n), *words_b = bloom_words(b, &n);
    for (size_t i = 0; i < 10000 / 64; i++)
        same += words_a[i] == words_b[i];
    assert_int_equal(same, 0);
    bloom_free(a);
    bloom_free(b);
}

/*** Scalar and SIMD ***/

static void scalar_and_simd_code_set_the_same_bits_and_give_the_same_answers(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct bloom_options options = {BLOOM_BLOCKED, 20000 + seed * 256, 8, seed, false};
        struct bloom_filter *simd = bloom_new(&options);
        options.no_simd = true;
        struct bloom_filter *scalar = bloom_new(&options);
        assert_string_equal(bloom_code(scalar), "scalar");
        add_keys(simd, 2000, seed);
        add_keys(scalar, 2000, seed);
        size_t n, n_scalar;
        const uint64_t *words = bloom_words(simd, &n);
        const uint64_t *words_scalar = bloom_words(scalar, &n_scalar);
        assert_int_equal(n, n_scalar);
        assert_memory_equal(words, words_scalar, n * sizeof *words);
        for (uint64_t i = 0; i < 10000; i++)
            assert_int_equal(bloom_has(simd, key_number(i, seed)),
                             bloom_has(scalar, key_number(i, seed)));
        bloom_free(simd);
        bloom_free(scalar);
    }
}

static void simd_is_used_where_the_cpu_has_it(void **state)
{
    (void)state;
#if defined(__x86_64__)
    struct bloom_filter *filter = filter_of(BLOOM_BLOCKED, 256, 8, 0);
    assert_string_equal(bloom_code(filter), __builtin_cpu_supports("avx2") ? "AVX2" : "scalar");
    bloom_free(filter);
#else
    skip();
#endif
}

/*** Edges ***/

static void assert_refused(enum bloom_kind kind, uint64_t bits, int probes)
{
    errno = 0;
    assert_null(bloom_new(&(struct bloom_options){kind, bits, probes, 1, false}));
    assert_int_equal(errno, EINVAL);
}

static void options_that_make_no_filter_are_refused(void **state)
{
    (void)state;
    assert_refused(BLOOM_CLASSIC, 0, 7);
    assert_refused(BLOOM_CLASSIC, 100, 0);
    assert_refused(BLOOM_CLASSIC, 100, -1);
    assert_refused(BLOOM_CLASSIC, 100, BLOOM_PROBES_MAX + 1);
    assert_refused(BLOOM_CLASSIC, UINT64_MAX, 7);
    assert_refused(BLOOM_BLOCKED, 256, 7);
}

static void a_blocked_filter_has_whole_blocks(void **state)
{
    (void)state;
    struct bloom_filter *filter = filter_of(BLOOM_BLOCKED, 257, 8, 1);
    assert_int_equal(bloom_bits(filter), 512);
    bloom_free(filter);
    bloom_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_inserted_key_is_found_whatever_size_probes_and_seed),
        cmocka_unit_test(extreme_keys_are_found_like_any_other),
        cmocka_unit_test(an_empty_filter_has_no_key_and_no_bit_set),
        cmocka_unit_test(one_key_sets_at_most_k_bits_and_never_one_beyond_the_size),
        cmocka_unit_test(one_key_of_a_blocked_filter_sets_eight_bits_of_one_block),
        cmocka_unit_test(adding_a_key_twice_changes_nothing),
        cmocka_unit_test(the_classic_formula_is_within_the_interval_of_90_of_100_seeds),
        cmocka_unit_test(the_blocked_formula_is_within_the_interval_of_90_of_100_seeds),
        cmocka_unit_test(a_tiny_filter_of_many_probes_errs_as_rarely_as_the_formula_says),
        cmocka_unit_test(the_share_of_set_bits_is_the_formulas),
        cmocka_unit_test(another_seed_errs_on_other_keys),
        cmocka_unit_test(neighbouring_seeds_make_different_filters_of_consecutive_keys),
        cmocka_unit_test(scalar_and_simd_code_set_the_same_bits_and_give_the_same_answers),
        cmocka_unit_test(simd_is_used_where_the_cpu_has_it),
        cmocka_unit_test(options_that_make_no_filter_are_refused),
        cmocka_unit_test(a_blocked_filter_has_whole_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
