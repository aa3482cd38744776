/* runner.c - the process that starts demos and ends them.
 *
 * DESIGN  One thread, one event loop: the link to prepd, a pidfd for each sandbox, timers for each
 * wall clock limit, and one timer that looks at the memory of all. It holds nothing worth stealing:
 * no database, no socket but the link, and when prepd was started by root it is nobody. It ends
 * when prepd does, and takes every sandbox with it. */
#include "runs/runner.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/loop.h"
#include "base/util.h"
#include "runs/catalogue.h"
#include "runs/sandbox.h"
#include "runs/wire.h"

enum {
    STOP_GRACE_MS = 60, /* from SIGTERM to SIGKILL: a stop takes less than 100 ms in all */
    LOOK_MS = 50,       /* from one look at what the runs use to the next */
    LOOK_SHARE = 10,    /* at least so many times what the look took: a tree of many processes */
    JOBS_MAX = 64,
};

/* A demo under way. */
struct job {
    struct runner *runner;
    uint32_t run;
    struct sandbox sandbox;
    unsigned needs;
    size_t memory_max;
    int64_t cpu_ms_max;
    bool polite;
    bool stopping;
    int64_t started; /* clock_ms */
    enum run_limit limit;
    int64_t cpu_ms; /* the most that a look has seen: what is killed is not counted at the end */
    size_t max_rss;
    struct loop_watch *ended;
    struct loop_timer *wall, *grace;
    struct job *next;
};

struct runner {
    struct loop *loop;
    int link;
    struct sandbox_report report;
    struct job *jobs;
    struct loop_timer *look;
};

/*** Ends ***/

static void runner_tell(struct runner *runner, const void *message, size_t len)
{
    wire_send(runner->link, message, len, NULL, 0,
              true); /* a prepd that is gone: EOF says so too */
}

/* What outlived its run has become a child of the runner, a child subreaper: bubblewrap's pid 1,
 * which is dying, or whatever an unsafe demo left behind. Returns its processor time, in ms: where
 * bubblewrap ends before it has waited for its pid 1, that is all of the demo's. */
static int64_t runner_sweep(struct runner *runner)
{
    pid_t keep[JOBS_MAX];
    size_t n = 0;
    if (runner->report.mode != SANDBOX_BWRAP && runner->report.mode != SANDBOX_UNSAFE)
        return 0;
    for (struct job *job = runner->jobs; job; job = job->next)
        keep[n++] = job->sandbox.pid;
    return tree_sweep(keep, n);
}

static void job_unlink(struct job *job)
{
    struct job **at = &job->runner->jobs;
    while (*at != job)
        at = &(*at)->next;
    *at = job->next;
}

static void job_free(struct job *job)
{
    struct loop *loop = job->runner->loop;
    loop_cancel(loop, job->wall);
    loop_cancel(loop, job->grace);
    free(job);
}

/* Limits of the kernel's that end a demo by a signal. */
static enum run_limit limit_of(int status)
{
    int sig = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    return sig == SIGXCPU ? LIMIT_CPU : sig == SIGXFSZ ? LIMIT_FILE_SIZE : LIMIT_NONE;
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static void job_ended(void *ud, uint32_t events)
{
    struct job *job = ud;
    struct runner *runner = job->runner;
    struct sandbox_end end;
    (void)events;
    job_unlink(job);
    loop_unwatch(runner->loop, job->ended); /* before sandbox_reap closes the pidfd */
    sandbox_reap(&job->sandbox, &end);
    int64_t swept_ms = runner_sweep(runner);
    struct wire_exit message = {
        .kind = WIRE_EXIT,
        .run = job->run,
        .code = end.code,
        .status = end.status,
        .limit = job->limit ? job->limit : limit_of(end.status),
        .wall_ms = clock_ms() - job->started,
        .cpu_ms = larger(job->cpu_ms, end.cpu_ms + swept_ms),
        .max_rss = (size_t)larger((int64_t)job->max_rss, (int64_t)end.max_rss),
    };
    memcpy(message.step, end.step, sizeof message.step);
    runner_tell(runner, &message, sizeof message);
    job_free(job);
}

static void job_grace_over(void *ud)
{
    struct job *job = ud;
    job->grace = NULL;
    sandbox_kill(&job->sandbox);
}

/* A polite demo gets SIGTERM, so that it can still say what it measured, and SIGKILL soon after. */
static void job_stop(struct job *job)
{
    if (job->stopping)
        return;
    job->stopping = true;
    if (job->polite)
        job->grace = loop_after(job->runner->loop, STOP_GRACE_MS, job_grace_over, job);
    if (job->grace)
        sandbox_terminate(&job->sandbox);
    else
        sandbox_kill(&job->sandbox);
}

static void job_wall_over(void *ud)
{
    struct job *job = ud;
    job->wall = NULL;
    job->limit = LIMIT_WALL;
    job_stop(job);
}

/* What it uses too much of now. A demo that holds as many processes or files as the kernel lets it
 * have is at its limit too. */
static enum run_limit job_excess(struct job *job)
{
    struct sandbox_usage usage;
    sandbox_usage(&job->sandbox, job->needs, job->memory_max, &usage);
    job->cpu_ms = larger(job->cpu_ms, usage.cpu_ms);
    job->max_rss = (size_t)larger((int64_t)job->max_rss, (int64_t)usage.memory);
    if (usage.memory > job->memory_max)
        return LIMIT_MEMORY;
    if (usage.processes + 1 >= limit_processes(job->needs))
        return LIMIT_PROCESSES;
    if (usage.files >= limit_files(job->needs))
        return LIMIT_FILES;
    return usage.cpu_ms > job->cpu_ms_max ? LIMIT_CPU : LIMIT_NONE;
}

static void runner_look(void *ud)
{
    struct runner *runner = ud;
    int64_t begun = clock_ms();
    runner->look = NULL;
    for (struct job *job = runner->jobs; job; job = job->next) {
        job->limit = job->limit ? job->limit : job_excess(job);
        if (job->limit && job->limit != LIMIT_WALL)
            sandbox_kill(&job->sandbox);
    }
    if (runner->jobs)
        runner->look = loop_after(runner->loop, larger(LOOK_MS, LOOK_SHARE * (clock_ms() - begun)),
                                  runner_look, runner);
}

/*** Starts ***/

/* Points at the next n strings after *at, and at NULL. */
static void strings_read(const char **at, uint32_t n, char **ret)
{
    for (uint32_t i = 0; i < n; i++) {
        *at += strlen(*at) + 1;
        ret[i] = (char *)*at;
    }
    ret[n] = NULL;
}

/* Takes the job's timers and watch; false if one could not be had. */
static bool job_watch(struct job *job, int seconds)
{
    struct runner *runner = job->runner;
    struct err err = {0};
    if (loop_watch(runner->loop, job->sandbox.pidfd, EPOLLIN, job_ended, job, &job->ended, &err) <
        0)
        return false;
    job->wall = loop_after(runner->loop, (int64_t)seconds * 1000, job_wall_over, job);
    if (!runner->look)
        runner->look = loop_after(runner->loop, LOOK_MS, runner_look, runner);
    return job->wall && runner->look;
}

static int job_start(struct runner *runner, const struct wire_start *start, const int *fds,
                     struct err *err)
{
    char *argv[WIRE_ARGS_MAX + 1], *sysctls[WIRE_SYSCTLS_MAX + 1];
    const char *strings = start->strings;
    struct sandbox_job what = {
        .program = strings,
        .argv = argv,
        .sysctls = sysctls,
        .program_fd = fds[WIRE_FD_PROGRAM],
        .out_fd = fds[WIRE_FD_OUT],
        .err_fd = fds[WIRE_FD_ERR],
        .needs = start->needs,
        .cpu_seconds = start->cpu_seconds,
        .memory = start->memory,
    };
    strings_read(&strings, start->n_args, argv);
    strings_read(&strings, start->n_sysctls, sysctls);
    struct job *job = calloc(1, sizeof *job);
    if (!job)
        return err_set(err, ENOMEM, "out of memory");
    *job = (struct job){.runner = runner,
                        .run = start->run,
                        .needs = start->needs,
                        .memory_max = start->memory,
                        .cpu_ms_max = (int64_t)start->cpu_seconds * 1000,
                        .polite = start->polite,
                        .started = clock_ms(),
                        .next = runner->jobs};
    int r = sandbox_spawn(runner->report.mode, &what, &job->sandbox, err);
    if (r < 0) {
        free(job);
        return r;
    }
    runner->jobs = job;
    if (!job_watch(job, start->seconds)) {
        sandbox_kill(&job->sandbox);
        job_ended(job, 0);
    }
    return 0;
}

static void runner_start(struct runner *runner, const struct wire_start *start, const int *fds)
{
    struct err err = {0};
    size_t n = 0;
    for (struct job *job = runner->jobs; job; job = job->next)
        n++;
    int r = n < JOBS_MAX ? job_start(runner, start, fds, &err) : -EAGAIN;
    for (size_t i = 0; i < WIRE_FDS; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    if (r == 0)
        return;
    struct wire_exit message = {.kind = WIRE_EXIT, .run = start->run, .step = "clone", .code = -r};
    runner_tell(runner, &message, sizeof message);
}

/*** The link ***/

static struct job *job_find(const struct runner *runner, uint32_t run)
{
    for (struct job *job = runner->jobs; job; job = job->next)
        if (job->run == run)
            return job;
    return NULL; /* it has ended meanwhile */
}

/* Kills all and waits until it is so. */
static _Noreturn void runner_quit(struct runner *runner)
{
    struct sandbox_end end;
    for (struct job *job = runner->jobs; job; job = job->next)
        sandbox_kill(&job->sandbox);
    for (struct job *job = runner->jobs; job; job = job->next)
        sandbox_reap(&job->sandbox, &end);
    runner->jobs = NULL;
    runner_sweep(runner);
    _exit(0);
}

static void runner_signalled(void *ud, uint32_t events)
{
    (void)events;
    runner_quit(ud);
}

static void runner_link_ready(void *ud, uint32_t events)
{
    static union wire_message message; /* large, and there is one runner */
    struct runner *runner = ud;
    int fds[WIRE_FDS];
    (void)events;
    ssize_t n = wire_receive(runner->link, &message, fds);
    if (n == 0 || (n < 0 && n != -EAGAIN))
        runner_quit(runner);
    if (n < 0)
        return;
    struct job *job = message.kind == WIRE_STOP || message.kind == WIRE_KILL
                          ? job_find(runner, message.end.run)
                          : NULL;
    if (message.kind == WIRE_START)
        runner_start(runner, &message.start, fds);
    else if (job && message.kind == WIRE_STOP)
        job_stop(job);
    else if (job)
        sandbox_kill(&job->sandbox);
}

/*** Life ***/

/* The first net is the end of file on the link, the second this: prepd's death sends a signal. It
 * is one that ends a stopped runner too, as soon as the end of the runner by itself ends all that
 * it started (runner_main). */
static int watch_prepd(struct runner *runner, pid_t prepd, struct err *err)
{
    struct loop_watch *watch;
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    int fd = signalfd(-1, &term, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        return err_set(err, errno, "signalfd: %s", strerror(errno));
    int r = loop_watch(runner->loop, fd, EPOLLIN, runner_signalled, runner, &watch, err);
    if (r == 0)
        r = loop_watch(runner->loop, runner->link, EPOLLIN, runner_link_ready, runner, &watch, err);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != prepd)
        _exit(0);
    return r;
}

static int runner_open(struct runner *runner, pid_t prepd, struct err *err)
{
    int r = runner_drop_root();
    if (r < 0)
        return err_set(err, -r, "cannot become nobody: %s", strerror(-r));
    prctl(PR_SET_DUMPABLE, 0); /* a demo of the same user must not trace it */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    r = loop_new(&runner->loop, err);
    return r < 0 ? r : watch_prepd(runner, prepd, err);
}

/* Filters are made before the first run asks for them; each takes some milliseconds. */
static void make_filters(enum sandbox_mode mode)
{
    static const unsigned usual[] = {0, DEMO_NEEDS_NET, DEMO_NEEDS_FORK,
                                     DEMO_NEEDS_NET | DEMO_NEEDS_FORK};
    for (size_t i = 0; mode > SANDBOX_UNSAFE && i < ARRAY_LEN(usual); i++)
        seccomp_filter(mode, usual[i]);
}

void runner_main(int link, pid_t prepd, bool unsafe)
{
    struct runner runner = {0};
    struct err err = {0};
    prctl(PR_SET_NAME, "prepd-runner");
    runner_hide_arguments();
    setsid(); /* Ctrl-C is for prepd, which then stops the runs in order */
    runner_block_signals();
    runner.link = runner_keep_descriptors(link);
    if (runner_open(&runner, prepd, &err) < 0) {
        log_error("the runner cannot start: %s", err.text);
        _exit(1);
    }
    if (unsafe)
        sandbox_report_unsafe(&runner.report);
    else
        sandbox_probe(&runner.report);
    struct wire_sandbox message = {.kind = WIRE_SANDBOX, .report = runner.report};
    runner_tell(&runner, &message, sizeof message);
    if (runner.report.mode != SANDBOX_UNSAFE)
        prctl(PR_SET_PDEATHSIG, SIGKILL);
    make_filters(runner.report.mode);
    loop_run(runner.loop);
    runner_quit(&runner);
}
