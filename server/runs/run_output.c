/* run_output.c - what a demo prints: from its pipes, by lines, into events and the log; see run.h.
 *
 * The loop is level-triggered and each turn reads once from each pipe, so a demo that floods its
 * output cannot keep the loop for itself; a demo that prints more than it may is killed, and what
 * it printed before is kept. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "runs/run.h"

enum { READ_BYTES = 64 * 1024 };

/*** Lines ***/

static void say_fault(struct run *run, const char *why)
{
    char zh[600], en[600];
    run->n_faults++;
    if (run->n_faults > FAULTS_SHOWN_MAX)
        return;
    if (run->n_faults == FAULTS_SHOWN_MAX) {
        run_say_error(run, run->n_lines, "之后的无效输出不再逐行显示",
                      "Bad lines from here on are not shown one by one");
        return;
    }
    snprintf(zh, sizeof zh, "第 %zu 行不是有效的事件：%s", run->n_lines, why);
    snprintf(en, sizeof en, "Line %zu is not a valid event: %s", run->n_lines, why);
    run_say_error(run, run->n_lines, zh, en);
}

/* Remembers the last metric and check of each id. */
static void summarise(struct run *run, const struct event *event)
{
    json_t *into = !strcmp(event->kind, "metric")  ? run->metrics
                   : !strcmp(event->kind, "check") ? run->checks
                                                   : NULL;
    if (!into)
        return;
    json_t *copy = json_copy(event->json);
    const char *id = json_string_value(json_object_get(event->json, "id"));
    json_object_del(copy, "event");
    json_object_del(copy, "t");
    if (into == run->metrics)
        json_object_del(copy, "id");
    json_object_set_new(into, id, copy);
}

/* The last thing a demo may do is to break a limit. */
static bool break_limit(struct run *run, enum run_limit limit)
{
    run->limit = limit;
    runs_run_kill(run->runs, run);
    return false;
}

static bool take_line(void *ud, const char *bytes, size_t len, bool overlong)
{
    struct run *run = ud;
    struct event event;
    struct err err = {0};
    if (run->line_tokens-- <= 0)
        return break_limit(run, LIMIT_RATE);
    run->n_lines++;
    if (overlong) {
        say_fault(run, "longer than 4096 bytes");
        return true;
    }
    if (event_parse(run->demo, bytes, len, &event, &err) < 0) {
        say_fault(run, err.text);
        return true;
    }
    summarise(run, &event);
    bool kept = run_append(run, event.kind, event.json);
    return kept || break_limit(run, LIMIT_OUTPUT);
}

static void refill_tokens(struct run *run)
{
    int64_t now = clock_ms();
    run->line_tokens += (now - run->tokens_at) * LINES_PER_SECOND / 1000;
    run->tokens_at = now;
    if (run->line_tokens > LINES_BURST)
        run->line_tokens = LINES_BURST;
}

/*** Pipes ***/

static void pipe_close(struct run_pipe *pipe)
{
    if (pipe->fd < 0)
        return;
    loop_unwatch(runs_loop(pipe->run->runs), pipe->watch);
    close(pipe->fd);
    pipe->fd = -1;
}

/* Reads once; the buffer is shared, since all of this is one thread. 0 at the end, -EAGAIN if there
 * is nothing now. */
static ssize_t pipe_read(struct run_pipe *pipe, const char **ret_bytes)
{
    static char buf[READ_BYTES];
    ssize_t n;
    do
        n = read(pipe->fd, buf, sizeof buf);
    while (n < 0 && errno == EINTR);
    *ret_bytes = buf;
    if (n > 0)
        pipe->run->bytes += (size_t)n;
    return n < 0 ? -errno : n;
}

static void tail_keep(struct run *run, const char *bytes, size_t len)
{
    if (len > sizeof run->tail) {
        bytes += len - sizeof run->tail;
        len = sizeof run->tail;
    }
    size_t keep = sizeof run->tail - len;
    if (run->tail_len > keep) {
        memmove(run->tail, run->tail + run->tail_len - keep, keep);
        run->tail_len = keep;
    }
    memcpy(run->tail + run->tail_len, bytes, len);
    run->tail_len += len;
}

/* False if the demo must not print any more. */
static bool take_bytes(struct run_pipe *pipe, const char *bytes, size_t len)
{
    struct run *run = pipe->run;
    struct line_taker taker = {.line = take_line, .ud = run};
    if (pipe == &run->err) {
        tail_keep(run, bytes, len);
    } else {
        refill_tokens(run);
        if (!lines_feed(&run->lines, bytes, len, &taker))
            return false;
    }
    return run->bytes <= OUTPUT_BYTES_MAX || break_limit(run, LIMIT_OUTPUT);
}

static void pipe_ready(void *ud, uint32_t events)
{
    struct run_pipe *pipe = ud;
    struct run *run = run_ref(pipe->run);
    const char *bytes;
    (void)events;
    ssize_t n = pipe_read(pipe, &bytes);
    if (n > 0 && !take_bytes(pipe, bytes, (size_t)n)) {
        run_output_close(run);
    } else if (n == 0 || (n < 0 && n != -EAGAIN)) {
        struct line_taker taker = {.line = take_line, .ud = run};
        if (pipe == &run->out)
            lines_end(&run->lines, &taker);
        pipe_close(pipe);
    }
    run_settle(run);
    run_unref(run);
}

int run_output_open(struct run *run, int out_fd, int err_fd, struct err *err)
{
    run->out = (struct run_pipe){.run = run, .fd = out_fd};
    run->err = (struct run_pipe){.run = run, .fd = err_fd};
    run->line_tokens = LINES_BURST;
    run->tokens_at = clock_ms();
    struct loop *loop = runs_loop(run->runs);
    int r = loop_watch(loop, out_fd, EPOLLIN, pipe_ready, &run->out, &run->out.watch, err);
    if (r == 0)
        r = loop_watch(loop, err_fd, EPOLLIN, pipe_ready, &run->err, &run->err.watch, err);
    if (r < 0)
        run_output_close(run);
    return r;
}

void run_output_close(struct run *run)
{
    pipe_close(&run->out);
    pipe_close(&run->err);
}
