/* store.h - progress and runs in one SQLite file.
 *
 * DESIGN  One connection does everything, because SQLite 3.40.1 can corrupt a WAL when two
 * connections write or checkpoint at once; so a store belongs to one thread at a time: to main
 * while it starts, then to the store's worker (base/worker.h with store_begin/store_commit as its
 * hooks), which commits waiting ticks together. WAL with synchronous=FULL: what store_commit
 * acknowledged survives a power cut. flock(2) on `prepd.lock` keeps a second prepd out, and the
 * database is locked as a whole while it is open, which keeps out everybody else.
 *
 * Every write stands between store_begin and store_commit. After a failed commit nothing of the
 * batch is stored. Files under the data folder: prepd.db (+ -wal, -shm), prepd.lock, backups/. */
#ifndef PREPD_STORE_STORE_H
#define PREPD_STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"
#include "base/util.h"

struct store;

/* Opens (and makes, mode 0700) the data folder `dir`, takes its lock, checks integrity, backs up
 * and migrates an older schema. -EBUSY: another prepd holds it (err names its pid); -EROFS/-EACCES:
 * cannot be written; -EPROTO: the schema is newer than this program's; -EBADMSG: damaged (the
 * damaged file is left as it is, err names it and the newest backup). */
int store_open(const char *dir, struct store **ret, struct err *err);
void store_close(struct store *store);
/* What the reader should know though the store is open ("no backup was made: …"), or "". */
const char *store_notice(const struct store *store);

/* BEGIN IMMEDIATE … COMMIT. A failed commit rolls back. -ENOSPC, -EROFS, -EBUSY, -EIO. void* so
 * that they are worker hooks. */
int store_begin(void *store);
int store_commit(void *store);

/* ---- items (store_items.c, store_match.c) ---- */

enum item_state { ITEM_TODO, ITEM_SHAKY, ITEM_DONE };
/* "todo" | "shaky" | "done"; from_name gives -EINVAL for anything else. */
const char *item_state_name(enum item_state state);
int item_state_from_name(const char *name, enum item_state *ret);

/* One checklist item of a file as it now reads (in), and the row it was matched to (out). */
struct store_item {
    const char *slug; /* NULL: none */
    const char *text, *norm, *heading;
    bool checked; /* a row made for it starts as done */
    char id[ID_SIZE];
    enum item_state state;
    bool changed; /* ticked when the text read differently */
};

struct store_sync {
    const char *topic; /* topic's slug: items with the same slug in its zh and en file are one */
    const char *file;  /* note_file.key */
    struct store_item *items;
    size_t n_items;
    bool confirm_loss; /* the reader said: yes, these items are meant to be gone */
    size_t n_gone;     /* out: rows that vanished with this sync */
    size_t
        n_held; /* out: rows that would vanish, kept because the file lost more than half at once */
};

/* Matches the file's items to rows (DESIGN.md "Identity", steps 1, 2, 3, 5), makes rows for new
 * ones, marks vanished ones gone_at. Syncing the same file twice changes nothing. An empty file
 * (n_items == 0 with rows on file) is held like a loss of more than half. Call inside begin/commit.
 */
int store_sync_file(struct store *store, struct store_sync *sync, struct err *err);

/* After all files were synced: rows of files not named are marked gone (a removed file), to be
 * found again by step 3. */
int store_sync_end(struct store *store, const char *const *files, size_t n_files, struct err *err);

/* True if a sync since the last call found that an item of a file synced earlier came from
 * elsewhere (its id is still good, its state may be another): sync all files once more. Asking
 * clears it. */
bool store_sync_moved(struct store *store);

/* Sets an item's state and appends to the tick history. *ret_revision: the store's progress
 * revision after it (grows by one a change; setting what is already set changes nothing and returns
 * the current one, unless the item's text changed: then it is a change, which takes `changed`
 * away). -ENOENT: no such id; -ESTALE: its item has left the notes. */
int store_item_set(struct store *store, const char *id, enum item_state state, int64_t wall_ms,
                   uint64_t *ret_revision, struct err *err);

/* The slug of the topic in which the item stands, or stood last; freed by the caller. -ENOENT. */
int store_item_topic(struct store *store, const char *id, char **ret, struct err *err);

/* What the item read in the file (its key) when it was ticked; *ret is NULL if it reads the same
 * now. Freed by the caller. -ENOENT: it does not stand there. */
int store_item_was(struct store *store, const char *file, const char *id, char **ret,
                   struct err *err);

/* What was done on one day of the clock on the wall here. */
struct store_day {
    char date[11];      /* "2026-11-23" */
    size_t items, runs; /* set to shaky or done, each once; started */
};

/* The days since `since_ms` on which anything was done, in order. each returns non-zero to stop. */
int store_days(struct store *store, int64_t since_ms,
               int (*each)(const struct store_day *day, void *ud), void *ud, struct err *err);

/* The progress revision: grows with each state change, stored. */
int store_revision(struct store *store, uint64_t *ret, struct err *err);

/* ---- runs (store_runs.c) ---- */

struct store_run {
    char id[ID_SIZE];
    char demo[64];
    char *params; /* JSON object */
    char *
        summary; /* JSON object: metrics, checks, exit; NULL while it runs, and if it never ended */
    int64_t started_ms; /* wall clock */
    int64_t ended_ms; /* 0: running. prepd died while it ran: when last heard of, and no summary */
};

/* -EEXIST: the id is taken. ended_ms and summary are not read. */
int store_run_start(struct store *store, const struct store_run *run, struct err *err);
/* Appends lines first..first+n-1 of the run's NDJSON log; `bytes` holds n lines, each with its
 * '\n'. -ENOENT: no such run; -EEXIST: a part that begins with `first` is stored already; -EINVAL:
 * not n lines. */
int store_run_append(struct store *store, const char *id, uint64_t first, uint64_t n,
                     const char *bytes, size_t len, struct err *err);
/* -ENOENT: no such run. So do get, log, lines and delete. */
int store_run_end(struct store *store, const char *id, const char *summary, int64_t ended_ms,
                  struct err *err);
/* -ENOENT if there is none. The strings of *ret are freed with store_run_clear. */
int store_run_get(struct store *store, const char *id, struct store_run *ret, struct err *err);
void store_run_clear(struct store_run *run);
/* The whole log as NDJSON, in order. */
int store_run_log(struct store *store, const char *id, struct text *out, struct err *err);
/* A page of the log: the lines from number `first` (from 1) on, as many as fit in max_bytes, at
 * least one if there is one. *ret_next: the number of the line behind the page; `first` if there is
 * no such line. */
int store_run_lines(struct store *store, const char *id, uint64_t first, size_t max_bytes,
                    struct text *out, uint64_t *ret_next, struct err *err);
/* Newest first; demo NULL: all demos. each returns non-zero to stop, and does not call the store;
 * run and its strings are only lent to it. */
int store_run_list(struct store *store, const char *demo, size_t limit,
                   int (*each)(const struct store_run *run, void *ud), void *ud, struct err *err);
int store_run_delete(struct store *store, const char *id, struct err *err);
/* Deletes the oldest of the runs that have ended, until the logs of the rest take at most
 * max_bytes; the newest is kept in any case. */
int store_runs_trim(struct store *store, uint64_t max_bytes, struct err *err);

/* ---- care (store_care.c) ---- */

/* A consistent copy (VACUUM INTO a temporary name, fsync, rename). -EEXIST if `path` exists.
 * Outside begin/commit. */
int store_backup(struct store *store, const char *path, struct err *err);

#endif
