/* tick.h - setting one item's state: stored first, then shown. */
#ifndef PREPD_SITE_TICK_H
#define PREPD_SITE_TICK_H

#include "site/site.h"

struct tick_result {
    const char *id;
    enum item_state state;
    uint64_t revision; /* of the progress, after it */
    const struct err
        *err; /* NULL: it is stored. ENOENT: never heard of; ESTALE: no longer in the notes */
    const char *gone_from; /* slug of the topic that an item which is gone stood in last, or NULL */
};

typedef void tick_done_fn(struct http_request *req, const struct tick_result *result);

/* Has the worker store the state; done comes on the loop's thread after the COMMIT or a failure,
 * when progress and open pages know. The request is deferred meanwhile. */
void tick_submit(struct http_request *req, const char *id, enum item_state state,
                 tick_done_fn *done);

#endif
