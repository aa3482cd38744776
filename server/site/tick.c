/* tick.c - the journey of a tick: request → worker → COMMIT → progress → open pages → reply. */
#include "site/tick.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "site/broadcast.h"
#include "site/handlers.h"
#include "site/progress.h"

struct tick {
    struct http_request *req;
    struct site *site;
    char id[ID_SIZE];
    enum item_state state;
    int64_t wall_ms;
    uint64_t revision;
    char *topic; /* of an item that is gone */
    struct err err;
    tick_done_fn *done;
};

static int tick_work(void *job)
{
    struct tick *tick = job;
    struct store *store = tick->site->store;
    int r =
        store_item_set(store, tick->id, tick->state, tick->wall_ms, &tick->revision, &tick->err);
    if (r == -ESTALE && store_item_topic(store, tick->id, &tick->topic, NULL) < 0)
        tick->topic = NULL;
    return r;
}

static void tick_stored(void *job, int status)
{
    struct tick *tick = job;
    struct site *site = tick->site;
    if (status < 0 && !tick->err.code) /* the COMMIT failed, not the statement */
        err_set(&tick->err, -status, "the tick could not be stored: %s", strerror(-status));
    if (status >= 0) {
        const struct topic *topic = progress_topic_of(site->progress, tick->id);
        progress_set(site->progress, tick->id, tick->state, tick->revision);
        if (topic)
            broadcast_item(site->events, tick->id, topic->slug, tick->state, tick->revision);
    }
    struct tick_result result = {.id = tick->id,
                                 .state = tick->state,
                                 .revision = tick->revision,
                                 .gone_from = tick->topic,
                                 .err = status < 0 ? &tick->err : NULL};
    tick->done(tick->req, &result);
    free(tick->topic);
    free(tick);
}

void tick_submit(struct http_request *req, const char *id, enum item_state state,
                 tick_done_fn *done)
{
    struct site *site = site_of(req);
    struct tick *tick = calloc(1, sizeof *tick);
    if (tick) {
        *tick = (struct tick){.req = req, .site = site, .state = state, .done = done};
        snprintf(tick->id, sizeof tick->id, "%s", id);
        tick->wall_ms = clock_wall_ms();
    }
    if (!tick || worker_submit(site->worker, tick_work, tick_stored, tick) < 0) {
        free(tick);
        reply_err(req, &(struct err){.code = ENOMEM});
        return;
    }
    http_defer(req);
}
