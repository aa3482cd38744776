/* bench_demo_bitmap_peers.c - the bitmap demo's mechanisms against what is quickest or best known.
 *
 *   AND + popcount    against a loop of the same instructions written out by hand, in cache; and
 *                     against reading the same memory, where it fits in no cache
 *   compressed set    against CRoaring (Debian: libroaring-dev) in time and in bytes, and against
 *                     it in what the sets have in common
 *
 * All in one process in turns; of ROUNDS rounds the best counts, so that a neighbour's noise falls
 * on both alike. A ratio above 1 means quicker than the peer, or for bytes larger. Goals: 0.9 of
 * the loop by hand and of reading; 4 × CRoaring's AND of dense sets; 1.1 of its bytes, in memory
 * and as stored; no slower to add and to look up. What we store, CRoaring must read as the same
 * set. */
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bits.h"
#include "roaring.h"

#if __has_include(<roaring/roaring.h>)
#include <roaring/roaring.h>
#define HAS_CROARING 1
#endif

enum { ROUNDS = 9, KEYS = 1000000 };

static volatile uint64_t sink; /* what nobody reads would not be computed */

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

/*** AND + popcount ***/

#ifdef __x86_64__
#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512vpopcntdq"), noinline))

AVX512 static uint64_t by_hand_avx512(const uint64_t *a, const uint64_t *b, size_t n)
{
    __m512i s0 = _mm512_setzero_si512(), s1 = s0, s2 = s0, s3 = s0;
    for (const uint64_t *end = a + n; a < end; a += 32, b += 32) {
        __m512i v0 = _mm512_and_si512(_mm512_load_si512(a), _mm512_load_si512(b));
        __m512i v1 = _mm512_and_si512(_mm512_load_si512(a + 8), _mm512_load_si512(b + 8));
        __m512i v2 = _mm512_and_si512(_mm512_load_si512(a + 16), _mm512_load_si512(b + 16));
        __m512i v3 = _mm512_and_si512(_mm512_load_si512(a + 24), _mm512_load_si512(b + 24));
        s0 = _mm512_add_epi64(s0, _mm512_popcnt_epi64(v0));
        s1 = _mm512_add_epi64(s1, _mm512_popcnt_epi64(v1));
        s2 = _mm512_add_epi64(s2, _mm512_popcnt_epi64(v2));
        s3 = _mm512_add_epi64(s3, _mm512_popcnt_epi64(v3));
    }
    s0 = _mm512_add_epi64(_mm512_add_epi64(s0, s1), _mm512_add_epi64(s2, s3));
    return (uint64_t)_mm512_reduce_add_epi64(s0);
}

__attribute__((target("avx2"), noinline)) static uint64_t read_both(const uint64_t *a,
                                                                    const uint64_t *b, size_t n)
{
    __m256i s0 = _mm256_setzero_si256(), s1 = s0;
    for (size_t i = 0; i < n; i += 8) {
        s0 = _mm256_or_si256(s0, _mm256_load_si256((const __m256i *)(a + i)));
        s1 = _mm256_or_si256(s1, _mm256_load_si256((const __m256i *)(b + i)));
        s0 = _mm256_or_si256(s0, _mm256_load_si256((const __m256i *)(a + i + 4)));
        s1 = _mm256_or_si256(s1, _mm256_load_si256((const __m256i *)(b + i + 4)));
    }
    return (uint64_t)_mm256_extract_epi64(_mm256_or_si256(s0, s1), 0);
}
#endif

__attribute__((noinline)) static uint64_t by_hand(const uint64_t *a, const uint64_t *b, size_t n)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx512vpopcntdq"))
        return by_hand_avx512(a, b, n);
#endif
    uint64_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += (uint64_t)__builtin_popcountll(a[i] & b[i]);
    return count;
}

static uint64_t read_only(const uint64_t *a, const uint64_t *b, size_t n)
{
#ifdef __x86_64__
    if (__builtin_cpu_supports("avx2"))
        return read_both(a, b, n);
#endif
    uint64_t sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += a[i] ^ b[i];
    return sum;
}

/* The best round, in GB/s. */
static void time_fold(uint64_t (*fold)(const uint64_t *, const uint64_t *, size_t),
                      const uint64_t *a, const uint64_t *b, size_t bytes, double *best)
{
    size_t n = bytes / sizeof *a, repeats = (32u << 20) / bytes + 1;
    double start = now_ns();
    for (size_t i = 0; i < repeats; i++)
        sink = sink + fold(a, b, n);
    *best = fmax(*best, 2.0 * (double)bytes * (double)repeats / (now_ns() - start));
}

static uint64_t *random_words(size_t bytes, uint64_t seed)
{
    uint64_t *words = aligned_alloc(64, bytes);
    if (!words)
        exit((perror("aligned_alloc"), 1));
    for (size_t i = 0; i < bytes / sizeof *words; i++)
        words[i] = next_random(&seed);
    return words;
}

static void compare_folds(size_t bytes)
{
    double ours = 0, hand = 0, reading = 0;
    uint64_t *a = random_words(bytes, 1), *b = random_words(bytes, 2);
    if (bits_and_count(a, b, bytes / 8) != by_hand(a, b, bytes / 8))
        exit((fprintf(stderr, "the counts differ\n"), 1));
    for (int round = 0; round < ROUNDS; round++) {
        time_fold(bits_and_count, a, b, bytes, &ours);
        time_fold(by_hand, a, b, bytes, &hand);
        time_fold(read_only, a, b, bytes, &reading);
    }
    printf("  2 × %6zu KiB %8.1f GB/s, by hand %8.1f, reading %8.1f, ratios %.2f and %.2f\n",
           bytes / 1024, ours, hand, reading, ours / hand, ours / reading);
    free(a);
    free(b);
}

/*** Against CRoaring ***/

#ifdef HAS_CROARING

struct sets {
    struct roaring *ours;
    roaring_bitmap_t *theirs;
};

struct times {
    double add, has, and; /* ns for a number; the last for the two sets */
};

static size_t heap_bytes(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}

static void fill_ours(struct sets *sets, const uint32_t *keys, struct times *best)
{
    double start = now_ns();
    sets->ours = roaring_new();
    for (size_t i = 0; i < KEYS; i++)
        if (roaring_add(sets->ours, keys[i]) < 0)
            exit(1);
    best->add = fmin(best->add, (now_ns() - start) / KEYS);
}

static void fill_theirs(struct sets *sets, const uint32_t *keys, struct times *best)
{
    double start = now_ns();
    sets->theirs = roaring_bitmap_create();
    for (size_t i = 0; i < KEYS; i++)
        roaring_bitmap_add(sets->theirs, keys[i]);
    best->add = fmin(best->add, (now_ns() - start) / KEYS);
}

static void look_up(const struct sets *sets, const uint32_t *keys, struct times *ours,
                    struct times *theirs)
{
    uint64_t found = 0, found_theirs = 0;
    double start = now_ns();
    for (size_t i = 0; i < KEYS; i++)
        found += roaring_has(sets->ours, keys[i]);
    double middle = now_ns();
    for (size_t i = 0; i < KEYS; i++)
        found_theirs += roaring_bitmap_contains(sets->theirs, keys[i]);
    theirs->has = fmin(theirs->has, (now_ns() - middle) / KEYS);
    ours->has = fmin(ours->has, (middle - start) / KEYS);
    if (found != found_theirs)
        exit((fprintf(stderr, "the lookups differ\n"), 1));
}

static void intersect(const struct sets *a, const struct sets *b, struct times *ours,
                      struct times *theirs)
{
    double start = now_ns();
    uint64_t count = roaring_and_count(a->ours, b->ours);
    double middle = now_ns();
    uint64_t count_theirs = roaring_bitmap_and_cardinality(a->theirs, b->theirs);
    theirs->and = fmin(theirs->and, now_ns() - middle);
    ours->and = fmin(ours->and, middle - start);
    if (count != count_theirs)
        exit((fprintf(stderr, "the intersections differ\n"), 1));
}

/* Bytes of ours as stored, which CRoaring must read as the set that it has itself. */
static size_t stored_bytes(const struct sets *sets)
{
    size_t size = roaring_stored_bytes(sets->ours);
    uint8_t *bytes = malloc(size);
    if (!bytes)
        exit((perror("malloc"), 1));
    roaring_store(sets->ours, bytes);
    roaring_bitmap_t *read = roaring_bitmap_portable_deserialize_safe((char *)bytes, size);
    if (!read || !roaring_bitmap_equals(read, sets->theirs))
        exit((fprintf(stderr, "CRoaring reads another set\n"), 1));
    roaring_bitmap_free(read);
    free(bytes);
    return size;
}

/* Heap that the two hold once each has done what it can to be small, and what they store. */
static void print_bytes(struct sets *sets)
{
    if (roaring_optimize(sets->ours) < 0)
        exit(1);
    roaring_bitmap_run_optimize(sets->theirs);
    roaring_bitmap_shrink_to_fit(sets->theirs);
    size_t stored = stored_bytes(sets);
    size_t theirs_stored = roaring_bitmap_portable_size_in_bytes(sets->theirs);
    size_t both = heap_bytes();
    roaring_free(sets->ours);
    sets->ours = NULL;
    size_t theirs = heap_bytes();
    roaring_bitmap_free(sets->theirs);
    sets->theirs = NULL;
    size_t none = heap_bytes();
    double ours_heap = (double)(both - theirs), theirs_heap = (double)(theirs - none);
    printf(" | heap %8.0f, ratio %.2f | stored %8zu, ratio %.2f\n", ours_heap,
           ours_heap / theirs_heap, stored, (double)stored / (double)theirs_stored);
}

static void make_keys(uint32_t *keys, uint64_t range, uint64_t run, uint64_t seed)
{
    uint64_t start = 0;
    for (uint64_t i = 0; i < KEYS; i++) {
        if (i % run == 0)
            start = next_random(&seed) % (range - run + 1);
        keys[i] = (uint32_t)(start + i % run);
    }
}

/* Times the whole life of pairs of sets, then sizes of the last. */
static void compare_sets(const char *name, uint64_t range, uint64_t run)
{
    static uint32_t a_keys[KEYS], b_keys[KEYS], lookups[KEYS];
    struct times ours = {INFINITY, INFINITY, INFINITY}, theirs = ours, unused = ours;
    struct sets a = {0}, b = {0};
    uint64_t seed = 9;
    make_keys(a_keys, range, run, 1);
    make_keys(b_keys, range, run, 2);
    for (size_t i = 0; i < KEYS; i++)
        lookups[i] =
            i % 2 ? a_keys[next_random(&seed) % KEYS] : (uint32_t)(next_random(&seed) % range);
    for (int round = 0; round < ROUNDS; round++) {
        roaring_free(a.ours);
        if (a.theirs)
            roaring_bitmap_free(a.theirs);
        fill_ours(&a, a_keys, &ours);
        fill_theirs(&a, a_keys, &theirs);
        look_up(&a, lookups, &ours, &theirs);
    }
    fill_ours(&b, b_keys, &unused);
    fill_theirs(&b, b_keys, &unused);
    for (int round = 0; round < 5 * ROUNDS; round++)
        intersect(&a, &b, &ours, &theirs);
    printf("  %-16s add %6.1f ns, ratio %5.2f | has %6.1f ns, ratio %5.2f | AND %9.0f ns, ratio "
           "%5.2f",
           name, ours.add, theirs.add / ours.add, ours.has, theirs.has / ours.has, ours.and,
           theirs.and / ours.and);
    roaring_free(b.ours);
    roaring_bitmap_free(b.theirs);
    print_bytes(&a);
}

/* Every stride-th number below 2^29: 8192 bitmaps, 64 MiB. */
static void fill_large(struct sets *sets, uint32_t stride)
{
    *sets = (struct sets){roaring_new(), roaring_bitmap_create()};
    for (uint32_t value = 0; value < UINT32_C(1) << 29; value += stride) {
        if (roaring_add(sets->ours, value) < 0)
            exit(1);
        roaring_bitmap_add(sets->theirs, value);
    }
}

/* Two sets that fit in no cache: then memory decides, and reading as much is the best there is. */
static void compare_large(void)
{
    enum { BYTES = 64 << 20 };
    struct times ours = {INFINITY, INFINITY, INFINITY}, theirs = ours;
    struct sets a, b;
    double reading = 0;
    uint64_t *words = random_words(BYTES, 1), *more = random_words(BYTES, 2);
    fill_large(&a, 13);
    fill_large(&b, 11);
    for (int round = 0; round < ROUNDS; round++) {
        intersect(&a, &b, &ours, &theirs);
        time_fold(read_only, words, more, BYTES, &reading);
    }
    double gb_s = 2.0 * BYTES / ours.and, theirs_gb_s = 2.0 * BYTES / theirs.and;
    printf("AND of two sets of 64 MiB of bitmaps: %.1f GB/s, CRoaring %.1f, reading %.1f, ratios "
           "%.2f and %.2f\n",
           gb_s, theirs_gb_s, reading, gb_s / theirs_gb_s, gb_s / reading);
    roaring_free(a.ours);
    roaring_free(b.ours);
    roaring_bitmap_free(a.theirs);
    roaring_bitmap_free(b.theirs);
    free(words);
    free(more);
}

static void compare_croaring(void)
{
    compare_large();
    puts("compressed sets of 1 M numbers against CRoaring (above 1 is quicker; bytes: below 1 is "
         "smaller)");
    compare_sets("2^20, dense", UINT64_C(1) << 20, 1);
    compare_sets("2^22, bitmaps", UINT64_C(1) << 22, 1);
    compare_sets("2^24, arrays", UINT64_C(1) << 24, 1);
    compare_sets("2^28, arrays", UINT64_C(1) << 28, 1);
    compare_sets("2^30, arrays", UINT64_C(1) << 30, 1);
    compare_sets("2^32, arrays", UINT64_C(1) << 32, 1);
    compare_sets("2^28, runs", UINT64_C(1) << 28, 2000);
}

#else

static void compare_croaring(void)
{
    puts("CRoaring is not installed: apt-get install libroaring-dev");
}

#endif

int main(void)
{
    printf("AND + popcount (%s)\n", bits_best->name);
    compare_folds(16 << 10);
    compare_folds(512 << 10);
    compare_folds(64 << 20);
    compare_croaring();
    return 0;
}
