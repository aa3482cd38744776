/* experiment_compare.c - what else one could have chosen: each k, and the other layout. */
#include <math.h>
#include <stdio.h>

#include "experiment.h"

static uint64_t at_most(uint64_t value, uint64_t limit)
{
    return value < limit ? value : limit;
}

/*** Each k ***/

/* A filter of its own for one k, filled to capacity. */
static int measure_k(struct demo *demo, const struct plan *plan, int k, struct rate *ret)
{
    uint64_t keys = at_most(plan->capacity, 100000);
    uint64_t bits = (uint64_t)ceil(plan->bits_per_key * (double)keys);
    uint64_t absent = FIRST_ABSENT;
    struct timing timing = {0};
    struct bloom_filter *filter =
        bloom_new(&(struct bloom_options){BLOOM_CLASSIC, bits, k, plan->seed, false});
    if (!filter)
        return -1;
    work_insert(demo, filter, 1, keys, &timing);
    struct bloom_estimate formula = bloom_rate((double)keys, (double)bits, k);
    uint64_t trials_max = at_most(10 * plan->lookups_max, 2000000);
    *ret = work_rate(demo, filter, formula, 2000, trials_max, &absent, &timing);
    bloom_free(filter);
    return 0;
}

enum { EACH_K_MAX = 2 * BLOOM_PROBES_MAX + 2 };

/* The k with the lowest rate measured, and those from `low` to `high` that can't be told from it:
 * their 95 % intervals overlap. */
struct best_k {
    int best, low, high;
};

static struct best_k find_best(const struct rate *rates, int last)
{
    struct best_k ret = {1, 0, 0};
    for (int k = 2; k <= last; k++)
        if (rates[k].measured < rates[ret.best].measured)
            ret.best = k;
    for (int k = 1; k <= last; k++)
        if (rates[k].interval.low <= rates[ret.best].interval.high) {
            ret.low = ret.low ? ret.low : k;
            ret.high = k;
        }
    return ret;
}

static void report_best(struct demo *demo, const struct plan *plan, struct best_k k)
{
    double exact = bloom_best_probes_exact(plan->bits_per_key);
    demo_metric_interval(demo, "best_k", k.best, exact, k.low, k.high);
    demo_note_at(
        demo, DEMO_INFO, "bloom-filter",
        "每键 %.2f 位：实测 k = %d 误判最少，k 从 %d 到 %d 与它分不出高下。k 小，证据不够；k "
        "大，位被填满。公式：ln 2 × %.2f = %.2f",
        "%.2f bits a key: the lowest rate was measured at k = %d; those from %d to %d can't "
        "be told from it. A small k is too little evidence, a large one fills the bits up. "
        "Formula: ln 2 × %.2f = %.2f",
        plan->bits_per_key, k.best, k.low, k.high, plan->bits_per_key, exact);
}

int experiment_each_k(struct demo *demo, const struct plan *plan)
{
    int last = plan->kind == BLOOM_CLASSIC ? plan->probes + 1 : 0;
    if (last < 2 * plan->best_probes)
        last = 2 * plan->best_probes;
    struct rate rates[EACH_K_MAX];
    for (int k = 1; k <= last && !demo_stopping(demo); k++) {
        if (measure_k(demo, plan, k, &rates[k]) < 0)
            return -1;
        if (demo_stopping(demo))
            return 0;
        char category[16];
        snprintf(category, sizeof category, "%d", k);
        demo_bar(demo, "per_k", category, {"measured", 100 * rates[k].measured},
                 {"formula", 100 * rates[k].formula.rate});
        demo_progress(demo, 0.75 + 0.15 * k / last);
        demo_pause(demo, plan->pace_ms);
    }
    if (!demo_stopping(demo))
        report_best(demo, plan, find_best(rates, last));
    return 0;
}

/*** The two layouts ***/

struct layout {
    struct plan plan;
    struct bloom_filter *filter;
    struct timing insert, hit, miss;
    struct rate rate;
};

/* For the same rate if there is one to reach, else of the same size; at its best k. */
static int layout_make(const struct plan *plan, enum bloom_kind kind, bool no_simd,
                       struct layout *ret)
{
    ret->plan = *plan;
    ret->plan.kind = kind;
    ret->plan.capacity = ret->plan.total = at_most(plan->capacity, 10000000);
    ret->plan.probes = 0;
    plan_size(&ret->plan);
    ret->filter = bloom_new(
        &(struct bloom_options){kind, ret->plan.bits, ret->plan.probes, plan->seed, no_simd});
    return ret->filter ? 0 : -1;
}

static void layout_measure(struct demo *demo, struct layout *layout)
{
    uint64_t keys = layout->plan.capacity, absent = FIRST_ABSENT;
    work_insert(demo, layout->filter, 1, keys, &layout->insert);
    work_look_up(demo, layout->filter, 1, at_most(keys, 1000000), &layout->hit);
    layout->rate =
        work_rate(demo, layout->filter, plan_rate(&layout->plan, keys), 20000,
                  at_most(10 * layout->plan.lookups_max, 2000000), &absent, &layout->miss);
}

static void layout_row(struct demo *demo, const char *name, const struct layout *layout)
{
    demo_row(demo, "layout", {"name", .text = name}, {"bits", layout->plan.bits_per_key},
             {"k", layout->plan.probes}, {"measured", 100 * layout->rate.measured},
             {"formula", 100 * layout->rate.formula.rate},
             {"code", .text = bloom_code(layout->filter)});
}

static void layouts_show(struct demo *demo, const struct layout *classic,
                         const struct layout *blocked)
{
    layout_row(demo, "classic", classic);
    layout_row(demo, "blocked", blocked);
    demo_bar(demo, "layouts", "insert", {"classic", timing_ns(&classic->insert)},
             {"blocked", timing_ns(&blocked->insert)});
    demo_bar(demo, "layouts", "present", {"classic", timing_ns(&classic->hit)},
             {"blocked", timing_ns(&blocked->hit)});
    demo_bar(demo, "layouts", "absent", {"classic", timing_ns(&classic->miss)},
             {"blocked", timing_ns(&blocked->miss)});
    double speedup = timing_ns(&classic->miss) / timing_ns(&blocked->miss);
    demo_metric(demo, "blocked_speedup", speedup);
    demo_note(demo, DEMO_INFO,
              "%.0f 个键，查一个不在的键：经典 %.1f ns，分块 %.1f ns（%s），快 %.1f 倍；分块的位多 "
              "%.0f %%",
              "%.0f keys, looking up an absent one: %.1f ns classic, %.1f ns blocked (%s), %.1f "
              "times quicker, for %.0f %% more bits",
              (double)classic->plan.capacity, timing_ns(&classic->miss), timing_ns(&blocked->miss),
              bloom_code(blocked->filter), speedup,
              100 * (blocked->plan.bits_per_key / classic->plan.bits_per_key - 1));
}

/* The same keys through the scalar code must leave the same bits and give the same answers. */
static void simd_check(struct demo *demo, const struct layout *blocked, struct layout *scalar)
{
    layout_measure(demo, scalar);
    if (demo_stopping(demo))
        return;
    size_t n, n_scalar;
    const uint64_t *words = bloom_words(blocked->filter, &n);
    const uint64_t *words_scalar = bloom_words(scalar->filter, &n_scalar);
    size_t different = n == n_scalar ? 0 : 1;
    for (size_t i = 0; i < n && i < n_scalar; i++)
        different += words[i] != words_scalar[i];
    different += scalar->rate.hits != blocked->rate.hits;
    char got[48];
    snprintf(got, sizeof got, "%s: %zu / %zu", bloom_code(blocked->filter), different, n);
    demo_check_text(demo, "simd_agrees", different == 0, got, "0");
}

int experiment_layouts(struct demo *demo, const struct plan *plan)
{
    struct layout classic = {0}, blocked = {0}, scalar = {0};
    int result = -1;
    if (layout_make(plan, BLOOM_CLASSIC, false, &classic) == 0 &&
        layout_make(plan, BLOOM_BLOCKED, false, &blocked) == 0 &&
        layout_make(plan, BLOOM_BLOCKED, true, &scalar) == 0) {
        layout_measure(demo, &classic);
        layout_measure(demo, &blocked);
        if (!demo_stopping(demo))
            layouts_show(demo, &classic, &blocked);
        simd_check(demo, &blocked, &scalar);
        result = 0;
    }
    bloom_free(classic.filter);
    bloom_free(blocked.filter);
    bloom_free(scalar.filter);
    return result;
}
