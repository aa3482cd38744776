/* sync_pool.c - per-P pools with stealing and a victim cache, after Go's sync/pool.go (1.13 on).
 *
 *            P 0                       P 1                    each P's own, no lock:
 *    | private | shared |      | private | shared |           one object, and a list of others
 *    |       victim     |      |       victim     |           what the last collection moved here
 *
 *   Get   own private → own shared, head → the others' shared, tail → victims → nothing
 *   Put   own private if that is free, else own shared, head
 *   GC    with the world stopped: victims are dropped, and what is private or shared becomes victim
 *
 * DESIGN  Speed comes from not sharing. A P's private slot is touched by its own thread alone, with
 * plain loads and stores; its shared list costs one locked exchange on a line that is in this
 * core's cache anyway; only one who has found nothing at home looks at the others'. That holds only
 * if two Ps never share a cache line: hence the padding to 128 bytes, two lines, since CPUs fetch
 * lines in pairs.
 *
 * The owner takes the newest of its list, still warm in its cache, and thieves the oldest, from the
 * other end, so they seldom meet.
 *
 * Two generations instead of one make a collection gentle: what is in use is put back between two
 * collections, and thus is never in the generation that is dropped. */
#include "sync_pool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "chain.h"
#include "world.h"

#define unlikely(condition) __builtin_expect(condition, false)

enum { LINES = 128 }; /* two cache lines */

struct local {
    void *private;
    struct chain shared;
};

/* What belongs to a P but not to its generation of objects. */
struct p {
    struct pin pin;
    struct local *local, *victim;
    struct ring *retired; /* rings it has emptied as a thief, until the next stop */
    _Atomic(uint64_t) gets[POOL_SOURCES];
} __attribute__((aligned(LINES)));

struct pool {
    struct world world;
    struct pool_options options;
    void *locals, *victims; /* where the Ps' struct local lie, close together or not */
    atomic_bool no_victims __attribute__((aligned(LINES))); /* somebody has looked: none is left */
    struct p ps[];
};

static inline void count(_Atomic(uint64_t) *counter)
{
    uint64_t value = atomic_load_explicit(counter, memory_order_relaxed); /* one writer */
    atomic_store_explicit(counter, value + 1, memory_order_relaxed);
}

/*** Get ***/

/* The oldest of the first list that has any: the Ps' from `first` on, all around. */
static void *steal(struct pool *pool, struct p *self, int first, bool victims)
{
    for (int i = 0; i < pool->options.ps; i++) {
        struct p *other = &pool->ps[(first + i) % pool->options.ps];
        if (pool->options.no_steal && other != self)
            continue;
        struct local *local = victims ? other->victim : other->local;
        void *object = chain_pop_tail(&local->shared, &self->retired);
        if (object)
            return object;
    }
    return NULL;
}

/* After the others' lists, not before: victims are to age and go, if they can. */
static void *get_victim(struct pool *pool, struct p *self, int p)
{
    if (atomic_load_explicit(&pool->no_victims, memory_order_acquire))
        return NULL;
    void *object = self->victim->private;
    self->victim->private = NULL;
    if (!object)
        object = steal(pool, self, p, true);
    if (!object) /* nobody need look again: that gives up what is private to others */
        atomic_store_explicit(&pool->no_victims, true, memory_order_release);
    return object;
}

/* All of Get, once pinned. */
static void *get_anywhere(struct pool *pool, struct p *self, int p, enum pool_source *ret_source)
{
    void *object = self->local->private;
    self->local->private = NULL;
    *ret_source = POOL_PRIVATE;
    if (!object) {
        *ret_source = POOL_SHARED;
        object = chain_pop_head(&self->local->shared);
    }
    if (!object) {
        *ret_source = POOL_STEAL;
        object = steal(pool, self, p + 1, false);
    }
    if (!object) {
        *ret_source = POOL_VICTIM;
        object = get_victim(pool, self, p);
    }
    return object;
}

/* What the quick path does not find, or may not look for. It is kept apart, so that the quick path
 * calls nothing and need not save a register. */
__attribute__((noinline)) static void *get_slow(struct pool *pool, struct p *self, int p)
{
    enum pool_source source;
    world_attend(&pool->world, &self->pin);
    void *object = get_anywhere(pool, self, p, &source);
    pin_release(&self->pin);
    count(&self->gets[object ? source : POOL_NEW]);
    return object;
}

void *pool_get(struct pool *pool, int p)
{
    struct p *self = &pool->ps[p];
    if (unlikely(!pin_take(&pool->world, &self->pin)))
        return get_slow(pool, self, p);
    void *object = self->local->private;
    if (object) {
        self->local->private = NULL;
        pin_release(&self->pin);
        count(&self->gets[POOL_PRIVATE]);
        return object;
    }
    object = chain_pop_newest(&self->local->shared);
    if (unlikely(!object))
        return get_slow(pool, self, p);
    pin_release(&self->pin);
    count(&self->gets[POOL_SHARED]);
    return object;
}

/*** Put ***/

__attribute__((noinline)) static void put_slow(struct pool *pool, struct p *self, void *object)
{
    bool kept = true;
    world_attend(&pool->world, &self->pin);
    if (!self->local->private)
        self->local->private = object;
    else
        kept = chain_push_head(&self->local->shared, object);
    pin_release(&self->pin);
    if (!kept) /* no memory for a larger ring */
        pool->options.drop(object, pool->options.arg);
}

void pool_put(struct pool *pool, int p, void *object)
{
    struct p *self = &pool->ps[p];
    if (unlikely(!object))
        return;
    if (unlikely(!pin_take(&pool->world, &self->pin))) {
        put_slow(pool, self, object);
        return;
    }
    if (!self->local->private) {
        self->local->private = object;
    } else if (unlikely(!chain_push_newest(&self->local->shared, object))) {
        put_slow(pool, self, object);
        return;
    }
    pin_release(&self->pin);
}

/*** Collection ***/

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Drops all of one P's objects; nobody else can reach them any more. */
static size_t drop_all(const struct pool *pool, struct local *local)
{
    size_t n = 0;
    struct ring *retired = NULL;
    void *object = local->private;
    if (!object)
        object = chain_pop_tail(&local->shared, &retired);
    for (; object; object = chain_pop_tail(&local->shared, &retired), n++)
        pool->options.drop(object, pool->options.arg);
    ring_free_all(retired);
    chain_clear(&local->shared);
    local->private = NULL;
    return n;
}

/* What one stop takes from a P, to be freed when the world goes on. */
struct leavings {
    struct local dropped;
    struct ring *retired;
};

/* Moves one P's objects a generation on. A few stores: everybody is waiting. */
static void age(struct pool *pool, int p, struct leavings *ret)
{
    struct local *local = pool->ps[p].local, *victim = pool->ps[p].victim;
    *ret = (struct leavings){*victim, pool->ps[p].retired};
    *victim = *local;
    *local = (struct local){0};
    pool->ps[p].retired = NULL;
    if (pool->options.no_victim) {
        ret->dropped = *victim;
        *victim = (struct local){0};
    }
}

struct pool_cycle pool_gc(struct pool *pool)
{
    struct pool_cycle cycle = {0};
    struct leavings leavings[POOL_PS_MAX];
    int ps = pool->options.ps;
    int64_t since = now_ns();
    world_stop_begin(&pool->world);
    for (int p = 0; p < ps; p++)
        world_stop_await(&pool->ps[p].pin);
    for (int p = 0; p < ps; p++)
        age(pool, p, &leavings[p]);
    atomic_store_explicit(&pool->no_victims, pool->options.no_victim, memory_order_relaxed);
    world_stop_end(&pool->world);
    cycle.pause_ns = now_ns() - since;
    for (int p = 0; p < ps; p++) {
        cycle.dropped += drop_all(pool, &leavings[p].dropped);
        ring_free_all(leavings[p].retired);
    }
    return cycle;
}

/*** Making and freeing ***/

static bool is_valid(const struct pool_options *options)
{
    return options->ps >= 1 && options->ps <= POOL_PS_MAX && options->drop;
}

static void *lines_new(size_t size)
{
    size = (size + LINES - 1) / LINES * LINES;
    void *lines = aligned_alloc(LINES, size);
    return lines ? memset(lines, 0, size) : NULL;
}

struct pool *pool_new(const struct pool_options *options)
{
    if (!is_valid(options))
        return errno = EINVAL, NULL;
    size_t ps = (size_t)options->ps;
    struct pool *pool = lines_new(sizeof *pool + ps * sizeof *pool->ps);
    if (!pool)
        return NULL;
    size_t stride = options->no_padding ? sizeof(struct local) : LINES;
    world_init(&pool->world, options->no_membarrier);
    pool->options = *options;
    pool->locals = lines_new(ps * stride);
    pool->victims = lines_new(ps * stride);
    if (!pool->locals || !pool->victims) {
        pool_free(pool);
        return errno = ENOMEM, NULL;
    }
    for (size_t p = 0; p < ps; p++) {
        pool->ps[p].local = (void *)((char *)pool->locals + p * stride);
        pool->ps[p].victim = (void *)((char *)pool->victims + p * stride);
    }
    atomic_init(&pool->no_victims, true);
    return pool;
}

void pool_free(struct pool *pool)
{
    if (!pool)
        return;
    if (pool->locals && pool->victims) {
        pool_gc(pool);
        pool_gc(pool);
    }
    free(pool->victims);
    free(pool->locals);
    world_destroy(&pool->world);
    free(pool);
}

struct pool_counts pool_counts(const struct pool *pool, int p)
{
    const struct p *self = &pool->ps[p];
    struct pool_counts counts;
    for (int i = 0; i < POOL_SOURCES; i++)
        counts.gets[i] = atomic_load_explicit(&self->gets[i], memory_order_relaxed);
    return counts;
}
