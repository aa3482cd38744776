/* demo_contract.c - does a demo keep its word? It is run as prepd would, and prepd's own reader
 * judges.
 *
 *     demo_contract FOLDER NAME
 *
 * The manifest must be one that the catalogue accepts. With every preset (and --quick, so that it
 * takes little time) each line must be an event that the manifest allows, and over all the presets
 * nothing that the manifest promises may stay empty: no view without data, no metric or check that
 * never comes. A wrong parameter must be refused, and a request to stop must end in a clean exit.
 * Each parameter at either end of its range, and with each of its values, must run or be refused.
 *
 * A demo with settings of its network makes one itself when it is run by hand, as here. Where none
 * can be had only the refusal of a wrong parameter is judged, and the exit code is 77. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runs/catalogue.h"
#include "runs/event.h"

struct contract {
    const struct demo *demo;
    json_t *fed; /* set of "view ID", "metric ID", "check ID" */
    int faults;
};

__attribute__((format(printf, 2, 3))) static void fault(struct contract *contract,
                                                        const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    fprintf(stderr, "%s: ", contract->demo->id);
    vfprintf(stderr, format, ap);
    fputc('\n', stderr);
    va_end(ap);
    contract->faults++;
}

/*** Running the demo ***/

struct child {
    pid_t pid;
    FILE *out;
};

/* With `errors` what it says on standard error comes among its lines. */
static struct child child_start(const char *program, const char *const *args, bool errors)
{
    extern char **environ;
    struct child child = {0};
    int ends[2];
    posix_spawn_file_actions_t actions;
    if (pipe(ends) < 0 || posix_spawn_file_actions_init(&actions) != 0)
        abort();
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    if (errors)
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    int failed = posix_spawn(&child.pid, program, &actions, NULL, (char *const *)args, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (failed) {
        fprintf(stderr, "%s: %s\n", program, strerror(failed));
        exit(1);
    }
    child.out = fdopen(ends[0], "r");
    return child;
}

/* The exit code, or -1 if a signal ended it. */
static int child_end(struct child *child)
{
    int status = 0;
    fclose(child->out);
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/*** Judging its lines ***/

static void remember(struct contract *contract, const char *what, const json_t *id)
{
    char key[80];
    if (!id)
        return;
    snprintf(key, sizeof key, "%s %s", what, json_string_value(id));
    json_object_set_new(contract->fed, key, json_true());
}

static void judge_line(struct contract *contract, const char *how, char *line, size_t len)
{
    struct event event = {0};
    struct err err = {0};
    if (len > 0 && line[len - 1] == '\n')
        line[--len] = '\0';
    if (event_parse(contract->demo, line, len, &event, &err) < 0) {
        fault(contract, "%s: %s: %.200s", how, err.text, line);
        return;
    }
    remember(contract, "view", json_object_get(event.json, "view"));
    remember(contract, event.kind, json_object_get(event.json, "id"));
    event_clear(&event);
}

/* Runs to the end, or until `stop_after` lines have come and it was asked to stop. */
static void judge_run(struct contract *contract, const char *how, const char *const *args,
                      int stop_after)
{
    struct child child = child_start(contract->demo->program, args, false);
    cleanup_free char *line = NULL;
    size_t size = 0;
    int lines = 0;
    for (ssize_t len; (len = getline(&line, &size, child.out)) > 0; lines++) {
        judge_line(contract, how, line, (size_t)len);
        if (lines + 1 == stop_after)
            kill(child.pid, SIGTERM);
    }
    int code = child_end(&child);
    if (lines == 0)
        fault(contract, "%s: nothing was printed", how);
    if (code != 0)
        fault(contract, "%s: exit code %d", how, code);
}

/*** The clauses ***/

static void every_preset_prints_valid_events(struct contract *contract)
{
    const json_t *presets = json_object_get(contract->demo->manifest, "presets");
    judge_run(contract, "defaults", (const char *const[]){contract->demo->id, "--quick", NULL}, 0);
    for (size_t i = 0; i < json_array_size(presets); i++) {
        const char *id = json_string_value(json_object_get(json_array_get(presets, i), "id"));
        char preset[80];
        snprintf(preset, sizeof preset, "--preset=%s", id);
        judge_run(contract, preset,
                  (const char *const[]){contract->demo->id, preset, "--quick", NULL}, 0);
    }
}

static void nothing_promised_stays_empty(struct contract *contract, const char *list,
                                         const char *what)
{
    const json_t *entries = json_object_get(contract->demo->manifest, list);
    for (size_t i = 0; i < json_array_size(entries); i++) {
        char key[80];
        snprintf(key, sizeof key, "%s %s", what,
                 json_string_value(json_object_get(json_array_get(entries, i), "id")));
        if (!json_object_get(contract->fed, key))
            fault(contract, "no preset ever feeds the %s", key);
    }
}

static void a_wrong_parameter_is_refused(struct contract *contract)
{
    const char *const args[] = {contract->demo->id, "--no_such_parameter=1", NULL};
    struct child child = child_start(contract->demo->program, args, false);
    bool silent = fgetc(child.out) == EOF;
    int code = child_end(&child);
    if (!silent || code != 2)
        fault(contract, "a wrong parameter: exit code %d instead of 2 and silence", code);
}

/* Runs, or is refused before it starts with a sentence that names a parameter (not always this one:
 * it may be another that does not go with it). What would run for long is stopped. */
static void judge_value(struct contract *contract, const char *name, const char *value)
{
    enum { ENOUGH = 40 /* lines */, REFUSAL = 2 /* lines: progress 0, and the same as a note */ };
    char argument[120];
    snprintf(argument, sizeof argument, "--%s=%s", name, value);
    const char *const args[] = {contract->demo->id, "--quick", argument, NULL};
    struct child child = child_start(contract->demo->program, args, true);
    cleanup_free char *line = NULL;
    size_t size = 0;
    int lines = 0;
    bool refused = false;
    for (ssize_t len; (len = getline(&line, &size, child.out)) > 0;) {
        if (line[0] != '{') {
            refused = strstr(line, "--") != NULL;
            continue;
        }
        judge_line(contract, argument, line, (size_t)len);
        if (++lines == ENOUGH)
            kill(child.pid, SIGTERM);
    }
    int code = child_end(&child);
    if (refused ? code <= 0 || lines > REFUSAL : code != 0 || lines == 0)
        fault(contract, "%s: exit code %d after %d lines, %s", argument, code, lines,
              refused ? "refused" : "and no parameter was named");
}

static void judge_number(struct contract *contract, const json_t *param, const char *end)
{
    char value[40];
    snprintf(value, sizeof value, "%.17g", json_number_value(json_object_get(param, end)));
    judge_value(contract, json_string_value(json_object_get(param, "name")), value);
}

static void every_parameter_runs_at_its_ends_or_is_refused(struct contract *contract)
{
    const json_t *params = json_object_get(contract->demo->manifest, "params"), *param, *value;
    size_t i, k;
    json_array_foreach (params, i, param) {
        const char *name = json_string_value(json_object_get(param, "name"));
        if (json_object_get(param, "min")) {
            judge_number(contract, param, "min");
            judge_number(contract, param, "max");
        } else if (!json_object_get(param, "values")) {
            judge_value(contract, name, "true");
            judge_value(contract, name, "false");
        }
        json_array_foreach (json_object_get(param, "values"), k, value)
            judge_value(contract, name, json_string_value(json_object_get(value, "value")));
    }
}

/* At full length: most of it is still to come when the signal does. */
static void a_request_to_stop_ends_in_a_clean_exit(struct contract *contract)
{
    judge_run(contract, "stopped", (const char *const[]){contract->demo->id, NULL}, 3);
}

/* True if a process may have a network of its own, and change its settings. */
static bool network_can_be_had(void)
{
    int status = -1;
    pid_t pid = fork();
    if (pid == 0) {
        bool own = unshare(CLONE_NEWNET) == 0 || unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0;
        _exit(!own || open("/proc/sys/net/ipv4/tcp_tw_reuse", O_WRONLY | O_CLOEXEC) < 0);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

int main(int argc, char **argv)
{
    enum { SKIPPED = 77 }; /* as tests/CMakeLists.txt knows it */
    struct catalogue *catalogue = NULL;
    struct err err = {0};
    if (argc != 3)
        return fprintf(stderr, "usage: demo_contract FOLDER NAME\n"), 2;
    if (catalogue_load((const char *const[]){argv[1]}, 1, &catalogue, &err) < 0)
        return fprintf(stderr, "%s\n", err.text), 1;
    struct contract contract = {catalogue_find(catalogue, argv[2]), json_object(), 0};
    if (!contract.demo || !contract.demo->program || !contract.demo->manifest)
        return fprintf(stderr, "%s: no such demo: %s\n", argv[2],
                       contract.demo ? contract.demo->why : "no manifest"),
               1;
    bool runs = contract.demo->n_sysctls == 0 || network_can_be_had();
    a_wrong_parameter_is_refused(&contract);
    if (runs) {
        every_preset_prints_valid_events(&contract);
        nothing_promised_stays_empty(&contract, "views", "view");
        nothing_promised_stays_empty(&contract, "metrics", "metric");
        nothing_promised_stays_empty(&contract, "checks", "check");
        a_request_to_stop_ends_in_a_clean_exit(&contract);
        every_parameter_runs_at_its_ends_or_is_refused(&contract);
    } else {
        fprintf(stderr, "%s: skipped: no network of its own can be had here\n", argv[2]);
    }
    json_decref(contract.fed);
    catalogue_free(catalogue);
    return contract.faults ? 1 : runs ? 0 : SKIPPED;
}
