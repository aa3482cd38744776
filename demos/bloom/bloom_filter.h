/* bloom_filter.h - Bloom filters for 64-bit keys: one interface, two layouts.
 *
 * A Bloom filter answers "is this key in the set?" with "certainly not" or "perhaps", from about
 * ten bits a key, whatever the size of the keys (Bloom, "Space/Time Trade-offs in Hash Coding with
 * Allowable Errors", CACM 1970). It never forgets a key, it can't remove one, and how often
 * "perhaps" is wrong is known beforehand: bloom_math.h.
 *
 *   BLOOM_CLASSIC  k bits anywhere in the array: the fewest bits, but k cache misses for a key
 *   BLOOM_BLOCKED  8 bits within one 256-bit block, so one cache miss and a few instructions, with
 *                  AVX2 or without; it needs some 12 % more bits for 1 %
 *
 * A filter may be read by any number of threads while nobody adds. */
#ifndef BLOOM_FILTER_H
#define BLOOM_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bloom_kind { BLOOM_CLASSIC, BLOOM_BLOCKED };

enum { BLOOM_BLOCK_BITS = 256, BLOOM_BLOCK_LANES = 8, BLOOM_PROBES_MAX = 64 };

struct bloom_options {
    enum bloom_kind kind;
    uint64_t bits; /* size; blocked: rounded up to whole blocks */
    int probes;    /* k, 1–64; blocked: always 8 */
    uint64_t seed; /* of the hash: another seed has other false positives */
    bool no_simd;  /* blocked: the portable code even where the CPU has AVX2 */
};

struct bloom_filter;

/* NULL with errno: EINVAL (no bits, a number of probes the kind can't have), ENOMEM. */
struct bloom_filter *bloom_new(const struct bloom_options *options);
void bloom_free(struct bloom_filter *filter); /* NULL is fine */

void bloom_add(struct bloom_filter *filter, uint64_t key);
bool bloom_has(const struct bloom_filter *filter, uint64_t key); /* false is certain */

/* The same for many keys at once; the second returns how many are perhaps there. Where speed
 * matters, use these: the CPU then waits for several keys' memory at the same time. */
void bloom_add_many(struct bloom_filter *filter, const uint64_t *keys, size_t n);
size_t bloom_count_many(const struct bloom_filter *filter, const uint64_t *keys, size_t n);

uint64_t bloom_bits(const struct bloom_filter *filter);
uint64_t bloom_bits_set(const struct bloom_filter *filter); /* counts them: O(bits) */
const uint64_t *bloom_words(const struct bloom_filter *filter, size_t *ret_n);
const char *bloom_code(const struct bloom_filter *filter); /* "scalar" or "AVX2" */

#endif
