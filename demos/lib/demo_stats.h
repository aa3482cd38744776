/* demo_stats.h - what a measured share is worth. */
#ifndef PREPD_DEMO_STATS_H
#define PREPD_DEMO_STATS_H

/* An interval around hits / trials. */
struct demo_interval {
    double low, high;
};

/* Wilson's score interval (1927), 95 %: unlike ±1.96·sd it is sound when hits are few, or none.
 * With no trials it is 0–1: nothing is known. */
struct demo_interval demo_wilson(double hits, double trials);

#endif
