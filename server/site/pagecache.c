/* pagecache.c - a search tree (tsearch(3)) of pages by path; see pagecache.h.
 *
 * There are as many paths as topics and languages, so nothing is evicted; topics that are gone stay
 * until the next start. */
#include "site/pagecache.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

struct kept_page {
    char *path;
    uint64_t notes_revision, progress_revision;
    struct http_page *page;
};

struct pagecache {
    void *tree;
};

static int kept_page_compare(const void *a, const void *b)
{
    const struct kept_page *x = a, *y = b;
    return strcmp(x->path, y->path);
}

static void kept_page_free(void *ud)
{
    struct kept_page *entry = ud;
    http_page_free(entry->page);
    free(entry->path);
    free(entry);
}

struct pagecache *pagecache_new(void)
{
    return calloc(1, sizeof(struct pagecache));
}

void pagecache_free(struct pagecache *cache)
{
    if (!cache)
        return;
    tdestroy(cache->tree, kept_page_free);
    free(cache);
}

static struct kept_page *find(const struct pagecache *cache, const char *path)
{
    struct kept_page key = {.path = (char *)path}; /* only compared */
    struct kept_page **found = tfind(&key, &cache->tree, kept_page_compare);
    return found ? *found : NULL;
}

struct http_page *pagecache_get(const struct pagecache *cache, const char *path,
                                uint64_t notes_revision, uint64_t progress_revision)
{
    const struct kept_page *entry = find(cache, path);
    bool fresh = entry && entry->notes_revision == notes_revision &&
                 entry->progress_revision == progress_revision;
    return fresh ? entry->page : NULL;
}

/* A new entry in the tree, or NULL if out of memory. */
static struct kept_page *insert(struct pagecache *cache, const char *path)
{
    struct kept_page *entry = calloc(1, sizeof *entry);
    if (entry && !(entry->path = strdup(path))) {
        free(entry);
        return NULL;
    }
    if (entry && !tsearch(entry, &cache->tree, kept_page_compare)) {
        kept_page_free(entry);
        return NULL;
    }
    return entry;
}

int pagecache_put(struct pagecache *cache, const char *path, uint64_t notes_revision,
                  uint64_t progress_revision, struct http_page *page)
{
    struct kept_page *entry = find(cache, path);
    if (!entry)
        entry = insert(cache, path);
    if (!entry) {
        http_page_free(page);
        return -ENOMEM;
    }
    http_page_free(entry->page);
    entry->page = page;
    entry->notes_revision = notes_revision;
    entry->progress_revision = progress_revision;
    return 0;
}

struct http_page *pagecache_same(struct pagecache *cache, const char *path,
                                 const char *content_type, struct text *body)
{
    const struct kept_page *entry = find(cache, path);
    if (entry && entry->page && !body->failed && http_page_has(entry->page, body)) {
        text_free(body);
        return entry->page;
    }
    struct http_page *page = http_page_new(content_type, "no-cache", body);
    return page && pagecache_put(cache, path, 0, 0, page) == 0 ? page : NULL;
}
