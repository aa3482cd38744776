/* database.h - the database behind the cache: a table of items in a real SQLite file.
 *
 *     CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL)
 *
 * Ids are 1, 2, 3 …; a name is item_name's, so that an answer can be checked. The file is in a
 * folder that the caller names and has no name any more once it is open: however the program ends,
 * nothing is left behind. One thread at a time.
 *
 * Functions return 0 (or what they say), or a negative errno; database_error says it in SQLite's
 * words, "" if nothing ever failed. */
#ifndef PENETRATION_DATABASE_H
#define PENETRATION_DATABASE_H

#include <stdbool.h>
#include <stdint.h>

enum { ITEM_NAME_MAX = 48 }; /* with its 0 */

void item_name(uint64_t id, char ret[static ITEM_NAME_MAX]);

struct database;

/* An empty database in `folder`, or in memory where no file can be made there; -ENOMEM, -EIO. */
int database_open(const char *folder, struct database **ret);
void database_close(struct database *database); /* NULL is fine */
bool database_is_file(const struct database *database);
const char *database_error(const struct database *database);

/* The item's name; returns 1, or 0 if there is no such item. */
int database_get(struct database *database, uint64_t id, char ret_name[static ITEM_NAME_MAX]);

/* So many calls of database_get did SQLite run: its own count, SQLITE_STMTSTATUS_RUN. */
uint64_t database_queries(const struct database *database);

/* Changes of many items are a transaction each. */
int database_insert(struct database *database, uint64_t first, uint64_t n);
int database_delete(struct database *database, const uint64_t *ids, uint64_t n);

/* Calls each(ud, id) for every id there is, in order, until it returns false. */
int database_each(struct database *database, bool (*each)(void *ud, uint64_t id), void *ud);

#endif
