/* The formulas of Bloom filters against values that are documented, and against each other. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bloom_filter.h"
#include "bloom_math.h"

static void assert_near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%.9g is not within %.3g of %.9g", value, tolerance, expected);
}

static void bits_per_key_are_the_documented_ones(void **state)
{
    (void)state;
    assert_near(bloom_bits_per_key(0.01), 9.585, 0.0005);
    assert_near(bloom_bits_per_key(0.001), 14.378, 0.0005);
    assert_near(bloom_bits_per_key(0.0001), 19.170, 0.0005);
}

static void the_best_k_is_7_for_1_percent_10_for_a_tenth_and_13_for_a_hundredth(void **state)
{
    (void)state;
    assert_int_equal(bloom_best_probes(9.585), 7);
    assert_int_equal(bloom_best_probes(14.378), 10);
    assert_int_equal(bloom_best_probes(19.170), 13);
    assert_near(bloom_best_probes_exact(19.170), 13.3, 0.05);
}

static void no_whole_k_is_better_than_the_best_one(void **state)
{
    (void)state;
    for (double bits = 1; bits <= 40; bits += 0.5) {
        double best = bloom_rate(1e6, bits * 1e6, bloom_best_probes(bits)).rate;
        for (int k = 1; k <= BLOOM_PROBES_MAX; k++)
            assert_true(bloom_rate(1e6, bits * 1e6, k).rate >= best * (1 - 1e-9));
    }
}

static void at_the_best_k_half_of_the_bits_are_set_and_the_rate_is_a_power_of_two(void **state)
{
    (void)state;
    double k = bloom_best_probes_exact(10);
    assert_near(bloom_fill(1, 10, k), 0.5, 1e-12);
    assert_near(bloom_rate(1, 10, k).rate, pow(2, -k), 1e-12);
}

static void a_rate_turned_into_bits_gives_the_rate_again(void **state)
{
    (void)state;
    for (double rate = 1e-6; rate < 0.5; rate *= 3) {
        double bits = bloom_bits_per_key(rate);
        assert_near(bloom_rate(1e6, bits * 1e6, bloom_best_probes_exact(bits)).rate / rate, 1,
                    1e-6);
        bits = bloom_blocked_bits_per_key(rate);
        assert_near(bloom_blocked_rate(1e7, bits * 1e7).rate / rate, 1, 1e-3);
    }
}

/* 0.92 % at 10.7 bits is what others have measured for split blocks of 256 bits. */
static void a_blocked_filter_needs_about_a_tenth_more_bits_for_1_percent(void **state)
{
    (void)state;
    assert_near(bloom_blocked_bits_per_key(0.01) / bloom_bits_per_key(0.01), 1.10, 0.02);
    assert_near(bloom_blocked_rate(1e7, 10.7e7).rate, 0.0092, 0.0002);
}

static void rates_grow_with_the_keys_from_nothing_to_certainty(void **state)
{
    (void)state;
    double before = -1, blocked_before = -1;
    for (double keys = 0; keys <= 1e6; keys += 1e4) {
        double rate = bloom_rate(keys, 1e6, 7).rate;
        double blocked = bloom_blocked_rate(keys, 1e6).rate;
        assert_true(rate > before || rate > 0.999);
        assert_true(blocked > blocked_before);
        before = rate, blocked_before = blocked;
    }
    assert_near(bloom_rate(0, 1e6, 7).rate, 0, 0);
    assert_near(bloom_blocked_rate(0, 1e6).rate, 0, 0);
    assert_near(bloom_rate(1e9, 1e6, 7).rate, 1, 1e-9);
    assert_near(bloom_blocked_rate(1e9, 1e6).rate, 1, 1e-6);
}

static void one_block_with_a_poisson_number_of_keys_is_the_sum_written_out(void **state)
{
    (void)state;
    double expected = 0, weight = exp(-3.0); /* three keys on average */
    for (int j = 0; j < 60; j++) {
        expected += weight * pow(1 - pow(31.0 / 32, j), 8);
        weight *= 3.0 / (j + 1);
    }
    assert_near(bloom_blocked_rate(3, 256).rate, expected, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bits_per_key_are_the_documented_ones),
        cmocka_unit_test(the_best_k_is_7_for_1_percent_10_for_a_tenth_and_13_for_a_hundredth),
        cmocka_unit_test(no_whole_k_is_better_than_the_best_one),
        cmocka_unit_test(at_the_best_k_half_of_the_bits_are_set_and_the_rate_is_a_power_of_two),
        cmocka_unit_test(a_rate_turned_into_bits_gives_the_rate_again),
        cmocka_unit_test(a_blocked_filter_needs_about_a_tenth_more_bits_for_1_percent),
        cmocka_unit_test(rates_grow_with_the_keys_from_nothing_to_certainty),
        cmocka_unit_test(one_block_with_a_poisson_number_of_keys_is_the_sum_written_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
