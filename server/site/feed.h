/* feed.h - /api/events: all that a browser follows, in one stream.
 *
 * A browser allows six connections to one server, to all of its windows together. So one stream can
 * carry what changed (broadcast.h) and the events of any number of runs:
 *
 *   GET /api/events?run=ID:AFTER&run=…&seen=…
 *
 * AFTER is the number of the last event of that run which the client has (0: none), `seen` the id
 * of the last broadcast event; Last-Event-ID stands for `seen` where there is no run. Each run's
 * events come as they are in its own stream, byte for byte and whole, behind an event that says
 * whose they are; after its last one the feed says so and goes on:
 *
 *   event: run                      event: end
 *   data: {"run":"ID"}              data: {"run":"ID"}
 *
 * A run that is not known ends at once: GET /api/runs/ID says why. */
#ifndef PREPD_SITE_FEED_H
#define PREPD_SITE_FEED_H

#include "site/site.h"

enum { FEED_RUNS_MAX = 16 };

/* Answers the request with the stream; 400 if it names more runs, or one wrongly. */
void feed_reply(struct http_request *req);

#endif
