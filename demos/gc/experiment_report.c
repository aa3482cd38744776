/* experiment_report.c - what the run comes to. */
#include <math.h>
#include <stdlib.h>

#include "experiment.h"

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The value that a share `p` of the pauses does not exceed; NAN if there were none. */
static double percentile(const double *sorted, size_t n, double p)
{
    if (n == 0)
        return NAN;
    size_t rank = (size_t)ceil(p * (double)n);
    return sorted[rank > 0 ? rank - 1 : 0];
}

static void report_pauses(struct watch *watch)
{
    struct demo *demo = watch->experiment->demo;
    qsort(watch->pauses_us, watch->n_pauses, sizeof *watch->pauses_us, by_value);
    demo_metric(demo, "pause_p50", percentile(watch->pauses_us, watch->n_pauses, 0.5));
    demo_metric(demo, "pause_p99", percentile(watch->pauses_us, watch->n_pauses, 0.99));
    demo_metric(demo, "pause_max", percentile(watch->pauses_us, watch->n_pauses, 1));
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
        demo_metric_expected(demo, "peak_ratio", watch->worst_ratio, 1);
}

static void check(const struct watch *watch)
{
    struct experiment *experiment = watch->experiment;
    double lost = (double)atomic_load(&experiment->lost);
    demo_metric(experiment->demo, "lost", lost);
    demo_check(experiment->demo, "nothing_lost", lost == 0, lost, 0);
    if (watch->worst_ratio > 0 && experiment->plan->options.limit == 0)
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
    check(watch);
}
