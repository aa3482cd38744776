/* progress.h - every item's state, in memory; the store's rows are the truth, this is their mirror.
 *
 * Filled by sync.c when notes are matched, changed only after a COMMIT. Loop's thread only. */
#ifndef PREPD_SITE_PROGRESS_H
#define PREPD_SITE_PROGRESS_H

#include "notes/library.h"
#include "store/store.h"

struct progress;

/* One item of one file: items[i] belongs to file->note->items[i]. */
struct progress_item {
    char id[ID_SIZE];
    enum item_state state;
    bool changed; /* ticked when its text read differently */
};

struct progress_count {
    size_t items, done, shaky;
};

/* The items of a file, n = file->note->n_items; NULL if it has no note or no items. */
const struct progress_item *progress_items(const struct progress *progress,
                                           const struct note_file *file);
/* How many items a file lost that are held back until the reader confirms; 0 normally. */
size_t progress_held(const struct progress *progress, const struct note_file *file);
/* Counts over the file shown for a language. */
struct progress_count progress_of_topic(const struct progress *progress, const struct topic *topic,
                                        enum lang lang);
uint64_t progress_revision(const struct progress *progress);

#endif
