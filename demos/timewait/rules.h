/* rules.h - the arithmetic: when a round is due, when ports must have run out, a median. */
#ifndef TIMEWAIT_RULES_H
#define TIMEWAIT_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* When the next round is due, in ms: `requests` are done since `start_ms`, and there shall be
 * `rate` of them a second (0: no limit). Never later than `end_ms`: a low rate makes no run
 * longer. */
double round_due_ms(double start_ms, double end_ms, double requests, double rate);

/* Whether ports ran out where they should, when each connection takes one for good: at the range's
 * size, up to 8 % later, since TIME_WAIT may end meanwhile. NOT_YET: they did not run out, and did
 * not have to. */
enum range_verdict { RANGE_NOT_YET, RANGE_HELD, RANGE_BROKEN };
enum range_verdict range_judge(uint32_t ports, uint32_t addresses, uint64_t connections,
                               bool ran_out);

/* The median in µs; sorts them. NAN of none. */
double median_us(uint32_t *ns, size_t n);

#endif
