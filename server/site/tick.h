/* tick.h - setting one item's state: stored first, then shown. */
#ifndef PREPD_SITE_TICK_H
#define PREPD_SITE_TICK_H

#include "site/site.h"

/* Has the worker store the state. done(req, revision, err) comes on the loop's thread after the COMMIT, with err NULL, or after a
 * failure; by then progress and open pages know. The request is deferred meanwhile. */
void tick_submit(struct http_request *req, const char *id, enum item_state state,
                 void (*done)(struct http_request *req, const char *id, enum item_state state,
                              uint64_t revision, const struct err *err));

#endif
