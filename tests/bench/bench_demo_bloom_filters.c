/* bench_demo_bloom_filters.c - the split-block Bloom filter of demos/bloom against the classic one
 * and against a register-blocked one, each sized by its formula for 1 % errors.
 *
 *     bench_demo_bloom_filters [KEYS [ROUNDS]]
 *
 * The register-blocked filter is the quickest of Lang, Neumann, Kemper & Boncz,
 * "Performance-Optimal Filtering: Bloom Overtakes Cuckoo at High Throughput" (PVLDB 12(5), 2019),
 * the blocked filter of Putze, Sanders & Singler (2007) with a machine word for a block: all k bits
 * of a key are in one 64-bit word, so a lookup is a load, an AND and a comparison. Words fill
 * unevenly, for which it pays in bits. It is written here, for comparison, with the same hash and
 * the same prefetching in groups as the other two.
 *
 * All are filled with the same 10 million keys in one process and take turns. A ratio is the median
 * of the rounds' ratios, so that a neighbour's noise, which falls on a whole round, falls on both
 * sides of it; the times are medians too. Goals at 10 M keys, split-block against classic: insert
 * 2.5, present 2.8, absent 2.8, at 10.8 bits a key or fewer for 1 %. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "bloom_filter.h"
#include "bloom_layout.h"
#include "bloom_math.h"

enum { ROUNDS_MAX = 99, BATCH = 1024, GROUP = 32, WORD_BITS = 64 };
enum measure { INSERT, PRESENT, ABSENT, MEASURES };

static const double rate_wanted = 0.01;
static const uint64_t absent = UINT64_C(1) << 40;

/*** The register-blocked filter ***/

struct words {
    uint64_t *words, n;
    int probes;
};

/* Throws k more bits at a word: share[s] is the probability that s of its bits are set. */
static void words_throw(double share[static WORD_BITS + 1], int k)
{
    for (; k > 0; k--)
        for (int s = WORD_BITS; s >= 0; s--)
            share[s] = share[s] * s / WORD_BITS +
                       (s > 0 ? share[s - 1] * (WORD_BITS - s + 1) / WORD_BITS : 0);
}

/* A word has a Poisson number of keys; with s bits set, an absent key finds its k with (s/64)^k. */
static double words_rate(double bits_per_key, int probes)
{
    double mean = WORD_BITS / bits_per_key, rate = 0, share[WORD_BITS + 1] = {1};
    for (int keys = 0; keys < 6 * mean + 30; keys++) {
        double weight = exp(keys * log(mean) - mean - lgamma(keys + 1));
        for (int s = 0; s <= WORD_BITS; s++)
            rate += weight * share[s] * pow((double)s / WORD_BITS, probes);
        words_throw(share, probes);
    }
    return rate;
}

static double words_bits_per_key(double rate, int probes)
{
    double low = 1, high = 200;
    for (int i = 0; i < 30; i++) {
        double middle = (low + high) / 2;
        *(words_rate(middle, probes) > rate ? &low : &high) = middle;
    }
    return high;
}

static void *words_new(uint64_t n)
{
    struct words *filter = malloc(sizeof *filter);
    if (!filter)
        exit((perror("words_new"), 1));
    filter->probes = 1;
    for (int k = 2; k <= 8; k++)
        if (words_bits_per_key(rate_wanted, k) < words_bits_per_key(rate_wanted, filter->probes))
            filter->probes = k;
    double bits = words_bits_per_key(rate_wanted, filter->probes) * (double)n;
    filter->n = (uint64_t)ceil(bits / WORD_BITS);
    const size_t huge_page = 2 << 20; /* as bloom_new does it */
    size_t bytes = (filter->n * sizeof *filter->words + huge_page - 1) / huge_page * huge_page;
    filter->words = aligned_alloc(huge_page, bytes);
    if (!filter->words)
        exit((perror("words_new"), 1));
    madvise(filter->words, bytes, MADV_HUGEPAGE);
    memset(filter->words, 0, bytes);
    return filter;
}

static void words_free(void *filter)
{
    free(((struct words *)filter)->words);
    free(filter);
}

static double words_bits(const void *filter)
{
    return WORD_BITS * (double)((const struct words *)filter)->n;
}

struct place {
    uint64_t *word, mask;
};

static inline size_t words_group(const struct words *filter, const uint64_t *keys, size_t left,
                                 struct place places[static GROUP])
{
    size_t n = left < GROUP ? left : GROUP;
    for (size_t i = 0; i < n; i++) {
        uint64_t hash = bloom_hash(keys[i], 1);
        places[i] = (struct place){filter->words + bloom_reduce(hash, filter->n), 0};
        __builtin_prefetch(places[i].word);
        for (int k = 0; k < filter->probes; k++, hash >>= 6)
            places[i].mask |= UINT64_C(1) << (hash & 63);
    }
    return n;
}

static void words_add(void *filter, const uint64_t *keys, size_t n)
{
    struct place places[GROUP];
    for (size_t done = 0, group; done < n; done += group) {
        group = words_group(filter, keys + done, n - done, places);
        for (size_t i = 0; i < group; i++)
            *places[i].word |= places[i].mask;
    }
}

static size_t words_count(const void *filter, const uint64_t *keys, size_t n)
{
    struct place places[GROUP];
    size_t found = 0;
    for (size_t done = 0, group; done < n; done += group) {
        group = words_group(filter, keys + done, n - done, places);
        for (size_t i = 0; i < group; i++)
            found += (*places[i].word & places[i].mask) == places[i].mask;
    }
    return found;
}

/*** The demo's two ***/

static void *bloom_of(enum bloom_kind kind, uint64_t n)
{
    bool blocked = kind == BLOOM_BLOCKED;
    double bits_per_key =
        blocked ? bloom_blocked_bits_per_key(rate_wanted) : bloom_bits_per_key(rate_wanted);
    struct bloom_options options = {.kind = kind, .seed = 1};
    options.bits = (uint64_t)ceil(bits_per_key * (double)n);
    options.probes = blocked ? BLOOM_BLOCK_LANES : bloom_best_probes(bits_per_key);
    struct bloom_filter *filter = bloom_new(&options);
    if (!filter)
        exit((perror("bloom_new"), 1));
    return filter;
}

static void *classic_new(uint64_t n)
{
    return bloom_of(BLOOM_CLASSIC, n);
}

static void *blocked_new(uint64_t n)
{
    return bloom_of(BLOOM_BLOCKED, n);
}

static void bloom_release(void *filter)
{
    bloom_free(filter);
}

static void bloom_add_all(void *filter, const uint64_t *keys, size_t n)
{
    bloom_add_many(filter, keys, n);
}

static size_t bloom_count_all(const void *filter, const uint64_t *keys, size_t n)
{
    return bloom_count_many(filter, keys, n);
}

static double bloom_size(const void *filter)
{
    return (double)bloom_bits(filter);
}

/*** Measuring ***/

static const struct contestant {
    const char *name;
    void *(*make)(uint64_t n);
    void (*release)(void *filter);
    void (*add)(void *filter, const uint64_t *keys, size_t n);
    size_t (*count)(const void *filter, const uint64_t *keys, size_t n);
    double (*bits)(const void *filter);
} contestants[] = {
    {"split-block", blocked_new, bloom_release, bloom_add_all, bloom_count_all, bloom_size},
    {"classic", classic_new, bloom_release, bloom_add_all, bloom_count_all, bloom_size},
    {"register-blocked", words_new, words_free, words_add, words_count, words_bits},
};
enum { CONTESTANTS = sizeof contestants / sizeof *contestants };

struct result {
    double ns[MEASURES][ROUNDS_MAX]; /* for one key */
    double rate, bits_per_key;
};

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static size_t batch_fill(uint64_t keys[static BATCH], uint64_t first, uint64_t left)
{
    size_t n = left < BATCH ? (size_t)left : BATCH;
    for (size_t i = 0; i < n; i++)
        keys[i] = first + i;
    return n;
}

static double insert_all(const struct contestant *who, void *filter, uint64_t n)
{
    uint64_t keys[BATCH];
    double start = now_ns();
    for (uint64_t i = 0; i < n; i += BATCH)
        who->add(filter, keys, batch_fill(keys, i, n - i));
    return (now_ns() - start) / (double)n;
}

static double look_up_all(const struct contestant *who, const void *filter, uint64_t first,
                          uint64_t n, uint64_t *ret_found)
{
    uint64_t keys[BATCH];
    *ret_found = 0;
    double start = now_ns();
    for (uint64_t i = 0; i < n; i += BATCH)
        *ret_found += who->count(filter, keys, batch_fill(keys, first + i, n - i));
    return (now_ns() - start) / (double)n;
}

static void measure(const struct contestant *who, uint64_t n, int round, struct result *result)
{
    uint64_t found, wrong;
    void *filter = who->make(n);
    result->ns[INSERT][round] = insert_all(who, filter, n);
    result->ns[PRESENT][round] = look_up_all(who, filter, 0, n, &found);
    result->ns[ABSENT][round] = look_up_all(who, filter, absent, n, &wrong);
    if (found != n)
        exit((fprintf(stderr, "%s: a key was forgotten\n", who->name), 1));
    result->rate = (double)wrong / (double)n;
    result->bits_per_key = who->bits(filter) / (double)n;
    who->release(filter);
}

/*** Reporting ***/

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Of values, or of values / by. */
static double median(const double *values, const double *by, int n)
{
    double sorted[ROUNDS_MAX];
    for (int i = 0; i < n; i++)
        sorted[i] = by ? values[i] / by[i] : values[i];
    qsort(sorted, (size_t)n, sizeof *sorted, compare_doubles);
    return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

static void print_results(const struct result *results, int rounds)
{
    for (int c = 0; c < CONTESTANTS; c++) {
        printf("%-28s", contestants[c].name);
        for (int m = 0; m < MEASURES; m++)
            printf(" %8.2f", median(results[c].ns[m], NULL, rounds));
        printf(" %9.3f %% %9.2f\n", 100 * results[c].rate, results[c].bits_per_key);
    }
    for (int c = 1; c < CONTESTANTS; c++) {
        printf("%-16s ÷ split-block", contestants[c].name);
        for (int m = 0; m < MEASURES; m++)
            printf(" %8.2f", median(results[c].ns[m], results[0].ns[m], rounds));
        printf(" %11s %9.2f\n", "", results[c].bits_per_key / results[0].bits_per_key);
    }
}

int main(int argc, char **argv)
{
    static struct result results[CONTESTANTS];
    uint64_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 10000000;
    int rounds = argc > 2 ? atoi(argv[2]) : 7;
    if (n == 0 || rounds < 1 || rounds > ROUNDS_MAX)
        return fprintf(stderr, "usage: %s [KEYS [ROUNDS, 1-%d]]\n", argv[0], ROUNDS_MAX), 2;
    for (int round = 0; round < rounds; round++)
        for (int c = 0; c < CONTESTANTS; c++)
            measure(&contestants[(round + c) % CONTESTANTS], n, round,
                    &results[(round + c) % CONTESTANTS]);
    printf("%llu keys, %d rounds, ns for one\n%-28s %8s %8s %8s %11s %9s\n", (unsigned long long)n,
           rounds, "", "insert", "present", "absent", "errors", "bits/key");
    print_results(results, rounds);
    return 0;
}
