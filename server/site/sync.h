/* sync.h - notes on disk → rows in the store → progress in memory. */
#ifndef PREPD_SITE_SYNC_H
#define PREPD_SITE_SYNC_H

#include "site/site.h"

/* Matches every file of the library to the store's rows, inside a transaction that the caller has
 * begun, and builds the progress. confirm: NULL, or the key of the file whose large loss the reader
 * confirmed. Any thread that owns the store. */
int sync_library(struct store *store, const struct library *library, const char *confirm,
                 struct progress **ret, struct err *err);

/* Reads the notes again on the worker, then swaps library and progress on the loop and tells open
 * pages. Calls while one is under way make one more follow it. */
void sync_rescan(struct site *site);

/* As sync_rescan, and accepts that `file_key` lost its items; done(ud, status) comes on the loop's
 * thread once it is stored. */
int sync_confirm(struct site *site, const char *file_key, void (*done)(void *ud, int status),
                 void *ud);

#endif
