/* api_history.c - GET /api/runs, DELETE /api/runs/RUN: the runs that were stored. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "site/handlers.h"
#include "site/keeper.h"

enum { HISTORY_MAX = 200 };

struct history {
    struct http_request *req;
    struct site *site;
    char demo[64]; /* "": all */
    char id[ID_SIZE];
    json_t *runs;
    struct err err;
};

static struct history *history_new(struct http_request *req)
{
    struct history *history = calloc(1, sizeof *history);
    if (history)
        *history = (struct history){.req = req, .site = site_of(req)};
    return history;
}

/* Submits the job that takes `history`, or answers 503. */
static void history_submit(struct http_request *req, struct history *history,
                           int (*work)(void *job), void (*done)(void *job, int status))
{
    if (!history || worker_submit(site_of(req)->worker, work, done, history) < 0) {
        free(history);
        reply_err(req, &(struct err){.code = ENOMEM});
        return;
    }
    http_defer(req);
}

static int each_run(const struct store_run *run, void *ud)
{
    struct history *history = ud;
    struct kept_run kept = {.run = *run};
    return json_array_append_new(history->runs, kept_run_summary(&kept)) < 0;
}

static int list_work(void *job)
{
    struct history *history = job;
    history->runs = json_array();
    return store_run_list(history->site->store, history->demo[0] ? history->demo : NULL,
                          HISTORY_MAX, each_run, history, &history->err);
}

static void history_fail(struct history *history, int status)
{
    if (!history->err.code)
        err_set(&history->err, -status, "the stored runs cannot be read: %s", strerror(-status));
    reply_err(history->req, &history->err);
}

static void list_done(void *job, int status)
{
    struct history *history = job;
    if (status < 0) {
        json_decref(history->runs);
        history_fail(history, status);
    } else {
        reply_json(history->req, 200, json_pack("{s:o}", "runs", history->runs));
    }
    free(history);
}

void api_runs(struct http_request *req)
{
    const char *demo = http_query(req, "demo");
    struct history *history = history_new(req);
    if (history && demo)
        snprintf(history->demo, sizeof history->demo, "%s", demo);
    history_submit(req, history, list_work, list_done);
}

static int delete_work(void *job)
{
    struct history *history = job;
    return store_run_delete(history->site->store, history->id, &history->err);
}

static void delete_done(void *job, int status)
{
    struct history *history = job;
    struct runs *runs = history->site->runs;
    struct run *run = runs_find(runs, history->id);
    struct text none = {0};
    if (run && (status == 0 || status == -ENOENT)) {
        runs_forget(runs, run);
        status = 0; /* it may never have been stored */
    }
    history->site->runs_revision++;
    if (status < 0)
        history_fail(history, status);
    else
        http_reply(history->req, 204, "application/json", &none);
    free(history);
}

void api_run_delete(struct http_request *req)
{
    const char *id = http_param(req, "run");
    struct run *run = runs_find(site_of(req)->runs, id);
    if (!id_is_valid(id)) {
        http_reply_error(req, 404, "not_found", "run", "there is no such run");
        return;
    }
    if (run && run_state(run) != RUN_ENDED) {
        http_reply_error(req, 409, "running", "run", "the run still goes on; stop it first");
        return;
    }
    struct history *history = history_new(req);
    if (history)
        snprintf(history->id, sizeof history->id, "%s", id);
    history_submit(req, history, delete_work, delete_done);
}
