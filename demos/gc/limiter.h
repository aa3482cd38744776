/* limiter.h - holds the collector to half of the CPU, so that a heap that can't be made small
 * enough does not end in collecting alone (Go's mgclimit.go, for GOMEMLIMIT).
 *
 * A leaky bucket: a CPU second of collecting fills it by one, a CPU second of the program drains
 * it by one. While it is full the collector gives up assists, and the heap may pass its goal. So
 * the capacity is all that the collector ever has above one half.
 *
 * Who looks finds it fuller than full. Go looks whenever an assist has had 5 µs, and spills the
 * little that is too much; here looks are LIMITER_EVERY_NS apart, and to forgive what each finds
 * too much would leave the collector with 57 %. So it is kept, to be drained too, as far as late
 * looks explain it. What is beyond (workers alone may take more than half) is spilt, as in Go. */
#ifndef GC_LIMITER_H
#define GC_LIMITER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum { LIMITER_EVERY_NS = 5000000 };

struct limiter {
    double capacity_ns; /* how much more collecting than program it takes */
    double excess_ns;   /* so much is kept beyond that */
    double fill_ns;
    int64_t collector_ns, total_ns; /* CPU time at the last look */
    atomic_bool full;
};

void limiter_init(struct limiter *limiter, double capacity_ns, double excess_ns);
/* CPU time so far, of the collector and in all. By one thread at a time. */
void limiter_look(struct limiter *limiter, int64_t collector_ns, int64_t total_ns);
bool limiter_is_full(const struct limiter *limiter); /* by any thread */

#endif
