/* api_runs.c - starting, following, listing and deleting runs.
 *
 * A run is looked for in memory first (it goes on, or ended a moment ago), then in the store; both
 * give the same bytes (run_reader.h). */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "site/handlers.h"
#include "site/keeper.h"
#include "site/run_reader.h"

/*** Start and stop ***/

/* {"params":{…}} or nothing. Answers itself and returns -1 if it is neither. *ret_params may become
 * NULL. */
static int read_params(struct http_request *req, json_t **ret_body, const json_t **ret_params)
{
    size_t len;
    const char *text = http_body(req, &len);
    json_error_t error;
    *ret_body = len ? json_loadb(text, len, JSON_REJECT_DUPLICATES, &error) : json_object();
    *ret_params = json_object_get(*ret_body, "params");
    if (!*ret_body)
        http_reply_error(req, 400, "bad_json", NULL,
                         "the body is not JSON: %s (line %d, column %d)", error.text, error.line,
                         error.column);
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
static void load_for(struct http_request *req,
                     void (*done)(void *ud, struct kept_run *kept, const struct err *err))
{
    if (!run_id_ok(req))
        return;
    if (keeper_load(site_of(req), http_param(req, "run"), false, done, req) < 0)
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
        load_for(req, summary_loaded);
        return;
    }
    json_t *summary = run_summary(run);
    json_object_set_new(summary, "started", json_integer(run_started_wall_ms(run)));
    reply_json(req, 200, summary);
}

/*** Its log ***/

static ssize_t reader_read(void *reader, char *buf, size_t max)
{
    return run_reader_read(reader, buf, max);
}

static void reader_gone(void *reader)
{
    run_reader_free(reader);
}

static void wake_stream(void *stream)
{
    http_stream_wake(stream);
}

/* Answers with the log after line `after`; `log` is NULL if it is only in the store. */
static void follow(struct http_request *req, struct runlog *log, enum run_form form, uint64_t after)
{
    static const struct http_stream_ops ops[] = {
        [RUN_EVENTS] = {NULL, reader_read, reader_gone},
        [RUN_NDJSON] = {"application/x-ndjson", reader_read, reader_gone},
    };
    struct run_reader_options options = {.site = site_of(req),
                                         .id = http_param(req, "run"),
                                         .log = log,
                                         .form = form,
                                         .after = after};
    struct run_reader *reader = run_reader_new(&options);
    struct http_stream *stream;
    if (!reader) {
        reply_err(req, &(struct err){.code = ENOMEM});
        return;
    }
    http_reply_stream(req, &ops[form], reader, &stream);
    if (stream) /* else the reader is gone */
        run_reader_on_wake(reader, wake_stream, stream);
}

static void log_found(void *ud, struct kept_run *kept, const struct err *err)
{
    (void)kept;
    if (err)
        reply_err(ud, err);
    else
        follow(ud, NULL, RUN_NDJSON, 0);
}

void api_run_log(struct http_request *req)
{
    struct run *run = runs_find(site_of(req)->runs, http_param(req, "run"));
    if (run)
        follow(req, run_log(run), RUN_NDJSON, 0);
    else
        load_for(req, log_found);
}

/* EventSource sends the number of the last event it got; anything but a number is a client's
 * mistake. */
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

static void events_found(void *ud, struct kept_run *kept, const struct err *err)
{
    uint64_t last;
    (void)kept;
    if (err)
        reply_err(ud, err);
    else if (read_last_id(ud, &last))
        follow(ud, NULL, RUN_EVENTS, last);
}

void api_run_events(struct http_request *req)
{
    struct run *run = runs_find(site_of(req)->runs, http_param(req, "run"));
    uint64_t last;
    if (!run)
        load_for(req, events_found);
    else if (read_last_id(req, &last))
        follow(req, run_log(run), RUN_EVENTS, last);
}
