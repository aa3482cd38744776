/* runs.h - starting demos, watching over them, and their logs.
 *
 * DESIGN  Three kinds of process. *prepd* (HTTP, SQLite) reads what a demo prints and keeps the
 * log. The *runner* is forked from it before any thread or descriptor of importance exists; it is
 * single-threaded, has no database and no listening socket, and talks to prepd over a socketpair;
 * it makes sandboxes (sandbox.h) and kills them. The *demo* runs inside one. prepd makes the pipe
 * for the demo's output and hands the writing end to the runner (SCM_RIGHTS), so an event takes one
 * hop: demo → pipe → prepd's loop → the readers' sockets; and a start takes three: prepd → runner →
 * pid 1 of the sandbox → demo. If prepd dies, the runner sees end-of-file and kills every run; if
 * the runner dies, its runs die with it and prepd starts no more (and says so).
 *
 * All functions are for the loop's thread, except runs_fork. */
#ifndef PREPD_RUNS_RUNS_H
#define PREPD_RUNS_RUNS_H

#include "base/loop.h"
#include "base/util.h"
#include "runs/catalogue.h"
#include "runs/runlog.h"
#include "runs/sandbox_report.h"

struct runs;
struct run;
struct runner_link; /* the runner process, seen from prepd */

enum run_state { RUN_QUEUED, RUN_RUNNING, RUN_ENDED };

/* Forks the runner. Call first thing in main: before threads, before descriptors the runner must
 * not have. */
int runs_fork(struct runner_link **ret, struct err *err);
/* As above, but demos will run without a sandbox, as ordinary processes with limits: only if the
 * operator asks for it, and every page must say so. */
int runs_fork_unsafe(struct runner_link **ret, struct err *err);
/* Ends a runner that was not handed to runs_new. NULL is fine. */
void runs_unfork(struct runner_link *link);

struct runs_options {
    struct loop *loop;
    const struct catalogue *catalogue;
    struct runner_link *link; /* owned by runs from here on */
    int max_running;          /* 1… */
    int max_queued;           /* 0… */
    void *ud;
    /* Told of each run on the loop's thread: after its log got its first line (`start`, or
     * `queued`), which may be inside runs_start; after its log was closed. Either may be NULL. */
    void (*started)(struct run *run, void *ud);
    void (*ended)(struct run *run, void *ud);
};

/* Waits (a few ms) until the runner has found out which sandbox can be had here. On failure the
 * link is freed too. */
int runs_new(const struct runs_options *options, struct runs **ret, struct err *err);
/* Stops every run, waits for the runner to end (at most 500 ms, then SIGKILL). Logs are closed; no
 * callback comes any more. A run that is still referred to stays readable. */
void runs_free(struct runs *runs);

/* Which sandbox demos get here, and why no better one. */
const struct sandbox_report *runs_sandbox(const struct runs *runs);
/* 0 if the demo can run here; else -ENOSYS or -EPIPE with a sentence for the reader. Here and in
 * runs_start and runs_find, NULL stands for runs that are freed already: prepd is stopping. */
int runs_can_run(const struct runs *runs, const struct demo *demo, struct err *err);

/* Starts a run, or queues it. `params` is complete, from demo_params_check. -EAGAIN: the queue is
 * full; -ENOSYS: the demo can't run here (the reason is in err); -EPIPE: the runner is gone. *ret
 * stays valid until run_unref. */
int runs_start(struct runs *runs, const struct demo *demo, const json_t *params, struct run **ret,
               struct err *err);
/* Ends the run's whole process tree; its log then gets `exit` and is closed. Idempotent. */
void runs_stop(struct runs *runs, struct run *run);
/* Stops all and refuses new ones; the `ended` callbacks come as the loop turns. */
void runs_stop_all(struct runs *runs);
bool runs_idle(const struct runs *runs);
/* A run that goes on, or ended and is still in memory: the last 16, fewer if their logs are large.
 * NULL if there is none. */
struct run *runs_find(struct runs *runs, const char *id);
/* Drops a run that has ended from memory; one that goes on stays. */
void runs_forget(struct runs *runs, struct run *run);

const char *run_id(const struct run *run);
const struct demo *run_demo(const struct run *run);
const json_t *run_params(const struct run *run);
enum run_state run_state(const struct run *run);
struct runlog *run_log(struct run *run);
int64_t run_started_wall_ms(const struct run *run);
/* A new object:
 * {"run","demo","params","state","metrics":{},"checks":[],"exit":{…}|null,"limit":…|null,"lines":n}.
 * NULL if out of memory. state: "queued", "running", "ended". metrics: {ID: {"value", "expected"?,
 * "low"?, "high"?}}, checks: [{"id","ok","got"?,"want"?}], the last of each id. exit: {"code" or
 * "signal", "stopped", "wall_ms", "cpu_ms", "max_rss"}; neither code nor signal if it was stopped
 * in the queue, code 126 if the sandbox could not be made. limit: "wall", "cpu", "memory",
 * "processes", "files", "file_size", "output" or "rate". */
json_t *run_summary(const struct run *run);

struct run *run_ref(struct run *run);
void run_unref(struct run *run);

#endif
