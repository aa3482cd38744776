/* sync_pool.h - a pool of objects to use again, built like Go's sync.Pool.
 *
 * A pool keeps objects that are not needed at the moment, so that the next who needs one need not
 * allocate it. It promises nothing: an object put in may be given out again, to anybody, or dropped
 * by the next but one garbage collection. So it is for what is short-lived, alike and often needed
 * (buffers, encoders), and not for connections, which someone must close.
 *
 * There are `ps` Ps, numbered from 0. A P belongs to one thread at a time: two threads must not
 * call pool_get or pool_put for the same P at once. Otherwise everything may be called by any
 * thread. Ownership: an object is the pool's from put until get, or until it is dropped. */
#ifndef POOL_SYNC_POOL_H
#define POOL_SYNC_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { POOL_PS_MAX = 64 };

struct pool_options {
    int ps;
    void (*drop)(void *object, void *arg); /* for objects that the pool lets go */
    void *arg;
    /* What can be taken away, to see what it is for. */
    bool no_steal;   /* nobody looks into another P's list */
    bool no_victim;  /* a collection drops all at once, as before Go 1.13 */
    bool no_padding; /* the Ps' lists lie side by side and share cache lines */
    bool no_membarrier;
};

/* Where an object came from. POOL_NEW: from nowhere, the caller has to make one. */
enum pool_source { POOL_PRIVATE, POOL_SHARED, POOL_STEAL, POOL_VICTIM, POOL_NEW, POOL_SOURCES };

struct pool;

struct pool *pool_new(const struct pool_options *options); /* NULL with errno: EINVAL, ENOMEM */
void pool_free(struct pool *pool); /* drops what is in it; nobody may use it; NULL is fine */

/* NULL: the pool has none; make one (Go would call New). It is as its last user left it. */
void *pool_get(struct pool *pool, int p);
void pool_put(struct pool *pool, int p, void *object); /* NULL is ignored */

/* What a garbage collection does to a pool: what has not been used since the last but one is
 * dropped. Everyone else waits for `pause_ns`, not for the dropping. */
struct pool_cycle {
    int64_t pause_ns;
    size_t dropped;
};
struct pool_cycle pool_gc(struct pool *pool);

/* How many Gets of one P ended where, since the start. Readable at any time. */
struct pool_counts {
    uint64_t gets[POOL_SOURCES];
};
struct pool_counts pool_counts(const struct pool *pool, int p);

#endif
