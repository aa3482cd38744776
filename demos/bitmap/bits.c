/* bits.c - words of bits without vectors, and the choice among all the levels of bits.h. */
#include "bits.h"

#include <stdbool.h>

#include "bits_fold.h"

/*** Bit after bit ***/

/* Not `while (word) word &= word - 1`, in which compilers recognise a population count. */
INLINE uint64_t count_by_one(uint64_t word)
{
    uint64_t count = 0;
    for (int bit = 0; bit < 64; bit++) {
        count += word >> bit & 1;
        __asm__ volatile("" : "+r"(count)); /* keeps the loop from being turned into vectors */
    }
    return count;
}

INLINE uint64_t by_one_loop(enum bits_op op, uint64_t *to, const uint64_t *a, const uint64_t *b,
                            size_t n)
{
    uint64_t count = 0;
    for (size_t i = 0; i < n; i++) {
        uint64_t word = bits_combine(op, a[i], b[i]);
        count += count_by_one(word);
        if (to)
            to[i] = word;
    }
    return count;
}

static uint64_t by_one_fold(enum bits_op op, uint64_t *to, const uint64_t *a, const uint64_t *b,
                            size_t n){BITS_FOLD(by_one_loop)}

/*** A word at a time ***/

INLINE uint64_t count_word(enum bits_op op, uint64_t *to, const uint64_t *a, const uint64_t *b)
{
    uint64_t word = bits_combine(op, *a, *b);
    if (to)
        *to = word;
    return (uint64_t)__builtin_popcountll(word);
}

/* Four sums, so that no addition waits for the one before. */
INLINE uint64_t word_loop(enum bits_op op, uint64_t *to, const uint64_t *a, const uint64_t *b,
                          size_t n)
{
    uint64_t counts[4] = {0};
    size_t i = 0;
    for (; i + 4 <= n; i += 4)
#pragma GCC unroll 4
        for (size_t j = 0; j < 4; j++)
            counts[j] += count_word(op, to ? to + i + j : to, a + i + j, b + i + j);
    for (; i < n; i++)
        counts[0] += count_word(op, to ? to + i : to, a + i, b + i);
    return counts[0] + counts[1] + counts[2] + counts[3];
}

static uint64_t scalar_fold(enum bits_op op, uint64_t *to, const uint64_t *a, const uint64_t *b,
                            size_t n)
{
    BITS_FOLD(word_loop)
}

#ifdef __x86_64__
__attribute__((target("popcnt"))) static uint64_t
popcnt_fold(enum bits_op op, uint64_t *to, const uint64_t *a, const uint64_t *b, size_t n)
{
    BITS_FOLD(word_loop)
}

static const struct bits_code *bits_popcnt(void)
{
    static const struct bits_code code = {"POPCNT", popcnt_fold};
    return __builtin_cpu_supports("popcnt") ? &code : NULL;
}
#else
static const struct bits_code *bits_popcnt(void)
{
    return NULL; /* the portable code is as good as it gets: other CPUs count without being asked */
}
#endif

/*** The choice ***/

static const struct bits_code by_one = {"bit by bit", by_one_fold};
static const struct bits_code scalar = {"scalar", scalar_fold};

const struct bits_code *bits_best = &scalar;

const struct bits_code *bits_code(enum bits_level level)
{
    switch (level) {
    case BITS_BY_ONE:
        return &by_one;
    case BITS_SCALAR:
        return &scalar;
    case BITS_POPCNT:
        return bits_popcnt();
    case BITS_AVX2:
        return bits_avx2();
    case BITS_AVX512:
        return bits_avx512();
    default:
        return NULL;
    }
}

__attribute__((constructor)) static void choose_best(void)
{
#ifdef __x86_64__
    __builtin_cpu_init(); /* a constructor may run before the one that does this for everybody */
#endif
    for (int level = BITS_SCALAR; level < BITS_LEVELS; level++) {
        const struct bits_code *code = bits_code((enum bits_level)level);
        if (code)
            bits_best = code;
    }
}
