/* run_events.c - what prepd itself says in a run's log: start, queued, error, stderr, limit, exit;
 * see run.h and demos/PROTOCOL.md. */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "runs/run.h"

/* Takes the event. False if it could not be kept. */
bool run_append(struct run *run, const char *kind, json_t *event)
{
    cleanup_text struct text line = {0};
    struct event written = {.json = event};
    bool ok = event && event_write(&written, &line) == 0 &&
              runlog_append(run->log, kind, line.data, line.len) > 0;
    json_decref(event);
    return ok;
}

static json_int_t run_time(const struct run *run)
{
    return run->started ? (json_int_t)(clock_ms() - run->started) : 0;
}

/*** Before ***/

void run_say_queued(struct run *run, size_t place)
{
    run_append(run, "queued",
               json_pack("{s:s, s:i, s:I}", "event", "queued", "t", 0, "place", (json_int_t)place));
}

void run_say_start(struct run *run)
{
    struct utsname host;
    uname(&host);
    const struct sandbox_report *sandbox = runs_sandbox(run->runs);
    json_t *event = json_pack("{s:s, s:i, s:s, s:s, s:O, s:{s:I, s:s, s:s}}", "event", "start", "t",
                              0, "run", run->id, "demo", run->demo->id, "params", run->params,
                              "host", "cpus", (json_int_t)sysconf(_SC_NPROCESSORS_ONLN), "kernel",
                              host.release, "sandbox", sandbox_mode_name(sandbox->mode));
    run_append(run, "start", event);
}

/*** While it goes on ***/

void run_say_error(struct run *run, size_t line, const char *zh, const char *en)
{
    run_append(run, "error",
               json_pack("{s:s, s:I, s:s, s:s, s:I}", "event", "error", "t", run_time(run), "zh",
                         zh, "en", en, "line", (json_int_t)line));
}

/*** At the end ***/

/* The tail of standard error as text: from the first whole line if its beginning was lost, what is
 * not UTF-8 as U+FFFD. */
static void tail_text(const struct run *run, struct text *out)
{
    const char *at = run->tail, *end = run->tail + run->tail_len;
    const char *newline = memchr(at, '\n', run->tail_len);
    if (run->tail_len == sizeof run->tail && newline && newline + 1 < end)
        at = newline + 1;
    while (at < end) {
        size_t valid = utf8_valid_len(at, (size_t)(end - at));
        text_add(out, at, valid);
        at += valid;
        if (at < end) {
            text_puts(out, "\xef\xbf\xbd");
            at++;
        }
    }
}

static void say_stderr(struct run *run)
{
    cleanup_text struct text tail = {0};
    if (run->stopped || run->exit.status == 0 || run->tail_len == 0)
        return;
    tail_text(run, &tail);
    /* a NUL is valid UTF-8; jansson writes it as \u0000 */
    run_append(run, "stderr",
               json_pack("{s:s, s:I, s:o}", "event", "stderr", "t", run_time(run), "text",
                         json_stringn(tail.data, tail.len)));
}

static const struct limit_text {
    const char *name, *zh, *en;
} limit_texts[] = {
    [LIMIT_NONE] = {"", "", ""},
    [LIMIT_WALL] = {"wall", "运行时间到了上限，已被终止",
                    "It ran for as long as it may, and was ended"},
    [LIMIT_CPU] = {"cpu", "CPU 时间到了上限，已被终止",
                   "It used all the CPU time it may, and was ended"},
    [LIMIT_MEMORY] = {"memory", "占用内存超过上限，已被终止",
                      "It held more memory than it may, and was ended"},
    [LIMIT_PROCESSES] = {"processes", "进程和线程数到了上限，已被终止",
                         "It had as many processes and threads as it may, and was ended"},
    [LIMIT_FILES] = {"files", "打开的文件或套接字数到了上限，已被终止",
                     "It had as many files or sockets as it may, and was ended"},
    [LIMIT_FILE_SIZE] = {"file_size", "文件大小到了上限，已被终止",
                         "It wrote a file as large as it may, and was ended"},
    [LIMIT_OUTPUT] = {"output", "输出超过上限，已被终止；之前的输出保留",
                      "It printed more than it may, and was ended; what came before is kept"},
    [LIMIT_RATE] = {"rate", "输出过快，已被终止；之前的输出保留",
                    "It printed faster than it may, and was ended; what came before is kept"},
};

const char *run_limit_name(enum run_limit limit)
{
    return limit_texts[limit].name;
}

static void say_limit(struct run *run)
{
    const struct limit_text *text = &limit_texts[run->limit];
    if (run->limit)
        run_append(run, "limit",
                   json_pack("{s:s, s:I, s:s, s:s, s:s}", "event", "limit", "t", run_time(run),
                             "which", text->name, "zh", text->zh, "en", text->en));
}

/* Why the demo never ran. */
static void say_not_started(struct run *run)
{
    char zh[160], en[160];
    const char *why = strerror(run->exit.code);
    if (!run->exit.step[0])
        return;
    snprintf(zh, sizeof zh, "无法启动：%s：%s", run->exit.step, why);
    snprintf(en, sizeof en, "It could not be started: %s: %s", run->exit.step, why);
    run_say_error(run, 0, zh, en);
}

/* "SIGSEGV", or a real-time signal's number. */
static json_t *signal_name(int signal)
{
    const char *name = sigabbrev_np(signal);
    return name ? json_sprintf("SIG%s", name) : json_sprintf("%d", signal);
}

static json_t *exit_object(const struct run *run)
{
    json_t *exit = json_object();
    int status = run->exit.status;
    if (run->exit.step[0])
        json_object_set_new(exit, "code", json_integer(126));
    else if (run->started && WIFSIGNALED(status))
        json_object_set_new(exit, "signal", signal_name(WTERMSIG(status)));
    else if (run->started)
        json_object_set_new(exit, "code", json_integer(WEXITSTATUS(status)));
    json_object_set_new(exit, "stopped", json_boolean(run->stopped));
    json_object_set_new(exit, "wall_ms", json_integer(run->exit.wall_ms));
    json_object_set_new(exit, "cpu_ms", json_integer(run->exit.cpu_ms));
    json_object_set_new(exit, "max_rss", json_integer((json_int_t)run->exit.max_rss));
    return exit;
}

void run_say_end(struct run *run)
{
    say_not_started(run);
    say_stderr(run);
    say_limit(run);
    run->exit_json = exit_object(run);
    json_t *event = json_pack("{s:s, s:I}", "event", "exit", "t", run_time(run));
    json_object_update(event, run->exit_json);
    run_append(run, "exit", event);
}
