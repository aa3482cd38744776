/* trace.c - single-writer, single-reader rings: the writer's release store of `written` hands the
 * entry over, the reader's of `read` hands the place back. */
#include "trace.h"

/* Where to write; the ring's size if it is full. */
static unsigned place_to_write(_Atomic unsigned *written, _Atomic unsigned *read, unsigned size)
{
    unsigned w = atomic_load_explicit(written, memory_order_relaxed);
    return w - atomic_load_explicit(read, memory_order_acquire) == size ? size : w % size;
}

static unsigned place_to_read(_Atomic unsigned *written, _Atomic unsigned *read, unsigned size)
{
    unsigned r = atomic_load_explicit(read, memory_order_relaxed);
    return r == atomic_load_explicit(written, memory_order_acquire) ? size : r % size;
}

static void advance(_Atomic unsigned *counter)
{
    unsigned value = atomic_load_explicit(counter, memory_order_relaxed);
    atomic_store_explicit(counter, value + 1, memory_order_release);
}

void trace_put(struct trace *trace, enum gc_activity activity, int64_t from_ns, int64_t to_ns)
{
    unsigned place = place_to_write(&trace->written, &trace->read, TRACE_SPANS);
    if (place == TRACE_SPANS)
        return;
    trace->spans[place] = (struct gc_span_of_time){activity, from_ns, to_ns};
    advance(&trace->written);
}

bool trace_get(struct trace *trace, struct gc_span_of_time *ret)
{
    unsigned place = place_to_read(&trace->written, &trace->read, TRACE_SPANS);
    if (place == TRACE_SPANS)
        return false;
    *ret = trace->spans[place];
    advance(&trace->read);
    return true;
}

void cycle_log_put(struct cycle_log *log, const struct gc_cycle *cycle)
{
    unsigned place = place_to_write(&log->written, &log->read, TRACE_CYCLES);
    if (place == TRACE_CYCLES)
        return;
    log->cycles[place] = *cycle;
    advance(&log->written);
}

bool cycle_log_get(struct cycle_log *log, struct gc_cycle *ret)
{
    unsigned place = place_to_read(&log->written, &log->read, TRACE_CYCLES);
    if (place == TRACE_CYCLES)
        return false;
    *ret = log->cycles[place];
    advance(&log->read);
    return true;
}
