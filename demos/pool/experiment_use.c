/* experiment_use.c - the loops that are measured: get objects, use them, give them back.
 *
 * There is one function for each strategy, made of the same inline parts with the strategy as a
 * constant, so that no strategy pays for the choice. What the loop itself costs, marking objects
 * and counting included, is measured by STRATEGY_NONE. */
#include <sched.h>
#include <time.h>

#include "experiment.h"

#define always_inline inline __attribute__((always_inline))

enum { USES_BETWEEN_LOOKS = 64 }; /* at the stop flag */

static void relax(unsigned *tries)
{
    if (++*tries % 64 == 0)
        sched_yield();
}

static struct ledger *ledger_of(struct worker *worker, enum strategy_kind kind)
{
    return kind == STRATEGY_MALLOC ? NULL : &worker->ledger[kind];
}

/*** Get and Put, by strategy ***/

/* There is none, or one that is too small: then do as a growing slice does. */
__attribute__((noinline)) static struct object *make(struct worker *worker, enum strategy_kind kind,
                                                     struct object *small, size_t need)
{
    struct ledger *ledger = ledger_of(worker, kind);
    struct object *object = object_new(need, worker->crew->plan->zero, ledger);
    if (small)
        object_free(small, ledger);
    if (!object)
        atomic_store(&worker->crew->out_of_memory, true);
    return object;
}

/* A Get, of the size it happens to be; as Go's does, it makes one if there is none. */
static always_inline struct object *get(struct worker *worker, struct strategy *strategy,
                                        enum strategy_kind kind, size_t need)
{
    struct object *object = NULL;
    if (kind == STRATEGY_POOL || kind == STRATEGY_FULL)
        object = pool_get(strategy->pool, worker->p);
    else if (kind == STRATEGY_LIST)
        object = free_list_get(strategy->list);
    else if (kind == STRATEGY_NONE)
        object = worker->own[worker->own_next];
    return object ? object : make(worker, kind, NULL, need);
}

/* What a program does with a Get's object before it can use it: replace one that is too small. */
static always_inline struct object *fit(struct worker *worker, enum strategy_kind kind,
                                        struct object *object, size_t need)
{
    size_t own = worker->own_next;
    if (object && object->size < need)
        object = make(worker, kind, object, need);
    if (kind == STRATEGY_NONE) {
        worker->own[own] = object;
        worker->own_next = own + 1 < worker->own_size ? own + 1 : 0;
    }
    return object;
}

static always_inline void put(struct worker *worker, struct strategy *strategy,
                              enum strategy_kind kind, struct object *object)
{
    if (kind == STRATEGY_POOL || kind == STRATEGY_FULL) {
        if (object->size > strategy->keep_max)
            object_free(object, &worker->ledger[kind]);
        else
            pool_put(strategy->pool, worker->p, object);
    } else if (kind == STRATEGY_LIST) {
        free_list_put(strategy->list, object);
    } else if (kind == STRATEGY_MALLOC) {
        object_free(object, NULL);
    }
}

/*** The same, timed ***/

static int timed_as(enum strategy_kind kind, const struct pool_counts *before,
                    const struct pool_counts *after)
{
    int source = 0;
    if (kind != STRATEGY_POOL)
        return kind == STRATEGY_LIST ? TIMED_LIST : TIMED_MALLOC;
    while (source < POOL_NEW && before->gets[source] == after->gets[source])
        source++;
    return source;
}

static always_inline struct object *get_timed(struct worker *worker, struct strategy *strategy,
                                              enum strategy_kind kind, size_t need)
{
    struct pool_counts before = {0}, after = {0};
    if (kind == STRATEGY_POOL)
        before = pool_counts(strategy->pool, worker->p);
    int64_t since = ticks_now();
    struct object *object = get(worker, strategy, kind, need);
    int64_t ticks = ticks_now() - since;
    if (kind == STRATEGY_POOL)
        after = pool_counts(strategy->pool, worker->p);
    latency_add(&worker->timed[timed_as(kind, &before, &after)], ticks);
    return object;
}

/*** Using ***/

static always_inline size_t need_of(struct worker *worker, const struct plan *plan)
{
    if (plan->big_share > 0 && demo_random_unit(&worker->random) < plan->big_share)
        return plan->big_size;
    return plan->size;
}

static always_inline struct object *get_and_use(struct worker *worker, struct strategy *strategy,
                                                enum strategy_kind kind, const struct plan *plan)
{
    size_t need = need_of(worker, plan);
    struct object *object = worker->crew->timing ? get_timed(worker, strategy, kind, need)
                                                 : get(worker, strategy, kind, need);
    object = fit(worker, kind, object, need);
    if (!object)
        return NULL;
    if (!object_take(object, worker->p))
        atomic_fetch_add(&worker->conflicts, 1);
    *((volatile unsigned char *)object + need - 1) = 1; /* its last byte */
    return object;
}

static always_inline void let_go(struct worker *worker, struct object *object, int holder)
{
    if (!object_let_go(object, holder))
        atomic_fetch_add(&worker->conflicts, 1);
}

static void hold(const struct plan *plan)
{
    int64_t until = demo_now_ns() + (int64_t)(plan->hold_us * 1000);
    while (demo_now_ns() < until)
        ;
}

static void idle(const struct plan *plan)
{
    int64_t ns = (int64_t)(plan->idle_us * 1000);
    nanosleep(&(struct timespec){ns / 1000000000, ns % 1000000000}, NULL);
}

static always_inline void count_uses(struct worker *worker, size_t n)
{
    uint64_t uses = atomic_load_explicit(&worker->uses, memory_order_relaxed);
    atomic_store_explicit(&worker->uses, uses + n, memory_order_relaxed);
}

static bool is_stopped(const struct crew *crew)
{
    return atomic_load_explicit(&crew->stop, memory_order_acquire) ||
           atomic_load_explicit(&crew->out_of_memory, memory_order_relaxed);
}

/*** Pattern "own": who gets it gives it back ***/

static always_inline void use_once(struct worker *worker, struct strategy *strategy,
                                   enum strategy_kind kind, const struct plan *plan)
{
    size_t n = 0;
    while (n < plan->held && (worker->hand[n] = get_and_use(worker, strategy, kind, plan)))
        n++;
    if (plan->hold_us > 0)
        hold(plan);
    for (size_t i = 0; i < n; i++) {
        let_go(worker, worker->hand[i], worker->p);
        put(worker, strategy, kind, worker->hand[i]);
    }
    count_uses(worker, n);
}

static always_inline void use_own(struct worker *worker, struct strategy *strategy,
                                  enum strategy_kind kind)
{
    const struct plan *plan = worker->crew->plan;
    bool slow = plan->hold_us > 0 || plan->idle_us > 0 || plan->held > USES_BETWEEN_LOOKS;
    size_t times = slow ? 1 : USES_BETWEEN_LOOKS / plan->held;
    while (!is_stopped(worker->crew)) {
        for (size_t i = 0; i < times; i++)
            use_once(worker, strategy, kind, plan);
        if (plan->idle_us > 0)
            idle(plan);
    }
}

/*** Pattern "pipeline": one gets, its partner gives back ***/

/* False: the crew has stopped before there was room. */
static bool send(struct worker *worker, struct object *object)
{
    unsigned tries = 0;
    while (!mailbox_send(worker->mailbox, object)) {
        if (is_stopped(worker->crew))
            return false;
        relax(&tries);
    }
    return true;
}

static always_inline void give_back(struct worker *worker, struct strategy *strategy,
                                    enum strategy_kind kind, struct object *object, int holder)
{
    let_go(worker, object, holder);
    put(worker, strategy, kind, object);
    count_uses(worker, 1);
}

static always_inline void send_all(struct worker *worker, struct strategy *strategy,
                                   enum strategy_kind kind)
{
    const struct plan *plan = worker->crew->plan;
    while (!is_stopped(worker->crew)) {
        struct object *object = get_and_use(worker, strategy, kind, plan);
        if (!object)
            break;
        if (plan->hold_us > 0)
            hold(plan);
        if (!send(worker, object))
            give_back(worker, strategy, kind, object, worker->p);
        if (plan->idle_us > 0)
            idle(plan);
    }
    atomic_store_explicit(&worker->mailbox->closed, true, memory_order_release);
}

static always_inline void receive_all(struct worker *worker, struct strategy *strategy,
                                      enum strategy_kind kind)
{
    struct mailbox *mailbox = worker->mailbox;
    unsigned tries = 0;
    for (;;) {
        bool closed = atomic_load_explicit(&mailbox->closed, memory_order_acquire);
        struct object *object = mailbox_receive(mailbox);
        if (!object && closed)
            break;
        if (!object) {
            relax(&tries);
            continue;
        }
        give_back(worker, strategy, kind, object, worker->p - 1);
    }
    atomic_store_explicit(&mailbox->closed, false, memory_order_relaxed);
}

/*** By strategy ***/

static always_inline void run_as(struct worker *worker, struct strategy *strategy,
                                 enum strategy_kind kind)
{
    if (worker->crew->plan->pattern == PATTERN_OWN)
        use_own(worker, strategy, kind);
    else if (worker->p % 2 == 0)
        send_all(worker, strategy, kind);
    else
        receive_all(worker, strategy, kind);
}

void worker_run(struct worker *worker, struct strategy *strategy)
{
    switch (strategy->kind) {
    case STRATEGY_POOL:
        run_as(worker, strategy, STRATEGY_POOL);
        break;
    case STRATEGY_FULL:
        run_as(worker, strategy, STRATEGY_FULL);
        break;
    case STRATEGY_LIST:
        run_as(worker, strategy, STRATEGY_LIST);
        break;
    case STRATEGY_MALLOC:
        run_as(worker, strategy, STRATEGY_MALLOC);
        break;
    case STRATEGY_NONE:
    case STRATEGIES:
        run_as(worker, strategy, STRATEGY_NONE);
        break;
    }
}
