/* broadcast.c - a ring of small events and its readers; see broadcast.h. */
#include "site/broadcast.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"

enum { RING = 256, EVENT_SIZE = BROADCAST_EVENT_MAX };

struct broadcast {
    uint64_t epoch; /* differs for each start of prepd: an id from another life is told to resync */
    uint64_t last;  /* number of the newest event */
    char ring[RING][EVENT_SIZE]; /* event n in ring[n % RING], ready to send */
    struct broadcast_reader *readers;
    bool closed;
};

struct broadcast *broadcast_new(void)
{
    struct broadcast *broadcast = calloc(1, sizeof *broadcast);
    if (broadcast)
        broadcast->epoch = (uint64_t)clock_wall_ms();
    return broadcast;
}

void broadcast_free(struct broadcast *broadcast)
{
    if (!broadcast)
        return;
    for (struct broadcast_reader *reader = broadcast->readers; reader; reader = reader->next)
        reader->broadcast = NULL; /* its stream outlives us */
    free(broadcast);
}

static void wake_all(struct broadcast *broadcast)
{
    for (struct broadcast_reader *reader = broadcast->readers; reader; reader = reader->next)
        reader->wake(reader->ud);
}

/* Takes data. An event too long for the ring (a very long slug) becomes a resync: pages then ask
 * for themselves. */
static void publish(struct broadcast *broadcast, const char *event, json_t *data)
{
    uint64_t n = ++broadcast->last;
    char *json = data ? json_dumps(data, JSON_COMPACT) : NULL;
    char *slot = broadcast->ring[n % RING];
    int len = -1;
    if (json)
        len = snprintf(slot, EVENT_SIZE, "id: %" PRIx64 "-%" PRIu64 "\nevent: %s\ndata: %s\n\n",
                       broadcast->epoch, n, event, json);
    if (len < 0 || len >= EVENT_SIZE)
        snprintf(slot, EVENT_SIZE, "id: %" PRIx64 "-%" PRIu64 "\nevent: resync\ndata: {}\n\n",
                 broadcast->epoch, n);
    free(json);
    json_decref(data);
    wake_all(broadcast);
}

void broadcast_item(struct broadcast *broadcast, const char *id, const char *topic,
                    enum item_state state, uint64_t revision)
{
    publish(broadcast, "item",
            json_pack("{s:s, s:s, s:s, s:I}", "id", id, "topic", topic, "state",
                      item_state_name(state), "revision", (json_int_t)revision));
}

void broadcast_notes(struct broadcast *broadcast, uint64_t revision)
{
    publish(broadcast, "notes", json_pack("{s:I}", "revision", (json_int_t)revision));
}

void broadcast_id(const struct broadcast *broadcast, char ret[static BROADCAST_ID_SIZE])
{
    snprintf(ret, BROADCAST_ID_SIZE, "%" PRIx64 "-%" PRIu64, broadcast->epoch, broadcast->last);
}

void broadcast_close(struct broadcast *broadcast)
{
    broadcast->closed = true;
    wake_all(broadcast);
}

/*** A reader ***/

/* Where a reader that names the last event it has goes on; one that names none begins now. */
static void reader_resume(struct broadcast_reader *reader, const char *last_id)
{
    const struct broadcast *broadcast = reader->broadcast;
    uint64_t epoch, n;
    char extra;
    reader->seen = broadcast->last;
    reader->first = last_id ? BROADCAST_RESYNC : BROADCAST_HELLO;
    if (last_id && sscanf(last_id, "%16" SCNx64 "-%20" SCNu64 "%c", &epoch, &n, &extra) == 2 &&
        epoch == broadcast->epoch && n <= broadcast->last) {
        reader->seen = n;
        reader->first = 0;
    }
}

void broadcast_join(struct broadcast *broadcast, struct broadcast_reader *reader,
                    const char *last_id)
{
    reader->broadcast = broadcast;
    reader_resume(reader, last_id);
    reader->next = broadcast->readers;
    reader->link = &broadcast->readers;
    if (reader->next)
        reader->next->link = &reader->next;
    broadcast->readers = reader;
}

void broadcast_leave(struct broadcast_reader *reader)
{
    if (!reader->broadcast)
        return;
    *reader->link = reader->next;
    if (reader->next)
        reader->next->link = reader->link;
    reader->broadcast = NULL;
}

static ssize_t read_first(struct broadcast_reader *reader, char *buf, size_t max)
{
    const struct broadcast *broadcast = reader->broadcast;
    int n =
        snprintf(buf, max, "id: %" PRIx64 "-%" PRIu64 "\nevent: %s\ndata: {}\n\n", broadcast->epoch,
                 broadcast->last, reader->first == BROADCAST_HELLO ? "hello" : "resync");
    if (n < 0 || (size_t)n >= max)
        return -1;
    reader->first = 0;
    reader->seen = broadcast->last;
    return n;
}

ssize_t broadcast_read(struct broadcast_reader *reader, char *buf, size_t max)
{
    const struct broadcast *broadcast = reader->broadcast;
    if (!broadcast || broadcast->closed)
        return -1;
    if (!reader->first && broadcast->last - reader->seen >= RING)
        reader->first = BROADCAST_RESYNC;
    if (reader->first)
        return read_first(reader, buf, max);
    size_t used = 0;
    while (reader->seen < broadcast->last) {
        const char *event = broadcast->ring[(reader->seen + 1) % RING];
        size_t len = strlen(event);
        if (len > max - used)
            break;
        memcpy(buf + used, event, len);
        used += len;
        reader->seen++;
    }
    return (ssize_t)used;
}
