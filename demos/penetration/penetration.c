/* penetration.c - cache penetration: requests for what does not exist, and what keeps them off the
 * database.
 *
 * The story: a database of items, a cache in front of it, users and an attacker. Four readers get
 * the same requests: with no defence, with empty values cached, with a Bloom filter, with both
 * (experiment_stream.c). On the way items may be deleted, which a filter can't follow, or added
 * beyond what the filter was made for (experiment_world.c). Then report. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "experiment.h"
#include "manifest.h"

static const double items_max = 200000; /* their file is within the 16 MB of a sandbox's /tmp */

struct bloom_estimate plan_rate(const struct plan *plan, uint64_t keys)
{
    if (plan->kind == BLOOM_BLOCKED)
        return bloom_blocked_rate((double)keys, (double)plan->bits);
    return bloom_rate((double)keys, (double)plan->bits, plan->probes);
}

static void plan_filter(struct plan *plan, double rate)
{
    bool blocked = plan->kind == BLOOM_BLOCKED;
    double bits_per_key = blocked ? bloom_blocked_bits_per_key(rate) : bloom_bits_per_key(rate);
    plan->bits = (uint64_t)ceil(bits_per_key * (double)plan->items);
    if (blocked) /* whole blocks */
        plan->bits = (plan->bits + BLOOM_BLOCK_BITS - 1) / BLOOM_BLOCK_BITS * BLOOM_BLOCK_BITS;
    plan->probes = blocked ? BLOOM_BLOCK_LANES : bloom_best_probes(bits_per_key);
}

static struct plan plan_read(const struct demo *demo)
{
    struct plan plan = {.kind = demo_enum(demo, "kind") == 0 ? BLOOM_CLASSIC : BLOOM_BLOCKED};
    plan.items = (uint64_t)demo_int(demo, "items");
    plan.items_end = (uint64_t)ceil((double)plan.items * demo_float(demo, "growth"));
    plan.requests = (uint64_t)demo_int(demo, "requests");
    plan.attack = demo_float(demo, "attack") / 100;
    plan.attack_keys = (uint64_t)demo_int(demo, "attack_keys");
    plan.skew = demo_float(demo, "skew");
    plan.cache_entries = (uint64_t)demo_int(demo, "cache");
    plan.deleted = demo_float(demo, "deleted") / 100;
    plan.pace_ms = (double)demo_int(demo, "pace");
    plan.seed = (uint64_t)demo_int(demo, "seed");
    plan_filter(&plan, demo_float(demo, "rate") / 100);
    return plan;
}

static int plan_refuse(struct demo *demo, const struct plan *plan)
{
    if ((double)plan->items_end <= items_max)
        return 0;
    return demo_refuse(
        demo, "growth",
        "结束时会有 %.0f 行，临时目录里的数据库至多放 %.0f 行：请减小 growth 或 items",
        "there would be %.0f rows at the end, the database in the scratch folder has "
        "room for %.0f: choose a smaller growth or fewer items",
        (double)plan->items_end, items_max);
}

static void plan_note(struct demo *demo, const struct plan *plan, const struct world *world)
{
    bool file = database_is_file(world->database);
    demo_note(
        demo, DEMO_INFO,
        file ? "SQLite：/tmp 里的文件，%llu 行；缓存 %llu 项；过滤器 %.3g KB，k = "
               "%d，公式预计误判率 %.3g %%"
             : "SQLite：这里建不了文件，库在内存里，%llu 行；缓存 %llu 项；过滤器 %.3g KB，k = "
               "%d，公式预计误判率 %.3g %%",
        file ? "SQLite, a file in /tmp: %llu rows; a cache of %llu entries; a filter of %.3g "
               "KB, k = %d; the formula expects a rate of %.3g %%"
             : "SQLite, in memory as no file can be made here: %llu rows; a cache of %llu "
               "entries; a filter of %.3g KB, k = %d; the formula expects a rate of %.3g %%",
        (unsigned long long)plan->items, (unsigned long long)plan->cache_entries,
        (double)plan->bits / 8e3, plan->probes, 100 * plan_rate(plan, plan->items).rate);
}

/* A run that is stopped reports what it has; another failure is one. */
static int end_code(const struct world *world, int done)
{
    if (done == 0 || done == -EINTR)
        return 0;
    fprintf(stderr, "penetration: %s%s%s\n", strerror(-done), world->database ? ": " : "",
            world->database ? database_error(world->database) : "");
    return 1;
}

static int run(struct demo *demo)
{
    struct plan plan = plan_read(demo);
    int refused = plan_refuse(demo, &plan);
    if (refused)
        return refused;
    struct world world;
    struct streamed streamed = {0};
    int done = world_open(&world, demo, &plan);
    if (done == 0) {
        plan_note(demo, &plan, &world);
        done = experiment_stream(&world, &streamed);
        if (done == 0 || done == -EINTR)
            experiment_report(&world, &streamed);
    }
    int code = end_code(&world, done);
    world_close(&world);
    return code;
}

int main(int argc, char **argv)
{
    return demo_main(&penetration_manifest, run, argc, argv);
}
