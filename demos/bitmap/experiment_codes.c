/* experiment_codes.c - AND + popcount of two bitmaps with every level of instructions, in sizes
 * that fit the first two caches and one far beyond them. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "bits.h"
#include "experiment.h"

enum { SIZES = 3, SLICE = 1 << 16 /* words: what is timed at once */, TIMES_MAX = 1000 };

static const char *const level_ids[BITS_LEVELS] = {"by_one", "scalar", "popcnt", "avx2", "avx512"};

static const struct size {
    const char *name;
    size_t words; /* of each of the two */
} sizes[SIZES] = {{"2 × 16 KiB", 1 << 11}, {"2 × 512 KiB", 1 << 16}, {"2 × 64 MiB", 1 << 23}};

struct pair {
    uint64_t *a, *b;
};

static void pair_free(struct pair *pair)
{
    free(pair->a);
    free(pair->b);
}

static int pair_make(struct demo *demo, struct pair *pair, uint64_t seed)
{
    struct demo_random random = {seed};
    size_t words = sizes[SIZES - 1].words;
    pair->a = aligned_alloc(64, words * sizeof *pair->a);
    pair->b = aligned_alloc(64, words * sizeof *pair->b);
    if (!pair->a || !pair->b)
        return -ENOMEM;
    for (size_t i = 0; i < words; i++) {
        if (i % SLICE == 0 && demo_stopping(demo))
            return -EINTR;
        pair->a[i] = demo_random(&random);
        pair->b[i] = pair->a[i] * 0x9e3779b97f4a7c15;
    }
    return 0;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Nanoseconds for one slice of both, small ones as often as makes up a slice. */
static double time_slice(const struct bits_code *code, const struct pair *pair, size_t at,
                         size_t words)
{
    volatile uint64_t counted = 0; /* what nobody reads would not be computed */
    size_t n = words < SLICE ? words : SLICE;
    int64_t since = demo_now_ns();
    for (size_t done = 0; done < SLICE; done += n)
        counted = counted + code->fold(BITS_AND, NULL, pair->a + at, pair->b + at, n);
    return (double)(demo_now_ns() - since);
}

/* GB/s, which are bytes per nanosecond: the median of the slices that 30 ms allow. */
static double measure(struct demo *demo, const struct bits_code *code, const struct pair *pair,
                      size_t words)
{
    double times[TIMES_MAX];
    size_t n = 0, at = 0;
    int64_t start = demo_now_ns();
    while (n < TIMES_MAX && demo_now_ns() - start < 30000000 && !demo_stopping(demo)) {
        times[n++] = time_slice(code, pair, at, words);
        at = at + SLICE < words ? at + SLICE : 0;
    }
    if (n == 0)
        return NAN;
    qsort(times, n, sizeof *times, compare_doubles);
    return 2.0 * SLICE * sizeof(uint64_t) / times[n / 2];
}

static void measure_levels(struct demo *demo, const struct pair *pair, size_t size,
                           double speeds[BITS_LEVELS])
{
    for (int level = 0; level < BITS_LEVELS; level++) {
        const struct bits_code *code = bits_code((enum bits_level)level);
        speeds[level] = NAN;
        if (!code || demo_stopping(demo))
            continue;
        speeds[level] = measure(demo, code, pair, sizes[size].words);
        demo_bar(demo, "codes", sizes[size].name, {level_ids[level], speeds[level]});
    }
}

static double highest(const double speeds[BITS_LEVELS])
{
    double best = 0;
    for (int level = 0; level < BITS_LEVELS; level++)
        best = fmax(best, speeds[level]);
    return best;
}

static void report(struct demo *demo, double speeds[SIZES][BITS_LEVELS])
{
    double cached = highest(speeds[0]), memory = highest(speeds[SIZES - 1]);
    demo_metric(demo, "and_cached", cached);
    demo_metric(demo, "and_memory", memory);
    demo_metric(demo, "and_speedup", cached / speeds[0][BITS_BY_ONE]);
    demo_note_at(
        demo, DEMO_INFO, "bitmap-uses",
        "AND + popcount，这台 CPU 最好的指令是 %s：缓存里 %.0f GB/s，是逐位数的 %.0f "
        "倍；128 MiB 远超二级缓存，%.1f GB/s，瓶颈换成内存",
        "AND + popcount, with %s, the best this CPU has: %.0f GB/s in cache, %.0f times bit "
        "by bit; 128 MiB are far beyond the second-level cache: %.1f GB/s, and now memory is the "
        "limit",
        bits_best->name, cached, cached / speeds[0][BITS_BY_ONE], memory);
}

/* All levels on arrays of every length up to 100 words, and on a long one. */
static void check_agreement(struct demo *demo, const struct pair *pair)
{
    double different = 0;
    for (size_t words = 0; words <= 101; words++) {
        size_t n = words <= 100 ? words : SLICE;
        uint64_t want = bits_code(BITS_BY_ONE)->fold(BITS_AND, NULL, pair->a, pair->b, n);
        for (int level = BITS_SCALAR; level < BITS_LEVELS; level++) {
            const struct bits_code *code = bits_code((enum bits_level)level);
            different += code && code->fold(BITS_AND, NULL, pair->a, pair->b, n) != want;
        }
    }
    demo_check(demo, "codes_agree", different == 0, different, 0);
}

int experiment_codes(struct demo *demo, const struct plan *plan)
{
    struct pair pair = {0};
    double speeds[SIZES][BITS_LEVELS];
    int result = pair_make(demo, &pair, plan->seed);
    if (result == 0) {
        check_agreement(demo, &pair);
        for (size_t size = 0; size < SIZES; size++)
            measure_levels(demo, &pair, size, speeds[size]);
        result = demo_stopping(demo) ? -EINTR : 0;
    }
    if (result == 0)
        report(demo, speeds);
    pair_free(&pair);
    return result;
}
