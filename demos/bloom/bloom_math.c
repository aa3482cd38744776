/* bloom_math.c - the formulas; see bloom_math.h. */
#include "bloom_math.h"

#include <math.h>

#include "bloom_filter.h"

/*** Classic ***/

double bloom_fill(double keys, double bits, double probes)
{
    return -expm1(-probes * keys / bits);
}

/* Throwing kn balls into m bins leaves m·e^-c of them empty, c = kn/m, give or take the square root
 * of m·e^-c·(1 - (1 + c)·e^-c); the rate fill^k moves with it. */
struct bloom_estimate bloom_rate(double keys, double bits, double probes)
{
    double load = probes * keys / bits;
    double fill = bloom_fill(keys, bits, probes);
    double empty_variance = exp(-load) * (1 - (1 + load) * exp(-load)) / bits;
    double slope = probes * pow(fill, probes - 1);
    return (struct bloom_estimate){pow(fill, probes), slope * sqrt(fmax(0, empty_variance))};
}

double bloom_best_probes_exact(double bits_per_key)
{
    return M_LN2 * bits_per_key;
}

int bloom_best_probes(double bits_per_key)
{
    double best = fmin(fmax(bloom_best_probes_exact(bits_per_key), 1), BLOOM_PROBES_MAX - 1);
    double below = floor(best);
    bool up = bloom_rate(1, bits_per_key, below + 1).rate < bloom_rate(1, bits_per_key, below).rate;
    return (int)below + up;
}

double bloom_bits_per_key(double rate)
{
    return -log(rate) / (M_LN2 * M_LN2);
}

/*** Blocked ***/

/* With j keys in the block a lane of 32 bits has a given bit set with probability 1 - (31/32)^j,
 * and the eight lanes are independent. The second moment of a lane's fill comes from the expected
 * number of pairs of clear bits. */
struct lane_fill {
    double mean, mean_square;
};

static struct lane_fill lane_fill(double keys)
{
    const double bits = (double)BLOOM_BLOCK_BITS / BLOOM_BLOCK_LANES;
    double clear = pow(1 - 1 / bits, keys);
    double both_clear = pow(1 - 2 / bits, keys) * (1 - 1 / bits) + clear / bits;
    return (struct lane_fill){1 - clear, 1 - 2 * clear + both_clear};
}

/* The blocks' spread is less than if each drew its keys alone: they hold n together, so what
 * depends linearly on a block's count (`slope`) cancels out. */
struct bloom_estimate bloom_blocked_rate(double keys, double bits)
{
    double blocks = ceil(bits / BLOOM_BLOCK_BITS);
    double mean = keys / blocks; /* keys in a block */
    if (mean <= 0)
        return (struct bloom_estimate){0, 0};
    double rate = 0, square = 0, slope = 0;
    double reach = 12 * sqrt(mean) + 20; /* beyond it the Poisson weights are below 1e-15 */
    for (double j = floor(fmax(0, mean - reach)); j <= mean + reach; j++) {
        double weight = exp(j * log(mean) - mean - lgamma(j + 1));
        struct lane_fill fill = lane_fill(j);
        double block_rate = pow(fill.mean, BLOOM_BLOCK_LANES);
        rate += weight * block_rate;
        square += weight * pow(fill.mean_square, BLOOM_BLOCK_LANES);
        slope += weight * block_rate * (j - mean) / mean;
    }
    double variance = square - rate * rate - slope * slope * mean;
    return (struct bloom_estimate){rate, sqrt(fmax(0, variance) / blocks)};
}

double bloom_blocked_bits_per_key(double rate)
{
    const double keys = 1 << 24; /* many blocks, so that rounding to whole ones does not matter */
    double low = 0.5, high = 512;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (bloom_blocked_rate(keys, middle * keys).rate > rate)
            low = middle;
        else
            high = middle;
    }
    return high;
}
