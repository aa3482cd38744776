/* store.c - opening and closing the database, and the batch that every write stands in.
 *
 * DESIGN  store_open goes from the harmless to the lasting: folder, lock, a look at the file, a
 * connection whose settings write nothing, integrity; only a database found good is switched to
 * WAL, migrated, and backed up. Until it is open a connection leaves the WAL alone when it closes,
 * so a file that is refused stays as it was. */
#include "store/store.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "store/store_internal.h"
#include "store/store_migrate.h"
#include "store/store_ticks.h"

/* Settings that write nothing. cell_size_check and trusted_schema: a damaged or foreign file must
 * not do more than fail. */
static const char settings[] =
    "PRAGMA locking_mode = EXCLUSIVE;" /* one connection: store.h says why */
    "PRAGMA foreign_keys = ON;"
    "PRAGMA trusted_schema = OFF;"
    "PRAGMA cell_size_check = ON;"
    "PRAGMA mmap_size = 0;" /* a bad disk gives an error, not SIGBUS */
    "PRAGMA temp_store = MEMORY;"
    "PRAGMA cache_size = -16384;" /* KiB: all of a large library */
    "PRAGMA synchronous = FULL;"; /* NORMAL loses ticks at a power cut */

/* A small WAL: it is read when the next prepd starts. */
static const char wal_settings[] = "PRAGMA journal_size_limit = 8388608;"
                                   "PRAGMA wal_autocheckpoint = 1000;";

enum { BUSY_TIMEOUT_MS = 2000 };

static int connect_database(struct store *store, struct err *err)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    int rc = sqlite3_open_v2(store->path, &store->db, flags, NULL);
    if (!store->db)
        return err_set(err, ENOMEM, "%s: out of memory", store->path);
    if (rc != SQLITE_OK)
        return sql_fail(store, err);
    sqlite3_busy_timeout(store->db, BUSY_TIMEOUT_MS);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    if (sqlite3_db_readonly(store->db, "main") == 1)
        return err_set(err, EROFS, "%s: cannot be written", store->path);
    return sql_exec(store, settings, err);
}

static int look_inside(struct store *store, bool fresh, struct err *err)
{
    char backup[STORE_NAME_MAX];
    int64_t tables = 0, application = 0;
    int r = sql_exec_int(store, "SELECT count(*) FROM sqlite_schema", &tables, err);
    if (r == 0)
        r = sql_exec_int(store, "PRAGMA application_id", &application, err);
    if (r < 0)
        return r;
    if (tables > 0 && application != STORE_APPLICATION_ID)
        return err_set(err, EBADMSG, "%s: a database of another program", store->path);
    care_newest_backup(store, backup);
    if (tables > 0 || !backup[0])
        return 0;
    if (fresh)
        unlink(store->path);
    /* what is left of a full one, not the beginning of a new one */
    return err_set(err, EBADMSG, "%s: %s, though there are backups", store->path,
                   fresh ? "missing" : "empty");
}

static int switch_to_wal(struct store *store, struct err *err)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(store->db, "PRAGMA journal_mode = WAL", -1, &stmt, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    const char *mode = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
    int r = 0;
    if (!mode)
        r = sql_fail(store, err);
    else if (strcmp(mode, "wal") != 0)
        r = err_set(err, ENOTSUP, "%s: cannot keep a write-ahead log", store->path);
    sqlite3_finalize(stmt);
    return r < 0 ? r : sql_exec(store, wal_settings, err);
}

static int end_lost_runs(struct store *store, struct err *err)
{
    int r = store_begin(store);
    if (r < 0)
        return sql_fail(store, err);
    cleanup_stmt sqlite3_stmt *lost = sql_take(store, SQL_RUNS_LOST);
    r = sql_run(store, lost, err);
    int committed = store_commit(store);
    if (r == 0 && committed < 0)
        r = err_set(err, -committed, "%s: %s", store->path, strerror(-committed));
    return r;
}

static int open_database(struct store *store, bool fresh, struct err *err)
{
    int r = connect_database(store, err);
    if (r == 0)
        r = care_check_integrity(store, err);
    if (r == 0)
        r = look_inside(store, fresh, err);
    if (r == 0)
        r = switch_to_wal(store, err);
    if (r == 0)
        r = store_migrate(store, store_migrations, err);
    if (r == 0)
        r = sql_prepare_all(store, err);
    if (r == 0)
        r = end_lost_runs(store, err);
    if (r == 0)
        sqlite3_db_config(store->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    return r;
}

/* Without yesterday's backup prepd still works; the caller says so to the reader. */
static void back_up(struct store *store)
{
    struct err err = {0};
    if (care_backup_daily(store, &err) < 0)
        snprintf(store->notice, sizeof store->notice, "no backup was made: %.400s", err.text);
}

int store_open(const char *dir, struct store **ret, struct err *err)
{
    bool fresh = false;
    struct store *store = calloc(1, sizeof *store);
    if (!store)
        return err_set(err, ENOMEM, "%s: out of memory", dir);
    store->lock = -1;
    store->dir = strdup(dir);
    if (!store->dir || asprintf(&store->path, "%s/prepd.db", dir) < 0)
        store->path = NULL;
    int r = store->path ? folder_make(dir, err) : err_set(err, ENOMEM, "%s: out of memory", dir);
    if (r == 0)
        r = store->lock = folder_lock(dir, err);
    if (r >= 0)
        r = folder_look(store->path, store_migrations_count(store_migrations), &fresh, err);
    if (r == 0)
        r = open_database(store, fresh, err);
    if (r == -EBADMSG)
        care_advise(store, err);
    if (r < 0) {
        store_close(store);
        return r;
    }
    if (!fresh)
        back_up(store);
    *ret = store;
    return 0;
}

void store_close(struct store *store)
{
    if (!store)
        return;
    sql_finalize_all(store);
    sqlite3_close(store->db);
    if (store->lock >= 0)
        close(store->lock); /* after the database: the lock covers all that is done to it */
    free(store->unfolded.states);
    free(store->path);
    free(store->dir);
    free(store);
}

const char *store_notice(const struct store *store)
{
    return store->notice;
}

int store_begin(void *ud)
{
    struct store *store = ud;
    store->doomed = 0;
    cleanup_stmt sqlite3_stmt *begin = sql_take(store, SQL_BEGIN);
    return sql_run(store, begin, NULL);
}

static void roll_back(struct store *store)
{
    ticks_forget(store);
    if (sqlite3_get_autocommit(store->db))
        return; /* SQLite has done it: it does after some errors */
    cleanup_stmt sqlite3_stmt *rollback = sql_take(store, SQL_ROLLBACK);
    (void)sql_run(store, rollback, NULL);
}

int store_commit(void *ud)
{
    struct store *store = ud;
    int r = store->doomed;
    if (r == 0 && sqlite3_get_autocommit(store->db))
        r = -EIO; /* rolled back by SQLite, and nobody was told why */
    if (r == 0) {
        cleanup_stmt sqlite3_stmt *commit = sql_take(store, SQL_COMMIT);
        r = sql_run(store, commit, NULL);
    }
    if (r < 0)
        roll_back(store);
    store->doomed = 0;
    return r;
}
