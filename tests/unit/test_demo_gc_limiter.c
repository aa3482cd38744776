/* The cap on the collector's share of the CPU: how it comes, goes, and holds to one half. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "limiter.h"

#include "../../demos/lib/demo_random.h"

static const int64_t ms = 1000000, second = 1000000000;

/* A second's leeway; 20 ms beyond are kept. */
static struct limiter limiter_of_a_second(void)
{
    struct limiter limiter;
    limiter_init(&limiter, (double)second, (double)(20 * ms));
    return limiter;
}

/* A look after so much more CPU time of the two. */
static void look(struct limiter *limiter, int64_t collector_ns, int64_t program_ns)
{
    limiter_look(limiter, limiter->collector_ns + collector_ns,
                 limiter->total_ns + collector_ns + program_ns);
}

static void the_cap_comes_when_collecting_is_ahead_by_the_capacity(void **state)
{
    struct limiter limiter = limiter_of_a_second();
    (void)state;
    look(&limiter, second - 1, 0);
    assert_false(limiter_is_full(&limiter));
    look(&limiter, 1, 0);
    assert_true(limiter_is_full(&limiter));
}

static void the_cap_is_lifted_when_the_program_has_run_for_a_while(void **state)
{
    struct limiter limiter = limiter_of_a_second();
    (void)state;
    look(&limiter, second, 0);
    assert_true(limiter_is_full(&limiter));
    look(&limiter, 0, 1000);
    assert_false(limiter_is_full(&limiter));
}

static void what_a_late_look_finds_too_much_has_to_be_drained_too(void **state)
{
    struct limiter limiter = limiter_of_a_second();
    (void)state;
    look(&limiter, second + 8 * ms, 0);
    look(&limiter, 0, 8 * ms);
    assert_true(limiter_is_full(&limiter));
    look(&limiter, 0, 1);
    assert_false(limiter_is_full(&limiter));
}

static void what_no_late_look_explains_is_spilt(void **state)
{
    struct limiter limiter = limiter_of_a_second();
    (void)state;
    look(&limiter, 100 * second, 0);
    look(&limiter, 0, 20 * ms + 1);
    assert_false(limiter_is_full(&limiter));
}

/* A mark of which the limiter hears at its end: until then its time was the program's. */
static void time_taken_for_the_programs_is_put_right_when_the_collector_claims_it(void **state)
{
    struct limiter late = limiter_of_a_second(), prompt = late;
    (void)state;
    look(&late, 500 * ms, 0);
    look(&late, 0, 10 * ms);
    look(&late, 10 * ms, -10 * ms);
    look(&prompt, 510 * ms, 0);
    look(&late, 490 * ms - 1, 0);
    look(&prompt, 490 * ms - 1, 0);
    assert_false(limiter_is_full(&late));
    assert_false(limiter_is_full(&prompt));
    look(&late, 1, 0);
    look(&prompt, 1, 0);
    assert_true(limiter_is_full(&late));
    assert_true(limiter_is_full(&prompt));
}

static void
a_collector_with_half_of_the_cpu_is_never_capped_and_idling_gives_no_credit(void **state)
{
    struct limiter limiter = limiter_of_a_second();
    (void)state;
    for (int i = 0; i < 100; i++) {
        look(&limiter, second / 2, second / 2);
        assert_false(limiter_is_full(&limiter));
    }
    look(&limiter, 0, 900 * second);
    look(&limiter, second, 0);
    assert_true(limiter_is_full(&limiter));
}

/* A spiral: whoever may assist does nothing else, and a quarter is marked whatever the cap says.
 * Looks come when they come, at most 10 ms of CPU time apart. */
static void spiral_until_the_next_look(struct limiter *limiter, struct demo_random *random)
{
    int64_t window = 1 + (int64_t)demo_random_below(random, (uint64_t)(10 * ms));
    double share = limiter_is_full(limiter) ? 0.25 : 0.6 + 0.4 * demo_random_unit(random);
    int64_t collector = (int64_t)(share * (double)window);
    look(limiter, collector, window - collector);
}

static void once_capped_the_collector_has_half_of_the_cpu_however_late_the_looks(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        struct limiter limiter = limiter_of_a_second();
        struct demo_random random = {seed};
        while (!limiter_is_full(&limiter))
            spiral_until_the_next_look(&limiter, &random);
        int64_t collector = limiter.collector_ns, total = limiter.total_ns;
        for (int i = 0; i < 5000; i++) {
            spiral_until_the_next_look(&limiter, &random);
            int64_t ahead = 2 * (limiter.collector_ns - collector) - (limiter.total_ns - total);
            assert_true(ahead >= -20 * ms && ahead <= 20 * ms);
        }
    }
}

static void no_window_sees_the_collector_ahead_by_more_than_the_leeway(void **state)
{
    struct limiter limiter = limiter_of_a_second();
    struct demo_random random = {1};
    int64_t least = 0; /* of collector less program so far */
    (void)state;
    for (int i = 0; i < 20000; i++) {
        if (i / 500 % 2 == 0)
            spiral_until_the_next_look(&limiter, &random);
        else
            look(&limiter, 0, (int64_t)demo_random_below(&random, (uint64_t)(10 * ms)));
        int64_t ahead = 2 * limiter.collector_ns - limiter.total_ns;
        least = ahead < least ? ahead : least;
        assert_true(ahead - least <= second + 20 * ms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cap_comes_when_collecting_is_ahead_by_the_capacity),
        cmocka_unit_test(the_cap_is_lifted_when_the_program_has_run_for_a_while),
        cmocka_unit_test(what_a_late_look_finds_too_much_has_to_be_drained_too),
        cmocka_unit_test(what_no_late_look_explains_is_spilt),
        cmocka_unit_test(time_taken_for_the_programs_is_put_right_when_the_collector_claims_it),
        cmocka_unit_test(
            a_collector_with_half_of_the_cpu_is_never_capped_and_idling_gives_no_credit),
        cmocka_unit_test(once_capped_the_collector_has_half_of_the_cpu_however_late_the_looks),
        cmocka_unit_test(no_window_sees_the_collector_ahead_by_more_than_the_leeway),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
