/* run.c - `prepd run DEMO [name=value]...`: a demo in this terminal, in the same sandbox as from a
 * page.
 *
 * On a terminal a report to read (report.c); on a pipe the run's log as NDJSON, line by line as it
 * grows. Ctrl-C stops the run. Exit 0: it ended by itself and every check held. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "cmd/cmd.h"
#include "cmd/report.h"
#include "cmd/signals.h"
#include "runs/runs.h"

enum { PARAMS_MAX = 64 };

struct arguments {
    char *demo;
    const char *names[PARAMS_MAX], *values[PARAMS_MAX];
    size_t n;
    struct paths paths;
    bool unsafe_run;
};

static void add_param(struct arguments *args, char *pair, struct argp_state *state)
{
    char *equals = strchr(pair, '=');
    if (!equals || args->n == PARAMS_MAX)
        argp_error(state, "a parameter is written name=value: %s", pair);
    *equals = '\0';
    args->names[args->n] = pair;
    args->values[args->n++] = equals + 1;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct arguments *args = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &args->paths;
        state->child_inputs[1] = &args->unsafe_run;
        return 0;
    case ARGP_KEY_ARG:
        if (args->demo)
            add_param(args, arg, state);
        else
            args->demo = arg;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state,
                   "say which demo: prepd run DEMO [name=value]... (prepd demos lists them)");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {
    {&paths_argp, 0, NULL, 0}, {&unsafe_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {NULL,
                                 parse,
                                 "DEMO [name=value]...",
                                 "Runs a demo in its sandbox and shows what it measures.",
                                 children,
                                 NULL,
                                 NULL};

/*** Following the run ***/

struct terminal {
    struct loop *loop;
    struct runs *runs;
    struct run *run;
    struct report *report; /* NULL on a pipe */
    uint64_t shown;        /* lines */
    struct runlog_waiter waiter;
    struct signals signals;
};

static void show(void *ud)
{
    struct terminal *terminal = ud;
    struct runlog *log = run_log(terminal->run);
    cleanup_text struct text lines = {0};
    uint64_t count = runlog_count(log);
    runlog_wait(&terminal->waiter);
    if (count > terminal->shown) {
        runlog_ndjson(log, terminal->shown + 1, count, &lines);
        runlog_stored(log, terminal->shown + 1, count); /* nobody asks for them again */
        terminal->shown = count;
        if (terminal->report)
            report_lines(terminal->report, lines.data, lines.len);
        else if (fwrite(lines.data, 1, lines.len, stdout) != lines.len || fflush(stdout) != 0)
            runs_stop(terminal->runs, terminal->run); /* nobody reads any more */
    }
    if (runlog_is_closed(log))
        loop_stop(terminal->loop);
}

static void interrupt(void *ud)
{
    struct terminal *terminal = ud;
    runs_stop(terminal->runs, terminal->run);
}

/* 0 if the demo ended by itself with status 0 and no check failed. */
static int verdict(const struct run *run)
{
    json_t *summary = run_summary(run);
    const json_t *end = json_object_get(summary, "exit");
    const json_t *code = json_object_get(end, "code");
    bool good = json_is_integer(code) && json_integer_value(code) == 0 &&
                !json_is_true(json_object_get(end, "stopped"));
    size_t i;
    json_t *check;
    json_array_foreach (json_object_get(summary, "checks"), i, check)
        good = good && json_is_true(json_object_get(check, "ok"));
    json_decref(summary);
    return good ? EXIT_OK : EXIT_FAILED;
}

static int follow(struct terminal *terminal, struct err *err)
{
    int r = signals_watch(&terminal->signals, terminal->loop, interrupt, terminal, err);
    if (r < 0)
        return r;
    terminal->waiter = (struct runlog_waiter){.wake = show, .ud = terminal};
    if (runlog_join(run_log(terminal->run), &terminal->waiter) < 0)
        return err_set(err, ENOMEM, "out of memory");
    show(terminal);
    r = loop_run(terminal->loop);
    runlog_leave(&terminal->waiter);
    return r < 0 ? err_set(err, -r, "the event loop failed: %s", strerror(-r)) : 0;
}

static int run_in_terminal(struct terminal *terminal, const struct demo *demo, json_t *params,
                           struct err *err)
{
    int r = runs_start(terminal->runs, demo, params, &terminal->run, err);
    if (r < 0)
        return r;
    if (isatty(STDOUT_FILENO))
        terminal->report = report_new(demo, stdout);
    r = follow(terminal, err);
    int status = r < 0 ? r : verdict(terminal->run);
    report_free(terminal->report);
    run_unref(terminal->run);
    return status;
}

/* Returns an exit status, or a negative errno with err filled. */
static int open_and_run(struct arguments *args, struct runner_link *link, struct err *err)
{
    struct catalogue *catalogue = NULL;
    struct terminal terminal = {.signals.fd = -1};
    json_t *params = NULL;
    int r = catalogue_load(args->paths.demo_dirs, args->paths.n_demo_dirs, &catalogue, err);
    const struct demo *demo = r == 0 ? catalogue_find(catalogue, args->demo) : NULL;
    if (r == 0 && !demo)
        r = err_set(err, ENOENT, "there is no demo \"%s\"; prepd demos lists them", args->demo);
    if (r == 0)
        r = demo_params_from_strings(demo, args->names, args->values, args->n, &params, err);
    if (r == 0)
        r = loop_new(&terminal.loop, err);
    if (r == 0) {
        struct runs_options options = {.loop = terminal.loop,
                                       .catalogue = catalogue,
                                       .link = steal_ptr(&link),
                                       .max_running = 1};
        r = runs_new(&options, &terminal.runs, err);
    }
    if (r == 0)
        r = run_in_terminal(&terminal, demo, params, err);
    runs_free(terminal.runs);
    runs_unfork(link);
    json_decref(params);
    loop_free(terminal.loop);
    signals_close(&terminal.signals);
    catalogue_free(catalogue);
    return r;
}

int cmd_run(int argc, char **argv)
{
    struct arguments args = {0};
    struct err err = {0};
    struct runner_link *link = NULL;
    argp_parse(&argp, argc, argv, 0, NULL, &args);
    int r = paths_resolve(&args.paths, &err);
    if (r == 0)
        r = args.unsafe_run ? runs_fork_unsafe(&link, &err) : runs_fork(&link, &err);
    if (r == 0)
        r = open_and_run(&args, link, &err);
    if (r < 0)
        log_error("%s", err.text);
    paths_free(&args.paths);
    return r < 0 ? EXIT_USAGE : r;
}
