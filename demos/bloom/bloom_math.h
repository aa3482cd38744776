/* bloom_math.h - what theory says of a Bloom filter with n keys, m bits and k probes.
 *
 * A probe of the classic filter finds a set bit with probability 1 - e^(-kn/m), so an absent key is
 * taken for present with probability about (1 - e^(-kn/m))^k (Bloom 1970). For given m/n that is
 * smallest at k = ln 2 · m/n, where half of the bits are set: then p = 2^-k, and a rate p costs
 * -ln p / (ln 2)² = 1.44 · log2(1/p) bits a key: 9.585 for 1 %.
 *
 * A blocked filter is many small filters; block i has a Poisson-distributed number of keys, so its
 * rate is the average over that (Putze, Sanders & Singler 2007).
 *
 * All rates are 0–1. */
#ifndef BLOOM_MATH_H
#define BLOOM_MATH_H

/* What a formula expects, and how much one filter differs from the next by chance alone (its hash
 * may be lucky): the standard deviation. */
struct bloom_estimate {
    double rate, spread;
};

struct bloom_estimate bloom_rate(double keys, double bits, double probes);
struct bloom_estimate bloom_blocked_rate(double keys, double bits);

/* Share of the bits that are set. */
double bloom_fill(double keys, double bits, double probes);

/* ln 2 · bits / key: the best k as theory gives it, and the better of the two integers around it.
 */
double bloom_best_probes_exact(double bits_per_key);
int bloom_best_probes(double bits_per_key);

/* Bits for each key that a rate costs, at the best k. The blocked one is found by bisection, as its
 * formula can't be turned round. */
double bloom_bits_per_key(double rate);
double bloom_blocked_bits_per_key(double rate);

#endif
