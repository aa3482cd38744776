/* store_sql.h - inside this layer: the open store, its statements, and how SQLite's errors become
 * ours.
 *
 * A statement is taken from the store's table, bound, stepped, and reset when its variable goes out
 * of scope:
 *
 *     cleanup_stmt sqlite3_stmt *q = sql_take(store, SQL_ITEM_FIND);
 *     sql_text(q, 1, id);
 *     int r = sql_row(store, q, err);    // 1: a row, 0: no more, negative: failed
 *
 * A write that fails for the storage's sake dooms the batch it is in: part of its work may be done,
 * so store_commit rolls everything back and returns the same error. */
#ifndef PREPD_STORE_STORE_SQL_H
#define PREPD_STORE_STORE_SQL_H

#include <sqlite3.h>

#include "store/store.h"

/* Named by table and verb; the text of each is in store_sql.c. */
enum store_sql {
    SQL_BEGIN,
    SQL_COMMIT,
    SQL_ROLLBACK,

    SQL_FILE_FIND,
    SQL_FILE_ADD,
    SQL_FILE_SYNCED,
    SQL_FILE_GONE,
    SQL_FILES_PRESENT,

    SQL_PLACES_SHOWN,
    SQL_PLACES_ALL,
    SQL_PLACE_ADD,
    SQL_PLACE_UPDATE,
    SQL_PLACE_HOLD,
    SQL_PLACE_GONE,
    SQL_PLACES_GONE,
    SQL_PLACES_SEEN,
    SQL_PLACE_NORM,

    SQL_ITEM_ADD,
    SQL_ITEM_FIND,
    SQL_ITEM_SET,
    SQL_ITEM_TOPIC,
    SQL_ITEM_WAS,
    SQL_ITEM_OF_SLUG,
    SQL_ITEMS_VANISHED,
    SQL_ITEMS_FRESH,
    SQL_ITEM_REPLACE,
    SQL_ITEM_DELETE,
    SQL_ITEM_RENAME,

    SQL_TICK_ADD,
    SQL_UNFOLDED,
    SQL_FOLD,
    SQL_FOLDED,
    SQL_REVISION,
    SQL_DAYS,

    SQL_RUN_ADD,
    SQL_RUN_LINES_ADD,
    SQL_RUN_END,
    SQL_RUNS_LOST,
    SQL_RUN_FIND,
    SQL_RUN_LINES,
    SQL_RUN_LINES_FROM,
    SQL_RUN_LIST,
    SQL_RUN_DELETE,
    SQL_RUNS_TRIM,

    SQL_COUNT
};

/* What store_ticks.c knows of the ticks that the items' rows do not show yet. */
struct unfolded {
    bool known;      /* false: there may be others */
    uint8_t *states; /* by item: 0 none, else 1 + state */
    size_t n_states;
    size_t n; /* ticks */
};

struct store {
    sqlite3 *db;
    char *dir;
    char *path; /* dir/prepd.db, named in every error */
    int lock;   /* descriptor that holds the flock, or -1 */
    int doomed; /* 0, or the negative errno with which this batch's commit must fail */
    bool moved; /* see store_sync_moved */
    struct unfolded unfolded;
    char notice[448]; /* see store_notice */
    sqlite3_stmt *statements[SQL_COUNT];
};

/* Prepares all statements. A failure means that the schema is not what its version says. */
int sql_prepare_all(struct store *store, struct err *err);
void sql_finalize_all(struct store *store);

sqlite3_stmt *sql_take(struct store *store, enum store_sql which);

static inline void sql_reset(sqlite3_stmt **stmt)
{
    if (*stmt)
        sqlite3_reset(*stmt);
}
#define cleanup_stmt __attribute__((cleanup(sql_reset)))

/* Binding. A text is not copied and must live until the statement is reset; NULL binds NULL. These
 * cannot fail: nothing is allocated, and a wrong index is a mistake that the first test meets. */
static inline void sql_text(sqlite3_stmt *stmt, int index, const char *text)
{
    sqlite3_bind_text(stmt, index, text, -1, SQLITE_STATIC);
}

static inline void sql_int(sqlite3_stmt *stmt, int index, int64_t value)
{
    sqlite3_bind_int64(stmt, index, value);
}

/* One step: 1 a row, 0 done, negative errno. */
int sql_row(struct store *store, sqlite3_stmt *stmt, struct err *err);
/* Steps a statement whose rows do not matter to its end. 0 or negative errno. */
int sql_run(struct store *store, sqlite3_stmt *stmt, struct err *err);
/* One or more statements of our own that are not in the table. */
int sql_exec(struct store *store, const char *sql, struct err *err);
/* The first column of the first row, as a number. */
int sql_exec_int(struct store *store, const char *sql, int64_t *ret, struct err *err);

/* The state in a column; the schema's CHECK leaves no other text than the three names. */
enum item_state sql_column_state(sqlite3_stmt *stmt, int column);

/* 0 inside a healthy batch; else why nothing may be written. */
int store_writing(const struct store *store, struct err *err);

/* SQLite's last error as a negative errno; *err gets "path: what SQLite says". */
int sql_fail(const struct store *store, struct err *err);

#endif
