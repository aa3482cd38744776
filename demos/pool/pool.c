/* pool.c - the sync.Pool demo: what does it save, where does an object come from, and what is each
 * part of it for?
 *
 * The story: ask a small pool how long an object survives (experiment_survival.c); then run the
 * pool, a list under a mutex and malloc/free in turn with the same threads and the same work
 * (experiment_rounds.c), and beside a pool that something was taken away from one that has it all;
 * free everything, and see whether anything is left. */
#include <sched.h>
#include <stdlib.h>

#include "experiment.h"
#include "manifest.h"

static const double bytes_held_max =
    48e6; /* by all threads; what may be alive is some times that */

/*** The plan ***/

static int cpus_allowed(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : THREADS_MAX;
}

static struct plan plan_read(const struct demo *demo)
{
    struct plan plan = {
        .threads = (int)demo_int(demo, "threads"),
        .size = (size_t)demo_int(demo, "size"),
        .held = (size_t)demo_int(demo, "held"),
        .hold_us = demo_float(demo, "hold"),
        .idle_us = demo_float(demo, "idle"),
        .gc_ms = demo_float(demo, "gc"),
        .steal = demo_bool(demo, "steal"),
        .victim = demo_bool(demo, "victim"),
        .padding = demo_bool(demo, "padding"),
        .zero = demo_bool(demo, "zero"),
        .pattern = (enum pattern)demo_enum(demo, "pattern"),
        .big_share = demo_float(demo, "big_share") / 100,
        .big_size = (size_t)demo_int(demo, "big_kib") << 10,
        .keep_max = (size_t)demo_int(demo, "keep_kib") << 10,
        .seconds = demo_float(demo, "seconds"),
        .seed = (uint64_t)demo_int(demo, "seed"),
        .cpus = cpus_allowed(),
    };
    if (plan.keep_max == 0)
        plan.keep_max = SIZE_MAX;
    return plan;
}

bool plan_takes_away(const struct plan *plan)
{
    bool keeps_giants =
        plan->big_share > 0 && plan->big_size > KEEP_SENSIBLE && plan->keep_max > KEEP_SENSIBLE;
    return !plan->steal || !plan->victim || !plan->padding || keeps_giants;
}

static double held_bytes(const struct plan *plan)
{
    double each = (double)(plan->big_share > 0 ? plan->big_size : plan->size);
    double pairs = (double)plan->threads / 2;
    double objects = plan->pattern == PATTERN_OWN ? (double)plan->threads * (double)plan->held
                                                  : pairs * (MAILBOX_SIZE + 2);
    return each * objects;
}

/* 0, or the exit code after saying which parameter to change. */
static int refuse_pipeline(struct demo *demo, const struct plan *plan)
{
    if (plan->threads % 2 != 0)
        return demo_refuse(demo, "threads", "流水线要成对的线程：请把 threads 取偶数，不是 %d",
                           "a pipeline takes pairs of threads: choose an even number, not %d",
                           plan->threads);
    if (plan->held != 1)
        return demo_refuse(demo, "held", "流水线一次传一个：请把 held 取 1，不是 %zu",
                           "a pipeline hands on one object at a time: choose 1, not %zu",
                           plan->held);
    if (!plan->steal && plan->gc_ms <= 0)
        return demo_refuse(demo, "gc",
                           "只放不取又偷不走，没有 GC 池会一直涨：请打开 GC，或打开 steal",
                           "one side only puts and nobody may steal: without GC the pool would "
                           "grow for ever; choose a period, or steal");
    return 0;
}

static int plan_refuse(struct demo *demo, const struct plan *plan)
{
    int refused = plan->pattern == PATTERN_PIPELINE ? refuse_pipeline(demo, plan) : 0;
    if (refused)
        return refused;
    if (plan->big_share > 0 && plan->big_size < plan->size)
        return demo_refuse(demo, "big_kib", "大对象 %zu 字节比普通对象 %zu 字节还小：请取大些",
                           "large objects of %zu bytes are smaller than usual ones of %zu: choose "
                           "more",
                           plan->big_size, plan->size);
    if (plan->size > plan->keep_max)
        return demo_refuse(demo, "keep_kib",
                           "对象 %zu 字节，超过 %zu 字节的不放回，那就一个也不放回：请取大些或取 0",
                           "objects have %zu bytes and none above %zu is put back, so none at all: "
                           "choose more, or 0",
                           plan->size, plan->keep_max);
    if (held_bytes(plan) > bytes_held_max)
        return demo_refuse(
            demo, plan->big_share > 0 ? "big_kib" : "size",
            "所有线程同时拿着的对象要 %.0f MB，这里至多 %.0f MB：请减小对象、held 或 "
            "threads",
            "what all threads hold at once takes %.0f MB, at most %.0f MB are "
            "allowed here: choose smaller objects, fewer of them or fewer threads",
            held_bytes(plan) / 1e6, bytes_held_max / 1e6);
    return 0;
}

/*** The run ***/

static int out_of_memory(struct demo *demo)
{
    demo_note(demo, DEMO_BAD, "内存不够", "out of memory");
    return 1;
}

static int compare(struct demo *demo, const struct plan *plan, struct crew *crew,
                   struct strategy *strategies)
{
    struct rounds rounds = {.demo = demo, .plan = plan, .crew = crew, .strategies = strategies};
    if (crew_init(crew, plan) < 0)
        return -1;
    for (int kind = 0; kind < STRATEGIES; kind++)
        if (strategy_init(&strategies[kind], (enum strategy_kind)kind, plan) < 0)
            return -1;
    rounds_run(&rounds);
    report_all(&rounds);
    return atomic_load(&crew->out_of_memory) ? -1 : 0;
}

static int run(struct demo *demo)
{
    struct plan plan = plan_read(demo);
    int refused = plan_refuse(demo, &plan);
    if (refused)
        return refused;
    if (experiment_survival(demo, &plan) < 0)
        return out_of_memory(demo);
    struct crew *crew = aligned_alloc(_Alignof(struct crew), sizeof *crew);
    struct strategy *strategies = calloc(STRATEGIES, sizeof *strategies);
    int r = -1;
    if (crew && strategies) {
        r = compare(demo, &plan, crew, strategies);
        crew_destroy(crew);
        for (int kind = 0; kind < STRATEGIES; kind++)
            strategy_destroy(&strategies[kind]);
        report_nothing_lost(demo, crew, strategies);
    }
    free(strategies);
    free(crew);
    demo_progress(demo, 1);
    return r < 0 ? out_of_memory(demo) : 0;
}

int main(int argc, char **argv)
{
    return demo_main(&pool_manifest, run, argc, argv);
}
