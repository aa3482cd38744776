/* experiment_rounds.c - the strategies in turn, a slice of time each, so that whatever else the
 * machine does falls on all alike; collections while a pool runs; and the curves.
 *
 *   round:  | pool 50 ms | full 50 ms | list | malloc | none | pool, list, malloc: 10 ms timed |
 *
 * Time on the curves is a strategy's own: what it has spent in slices that are not timed. */
#include <math.h>
#include <time.h>

#include "experiment.h"

enum { SAMPLE_MS = 10, SAMPLES = 5, SLICE_MS = SAMPLES * SAMPLE_MS, TIMED_MS = 10 };

static const double memory_goal = 96e6; /* a pool's; then it is collected, as GOMEMLIMIT does */

struct curves {
    double rate[STRATEGIES][SAMPLES];               /* uses/s */
    double bytes[STRATEGIES][SAMPLES];              /* alive */
    double gets[STRATEGIES][SAMPLES][POOL_SOURCES]; /* per ms */
};

static void curves_clear(struct curves *curves)
{
    for (int kind = 0; kind < STRATEGIES; kind++) {
        for (int i = 0; i < SAMPLES; i++) {
            curves->rate[kind][i] = curves->bytes[kind][i] = NAN;
            for (int source = 0; source < POOL_SOURCES; source++)
                curves->gets[kind][i][source] = NAN;
        }
    }
}

/*** Collections ***/

static void note_cycle(struct rounds *rounds, const struct strategy *strategy,
                       const struct pool_cycle *cycle)
{
    bool early = strategy->cycles == 1, second = strategy->cycles == 2;
    if (strategy->kind != STRATEGY_POOL || !(early || second))
        return;
    demo_note_at(rounds->demo, DEMO_INFO, "pool-victim",
                 "第 %d 次 GC（池运行 %.0f ms 时）：世界停了 %.1f µs，丢掉 %zu 个对象",
                 "GC %d (the pool has run for %.0f ms): the world stood still for %.1f µs, %zu "
                 "objects dropped",
                 strategy->cycles, strategy->active_ms, (double)cycle->pause_ns / 1e3,
                 cycle->dropped);
}

static void collect(struct rounds *rounds, struct strategy *strategy)
{
    if (strategy->cycles == 0)
        strategy->made_before_gc = strategy_counts(strategy, rounds->plan).gets[POOL_NEW];
    struct pool_cycle cycle = pool_gc(strategy->pool);
    strategy->cycles++;
    latency_add(&strategy->pauses, cycle.pause_ns);
    note_cycle(rounds, strategy, &cycle);
}

static void collect_if_too_large(struct rounds *rounds, struct strategy *strategy)
{
    double bytes = (double)crew_totals(rounds->crew, strategy).bytes;
    if (bytes < memory_goal)
        return;
    if (strategy->forced++ == 0)
        demo_note_at(rounds->demo, DEMO_BAD, "pool-misuse",
                     "池里积了 %.0f MB，没到时间也要 GC（像 GOMEMLIMIT 那样）",
                     "The pool has grown to %.0f MB: collected before its time, as GOMEMLIMIT does",
                     bytes / 1e6);
    collect(rounds, strategy);
}

static void collect_if_due(struct rounds *rounds, struct strategy *strategy)
{
    double period = rounds->plan->gc_ms;
    if (!strategy->pool)
        return;
    if (period > 0 && strategy->active_ms >= strategy->gc_due_ms) {
        collect(rounds, strategy);
        strategy->gc_due_ms = strategy->active_ms + period;
    }
    collect_if_too_large(rounds, strategy);
}

/*** A slice ***/

static void sleep_ms(double ms)
{
    long ns = (long)(ms * 1e6);
    nanosleep(&(struct timespec){0, ns > 0 ? ns : 0}, NULL);
}

/* Until the strategy has been active for that long, collecting when it is time. */
static void wait_active(struct rounds *rounds, struct strategy *strategy, double until_ms)
{
    double base = strategy->active_ms, since = demo_ms(rounds->demo);
    while (!demo_stopping(rounds->demo)) {
        strategy->active_ms = base + demo_ms(rounds->demo) - since;
        collect_if_due(rounds, strategy);
        double left = until_ms - strategy->active_ms;
        if (left <= 0)
            break;
        if (strategy->pool && rounds->plan->gc_ms > 0)
            left = fmin(left, fmax(strategy->gc_due_ms - strategy->active_ms, 0.01));
        sleep_ms(fmin(left, 2));
    }
}

static void gets_per_ms(const struct pool_counts *before, const struct pool_counts *after,
                        double ms, double ret[static POOL_SOURCES])
{
    for (int i = 0; i < POOL_SOURCES; i++)
        ret[i] = (double)(after->gets[i] - before->gets[i]) / ms;
}

static void take_sample(struct rounds *rounds, struct strategy *strategy, struct curves *curves,
                        int sample)
{
    struct pool_counts before = strategy_counts(strategy, rounds->plan), after;
    uint64_t uses = crew_uses(rounds->crew);
    double since = demo_ms(rounds->demo), active = strategy->active_ms;
    wait_active(rounds, strategy, active + SAMPLE_MS);
    double ms = demo_ms(rounds->demo) - since;
    double bytes = (double)crew_totals(rounds->crew, strategy).bytes;
    curves->rate[strategy->kind][sample] = (double)(crew_uses(rounds->crew) - uses) / ms / 1e3;
    curves->bytes[strategy->kind][sample] = bytes;
    strategy->peak_bytes = fmax(strategy->peak_bytes, bytes);
    after = strategy_counts(strategy, rounds->plan);
    gets_per_ms(&before, &after, ms, curves->gets[strategy->kind][sample]);
}

/* Threads that wait for a CPU cost nothing: only as many as there are CPUs are at work at a time.
 */
static double cost_of_use(const struct rounds *rounds, double ns, double uses)
{
    int threads = rounds->crew->threads, cpus = rounds->plan->cpus;
    return ns * (threads < cpus ? threads : cpus) / uses;
}

static void run_slice(struct rounds *rounds, struct strategy *strategy, struct curves *curves)
{
    uint64_t before = crew_uses(rounds->crew);
    crew_begin(rounds->crew, strategy, false);
    uint64_t since_uses = crew_uses(rounds->crew);
    int64_t since = demo_now_ns();
    for (int sample = 0; sample < SAMPLES && !demo_stopping(rounds->demo); sample++)
        take_sample(rounds, strategy, curves, sample);
    double uses = (double)(crew_uses(rounds->crew) - since_uses);
    double ns = (double)(demo_now_ns() - since);
    crew_end(rounds->crew);
    strategy->uses += crew_uses(rounds->crew) - before;
    if (uses > 0 && strategy->slices < SLICES_MAX)
        strategy->cost[strategy->slices++] = cost_of_use(rounds, ns, uses);
}

/* Each Get by itself, after a collection: otherwise what follows one is seldom seen. */
static void run_timed_slice(struct rounds *rounds, struct strategy *strategy)
{
    uint64_t before = crew_uses(rounds->crew);
    double active_ms = strategy->active_ms, due_ms = strategy->gc_due_ms;
    crew_begin(rounds->crew, strategy, true);
    strategy->gc_due_ms = active_ms;
    wait_active(rounds, strategy, active_ms + TIMED_MS);
    strategy->active_ms = active_ms; /* the curves' clock stands still */
    strategy->gc_due_ms = due_ms;
    crew_end(rounds->crew);
    strategy->uses += crew_uses(rounds->crew) - before;
}

/*** Rounds ***/

static double needed_bytes(const struct plan *plan)
{
    double objects = plan->pattern == PATTERN_OWN ? (double)plan->threads * (double)plan->held
                                                  : (double)plan->threads / 2 * (MAILBOX_SIZE + 2);
    double size =
        (1 - plan->big_share) * (double)plan->size + plan->big_share * (double)plan->big_size;
    return objects * size;
}

static double x_of(const struct rounds *rounds, int sample)
{
    return rounds->rounds * SLICE_MS + (sample + 1) * SAMPLE_MS;
}

/* A logarithmic axis has no 0: such a point is left out. */
static double seen(double value)
{
    return value > 0 ? value : NAN;
}

static void show_sources(const struct rounds *rounds, const struct curves *curves, int sample)
{
    const double *gets = curves->gets[STRATEGY_POOL][sample];
    const double *full = curves->gets[STRATEGY_FULL][sample];
    demo_sample_x(rounds->demo, "sources", x_of(rounds, sample),
                  {"private", seen(gets[POOL_PRIVATE])}, {"shared", seen(gets[POOL_SHARED])},
                  {"steal", seen(gets[POOL_STEAL])}, {"victim", seen(gets[POOL_VICTIM])},
                  {"new", seen(gets[POOL_NEW])});
    bool has_full = rounds->strategies[STRATEGY_FULL].used;
    demo_sample_x(rounds->demo, "made", x_of(rounds, sample), {"pool", gets[POOL_NEW]},
                  {"full", has_full ? full[POOL_NEW] : NAN});
}

static void show_rates(const struct rounds *rounds, const struct curves *curves, int sample)
{
    demo_sample_x(rounds->demo, "rate", x_of(rounds, sample),
                  {"none", curves->rate[STRATEGY_NONE][sample]},
                  {"pool", curves->rate[STRATEGY_POOL][sample]},
                  {"full", curves->rate[STRATEGY_FULL][sample]},
                  {"malloc", curves->rate[STRATEGY_MALLOC][sample]},
                  {"list", curves->rate[STRATEGY_LIST][sample]});
}

static void show_memory(const struct rounds *rounds, const struct curves *curves, int sample)
{
    demo_sample_x(rounds->demo, "memory", x_of(rounds, sample),
                  {"pool", curves->bytes[STRATEGY_POOL][sample]},
                  {"full", curves->bytes[STRATEGY_FULL][sample]},
                  {"list", curves->bytes[STRATEGY_LIST][sample]},
                  {"needed", needed_bytes(rounds->plan)});
}

static double ns_per_tick(const struct rounds *rounds)
{
    double ms = demo_ms(rounds->demo) - rounds->since_ms;
    return ms * 1e6 / (double)(ticks_now() - rounds->since_ticks);
}

static void show_timed(const struct rounds *rounds)
{
    static const char *const names[TIMED] = {"private", "shared", "steal", "victim",
                                             "new",     "mutex",  "malloc"};
    double ns = ns_per_tick(rounds), nothing = latency_mean(&rounds->crew->nothing);
    for (int i = 0; i < TIMED; i++) {
        struct latency all = {0};
        for (int p = 0; p < rounds->crew->threads; p++)
            latency_join(&all, &rounds->crew->workers[p].timed[i]);
        if (all.total < 20)
            continue;
        demo_bar(rounds->demo, "latency", names[i], {"mean", ns * (latency_mean(&all) - nothing)},
                 {"p99", ns * (latency_quantile(&all, 0.99) - nothing)});
    }
}

static void run_round(struct rounds *rounds)
{
    static const enum strategy_kind timed[] = {STRATEGY_POOL, STRATEGY_LIST, STRATEGY_MALLOC};
    struct curves curves;
    curves_clear(&curves);
    for (int kind = 0; kind < STRATEGIES; kind++)
        if (rounds->strategies[kind].used && !demo_stopping(rounds->demo))
            run_slice(rounds, &rounds->strategies[kind], &curves);
    if (demo_stopping(rounds->demo))
        return;
    for (int sample = 0; sample < SAMPLES; sample++) {
        show_rates(rounds, &curves, sample);
        show_sources(rounds, &curves, sample);
        show_memory(rounds, &curves, sample);
    }
    for (size_t i = 0; i < sizeof timed / sizeof *timed; i++)
        run_timed_slice(rounds, &rounds->strategies[timed[i]]);
    if (demo_due(rounds->demo, &rounds->latency_due, 1000))
        show_timed(rounds);
    rounds->rounds++;
}

static bool is_over(const struct rounds *rounds)
{
    double passed_ms = demo_ms(rounds->demo) - rounds->since_ms;
    return demo_stopping(rounds->demo) || atomic_load(&rounds->crew->out_of_memory) ||
           passed_ms >= rounds->plan->seconds * 1000;
}

void rounds_run(struct rounds *rounds)
{
    rounds->since_ms = demo_ms(rounds->demo);
    rounds->since_ticks = ticks_now();
    while (!is_over(rounds)) {
        run_round(rounds);
        double passed_ms = demo_ms(rounds->demo) - rounds->since_ms;
        demo_progress(rounds->demo, fmin(passed_ms / (rounds->plan->seconds * 1000), 1));
    }
    show_timed(rounds);
}
