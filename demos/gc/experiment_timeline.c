/* experiment_timeline.c - who did what when, from the collector's own traces. */
#include <math.h>

#include "experiment.h"

/* At a look, for a lane; and spans of a kind closer than this are shown as one. */
enum { SPANS_SHOWN_MAX = 24, JOIN_NS = 300000 };

static const char *const worker_lanes[GC_WORKERS_MAX] = {"worker1", "worker2"};
static const char *const mutator_lanes[MUTATORS_MAX] = {"mutator1", "mutator2", "mutator3",
                                                        "mutator4"};
static const char *const kinds[] = {[GC_STOPPED] = "stopped",
                                    [GC_MARK] = "mark",
                                    [GC_SWEEP] = "sweep",
                                    [GC_ASSIST] = "assist",
                                    [GC_ASSIST_WAIT] = "wait"};

struct lane {
    enum gc_actor actor;
    int number;
    const char *name; /* NULL: listened to, not shown */
    int shown;
    struct gc_span_of_time last; /* to be shown, or to be joined with the next */
};

static double run_ms(const struct experiment *experiment, int64_t ns)
{
    return experiment->start_ms + (double)(ns - experiment->start_ns) / 1e6;
}

static void show_last(const struct experiment *experiment, struct lane *lane)
{
    const struct gc_span_of_time *span = &lane->last;
    const char *name = lane->name;
    if (lane->actor == GC_WORLD) /* a stop would be hidden behind the marking that it begins */
        name = span->activity == GC_STOPPED ? "stops" : "cycle";
    if (!name || span->to_ns == 0 || lane->shown++ >= SPANS_SHOWN_MAX)
        return;
    demo_span(experiment->demo, "timeline", name, kinds[span->activity],
              run_ms(experiment, span->from_ns), run_ms(experiment, span->to_ns), NULL);
}

static bool joins(const struct lane *lane, const struct gc_span_of_time *span)
{
    return lane->actor != GC_WORLD && lane->last.to_ns > 0 &&
           lane->last.activity == span->activity && span->from_ns - lane->last.to_ns < JOIN_NS;
}

static void lane_show(struct watch *watch, struct lane *lane)
{
    struct gc_span_of_time span;
    while (gc_trace_next(watch->experiment->gc, lane->actor, lane->number, &span)) {
        watch_hear(watch, &span);
        if (joins(lane, &span)) {
            lane->last.to_ns = span.to_ns;
            continue;
        }
        show_last(watch->experiment, lane);
        lane->last = span;
    }
    show_last(watch->experiment, lane);
}

void timeline_show(struct watch *watch)
{
    lane_show(watch, &(struct lane){.actor = GC_WORLD});
    for (int i = 0; i < GC_WORKERS_MAX; i++)
        lane_show(watch, &(struct lane){GC_WORKER, i, worker_lanes[i]});
    for (int i = 0; i < MUTATORS_MAX; i++)
        lane_show(watch, &(struct lane){GC_MUTATOR, i, mutator_lanes[i]});
}
