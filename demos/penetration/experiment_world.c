/* experiment_world.c - a database, a filter of its keys, and four readers with a cache each. */
#include <errno.h>
#include <stdlib.h>

#include "experiment.h"

enum { BATCH = 2000 }; /* items of a transaction: the time between two looks whether to stop */

static struct bloom_filter *filter_new(const struct plan *plan)
{
    return bloom_new(
        &(struct bloom_options){plan->kind, plan->bits, plan->probes, plan->seed, false});
}

static int lines_open(struct world *world)
{
    for (int s = 0; s < STRATEGIES; s++) {
        struct cache *cache = cache_new((size_t)world->plan->cache_entries);
        if (!cache)
            return -ENOMEM;
        world->lines[s].reader = (struct reader){
            .filter = s == BLOOM || s == BOTH ? world->filter : NULL,
            .cache = cache,
            .database = world->database,
            .keeps_empty = s == EMPTY || s == BOTH,
        };
    }
    return 0;
}

int world_open(struct world *world, struct demo *demo, const struct plan *plan)
{
    *world = (struct world){.demo = demo, .plan = plan};
    world->filter = filter_new(plan);
    world->exists = calloc((size_t)plan->items_end + 1, sizeof *world->exists);
    if (!world->filter || !world->exists)
        return -ENOMEM;
    int done = database_open("/tmp", &world->database);
    if (done == 0)
        done = lines_open(world);
    return done < 0 ? done : world_grow(world, plan->items);
}

void world_close(struct world *world)
{
    for (int s = 0; s < STRATEGIES; s++)
        cache_free(world->lines[s].reader.cache);
    database_close(world->database);
    bloom_free(world->filter);
    free(world->exists);
}

static void forget_everywhere(struct world *world, uint64_t id)
{
    for (int s = 0; s < STRATEGIES; s++)
        reader_forget(&world->lines[s].reader, id);
}

/* In this order: a key that the filter has and the database has not costs a query, a key that the
 * database has and the filter has not is refused to its owner. */
static int create(struct world *world, uint64_t first, uint64_t n)
{
    for (uint64_t id = first; id < first + n; id++)
        bloom_add(world->filter, id);
    int done = database_insert(world->database, first, n);
    for (uint64_t id = first; done == 0 && id < first + n; id++) {
        forget_everywhere(world, id); /* that it did not exist may be cached */
        world->exists[id] = true;
    }
    return done;
}

int world_grow(struct world *world, uint64_t items)
{
    while (world->items < items) {
        uint64_t left = items - world->items, n = left < BATCH ? left : BATCH;
        if (demo_stopping(world->demo))
            return -EINTR;
        int done = create(world, world->items + 1, n);
        if (done < 0)
            return done;
        world->items += n;
        world->keys += n;
    }
    return 0;
}

/*** Deleting ***/

static int delete_batch(struct world *world, const uint64_t *ids, uint64_t n)
{
    int done = database_delete(world->database, ids, n);
    for (uint64_t i = 0; done == 0 && i < n; i++) {
        world->exists[ids[i]] = false;
        forget_everywhere(world, ids[i]); /* after the commit; the filter can't forget */
    }
    return done;
}

int world_delete(struct world *world, uint64_t *ret_n)
{
    struct demo_random random = {~world->plan->seed};
    uint64_t ids[BATCH], n = 0;
    int done = 0;
    *ret_n = 0;
    world->deleted = true;
    for (uint64_t id = 1; done == 0 && id <= world->items; id++) {
        if (demo_random_unit(&random) < world->plan->deleted)
            ids[n++] = id;
        if (n < BATCH && id < world->items)
            continue;
        done = demo_stopping(world->demo) ? -EINTR : delete_batch(world, ids, n);
        *ret_n += n;
        n = 0;
    }
    return done;
}

/*** Rebuilding the filter ***/

struct rebuild {
    struct demo *demo;
    struct bloom_filter *filter;
    uint64_t keys;
};

static bool rebuild_add(void *ud, uint64_t id)
{
    struct rebuild *rebuild = ud;
    bloom_add(rebuild->filter, id);
    return ++rebuild->keys % BATCH > 0 || !demo_stopping(rebuild->demo);
}

/* A new filter from the database's keys takes the old one's place all at once. */
int world_rebuild(struct world *world)
{
    struct rebuild rebuild = {world->demo, filter_new(world->plan), 0};
    if (!rebuild.filter)
        return -ENOMEM;
    double since = demo_ms(world->demo);
    int done = database_each(world->database, rebuild_add, &rebuild);
    if (done == 0 && demo_stopping(world->demo))
        done = -EINTR;
    if (done < 0) {
        bloom_free(rebuild.filter);
        return done;
    }
    world->rebuild_ms = demo_ms(world->demo) - since;
    world->rebuilt = true;
    world->keys = rebuild.keys;
    bloom_free(world->filter);
    world->filter = rebuild.filter;
    world->lines[BLOOM].reader.filter = world->lines[BOTH].reader.filter = world->filter;
    return 0;
}
