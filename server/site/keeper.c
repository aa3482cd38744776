/* keeper.c - see keeper.h.
 *
 * Jobs are copies of what they store, so the run may go on meanwhile. While a run goes on, one job
 * with lines is under way at a time: if it fails (the disk is full), its lines are still in memory
 * and go with the next. */
#include "site/keeper.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

enum { FLUSH_MS = 1000, FLUSH_BYTES = 1 << 20, PART_BYTES = 64 * 1024 };

/* Of stored logs, all runs together: the oldest runs go first. */
#define KEEP_BYTES (512UL << 20)

/* Follows one run until it ends; the site lists those under way, at most as many as runs go on at
 * once. */
struct keeper {
    struct site *site;
    struct run *run; /* a reference */
    struct loop_timer *timer;
    struct runlog_waiter waiter;
    uint64_t kept;       /* lines that are stored */
    uint64_t handed;     /* lines that are, or are with the worker */
    uint64_t bytes_then; /* of the log's stream, when they were handed over */
    struct keeper *next;
};

enum save_kind { SAVE_START, SAVE_LINES, SAVE_END };

struct save {
    struct site *site;
    enum save_kind kind;
    char id[ID_SIZE];
    char demo[64];
    char *json; /* params or summary */
    struct runlog *log;
    struct text lines;
    uint64_t first, last;
    int64_t wall_ms;
    struct err err;
};

/*** Jobs ***/

/* In parts of whole lines, about as large as the pages in which they will be read. */
static int save_lines(struct save *save)
{
    const char *part = save->lines.data, *end = part + save->lines.len;
    uint64_t first = save->first;
    while (part < end) {
        const char *stop = part;
        uint64_t n = 0;
        for (; stop < end && stop - part < PART_BYTES; n++)
            stop = (const char *)memchr(stop, '\n', (size_t)(end - stop)) + 1;
        int r = store_run_append(save->site->store, save->id, first, n, part, (size_t)(stop - part),
                                 &save->err);
        if (r < 0)
            return r;
        first += n;
        part = stop;
    }
    return 0;
}

static int save_work(void *job)
{
    struct save *save = job;
    struct store *store = save->site->store;
    switch (save->kind) {
    case SAVE_START: {
        struct store_run run = {.params = save->json, .started_ms = save->wall_ms};
        memcpy(run.id, save->id, sizeof run.id);
        memcpy(run.demo, save->demo, sizeof run.demo);
        return store_run_start(store, &run, &save->err);
    }
    case SAVE_LINES:
        return save_lines(save);
    case SAVE_END: {
        int r = store_run_end(store, save->id, save->json, save->wall_ms, &save->err);
        return r < 0 ? r : store_runs_trim(store, KEEP_BYTES, &save->err);
    }
    }
    return -EINVAL;
}

static void save_free(struct save *save)
{
    if (!save)
        return;
    runlog_unref(save->log);
    free(save->json);
    text_free(&save->lines);
    free(save);
}

/* The keeper of a run that still goes on. */
static struct keeper *keeper_of(const struct site *site, const char *id)
{
    struct keeper *keeper = site->keepers;
    while (keeper && strcmp(run_id(keeper->run), id) != 0)
        keeper = keeper->next;
    return keeper;
}

static void lines_done(const struct save *save, int status)
{
    struct keeper *keeper = keeper_of(save->site, save->id);
    if (status == 0)
        runlog_stored(save->log, save->first, save->last);
    if (keeper && status == 0)
        keeper->kept = save->last;
    if (keeper)
        keeper->handed = keeper->kept;
}

static void save_done(void *job, int status)
{
    struct save *save = job;
    if (status < 0)
        log_warning("run %s could not be stored: %s", save->id,
                    save->err.text[0] ? save->err.text : strerror(-status));
    if (save->kind == SAVE_LINES)
        lines_done(save, status);
    save_free(save);
}

static struct save *save_new(const struct keeper *keeper, enum save_kind kind)
{
    struct save *save = calloc(1, sizeof *save);
    if (!save)
        return NULL;
    save->site = keeper->site;
    save->kind = kind;
    save->log = runlog_ref(run_log(keeper->run));
    save->wall_ms = clock_wall_ms();
    snprintf(save->id, sizeof save->id, "%s", run_id(keeper->run));
    return save;
}

/* Takes save, which may be NULL; what it lacks for want of memory is reported like any failure. */
static bool save_submit(struct keeper *keeper, struct save *save, bool complete)
{
    if (save && complete && worker_submit(keeper->site->worker, save_work, save_done, save) == 0)
        return true;
    log_warning("run %s could not be stored: out of memory", run_id(keeper->run));
    save_free(save);
    return false;
}

/*** Following a run ***/

static void keep_lines(struct keeper *keeper)
{
    struct runlog *log = run_log(keeper->run);
    uint64_t last = runlog_count(log);
    if (last == keeper->handed)
        return;
    struct save *save = save_new(keeper, SAVE_LINES);
    bool complete = false;
    if (save) {
        save->first = keeper->handed + 1;
        save->last = last;
        complete = runlog_ndjson(log, save->first, last, &save->lines) == 0 && !save->lines.failed;
    }
    if (!save_submit(keeper, save, complete))
        return;
    keeper->handed = last;
    keeper->bytes_then = runlog_bytes(log);
}

static bool is_saving(const struct keeper *keeper)
{
    return keeper->handed != keeper->kept;
}

static void keeper_tick(void *ud)
{
    struct keeper *keeper = ud;
    if (!is_saving(keeper))
        keep_lines(keeper);
    keeper->timer = loop_after(keeper->site->loop, FLUSH_MS, keeper_tick, keeper);
}

/* A demo that prints a lot is stored sooner, so that its log may leave memory. */
static void keeper_wake(void *ud)
{
    struct keeper *keeper = ud;
    struct runlog *log = run_log(keeper->run);
    if (!is_saving(keeper) && runlog_bytes(log) - keeper->bytes_then >= FLUSH_BYTES)
        keep_lines(keeper);
    runlog_wait(&keeper->waiter);
}

static char *dump(const json_t *json)
{
    return json ? json_dumps(json, JSON_COMPACT) : NULL;
}

void keeper_started(struct run *run, void *ud)
{
    struct site *site = ud;
    site->runs_revision++;
    struct keeper *keeper = calloc(1, sizeof *keeper);
    if (!keeper) {
        log_warning("run %s will not be stored: out of memory", run_id(run));
        return;
    }
    *keeper = (struct keeper){.site = site, .run = run_ref(run), .next = site->keepers};
    keeper->waiter = (struct runlog_waiter){.wake = keeper_wake, .ud = keeper};
    if (runlog_join(run_log(run), &keeper->waiter) == 0) /* else it is stored by the clock alone */
        runlog_wait(&keeper->waiter);
    site->keepers = keeper;
    struct save *save = save_new(keeper, SAVE_START);
    if (save) {
        snprintf(save->demo, sizeof save->demo, "%s", run_demo(run)->id);
        save->wall_ms = run_started_wall_ms(run);
        save->json = dump(run_params(run));
    }
    save_submit(keeper, save, save && save->json);
    keeper->timer = loop_after(site->loop, FLUSH_MS, keeper_tick, keeper);
}

static void keep_end(struct keeper *keeper)
{
    keep_lines(keeper);
    struct save *save = save_new(keeper, SAVE_END);
    if (save) {
        json_t *summary = run_summary(keeper->run);
        save->json = dump(summary);
        json_decref(summary);
    }
    save_submit(keeper, save, save && save->json);
    loop_cancel(keeper->site->loop, keeper->timer);
    runlog_leave(&keeper->waiter);
    run_unref(keeper->run);
}

void keeper_ended(struct run *run, void *ud)
{
    struct site *site = ud;
    for (struct keeper **at = &site->keepers; *at; at = &(*at)->next) {
        struct keeper *keeper = *at;
        if (keeper->run != run)
            continue;
        *at = keeper->next;
        keep_end(keeper);
        free(keeper);
        return;
    }
}

/*** Reading back ***/

struct load {
    struct site *site;
    char id[ID_SIZE];
    bool with_log;
    void (*done)(void *ud, struct kept_run *kept, const struct err *err);
    void *ud;
    struct kept_run kept;
    struct err err;
};

static int load_work(void *job)
{
    struct load *load = job;
    struct store *store = load->site->store;
    uint64_t next;
    cleanup_text struct text log = {0};
    int r = store_run_get(store, load->id, &load->kept.run, &load->err);
    if (r == 0 && load->with_log)
        r = store_run_lines(store, load->id, 1, KEPT_LOG_MAX, &log, &next, &load->err);
    if (r < 0 || !load->with_log)
        return r;
    load->kept.ndjson = text_steal(&log, &load->kept.ndjson_len);
    return load->kept.ndjson ? 0 : err_set(&load->err, ENOMEM, "out of memory");
}

static void load_done(void *job, int status)
{
    struct load *load = job;
    if (status < 0 && !load->err.code)
        err_set(&load->err, -status, "the run could not be read: %s", strerror(-status));
    load->done(load->ud, &load->kept, status < 0 ? &load->err : NULL);
    kept_run_clear(&load->kept);
    free(load);
}

int keeper_load(struct site *site, const char *id, bool with_log,
                void (*done)(void *ud, struct kept_run *kept, const struct err *err), void *ud)
{
    struct load *load = calloc(1, sizeof *load);
    if (!load)
        return -ENOMEM;
    *load = (struct load){.site = site, .with_log = with_log, .done = done, .ud = ud};
    snprintf(load->id, sizeof load->id, "%s", id);
    int r = worker_submit(site->worker, load_work, load_done, load);
    if (r < 0)
        free(load);
    return r;
}

void kept_run_clear(struct kept_run *kept)
{
    store_run_clear(&kept->run);
    free(kept->ndjson);
    kept->ndjson = NULL;
}

/* A run that prepd did not survive has no summary: it is told from its row. */
json_t *kept_run_summary(const struct kept_run *kept)
{
    json_t *summary = kept->run.summary ? json_loads(kept->run.summary, 0, NULL) : NULL;
    if (!summary) {
        json_t *params = kept->run.params ? json_loads(kept->run.params, 0, NULL) : NULL;
        summary = json_pack("{s:s, s:s, s:o, s:s, s:{}, s:[], s:n}", "run", kept->run.id, "demo",
                            kept->run.demo, "params", params ? params : json_object(), "state",
                            "lost", "metrics", "checks", "exit");
    }
    json_object_set_new(summary, "started", json_integer(kept->run.started_ms));
    json_object_set_new(summary, "ended", json_integer(kept->run.ended_ms));
    return summary;
}
