/* experiment_fill.c - the curves: insert, stop at a hundred checkpoints, and look. */
#include <math.h>
#include <stdio.h>

#include "experiment.h"

enum { CHECKPOINTS = 100, HITS_PER_CHECKPOINT = 20000 };

struct fill {
    struct demo *demo;
    const struct plan *plan;
    struct bloom_filter *filter;
    struct filled *result;
    struct demo_random random;
    uint64_t absent;  /* the next key never inserted nor looked up */
    uint64_t missing; /* inserted keys that were not found: must stay 0 */
    bool half_full;
};

/* The next number of keys to stop at; capacity is one of them. */
static uint64_t next_stop(const struct plan *plan, uint64_t inserted)
{
    uint64_t step = (plan->total + CHECKPOINTS - 1) / CHECKPOINTS;
    uint64_t stop = (inserted / step + 1) * step;
    if (inserted < plan->capacity && stop > plan->capacity)
        stop = plan->capacity;
    return stop < plan->total ? stop : plan->total;
}

static void timing_join(struct timing *all, const struct timing *part)
{
    all->operations += part->operations;
    all->ns += part->ns;
}

/* Looks up a stretch of the inserted keys, wherever it falls. */
static void look_up_present(struct fill *fill, struct timing *hit)
{
    uint64_t inserted = fill->result->inserted;
    uint64_t n = inserted < HITS_PER_CHECKPOINT ? inserted : HITS_PER_CHECKPOINT;
    uint64_t first = 1 + demo_random_below(&fill->random, inserted - n + 1);
    uint64_t before = hit->operations;
    uint64_t found = work_look_up(fill->demo, fill->filter, first, n, hit);
    fill->missing += hit->operations - before - found;
}

static double fill_show(struct fill *fill)
{
    const struct plan *plan = fill->plan;
    double keys = (double)fill->result->inserted, bits = (double)bloom_bits(fill->filter);
    double share = (double)bloom_bits_set(fill->filter) / bits;
    demo_sample_x(fill->demo, "fill", keys, {"measured", 100 * share},
                  {"formula", 100 * bloom_fill(keys, bits, plan->probes)});
    bool near_capacity = fabs(keys / (double)plan->capacity - 1) < 0.1; /* it has a note already */
    if (share >= 0.5 && !fill->half_full && !near_capacity)
        demo_note(
            fill->demo, DEMO_INFO,
            "第 %.0f 个键：半数的位已是 1。再往后，每个新键都让误判率涨得更快",
            "Key %.0f: half of the bits are set. From here on each new key raises the rate faster",
            keys);
    fill->half_full |= share >= 0.5;
    return share;
}

static void rate_show(struct fill *fill, const struct rate *rate)
{
    const struct plan *plan = fill->plan;
    double keys = (double)fill->result->inserted;
    struct bloom_estimate best = bloom_rate(keys, (double)plan->bits, plan->best_probes);
    demo_sample_x(fill->demo, "rate", keys, {"measured", 100 * rate->measured},
                  {"formula", 100 * rate->formula.rate}, {"best", 100 * best.rate},
                  {"low", 100 * rate->interval.low}, {"high", 100 * rate->interval.high});
}

static void capacity_note(struct fill *fill, const struct rate *rate, double share)
{
    demo_note_at(fill->demo, DEMO_GOOD, "bloom-filter",
                 "装到容量 %.0f 个键：查 %.0f 个没插入过的键，误判 %.0f 个，即 %.4g %%（公式 %.4g "
                 "%%）；%.1f %% 的位是 1",
                 "Capacity, %.0f keys: of %.0f keys never inserted %.0f were taken for present, "
                 "%.4g %% (formula %.4g %%); %.1f %% of the bits are set",
                 (double)fill->plan->capacity, rate->trials, rate->hits, 100 * rate->measured,
                 100 * rate->formula.rate, 100 * share);
}

static void checkpoint(struct fill *fill, const struct timing *insert)
{
    const struct plan *plan = fill->plan;
    struct filled *result = fill->result;
    bool full = result->inserted == plan->capacity, end = result->inserted == plan->total;
    struct timing hit = {0}, miss = {0};
    look_up_present(fill, &hit);
    uint64_t hits =
        full || end ? 20000 : 400; /* within 1.4 % for the metrics, 10 % for the curve */
    uint64_t trials_max = plan->lookups_max * (full || end ? 10 : 1);
    struct rate rate = work_rate(fill->demo, fill->filter, plan_rate(plan, result->inserted), hits,
                                 trials_max, &fill->absent, &miss);
    rate_show(fill, &rate);
    double share = fill_show(fill);
    demo_sample_x(fill->demo, "cost", (double)result->inserted, {"insert", timing_ns(insert)},
                  {"hit", timing_ns(&hit)}, {"miss", timing_ns(&miss)});
    timing_join(&result->insert, insert);
    timing_join(&result->hit, &hit);
    timing_join(&result->miss, &miss);
    result->at_end = rate;
    if (full) {
        result->at_capacity = rate;
        result->fill_at_capacity = share;
        capacity_note(fill, &rate, share);
    }
}

static void missing_check(struct fill *fill, uint64_t looked_up)
{
    char got[48];
    snprintf(got, sizeof got, "%llu / %llu", (unsigned long long)fill->missing,
             (unsigned long long)looked_up);
    if (looked_up > 0)
        demo_check_text(fill->demo, "no_false_negative", fill->missing == 0, got, "0");
}

/* Looks up every key that was inserted. A run that is stopped has no time for that, and answers for
 * the lookups that it made at the checkpoints. */
static void find_all(struct fill *fill)
{
    struct filled *result = fill->result;
    struct timing done = {0};
    uint64_t found = work_look_up(fill->demo, fill->filter, 1, result->inserted, &done);
    fill->missing += done.operations - found;
    if (done.operations == result->inserted)
        return missing_check(fill, done.operations);
    missing_check(fill, done.operations + result->hit.operations);
    demo_note(fill->demo, DEMO_INFO, "提前停止：没有把插入的 %llu 个键全部查一遍",
              "Stopped early: not all of the %llu keys inserted were looked up",
              (unsigned long long)result->inserted);
}

/* A pause leaves the caches to others: look around before the clock runs. */
static void warm_up(struct fill *fill)
{
    struct timing untimed = {0};
    if (fill->result->inserted > 0)
        look_up_present(fill, &untimed);
}

void experiment_fill(struct demo *demo, const struct plan *plan, struct bloom_filter *filter,
                     struct filled *ret)
{
    struct fill fill = {.demo = demo, .plan = plan, .filter = filter, .result = ret};
    fill.random.state = plan->seed;
    fill.absent = FIRST_ABSENT;
    while (ret->inserted < plan->total && !demo_stopping(demo)) {
        struct timing insert = {0};
        uint64_t stop = next_stop(plan, ret->inserted);
        warm_up(&fill);
        work_insert(demo, filter, ret->inserted + 1, stop - ret->inserted, &insert);
        ret->inserted += insert.operations;
        if (demo_stopping(demo))
            break;
        checkpoint(&fill, &insert);
        demo_progress(demo, 0.75 * (double)ret->inserted / (double)plan->total);
        demo_pause(demo, plan->pace_ms);
    }
    find_all(&fill);
}
