/* experiment_report.c - what came out. */
#include <math.h>

#include "experiment.h"

/* What a Get and a Put cost without the loop around them. NAN where the loop mostly sleeps or
 * spins: they are lost in the noise of that. */
static double net_cost(const struct rounds *rounds, enum strategy_kind kind)
{
    const struct strategy *strategies = rounds->strategies;
    double net = strategy_cost(&strategies[kind]) - strategy_cost(&strategies[STRATEGY_NONE]);
    bool lost = rounds->plan->idle_us > 0 || rounds->plan->hold_us > 0;
    return lost || net <= 0 ? NAN : net;
}

static void report_costs(const struct rounds *rounds)
{
    double pool = net_cost(rounds, STRATEGY_POOL), full = net_cost(rounds, STRATEGY_FULL);
    double list = net_cost(rounds, STRATEGY_LIST), heap = net_cost(rounds, STRATEGY_MALLOC);
    demo_metric(rounds->demo, "pool_ns", pool);
    demo_metric(rounds->demo, "full_ns", full);
    demo_metric(rounds->demo, "malloc_ns", heap);
    demo_metric(rounds->demo, "list_ns", list);
    demo_metric(rounds->demo, "against_malloc", heap / pool);
    demo_metric(rounds->demo, "against_list", list / pool);
    demo_metric(rounds->demo, "against_full", pool / full);
}

static double hit_share(const struct pool_counts *counts, double gets)
{
    return gets > 0 ? 1 - (double)counts->gets[POOL_NEW] / gets : NAN;
}

static double all_gets(const struct pool_counts *counts)
{
    uint64_t sum = 0;
    for (int i = 0; i < POOL_SOURCES; i++)
        sum += counts->gets[i];
    return (double)sum;
}

/* Each Get should find what the same P put back a moment ago, and does if every object goes back
 * and no thread is off its CPU for as long as a victim lives. */
static bool is_steady(const struct plan *plan)
{
    bool all_go_back = plan->big_share <= 0 || plan->big_size <= plan->keep_max;
    return plan->victim && plan->pattern == PATTERN_OWN && plan->idle_us <= 0 && all_go_back &&
           plan->threads <= plan->cpus;
}

/* Objects that the pool could not give, for each collection. */
static void report_made(const struct rounds *rounds, const struct pool_counts *counts)
{
    const struct strategy *pool = &rounds->strategies[STRATEGY_POOL];
    if (pool->cycles == 0)
        return;
    double made = (double)(counts->gets[POOL_NEW] - pool->made_before_gc) / pool->cycles;
    demo_metric_expected(rounds->demo, "made_per_gc", made, is_steady(rounds->plan) ? 0 : NAN);
    demo_metric(rounds->demo, "pause", latency_quantile(&pool->pauses, 0.5) / 1e3);
    demo_metric(rounds->demo, "pause_max", latency_quantile(&pool->pauses, 1) / 1e3);
}

static void report_pool(const struct rounds *rounds)
{
    const struct strategy *pool = &rounds->strategies[STRATEGY_POOL];
    const struct strategy *full = &rounds->strategies[STRATEGY_FULL];
    struct pool_counts counts = strategy_counts(pool, rounds->plan);
    double gets = all_gets(&counts);
    demo_metric(rounds->demo, "hits", 100 * hit_share(&counts, gets));
    /* One that was too small, and replaced, is an allocation too. */
    demo_metric(rounds->demo, "avoided",
                (double)pool->uses - (double)crew_totals(rounds->crew, pool).born);
    report_made(rounds, &counts);
    demo_metric(rounds->demo, "memory", pool->peak_bytes);
    if (full->used)
        demo_metric(rounds->demo, "memory_full", full->peak_bytes);
    demo_check(rounds->demo, "each_get_counted", gets == (double)pool->uses, gets,
               (double)pool->uses);
}

/* As many digits as a reader wants; printed by %g it has no exponent, as %.3g would give it from
 * 1000 on. */
static double three_digits(double x)
{
    double unit = x > 0 ? pow(10, floor(log10(x)) - 2) : 1;
    return round(x / unit) * unit;
}

static void note_end(const struct rounds *rounds)
{
    double pool = net_cost(rounds, STRATEGY_POOL), heap = net_cost(rounds, STRATEGY_MALLOC);
    double full = net_cost(rounds, STRATEGY_FULL), list = net_cost(rounds, STRATEGY_LIST);
    if (isfinite(heap / pool) && isfinite(list / pool))
        demo_note_at(rounds->demo, pool < heap ? DEMO_GOOD : DEMO_BAD, "sync-pool-reuse",
                     "每次 Get+Put：池 %g ns，malloc/free %g ns（池的 %g 倍），一把锁的链表 "
                     "%g ns（%g 倍）",
                     "A Get and a Put: pool %g ns, malloc/free %g ns (%g times that), list "
                     "under a mutex %g ns (%g times)",
                     three_digits(pool), three_digits(heap), three_digits(heap / pool),
                     three_digits(list), three_digits(list / pool));
    if (isfinite(pool / full) && pool > 1.25 * full)
        demo_note_at(rounds->demo, DEMO_BAD, "sync-pool-reuse",
                     "什么都不拿掉的池只要 %g ns：拿掉的那样东西值 %g 倍",
                     "The pool with nothing taken away needs %g ns: what was taken away is worth "
                     "a factor of %g",
                     three_digits(full), three_digits(pool / full));
}

static void note_memory(const struct rounds *rounds)
{
    double pool = rounds->strategies[STRATEGY_POOL].peak_bytes;
    double full = rounds->strategies[STRATEGY_FULL].peak_bytes;
    if (!rounds->strategies[STRATEGY_FULL].used || pool < 1.5 * full)
        return;
    demo_note_at(rounds->demo, DEMO_BAD, "pool-misuse",
                 "内存峰值：这个池 %g MiB，什么都不拿掉的池 %g MiB",
                 "Peak memory: this pool %g MiB, the one with nothing taken away %g MiB",
                 three_digits(pool / 0x1p20), three_digits(full / 0x1p20));
}

static void note_hits(const struct rounds *rounds)
{
    struct pool_counts counts = strategy_counts(&rounds->strategies[STRATEGY_POOL], rounds->plan);
    double hits = hit_share(&counts, all_gets(&counts));
    if (hits < 0.5)
        demo_note_at(rounds->demo, DEMO_BAD, "pool-misuse",
                     "只有 %.3g %% 的 Get 命中：放回的对象在别处，或没等到下一次使用就被 GC 丢了",
                     "Only %.3g %% of the Gets hit: what was put back is elsewhere, or was dropped "
                     "by a GC before it was needed again",
                     100 * hits);
}

void report_all(const struct rounds *rounds)
{
    report_costs(rounds);
    report_pool(rounds);
    note_end(rounds);
    note_memory(rounds);
    note_hits(rounds);
    demo_check(rounds->demo, "never_held_by_two", crew_conflicts(rounds->crew) == 0,
               (double)crew_conflicts(rounds->crew), 0);
}

void report_nothing_lost(struct demo *demo, const struct crew *crew,
                         const struct strategy *strategies)
{
    int64_t born = 0, dead = 0, bytes = 0;
    for (int kind = 0; kind < STRATEGIES; kind++) {
        struct totals totals = crew_totals(crew, &strategies[kind]);
        born += totals.born;
        dead += totals.dead;
        bytes += totals.bytes;
    }
    demo_check(demo, "nothing_lost", born == dead && bytes == 0, (double)dead, (double)born);
}
