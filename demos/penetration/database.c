/* database.c - the table of items; see database.h.
 *
 * DESIGN  A query is what it is for any program that uses SQLite: a prepared statement, the lock of
 * the file taken and released, a look whether another process has changed it, the B-tree walked.
 * That is a few system calls and some microseconds, where the cache answers in a fraction of one; a
 * database on another machine costs a round trip besides. Nothing here must survive a
 * power cut, so nothing is synced and the journal is in memory. */
#include "database.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct database {
    sqlite3 *sqlite;
    sqlite3_stmt *get, *insert, *remove;
    bool is_file;
    char error[128]; /* in SQLite's words: kept, for a ROLLBACK that works would take them away */
};

/* Two odd multipliers make a name that no other id has by accident. */
void item_name(uint64_t id, char ret[static ITEM_NAME_MAX])
{
    snprintf(ret, ITEM_NAME_MAX, "item %llu %016llx", (unsigned long long)id,
             (unsigned long long)(id * 0x9e3779b97f4a7c15 ^ 0xd1342543de82ef95));
}

/*** Opening ***/

/* SQLite's result as an errno; its words are kept. */
static int as_errno(struct database *database, int result)
{
    if (result == SQLITE_OK)
        return 0;
    snprintf(database->error, sizeof database->error, "%s", sqlite3_errmsg(database->sqlite));
    return result == SQLITE_NOMEM ? -ENOMEM : result == SQLITE_FULL ? -ENOSPC : -EIO;
}

static int sql(struct database *database, const char *text)
{
    return as_errno(database, sqlite3_exec(database->sqlite, text, NULL, NULL, NULL));
}

static int prepare(struct database *database, const char *text, sqlite3_stmt **ret)
{
    return as_errno(database, sqlite3_prepare_v3(database->sqlite, text, -1,
                                                 SQLITE_PREPARE_PERSISTENT, ret, NULL));
}

/* Makes the file, opens it and takes its name away. */
static int open_file(struct database *database, const char *folder)
{
    char path[256];
    int len = snprintf(path, sizeof path, "%s/penetration-XXXXXX", folder);
    int fd = len < (int)sizeof path ? mkstemp(path) : -1;
    if (fd < 0)
        return -EIO;
    close(fd);
    int done = as_errno(database, sqlite3_open(path, &database->sqlite));
    /* from here on the journal must not need a name either */
    if (done == 0)
        done = sql(database, "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;"
                             "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL)");
    unlink(path);
    return done;
}

static int open_memory(struct database *database)
{
    sqlite3_close(database->sqlite); /* of the attempt with a file */
    database->sqlite = NULL;
    int done = as_errno(database, sqlite3_open(":memory:", &database->sqlite));
    return done < 0
               ? done
               : sql(database, "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL)");
}

int database_open(const char *folder, struct database **ret)
{
    struct database *database = calloc(1, sizeof *database);
    if (!database)
        return -ENOMEM;
    database->is_file = open_file(database, folder) == 0;
    int done = database->is_file ? 0 : open_memory(database);
    if (done == 0)
        done = prepare(database, "SELECT name FROM item WHERE id = ?", &database->get);
    if (done == 0)
        done = prepare(database, "INSERT INTO item VALUES (?, ?)", &database->insert);
    if (done == 0)
        done = prepare(database, "DELETE FROM item WHERE id = ?", &database->remove);
    if (done < 0) {
        database_close(database);
        return done;
    }
    *ret = database;
    return 0;
}

void database_close(struct database *database)
{
    if (!database)
        return;
    sqlite3_finalize(database->get);
    sqlite3_finalize(database->insert);
    sqlite3_finalize(database->remove);
    sqlite3_close(database->sqlite);
    free(database);
}

bool database_is_file(const struct database *database)
{
    return database->is_file;
}

const char *database_error(const struct database *database)
{
    return database->error;
}

/*** Reading ***/

int database_get(struct database *database, uint64_t id, char ret_name[static ITEM_NAME_MAX])
{
    sqlite3_bind_int64(database->get, 1, (sqlite3_int64)id);
    int step = sqlite3_step(database->get);
    if (step == SQLITE_ROW)
        snprintf(ret_name, ITEM_NAME_MAX, "%s",
                 (const char *)sqlite3_column_text(database->get, 0));
    int done = sqlite3_reset(database->get); /* ends the read, and with it the lock */
    return done == SQLITE_OK ? step == SQLITE_ROW : as_errno(database, done);
}

uint64_t database_queries(const struct database *database)
{
    return (uint64_t)sqlite3_stmt_status(database->get, SQLITE_STMTSTATUS_RUN, 0);
}

int database_each(struct database *database, bool (*each)(void *ud, uint64_t id), void *ud)
{
    sqlite3_stmt *all = NULL;
    int done = prepare(database, "SELECT id FROM item ORDER BY id", &all);
    if (done < 0)
        return done;
    while (sqlite3_step(all) == SQLITE_ROW)
        if (!each(ud, (uint64_t)sqlite3_column_int64(all, 0)))
            break;
    return as_errno(database, sqlite3_finalize(all));
}

/*** Writing ***/

/* Runs a statement whose parameters are bound. */
static int change(struct database *database, sqlite3_stmt *statement)
{
    sqlite3_step(statement);
    return as_errno(database, sqlite3_reset(statement));
}

/* A failed transaction leaves nothing behind. */
static int transaction_end(struct database *database, int done)
{
    if (done == 0)
        done = sql(database, "COMMIT");
    if (done < 0)
        sql(database, "ROLLBACK");
    return done;
}

int database_insert(struct database *database, uint64_t first, uint64_t n)
{
    char name[ITEM_NAME_MAX];
    int done = sql(database, "BEGIN");
    for (uint64_t id = first; done == 0 && id < first + n; id++) {
        item_name(id, name);
        sqlite3_bind_int64(database->insert, 1, (sqlite3_int64)id);
        sqlite3_bind_text(database->insert, 2, name, -1, SQLITE_STATIC);
        done = change(database, database->insert);
    }
    return transaction_end(database, done);
}

int database_delete(struct database *database, const uint64_t *ids, uint64_t n)
{
    int done = sql(database, "BEGIN");
    for (uint64_t i = 0; done == 0 && i < n; i++) {
        sqlite3_bind_int64(database->remove, 1, (sqlite3_int64)ids[i]);
        done = change(database, database->remove);
    }
    return transaction_end(database, done);
}
