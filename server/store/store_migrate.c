/* store_migrate.c - see store_migrate.h. */
#include "store/store_migrate.h"

#include <errno.h>
#include <stdio.h>

#include "store/store_internal.h"

int store_migrations_count(const struct store_migration *list)
{
    int n = 0;
    while (list[n].name)
        n++;
    return n;
}

/* The schema and the version that names it change together or not at all. */
static int apply(struct store *store, const struct store_migration *step, int version,
                 struct err *err)
{
    char mark[96];
    snprintf(mark, sizeof mark, "PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
             STORE_APPLICATION_ID, version);
    int r = sql_exec(store, "BEGIN IMMEDIATE", err);
    if (r == 0)
        r = sql_exec(store, step->sql, err);
    if (r == 0)
        r = sql_exec(store, mark, err);
    if (r < 0 && !sqlite3_get_autocommit(store->db))
        (void)sql_exec(store, "ROLLBACK", NULL);
    return r < 0 ? err_prefix(err, "migration %s", step->name) : 0;
}

int store_migrate(struct store *store, const struct store_migration *list, struct err *err)
{
    int known = store_migrations_count(list);
    int64_t version = 0;
    int r = sql_exec_int(store, "PRAGMA user_version", &version, err);
    if (r == 0 && (version < 0 || version > known)) /* newer in the WAL than in the file */
        r = err_set(err, EPROTO, "%s: written by a newer prepd (schema %lld, this one knows %d)",
                    store->path, (long long)version, known);
    if (r == 0 && version > 0 && version < known) {
        char suffix[24];
        snprintf(suffix, sizeof suffix, "-schema%d", (int)version);
        r = care_backup_now(store, suffix, err);
    }
    for (int i = (int)version; r == 0 && i < known; i++)
        r = apply(store, &list[i], i + 1, err);
    return r;
}
