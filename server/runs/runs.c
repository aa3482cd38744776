/* runs.c - which runs there are: the queue, the running, the ended, and the link to the runner; see
 * runs.h and run.h. */
#include "runs/runs.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "runs/run.h"
#include "runs/runner.h"

enum {
    KEPT_MAX = 16,             /* ended runs in memory */
    KEPT_BYTES_MAX = 16 << 20, /* and their logs' memory; the newest is always kept */
    RUNNER_START_MS = 5000,
    RUNNER_END_MS = 500,
};

struct runs {
    struct runs_options options;
    struct sandbox_report sandbox;
    struct loop_watch *link_watch;
    bool runner_gone;
    bool stopping; /* takes no more */
    uint32_t last_number;
    struct run *queued; /* first come first */
    struct run *running;
    struct run *ended; /* last first */
};

struct loop *runs_loop(const struct runs *runs)
{
    return runs->options.loop;
}

/*** Lists: each holds one reference ***/

static size_t list_count(const struct run *list)
{
    size_t n = 0;
    for (; list; list = list->next)
        n++;
    return n;
}

static void list_append(struct run **list, struct run *run)
{
    while (*list)
        list = &(*list)->next;
    run->next = NULL;
    *list = run;
}

static void list_remove(struct run **list, const struct run *run)
{
    while (*list && *list != run)
        list = &(*list)->next;
    if (*list)
        *list = run->next;
}

static struct run *list_find(struct run *list, const char *id)
{
    while (list && strcmp(list->id, id))
        list = list->next;
    return list;
}

static void keep_ended(struct runs *runs, struct run *run)
{
    uint64_t bytes = 0;
    size_t n = 0;
    run->next = runs->ended;
    runs->ended = run;
    for (struct run **at = &runs->ended; *at;) {
        struct run *kept = *at;
        bytes += runlog_bytes_held(kept->log);
        if (n++ == 0 || (n <= KEPT_MAX && bytes <= KEPT_BYTES_MAX)) {
            at = &kept->next;
            continue;
        }
        *at = kept->next;
        run_unref(kept);
    }
}

/*** Starting ***/

static void tell_started(struct runs *runs, struct run *run)
{
    if (runs->options.started)
        runs->options.started(run, runs->options.ud);
}

static void say_places(struct runs *runs)
{
    size_t place = 1;
    for (struct run *run = runs->queued; run; run = run->next)
        run_say_queued(run, place++);
}

/* A queued run that cannot be launched: its log says so. */
static void run_fail(struct run *run, const struct err *err)
{
    struct wire_exit exit = {.step = "launch", .code = err->code};
    run->exit = exit;
    run->exit_known = true;
    run_settle(run);
}

/* Launches queued runs as long as there is room. */
static void runs_advance(struct runs *runs)
{
    bool moved = false;
    while (runs->queued && !runs->stopping &&
           list_count(runs->running) < (size_t)runs->options.max_running) {
        struct run *run = runs->queued;
        struct err err = {0};
        runs->queued = run->next;
        list_append(&runs->running, run);
        moved = true;
        if (run_launch(run, runs->options.link->fd, ++runs->last_number, &err) < 0)
            run_fail(run, &err);
    }
    if (moved)
        say_places(runs);
}

void runs_run_ended(struct runs *runs, struct run *run)
{
    list_remove(&runs->running, run);
    list_remove(&runs->queued, run);
    run_ref(run); /* while it is told of; keep_ended may drop it */
    keep_ended(runs, run);
    if (runs->options.ended)
        runs->options.ended(run, runs->options.ud);
    run_unref(run);
    runs_advance(runs);
}

/*** What a caller may ask ***/

const struct sandbox_report *runs_sandbox(const struct runs *runs)
{
    return &runs->sandbox;
}

int runs_can_run(const struct runs *runs, const struct demo *demo, struct err *err)
{
    if (!demo->available)
        return err_set(err, ENOSYS, "%s", demo->why);
    if (runs && runs->runner_gone)
        return err_set(err, EPIPE, "the runner process has ended; restart prepd to run demos");
    if (!runs || runs->stopping)
        return err_set(err, EPIPE, "prepd is stopping");
    enum sandbox_mode least = demo->n_sysctls ? SANDBOX_NAMESPACES
                              : demo->needs & (DEMO_NEEDS_NET | DEMO_NEEDS_FORK) ? SANDBOX_BWRAP
                                                                                 : SANDBOX_PROCESS;
    /* without a sandbox there is nothing that could be missing, but for a network of its own */
    if (runs->sandbox.mode == SANDBOX_UNSAFE && !demo->n_sysctls)
        return 0;
    return runs->sandbox.mode >= least ? 0 : err_set(err, ENOSYS, "%s", runs->sandbox.text);
}

int runs_start(struct runs *runs, const struct demo *demo, const json_t *params, struct run **ret,
               struct err *err)
{
    int r = runs_can_run(runs, demo, err);
    if (r < 0)
        return r;
    bool room = list_count(runs->running) < (size_t)runs->options.max_running && !runs->queued;
    if (!room && list_count(runs->queued) >= (size_t)runs->options.max_queued)
        return err_set(err, EAGAIN, "%d demos are running and %zu are waiting; try again later",
                       runs->options.max_running, list_count(runs->queued));
    struct run *run = run_new(runs, demo, params);
    if (!run)
        return err_set(err, ENOMEM, "out of memory");
    r = room ? run_launch(run, runs->options.link->fd, ++runs->last_number, err) : 0;
    if (r < 0) {
        run_unref(run);
        return r;
    }
    list_append(room ? &runs->running : &runs->queued, run);
    if (!room)
        run_say_queued(run, list_count(runs->queued));
    *ret = run_ref(run);
    tell_started(runs, run);
    return 0;
}

/* A runner that takes no more words cannot be told to end a run, but its own death ends all. */
static void send_end(struct runs *runs, const struct run *run, enum wire_kind kind)
{
    struct wire_end message = {.kind = kind, .run = run->number};
    if (wire_send(runs->options.link->fd, &message, sizeof message, NULL, 0, false) < 0)
        kill(runs->options.link->pid, SIGKILL);
}

void runs_run_kill(struct runs *runs, struct run *run)
{
    send_end(runs, run, WIRE_KILL);
}

void runs_stop(struct runs *runs, struct run *run)
{
    if (run->state == RUN_ENDED || run->stopped)
        return;
    run->stopped = true;
    if (run->state == RUN_RUNNING) {
        send_end(runs, run, WIRE_STOP);
        return;
    }
    run->exit_known = true;
    run_settle(run);
    say_places(runs);
}

void runs_stop_all(struct runs *runs)
{
    runs->stopping = true;
    while (runs->queued)
        runs_stop(runs, runs->queued);
    for (struct run *run = runs->running; run; run = run->next)
        runs_stop(runs, run);
}

bool runs_idle(const struct runs *runs)
{
    return !runs->running && !runs->queued;
}

struct run *runs_find(struct runs *runs, const char *id)
{
    if (!runs)
        return NULL;
    struct run *lists[] = {runs->running, runs->queued, runs->ended};
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
        struct run *run = list_find(lists[i], id);
        if (run)
            return run;
    }
    return NULL;
}

void runs_forget(struct runs *runs, struct run *run)
{
    if (!list_find(runs->ended, run->id))
        return;
    list_remove(&runs->ended, run);
    run_unref(run);
}

/*** The link ***/

static struct run *find_number(const struct runs *runs, uint32_t number)
{
    struct run *run = runs->running;
    while (run && run->number != number)
        run = run->next;
    return run;
}

/* The runner's demos died with it (PR_SET_PDEATHSIG); those who wait will wait in vain. */
static void runner_gone(struct runs *runs)
{
    loop_unwatch(runs->options.loop, runs->link_watch);
    runs->link_watch = NULL;
    runs->runner_gone = true;
    runs->stopping = true;
    while (runs->queued) {
        struct err err = {.code = EPIPE};
        run_fail(runs->queued, &err);
    }
    struct run *next;
    for (struct run *run = runs->running; run; run = next) {
        next = run->next;
        if (run->exit_known)
            continue;
        struct wire_exit exit = {.status = SIGKILL, .wall_ms = clock_ms() - run->started};
        run_say_error(run, 0, "启动演示的进程已终止", "The process that starts demos has ended");
        run_exited(run, &exit);
    }
}

static void link_ready(void *ud, uint32_t events)
{
    static union wire_message message; /* large; used on this thread only */
    struct runs *runs = ud;
    (void)events;
    ssize_t n = wire_receive(runs->options.link->fd, &message, NULL);
    struct run *run =
        n > 0 && message.kind == WIRE_EXIT ? find_number(runs, message.exit.run) : NULL;
    if (run)
        run_exited(run, &message.exit);
    else if (n == 0 || (n < 0 && n != -EAGAIN))
        runner_gone(runs);
}

/*** Life ***/

/* The runner's first word. */
static int receive_report(struct runs *runs, struct err *err)
{
    static union wire_message message;
    struct pollfd link = {.fd = runs->options.link->fd, .events = POLLIN};
    int ready;
    do
        ready = poll(&link, 1, RUNNER_START_MS);
    while (ready < 0 && errno == EINTR);
    if (ready <= 0 || wire_receive(link.fd, &message, NULL) <= 0 || message.kind != WIRE_SANDBOX)
        return err_set(err, EPIPE, "the runner process did not start");
    runs->sandbox = message.sandbox.report;
    return 0;
}

int runs_new(const struct runs_options *options, struct runs **ret, struct err *err)
{
    struct runs *runs = calloc(1, sizeof *runs);
    int r = runs ? 0 : err_set(err, ENOMEM, "out of memory");
    if (r == 0) {
        runs->options = *options;
        r = receive_report(runs, err);
    }
    if (r == 0)
        r = loop_watch(options->loop, options->link->fd, EPOLLIN, link_ready, runs,
                       &runs->link_watch, err);
    if (r < 0) {
        runner_link_free(options->link, RUNNER_END_MS);
        free(runs);
        return r;
    }
    *ret = runs;
    return 0;
}

static void list_abandon(struct run *list)
{
    while (list) {
        struct run *next = list->next;
        run_abandon(list);
        run_unref(list);
        list = next;
    }
}

void runs_free(struct runs *runs)
{
    if (!runs)
        return;
    loop_unwatch(runs->options.loop, runs->link_watch);
    runner_link_free(runs->options.link, RUNNER_END_MS);
    list_abandon(runs->queued);
    list_abandon(runs->running);
    list_abandon(runs->ended);
    free(runs);
}
