/* api_runs.c - starting, following, listing and deleting runs.
 *
 * A run is looked for in memory first (it goes on, or ended a moment ago), then in the store; both give the same bytes. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "site/handlers.h"
#include "site/keeper.h"

/*** Start and stop ***/

/* {"params":{…}} or nothing. Answers itself and returns -1 if it is neither. *ret_params may become NULL. */
static int read_params(struct http_request *req, json_t **ret_body, const json_t **ret_params)
{
    size_t len;
    const char *text = http_body(req, &len);
    json_error_t error;
    *ret_body = len ? json_loadb(text, len, JSON_REJECT_DUPLICATES, &error) : json_object();
    *ret_params = json_object_get(*ret_body, "params");
    if (!*ret_body)
        http_reply_error(req, 400, "bad_json", NULL, "the body is not JSON: %s (line %d, column %d)",
                         error.text, error.line, error.column);
    else if (!json_is_object(*ret_body))
        http_reply_error(req, 400, "bad_json", NULL, "the body must be a JSON object");
    else if (*ret_params && !json_is_object(*ret_params))
        http_reply_error(req, 400, "bad_request", "params", "params must be a JSON object");
    else
        return 0;
    return -1;
}

static void reply_started(struct http_request *req, struct run *run)
{
    char location[64] = "/api/runs/";
    strncat(location, run_id(run), sizeof location - strlen(location) - 1);
    http_set_header(req, "Location", location);
    reply_json(req, 201, json_pack("{s:s}", "run", run_id(run)));
}

static void start(struct http_request *req, const struct demo *demo, const json_t *params)
{
    struct err err = {0};
    json_t *full = NULL;
    struct run *run = NULL;
    int r = demo_params_check(demo, params, &full, &err);
    if (r == 0)
        r = runs_start(site_of(req)->runs, demo, full, &run, &err);
    json_decref(full);
    if (r < 0)
        reply_err(req, &err);
    else
        reply_started(req, run);
    run_unref(run);
}

void api_run_start(struct http_request *req)
{
    const char *id = http_param(req, "demo");
    const struct demo *demo = catalogue_find(site_of(req)->catalogue, id);
    json_t *body = NULL;
    const json_t *params;
    if (!demo)
        http_reply_error(req, 404, "not_found", "demo", "there is no demo \"%s\"", id);
    else if (read_params(req, &body, &params) == 0)
        start(req, demo, params);
    json_decref(body);
}

static void reply_no_run(struct http_request *req)
{
    http_reply_error(req, 404, "not_found", "run", "there is no such run");
}

void api_run_stop(struct http_request *req)
{
    struct site *site = site_of(req);
    struct run *run = runs_find(site->runs, http_param(req, "run"));
    if (!run) {
        reply_no_run(req);
        return;
    }
    runs_stop(site->runs, run);
    reply_json(req, 202, json_pack("{s:s}", "run", run_id(run)));
}

/*** One run ***/

/* True if the request names a run that can be in the store; answers 404 if not. */
static bool run_id_ok(struct http_request *req)
{
    bool ok = id_is_valid(http_param(req, "run"));
    if (!ok)
        reply_no_run(req);
    return ok;
}

/* Has the stored run loaded and the request answered by done. */
static void load_for(struct http_request *req, bool with_log,
                     void (*done)(void *ud, struct kept_run *kept, const struct err *err))
{
    if (!run_id_ok(req))
        return;
    if (keeper_load(site_of(req), http_param(req, "run"), with_log, done, req) < 0)
        reply_err(req, &(struct err){.code = ENOMEM});
    else
        http_defer(req);
}

static void summary_loaded(void *ud, struct kept_run *kept, const struct err *err)
{
    if (err)
        reply_err(ud, err);
    else
        reply_json(ud, 200, kept_run_summary(kept));
}

void api_run(struct http_request *req)
{
    struct run *run = runs_find(site_of(req)->runs, http_param(req, "run"));
    if (!run) {
        load_for(req, false, summary_loaded);
        return;
    }
    json_t *summary = run_summary(run);
    json_object_set_new(summary, "started", json_integer(run_started_wall_ms(run)));
    reply_json(req, 200, summary);
}

static void log_loaded(void *ud, struct kept_run *kept, const struct err *err)
{
    if (err) {
        reply_err(ud, err);
        return;
    }
    struct text body = {.data = kept->ndjson, .len = kept->ndjson_len, .cap = kept->ndjson_len + 1};
    kept->ndjson = NULL;
    http_reply(ud, 200, "application/x-ndjson", &body);
}

void api_run_log(struct http_request *req)
{
    struct run *run = runs_find(site_of(req)->runs, http_param(req, "run"));
    struct text body = {0};
    if (!run) {
        load_for(req, true, log_loaded);
        return;
    }
    if (runlog_ndjson(run_log(run), 1, runlog_count(run_log(run)), &body) < 0)
        reply_err(req, &(struct err){.code = ENOMEM});
    else
        http_reply(req, 200, "application/x-ndjson", &body);
    text_free(&body);
}

/*** The stream ***/

struct follower {
    struct runlog *log; /* a reference */
    uint64_t offset;
    struct runlog_waiter waiter;
    struct http_stream *stream;
};

static ssize_t follower_read(void *ud, char *buf, size_t max)
{
    struct follower *follower = ud;
    ssize_t n = runlog_read(follower->log, follower->offset, buf, max);
    if (n > 0)
        follower->offset += (uint64_t)n;
    return n;
}

static void follower_gone(void *ud)
{
    struct follower *follower = ud;
    runlog_unwait(&follower->waiter);
    runlog_unref(follower->log);
    free(follower);
}

static void follower_wake(void *ud)
{
    struct follower *follower = ud;
    http_stream_wake(follower->stream);
}

/* EventSource sends the number of the last event it got; anything but a number is a client's mistake. */
static bool read_last_id(struct http_request *req, uint64_t *ret)
{
    const char *last = http_header(req, "Last-Event-ID");
    *ret = 0;
    if (!last || !*last || parse_u64(last, UINT64_MAX, ret))
        return true;
    http_reply_error(req, 400, "bad_request", "Last-Event-ID",
                     "Last-Event-ID must be the number of an event");
    return false;
}

static void follow(struct http_request *req, struct runlog *log)
{
    static const struct http_stream_ops ops = {.read = follower_read, .gone = follower_gone};
    uint64_t last;
    if (!read_last_id(req, &last))
        return;
    struct follower *follower = calloc(1, sizeof *follower);
    if (!follower) {
        reply_err(req, &(struct err){.code = ENOMEM});
        return;
    }
    follower->log = runlog_ref(log);
    follower->offset = runlog_offset_after(log, last);
    follower->waiter = (struct runlog_waiter){.wake = follower_wake, .ud = follower};
    runlog_wait(log, &follower->waiter);
    http_reply_stream(req, &ops, follower, &follower->stream);
}

/* A log made again from its stored lines: the same bytes as when it was new. NULL if out of memory. */
static struct runlog *log_from_ndjson(const char *ndjson, size_t len)
{
    struct runlog *log = runlog_new();
    const char *end = ndjson + len;
    for (const char *line = ndjson; log && line < end;) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        size_t n = (size_t)((stop ? stop : end) - line);
        json_t *event = json_loadb(line, n, 0, NULL);
        const char *kind = json_string_value(json_object_get(event, "event"));
        if (kind && runlog_append(log, kind, line, n) < 0) {
            runlog_unref(log);
            log = NULL;
        }
        json_decref(event);
        line += n + 1;
    }
    if (log)
        runlog_close(log);
    return log;
}

static void events_loaded(void *ud, struct kept_run *kept, const struct err *err)
{
    if (err) {
        reply_err(ud, err);
        return;
    }
    struct runlog *log = log_from_ndjson(kept->ndjson, kept->ndjson_len);
    if (log)
        follow(ud, log);
    else
        reply_err(ud, &(struct err){.code = ENOMEM});
    runlog_unref(log);
}

void api_run_events(struct http_request *req)
{
    struct run *run = runs_find(site_of(req)->runs, http_param(req, "run"));
    if (run)
        follow(req, run_log(run));
    else
        load_for(req, true, events_loaded);
}
