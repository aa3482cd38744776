/* runs.h - starting demos, watching over them, and their logs.
 *
 * DESIGN  Three kinds of process. *prepd* (HTTP, SQLite) reads what a demo prints and keeps the log. The *runner* is forked from it
 * before any thread or descriptor of importance exists; it is single-threaded, has no database and no listening socket, and talks to
 * prepd over a socketpair; it makes sandboxes (sandbox.h) and kills them. The *demo* runs inside one. The runner hands the reading end
 * of the demo's output to prepd (SCM_RIGHTS), so an event takes one hop: demo → pipe → prepd's loop → the readers' sockets.
 * If prepd dies, the runner sees end-of-file and kills every run; if the runner dies, its runs die with it and prepd starts no more
 * (and says so).
 *
 * All functions are for the loop's thread, except runs_fork. */
#ifndef PREPD_RUNS_RUNS_H
#define PREPD_RUNS_RUNS_H

#include "base/loop.h"
#include "base/util.h"
#include "runs/catalogue.h"
#include "runs/runlog.h"

struct runs;
struct run;
struct runner_link; /* the runner process, seen from prepd */

enum run_state { RUN_QUEUED, RUN_RUNNING, RUN_ENDED };

/* Forks the runner. Call first thing in main: before threads, before descriptors the runner must not have. */
int runs_fork(struct runner_link **ret, struct err *err);

struct runs_options {
    struct loop *loop;
    const struct catalogue *catalogue;
    struct runner_link *link; /* owned by runs from here on */
    int max_running;          /* 1… */
    int max_queued;           /* 0… */
    void *ud;
    /* Told of each run on the loop's thread: after its log got its first line; after its log was closed. */
    void (*started)(struct run *run, void *ud);
    void (*ended)(struct run *run, void *ud);
};

int runs_new(const struct runs_options *options, struct runs **ret, struct err *err);
/* Stops every run, waits for the runner to end (at most 500 ms, then SIGKILL). */
void runs_free(struct runs *runs);

/* Starts a run, or queues it. `params` is complete, from demo_params_check. -EAGAIN: the queue is full; -ENOSYS: the demo can't run
 * here (demo->why); -EPIPE: the runner is gone. *ret stays valid until run_unref. */
int runs_start(struct runs *runs, const struct demo *demo, const json_t *params, struct run **ret,
               struct err *err);
/* Ends the run's whole process tree; its log then gets `exit` and is closed. Idempotent. */
void runs_stop(struct runs *runs, struct run *run);
/* Stops all and refuses new ones; the `ended` callbacks come as the loop turns. */
void runs_stop_all(struct runs *runs);
bool runs_idle(const struct runs *runs);
/* A run that goes on, or ended and is still in memory (the last 16). NULL if there is none. */
struct run *runs_find(struct runs *runs, const char *id);

const char *run_id(const struct run *run);
const struct demo *run_demo(const struct run *run);
const json_t *run_params(const struct run *run);
enum run_state run_state(const struct run *run);
struct runlog *run_log(struct run *run);
int64_t run_started_wall_ms(const struct run *run);
/* A new object: {"run","demo","params","state","metrics":{},"checks":[],"exit":{…}|null,"limit":…|null,"lines":n}. NULL if out of memory. */
json_t *run_summary(const struct run *run);

struct run *run_ref(struct run *run);
void run_unref(struct run *run);

#endif
