/* experiment_watch.c - looks on from the main thread, every few milliseconds, and says what is
 * worth saying. Nothing here is asked of the mutators: the collector counts anyway. */
#include <math.h>
#include <string.h>
#include <time.h>

#include "experiment.h"

enum { HEAP_EVERY_MS = 10, CPU_EVERY_MS = 100, BARS_EVERY_MS = 500, ROWS_MAX = 40 };

static const struct {
    double up_to_us;
    const char *name;
} buckets[PAUSE_BUCKETS] = {{10, "<10 µs"},     {20, "10–20 µs"},    {50, "20–50 µs"},
                            {100, "50–100 µs"}, {200, "100–200 µs"}, {500, "200–500 µs"},
                            {1000, "0.5–1 ms"}, {5000, "1–5 ms"},    {INFINITY, "≥5 ms"}};

static int64_t cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static double mib(uint64_t bytes)
{
    return (double)bytes / (1 << 20);
}

/*** Curves ***/

static double or_gap(uint64_t bytes)
{
    return bytes == UINT64_MAX ? NAN : (double)bytes;
}

static void show_heap(struct watch *watch, const struct gc_stats *stats)
{
    if (stats->heap > watch->peak)
        watch->peak = stats->heap;
    demo_sample(watch->experiment->demo, "heap", {"heap", (double)stats->heap},
                {"live", (double)stats->marked}, {"trigger", or_gap(stats->trigger)},
                {"goal", or_gap(stats->goal)});
}

/* Of the CPU time that the program got in the window, so that a busy machine does not matter. */
static void show_cpu(struct watch *watch, const struct gc_stats *stats)
{
    int64_t cpu = cpu_ns();
    double all = (double)(cpu - watch->window_cpu_ns);
    double background = (double)(stats->background_ns - watch->window.background_ns);
    double assist = (double)(stats->assist_ns - watch->window.assist_ns);
    demo_sample(watch->experiment->demo, "cpu",
                {"all", fmin(100 * (background + assist) / all, 100)},
                {"background", fmin(100 * background / all, 100)},
                {"assist", fmin(100 * assist / all, 100)}, {"target", 25});
    watch->window_cpu_ns = cpu;
    watch->window = *stats;
}

/*** Pauses, and what else the timeline hears ***/

static void count_pause(struct watch *watch, double us)
{
    int bucket = 0;
    while (us >= buckets[bucket].up_to_us)
        bucket++;
    watch->buckets[bucket]++;
    int step = us > 1e-3 ? (int)(PAUSE_STEPS_OCTAVE * log2(us * 1e3)) : 0;
    watch->pauses[step < PAUSE_STEPS ? step : PAUSE_STEPS - 1]++;
    watch->n_pauses++;
    watch->pause_max_us = fmax(watch->pause_max_us, us);
}

/* While the table was being filled there were pauses too: they are of another program. */
void watch_hear(struct watch *watch, const struct gc_span_of_time *span)
{
    double us = (double)(span->to_ns - span->from_ns) / 1e3;
    if (!watch->steady || span->from_ns < watch->steady_ns)
        return;
    if (span->activity == GC_STOPPED)
        count_pause(watch, us);
    if (span->activity == GC_ASSIST || span->activity == GC_ASSIST_WAIT)
        watch->hold_ms = fmax(watch->hold_ms, us / 1e3);
}

static void show_pauses(struct watch *watch)
{
    for (int i = 0; i < PAUSE_BUCKETS; i++)
        demo_bar(watch->experiment->demo, "pauses", buckets[i].name, {"n", watch->buckets[i]});
}

/*** Cycles ***/

static void show_cycle(struct watch *watch, const struct gc_cycle *cycle)
{
    if (watch->rows++ >= ROWS_MAX)
        return;
    demo_row(watch->experiment->demo, "cycles", {"n", (double)cycle->number},
             {"start", (double)cycle->heap_start}, {"end", (double)cycle->heap_end},
             {"live", (double)cycle->marked}, {"goal", or_gap(cycle->goal)},
             {"mark", (double)(cycle->end_ns - cycle->start_ns) / 1e6},
             {"background", (double)cycle->background_ns / 1e6},
             {"assist", (double)cycle->assist_ns / 1e6});
}

static void tell_first(struct watch *watch, const struct gc_cycle *cycle)
{
    if (watch->told_first || cycle->goal == UINT64_MAX)
        return;
    watch->told_first = true;
    demo_note_at(watch->experiment->demo, DEMO_INFO, "gc-gogc-formula",
                 "第 %llu 轮 GC：堆到 %.1f MiB（触发点 %.1f，目标 %.1f）时开始，标记 %.1f ms 后堆 "
                 "%.1f MiB，其中活着的 %.1f MiB",
                 "Cycle %llu: began with the heap at %.1f MiB (trigger %.1f, goal %.1f); after "
                 "%.1f ms of marking the heap is %.1f MiB, of which %.1f MiB live",
                 (unsigned long long)cycle->number, mib(cycle->heap_start), mib(cycle->trigger),
                 mib(cycle->goal), (double)(cycle->end_ns - cycle->start_ns) / 1e6,
                 mib(cycle->heap_end), mib(cycle->marked));
}

/* The cap, the memory limit and a goal below what lives are told of elsewhere. */
static void tell_overrun(struct watch *watch, const struct gc_cycle *cycle, double ratio)
{
    if (watch->told_over || ratio <= GOAL_TOLERANCE || !plan_promises_goal(watch->experiment->plan))
        return;
    watch->told_over = true;
    demo_note_at(watch->experiment->demo, DEMO_BAD, "gc-mark-assist",
                 "第 %llu 轮：标记结束时堆 %.1f MiB，是目标 %.1f MiB 的 %.2f 倍：分配跑赢了标记",
                 "Cycle %llu: when marking ended the heap was %.1f MiB, for a goal of %.1f MiB, "
                 "%.2f times as much: allocation outran marking",
                 (unsigned long long)cycle->number, mib(cycle->heap_end), mib(cycle->goal), ratio);
}

static void hear_cycles(struct watch *watch)
{
    struct gc_cycle cycle;
    while (gc_cycle_next(watch->experiment->gc, &cycle)) {
        if (!watch->steady || cycle.start_ns < watch->steady_ns)
            continue;
        watch->cycles++;
        watch->peak = cycle.heap_end > watch->peak ? cycle.heap_end : watch->peak;
        show_cycle(watch, &cycle);
        tell_first(watch, &cycle);
        if (cycle.goal == UINT64_MAX)
            continue;
        double ratio = (double)cycle.heap_end / (double)cycle.goal;
        watch->worst_ratio = fmax(watch->worst_ratio, ratio);
        tell_overrun(watch, &cycle, ratio);
    }
}

/*** Turns of the story ***/

static void tell_loss(struct watch *watch)
{
    struct experiment *experiment = watch->experiment;
    if (watch->told_lost || atomic_load(&experiment->lost) == 0)
        return;
    watch->told_lost = true;
    demo_note_at(
        experiment->demo, DEMO_BAD, "gc-hybrid-barrier",
        "丢了一个活对象：表的第 %llu 槽还指着它，它的内存却已被清扫、写成零。黑对象指向了白"
        "对象，没有屏障把它染灰",
        "A live object is lost: slot %llu of the table still points to it, and its memory "
        "was swept and holds zeros. A black object came to point to a white one, and no "
        "barrier shaded it",
        (unsigned long long)atomic_load(&experiment->first_lost_slot));
}

static void tell_cap(struct watch *watch, const struct gc_stats *stats)
{
    if (watch->told_cap || !stats->limited)
        return;
    watch->told_cap = true;
    demo_note_at(watch->experiment->demo, DEMO_GOOD, "gc-gomemlimit",
                 "GC 占 CPU 超过一半太久：50%% 上限生效，停掉 assist，宁可让堆越过 %.1f MiB 的目标",
                 "The collector has had more than half of the CPU for too long: the 50%% cap is in "
                 "force, assists stop, and the heap may pass its goal of %.1f MiB",
                 mib(stats->goal));
}

static void tell_stall(struct watch *watch, const struct gc_stats *stats)
{
    if (watch->told_stall || stats->stalls == 0)
        return;
    watch->told_stall = true;
    demo_note(watch->experiment->demo, DEMO_BAD,
              "堆用尽了保留的 %.0f MiB：分配只能停下来等一整轮 GC。真的程序在这里会被内核 OOM 杀掉",
              "The heap has used up the %.0f MiB reserved: allocation has to stand still for a "
              "whole cycle. A real program would be OOM-killed here",
              mib(watch->experiment->plan->options.heap_max));
}

static void become_steady(struct watch *watch, const struct gc_stats *stats)
{
    const struct experiment *experiment = watch->experiment;
    if (watch->steady || !atomic_load(&experiment->ready))
        return;
    watch->steady = true;
    watch->steady_stats = *stats;
    watch->steady_ns = demo_now_ns();
    watch->steady_cpu_ns = cpu_ns();
    watch->peak = 0;
    demo_note(
        experiment->demo, DEMO_INFO,
        "表填满了：%zu 个条目，各 %d 个对象、%zu 字节。从现在起只是替换，活着的量不再变",
        "The table is full: %zu entries of %d objects and %zu bytes each. From now on entries "
        "are replaced, and what lives stays as much",
        experiment->slots, ENTRY_NODES, experiment->shape.bytes);
}

/* A cap that has come is on and off every few milliseconds. The second half begins when it is on:
 * the bucket is full then, and what follows is what the cap makes of it. */
static void become_half(struct watch *watch, const struct gc_stats *stats)
{
    const struct experiment *experiment = watch->experiment;
    int64_t end_ns = experiment->start_ns + (int64_t)(1e9 * experiment->plan->seconds);
    if (watch->half || !watch->steady || demo_now_ns() < (watch->steady_ns + end_ns) / 2)
        return;
    if (watch->told_cap && !stats->limited)
        return;
    watch->half = true;
    watch->half_capped = stats->limited;
    watch->half_stats = *stats;
    watch->half_cpu_ns = cpu_ns();
}

/*** The watch ***/

void watch_start(struct watch *watch, struct experiment *experiment)
{
    *watch = (struct watch){.experiment = experiment, .window_cpu_ns = cpu_ns()};
}

void watch_look(struct watch *watch)
{
    struct demo *demo = watch->experiment->demo;
    struct gc_stats stats;
    gc_stats(watch->experiment->gc, &stats);
    become_steady(watch, &stats);
    become_half(watch, &stats);
    if (demo_due(demo, &watch->heap_due, HEAP_EVERY_MS))
        show_heap(watch, &stats);
    if (demo_due(demo, &watch->cpu_due, CPU_EVERY_MS))
        show_cpu(watch, &stats);
    timeline_show(watch);
    hear_cycles(watch);
    tell_loss(watch);
    tell_cap(watch, &stats);
    tell_stall(watch, &stats);
    if (demo_due(demo, &watch->bars_due, BARS_EVERY_MS))
        show_pauses(watch);
}

void watch_mark_end(struct watch *watch)
{
    gc_stats(watch->experiment->gc, &watch->end_stats);
    watch->end_ns = demo_now_ns();
    watch->end_cpu_ns = cpu_ns();
}

void watch_end(struct watch *watch)
{
    watch->heap_due = watch->cpu_due = watch->bars_due = (struct demo_timer){0};
    watch_look(watch);
}
