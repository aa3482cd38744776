/* rules.c - the arithmetic; see rules.h. */
#include "rules.h"

#include <math.h>
#include <stdlib.h>

double round_due_ms(double start_ms, double end_ms, double requests, double rate)
{
    double due_ms = rate > 0 ? start_ms + requests / rate * 1000 : start_ms;
    return due_ms < end_ms ? due_ms : end_ms;
}

/* A search tries an even number of ports, half of each parity: one of an odd number is left. */
enum range_verdict range_judge(uint32_t ports, uint32_t addresses, uint64_t connections,
                               bool ran_out)
{
    double most = 1.08 * ports * addresses;
    double least = (double)(ports > 1 ? ports & ~1U : 1) * addresses;
    double at = (double)connections;
    if (at > most)
        return RANGE_BROKEN;
    if (!ran_out)
        return RANGE_NOT_YET;
    return at >= least ? RANGE_HELD : RANGE_BROKEN;
}

static int compare(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

double median_us(uint32_t *ns, size_t n)
{
    if (n == 0)
        return NAN;
    qsort(ns, n, sizeof *ns, compare);
    return ns[n / 2] / 1000.0;
}
