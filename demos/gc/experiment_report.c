/* experiment_report.c - what the run comes to. */
#include <math.h>

#include "experiment.h"

/* What a share `p` of the pauses does not exceed, within 2 %; NAN if there were none. */
static double percentile(const struct watch *watch, double p)
{
    if (watch->n_pauses == 0)
        return NAN;
    double rank = fmax(ceil(p * watch->n_pauses), 1);
    int step = 0;
    for (double seen = watch->pauses[0]; seen < rank; seen += watch->pauses[step])
        step++;
    return fmin(exp2((step + 1.0) / PAUSE_STEPS_OCTAVE) / 1e3, watch->pause_max_us);
}

static void report_pauses(const struct watch *watch)
{
    struct demo *demo = watch->experiment->demo;
    demo_metric(demo, "pause_p50", percentile(watch, 0.5));
    demo_metric(demo, "pause_p99", percentile(watch, 0.99));
    demo_metric(demo, "pause_max", watch->n_pauses > 0 ? watch->pause_max_us : NAN);
    demo_metric(demo, "hold_max", watch->hold_ms);
}

static void report_cpu(const struct watch *watch)
{
    const struct gc_stats *end = &watch->end_stats;
    struct demo *demo = watch->experiment->demo;
    double all = (double)(watch->end_cpu_ns - watch->steady_cpu_ns);
    double background = (double)(end->background_ns - watch->steady_stats.background_ns);
    double assist = (double)(end->assist_ns - watch->steady_stats.assist_ns);
    demo_metric(demo, "cpu", 100 * (background + assist) / all);
    demo_metric(demo, "cpu_assist", 100 * assist / all);
}

/* Whether the cap can be expected to have left the collector just one half: over less than the
 * bucket's window that says little, and workers whose number was chosen may take more by
 * themselves, as the cap stops assists only. */
static bool half_is_due(const struct watch *watch, int64_t cpu_ns)
{
    const struct gc_options *options = &watch->experiment->plan->options;
    return watch->half_capped && options->workers == 0 && cpu_ns >= 2 * options->cap_ns;
}

static void report_second_half(const struct watch *watch)
{
    const struct gc_stats *from = &watch->half_stats, *end = &watch->end_stats;
    int64_t all = watch->end_cpu_ns - watch->half_cpu_ns;
    int64_t collector = end->background_ns + end->assist_ns - from->background_ns - from->assist_ns;
    demo_metric_expected(watch->experiment->demo, "cpu_late", 100 * (double)collector / (double)all,
                         half_is_due(watch, all) ? 50 : NAN);
}

static void report_heap(const struct watch *watch)
{
    const struct gc_stats *end = &watch->end_stats;
    struct demo *demo = watch->experiment->demo;
    double seconds = (double)(watch->end_ns - watch->steady_ns) / 1e9;
    demo_metric(demo, "throughput",
                (double)(end->allocated - watch->steady_stats.allocated) / (1 << 20) / seconds);
    demo_metric(demo, "cycles", (double)watch->cycles);
    demo_metric(demo, "live", (double)end->marked);
    demo_metric(demo, "peak", (double)watch->peak);
    if (watch->worst_ratio > 0)
        demo_metric_expected(demo, "peak_ratio", watch->worst_ratio,
                             plan_promises_goal(watch->experiment->plan) ? 1 : NAN);
}

static void check(const struct watch *watch)
{
    struct experiment *experiment = watch->experiment;
    double lost = (double)atomic_load(&experiment->lost);
    demo_metric(experiment->demo, "lost", lost);
    demo_check(experiment->demo, "nothing_lost", lost == 0, lost, 0);
    if (watch->worst_ratio > 0 && plan_promises_goal(experiment->plan))
        demo_check(experiment->demo, "goal_kept", watch->worst_ratio <= GOAL_TOLERANCE,
                   watch->worst_ratio, GOAL_TOLERANCE);
}

void report(struct watch *watch)
{
    report_pauses(watch);
    if (watch->steady) {
        report_cpu(watch);
        report_heap(watch);
    }
    if (watch->half)
        report_second_half(watch);
    check(watch);
}
