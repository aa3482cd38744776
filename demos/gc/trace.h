/* trace.h - rings in which the collector leaves word of what it did, for one reader each.
 *
 * One writer at a time, no lock, no allocation: what finds the ring full is forgotten. */
#ifndef GC_TRACE_H
#define GC_TRACE_H

#include <stdatomic.h>

#include "collector.h"

enum { TRACE_SPANS = 1024, TRACE_CYCLES = 256 };

struct trace {
    _Atomic unsigned written, read;
    struct gc_span_of_time spans[TRACE_SPANS];
};

struct cycle_log {
    _Atomic unsigned written, read;
    struct gc_cycle cycles[TRACE_CYCLES];
};

void trace_put(struct trace *trace, enum gc_activity activity, int64_t from_ns, int64_t to_ns);
bool trace_get(struct trace *trace, struct gc_span_of_time *ret);
void cycle_log_put(struct cycle_log *log, const struct gc_cycle *cycle);
bool cycle_log_get(struct cycle_log *log, struct gc_cycle *ret);

#endif
