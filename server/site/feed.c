/* feed.c - see feed.h.
 *
 * One run has the word until it stands at the end of an event and has nothing more to say; then the
 * broadcast and the other runs have theirs. A read that gave nothing from any of them has made all
 * of them promise to wake the stream. */
#include "site/feed.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "site/broadcast.h"
#include "site/handlers.h"
#include "site/run_reader.h"

static const char mark_format[] = "event: %s\ndata: {\"run\":\"%s\"}\n\n";

enum {
    MARK_BYTES = sizeof mark_format - 1 - 4 + 3 /* "run", "end" */ + ID_SIZE - 1,
    ROOM_MIN = MARK_BYTES + 1, /* a run begins only where there is room for more than its mark */
};
_Static_assert((int)ROOM_MIN <= (int)HTTP_STREAM_ROOM &&
                   (int)BROADCAST_EVENT_MAX <= (int)HTTP_STREAM_ROOM,
               "a read with nothing to give must have asked everybody");

struct feed_run {
    char id[ID_SIZE];
    struct run_reader *reader; /* NULL: it has ended */
};

struct feed {
    struct http_stream *stream;
    struct broadcast_reader broadcast;
    struct feed_run runs[FEED_RUNS_MAX];
    size_t n;
    struct feed_run *speaking; /* whose events the client is told; NULL: nobody's yet */
};

static void feed_wake(void *ud)
{
    struct feed *feed = ud;
    http_stream_wake(feed->stream);
}

static void feed_gone(void *ud)
{
    struct feed *feed = ud;
    broadcast_leave(&feed->broadcast);
    for (size_t i = 0; i < feed->n; i++)
        run_reader_free(feed->runs[i].reader);
    free(feed);
}

/*** Reading ***/

static size_t put_mark(char *buf, const char *kind, const struct feed_run *run)
{
    char mark[MARK_BYTES + 1];
    snprintf(mark, sizeof mark, mark_format, kind, run->id);
    memcpy(buf, mark, MARK_BYTES);
    return MARK_BYTES;
}

static size_t end_run(struct feed *feed, struct feed_run *run, char *buf)
{
    run_reader_free(run->reader);
    run->reader = NULL;
    if (feed->speaking == run)
        feed->speaking = NULL;
    return put_mark(buf, "end", run);
}

/* A run's next bytes, behind a mark if another spoke before. */
static size_t read_run(struct feed *feed, struct feed_run *run, char *buf, size_t max)
{
    size_t mark = feed->speaking == run ? 0 : MARK_BYTES;
    ssize_t n = run_reader_read(run->reader, buf + mark, max - mark);
    if (n < 0)
        return end_run(feed, run, buf);
    if (n == 0)
        return 0;
    if (mark)
        put_mark(buf, "run", run);
    feed->speaking = run;
    return mark + (size_t)n;
}

static bool is_amid_event(const struct feed *feed)
{
    return feed->speaking && run_reader_is_amid(feed->speaking->reader);
}

static size_t read_runs(struct feed *feed, char *buf, size_t max)
{
    size_t used = 0;
    for (size_t i = 0; i < feed->n && !is_amid_event(feed) && max - used >= ROOM_MIN; i++) {
        if (feed->runs[i].reader)
            used += read_run(feed, &feed->runs[i], buf + used, max - used);
    }
    return used;
}

/* An event that cannot be read to its end ends the stream: the client comes back for it. */
static ssize_t feed_read(void *ud, char *buf, size_t max)
{
    struct feed *feed = ud;
    if (is_amid_event(feed))
        return run_reader_read(feed->speaking->reader, buf, max);
    ssize_t n = broadcast_read(&feed->broadcast, buf, max);
    if (n < 0)
        return -1;
    return n + (ssize_t)read_runs(feed, buf + n, max - (size_t)n);
}

/*** What is asked for ***/

struct feed_wish {
    struct feed *feed;
    struct site *site;
};

/* "ID:AFTER". */
static bool add_run(const struct feed_wish *wish, const char *value)
{
    struct feed *feed = wish->feed;
    const char *colon = strchr(value, ':');
    uint64_t after;
    if (feed->n == FEED_RUNS_MAX || !colon || colon - value != ID_SIZE - 1 ||
        !parse_u64(colon + 1, UINT64_MAX, &after))
        return false;
    struct feed_run *feed_run = &feed->runs[feed->n];
    snprintf(feed_run->id, sizeof feed_run->id, "%s", value);
    if (!id_is_valid(feed_run->id))
        return false;
    struct run *run = runs_find(wish->site->runs, feed_run->id);
    struct run_reader_options options = {.site = wish->site,
                                         .id = feed_run->id,
                                         .log = run ? run_log(run) : NULL,
                                         .form = RUN_EVENTS,
                                         .after = after};
    feed_run->reader = run_reader_new(&options);
    if (!feed_run->reader)
        return false;
    run_reader_on_wake(feed_run->reader, feed_wake, feed);
    feed->n++;
    return true;
}

static int add_argument(const char *name, const char *value, void *ud)
{
    return strcmp(name, "run") == 0 && !add_run(ud, value);
}

void feed_reply(struct http_request *req)
{
    static const struct http_stream_ops ops = {.read = feed_read, .gone = feed_gone};
    struct feed *feed = calloc(1, sizeof *feed);
    if (!feed) {
        reply_err(req, &(struct err){.code = ENOMEM});
        return;
    }
    const char *last_id = http_header(req, "Last-Event-ID");
    feed->broadcast.wake = feed_wake;
    feed->broadcast.ud = feed;
    broadcast_join(site_of(req)->events, &feed->broadcast,
                   last_id ? last_id : http_query(req, "seen"));
    struct feed_wish wish = {.feed = feed, .site = site_of(req)};
    if (http_query_each(req, add_argument, &wish) == 0) {
        http_reply_stream(req, &ops, feed, &feed->stream);
        return;
    }
    feed_gone(feed);
    http_reply_error(req, 400, "bad_request", "run", "run must be ID:NUMBER, at most %d times",
                     FEED_RUNS_MAX);
}
