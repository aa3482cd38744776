/* store_places.c - places of one file, read into memory and written back. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/store_sync.h"
#include "store/store_ticks.h"

/*** Reading ***/

static int rows_grow(struct file_sync *file)
{
    if (file->n_rows < file->cap_rows)
        return 0;
    size_t cap = file->cap_rows ? file->cap_rows * 2 : 32;
    struct row *rows = reallocarray(file->rows, cap, sizeof *rows);
    if (!rows)
        return -ENOMEM;
    file->rows = rows;
    struct match_text *texts = reallocarray(file->row_texts, cap, sizeof *texts);
    if (!texts)
        return -ENOMEM;
    file->row_texts = texts;
    file->cap_rows = cap;
    return 0;
}

static const char *column_string(sqlite3_stmt *q, int column)
{
    return (const char *)sqlite3_column_text(q, column);
}

static void row_read(sqlite3_stmt *q, struct row *row, struct match_text *text)
{
    *row =
        (struct row){.place = sqlite3_column_int64(q, 0),
                     .owner = {.item = sqlite3_column_int64(q, 1), .state = sql_column_state(q, 3)},
                     .held = sqlite3_column_int(q, 5)};
    const char *id = column_string(q, 2);
    strncpy(row->owner.id, id ? id : "", ID_SIZE - 1);
    *text = (struct match_text){.gone = sqlite3_column_int(q, 4),
                                .set = sqlite3_column_int(q, 11),
                                .slug = match_hash(column_string(q, 6)),
                                .heading = match_hash(column_string(q, 7)),
                                .norm = match_hash(column_string(q, 8)),
                                .before = (uint64_t)sqlite3_column_int64(q, 9),
                                .after = (uint64_t)sqlite3_column_int64(q, 10),
                                .was = match_hash(column_string(q, 12))};
}

int places_load(struct file_sync *file)
{
    cleanup_stmt sqlite3_stmt *q = sql_take(file->store, SQL_PLACES_ALL);
    sql_int(q, 1, file->file);
    int r;
    while ((r = sql_row(file->store, q, file->err)) > 0) {
        if (rows_grow(file) < 0)
            return err_set(file->err, ENOMEM, "%s: out of memory", file->sync->file);
        row_read(q, &file->rows[file->n_rows], &file->row_texts[file->n_rows]);
        file->n_rows++;
    }
    return r;
}

/*** Writing ***/

/* Parameters 3 to 9 of both statements: the place as the file reads now. */
static void bind_reading(sqlite3_stmt *q, const struct file_sync *file, size_t i)
{
    const struct store_item *item = &file->sync->items[i];
    sql_text(q, 3, item->slug);
    sql_text(q, 4, item->heading);
    sql_text(q, 5, item->norm);
    sql_text(q, 6, item->text);
    sql_int(q, 7, (int64_t)i);
    sql_int(q, 8, (int64_t)file->texts[i].before);
    sql_int(q, 9, (int64_t)file->texts[i].after);
}

/* Runs a statement that returns whether the text changed since it was ticked. */
static int place_write(struct file_sync *file, sqlite3_stmt *q, size_t i, const struct owner *owner)
{
    struct store_item *item = &file->sync->items[i];
    int r = sql_row(file->store, q, file->err);
    if (r < 0)
        return r;
    memcpy(item->id, owner->id, ID_SIZE);
    item->state = owner->state;
    item->changed = owner->state != ITEM_TODO && r > 0 && sqlite3_column_int(q, 0);
    return sql_run(file->store, q, file->err);
}

int place_update(struct file_sync *file, size_t i, const struct row *row, const struct owner *owner)
{
    cleanup_stmt sqlite3_stmt *q = sql_take(file->store, SQL_PLACE_UPDATE);
    sql_int(q, 1, row->place);
    sql_int(q, 2, owner->item);
    bind_reading(q, file, i);
    sql_int(q, 10, owner->state != ITEM_TODO);
    return place_write(file, q, i, owner);
}

int place_add(struct file_sync *file, size_t i, const struct owner *owner, int64_t from)
{
    cleanup_stmt sqlite3_stmt *q = sql_take(file->store, SQL_PLACE_ADD);
    sql_int(q, 1, file->file);
    sql_int(q, 2, owner->item);
    bind_reading(q, file, i);
    sql_int(q, 10, from);
    return place_write(file, q, i, owner);
}

static int place_lose(struct file_sync *file, enum store_sql which, const struct row *row)
{
    cleanup_stmt sqlite3_stmt *q = sql_take(file->store, which);
    sql_int(q, 1, row->place);
    sql_int(q, 2, file->now);
    return sql_run(file->store, q, file->err);
}

int place_gone(struct file_sync *file, const struct row *row)
{
    return place_lose(file, SQL_PLACE_GONE, row);
}

int place_hold(struct file_sync *file, const struct row *row)
{
    return place_lose(file, SQL_PLACE_HOLD, row);
}

int item_add(struct file_sync *file, size_t i, struct owner *ret)
{
    const struct store_item *item = &file->sync->items[i];
    id_new(ret->id);
    ret->state = item->checked ? ITEM_DONE : ITEM_TODO;
    cleanup_stmt sqlite3_stmt *q = sql_take(file->store, SQL_ITEM_ADD);
    sql_text(q, 1, ret->id);
    sql_text(q, 2, item_state_name(ret->state));
    sql_int(q, 3, file->now);
    int r = sql_run(file->store, q, file->err);
    if (r < 0)
        return r;
    ret->item = sqlite3_last_insert_rowid(file->store->db);
    return item->checked
               ? ticks_append_folded(file->store, ret->item, ITEM_DONE, file->now, file->err)
               : 0;
}
