/* bloom.c - the Bloom filter demo: how often does it err, does the formula know, and what does it
 * cost?
 *
 * The story: size a filter from the parameters; fill it, up to and past its capacity, measuring on
 * the way (experiment_fill.c); look up every inserted key; measure a filter for each k, and both
 * layouts (experiment_compare.c); report. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "experiment.h"
#include "manifest.h"

static const double filter_bytes_max = 400e6; /* within the manifest's limit */
static const double keys_max = 2e8;           /* so that a run ends within its seconds, */
static const double probes_max = 2e9;         /* also on a busy machine */

/*** The plan ***/

void plan_size(struct plan *plan)
{
    bool blocked = plan->kind == BLOOM_BLOCKED;
    if (!isnan(plan->target))
        plan->bits_per_key =
            blocked ? bloom_blocked_bits_per_key(plan->target) : bloom_bits_per_key(plan->target);
    plan->bits = (uint64_t)ceil(plan->bits_per_key * (double)plan->capacity);
    if (blocked) /* whole blocks */
        plan->bits = (plan->bits + BLOOM_BLOCK_BITS - 1) / BLOOM_BLOCK_BITS * BLOOM_BLOCK_BITS;
    plan->best_probes = bloom_best_probes(plan->bits_per_key);
    if (plan->probes == 0)
        plan->probes = blocked ? BLOOM_BLOCK_LANES : plan->best_probes;
}

struct bloom_estimate plan_rate(const struct plan *plan, uint64_t keys)
{
    if (plan->kind == BLOOM_BLOCKED)
        return bloom_blocked_rate((double)keys, (double)plan->bits);
    return bloom_rate((double)keys, (double)plan->bits, plan->probes);
}

static struct plan plan_read(const struct demo *demo)
{
    struct plan plan = {.kind = demo_enum(demo, "kind") == 0 ? BLOOM_CLASSIC : BLOOM_BLOCKED};
    plan.capacity = (uint64_t)demo_int(demo, "n");
    plan.total = (uint64_t)ceil((double)plan.capacity * demo_float(demo, "overfill"));
    plan.target = demo_enum(demo, "sizing") == SIZING_RATE ? demo_float(demo, "rate") / 100 : NAN;
    plan.bits_per_key = demo_float(demo, "bits_per_key");
    plan.probes = (int)demo_int(demo, "k");
    plan.lookups_max = (uint64_t)demo_int(demo, "probes");
    plan.pace_ms = (double)demo_int(demo, "pace");
    plan.seed = (uint64_t)demo_int(demo, "seed");
    plan_size(&plan);
    return plan;
}

/* 0, or the exit code after saying which parameter to change. */
static int plan_refuse(struct demo *demo, const struct plan *plan)
{
    double bytes = (double)plan->bits / 8;
    if (plan->kind == BLOOM_BLOCKED && plan->probes != BLOOM_BLOCK_LANES)
        return demo_refuse(demo, "k", "分块布局的 k 固定为 %d：请取 0 或 %d",
                           "the blocked layout always has k = %d: choose 0 or %d",
                           BLOOM_BLOCK_LANES, BLOOM_BLOCK_LANES);
    if (bytes > filter_bytes_max)
        return demo_refuse(
            demo, "n", "%.0f 个键 × %.1f 位要 %.0f MB，这里至多 %.0f MB：请减小 n 或每键位数",
            "%.0f keys at %.1f bits take %.0f MB, at most %.0f MB are allowed here: choose a "
            "smaller n or fewer bits",
            (double)plan->capacity, plan->bits_per_key, bytes / 1e6, filter_bytes_max / 1e6);
    if ((double)plan->total > keys_max)
        return demo_refuse(demo, "overfill",
                           "共要插入 %.0f 个键，这里至多 %.0f 个：请减小 overfill 或 n",
                           "%.0f keys would be inserted, at most %.0f are allowed here: choose a "
                           "smaller overfill or n",
                           (double)plan->total, keys_max);
    if ((double)plan->total * plan->probes > probes_max)
        return demo_refuse(demo, "k",
                           "%.0f 个键各探测 %d 次，一次运行做不完（至多 %.0f 次）：请减小 k、n 或 "
                           "overfill",
                           "%.0f keys at %d probes each are more than a run has time for (%.0f "
                           "probes): choose a smaller k, n or overfill",
                           (double)plan->total, plan->probes, probes_max);
    return 0;
}

static void plan_note(struct demo *demo, const struct plan *plan)
{
    demo_note_at(
        demo, DEMO_INFO, "bloom-filter",
        "按 %.0f 个键设计：m = %.0f 位（%.3g MB，每键 %.2f 位），k = %d，公式预计误判率 %.3g %%",
        "Made for %.0f keys: m = %.0f bits (%.3g MB, %.2f bits a key), k = %d; the formula expects "
        "a rate of %.3g %%",
        (double)plan->capacity, (double)plan->bits, (double)plan->bits / 8e6, plan->bits_per_key,
        plan->probes, 100 * plan_rate(plan, plan->capacity).rate);
}

/*** The report ***/

static void report_rate(struct demo *demo, const char *metric, const struct rate *rate)
{
    if (rate->trials > 0)
        demo_metric_interval(demo, metric, 100 * rate->measured, 100 * rate->formula.rate,
                             100 * rate->interval.low, 100 * rate->interval.high);
}

/* An absent key whose two hashes fall as an inserted one's do is taken for it, about keys / bits²
 * of them. The formula leaves that out: where it is more than could be told apart from the formula,
 * the filter is too small or too empty to be judged by it. */
static bool is_judged(const struct plan *plan, const struct filled *filled)
{
    double bits = (double)plan->bits;
    double twins = plan->kind == BLOOM_CLASSIC ? 2 * (double)filled->inserted / bits / bits : 0;
    return twins < rate_tolerance(&filled->at_end);
}

static void report_agreement(struct demo *demo, const struct rate *rate)
{
    if (rate->trials <= 0)
        return;
    double tolerance = rate_tolerance(rate);
    double off = fabs(rate->measured - rate->formula.rate);
    char got[48], want[48];
    snprintf(got, sizeof got, "%.4g %%", 100 * rate->measured);
    snprintf(want, sizeof want, "%.4g ± %.2g %%", 100 * rate->formula.rate, 100 * tolerance);
    demo_check_text(demo, "rate_agrees", off <= tolerance, got, want);
}

static void report_filled(struct demo *demo, const struct plan *plan, const struct filled *filled)
{
    double capacity = (double)plan->capacity, bits = (double)plan->bits;
    report_rate(demo, "rate_at_capacity", &filled->at_capacity);
    report_rate(demo, "rate_at_end", &filled->at_end);
    if (filled->at_capacity.trials > 0)
        demo_metric_expected(demo, "fill_at_capacity", 100 * filled->fill_at_capacity,
                             100 * bloom_fill(capacity, bits, plan->probes));
    demo_metric_expected(demo, "bits_per_key", bits / capacity,
                         bloom_bits_per_key(plan_rate(plan, plan->capacity).rate));
    demo_metric_expected(demo, "memory", bits / 8e6, capacity * 8 / 1e6);
    demo_metric(demo, "insert", timing_ns(&filled->insert));
    demo_metric(demo, "hit", timing_ns(&filled->hit));
    demo_metric(demo, "miss", timing_ns(&filled->miss));
    if (is_judged(plan, filled)) /* else the page says that it was not checked */
        report_agreement(demo, &filled->at_end);
}

static void end_note(struct demo *demo, const struct plan *plan, const struct filled *filled)
{
    const struct rate *rate = &filled->at_end;
    if (plan->total > plan->capacity && rate->trials > 0)
        demo_note_at(demo, DEMO_BAD, "bloom-filter",
                     "装到容量的 %.2f 倍：误判率 %.4g %%。过滤器没有报错，它不知道自己装过了头",
                     "Filled to %.2f times its capacity: a rate of %.4g %%. It reports no error: "
                     "it does not know that it is overfull",
                     (double)filled->inserted / (double)plan->capacity, 100 * rate->measured);
}

/*** The run ***/

static int out_of_memory(struct demo *demo)
{
    demo_note(demo, DEMO_BAD, "内存不够：%s", "out of memory: %s", strerror(ENOMEM));
    return 1;
}

static int run(struct demo *demo)
{
    struct plan plan = plan_read(demo);
    int refused = plan_refuse(demo, &plan);
    if (refused)
        return refused;
    struct bloom_filter *filter = bloom_new(
        &(struct bloom_options){plan.kind, plan.bits, plan.probes, plan.seed, .no_simd = false});
    if (!filter)
        return out_of_memory(demo);
    plan_note(demo, &plan);
    struct filled filled = {0};
    experiment_fill(demo, &plan, filter, &filled);
    bloom_free(filter); /* its memory is needed for what follows */
    end_note(demo, &plan, &filled);
    report_filled(demo, &plan, &filled);
    if (demo_stopping(demo))
        return 0; /* without making the filters of a comparison that will not be */
    if (experiment_each_k(demo, &plan) < 0 || experiment_layouts(demo, &plan) < 0)
        return out_of_memory(demo);
    demo_progress(demo, 1);
    return 0;
}

int main(int argc, char **argv)
{
    return demo_main(&bloom_manifest, run, argc, argv);
}
