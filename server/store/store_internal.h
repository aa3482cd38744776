/* store_internal.h - what store_open is made of; each group is implemented in the file named. */
#ifndef PREPD_STORE_STORE_INTERNAL_H
#define PREPD_STORE_STORE_INTERNAL_H

#include "store/store_sql.h"

enum {
    STORE_APPLICATION_ID = 0x70726570, /* "prep" */
    STORE_NAME_MAX = 64,               /* of a backup, without its folder */
};

/* ---- store_folder.c: the data folder before SQLite ---- */

/* Makes `dir` and its parents, mode 0700, unless they exist. */
int folder_make(const char *dir, struct err *err);
/* Takes dir/prepd.lock and writes our pid into it. Returns the descriptor that holds it. -EBUSY
 * names the holder. */
int folder_lock(const char *dir, struct err *err);
/* Looks at the database file without SQLite, which may change what it opens: -EBADMSG if it is
 * none, -EPROTO if its version is beyond `known`. *ret_fresh: it was not there and is now, empty,
 * with mode 0600. */
int folder_look(const char *path, int known, bool *ret_fresh, struct err *err);

/* ---- store_care.c: integrity and backups ---- */

int care_check_integrity(struct store *store, struct err *err);
/* Name of the newest file of backups/, "" if there is none. */
void care_newest_backup(const struct store *store, char ret_name[static STORE_NAME_MAX]);
/* Backs up to backups/prepd-YYYYMMDD-HHMMSS<suffix>.db. */
int care_backup_now(struct store *store, const char *suffix, struct err *err);
/* A backup if the newest is a day old; then drops all but 7 daily and 4 weekly ones. */
int care_backup_daily(struct store *store, struct err *err);
/* Adds to *err, which says what is wrong with the database, how to go back to the newest backup. */
void care_advise(const struct store *store, struct err *err);

#endif
