/* run.c - what a run is, how it ends, and its summary; see run.h. */
#include "runs/run.h"

#include <stdlib.h>
#include <string.h>

/*** Life ***/

struct run *run_new(struct runs *runs, const struct demo *demo, const json_t *params)
{
    struct run *run = calloc(1, sizeof *run);
    if (!run)
        return NULL;
    *run = (struct run){
        .refs = 1,
        .runs = runs,
        .demo = demo,
        .params = json_deep_copy(params),
        .created_wall_ms = clock_wall_ms(),
        .log = runlog_new(),
        .out.fd = -1,
        .err.fd = -1,
        .metrics = json_object(),
        .checks = json_object(),
    };
    id_new(run->id);
    if (run->params && run->log && run->metrics && run->checks)
        return run;
    run_unref(run);
    return NULL;
}

struct run *run_ref(struct run *run)
{
    run->refs++;
    return run;
}

void run_unref(struct run *run)
{
    if (!run || --run->refs > 0)
        return;
    runlog_unref(run->log);
    json_decref(run->params);
    json_decref(run->metrics);
    json_decref(run->checks);
    json_decref(run->exit_json);
    free(run);
}

/*** The end ***/

/* Everything the demo could still say is in the pipes by now, unless somebody else holds them open.
 */
static void drain_over(void *ud)
{
    struct run *run = ud;
    run->drain = NULL;
    run_output_close(run);
    run_settle(run);
}

void run_exited(struct run *run, const struct wire_exit *exit)
{
    run->exit = *exit;
    run->exit_known = true;
    if (!run->limit)
        run->limit = (enum run_limit)exit->limit;
    if (run->out.fd >= 0 || run->err.fd >= 0) {
        run->drain = loop_after(runs_loop(run->runs), DRAIN_MS, drain_over, run);
        if (!run->drain)
            run_output_close(run);
    }
    run_settle(run);
}

void run_settle(struct run *run)
{
    if (run->state == RUN_ENDED || !run->exit_known || run->out.fd >= 0 || run->err.fd >= 0)
        return;
    loop_cancel(runs_loop(run->runs), run->drain);
    run->drain = NULL;
    run_say_end(run);
    run->state = RUN_ENDED;
    runlog_close(run->log);
    runs_run_ended(run->runs, run);
}

void run_abandon(struct run *run)
{
    run_output_close(run);
    loop_cancel(runs_loop(run->runs), run->drain);
    run->drain = NULL;
    run->state = RUN_ENDED;
    runlog_close(run->log);
    run->runs = NULL;
}

/*** Looking at it ***/

const char *run_id(const struct run *run)
{
    return run->id;
}

const struct demo *run_demo(const struct run *run)
{
    return run->demo;
}

const json_t *run_params(const struct run *run)
{
    return run->params;
}

enum run_state run_state(const struct run *run)
{
    return run->state;
}

struct runlog *run_log(struct run *run)
{
    return run->log;
}

int64_t run_started_wall_ms(const struct run *run)
{
    return run->created_wall_ms;
}

static json_t *checks_list(const struct run *run)
{
    json_t *list = json_array(), *check;
    const char *id;
    json_object_foreach (run->checks, id, check)
        json_array_append(list, check);
    return list;
}

json_t *run_summary(const struct run *run)
{
    static const char *const states[] = {"queued", "running", "ended"};
    json_t *limit = run->limit ? json_string(run_limit_name(run->limit)) : json_null();
    return json_pack("{s:s, s:s, s:O, s:s, s:o, s:o, s:O?, s:o, s:I}", "run", run->id, "demo",
                     run->demo->id, "params", run->params, "state", states[run->state], "metrics",
                     json_deep_copy(run->metrics), "checks", checks_list(run), "exit",
                     run->exit_json, "limit", limit, "lines", (json_int_t)runlog_count(run->log));
}
