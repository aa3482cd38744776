/* bench_demo_bloom_filters.c - the blocked Bloom filter against the classic one, at 1 % errors
 * each.
 *
 * Both are filled with the same 10 million keys (or the number given), in one process, in turns:
 * five rounds, the best of each counts, so that a neighbour's noise falls on both alike. What
 * matters is the ratio. Goals at 10 M keys: insert 2.5, present 2.8, absent 3.5, at 10.8 bits a key
 * or fewer. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "bloom_filter.h"
#include "bloom_math.h"

enum { ROUNDS = 5, BATCH = 1024 };

static const uint64_t absent = UINT64_C(1) << 40;

struct result {
    double insert, present, missing; /* ns for one key, best round */
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

static double insert_all(struct bloom_filter *filter, uint64_t n)
{
    uint64_t keys[BATCH];
    double start = now_ns();
    for (uint64_t i = 0; i < n; i += BATCH)
        bloom_add_many(filter, keys, batch_fill(keys, i, n - i));
    return (now_ns() - start) / (double)n;
}

static double look_up_all(const struct bloom_filter *filter, uint64_t first, uint64_t n,
                          uint64_t *ret_found)
{
    uint64_t keys[BATCH];
    *ret_found = 0;
    double start = now_ns();
    for (uint64_t i = 0; i < n; i += BATCH)
        *ret_found += bloom_count_many(filter, keys, batch_fill(keys, first + i, n - i));
    return (now_ns() - start) / (double)n;
}

static void measure(enum bloom_kind kind, uint64_t n, struct result *best)
{
    bool blocked = kind == BLOOM_BLOCKED;
    double bits_per_key = blocked ? bloom_blocked_bits_per_key(0.01) : bloom_bits_per_key(0.01);
    struct bloom_options options = {.kind = kind, .seed = 1};
    options.bits = (uint64_t)ceil(bits_per_key * (double)n);
    options.probes = blocked ? BLOOM_BLOCK_LANES : bloom_best_probes(bits_per_key);
    struct bloom_filter *filter = bloom_new(&options);
    if (!filter)
        exit((perror("bloom_new"), 1));
    uint64_t found, wrong;
    best->insert = fmin(best->insert, insert_all(filter, n));
    best->present = fmin(best->present, look_up_all(filter, 0, n, &found));
    best->missing = fmin(best->missing, look_up_all(filter, absent, n, &wrong));
    if (found != n)
        exit((fprintf(stderr, "a key was forgotten\n"), 1));
    best->rate = (double)wrong / (double)n;
    best->bits_per_key = (double)bloom_bits(filter) / (double)n;
    bloom_free(filter);
}

static void print_result(const char *name, const struct result *result)
{
    printf("%-10s %8.2f %8.2f %8.2f %9.3f %% %9.2f\n", name, result->insert, result->present,
           result->missing, 100 * result->rate, result->bits_per_key);
}

int main(int argc, char **argv)
{
    uint64_t n = argc > 1 ? strtoull(argv[1], NULL, 10) : 10000000;
    struct result classic = {INFINITY, INFINITY, INFINITY, 0, 0}, blocked = classic;
    if (n == 0)
        return fprintf(stderr, "usage: %s [KEYS]\n", argv[0]), 2;
    for (int round = 0; round < ROUNDS; round++) {
        measure(BLOOM_CLASSIC, n, &classic);
        measure(BLOOM_BLOCKED, n, &blocked);
    }
    printf("%llu keys, ns for one\n%-10s %8s %8s %8s %11s %9s\n", (unsigned long long)n, "",
           "insert", "present", "absent", "errors", "bits/key");
    print_result("classic", &classic);
    print_result("blocked", &blocked);
    printf("%-10s %8.2f %8.2f %8.2f\n", "ratio", classic.insert / blocked.insert,
           classic.present / blocked.present, classic.missing / blocked.missing);
    return 0;
}
