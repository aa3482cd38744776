/* store_sql.c - every statement of the store in one table, prepared once when it opens; see
 * store_sql.h. */
#include "store/store_sql.h"

#include <errno.h>
#include <string.h>

#include "store/store_internal.h"

/* A place counts as live while its file shows it, or while its loss is not confirmed. */
#define LIVE(p) "(" p ".gone_at IS NULL OR " p ".held)"
/* The item of place p stands nowhere now. */
#define VANISHED(p)                                                                                \
    "NOT EXISTS (SELECT 1 FROM places v WHERE v.item = " p ".item AND " LIVE("v") ")"

static const char *const statements[SQL_COUNT] = {
    [SQL_BEGIN] = "BEGIN IMMEDIATE",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",

    [SQL_FILE_FIND] = "SELECT file, hash FROM files WHERE key = ?1",
    [SQL_FILE_ADD] = "INSERT INTO files (key, topic) VALUES (?1, ?2)",
    [SQL_FILE_SYNCED] = "UPDATE files SET topic = ?2, hash = ?3 WHERE file = ?1",
    [SQL_FILE_GONE] = "UPDATE files SET hash = NULL WHERE file = ?1",
    [SQL_FILES_PRESENT] = "SELECT file, key FROM files WHERE hash IS NOT NULL",

    /* in the file's order, then the held ones */
    [SQL_PLACES_SHOWN] = "SELECT p.held, i.id, i.state, p.was_norm IS NOT NULL"
                         " FROM places p JOIN items i USING (item)"
                         " WHERE p.file = ?1 AND " LIVE("p") " ORDER BY p.held, p.ord",
    /* among equals those that are there are matched first, and last those that are gone and were
       ticked as another text */
    [SQL_PLACES_ALL] = "SELECT p.place, p.item, i.id, i.state, p.gone_at IS NOT NULL, p.held,"
                       " p.slug, p.heading, p.norm, p.before, p.after,"
                       " i.set_at IS NOT NULL OR i.state <> 'todo', p.was_norm"
                       " FROM places p JOIN items i USING (item)"
                       " WHERE p.file = ?1 ORDER BY p.gone_at IS NOT NULL,"
                       " p.gone_at IS NOT NULL AND p.was_norm IS NOT NULL, p.ord",
    /* ?10: the place it moved here from, whose "was" it keeps; NULL for none */
    [SQL_PLACE_ADD] =
        "INSERT INTO places (file, item, slug, heading, norm, text, ord, before, after,"
        " was_norm, was_text) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9,"
        " (SELECT was_norm FROM places WHERE place = ?10),"
        " (SELECT was_text FROM places WHERE place = ?10)) RETURNING was_norm IS NOT NULL",
    /* ?10: ticked. On the right stand the old values: "was" keeps the text as ticked until it reads
       so again */
    [SQL_PLACE_UPDATE] =
        "UPDATE places SET item = ?2, slug = ?3, heading = ?4, norm = ?5, text = ?6, ord = ?7,"
        " before = ?8, after = ?9, gone_at = NULL, held = 0,"
        " was_norm = CASE WHEN ?10 AND coalesce(was_norm, norm) <> ?5"
        " THEN coalesce(was_norm, norm) END,"
        " was_text = CASE WHEN ?10 AND coalesce(was_norm, norm) <> ?5"
        " THEN coalesce(was_text, text) END"
        " WHERE place = ?1 RETURNING was_norm IS NOT NULL",
    [SQL_PLACE_HOLD] = "UPDATE places SET gone_at = ?2, held = 1 WHERE place = ?1",
    [SQL_PLACE_GONE] =
        "UPDATE places SET gone_at = coalesce(gone_at, ?2), held = 0 WHERE place = ?1",
    [SQL_PLACES_GONE] = "UPDATE places SET gone_at = coalesce(gone_at, ?2), held = 0"
                        " WHERE file = ?1 AND " LIVE("places") " RETURNING place",
    /* The reader has set the item as its live places read. A place that is not shown now and reads
     * differently is remembered to be so. ?2: ticked */
    [SQL_PLACES_SEEN] =
        "UPDATE places SET (was_norm, was_text) = (SELECT l.norm, l.text FROM places l"
        " WHERE ?2 AND places.gone_at IS NOT NULL AND l.item = ?1 AND l.gone_at IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM places s WHERE s.item = ?1 AND s.gone_at IS NULL"
        " AND s.norm = places.norm) LIMIT 1)"
        " WHERE item = ?1",
    [SQL_PLACE_NORM] = "SELECT norm FROM places WHERE place = ?1",

    [SQL_ITEM_ADD] = "INSERT INTO items (id, state, born_at) VALUES (?1, ?2, ?3)",
    /* columns 2-4: how many live places, live ones that changed, others */
    [SQL_ITEM_FIND] = "SELECT i.item, i.state, total(" LIVE(
        "p") "),"
             " total(p.gone_at IS NULL AND p.was_norm IS NOT NULL),"
             " total(p.gone_at IS NOT NULL)"
             " FROM items i JOIN places p USING (item) WHERE i.id = ?1 GROUP BY i.item",
    /* where it stands, or stood last */
    [SQL_ITEM_TOPIC] =
        "SELECT f.topic FROM items i JOIN places p USING (item) JOIN files f USING (file)"
        " WHERE i.id = ?1 ORDER BY p.gone_at IS NULL DESC, p.gone_at DESC LIMIT 1",
    [SQL_ITEM_WAS] = "SELECT p.was_text FROM places p JOIN files f USING (file)"
                     " JOIN items i USING (item) WHERE f.key = ?1 AND i.id = ?2",
    [SQL_ITEM_SET] = "UPDATE items SET state = ?2, set_at = ?3 WHERE item = ?1",
    /* of another file of the topic, and not in this file already */
    [SQL_ITEM_OF_SLUG] =
        "SELECT i.item, i.id, i.state FROM places p JOIN files f USING (file)"
        " JOIN items i USING (item) WHERE p.slug = ?1 AND f.topic = ?2 AND NOT EXISTS"
        " (SELECT 1 FROM places h WHERE h.file = ?3 AND h.item = p.item)"
        " ORDER BY p.gone_at IS NOT NULL, p.place LIMIT 1",
    /* ?2 NULL: under any heading; ?3: the file that has none of them. A second row means not
     * unique. The place is the one that went last (SQLite takes bare columns from the row of max)
     */
    [SQL_ITEMS_VANISHED] =
        "SELECT i.item, i.id, i.state, p.place, max(p.gone_at)"
        " FROM places p JOIN items i USING (item)"
        " WHERE p.norm = ?1 AND (?2 IS NULL OR p.heading = ?2) AND p.gone_at IS NOT NULL"
        " AND " VANISHED("p") " AND NOT EXISTS"
                              " (SELECT 1 FROM places h WHERE h.file = ?3 AND h.item = p.item)"
                              " GROUP BY i.item LIMIT 2",
    /* ?1: the place that went. Items with its text, never set, first seen no longer than ?2 ms
     * before it went, and (?3) under the same heading, in files where its item does not stand */
    [SQL_ITEMS_FRESH] =
        "SELECT DISTINCT o.item, o.norm, o.heading, i.item, i.id FROM places o"
        " JOIN places p ON p.norm = o.norm AND p.gone_at IS NULL AND p.file <> o.file"
        " JOIN items i ON i.item = p.item WHERE o.place = ?1 AND i.set_at IS NULL"
        " AND i.state = 'todo' AND i.born_at >= o.gone_at - ?2"
        " AND (NOT ?3 OR p.heading = o.heading) AND " VANISHED(
            "o") " AND NOT EXISTS"
                 " (SELECT 1 FROM places a JOIN places b USING (file)"
                 " WHERE a.item = o.item AND b.item = i.item) LIMIT 2",
    /* gives the places of item ?1 to the item of place ?2, with what that place was ticked as */
    [SQL_ITEM_REPLACE] =
        "UPDATE places SET (item, was_norm, was_text) = (SELECT o.item,"
        " iif(o.norm = places.norm, o.was_norm, NULL), iif(o.norm = places.norm, o.was_text, NULL)"
        " FROM places o WHERE o.place = ?2) WHERE item = ?1",
    [SQL_ITEM_DELETE] = "DELETE FROM items WHERE item = ?1",
    [SQL_ITEM_RENAME] = "UPDATE items SET id = ?2 WHERE item = ?1",

    [SQL_TICK_ADD] = "INSERT INTO ticks (item, state, at) VALUES (?1, ?2, ?3)",
    /* beside max() SQLite takes the bare columns from the row that has it */
    [SQL_FOLD] = "UPDATE items SET state = t.state, set_at = t.at FROM (SELECT item, state, at,"
                 " max(seq) FROM ticks WHERE seq > (SELECT seq FROM folded) GROUP BY item) t"
                 " WHERE items.item = t.item",
    [SQL_FOLDED] = "UPDATE folded SET seq = (SELECT coalesce(max(seq), 0) FROM ticks)",
    [SQL_UNFOLDED] = "SELECT coalesce(max(seq), 0) > (SELECT seq FROM folded) FROM ticks",
    [SQL_REVISION] = "SELECT coalesce(max(seq), 0) FROM ticks",
    /* ?1: since when. An item counts once a day, and not for what a file brought ticked */
    [SQL_DAYS] = "SELECT day, count(DISTINCT item), count(run) FROM"
                 " (SELECT date(t.at / 1000, 'unixepoch', 'localtime') AS day, t.item, NULL AS run"
                 " FROM ticks t JOIN items i USING (item)"
                 " WHERE t.at >= ?1 AND t.state <> 'todo' AND t.at <> i.born_at UNION ALL"
                 " SELECT date(started_at / 1000, 'unixepoch', 'localtime'), NULL, run"
                 " FROM runs WHERE started_at >= ?1) GROUP BY day ORDER BY day",

    [SQL_RUN_ADD] = "INSERT INTO runs (id, demo, params, started_at) VALUES (?1, ?2, ?3, ?4)",
    [SQL_RUN_LINES_ADD] = "INSERT INTO run_lines (run, first, n, at, bytes)"
                          " SELECT run, ?2, ?3, ?4, ?5 FROM runs WHERE id = ?1",
    [SQL_RUN_END] = "UPDATE runs SET summary = ?2, ended_at = ?3 WHERE id = ?1",
    [SQL_RUNS_LOST] = "UPDATE runs SET ended_at = coalesce((SELECT max(at) FROM run_lines l"
                      " WHERE l.run = runs.run), started_at) WHERE ended_at = 0",
    [SQL_RUN_FIND] = "SELECT id, demo, params, summary, started_at, ended_at"
                     " FROM runs WHERE id = ?1",
    [SQL_RUN_LINES] = "SELECT bytes FROM run_lines WHERE run = (SELECT run FROM runs WHERE id = ?1)"
                      " ORDER BY first",
    /* From the part that holds line ?2 on; its beginning is looked up, so no part before it is
       read. */
    [SQL_RUN_LINES_FROM] =
        "SELECT l.first, l.n, l.bytes FROM run_lines l JOIN runs r USING (run) WHERE r.id = ?1"
        " AND l.first >= (SELECT coalesce(max(p.first), ?2) FROM run_lines p"
        " WHERE p.run = r.run AND p.first <= ?2) ORDER BY l.first",
    [SQL_RUN_LIST] = "SELECT id, demo, params, summary, started_at, ended_at FROM runs"
                     " WHERE ?1 IS NULL OR demo = ?1 ORDER BY started_at DESC, run DESC LIMIT ?2",
    [SQL_RUN_DELETE] = "DELETE FROM runs WHERE id = ?1",
    /* newest first; the newest of all stays, whatever its size */
    [SQL_RUNS_TRIM] =
        "DELETE FROM runs WHERE run IN (SELECT run FROM"
        " (SELECT run, sum(bytes) OVER newest AS total, row_number() OVER newest AS nth"
        "  FROM (SELECT run, (SELECT coalesce(sum(length(l.bytes)), 0)"
        "                     FROM run_lines l WHERE l.run = r.run) AS bytes"
        "        FROM runs r WHERE ended_at > 0)"
        "  WINDOW newest AS (ORDER BY run DESC))"
        " WHERE total > ?1 AND nth > 1)",
};

int sql_prepare_all(struct store *store, struct err *err)
{
    for (int i = 0; i < SQL_COUNT; i++) {
        int rc = sqlite3_prepare_v3(store->db, statements[i], -1, SQLITE_PREPARE_PERSISTENT,
                                    &store->statements[i], NULL);
        if (rc == SQLITE_ERROR) /* no such table, no such column */
            return err_set(err, EBADMSG, "%s: its tables are not those of its version: %s",
                           store->path, sqlite3_errmsg(store->db));
        if (rc != SQLITE_OK)
            return sql_fail(store, err);
    }
    return 0;
}

void sql_finalize_all(struct store *store)
{
    for (int i = 0; i < SQL_COUNT; i++) {
        sqlite3_finalize(store->statements[i]);
        store->statements[i] = NULL;
    }
}

sqlite3_stmt *sql_take(struct store *store, enum store_sql which)
{
    sqlite3_stmt *stmt = store->statements[which];
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
    return stmt;
}

int sql_row(struct store *store, sqlite3_stmt *stmt, struct err *err)
{
    int rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW || rc == SQLITE_DONE)
        return rc == SQLITE_ROW;
    int r = sql_fail(store, err);
    bool whole = (rc & 0xff) == SQLITE_CONSTRAINT; /* such a statement did nothing at all */
    if (!sqlite3_stmt_readonly(stmt) && !whole && !store->doomed)
        store->doomed = r;
    return r;
}

int sql_run(struct store *store, sqlite3_stmt *stmt, struct err *err)
{
    int r;
    do
        r = sql_row(store, stmt, err);
    while (r > 0);
    return r;
}

int sql_exec(struct store *store, const char *sql, struct err *err)
{
    return sqlite3_exec(store->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : sql_fail(store, err);
}

int sql_exec_int(struct store *store, const char *sql, int64_t *ret, struct err *err)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(store->db, sql, -1, &stmt, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW)
        *ret = sqlite3_column_int64(stmt, 0);
    int r = rc == SQLITE_ROW ? 0 : sql_fail(store, err);
    sqlite3_finalize(stmt);
    return r;
}

enum item_state sql_column_state(sqlite3_stmt *stmt, int column)
{
    const char *name = (const char *)sqlite3_column_text(stmt, column);
    enum item_state state = ITEM_TODO;
    if (name)
        (void)item_state_from_name(name, &state);
    return state;
}

int store_writing(const struct store *store, struct err *err)
{
    if (store->doomed)
        return err_set(err, -store->doomed, "%s: an earlier write of this batch failed: %s",
                       store->path, strerror(-store->doomed));
    if (sqlite3_get_autocommit(store->db))
        return err_set(err, EPERM, "%s: nothing is written outside store_begin and store_commit",
                       store->path);
    return 0;
}

/*** Errors ***/

/* What the disk said, where SQLite only says "I/O error" or "cannot open". */
static int system_errno(sqlite3 *db, int otherwise)
{
    int code = sqlite3_system_errno(db);
    if (code == EDQUOT || code == EFBIG)
        return ENOSPC;
    return code == ENOSPC || code == EROFS || code == EACCES ? code : otherwise;
}

static int constraint_errno(int extended)
{
    switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
        return EEXIST;
    case SQLITE_CONSTRAINT_FOREIGNKEY:
        return ENOENT;
    default:
        return EINVAL;
    }
}

static int errno_of(sqlite3 *db)
{
    switch (sqlite3_errcode(db) & 0xff) {
    case SQLITE_FULL:
        return ENOSPC;
    case SQLITE_READONLY:
        return EROFS;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return EBUSY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return EBADMSG;
    case SQLITE_NOMEM:
        return ENOMEM;
    case SQLITE_TOOBIG:
        return EFBIG;
    case SQLITE_CONSTRAINT:
        return constraint_errno(sqlite3_extended_errcode(db));
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
        return system_errno(db, EACCES);
    default:
        return system_errno(db, EIO);
    }
}

int sql_fail(const struct store *store, struct err *err)
{
    int code = errno_of(store->db);
    if (code == EBUSY)
        return err_set(err, code, "%s: another program holds it locked", store->path);
    return err_set(err, code, "%s: %s", store->path, sqlite3_errmsg(store->db));
}
