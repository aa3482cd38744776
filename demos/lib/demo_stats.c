/* demo_stats.c - Wilson's interval; see demo_stats.h. */
#include "demo_stats.h"

#include <math.h>

struct demo_interval demo_wilson(double hits, double trials)
{
    if (trials <= 0)
        return (struct demo_interval){0, 1};
    const double z = 1.959963984540054; /* 97.5 % of a normal distribution lies below */
    double share = hits / trials;
    double shrink = 1 + z * z / trials;
    double centre = (share + z * z / (2 * trials)) / shrink;
    double half = z / shrink * sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials));
    return (struct demo_interval){
        .low = hits > 0 ? fmax(0, centre - half) : 0,
        .high = hits < trials ? fmin(1, centre + half) : 1,
    };
}
