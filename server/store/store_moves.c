/* store_moves.c - items that another file knows already: a slug shared by the languages, a text
 * that moved.
 *
 * DESIGN  Files are synced one after the other, so a text that moved is met in one of two orders.
 * Lost first, found later: moves_find_vanished gives the new place the item. Found first, lost
 * later (a renamed file, a cut and a paste saved in the other order): the new place got an item of
 * its own, and moves_follow, called for each loss, lets the old one have it. Either way the old
 * place stays behind as gone, so the older branch finds its ticks again. */
#include <errno.h>
#include <string.h>

#include "store/store_sync.h"

/* An item this much older than the loss of its twin is not where the twin went. */
enum { FRESH_MS = 10 * 60 * 1000 };

static void owner_read(sqlite3_stmt *q, int column, struct owner *ret)
{
    const char *id = (const char *)sqlite3_column_text(q, column + 1);
    *ret = (struct owner){.item = sqlite3_column_int64(q, column),
                          .state = sql_column_state(q, column + 2)};
    strncpy(ret->id, id ? id : "", ID_SIZE - 1);
}

int moves_find_slug(struct file_sync *file, const char *slug, struct owner *ret)
{
    cleanup_stmt sqlite3_stmt *q = sql_take(file->store, SQL_ITEM_OF_SLUG);
    sql_text(q, 1, slug);
    sql_text(q, 2, file->sync->topic);
    sql_int(q, 3, file->file);
    *ret = (struct owner){0};
    int r = sql_row(file->store, q, file->err);
    if (r > 0)
        owner_read(q, 0, ret);
    return r < 0 ? r : 0;
}

/*** Lost first, found later ***/

/* True if no other item without a row has the text of item i (and stands under the same heading).
 */
static bool text_is_unique(const struct file_sync *file, size_t i, bool same_heading)
{
    const struct match_text *text = &file->texts[i];
    size_t n = 0;
    for (size_t k = 0; k < file->sync->n_items; k++) {
        const struct match_text *other = &file->texts[k];
        n += other->mate == MATCH_NONE && other->norm == text->norm &&
             (!same_heading || other->heading == text->heading);
    }
    return n == 1;
}

static int find_vanished(struct file_sync *file, size_t i, bool same_heading, struct owner *ret,
                         int64_t *ret_from)
{
    const struct store_item *item = &file->sync->items[i];
    cleanup_stmt sqlite3_stmt *q = sql_take(file->store, SQL_ITEMS_VANISHED);
    sql_text(q, 1, item->norm);
    sql_text(q, 2, same_heading ? item->heading : NULL);
    sql_int(q, 3, file->file);
    int r = sql_row(file->store, q, file->err);
    if (r <= 0)
        return r;
    struct owner found;
    owner_read(q, 0, &found);
    int64_t from = sqlite3_column_int64(q, 3);
    r = sql_row(file->store, q, file->err);
    if (r == 0 && text_is_unique(file, i, same_heading)) {
        *ret = found;
        *ret_from = from;
    }
    return r < 0 ? r : 0;
}

int moves_find_vanished(struct file_sync *file, size_t i, struct owner *ret, int64_t *ret_from)
{
    *ret = (struct owner){0};
    int r = find_vanished(file, i, true, ret, ret_from);
    return r < 0 || ret->item ? r : find_vanished(file, i, false, ret, ret_from);
}

/*** Found first, lost later ***/

struct follow {
    int64_t place;    /* the lost place, */
    int64_t old_item; /* its item, */
    int64_t new_item; /* and the one made for its text in another file */
    char new_id[ID_SIZE];
};

/* True if the item of the lost place is the only vanished one that reads so. 0, 1 or negative. */
static int vanished_is_unique(struct store *store, const char *norm, const char *heading,
                              struct err *err)
{
    cleanup_stmt sqlite3_stmt *q = sql_take(store, SQL_ITEMS_VANISHED);
    sql_text(q, 1, norm);
    sql_text(q, 2, heading);
    sql_int(q, 3, 0);
    int r = sql_row(store, q, err);
    if (r <= 0)
        return r;
    r = sql_row(store, q, err);
    return r < 0 ? r : r == 0;
}

/* 1 and *ret if there is exactly one fresh item with the text of the lost place. */
static int find_fresh(struct store *store, int64_t place, bool same_heading, struct follow *ret,
                      struct err *err)
{
    cleanup_stmt sqlite3_stmt *q = sql_take(store, SQL_ITEMS_FRESH);
    sql_int(q, 1, place);
    sql_int(q, 2, FRESH_MS);
    sql_int(q, 3, same_heading);
    int r = sql_row(store, q, err);
    if (r <= 0)
        return r;
    ret->place = place;
    ret->old_item = sqlite3_column_int64(q, 0);
    ret->new_item = sqlite3_column_int64(q, 3);
    memcpy(ret->new_id, sqlite3_column_text(q, 4), ID_SIZE);
    r = vanished_is_unique(store, (const char *)sqlite3_column_text(q, 1),
                           same_heading ? (const char *)sqlite3_column_text(q, 2) : NULL, err);
    if (r <= 0)
        return r;
    r = sql_row(store, q, err);
    return r < 0 ? r : r == 0;
}

static int run_with(struct store *store, enum store_sql which, int64_t item, int64_t place,
                    struct err *err)
{
    cleanup_stmt sqlite3_stmt *q = sql_take(store, which);
    sql_int(q, 1, item);
    if (place)
        sql_int(q, 2, place);
    return sql_run(store, q, err);
}

static int take_over(struct store *store, const struct follow *follow, struct err *err)
{
    int r = run_with(store, SQL_ITEM_REPLACE, follow->new_item, follow->place, err);
    if (r == 0)
        r = run_with(store, SQL_ITEM_DELETE, follow->new_item, 0, err);
    if (r < 0)
        return r;
    cleanup_stmt sqlite3_stmt *q = sql_take(store, SQL_ITEM_RENAME);
    sql_int(q, 1, follow->old_item);
    sql_text(q, 2, follow->new_id);
    store->moved = true;
    return sql_run(store, q, err);
}

int moves_follow(struct store *store, int64_t place, struct err *err)
{
    struct follow follow;
    int r = find_fresh(store, place, true, &follow, err);
    if (r == 0)
        r = find_fresh(store, place, false, &follow, err);
    return r > 0 ? take_over(store, &follow, err) : r;
}
