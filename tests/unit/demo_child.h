/* demo_child.h - runs demo_main in a child process and catches what it prints: the tests of
 * demos/lib. */
#ifndef TEST_DEMO_CHILD_H
#define TEST_DEMO_CHILD_H

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#include "demo.h"

enum { CAUGHT_BYTES = 4 << 20 };

struct caught {
    char *out, *err; /* what was printed; freed by caught_free */
    int code;        /* exit code, or -signal */
};

static inline char *caught_read(int fd)
{
    char *bytes = calloc(1, CAUGHT_BYTES);
    lseek(fd, 0, SEEK_SET);
    ssize_t len = read(fd, bytes, CAUGHT_BYTES - 1);
    close(fd);
    return len < 0 ? abort(), NULL : bytes;
}

static inline struct caught run_demo(const struct demo_manifest *manifest,
                                     int (*run)(struct demo *), const char *const *args)
{
    char out_path[] = "/tmp/demo-out-XXXXXX", err_path[] = "/tmp/demo-err-XXXXXX";
    int out = mkstemp(out_path), err = mkstemp(err_path), argc = 0;
    unlink(out_path);
    unlink(err_path);
    while (args[argc])
        argc++;
    pid_t pid = fork();
    if (pid == 0) {
        dup2(out, STDOUT_FILENO);
        dup2(err, STDERR_FILENO);
        int code = demo_main(manifest, run, argc, (char **)(uintptr_t)args);
        fflush(NULL);
        _exit(code);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    struct caught caught = {caught_read(out), caught_read(err), 0};
    caught.code = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    return caught;
}

static inline void caught_free(struct caught *caught)
{
    free(caught->out);
    free(caught->err);
}

/* Every line as JSON, in an array; NULL if one is not. */
static inline json_t *caught_events(const struct caught *caught)
{
    json_t *events = json_array();
    for (const char *line = caught->out, *end; (end = strchr(line, '\n')); line = end + 1) {
        json_t *event = json_loadb(line, (size_t)(end - line), JSON_REJECT_DUPLICATES, NULL);
        if (!event) {
            json_decref(events);
            return NULL;
        }
        json_array_append_new(events, event);
    }
    return events;
}

/* The n-th event (from 0) of a kind, or NULL. */
static inline json_t *caught_event(const json_t *events, const char *kind, size_t n)
{
    for (size_t i = 0; i < json_array_size(events); i++) {
        json_t *event = json_array_get(events, i);
        if (strcmp(json_string_value(json_object_get(event, "event")), kind) == 0 && n-- == 0)
            return event;
    }
    return NULL;
}

#endif
