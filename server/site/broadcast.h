/* broadcast.h - what changed, told to every open page: ticks, and notes on disk.
 *
 * A ring of the last events, numbered; a reader is the number it has seen. One that fell further
 * behind than the ring, or comes back after prepd was started anew, gets `event: resync` and
 * reloads what it shows. Loop's thread only. */
#ifndef PREPD_SITE_BROADCAST_H
#define PREPD_SITE_BROADCAST_H

#include <sys/types.h>

#include "store/store.h"

struct broadcast;

struct broadcast *broadcast_new(void); /* NULL if out of memory */
void broadcast_free(struct broadcast *broadcast);

/* event: item, data: {"id","topic","state","revision"} */
void broadcast_item(struct broadcast *broadcast, const char *id, const char *topic,
                    enum item_state state, uint64_t revision);
/* event: notes, data: {"revision"} */
void broadcast_notes(struct broadcast *broadcast, uint64_t revision);
/* The id of the last event, which a page that is made now carries: its window then joins there, and
 * misses nothing of what happened on the way. */
enum { BROADCAST_ID_SIZE = 40 };
void broadcast_id(const struct broadcast *broadcast, char ret[static BROADCAST_ID_SIZE]);
/* Every reader comes to its end; for shutdown. */
void broadcast_close(struct broadcast *broadcast);

/* Set wake and ud, leave the rest zero; broadcast_join does that. */
struct broadcast_reader {
    void (*wake)(void *ud); /* there is something to read */
    void *ud;
    struct broadcast *broadcast;                          /* NULL once that is gone */
    uint64_t seen;                                        /* number of the last event it has */
    enum { BROADCAST_HELLO = 1, BROADCAST_RESYNC } first; /* to be said before any other event */
    struct broadcast_reader *next, **link;
};

/* Adds a reader that goes on after the event with the id `last_id`; NULL: it begins now, and is
 * told the id to come back with (event: hello). */
void broadcast_join(struct broadcast *broadcast, struct broadcast_reader *reader,
                    const char *last_id);
void broadcast_leave(struct broadcast_reader *reader);
/* Copies whole events, at most max bytes; an event is at most BROADCAST_EVENT_MAX. 0: nothing now,
 * wake will come; -1: the end. */
enum { BROADCAST_EVENT_MAX = 256 };
ssize_t broadcast_read(struct broadcast_reader *reader, char *buf, size_t max);

#endif
