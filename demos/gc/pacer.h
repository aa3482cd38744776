/* pacer.h - when does a cycle start, and what does allocation owe while it runs?
 *
 * Arithmetic on numbers that are handed in, so that it can be tested by itself. It follows Go's
 * mgcpacer.go (since 1.18, and the smoothing since 1.20):
 *
 *   goal     live + (live + roots) × GOGC / 100, where marking should end; at least the minimum
 *            heap; under the memory limit, at most that
 *   trigger  the goal less a runway: what will be allocated while a quarter of the processors
 *            marks. It is estimated from how many bytes were allocated for each byte scanned, at
 *            equal CPU time, in the last four cycles (cons/mark, the greatest)
 *   assist   bytes to scan for each byte allocated, so that scanning ends when the heap reaches the
 *            goal: work left / heap left. Renewed as the cycle goes on */
#ifndef GC_PACER_H
#define GC_PACER_H

#include <stdbool.h>
#include <stdint.h>

enum { PACER_MEMORY = 4 }; /* cycles */

struct pacer {
    /* policy */
    int gogc;
    uint64_t min_heap, limit;
    int processors;
    bool off; /* trigger = goal */

    uint64_t live, roots; /* bytes; what the last cycle found */
    uint64_t scan;        /* bytes of pointers it scanned */
    double cons_mark[PACER_MEMORY];
    unsigned cycle;

    uint64_t goal, trigger;
    uint64_t triggered; /* the heap when this cycle started */
};

#define PACER_BACKGROUND 0.25 /* the share of the processors that marks */

/* How a mark phase went. */
struct pacer_cycle {
    uint64_t marked, roots; /* bytes */
    uint64_t scanned;
    uint64_t heap;            /* at its end, before what was found dead is taken off */
    int64_t wall_ns, mark_ns; /* mark_ns: CPU time of workers and assists */
};

void pacer_init(struct pacer *pacer, int gogc, uint64_t min_heap, uint64_t limit, int processors);
void pacer_start(struct pacer *pacer, uint64_t heap);
void pacer_end(struct pacer *pacer, const struct pacer_cycle *cycle); /* sets goal and trigger */

/* Bytes to scan for a byte allocated. `scannable`: of the whole heap, if all of it lives. */
double pacer_assist_ratio(const struct pacer *pacer, uint64_t heap, uint64_t scanned,
                          uint64_t scannable);

/* How the quarter is made up: workers that always run, and one more that runs for this share of the
 * time (0: none). Go's rule: round, unless that is off by more than 30 %. */
int pacer_workers(int processors, double *ret_fraction);

#endif
