/* progress.h - every item's state, in memory; the store's rows are the truth, this is their mirror.
 *
 * Built by sync.c each time notes are matched to rows, changed only after a COMMIT. Loop's thread
 * only, but for progress_new … progress_seal, which build one that nobody else sees yet. */
#ifndef PREPD_SITE_PROGRESS_H
#define PREPD_SITE_PROGRESS_H

#include "notes/library.h"
#include "store/store.h"

struct progress;

/* One item of one file: items[i] belongs to file->note->items[i]. */
struct progress_item {
    char id[ID_SIZE];
    enum item_state state;
    bool changed;    /* ticked when its text read differently */
    const char *was; /* … which was this; the progress's. NULL if not changed */
};

struct progress_count {
    size_t items, done, shaky;
};

/* ---- building (sync.c) ---- */

/* Room for n_files files. NULL if out of memory. */
struct progress *progress_new(size_t n_files);
void progress_free(struct progress *progress);
/* Adds what store_sync_file said of a file. `topic` and `file` must outlive the progress (they are
 * the library's). -ENOMEM. */
int progress_add(struct progress *progress, const struct topic *topic, const struct note_file *file,
                 const struct store_sync *sync);
/* What item i of the file added last read when it was ticked; taken over. */
void progress_add_was(struct progress *progress, size_t i, char *was);
/* Sorts for the look-ups below; nothing is added afterwards. `revision` is the store's. -ENOMEM. */
int progress_seal(struct progress *progress, uint64_t revision);

/* ---- asking ---- */

/* The items of a file, n = file->note->n_items; NULL if it has no note or no items. */
const struct progress_item *progress_items(const struct progress *progress,
                                           const struct note_file *file);
/* How many items a file lost that are held back until the reader confirms; 0 normally. */
size_t progress_held(const struct progress *progress, const struct note_file *file);
/* Counts over the file shown for a language. */
struct progress_count progress_of_topic(const struct progress *progress, const struct topic *topic,
                                        enum lang lang);
/* The topic an item belongs to; NULL if no file has it now. */
const struct topic *progress_topic_of(const struct progress *progress, const char *id);
uint64_t progress_revision(const struct progress *progress);

/* ---- changing, after a COMMIT ---- */

/* The item's state in every file that has it; clears `changed`. */
void progress_set(struct progress *progress, const char *id, enum item_state state,
                  uint64_t revision);

#endif
