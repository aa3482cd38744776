/* sync.c - matching the library's files to the store; see sync.h.
 *
 * The job owns what it makes until its done function swaps it in on the loop's thread. Reading
 * site->library on the worker is safe: it is immutable, and only a rescan's done function, of which
 * one at a time is under way, frees it. */
#include "site/sync.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "notes/library_watch.h"
#include "site/broadcast.h"
#include "site/progress.h"

/*** One library ***/

static void item_from_note(struct store_item *to, const struct note_item *from)
{
    *to = (struct store_item){.slug = from->slug,
                              .text = from->text,
                              .norm = from->norm,
                              .heading = from->heading,
                              .checked = from->checked};
}

static int add_was(struct store *store, const struct store_sync *sync, struct progress *progress,
                   struct err *err)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < sync->n_items; i++) {
        char *was = NULL;
        if (sync->items[i].changed)
            r = store_item_was(store, sync->file, sync->items[i].id, &was, err);
        progress_add_was(progress, i, was);
    }
    return r;
}

static int sync_file(struct store *store, const struct topic *topic, const struct note_file *file,
                     const char *confirm, struct progress *progress, struct err *err)
{
    size_t n = file->note->n_items;
    cleanup_free struct store_item *items = calloc(n ? n : 1, sizeof *items);
    if (!items)
        return err_set(err, ENOMEM, "%s: out of memory", file->path);
    for (size_t i = 0; i < n; i++)
        item_from_note(&items[i], &file->note->items[i]);
    struct store_sync sync = {.topic = topic->slug,
                              .file = file->key,
                              .items = items,
                              .n_items = n,
                              .confirm_loss = confirm && strcmp(confirm, file->key) == 0};
    int r = store_sync_file(store, &sync, err);
    if (r < 0)
        return r;
    r = progress_add(progress, topic, file, &sync);
    return r < 0 ? err_set(err, -r, "%s: out of memory", file->path)
                 : add_was(store, &sync, progress, err);
}

/* Calls sync_file for each file that parsed; `keys` gets the key of every file that is there at
 * all, so that a file which cannot be read for a moment loses no row. */
static int sync_topics(struct store *store, const struct library *library, const char *confirm,
                       struct progress *progress, const char **keys, size_t *n_keys,
                       struct err *err)
{
    size_t n_topics;
    const struct topic *topics = library_topics(library, &n_topics);
    for (size_t t = 0; t < n_topics; t++) {
        for (int lang = 0; lang < LANG_COUNT; lang++) {
            const struct note_file *file = topics[t].file[lang];
            if (!file)
                continue;
            keys[(*n_keys)++] = file->key;
            int r = file->note ? sync_file(store, &topics[t], file, confirm, progress, err) : 0;
            if (r < 0)
                return r;
        }
    }
    return 0;
}

/* One pass over all files. */
static int sync_once(struct store *store, const struct library *library, const char *confirm,
                     struct progress **ret, struct err *err)
{
    size_t n_topics, n_keys = 0;
    library_topics(library, &n_topics);
    cleanup_free const char **keys = calloc(n_topics * LANG_COUNT + 1, sizeof *keys);
    struct progress *progress = progress_new(n_topics * LANG_COUNT);
    uint64_t revision = 0;
    int r = keys && progress ? 0 : err_set(err, ENOMEM, "out of memory");
    if (r == 0)
        r = sync_topics(store, library, confirm, progress, keys, &n_keys, err);
    if (r == 0)
        r = store_sync_end(store, keys, n_keys, err);
    if (r == 0)
        r = store_revision(store, &revision, err);
    if (r == 0 && progress_seal(progress, revision) < 0)
        r = err_set(err, ENOMEM, "out of memory");
    if (r < 0) {
        progress_free(progress);
        return r;
    }
    *ret = progress;
    return 0;
}

/* An item that moved from a file already passed changes that file's entry: then one more pass gives
 * the settled picture. */
int sync_library(struct store *store, const struct library *library, const char *confirm,
                 struct progress **ret, struct err *err)
{
    store_sync_moved(store); /* forget what an earlier sync left */
    struct progress *progress = NULL;
    int r = sync_once(store, library, confirm, &progress, err);
    if (r == 0 && store_sync_moved(store)) {
        progress_free(progress);
        progress = NULL;
        r = sync_once(store, library, NULL, &progress, err);
    }
    if (r == 0)
        *ret = progress;
    return r;
}

/*** Again, on the worker ***/

struct rescan {
    struct site *site;
    char *confirm; /* NULL: a plain rescan */
    void (*done)(void *ud, int status);
    void *ud;
    struct library *library; /* made on the worker */
    struct progress *progress;
    struct err err;
};

static int rescan_work(void *job)
{
    struct rescan *rescan = job;
    struct site *site = rescan->site;
    int r =
        library_scan(site->sources, site->n_sources, site->library, &rescan->library, &rescan->err);
    if (r < 0)
        return r;
    return sync_library(site->store, rescan->library, rescan->confirm, &rescan->progress,
                        &rescan->err);
}

static void swap_in(struct site *site, struct rescan *rescan)
{
    progress_free(site->progress); /* it points into the old library */
    library_free(site->library);
    site->progress = steal_ptr(&rescan->progress);
    site->library = steal_ptr(&rescan->library);
    site->notes_revision++;
    broadcast_notes(site->events, site->notes_revision);
}

static void rescan_done(void *job, int status)
{
    struct rescan *rescan = job;
    struct site *site = rescan->site;
    if (status < 0)
        log_warning("the notes could not be read again: %s",
                    rescan->err.text[0] ? rescan->err.text : strerror(-status));
    else
        swap_in(site, rescan);
    progress_free(rescan->progress);
    library_free(rescan->library);
    site->rescanning = false;
    if (rescan->done)
        rescan->done(rescan->ud, status);
    free(rescan->confirm);
    free(rescan);
    if (site->rescan_again) {
        site->rescan_again = false;
        sync_rescan(site);
    }
}

static int rescan_submit(struct site *site, const char *confirm, void (*done)(void *ud, int status),
                         void *ud)
{
    struct rescan *rescan = calloc(1, sizeof *rescan);
    if (!rescan)
        return -ENOMEM;
    *rescan = (struct rescan){.site = site, .done = done, .ud = ud};
    rescan->confirm = confirm ? strdup(confirm) : NULL;
    if ((confirm && !rescan->confirm) ||
        worker_submit(site->worker, rescan_work, rescan_done, rescan) < 0) {
        free(rescan->confirm);
        free(rescan);
        return -ENOMEM;
    }
    site->rescanning = true;
    return 0;
}

void sync_rescan(struct site *site)
{
    if (site->rescanning)
        site->rescan_again = true;
    else if (rescan_submit(site, NULL, NULL, NULL) < 0)
        log_warning("the notes could not be read again: out of memory");
}

int sync_confirm(struct site *site, const char *file_key, void (*done)(void *ud, int status),
                 void *ud)
{
    return site->rescanning ? -EAGAIN : rescan_submit(site, file_key, done, ud);
}
