/* store_sync.h - inside this layer: one file being matched. */
#ifndef PREPD_STORE_STORE_SYNC_H
#define PREPD_STORE_STORE_SYNC_H

#include "store/store_match.h"
#include "store/store_sql.h"

/* An item as others know it. item 0: none. */
struct owner {
    int64_t item;
    char id[ID_SIZE];
    enum item_state state;
};

/* A place of the file, as stored. */
struct row {
    int64_t place;
    struct owner owner;
    bool held;
};

/* What store_sync_file works with; texts[i] belongs to sync->items[i], row_texts[r] to rows[r]. */
struct file_sync {
    struct store *store;
    struct store_sync *sync;
    struct err *err;
    int64_t file;
    int64_t now;
    struct match_text *texts;
    struct row *rows;
    struct match_text *row_texts;
    size_t n_rows, cap_rows;
};

/* ---- store_items.c ---- */

/* Sets the state at once, in the item's row and in the history. After ticks_fold. */
int item_set(struct store *store, int64_t item, enum item_state state, int64_t wall_ms,
             struct err *err);

/* ---- store_places.c: rows read and written ---- */

int places_load(struct file_sync *file);
/* Writes item i to a row of its own or to a new one, and its id, state and changed to
 * sync->items[i]. from: the place it moved here from, or 0. */
int place_update(struct file_sync *file, size_t i, const struct row *row,
                 const struct owner *owner);
int place_add(struct file_sync *file, size_t i, const struct owner *owner, int64_t from);
/* The file lost the place: for good, or until the reader confirms it. */
int place_gone(struct file_sync *file, const struct row *row);
int place_hold(struct file_sync *file, const struct row *row);
int item_add(struct file_sync *file, size_t i, struct owner *ret);

/* ---- store_reword.c ---- */

/* Pairs items still without a mate with places just lost under the same heading that read much
 * alike. */
int reword_pair(struct file_sync *file);

/* ---- store_moves.c: identity across files ---- */

/* The item of this slug in another file of the topic; ret->item is 0 if there is none. */
int moves_find_slug(struct file_sync *file, const char *slug, struct owner *ret);
/* The item with the text of item i that vanished from other files, if unique on both sides, and the
 * place it left. */
int moves_find_vanished(struct file_sync *file, size_t i, struct owner *ret, int64_t *ret_from);
/* A place was lost just now. If its text appeared in another file a short while before, and nobody
 * set it there, that is where it went: the item goes there, and takes the id that the other file's
 * pages know. */
int moves_follow(struct store *store, int64_t place, struct err *err);

#endif
