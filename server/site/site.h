/* site.h - what prepd is, put together: notes, progress, demos and runs behind one set of pages and
 * one API.
 *
 * DESIGN  The site owns the four layers below and is the only place that knows two of them at once.
 * Everything here runs on the loop's thread, except store calls and note parsing, which are jobs on
 * the one worker; the site keeps the progress of all items in memory (progress.h), so that no page
 * needs SQL, and keeps rendered pages until a revision moves (pagecache.h).
 *
 * routes.c holds THE route table. pages.h: what writes HTML. api_*.c: what answers JSON. sync.c:
 * notes → store. */
#ifndef PREPD_SITE_SITE_H
#define PREPD_SITE_SITE_H

#include "base/loop.h"
#include "base/worker.h"
#include "http/http.h"
#include "notes/library.h"
#include "runs/runs.h"
#include "store/store.h"

struct progress;
struct pagecache;
struct broadcast;
struct keeper;
struct days;

struct site {
    struct loop *loop;
    struct worker *worker; /* store and note parsing */
    struct store *store;   /* the worker's, once it has started */
    struct library *library;
    struct library_watch *watch;
    struct catalogue *catalogue;
    struct runner_link *link; /* until runs takes it */
    struct runs *runs;
    struct http *http;
    struct progress *progress;
    struct pagecache *pages;
    struct broadcast *events; /* readers of /api/events */
    struct keeper *keepers;   /* runs under way that are being stored */
    const struct library_source *sources;
    size_t n_sources;
    uint64_t notes_revision; /* grows with each new library */
    uint64_t runs_revision;  /* grows with each run started or deleted */
    struct days *days;       /* for the home page, as of days_revision (serve_home.c); or NULL */
    uint64_t days_revision;
    bool rescanning, rescan_again;
};

struct site_options {
    const char *listen;
    int max_connections; /* 0: http's own limit */
    const struct library_source *sources;
    size_t n_sources;
    const char *const *demo_dirs;
    size_t n_demo_dirs;
    const char *data_dir;
    struct runner_link *link; /* taken over, on failure too */
};

/* Opens everything, matches all notes to the store and listens. On failure nothing stays open, and
 * err says what and where. */
int site_open(struct loop *loop, const struct site_options *options, struct site **ret,
              struct err *err);
/* The ordered stop: no new runs → runs ended → their logs closed → streams ended → HTTP stopped →
 * store closed. Takes < 1 s. */
void site_close(struct site *site);

extern const struct http_route site_routes[];
extern const size_t site_n_routes;

static inline struct site *site_of(const struct http_request *req)
{
    return http_ud(req);
}

#endif
