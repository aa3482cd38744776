/* site.c - opening and closing everything in order.
 *
 * Opening: notes, store, matching, demos, worker, runs, HTTP, watching — so that the first answer
 * is already right. Closing is the reverse, and never with a stream still open: libmicrohttpd
 * aborts when it is stopped with a suspended connection. */
#include "site/site.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "notes/library_watch.h"
#include "site/broadcast.h"
#include "site/handlers.h"
#include "site/keeper.h"
#include "site/pagecache.h"
#include "site/pages.h"
#include "site/progress.h"
#include "site/sync.h"

enum { MAX_RUNNING = 2, MAX_QUEUED = 8, DRAIN_MS = 800 };

static void write_error_page(struct http_request *req, int status, const char *message,
                             struct text *out)
{
    page_error(out, site_of(req), request_lang(req), status, message);
}

/*** Opening ***/

static int open_progress(struct site *site, struct err *err)
{
    int r = store_begin(site->store);
    if (r < 0)
        return err_set(err, -r, "the database cannot be written: %s", strerror(-r));
    r = sync_library(site->store, site->library, NULL, &site->progress, err);
    int committed = store_commit(site->store);
    if (r == 0 && committed < 0)
        r = err_set(err, -committed, "the database cannot be written: %s", strerror(-committed));
    return r;
}

static int open_worker(struct site *site, struct err *err)
{
    struct worker_hooks hooks = {.begin = store_begin, .end = store_commit, .ud = site->store};
    return worker_new(site->loop, "prepd-store", &hooks, &site->worker, err);
}

static int open_runs(struct site *site, struct err *err)
{
    struct runs_options runs = {.loop = site->loop,
                                .catalogue = site->catalogue,
                                .link = site->link,
                                .max_running = MAX_RUNNING,
                                .max_queued = MAX_QUEUED,
                                .ud = site,
                                .started = keeper_started,
                                .ended = keeper_ended};
    site->link = NULL; /* runs_new has it, even if it fails */
    return runs_new(&runs, &site->runs, err);
}

static int open_http(struct site *site, const struct site_options *options, struct err *err)
{
    struct http_options http = {.loop = site->loop,
                                .listen = options->listen,
                                .max_connections = options->max_connections,
                                .max_per_address = options->max_connections,
                                .routes = site_routes,
                                .n_routes = site_n_routes,
                                .ud = site,
                                .error_page = write_error_page};
    return http_open(&http, &site->http, err);
}

static void notes_changed(void *ud)
{
    sync_rescan(ud);
}

/* A folder that cannot be watched is served all the same; the reader restarts prepd to see changes.
 */
static void open_watch(struct site *site)
{
    struct err err = {0};
    if (library_watch_new(site->loop, site->sources, site->n_sources, notes_changed, site,
                          &site->watch, &err) < 0)
        log_warning("changes of the notes will not be noticed: %s", err.text);
}

static int open_all(struct site *site, const struct site_options *options, struct err *err)
{
    site->pages = pagecache_new();
    site->events = broadcast_new();
    int r = site->pages && site->events ? 0 : err_set(err, ENOMEM, "out of memory");
    if (r == 0)
        r = library_scan(site->sources, site->n_sources, NULL, &site->library, err);
    if (r == 0)
        r = store_open(options->data_dir, &site->store, err);
    if (r == 0 && *store_notice(site->store))
        log_warning("%s", store_notice(site->store));
    if (r == 0)
        r = open_progress(site, err);
    if (r == 0)
        r = catalogue_load(options->demo_dirs, options->n_demo_dirs, &site->catalogue, err);
    if (r == 0)
        r = open_worker(site, err);
    if (r == 0)
        r = open_runs(site, err);
    if (r == 0)
        r = open_http(site, options, err);
    if (r == 0)
        open_watch(site);
    return r;
}

int site_open(struct loop *loop, const struct site_options *options, struct site **ret,
              struct err *err)
{
    struct site *site = calloc(1, sizeof *site);
    if (!site) {
        runs_unfork(options->link);
        return err_set(err, ENOMEM, "out of memory");
    }
    site->loop = loop;
    site->link = options->link;
    site->sources = options->sources;
    site->n_sources = options->n_sources;
    site->notes_revision = 1;
    int r = open_all(site, options, err);
    if (r < 0) {
        site_close(site);
        return r;
    }
    *ret = site;
    return 0;
}

/*** Closing ***/

/* Turns the loop until nothing is under way, or the time is up. */
static void drain(struct site *site)
{
    int64_t until = clock_ms() + DRAIN_MS;
    while (clock_ms() < until &&
           ((site->runs && !runs_idle(site->runs)) || (site->http && !http_idle(site->http))))
        if (loop_turn(site->loop, 20) < 0)
            return;
}

void site_close(struct site *site)
{
    if (!site)
        return;
    library_watch_free(site->watch);
    site->rescan_again = false;
    if (site->runs)
        runs_stop_all(site->runs); /* their logs close, their readers end */
    if (site->events)
        broadcast_close(site->events);
    if (site->http)
        http_drain(site->http);
    drain(site);
    runs_free(site->runs);
    site->runs = NULL; /* for answers that come yet */
    runs_unfork(site->link);
    worker_free(site->worker); /* the last runs are stored, deferred requests answered */
    http_close(site->http);
    broadcast_free(site->events);
    store_close(site->store);
    pagecache_free(site->pages);
    progress_free(site->progress);
    free(site->days);
    library_free(site->library);
    catalogue_free(site->catalogue);
    free(site);
}
