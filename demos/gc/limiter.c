/* limiter.c - the bucket. It has no credit below zero: an idle day does not pay for a spiral. */
#include "limiter.h"

#include <math.h>

void limiter_init(struct limiter *limiter, double capacity_ns, double excess_ns)
{
    *limiter = (struct limiter){.capacity_ns = capacity_ns, .excess_ns = excess_ns};
}

/* The program's part may be negative: marking is heard of at its end, and until then its time was
 * taken for the program's. */
void limiter_look(struct limiter *limiter, int64_t collector_ns, int64_t total_ns)
{
    double collector = (double)(collector_ns - limiter->collector_ns);
    double program = (double)(total_ns - limiter->total_ns) - collector;
    double fill = limiter->fill_ns + collector - program;
    limiter->fill_ns = fmin(fmax(fill, 0), limiter->capacity_ns + limiter->excess_ns);
    limiter->collector_ns = collector_ns;
    limiter->total_ns = total_ns;
    atomic_store_explicit(&limiter->full, limiter->fill_ns >= limiter->capacity_ns,
                          memory_order_relaxed);
}

bool limiter_is_full(const struct limiter *limiter)
{
    return atomic_load_explicit(&limiter->full, memory_order_relaxed);
}
