/* store_migrate.h - the schema, as a list of steps.
 *
 * To change the schema add db/migrations/NNNN_name.sql; it is compiled in (cmake/embed_text.cmake).
 * A file that has been released is never edited: user_version of a database says how many it has
 * seen, and nothing else does. */
#ifndef PREPD_STORE_STORE_MIGRATE_H
#define PREPD_STORE_STORE_MIGRATE_H

#include "base/err.h"

struct store;

struct store_migration {
    const char *name; /* "0001_items.sql"; NULL ends a list */
    const char *sql;
};

extern const struct store_migration store_migrations[];

int store_migrations_count(const struct store_migration *list);

/* Takes the database from its user_version to the end of `list`, one transaction a step, after a
 * backup if it is not new. A step that fails leaves the database at the step before it. -EPROTO:
 * its version is beyond the list. */
int store_migrate(struct store *store, const struct store_migration *list, struct err *err);

#endif
