/* experiment_worker.c - the threads, and the slices of time in which they run one strategy. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "experiment.h"

/*** A thread ***/

/* Waits for the slice after `last`. False: there is none. */
static bool next_slice(struct crew *crew, unsigned last)
{
    pthread_mutex_lock(&crew->lock);
    while (crew->slice == last && !crew->ended)
        pthread_cond_wait(&crew->changed, &crew->lock);
    bool ended = crew->ended;
    if (!ended && ++crew->started == crew->threads)
        pthread_cond_broadcast(&crew->changed);
    pthread_mutex_unlock(&crew->lock);
    return !ended;
}

static void slice_done(struct crew *crew)
{
    pthread_mutex_lock(&crew->lock);
    if (--crew->working == 0)
        pthread_cond_broadcast(&crew->changed);
    pthread_mutex_unlock(&crew->lock);
}

static void *worker_main(void *arg)
{
    struct worker *worker = arg;
    for (unsigned slice = 0; next_slice(worker->crew, slice); slice++) {
        worker_run(worker, worker->crew->strategy);
        slice_done(worker->crew);
    }
    return NULL;
}

static int worker_init(struct worker *worker, struct crew *crew, int p)
{
    const struct plan *plan = crew->plan;
    bool pipeline = plan->pattern == PATTERN_PIPELINE;
    worker->p = p;
    worker->crew = crew;
    worker->mailbox = &crew->mailboxes[p / 2];
    worker->random.state = plan->seed + (uint64_t)p * 0x9e3779b97f4a7c15;
    /* as many as can be on their way, one in each hand: none is used again before it is back */
    worker->own_size = pipeline ? MAILBOX_SIZE + 2 : plan->held;
    worker->hand = calloc(plan->held, sizeof(struct object *));
    worker->own = calloc(worker->own_size, sizeof(struct object *));
    worker->timed = calloc(TIMED, sizeof *worker->timed);
    return worker->hand && worker->own && worker->timed ? 0 : -ENOMEM;
}

static void worker_destroy(struct worker *worker)
{
    for (size_t i = 0; worker->own && i < worker->own_size; i++)
        if (worker->own[i])
            object_free(worker->own[i], &worker->ledger[STRATEGY_NONE]);
    free(worker->own);
    free(worker->hand);
    free(worker->timed);
}

/*** All of them ***/

int crew_init(struct crew *crew, const struct plan *plan)
{
    *crew = (struct crew){.plan = plan};
    latency_measure_nothing(&crew->nothing);
    pthread_mutex_init(&crew->lock, NULL);
    pthread_cond_init(&crew->changed, NULL);
    for (int p = 0; p < plan->threads; p++)
        if (worker_init(&crew->workers[p], crew, p) < 0)
            return -ENOMEM;
    for (int p = 0; p < plan->threads; p++) {
        struct worker *worker = &crew->workers[p];
        int failed = pthread_create(&worker->thread, NULL, worker_main, worker);
        if (failed)
            return -failed;
        crew->threads++;
    }
    return 0;
}

void crew_destroy(struct crew *crew)
{
    pthread_mutex_lock(&crew->lock);
    crew->ended = true;
    pthread_cond_broadcast(&crew->changed);
    pthread_mutex_unlock(&crew->lock);
    for (int p = 0; p < crew->threads; p++)
        pthread_join(crew->workers[p].thread, NULL);
    for (int p = 0; p < crew->plan->threads; p++)
        worker_destroy(&crew->workers[p]);
    pthread_cond_destroy(&crew->changed);
    pthread_mutex_destroy(&crew->lock);
}

void crew_begin(struct crew *crew, struct strategy *strategy, bool timing)
{
    pthread_mutex_lock(&crew->lock);
    crew->strategy = strategy;
    crew->timing = timing;
    atomic_store(&crew->stop, false);
    crew->started = 0;
    crew->working = crew->threads;
    crew->slice++;
    pthread_cond_broadcast(&crew->changed);
    while (crew->started < crew->threads)
        pthread_cond_wait(&crew->changed, &crew->lock);
    pthread_mutex_unlock(&crew->lock);
}

void crew_end(struct crew *crew)
{
    atomic_store(&crew->stop, true);
    pthread_mutex_lock(&crew->lock);
    while (crew->working > 0)
        pthread_cond_wait(&crew->changed, &crew->lock);
    pthread_mutex_unlock(&crew->lock);
}

/*** What they have counted ***/

uint64_t crew_uses(const struct crew *crew)
{
    uint64_t sum = 0;
    for (int p = 0; p < crew->threads; p++)
        sum += atomic_load_explicit(&crew->workers[p].uses, memory_order_relaxed);
    return sum;
}

uint64_t crew_conflicts(const struct crew *crew)
{
    uint64_t sum = 0;
    for (int p = 0; p < crew->threads; p++)
        sum += atomic_load_explicit(&crew->workers[p].conflicts, memory_order_relaxed);
    return sum;
}

static void totals_add(struct totals *totals, const struct ledger *ledger)
{
    totals->bytes += atomic_load_explicit(&ledger->bytes, memory_order_relaxed);
    totals->born += atomic_load_explicit(&ledger->born, memory_order_relaxed);
    totals->dead += atomic_load_explicit(&ledger->dead, memory_order_relaxed);
}

struct totals crew_totals(const struct crew *crew, const struct strategy *strategy)
{
    struct totals totals = {0};
    for (int p = 0; p < crew->plan->threads; p++)
        totals_add(&totals, &crew->workers[p].ledger[strategy->kind]);
    totals_add(&totals, &strategy->dropped);
    return totals;
}
