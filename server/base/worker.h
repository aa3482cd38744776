/* worker.h - one thread that does in order what the event loop must not wait for.
 *
 * A job is a work function, run on the worker's thread, and a done function, run afterwards on the
 * loop's thread with what work returned. Jobs are taken in batches: all that wait when the worker
 * is free, at most WORKER_BATCH_MAX. The store gives `begin` and `end` hooks that open and commit
 * one transaction around a batch: that is group commit, and a job's done is called only after
 * `end`. */
#ifndef PREPD_BASE_WORKER_H
#define PREPD_BASE_WORKER_H

#include "base/err.h"
#include "base/loop.h"

struct worker;

enum { WORKER_BATCH_MAX = 64 };

struct worker_hooks {
    /* Both run on the worker's thread and may be NULL. If begin fails, no job of the batch is
     * worked and each is done with its error. If end fails (a COMMIT on a full disk), each job that
     * had succeeded is done with end's error. */
    int (*begin)(void *ud);
    int (*end)(void *ud);
    void *ud;
};

/* Starts the thread, named `name` (at most 15 bytes), with all signals blocked. hooks may be NULL
 * and is copied. */
int worker_new(struct loop *loop, const char *name, const struct worker_hooks *hooks,
               struct worker **ret, struct err *err);

/* work returns 0 or a negative errno, handed to done (which may be NULL). Any thread. 0, -ENOMEM,
 * or -ECANCELED once worker_free was called, by which done functions may be run. */
int worker_submit(struct worker *worker, int (*work)(void *job),
                  void (*done)(void *job, int status), void *job);

/* Finishes all jobs, joins the thread and runs the done functions not yet run, on the calling
 * (loop's) thread. NULL is fine. */
void worker_free(struct worker *worker);

#endif
