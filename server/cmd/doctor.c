/* doctor.c - `prepd doctor`: what works here, tried rather than guessed, and the command that mends
 * what does not.
 *
 * Exit 0: everything works; 1: something does not. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "cmd/cmd.h"
#include "runs/runs.h"
#include "store/store.h"

static error_t parse(int key, char *arg, struct argp_state *state)
{
    if (key == ARGP_KEY_INIT)
        state->child_inputs[0] = state->input;
    else if (key == ARGP_KEY_ARG)
        argp_error(state, "doctor takes no argument: %s", arg);
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp_child children[] = {{&paths_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    NULL,     parse,
    NULL,     "Tries what prepd needs from this machine and says how to mend the rest.",
    children, NULL,
    NULL};

static int said(bool good, const char *what, const char *text)
{
    printf("%-7s %-10s %s\n", good ? "ok" : "PROBLEM", what, text);
    return good ? 0 : 1;
}

static int examine_data(const struct paths *paths)
{
    struct err err = {0};
    struct store *store = NULL;
    int r = store_open(paths->data_dir, &store, &err);
    int problems = r == 0 ? said(true, "data", paths->data_dir)
                   : r == -EBUSY
                       ? said(true, "data", err.text) /* a prepd that serves is no problem */
                       : said(false, "data", err.text);
    store_close(store);
    return problems;
}

static int examine_notes(const struct paths *paths)
{
    struct err err = {0};
    struct library *library = NULL;
    char text[64];
    size_t n;
    if (library_scan(paths->sources, paths->n_sources, NULL, &library, &err) < 0)
        return said(false, "notes", err.text);
    library_topics(library, &n);
    snprintf(text, sizeof text, "%zu topics", n);
    library_free(library);
    return said(n > 0, "notes", text);
}

static int examine_demos(const struct catalogue *catalogue, const struct runs *runs)
{
    size_t n;
    int problems = 0;
    const struct demo *demos = catalogue_demos(catalogue, &n);
    for (size_t i = 0; i < n; i++) {
        struct err why = {0};
        char what[96];
        snprintf(what, sizeof what, "demo %s", demos[i].id);
        bool good = runs_can_run(runs, &demos[i], &why) == 0;
        problems += said(good, what, good ? "can run" : why.text);
    }
    return problems;
}

/* Under namespaces it is a second net, and a kernel without it will do. */
static int examine_landlock(const struct sandbox_report *report)
{
    char text[96];
    if (report->landlock)
        snprintf(text, sizeof text, "ABI %d", report->landlock);
    else
        snprintf(text, sizeof text, "not in this kernel; mend: boot with lsm=landlock,...");
    return said(report->landlock || report->mode > SANDBOX_PROCESS, "landlock", text);
}

static int examine_runs(const struct paths *paths, struct runner_link *link)
{
    struct err err = {0};
    struct loop *loop = NULL;
    struct catalogue *catalogue = NULL;
    struct runs *runs = NULL;
    int problems = 0;
    if (catalogue_load(paths->demo_dirs, paths->n_demo_dirs, &catalogue, &err) < 0 ||
        loop_new(&loop, &err) < 0) {
        problems = said(false, "demos", err.text);
    } else {
        struct runs_options options = {
            .loop = loop, .catalogue = catalogue, .link = steal_ptr(&link), .max_running = 1};
        if (runs_new(&options, &runs, &err) < 0) {
            problems = said(false, "runner", err.text);
        } else {
            const struct sandbox_report *report = runs_sandbox(runs);
            problems += said(report->mode == SANDBOX_NAMESPACES, "sandbox", report->text);
            problems += examine_landlock(report);
            problems += examine_demos(catalogue, runs);
        }
    }
    runs_free(runs);
    runs_unfork(link);
    loop_free(loop);
    catalogue_free(catalogue);
    return problems;
}

int cmd_doctor(int argc, char **argv)
{
    struct paths paths = {0};
    struct err err = {0};
    struct runner_link *link = NULL;
    struct utsname host;
    argp_parse(&argp, argc, argv, 0, NULL, &paths);
    if (paths_resolve(&paths, &err) < 0 || runs_fork(&link, &err) < 0) {
        log_error("%s", err.text);
        paths_free(&paths);
        return EXIT_FAILED;
    }
    if (uname(&host) == 0)
        said(true, "kernel", host.release);
    int problems = examine_data(&paths) + examine_notes(&paths) + examine_runs(&paths, link);
    paths_free(&paths);
    return problems ? EXIT_FAILED : EXIT_OK;
}
