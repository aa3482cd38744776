/* Words of bits at every level of instructions: all do the same as bit after bit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bits.h"

enum { WORDS_MAX = 300 };

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

/* Arrays of exactly n words, so that a sanitizer sees a step beyond them. */
static uint64_t *random_words(size_t n, uint64_t seed)
{
    uint64_t *words = test_malloc(n * sizeof *words + 1);
    for (size_t i = 0; i < n; i++)
        words[i] = next_random(&seed);
    return words;
}

static uint64_t combine(enum bits_op op, uint64_t a, uint64_t b)
{
    return op == BITS_AND ? a & b : op == BITS_OR ? a | b : a;
}

static void assert_folds(const struct bits_code *code, enum bits_op op, size_t n)
{
    uint64_t *a = random_words(n, n), *b = random_words(n, ~n), *to = random_words(n, 7);
    uint64_t count = 0;
    for (size_t i = 0; i < n; i++)
        for (int bit = 0; bit < 64; bit++)
            count += combine(op, a[i], b[i]) >> bit & 1;
    assert_int_equal(code->fold(op, NULL, a, b, n), count);
    assert_int_equal(code->fold(op, to, a, b, n), count);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(to[i], combine(op, a[i], b[i]));
    memcpy(to, a, n * sizeof *a);
    assert_int_equal(code->fold(op, to, to, b, n), count); /* in place */
    for (size_t i = 0; i < n; i++)
        assert_int_equal(to[i], combine(op, a[i], b[i]));
    test_free(a);
    test_free(b);
    test_free(to);
}

static void every_level_counts_and_combines_arrays_of_any_length(void **state)
{
    (void)state;
    for (int level = 0; level < BITS_LEVELS; level++) {
        const struct bits_code *code = bits_code((enum bits_level)level);
        if (!code) {
            print_message("this CPU has no level %d\n", level);
            continue;
        }
        for (size_t n = 0; n < WORDS_MAX; n += n < 80 ? 1 : 37) {
            assert_folds(code, BITS_A, n);
            assert_folds(code, BITS_AND, n);
            assert_folds(code, BITS_OR, n);
        }
    }
}

static void arrays_need_not_be_aligned(void **state)
{
    (void)state;
    uint64_t *words = random_words(2 * WORDS_MAX, 3);
    for (size_t offset = 1; offset < 8; offset++) {
        uint64_t want =
            bits_code(BITS_BY_ONE)->fold(BITS_AND, NULL, words + offset, words + 200, 99);
        assert_int_equal(bits_and_count(words + offset, words + 200, 99), want);
    }
    test_free(words);
}

static void the_best_level_is_one_that_the_cpu_has(void **state)
{
    (void)state;
    const struct bits_code *highest = NULL;
    for (int level = 0; level < BITS_LEVELS; level++)
        if (bits_code((enum bits_level)level))
            highest = bits_code((enum bits_level)level);
    assert_ptr_equal(bits_best, highest);
    assert_null(bits_code(BITS_LEVELS));
#if defined(__x86_64__)
    assert_int_equal(bits_code(BITS_AVX2) != NULL, __builtin_cpu_supports("avx2") != 0);
#endif
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_level_counts_and_combines_arrays_of_any_length),
        cmocka_unit_test(arrays_need_not_be_aligned),
        cmocka_unit_test(the_best_level_is_one_that_the_cpu_has),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
