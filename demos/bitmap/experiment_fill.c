/* experiment_fill.c - integers come in: the time and memory they take, and what becomes of the
 * containers. */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "experiment.h"
#include "manifest.h"

enum { CHECKPOINTS = 60 };

double timing_ns(const struct timing *timing)
{
    return timing->operations > 0 ? timing->ns / timing->operations : NAN;
}

/* How many to add at once, after so many took so long. Memory that is touched for the first time is
 * slow, milliseconds for a huge page: a request to stop shall not wait for thousands of them. */
static size_t next_batch(size_t batch, int64_t took_ns)
{
    enum { LONG_NS = 5000000, BATCH_MIN = 8 };
    size_t next = took_ns > LONG_NS ? batch / 2 : batch * 2;
    return next < BATCH_MIN ? BATCH_MIN : next > BATCH ? BATCH : next;
}

int fill_part(struct demo *demo, const struct plan *plan, enum structure_id id, void *set,
              enum stream stream, uint64_t first, uint64_t n, struct timing *timing)
{
    uint32_t keys[BATCH];
    size_t size = next_batch(0, 0);
    for (uint64_t end = first + n; first < end;) {
        size_t batch = end - first < size ? (size_t)(end - first) : size;
        if (demo_stopping(demo))
            return -EINTR;
        keys_fill(plan, stream, first, keys, batch);
        int64_t since = demo_now_ns();
        if (structures[id]->add(set, keys, batch) < 0)
            return -ENOMEM;
        int64_t took = demo_now_ns() - since;
        timing->ns += (double)took;
        timing->operations += (double)batch;
        first += batch;
        size = next_batch(size, took);
    }
    return 0;
}

/*** The containers, drawn ***/

/* The states of a cell. */
enum cell { CELL_NONE, CELL_FEW, CELL_MANY, CELL_BITMAP, CELL_RUN, CELL_STATES };

static const char *const cell_ids[CELL_STATES] = {NULL, "few", "many", "bitmap", "run"};

struct picture {
    struct demo *demo;
    uint8_t cells[GRID_CELLS], shown[GRID_CELLS];
    uint32_t kinds[CELL_STATES]; /* containers */
    bool said_bitmap, said_all_bitmaps;
};

static enum cell cell_of(const struct roaring_container *container)
{
    if (container->kind == ROARING_ARRAY)
        return container->count <= 1024 ? CELL_FEW : CELL_MANY;
    return container->kind == ROARING_BITMAP ? CELL_BITMAP : CELL_RUN;
}

/* How many containers the range has room for. */
static uint64_t containers_possible(const struct plan *plan)
{
    return (plan->range + 65535) / 65536;
}

/* A container is drawn over as many cells as there are for each; where there are more containers
 * than cells, the one in the middle stands for its neighbours. */
static void picture_take(struct picture *picture, const struct plan *plan,
                         const struct roaring *set)
{
    uint64_t possible = containers_possible(plan);
    for (uint64_t cell = 0; cell < GRID_CELLS; cell++) {
        uint64_t key = (2 * cell + 1) * possible / (2 * (uint64_t)GRID_CELLS);
        struct roaring_container container;
        bool there = roaring_container_of(set, (uint16_t)key, &container);
        picture->cells[cell] = (uint8_t)(there ? cell_of(&container) : CELL_NONE);
    }
    memset(picture->kinds, 0, sizeof picture->kinds);
    for (size_t i = 0; i < roaring_containers(set); i++) {
        struct roaring_container container = roaring_container_at(set, i);
        picture->kinds[cell_of(&container)]++;
    }
}

/* Sends the cells from `from` to `end` in runs of one state. */
static void picture_send(const struct picture *picture, int from, int end)
{
    struct demo_cells runs[GRID_CELLS];
    size_t n = 0;
    for (int i = from; i < end; i++) {
        const char *state = cell_ids[picture->cells[i]];
        if (n > 0 && runs[n - 1].state == state)
            runs[n - 1].count++;
        else
            runs[n++] = (struct demo_cells){state, 1};
    }
    demo_put_cells(picture->demo, "containers", from, runs, n);
}

/* Sends the stretches that have changed, with cells that have not where they lie between. Where
 * there is no container nothing is sent: none goes away while integers come in. */
static void picture_show(struct picture *picture)
{
    enum { GAP = 64 };
    for (int from = 0; from < GRID_CELLS; from++) {
        if (picture->cells[from] == picture->shown[from])
            continue;
        int end = from + 1; /* one beyond the last that has changed */
        for (int i = end; i < GRID_CELLS && i < end + GAP && picture->cells[i] != CELL_NONE; i++)
            if (picture->cells[i] != picture->shown[i])
                end = i + 1;
        picture_send(picture, from, end);
        from = end;
    }
    memcpy(picture->shown, picture->cells, sizeof picture->shown);
}

static void picture_kinds(const struct picture *picture, uint64_t added)
{
    const uint32_t *kinds = picture->kinds;
    demo_sample_x(picture->demo, "kinds", (double)added,
                  {"array", (double)kinds[CELL_FEW] + kinds[CELL_MANY]},
                  {"bitmap", kinds[CELL_BITMAP]}, {"run", kinds[CELL_RUN]});
}

static void picture_note(struct picture *picture, uint64_t added)
{
    uint32_t bitmaps = picture->kinds[CELL_BITMAP];
    uint32_t arrays = picture->kinds[CELL_FEW] + picture->kinds[CELL_MANY];
    if (bitmaps > 0 && !picture->said_bitmap)
        demo_note_at(
            picture->demo, DEMO_INFO, "bitmap-what",
            "第 %llu 个整数之前：有容器装过了 4096 个，由 array 变成 8 KiB 的 bitmap（现有 "
            "%u 个 bitmap，%u 个 array）",
            "Before integer %llu a container has gone past 4096 numbers and turned from an "
            "array into a bitmap of 8 KiB (now %u bitmaps, %u arrays)",
            (unsigned long long)added, bitmaps, arrays);
    else if (bitmaps > 0 && arrays == 0 && !picture->said_all_bitmaps)
        demo_note_at(
            picture->demo, DEMO_INFO, "bitmap-what",
            "第 %llu 个整数：%u 个容器全是 bitmap 了，再加多少整数都不会更大",
            "Integer %llu: all %u containers are bitmaps now, and no further integer makes "
            "the set larger",
            (unsigned long long)added, bitmaps);
    picture->said_all_bitmaps |= bitmaps > 0 && arrays == 0;
    picture->said_bitmap |= bitmaps > 0;
}

static void picture_update(struct picture *picture, const struct plan *plan,
                           const struct roaring *set, uint64_t added)
{
    picture_take(picture, plan, set);
    picture_show(picture);
    picture_kinds(picture, added);
    picture_note(picture, added);
}

/*** Filling ***/

static void memory_show(struct demo *demo, enum structure_id id, uint64_t added, const void *set)
{
    demo_sample_x(demo, "memory", (double)added,
                  {structures[id]->id, (double)structures[id]->bytes(set)});
}

/* The fewest bytes that the contents of its containers take, each in its best form. */
static double least_bytes(const struct roaring *set)
{
    double bytes = 0;
    for (size_t i = 0; i < roaring_containers(set); i++) {
        double plain = fmin(2.0 * roaring_container_at(set, i).count, 8192);
        bytes += fmin(plain, 4.0 * roaring_runs_at(set, i));
    }
    return bytes;
}

static void optimize_note(struct demo *demo, const struct picture *picture, double before,
                          double after)
{
    demo_note_at(demo, after < before / 1.5 ? DEMO_GOOD : DEMO_INFO, "bitmap-what",
                 "装完，按最小的形式重整：%s → %s；现有 array %u 个，bitmap %u 个，run %u 个",
                 "All are in; each container is given its smallest form: %s → %s; now %u arrays, "
                 "%u bitmaps, %u runs",
                 size_text(before, (char[TEXT_MAX]){0}), size_text(after, (char[TEXT_MAX]){0}),
                 picture->kinds[CELL_FEW] + picture->kinds[CELL_MANY], picture->kinds[CELL_BITMAP],
                 picture->kinds[CELL_RUN]);
}

static void finished_show(struct demo *demo, const struct plan *plan, struct picture *picture,
                          const struct roaring *set, double before, struct result *result)
{
    picture_update(picture, plan, set, plan->n);
    optimize_note(demo, picture, before, result->bytes);
    result->least = least_bytes(set);
    result->fault = roaring_fault(set);
    if (!result->fault && !roaring_is_smallest(set))
        result->fault = "a container is not in its smallest form";
}

static int finish(struct demo *demo, const struct plan *plan, enum structure_id id, void *set,
                  struct picture *picture, struct result *result)
{
    double before = (double)structures[id]->bytes(set);
    int64_t since = demo_now_ns();
    int done = structures[id]->finish ? structures[id]->finish(set, demo) : 0;
    if (done < 0)
        return done;
    if (id == ARRAY) /* an array knows its duplicates only once it is sorted */
        result->timing[DEDUP].ns += (double)(demo_now_ns() - since);
    result->bytes = (double)structures[id]->bytes(set);
    result->answers.distinct = structures[id]->count(set);
    if (id == ROARING)
        finished_show(demo, plan, picture, set, before, result);
    memory_show(demo, id, plan->n, set);
    return 0;
}

int experiment_fill(struct demo *demo, const struct plan *plan, enum structure_id id, void *set,
                    struct result *result)
{
    struct picture picture = {.demo = demo};
    uint64_t step = (plan->n + CHECKPOINTS - 1) / CHECKPOINTS;
    for (uint64_t added = 0; added < plan->n;) {
        uint64_t part = plan->n - added < step ? plan->n - added : step;
        int done = fill_part(demo, plan, id, set, STREAM_A, added, part, &result->timing[DEDUP]);
        if (done < 0)
            return done;
        added += part;
        memory_show(demo, id, added, set);
        if (id == ROARING) {
            picture_update(&picture, plan, set, added);
            demo_pause(demo, plan->pace_ms);
        }
    }
    return finish(demo, plan, id, set, &picture, result);
}
