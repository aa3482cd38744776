/* experiment_report.c - what came of it: a row and bars for each reader, metrics, checks. */
#include <math.h>
#include <stdio.h>

#include "experiment.h"

static const char *const strategy_ids[STRATEGIES] = {"none", "empty", "bloom", "both"};

double tally_requests(const struct tally *tally)
{
    return tally->asked[EXISTING] + tally->asked[UNKNOWN] + tally->asked[DELETED];
}

double tally_queries(const struct tally *tally)
{
    return tally->queried[EXISTING] + tally->queried[UNKNOWN] + tally->queried[DELETED];
}

static double per_second(const struct line *line)
{
    return tally_requests(&line->total) / (line->total.ns / 1e9);
}

static double hits(const struct line *line)
{
    return 100 * line->total.cached / line->total.asked[EXISTING];
}

static double microseconds(const struct line *line, double share)
{
    return latency_quantile(&line->latency, share) / 1000;
}

/*** Each reader ***/

static void row(struct world *world, int s)
{
    const struct line *line = &world->lines[s];
    const struct tally *total = &line->total;
    demo_row(world->demo, "strategies", {"name", .text = strategy_ids[s]},
             {"queries", tally_queries(total)}, {"unknown", total->queried[UNKNOWN]},
             {"p50", microseconds(line, 0.5)}, {"p99", microseconds(line, 0.99)},
             {"speed", per_second(line) / 1000});
}

static void bars(struct world *world, const char *category, double share)
{
    const struct line *lines = world->lines;
    demo_bar(world->demo, "latency", category, {"none", microseconds(&lines[NONE], share)},
             {"empty", microseconds(&lines[EMPTY], share)},
             {"bloom", microseconds(&lines[BLOOM], share)},
             {"both", microseconds(&lines[BOTH], share)});
}

static void report_readers(struct world *world)
{
    for (int s = 0; s < STRATEGIES; s++)
        row(world, s);
    bars(world, "p50", 0.5);
    bars(world, "p90", 0.9);
    bars(world, "p99", 0.99);
}

/*** The unknown keys ***/

/* Requests for few keys are not as many trials as there are requests: a key is either always let
 * through or never. So the interval, and the luck that the check allows, go by different keys. */
static double different_keys(const struct plan *plan, double requests)
{
    double keys = (double)plan->attack_keys;
    return requests > 0 ? keys * -expm1(requests * log1p(-1 / fmax(keys, 1.0000001))) : 0;
}

static void report_let_through(struct world *world, const struct streamed *streamed)
{
    const struct tally *total = &world->lines[BLOOM].total;
    double asked = total->asked[UNKNOWN], got = total->queried[UNKNOWN];
    if (asked == 0)
        return;
    double keys = different_keys(world->plan, asked);
    struct demo_interval interval = demo_wilson(got / asked * keys, keys);
    demo_metric_interval(world->demo, "let_through", got, streamed->expected, asked * interval.low,
                         asked * interval.high);
    double luck = plan_rate(world->plan, world->keys).spread * asked;
    double tolerance = 5 * sqrt(streamed->variance * asked / keys + luck * luck) + asked / keys;
    char text[48], want[48];
    snprintf(text, sizeof text, "%.0f", got);
    snprintf(want, sizeof want, "%.0f ± %.0f", streamed->expected, tolerance);
    demo_check_text(world->demo, "rate_agrees", fabs(got - streamed->expected) <= tolerance, text,
                    want);
}

/* With empty values each key reaches the database once, if it stays in the cache; where keys hardly
 * come twice, whether it stays does not matter. */
static double empty_expected(const struct world *world, double asked)
{
    const struct plan *plan = world->plan;
    double keys = different_keys(plan, asked);
    bool fits = (double)plan->cache_entries >= (double)plan->items_end + keys;
    return fits || keys > 0.99 * asked ? 100 * keys / asked : NAN;
}

static void report_unknown(struct world *world)
{
    const struct line *lines = world->lines;
    double asked = lines[NONE].total.asked[UNKNOWN];
    double share[STRATEGIES];
    for (int s = 0; s < STRATEGIES; s++)
        share[s] = 100 * lines[s].total.queried[UNKNOWN] / lines[s].total.asked[UNKNOWN];
    demo_metric_expected(world->demo, "unknown_none", share[NONE], 100);
    demo_metric_expected(world->demo, "unknown_empty", share[EMPTY], empty_expected(world, asked));
    demo_metric(world->demo, "unknown_bloom", share[BLOOM]);
    demo_metric(world->demo, "unknown_both", share[BOTH]);
}

/*** The rest ***/

static double stale_share(const struct tally *tally)
{
    return 100 * tally->queried[DELETED] / tally->asked[DELETED];
}

static void report_stale(struct world *world, const struct streamed *streamed)
{
    demo_metric_expected(world->demo, "stale", stale_share(&streamed->stale), 100);
    demo_metric_expected(world->demo, "mended", stale_share(&streamed->mended),
                         100 * plan_rate(world->plan, world->keys).rate);
    if (world->rebuilt)
        demo_metric(world->demo, "rebuild", world->rebuild_ms);
}

static void report_cost(struct world *world)
{
    struct demo *demo = world->demo;
    const struct line *lines = world->lines;
    demo_metric(demo, "hits_none", hits(&lines[NONE]));
    demo_metric(demo, "hits_empty", hits(&lines[EMPTY]));
    demo_metric(demo, "hits_bloom", hits(&lines[BLOOM]));
    demo_metric(demo, "queries_saved",
                tally_queries(&lines[NONE].total) / tally_queries(&lines[BLOOM].total));
    demo_metric(demo, "speed_empty", per_second(&lines[EMPTY]) / per_second(&lines[NONE]));
    demo_metric(demo, "speed_bloom", per_second(&lines[BLOOM]) / per_second(&lines[NONE]));
    demo_metric(demo, "empty_memory",
                (double)cache_usage(lines[EMPTY].reader.cache).empty_bytes / 1e3);
    demo_metric(demo, "filter_memory", (double)bloom_bits(world->filter) / 8e3);
}

/*** Checks ***/

/* Of the keys that are there, those that the filter denies. */
struct sweep {
    const struct bloom_filter *filter;
    uint64_t denied;
};

static bool count_denied(void *ud, uint64_t id)
{
    struct sweep *sweep = ud;
    sweep->denied += !bloom_has(sweep->filter, id);
    return true;
}

static void report_checks(struct world *world)
{
    uint64_t refused = 0, wrong = 0, queries = 0;
    for (int s = 0; s < STRATEGIES; s++) {
        const struct tally *total = &world->lines[s].total;
        refused += total->refused;
        wrong += total->wrong;
        queries += (uint64_t)tally_queries(total);
    }
    struct sweep sweep = {world->filter, 0};
    if (!demo_stopping(world->demo))
        database_each(world->database, count_denied, &sweep);
    demo_check(world->demo, "none_refused", refused + sweep.denied == 0,
               (double)(refused + sweep.denied), 0);
    demo_check(world->demo, "answers_true", wrong == 0, (double)wrong, 0);
    uint64_t run = database_queries(world->database);
    demo_check(world->demo, "queries_agree", queries == run, (double)queries, (double)run);
}

static void last_note(struct world *world)
{
    const struct line *lines = world->lines;
    demo_note_at(
        world->demo, DEMO_GOOD, "bloom-penetration",
        "同样的请求，数据库查询：不设防 %.0f，空值缓存 %.0f，布隆过滤器 "
        "%.0f，两者一起 %.0f；吞吐是不设防的 %.2g、%.2g、%.2g 倍",
        "The same requests, queries to the database: %.0f with no defence, %.0f with "
        "empty values, %.0f with a Bloom filter, %.0f with both; throughput %.2g, %.2g and "
        "%.2g times that of no defence",
        tally_queries(&lines[NONE].total), tally_queries(&lines[EMPTY].total),
        tally_queries(&lines[BLOOM].total), tally_queries(&lines[BOTH].total),
        per_second(&lines[EMPTY]) / per_second(&lines[NONE]),
        per_second(&lines[BLOOM]) / per_second(&lines[NONE]),
        per_second(&lines[BOTH]) / per_second(&lines[NONE]));
}

void experiment_report(struct world *world, const struct streamed *streamed)
{
    report_readers(world);
    report_let_through(world, streamed);
    report_unknown(world);
    report_stale(world, streamed);
    report_cost(world);
    report_checks(world);
    if (!demo_stopping(world->demo))
        last_note(world);
}
