/* library_watch.h - learns from inotify(7) that a book changed.
 *
 * Editors write in many ways (rename over, truncate and write, several files at once), so a change
 * is reported once it has been quiet for 100 ms, or after 2 s if it never is. */
#ifndef PREPD_NOTES_LIBRARY_WATCH_H
#define PREPD_NOTES_LIBRARY_WATCH_H

#include "base/loop.h"
#include "notes/library.h"

struct library_watch;

/* Calls changed(ud) on the loop's thread after a change in any source (a folder, its zh/ and en/
 * and the img/ in each, or a single file's folder). A source that cannot be watched is an error
 * only if none can be. */
int library_watch_new(struct loop *loop, const struct library_source *sources, size_t n_sources,
                      void (*changed)(void *ud), void *ud, struct library_watch **ret,
                      struct err *err);
void library_watch_free(struct library_watch *watch);

#endif
