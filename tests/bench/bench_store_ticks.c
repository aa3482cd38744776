/* bench_store_ticks.c - durable ticks against the disk itself.
 *
 * In interleaved rounds: overwriting 4 KiB of a file and fdatasync, over and over, which is the
 * least that any durable store can do; and one tick a batch (store_begin, store_item_set,
 * store_commit). Goal: at least 0.7 of the disk's rate. Then 64 ticks a batch, as prepd's worker
 * commits them when they wait, and syncing 1 000 files of 20 items. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "store/store.h"

enum {
    ROUNDS = 5,
    ROUND_MS = 1000,
    SAMPLES_MAX = 1 << 18,
    FILES = 1000,
    ITEMS = 20,
    BATCH = 64,
    TICKED = 5000
};

static double *samples; /* µs, of one kind of work over all rounds */

struct measure {
    const char *name;
    double *samples;
    size_t n;
    double seconds;
    size_t done;
};

static double now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void fail(const char *what, const struct err *err)
{
    fprintf(stderr, "%s: %s\n", what, err ? err->text : strerror(errno));
    exit(1);
}

/*** The work ***/

struct bench {
    struct store *store;
    struct store_item items[FILES][ITEMS];
    int file;
    size_t turn;
    uint64_t revision;
};

static size_t overwrite(struct bench *bench)
{
    static const char page[4096];
    if (pwrite(bench->file, page, sizeof page, 0) != sizeof page || fdatasync(bench->file) < 0)
        fail("overwrite", NULL);
    return 1;
}

/* TICKED items in turn, far apart, each time in another state: every tick is a change. */
static size_t tick(struct bench *bench, size_t n)
{
    struct err err = {0};
    uint64_t revision = 0, before = bench->revision;
    int r = store_begin(bench->store);
    for (size_t i = 0; r == 0 && i < n; i++) {
        size_t turn = bench->turn++, at = turn * 1009 % TICKED;
        const struct store_item *item = &bench->items[at / ITEMS][at % ITEMS];
        r = store_item_set(bench->store, item->id, (enum item_state)(1 + turn / TICKED % 2), 1,
                           &revision, &err);
    }
    if (r < 0 || store_commit(bench->store) < 0 || revision != before + n)
        fail("tick", &err);
    bench->revision = revision;
    return n;
}

static size_t tick_one(struct bench *bench)
{
    return tick(bench, 1);
}

static size_t tick_batch(struct bench *bench)
{
    return tick(bench, BATCH);
}

static double sync_all(struct bench *bench)
{
    struct err err = {0};
    double start = now_us();
    int r = store_begin(bench->store);
    for (size_t f = 0; r == 0 && f < FILES; f++) {
        char key[32];
        snprintf(key, sizeof key, "zh/file%zu", f);
        struct store_sync sync = {
            .topic = key + 3, .file = key, .items = bench->items[f], .n_items = ITEMS};
        r = store_sync_file(bench->store, &sync, &err);
    }
    if (r < 0 || store_commit(bench->store) < 0)
        fail("sync", &err);
    return (now_us() - start) / 1e3;
}

/*** Measuring ***/

static void round_of(struct measure *measure, size_t (*work)(struct bench *), struct bench *bench)
{
    double start = now_us(), end = start + ROUND_MS * 1e3, before = start;
    while (before < end && measure->n < SAMPLES_MAX) {
        measure->done += work(bench);
        double after = now_us();
        measure->samples[measure->n++] = after - before;
        before = after;
    }
    measure->seconds += (before - start) / 1e6;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double report(struct measure *measure)
{
    double rate = (double)measure->done / measure->seconds;
    qsort(measure->samples, measure->n, sizeof *measure->samples, compare);
    printf("%-26s %9.0f /s   p50 %6.0f us   p99 %6.0f us   (n = %zu)\n", measure->name, rate,
           measure->samples[measure->n / 2], measure->samples[measure->n * 99 / 100], measure->n);
    return rate;
}

static void make_items(struct bench *bench)
{
    for (size_t f = 0; f < FILES; f++) {
        for (size_t i = 0; i < ITEMS; i++) {
            char *text;
            if (asprintf(&text, "item %zu of file %zu: 写屏障为什么需要, and what it costs", i, f) <
                0)
                fail("items", NULL);
            bench->items[f][i] = (struct store_item){
                .text = text, .norm = text, .heading = i < ITEMS / 2 ? "A / B" : "A / C"};
        }
    }
}

int main(int argc, char **argv)
{
    static struct bench bench;
    struct err err = {0};
    char folder[256], path[300];
    snprintf(folder, sizeof folder, "%s/prepd-bench-XXXXXX", argc > 1 ? argv[1] : "/var/tmp");
    if (!mkdtemp(folder) || store_open(folder, &bench.store, &err) < 0)
        fail(folder, err.code ? &err : NULL);
    snprintf(path, sizeof path, "%s/raw", folder);
    bench.file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    samples = calloc(3 * (size_t)SAMPLES_MAX, sizeof *samples);
    if (bench.file < 0 || !samples)
        fail(path, NULL);
    make_items(&bench);
    printf("1000 files of 20 items: first sync %.0f ms", sync_all(&bench));
    printf(", again %.0f ms\n", sync_all(&bench));

    struct measure raw = {.name = "4 KiB overwrite+fdatasync", .samples = samples};
    struct measure one = {.name = "tick", .samples = samples + SAMPLES_MAX};
    struct measure batch = {.name = "64 ticks a batch", .samples = samples + 2 * SAMPLES_MAX};
    for (int round = 0; round < ROUNDS; round++) {
        round_of(&raw, overwrite, &bench);
        round_of(&one, tick_one, &bench);
        round_of(&batch, tick_batch, &bench);
    }
    double raw_rate = report(&raw), one_rate = report(&one), batch_rate = report(&batch);
    printf("one tick at a time / disk: %.2f (goal 0.7)   in batches / disk: %.1f\n",
           one_rate / raw_rate, batch_rate / raw_rate);
    store_close(bench.store);
    close(bench.file);
    snprintf(path, sizeof path, "rm -rf %s", folder);
    return system(path);
}
