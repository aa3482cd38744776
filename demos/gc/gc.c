/* gc.c - the garbage collection demo: when does a collection start, and what keeps allocation from
 * outrunning it?
 *
 * The story: a collector from the parameters; a table that holds the live set; mutators that fill
 * it and then replace, move and drop its entries, on threads of their own; a watch that reports
 * while they run; the end: every entry is looked up once more, and what was measured is said. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "experiment.h"
#include "manifest.h"

enum { MIB = 1 << 20, LOOK_EVERY_MS = 4 };

static const uint64_t arena_bytes = 448 << 20; /* within the manifest's limit */

/*** The plan ***/

static struct gc_options options_read(const struct demo *demo)
{
    return (struct gc_options){
        .gogc = (int)demo_int(demo, "gogc"),
        .min_heap = (uint64_t)demo_int(demo, "min_heap") * MIB,
        .limit = (uint64_t)demo_int(demo, "limit") * MIB,
        .heap_max = arena_bytes,
        .processors = (int)demo_int(demo, "mutators"),
        .workers = (int)demo_int(demo, "workers"),
        .barrier =
            demo_enum(demo, "barrier") == BARRIER_HYBRID ? GC_BARRIER_HYBRID : GC_BARRIER_NONE,
        .no_assist = !demo_bool(demo, "assist"),
        .no_pacer = !demo_bool(demo, "pacer"),
        .no_cpu_cap = !demo_bool(demo, "cap"),
        .cap_ns = demo_int(demo, "cap_ms") * 1000000 * demo_int(demo, "mutators"),
        .stable_types = demo_enum(demo, "barrier") == BARRIER_NONE,
    };
}

static struct plan plan_read(const struct demo *demo)
{
    return (struct plan){.options = options_read(demo),
                         .mutators = (int)demo_int(demo, "mutators"),
                         .rate = (double)demo_int(demo, "rate") * MIB,
                         .live = (double)demo_int(demo, "live") * MIB,
                         .survivors = demo_float(demo, "survivors") / 100,
                         .sizes = (enum sizes)demo_enum(demo, "sizes"),
                         .density = demo_float(demo, "density") / 100,
                         .seconds = demo_float(demo, "seconds"),
                         .seed = (uint64_t)demo_int(demo, "seed")};
}

/* The goal that the collector will set itself, and the parameter that decides it. */
static double goal_of(const struct plan *plan, const char **ret_why)
{
    double percent = fmax(plan->options.gogc, 0) / 100;
    double goal = plan->live * (1 + percent), least = (double)plan->options.min_heap * percent;
    *ret_why = least > goal ? "min_heap" : "gogc";
    goal = fmax(goal, least);
    if (plan->options.limit > 0)
        goal = fmax(fmin(goal, (double)plan->options.limit), plan->live);
    return goal;
}

/* 0, or the exit code after saying which parameter to change. */
static int plan_refuse(struct demo *demo, const struct plan *plan)
{
    const char *why;
    double room = 0.9 * (double)arena_bytes, goal = goal_of(plan, &why);
    if (plan->options.gogc < 0 && plan->options.limit == 0)
        return demo_refuse(demo, "gogc",
                           "GOGC=off 又没有内存上限，就永远不回收：请设 limit，或让 gogc ≥ 0",
                           "GOGC=off without a memory limit never collects: set limit, or gogc ≥ "
                           "0");
    if (goal > room)
        return demo_refuse(demo, why,
                           "目标堆会是 %.0f MiB，这里至多 %.0f MiB：请减小 gogc、live 或 min_heap",
                           "the goal would be %.0f MiB, at most %.0f MiB are allowed here: choose "
                           "a smaller gogc, live or min_heap",
                           goal / MIB, room / MIB);
    return 0;
}

static void plan_note(struct demo *demo, const struct plan *plan)
{
    demo_note_at(demo, DEMO_INFO, "gc-when-and-workers",
                 "%d 个分配线程，每秒 %.0f MiB（0 = 全速）；活着的约 %.0f MiB；GOGC=%d",
                 "%d allocating threads, %.0f MiB a second (0 = flat out); about %.0f MiB live; "
                 "GOGC=%d",
                 plan->mutators, plan->rate / MIB, plan->live / MIB, plan->options.gogc);
    demo_flush(demo);
}

/*** The run ***/

static int failed(struct demo *demo, int r)
{
    demo_note(demo, DEMO_BAD, "开不起来：%s", "can't start: %s", strerror(-r));
    return 1;
}

static int set_up(struct experiment *experiment)
{
    const struct plan *plan = experiment->plan;
    int r = gc_new(&plan->options, &experiment->gc);
    if (r == 0)
        r = shape_init(&experiment->shape, experiment->gc, plan);
    if (r < 0)
        return r;
    size_t share = (size_t)(plan->live / (double)experiment->shape.bytes) / (size_t)plan->mutators;
    experiment->slots = (share > 0 ? share : 1) * (size_t)plan->mutators;
    return table_make(experiment);
}

static void watch_until_the_end(struct experiment *experiment, struct watch *watch)
{
    struct demo *demo = experiment->demo;
    double end_ms = experiment->start_ms + 1000 * experiment->plan->seconds;
    watch_start(watch, experiment);
    while (demo_ms(demo) < end_ms && !demo_stopping(demo) && !atomic_load(&experiment->exhausted)) {
        watch_look(watch);
        demo_progress(demo,
                      (demo_ms(demo) - experiment->start_ms) / (1000 * experiment->plan->seconds));
        nanosleep(&(struct timespec){.tv_nsec = LOOK_EVERY_MS * 1000000}, NULL);
    }
    watch_mark_end(watch);
}

static int run_threads(struct experiment *experiment, struct watch *watch)
{
    struct mutator_thread threads[MUTATORS_MAX];
    experiment->start_ms = demo_ms(experiment->demo);
    experiment->start_ns = demo_now_ns();
    int r = mutators_start(experiment, threads);
    if (r < 0)
        return r;
    watch_until_the_end(experiment, watch);
    atomic_store(&experiment->ending, true);
    mutators_join(threads, experiment->plan->mutators);
    watch_end(watch);
    return atomic_load(&experiment->exhausted) ? -ENOMEM : 0;
}

static int run(struct demo *demo)
{
    static struct watch watch; /* too large for a stack */
    struct plan plan = plan_read(demo);
    int refused = plan_refuse(demo, &plan);
    if (refused)
        return refused;
    plan_note(demo, &plan);
    struct experiment experiment = {.demo = demo, .plan = &plan};
    int r = set_up(&experiment);
    if (r == 0)
        r = run_threads(&experiment, &watch);
    if (r == 0)
        report(&watch);
    gc_free(experiment.gc);
    return r < 0 ? failed(demo, r) : 0;
}

int main(int argc, char **argv)
{
    return demo_main(&gc_manifest, run, argc, argv);
}
