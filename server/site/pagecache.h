/* pagecache.h - rendered pages, kept until something they show has changed.
 *
 * A page is made from the notes' revision and the progress revision; while both stand still the
 * same http_page is served, with its gzip form and ETag, and neither renders nor asks SQL. The key
 * is the page's path. Loop's thread only. */
#ifndef PREPD_SITE_PAGECACHE_H
#define PREPD_SITE_PAGECACHE_H

#include "http/http.h"

struct pagecache;

struct pagecache *pagecache_new(void); /* NULL if out of memory */
void pagecache_free(struct pagecache *cache);

/* The page kept for `path` under this revision pair, or NULL. */
struct http_page *pagecache_get(const struct pagecache *cache, const char *path,
                                uint64_t notes_revision, uint64_t progress_revision);
/* Keeps it, in place of an older one. Takes the page: without memory it is freed and -ENOMEM
 * returned. */
int pagecache_put(struct pagecache *cache, const char *path, uint64_t notes_revision,
                  uint64_t progress_revision, struct http_page *page);

#endif
