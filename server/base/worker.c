/* worker.c - a thread with a queue in and a list of finished jobs out; see worker.h.
 *
 * Finished jobs are chained on `finished` and the loop is woken once for each batch, not once for
 * each job. */
#include "base/worker.h"

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct job {
    int (*work)(void *job);
    void (*done)(void *job, int status);
    void *ud;
    int status;
    struct job *next;
};

struct queue {
    struct job *first, **tail;
};

struct worker {
    struct loop *loop;
    struct worker_hooks hooks;
    pthread_t thread;
    pthread_mutex_t lock; /* guards all below */
    pthread_cond_t wanted;
    struct queue waiting, finished;
    bool closing;
    bool posted; /* worker_deliver is already on its way to the loop */
};

static void queue_init(struct queue *queue)
{
    queue->first = NULL;
    queue->tail = &queue->first;
}

static void queue_push(struct queue *queue, struct job *job)
{
    job->next = NULL;
    *queue->tail = job;
    queue->tail = &job->next;
}

/* Takes at most `max` jobs off the front. */
static struct job *queue_take(struct queue *queue, int max)
{
    struct job *first = queue->first, **at = &queue->first;
    for (int i = 0; i < max && *at; i++)
        at = &(*at)->next;
    queue->first = *at;
    *at = NULL;
    if (!queue->first)
        queue->tail = &queue->first;
    return queue->first == first ? NULL : first;
}

/*** On the worker's thread ***/

static void batch_work(struct worker *worker, struct job *batch)
{
    const struct worker_hooks *hooks = &worker->hooks;
    int begun = hooks->begin ? hooks->begin(hooks->ud) : 0;
    for (struct job *job = batch; job; job = job->next)
        job->status = begun < 0 ? begun : job->work(job->ud);
    int ended = begun == 0 && hooks->end ? hooks->end(hooks->ud) : 0;
    for (struct job *job = batch; ended < 0 && job; job = job->next)
        if (job->status >= 0)
            job->status = ended;
}

static void worker_deliver(void *ud);

/* Puts a finished batch on the list and sees to it that the loop will look. */
static void batch_finish(struct worker *worker, struct job *batch)
{
    pthread_mutex_lock(&worker->lock);
    while (batch) {
        struct job *next = batch->next;
        queue_push(&worker->finished, batch);
        batch = next;
    }
    bool post = !worker->posted;
    worker->posted = true;
    pthread_mutex_unlock(&worker->lock);
    if (post && loop_post(worker->loop, worker_deliver, worker) < 0) {
        pthread_mutex_lock(&worker->lock);
        worker->posted =
            false; /* out of memory: the next batch, or worker_free, delivers these too */
        pthread_mutex_unlock(&worker->lock);
    }
}

static struct job *worker_next_batch(struct worker *worker)
{
    pthread_mutex_lock(&worker->lock);
    while (!worker->waiting.first && !worker->closing)
        pthread_cond_wait(&worker->wanted, &worker->lock);
    struct job *batch = queue_take(&worker->waiting, WORKER_BATCH_MAX);
    pthread_mutex_unlock(&worker->lock);
    return batch;
}

/* On one processor a thread that is woken may take it from the loop for milliseconds, in the middle
 * of an event for a thousand readers. Nobody waits for a job so urgently (sched(7), SCHED_BATCH).
 */
static void let_the_loop_go_first(void)
{
    const struct sched_param none = {0};
    pthread_setschedparam(pthread_self(), SCHED_BATCH, &none);
}

static void *worker_main(void *ud)
{
    struct worker *worker = ud;
    struct job *batch;
    let_the_loop_go_first();
    while ((batch = worker_next_batch(worker))) {
        batch_work(worker, batch);
        batch_finish(worker, batch);
    }
    return NULL;
}

/*** On the loop's thread ***/

static void worker_deliver(void *ud)
{
    struct worker *worker = ud;
    pthread_mutex_lock(&worker->lock);
    struct job *job = worker->finished.first;
    queue_init(&worker->finished);
    worker->posted = false;
    pthread_mutex_unlock(&worker->lock);
    while (job) {
        struct job *next = job->next;
        if (job->done)
            job->done(job->ud, job->status);
        free(job);
        job = next;
    }
}

int worker_submit(struct worker *worker, int (*work)(void *job),
                  void (*done)(void *job, int status), void *ud)
{
    struct job *job = malloc(sizeof *job);
    if (!job)
        return -ENOMEM;
    *job = (struct job){.work = work, .done = done, .ud = ud};
    pthread_mutex_lock(&worker->lock);
    bool refused = worker->closing; /* nobody might be there to take it */
    if (!refused)
        queue_push(&worker->waiting, job);
    pthread_mutex_unlock(&worker->lock);
    if (refused) {
        free(job);
        return -ECANCELED;
    }
    pthread_cond_signal(
        &worker->wanted); /* after the unlock: woken earlier, it would only wait for the lock */
    return 0;
}

/* Signals are for the loop's thread (signalfd), so the new thread starts with all blocked. */
static int start_thread(struct worker *worker, const char *name)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    int code = pthread_create(&worker->thread, NULL, worker_main, worker);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    if (code == 0)
        pthread_setname_np(worker->thread, name);
    return code;
}

int worker_new(struct loop *loop, const char *name, const struct worker_hooks *hooks,
               struct worker **ret, struct err *err)
{
    struct worker *worker = calloc(1, sizeof *worker);
    if (!worker)
        return err_set(err, ENOMEM, "out of memory");
    worker->loop = loop;
    if (hooks)
        worker->hooks = *hooks;
    queue_init(&worker->waiting);
    queue_init(&worker->finished);
    pthread_mutex_init(&worker->lock, NULL);
    pthread_cond_init(&worker->wanted, NULL);
    int code = start_thread(worker, name);
    if (code) {
        free(worker);
        return err_set(err, code, "cannot start the thread %s: %s", name, strerror(code));
    }
    *ret = worker;
    return 0;
}

/* A delivery posted earlier may still be on the loop's queue: after the join, run it from here
 * until nothing is posted. */
void worker_free(struct worker *worker)
{
    if (!worker)
        return;
    pthread_mutex_lock(&worker->lock);
    worker->closing = true;
    pthread_cond_signal(&worker->wanted);
    pthread_mutex_unlock(&worker->lock);
    pthread_join(worker->thread, NULL);
    while (worker->posted)
        loop_turn(worker->loop, 0);
    worker_deliver(worker);
    pthread_cond_destroy(&worker->wanted);
    pthread_mutex_destroy(&worker->lock);
    free(worker);
}
