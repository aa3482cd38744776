/* broadcast.h - the stream behind /api/events: what changed, told to every open page.
 *
 * A ring of the last events, numbered; a reader is the number it has seen. One that fell further
 * behind than the ring, or comes back after prepd was started anew, gets `event: resync` and
 * reloads what it shows. Loop's thread only. */
#ifndef PREPD_SITE_BROADCAST_H
#define PREPD_SITE_BROADCAST_H

#include "http/http.h"
#include "store/store.h"

struct broadcast;

struct broadcast *broadcast_new(void); /* NULL if out of memory */
void broadcast_free(struct broadcast *broadcast);

/* event: item, data: {"id","topic","state","revision"} */
void broadcast_item(struct broadcast *broadcast, const char *id, const char *topic,
                    enum item_state state, uint64_t revision);
/* event: notes, data: {"revision"} */
void broadcast_notes(struct broadcast *broadcast, uint64_t revision);
/* Every reader's stream ends; for shutdown. */
void broadcast_close(struct broadcast *broadcast);

/* Answers the request with the stream (resumes by Last-Event-ID). */
void broadcast_reply(struct broadcast *broadcast, struct http_request *req);

#endif
