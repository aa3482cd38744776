/* store_sync.c - a file's list of items against what is stored of it.
 *
 * DESIGN  The list is hashed; the same hash as last time means the same rows in the same order,
 * which one SELECT reads. Otherwise: load the file's places, pair them (store_match.c,
 * store_reword.c), write each item to its place or to a new one, and let the places without an item
 * go - or hold them, if they are more than half of what the file showed. An item whose place is new
 * may still be known elsewhere (store_moves.c). */
#include "store/store_sync.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "store/store_ticks.h"

/*** The unchanged file ***/

static uint64_t mix(uint64_t hash, const char *text)
{
    const uint64_t both[] = {hash, match_hash(text)};
    return hash_bytes(both, sizeof both);
}

static uint64_t list_hash(const struct store_sync *sync)
{
    uint64_t hash = mix(sync->n_items, sync->topic);
    for (size_t i = 0; i < sync->n_items; i++) {
        const struct store_item *item = &sync->items[i];
        hash = mix(mix(mix(mix(hash, item->slug), item->heading), item->norm), item->text);
    }
    return hash;
}

/* Fills the items from the rows as they stand. 1: done; 0: they do not fit, or a loss is to be
 * confirmed. */
static int read_unchanged(struct file_sync *file)
{
    struct store_sync *sync = file->sync;
    size_t n = 0, held = 0;
    int r;
    cleanup_stmt sqlite3_stmt *q = sql_take(file->store, SQL_PLACES_SHOWN);
    sql_int(q, 1, file->file);
    while ((r = sql_row(file->store, q, file->err)) > 0) {
        if (sqlite3_column_int(q, 0)) {
            held++;
        } else if (n < sync->n_items) {
            struct store_item *item = &sync->items[n++];
            memcpy(item->id, sqlite3_column_text(q, 1), ID_SIZE);
            item->state = sql_column_state(q, 2);
            item->changed = sqlite3_column_int(q, 3) && item->state != ITEM_TODO;
        }
    }
    sync->n_held = held;
    return r < 0 ? r : n == sync->n_items && !(held && sync->confirm_loss);
}

static int file_find(struct file_sync *file, uint64_t hash, bool *ret_same)
{
    cleanup_stmt sqlite3_stmt *q = sql_take(file->store, SQL_FILE_FIND);
    sql_text(q, 1, file->sync->file);
    int r = sql_row(file->store, q, file->err);
    if (r > 0) {
        file->file = sqlite3_column_int64(q, 0);
        *ret_same = sqlite3_column_type(q, 1) != SQLITE_NULL &&
                    (uint64_t)sqlite3_column_int64(q, 1) == hash;
    }
    if (r != 0)
        return r < 0 ? r : 0;
    cleanup_stmt sqlite3_stmt *add = sql_take(file->store, SQL_FILE_ADD);
    sql_text(add, 1, file->sync->file);
    sql_text(add, 2, file->sync->topic);
    r = sql_run(file->store, add, file->err);
    file->file = sqlite3_last_insert_rowid(file->store->db);
    return r;
}

static int file_synced(struct file_sync *file, uint64_t hash)
{
    cleanup_stmt sqlite3_stmt *q = sql_take(file->store, SQL_FILE_SYNCED);
    sql_int(q, 1, file->file);
    sql_text(q, 2, file->sync->topic);
    sql_int(q, 3, (int64_t)hash);
    return sql_run(file->store, q, file->err);
}

/*** Pairing ***/

static int texts_make(struct file_sync *file)
{
    size_t n = file->sync->n_items;
    file->texts = calloc(n ? n : 1, sizeof *file->texts);
    if (!file->texts)
        return err_set(file->err, ENOMEM, "%s: out of memory", file->sync->file);
    for (size_t i = 0; i < n; i++) {
        const struct store_item *item = &file->sync->items[i];
        file->texts[i] = (struct match_text){.slug = match_hash(item->slug),
                                             .heading = match_hash(item->heading),
                                             .norm = match_hash(item->norm)};
        file->texts[i].was = file->texts[i].norm;
    }
    for (size_t i = 1; i < n; i++) {
        file->texts[i].before = file->texts[i - 1].norm;
        file->texts[i - 1].after = file->texts[i].norm;
    }
    return 0;
}

static int pair(struct file_sync *file)
{
    int r = texts_make(file);
    if (r == 0)
        r = places_load(file);
    if (r < 0)
        return r;
    r = match_pair(file->texts, file->sync->n_items, file->row_texts, file->n_rows);
    if (r < 0)
        return err_set(file->err, ENOMEM, "%s: out of memory", file->sync->file);
    return reword_pair(file);
}

/*** Writing ***/

/* The item of the slug in the topic's other language becomes the owner. A tick that this file's own
 * item had is not lost by it: the text it was set on is this one. */
static int join_languages(struct file_sync *file, size_t i, struct owner *owner)
{
    struct owner shared;
    int r = moves_find_slug(file, file->sync->items[i].slug, &shared);
    if (r < 0 || !shared.item)
        return r;
    if (shared.state == ITEM_TODO && owner->state != ITEM_TODO) {
        shared.state = owner->state;
        file->store->moved = true;
        r = item_set(file->store, shared.item, shared.state, file->now, file->err);
    }
    *owner = shared;
    return r;
}

static int write_item(struct file_sync *file, size_t i)
{
    const struct store_item *item = &file->sync->items[i];
    const struct match_text *text = &file->texts[i];
    const struct row *row = text->mate == MATCH_NONE ? NULL : &file->rows[text->mate];
    bool by_slug = row && text->slug && file->row_texts[text->mate].slug == text->slug;
    struct owner owner = row ? row->owner : (struct owner){0};
    int64_t from = 0;
    int r = item->slug && !by_slug ? join_languages(file, i, &owner) : 0;
    if (r == 0 && !owner.item)
        r = moves_find_vanished(file, i, &owner, &from);
    if (r == 0 && !owner.item)
        r = item_add(file, i, &owner);
    if (r < 0)
        return r;
    return row ? place_update(file, i, row, &owner) : place_add(file, i, &owner, from);
}

static int write_items(struct file_sync *file)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < file->sync->n_items; i++)
        r = write_item(file, i);
    return r;
}

/*** Losing ***/

static bool lost_too_many(const struct file_sync *file)
{
    size_t shown = 0, lost = 0;
    for (size_t r = 0; r < file->n_rows; r++) {
        shown += !file->row_texts[r].gone;
        lost += !file->row_texts[r].gone && file->row_texts[r].mate == MATCH_NONE;
    }
    return lost * 2 > shown;
}

/* A place without an item: one the file showed, one that is held since earlier, or one long gone.
 */
static int lose_row(struct file_sync *file, size_t r, bool hold)
{
    const struct row *row = &file->rows[r];
    bool held = row->held, shown = !file->row_texts[r].gone;
    if (!shown && !held)
        return 0;
    if (hold || (held && !file->sync->confirm_loss)) {
        file->sync->n_held++;
        return shown ? place_hold(file, row) : 0;
    }
    file->sync->n_gone++;
    return place_gone(file, row);
}

static int lose_rows(struct file_sync *file)
{
    bool hold = !file->sync->confirm_loss && lost_too_many(file);
    int result = 0;
    for (size_t r = 0; result == 0 && r < file->n_rows; r++)
        if (file->row_texts[r].mate == MATCH_NONE)
            result = lose_row(file, r, hold);
    if (hold)
        return result;
    for (size_t r = 0; result == 0 && r < file->n_rows; r++)
        if (file->row_texts[r].mate == MATCH_NONE &&
            (!file->row_texts[r].gone || (file->rows[r].held && file->sync->confirm_loss)))
            result = moves_follow(file->store, file->rows[r].place, file->err);
    return result;
}

/*** One file ***/

static int sync_changed(struct file_sync *file, uint64_t hash)
{
    int r = pair(file);
    if (r == 0)
        r = write_items(file);
    if (r == 0)
        r = lose_rows(file);
    if (r == 0)
        r = file_synced(file, hash);
    if (r < 0 && !file->store->doomed)
        file->store->doomed = r; /* it is half written */
    return r;
}

int store_sync_file(struct store *store, struct store_sync *sync, struct err *err)
{
    struct file_sync file = {.store = store, .sync = sync, .err = err, .now = clock_wall_ms()};
    uint64_t hash = list_hash(sync);
    bool same = false;
    sync->n_gone = sync->n_held = 0;
    int r = store_writing(store, err);
    if (r == 0)
        r = ticks_fold(store, err);
    if (r == 0)
        r = file_find(&file, hash, &same);
    if (r == 0 && same)
        r = read_unchanged(&file);
    if (r == 0) {
        sync->n_held = 0;
        r = sync_changed(&file, hash);
    }
    free(file.texts);
    free(file.rows);
    free(file.row_texts);
    return r < 0 ? r : 0;
}

bool store_sync_moved(struct store *store)
{
    bool moved = store->moved;
    store->moved = false;
    return moved;
}

/*** All files ***/

/* A growing list of row numbers. */
struct numbers {
    int64_t *v;
    size_t n, cap;
};

static int numbers_add(struct numbers *numbers, int64_t number, struct err *err)
{
    if (numbers->n == numbers->cap) {
        size_t cap = numbers->cap ? numbers->cap * 2 : 64;
        int64_t *v = reallocarray(numbers->v, cap, sizeof *v);
        if (!v)
            return err_set(err, ENOMEM, "out of memory");
        numbers->v = v;
        numbers->cap = cap;
    }
    numbers->v[numbers->n++] = number;
    return 0;
}

static int key_compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The files that are stored as present and not named. `keys` is sorted. */
static int list_removed(struct store *store, const char **keys, size_t n_keys, struct numbers *ret,
                        struct err *err)
{
    cleanup_stmt sqlite3_stmt *q = sql_take(store, SQL_FILES_PRESENT);
    int r;
    while ((r = sql_row(store, q, err)) > 0) {
        const char *key = (const char *)sqlite3_column_text(q, 1);
        if (n_keys && bsearch(&key, keys, n_keys, sizeof *keys, key_compare))
            continue;
        r = numbers_add(ret, sqlite3_column_int64(q, 0), err);
        if (r < 0)
            return r;
    }
    return r;
}

static int remove_file(struct store *store, int64_t file, int64_t now, struct numbers *lost,
                       struct err *err)
{
    cleanup_stmt sqlite3_stmt *places = sql_take(store, SQL_PLACES_GONE);
    sql_int(places, 1, file);
    sql_int(places, 2, now);
    int r;
    while ((r = sql_row(store, places, err)) > 0) {
        r = numbers_add(lost, sqlite3_column_int64(places, 0), err);
        if (r < 0)
            return r;
    }
    cleanup_stmt sqlite3_stmt *gone = sql_take(store, SQL_FILE_GONE);
    sql_int(gone, 1, file);
    return r < 0 ? r : sql_run(store, gone, err);
}

static int remove_files(struct store *store, const char **keys, size_t n_keys, struct err *err)
{
    struct numbers files = {0}, lost = {0};
    int64_t now = clock_wall_ms();
    int r = list_removed(store, keys, n_keys, &files, err);
    for (size_t i = 0; r == 0 && i < files.n; i++)
        r = remove_file(store, files.v[i], now, &lost, err);
    /* only when all are gone is it known which text is unique among them */
    for (size_t i = 0; r == 0 && i < lost.n; i++)
        r = moves_follow(store, lost.v[i], err);
    if (r < 0 && !store->doomed)
        store->doomed = r;
    free(files.v);
    free(lost.v);
    return r;
}

int store_sync_end(struct store *store, const char *const *files, size_t n_files, struct err *err)
{
    cleanup_free const char **keys = calloc(n_files ? n_files : 1, sizeof *keys);
    if (!keys)
        return err_set(err, ENOMEM, "out of memory");
    if (n_files)
        memcpy(keys, files, n_files * sizeof *keys);
    qsort(keys, n_files, sizeof *keys, key_compare);
    int r = store_writing(store, err);
    if (r == 0)
        r = ticks_fold(store, err);
    return r < 0 ? r : remove_files(store, keys, n_files, err);
}
