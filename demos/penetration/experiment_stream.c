/* experiment_stream.c - the same requests through each of the four readers.
 *
 * They come in slices. Within a slice the readers take turns at being first, since the first one
 * finds the database's pages colder than the others do. Timed is the reader's call alone. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "experiment.h"

enum { SLICES = 120, FIRST_NOTE = 12, DELETE_AT = 50, REBUILD_AT = 90 };

struct stream {
    struct world *world;
    struct streamed *result;
    struct requests *requests;
    struct request *slice;
    uint64_t done; /* requests to each reader */
    bool said_full, said_overfull;
};

/*** One slice ***/

static void judge(struct tally *tally, const struct request *request, const struct answer *answer)
{
    char name[ITEM_NAME_MAX];
    item_name(request->id, name);
    if (request->kind == EXISTING && !answer->name)
        tally->refused++;
    else if (answer->name && (request->kind != EXISTING || strcmp(answer->name, name) != 0))
        tally->wrong++;
}

static int ask(struct line *line, const struct request *request)
{
    struct tally *tally = &line->slice;
    struct answer answer;
    int64_t since = demo_now_ns();
    int done = reader_get(&line->reader, request->id, &answer);
    int64_t ns = demo_now_ns() - since;
    if (done < 0)
        return done;
    latency_add(&line->latency, (uint64_t)ns);
    tally->ns += (double)ns;
    tally->asked[request->kind]++;
    tally->queried[request->kind] += answer.source == FROM_DATABASE;
    tally->cached += request->kind == EXISTING && answer.source == FROM_CACHE;
    judge(tally, request, &answer);
    return 0;
}

static void tally_join(struct tally *all, const struct tally *part)
{
    for (int kind = 0; kind < REQUEST_KINDS; kind++) {
        all->asked[kind] += part->asked[kind];
        all->queried[kind] += part->queried[kind];
    }
    all->cached += part->cached;
    all->refused += part->refused;
    all->wrong += part->wrong;
    all->ns += part->ns;
}

/* What a run that is stopped has done of a slice counts like a whole one. */
static int slice_run(struct world *world, const struct request *slice, size_t n, int first)
{
    int done = 0;
    for (int s = 0; s < STRATEGIES; s++)
        world->lines[s].slice = (struct tally){0};
    for (int i = 0; i < STRATEGIES && done == 0; i++) {
        struct line *line = &world->lines[(first + i) % STRATEGIES];
        for (size_t r = 0; r < n && done == 0; r++)
            done = demo_stopping(world->demo) ? -EINTR : ask(line, &slice[r]);
        tally_join(&line->total, &line->slice);
    }
    return done;
}

/*** What it shows ***/

static double absent_share(const struct tally *tally)
{
    double asked = tally->asked[UNKNOWN] + tally->asked[DELETED];
    return 100 * (tally->queried[UNKNOWN] + tally->queried[DELETED]) / asked;
}

static double per_thousand(const struct tally *tally)
{
    return 1000 * tally_queries(tally) / tally_requests(tally);
}

static double hit_share(const struct tally *tally)
{
    return 100 * tally->cached / tally->asked[EXISTING];
}

static double empty_bytes(const struct line *line)
{
    return (double)cache_usage(line->reader.cache).empty_bytes;
}

/* With one reader's measurement for each strategy. */
#define EACH_STRATEGY(value)                                                                       \
    {"none", value(&slices[NONE].slice)}, {"empty", value(&slices[EMPTY].slice)},                  \
        {"bloom", value(&slices[BLOOM].slice)},                                                    \
    {                                                                                              \
        "both", value(&slices[BOTH].slice)                                                         \
    }

/* What the formula lets through of the requests for what does not exist; deleted keys are all let
 * through until the filter is made anew. */
static double absent_formula(const struct world *world)
{
    const struct tally *slice = &world->lines[BLOOM].slice;
    double rate = plan_rate(world->plan, world->keys).rate;
    double asked = slice->asked[UNKNOWN] + slice->asked[DELETED];
    double stale = world->rebuilt ? rate : 1;
    if (asked == 0)
        return 100 * rate;
    return 100 * (slice->asked[UNKNOWN] * rate + slice->asked[DELETED] * stale) / asked;
}

static void slice_show(struct stream *stream)
{
    struct world *world = stream->world;
    struct demo *demo = world->demo;
    const struct line *slices = world->lines;
    double x = (double)stream->done;
    double filter = (double)bloom_bits(world->filter) / 8;
    demo_sample_x(demo, "absent", x, EACH_STRATEGY(absent_share),
                  {"formula", absent_formula(world)});
    demo_sample_x(demo, "load", x, EACH_STRATEGY(per_thousand));
    demo_sample_x(demo, "hits", x, EACH_STRATEGY(hit_share));
    demo_sample_x(demo, "memory", x, {"none", 0}, {"empty", empty_bytes(&slices[EMPTY])},
                  {"bloom", filter}, {"both", filter + empty_bytes(&slices[BOTH])});
}

static void first_note(struct stream *stream)
{
    const struct line *lines = stream->world->lines;
    double unknown = lines[NONE].total.asked[UNKNOWN];
    if (unknown > 0)
        demo_note_at(stream->world->demo, DEMO_INFO, "bloom-penetration",
                     "%.0f 次请求查不存在的键，打到数据库：不设防 %.0f 次，空值缓存 %.0f "
                     "次，布隆过滤器 %.0f 次",
                     "Of %.0f requests for keys that do not exist, those that reached the "
                     "database: %.0f with no defence, %.0f with empty values cached, %.0f with a "
                     "Bloom filter",
                     unknown, lines[NONE].total.queried[UNKNOWN],
                     lines[EMPTY].total.queried[UNKNOWN], lines[BLOOM].total.queried[UNKNOWN]);
}

/* Once the cache of the reader that keeps empty values is full, they push real ones out. */
static void full_note(struct stream *stream)
{
    struct world *world = stream->world;
    struct cache_usage usage = cache_usage(world->lines[EMPTY].reader.cache);
    if (stream->said_full || usage.entries < world->plan->cache_entries || usage.empty == 0)
        return;
    stream->said_full = true;
    demo_note(world->demo, DEMO_BAD,
              "空值缓存那一路的缓存满了：%zu 项里 %zu 项是空值（%.0f %%），再来的空值会挤掉真数据",
              "The cache with empty values is full: %zu entries, %zu of them empty (%.0f %%); from "
              "here on empty values push real ones out",
              usage.entries, usage.empty, 100 * (double)usage.empty / (double)usage.entries);
}

static void overfull_note(struct stream *stream)
{
    struct world *world = stream->world;
    double planned = plan_rate(world->plan, world->plan->items).rate;
    double now = plan_rate(world->plan, world->keys).rate;
    if (stream->said_overfull || now < 5 * planned || world->keys <= world->plan->items)
        return;
    stream->said_overfull = true;
    demo_note_at(world->demo, DEMO_BAD, "bloom-overfill",
                 "过滤器按 %llu 个键设计，已装了 %llu 个：误判率由 %.3g %% 升到 "
                 "%.3g %%，没有任何报错",
                 "The filter was made for %llu keys and has %llu: its rate went from %.3g %% to "
                 "%.3g %%, and nothing reports an error",
                 (unsigned long long)world->plan->items, (unsigned long long)world->keys,
                 100 * planned, 100 * now);
}

/*** What happens on the way ***/

static int delete_items(struct stream *stream)
{
    struct world *world = stream->world;
    uint64_t n;
    int done = world_delete(world, &n);
    if (done == 0)
        demo_note_at(world->demo, DEMO_BAD, "bloom-delete",
                     "数据库删掉 %llu 项，缓存随之删除；过滤器删不掉，这些键它仍说“可能在”",
                     "%llu items are deleted from the database and the caches; the filter can't "
                     "forget them and still says “perhaps”",
                     (unsigned long long)n);
    return done;
}

static int rebuild_filter(struct stream *stream)
{
    struct world *world = stream->world;
    int done = world_rebuild(world);
    if (done == 0)
        demo_note_at(world->demo, DEMO_GOOD, "bloom-delete",
                     "从数据库重建过滤器：%llu 个键，%.0f ms，整体换上",
                     "The filter is built anew from the database: %llu keys in %.0f ms, and takes "
                     "the old one's place",
                     (unsigned long long)world->keys, world->rebuild_ms);
    return done;
}

static int world_change(struct stream *stream, int slice)
{
    struct world *world = stream->world;
    const struct plan *plan = world->plan;
    uint64_t grown = (plan->items_end - plan->items) * (uint64_t)slice / (SLICES - 1);
    if (plan->deleted > 0 && slice == DELETE_AT)
        return delete_items(stream);
    if (plan->deleted > 0 && slice == REBUILD_AT)
        return rebuild_filter(stream);
    return world_grow(world, plan->items + grown);
}

/* Adds to what is expected of the whole run, and of its stretches. */
static void slice_count(struct stream *stream)
{
    struct world *world = stream->world;
    struct streamed *result = stream->result;
    const struct tally *slice = &world->lines[BLOOM].slice;
    double rate = plan_rate(world->plan, world->keys).rate;
    result->expected += rate * slice->asked[UNKNOWN];
    result->variance += rate * (1 - rate) * slice->asked[UNKNOWN];
    if (world->rebuilt)
        tally_join(&result->mended, slice);
    else if (world->deleted)
        tally_join(&result->stale, slice);
}

static int stream_slice(struct stream *stream, int slice)
{
    struct world *world = stream->world;
    uint64_t end = world->plan->requests * (uint64_t)(slice + 1) / SLICES;
    size_t n = (size_t)(end - stream->done);
    int done = world_change(stream, slice);
    if (done < 0)
        return done;
    requests_next(stream->requests, world->exists, world->items, stream->slice, n);
    done = slice_run(world, stream->slice, n, slice);
    slice_count(stream);
    if (done < 0)
        return done;
    stream->done = end;
    slice_show(stream);
    if (slice == FIRST_NOTE)
        first_note(stream);
    full_note(stream);
    overfull_note(stream);
    demo_progress(world->demo, (slice + 1.0) / SLICES);
    demo_pause(world->demo, world->plan->pace_ms);
    return 0;
}

int experiment_stream(struct world *world, struct streamed *ret)
{
    struct stream stream = {.world = world, .result = ret};
    stream.requests = requests_new(world->plan);
    stream.slice = malloc((size_t)(world->plan->requests / SLICES + 1) * sizeof *stream.slice);
    int done = stream.requests && stream.slice ? 0 : -ENOMEM;
    for (int slice = 0; slice < SLICES && done == 0; slice++)
        done = stream_slice(&stream, slice);
    requests_free(stream.requests);
    free(stream.slice);
    return done;
}
