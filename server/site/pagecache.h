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

/* For a page that depends on more than the revisions and is written each time: the page of these
 * very bytes, which is the one kept for `path` (with its gzip form) or a new one that takes its
 * place. Takes the text's bytes; the page stays the cache's. NULL if out of memory. */
struct http_page *pagecache_same(struct pagecache *cache, const char *path,
                                 const char *content_type, struct text *body);

#endif
