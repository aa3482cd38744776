/* store_ticks.c - the history of ticks, and the items' states folded out of it.
 *
 * DESIGN  A tick must be on disk before it is acknowledged, and what that costs is pages. So a tick
 * is one row appended to `ticks`, and the items' rows follow later, many in one go, as a log is
 * folded into a table; `folded` says up to which tick they have. What is not folded yet is kept in
 * an array as well, a byte an item, so that a tick can tell what it changes. The array is only a
 * copy: after a roll-back it is thrown away, and so is what a killed prepd had of it; then the next
 * batch folds before it does anything else.
 *
 * What reads items.state for itself (store_sync.c) folds first. */
#include "store/store_ticks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    UNFOLDED_MAX = 1024, /* ticks until a fold: some 100 pages at once instead of 1024 one by one */
    ITEM_END = 1 << 20,  /* rows are numbered from 1 up; one beyond this is not worth the memory */
    STATES_GROW = 1 << 12, /* items */
};

/*** What is not folded ***/

static int states_reach(struct store *store, int64_t item)
{
    struct unfolded *unfolded = &store->unfolded;
    if ((size_t)item < unfolded->n_states)
        return 0;
    size_t n = ((size_t)item / STATES_GROW + 1) * STATES_GROW;
    uint8_t *states = realloc(unfolded->states, n);
    if (!states)
        return -ENOMEM;
    memset(states + unfolded->n_states, 0, n - unfolded->n_states);
    unfolded->states = states;
    unfolded->n_states = n;
    return 0;
}

/* An item that cannot be noted leaves the array incomplete, which only costs a fold. */
static void note_state(struct store *store, int64_t item, enum item_state state)
{
    if (item < 0 || item >= ITEM_END || states_reach(store, item) < 0) {
        store->unfolded.known = false;
        return;
    }
    store->unfolded.states[item] = (uint8_t)(1 + state);
    store->unfolded.n++;
}

static void note_none(struct store *store, bool known)
{
    struct unfolded *unfolded = &store->unfolded;
    if (unfolded->n)
        memset(unfolded->states, 0, unfolded->n_states);
    unfolded->n = 0;
    unfolded->known = known;
}

enum item_state ticks_state(const struct store *store, int64_t item, enum item_state row)
{
    const struct unfolded *unfolded = &store->unfolded;
    uint8_t noted = item >= 0 && (size_t)item < unfolded->n_states ? unfolded->states[item] : 0;
    return noted ? (enum item_state)(noted - 1) : row;
}

void ticks_forget(struct store *store)
{
    note_none(store, false);
}

/*** Folding ***/

static int run(struct store *store, enum store_sql which, struct err *err)
{
    cleanup_stmt sqlite3_stmt *q = sql_take(store, which);
    return sql_run(store, q, err);
}

/* 1: some ticks are not folded; 0: none. */
static int any_unfolded(struct store *store, struct err *err)
{
    cleanup_stmt sqlite3_stmt *q = sql_take(store, SQL_UNFOLDED);
    int r = sql_row(store, q, err);
    return r < 0 ? r : sqlite3_column_int(q, 0);
}

int ticks_fold(struct store *store, struct err *err)
{
    if (store->unfolded.known && store->unfolded.n == 0)
        return 0;
    int r = any_unfolded(store, err);
    if (r > 0) {
        r = run(store, SQL_FOLD, err);
        if (r == 0)
            r = run(store, SQL_FOLDED, err);
    }
    if (r == 0)
        note_none(store, true);
    return r;
}

int ticks_know(struct store *store, struct err *err)
{
    return store->unfolded.known ? 0 : ticks_fold(store, err);
}

/*** Ticking ***/

static int append(struct store *store, int64_t item, enum item_state state, int64_t wall_ms,
                  struct err *err)
{
    cleanup_stmt sqlite3_stmt *q = sql_take(store, SQL_TICK_ADD);
    sql_int(q, 1, item);
    sql_text(q, 2, item_state_name(state));
    sql_int(q, 3, wall_ms);
    return sql_run(store, q, err);
}

int ticks_append(struct store *store, int64_t item, enum item_state state, int64_t wall_ms,
                 uint64_t *ret_seq, struct err *err)
{
    int r = store->unfolded.n < UNFOLDED_MAX ? 0 : ticks_fold(store, err);
    if (r == 0)
        r = append(store, item, state, wall_ms, err);
    if (r < 0)
        return r;
    *ret_seq = (uint64_t)sqlite3_last_insert_rowid(store->db);
    note_state(store, item, state);
    return 0;
}

int ticks_append_folded(struct store *store, int64_t item, enum item_state state, int64_t wall_ms,
                        struct err *err)
{
    int r = append(store, item, state, wall_ms, err);
    return r < 0 ? r : run(store, SQL_FOLDED, err);
}
