/* run_launch.c - handing a demo, its parameters and the writing ends of its output to the runner;
 * see run.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runs/run.h"

static bool strings_add(struct wire_start *start, const char *string)
{
    size_t len = strlen(string) + 1;
    if (len > sizeof start->strings - start->strings_len)
        return false;
    memcpy(start->strings + start->strings_len, string, len);
    start->strings_len += (uint32_t)len;
    return true;
}

static bool strings_add_param(struct wire_start *start, const char *name, const json_t *value)
{
    char arg[256];
    if (json_is_string(value))
        snprintf(arg, sizeof arg, "--%s=%s", name, json_string_value(value));
    else if (json_is_boolean(value))
        snprintf(arg, sizeof arg, "--%s=%s", name, json_is_true(value) ? "true" : "false");
    else if (json_is_integer(value))
        snprintf(arg, sizeof arg, "--%s=%" JSON_INTEGER_FORMAT, name, json_integer_value(value));
    else
        snprintf(arg, sizeof arg, "--%s=%.17g", name, json_real_value(value));
    start->n_args++;
    return start->n_args <= WIRE_ARGS_MAX && strings_add(start, arg);
}

static bool strings_add_sysctl(struct wire_start *start, const struct run *run, size_t i)
{
    char setting[256];
    start->n_sysctls++;
    return start->n_sysctls <= WIRE_SYSCTLS_MAX &&
           demo_sysctl_write(run->demo, i, run->params, setting, sizeof setting) == 0 &&
           strings_add(start, setting);
}

/* The path, argv[0], an argument for every parameter, and the settings of its network. */
static int start_message(const struct run *run, struct wire_start *start)
{
    const struct demo *demo = run->demo;
    start->kind = WIRE_START;
    start->run = run->number;
    start->needs = demo->needs;
    start->seconds = demo->seconds_max;
    start->cpu_seconds = demo->cpu_seconds_max;
    start->polite = demo->polite;
    start->memory = demo->memory_max;
    start->strings_len = 0;
    start->n_args = 1;
    start->n_sysctls = 0;
    bool fits = strings_add(start, demo->program) && strings_add(start, demo->id);
    for (size_t i = 0; fits && i < demo->n_params; i++)
        fits = strings_add_param(start, demo->params[i].name,
                                 json_object_get(run->params, demo->params[i].name));
    for (size_t i = 0; fits && i < demo->n_sysctls; i++)
        fits = strings_add_sysctl(start, run, i);
    return fits ? 0 : -E2BIG;
}

/* Hands the demo to the runner with the writing ends of its output. */
static int send_start(const struct run *run, int link, int out_fd, int err_fd, struct err *err)
{
    struct wire_start start;
    cleanup_close int program = open(run->demo->program, O_PATH | O_CLOEXEC);
    if (program < 0)
        return err_set(err, ENOSYS, "%s: %s", run->demo->program, strerror(errno));
    int fds[WIRE_FDS] = {
        [WIRE_FD_OUT] = out_fd, [WIRE_FD_ERR] = err_fd, [WIRE_FD_PROGRAM] = program};
    int r = start_message(run, &start);
    if (r < 0)
        return err_set(err, -r, "%s: its parameters are too long", run->demo->id);
    r = wire_send(link, &start, offsetof(struct wire_start, strings) + start.strings_len, fds,
                  WIRE_FDS, false);
    return r < 0 ? err_set(err, EPIPE, "the runner does not answer: %s", strerror(-r)) : 0;
}

int run_launch(struct run *run, int link, uint32_t number, struct err *err)
{
    int out[2] = {-1, -1}, errors[2] = {-1, -1};
    if (pipe2(out, O_CLOEXEC) < 0)
        return err_set(err, errno, "pipe: %s", strerror(errno));
    cleanup_close int out_write = out[1];
    if (pipe2(errors, O_CLOEXEC) < 0) {
        close(out[0]);
        return err_set(err, errno, "pipe: %s", strerror(errno));
    }
    cleanup_close int err_write = errors[1];
    fcntl(out[0], F_SETFL, O_NONBLOCK);
    fcntl(errors[0], F_SETFL, O_NONBLOCK);
    run->number = number;
    run->started = clock_ms();
    int r = run_output_open(run, out[0], errors[0], err);
    if (r == 0)
        r = send_start(run, link, out_write, err_write, err);
    if (r < 0) {
        run_output_close(run);
        return r;
    }
    run->state = RUN_RUNNING;
    run_say_start(run);
    return 0;
}
