/* store_items.c - states of items: their names, setting one, and the revision that counts changes;
 * what an item read when it was ticked, and what was done day by day. */
#include <errno.h>
#include <string.h>

#include "store/store_internal.h"
#include "store/store_sync.h"
#include "store/store_ticks.h"

static const char *const state_names[] = {
    [ITEM_TODO] = "todo", [ITEM_SHAKY] = "shaky", [ITEM_DONE] = "done"};

const char *item_state_name(enum item_state state)
{
    return state_names[state];
}

int item_state_from_name(const char *name, enum item_state *ret)
{
    for (size_t i = 0; i < ARRAY_LEN(state_names); i++) {
        if (strcmp(name, state_names[i]) == 0) {
            *ret = (enum item_state)i;
            return 0;
        }
    }
    return -EINVAL;
}

int store_revision(struct store *store, uint64_t *ret, struct err *err)
{
    cleanup_stmt sqlite3_stmt *q = sql_take(store, SQL_REVISION);
    int r = sql_row(store, q, err);
    if (r < 0)
        return r;
    *ret = (uint64_t)sqlite3_column_int64(q, 0);
    return 0;
}

int item_set(struct store *store, int64_t item, enum item_state state, int64_t wall_ms,
             struct err *err)
{
    cleanup_stmt sqlite3_stmt *q = sql_take(store, SQL_ITEM_SET);
    sql_int(q, 1, item);
    sql_text(q, 2, item_state_name(state));
    sql_int(q, 3, wall_ms);
    int r = sql_run(store, q, err);
    return r < 0 ? r : ticks_append_folded(store, item, state, wall_ms, err);
}

/* From now on the item's texts, as they read, are what was ticked. */
static int places_seen(struct store *store, int64_t item, bool ticked, struct err *err)
{
    cleanup_stmt sqlite3_stmt *q = sql_take(store, SQL_PLACES_SEEN);
    sql_int(q, 1, item);
    sql_int(q, 2, ticked);
    return sql_run(store, q, err);
}

int store_item_set(struct store *store, const char *id, enum item_state state, int64_t wall_ms,
                   uint64_t *ret_revision, struct err *err)
{
    int r = store_writing(store, err);
    if (r == 0)
        r = ticks_know(store, err);
    if (r < 0)
        return r;
    cleanup_stmt sqlite3_stmt *q = sql_take(store, SQL_ITEM_FIND);
    sql_text(q, 1, id);
    r = sql_row(store, q, err);
    if (r < 0)
        return r;
    if (r == 0)
        return err_set(err, ENOENT, "there is no item %.40s", id);
    if (sqlite3_column_int(q, 2) == 0)
        return err_set(err, ESTALE, "item %.40s is no longer in the notes", id);
    int64_t item = sqlite3_column_int64(q, 0);
    bool changed = sqlite3_column_int(q, 3) > 0, elsewhere = sqlite3_column_int(q, 4) > 0;
    if (ticks_state(store, item, sql_column_state(q, 1)) == state && !changed)
        return store_revision(store, ret_revision, err);
    r = ticks_append(store, item, state, wall_ms, ret_revision, err);
    if (r == 0 && (changed || elsewhere))
        r = places_seen(store, item, state != ITEM_TODO, err);
    return r;
}

int store_item_topic(struct store *store, const char *id, char **ret, struct err *err)
{
    cleanup_stmt sqlite3_stmt *q = sql_take(store, SQL_ITEM_TOPIC);
    sql_text(q, 1, id);
    int r = sql_row(store, q, err);
    if (r < 0)
        return r;
    if (r == 0)
        return err_set(err, ENOENT, "there is no item %.40s", id);
    *ret = strdup((const char *)sqlite3_column_text(q, 0));
    return *ret ? 0 : err_set(err, ENOMEM, "out of memory");
}

int store_item_was(struct store *store, const char *file, const char *id, char **ret,
                   struct err *err)
{
    cleanup_stmt sqlite3_stmt *q = sql_take(store, SQL_ITEM_WAS);
    sql_text(q, 1, file);
    sql_text(q, 2, id);
    int r = sql_row(store, q, err);
    if (r < 0)
        return r;
    if (r == 0)
        return err_set(err, ENOENT, "%s has no item %.40s", file, id);
    const char *was = (const char *)sqlite3_column_text(q, 0);
    *ret = was ? strdup(was) : NULL;
    return was && !*ret ? err_set(err, ENOMEM, "out of memory") : 0;
}

int store_days(struct store *store, int64_t since_ms,
               int (*each)(const struct store_day *day, void *ud), void *ud, struct err *err)
{
    cleanup_stmt sqlite3_stmt *q = sql_take(store, SQL_DAYS);
    sql_int(q, 1, since_ms);
    int r;
    while ((r = sql_row(store, q, err)) > 0) {
        struct store_day day = {.items = (size_t)sqlite3_column_int64(q, 1),
                                .runs = (size_t)sqlite3_column_int64(q, 2)};
        const char *date = (const char *)sqlite3_column_text(q, 0);
        strncpy(day.date, date ? date : "", sizeof day.date - 1);
        if (each(&day, ud) != 0)
            return 0;
    }
    return r;
}
