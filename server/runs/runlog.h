/* runlog.h - the numbered log of one run: one writer, any number of readers.
 *
 * DESIGN  The log *is* the byte stream of its Server-Sent Events: each line is appended once, as
 * `id: N\nevent: KIND\ndata: {…}\n\n`, into fixed-size chunks that never move. A reader is a place
 * in that stream (a line, and how many of its bytes it has), so serving one costs a memcpy, a
 * thousand readers share every byte, and a slow reader costs nothing to the others. NDJSON is the
 * same stream with only its data fields.
 *
 * Memory is bounded: whoever stores the lines elsewhere says so (runlog_stored), and stored lines
 * beyond the last RUNLOG_KEEP_BYTES are dropped. A reader that far behind is told RUNLOG_DROPPED
 * and fetches the lines from where they are stored; runlog_sse makes the same bytes of them.
 *
 * All on the loop's thread, but for runlog_sse, which is pure. */
#ifndef PREPD_RUNS_RUNLOG_H
#define PREPD_RUNS_RUNLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/text.h"

enum {
    RUNLOG_KEEP_BYTES = 4 << 20,
    /* from runlog_read */
    RUNLOG_END = -1,     /* nothing there, and closed */
    RUNLOG_DROPPED = -2, /* the line is no longer in memory */
};

struct runlog;

/* Where a reader goes on: `skip` bytes into the event of line `line` (from 1). */
struct runlog_place {
    uint64_t line;
    size_t skip;
};

/* Calls wake(ud) once, when the next bytes are added or the log is closed. Set wake and ud, leave
 * the rest zero. It holds no reference to the log. */
struct runlog_waiter {
    void (*wake)(void *ud);
    void *ud;
    struct runlog *log; /* that it joined; NULL: none */
    size_t at;          /* its place in the log's list */
    bool waits;
};

struct runlog *runlog_new(void); /* NULL if out of memory */
struct runlog *runlog_ref(struct runlog *log);
void runlog_unref(struct runlog *log);

/* Appends one event; `json` is one line without '\n', valid UTF-8, already checked; `kind` is its
 * "event". Returns its number (from 1), or -ENOMEM, or -EPIPE when closed. */
int64_t runlog_append(struct runlog *log, const char *kind, const char *json, size_t len);
/* No more lines will come; readers end after the last. */
void runlog_close(struct runlog *log);
bool runlog_is_closed(const struct runlog *log);

/* Lines first..last can be had elsewhere from now on. Lines behind a gap stay in memory. */
void runlog_stored(struct runlog *log, uint64_t first, uint64_t last);

uint64_t runlog_count(const struct runlog *log);
/* The number of the first line that is still in memory; count + 1 if there is none. */
uint64_t runlog_first(const struct runlog *log);
/* Bytes of the stream: since its beginning, and those in memory. */
uint64_t runlog_bytes(const struct runlog *log);
size_t runlog_bytes_held(const struct runlog *log);

/* Where a reader starts that has seen lines up to `last_id` (0: none). A number beyond the end
 * gives the end. */
struct runlog_place runlog_place_after(const struct runlog *log, uint64_t last_id);
/* Copies at most `max` bytes of the SSE stream and moves the place behind them. 0: nothing there
 * yet; or RUNLOG_END, RUNLOG_DROPPED. */
ssize_t runlog_read(const struct runlog *log, struct runlog_place *place, char *buf, size_t max);
/* Adds those of lines first..last (from 1, inclusive) that are in memory, as NDJSON. -ENOMEM. */
int runlog_ndjson(const struct runlog *log, uint64_t first, uint64_t last, struct text *out);

/* Lets the waiter wait for this log, as often as it likes, until it leaves, which it must before it
 * is freed, or until the log is gone. -ENOMEM. */
int runlog_join(struct runlog *log, struct runlog_waiter *waiter);
/* It is woken once. wake may make it wait again, and may let any waiter join or leave. */
void runlog_wait(struct runlog_waiter *waiter);
/* Does nothing if it joined none. */
void runlog_leave(struct runlog_waiter *waiter);

/* ---- runlog_sse.c: the form of an event on the wire ---- */

enum { RUNLOG_HEADER_MAX = 96 };

/* Writes what stands before an event's JSON; behind it come two '\n'. Returns its length. */
size_t runlog_header(uint64_t number, const char *kind, size_t kind_len,
                     char ret[static RUNLOG_HEADER_MAX]);
/* Adds the events of stored lines, the first of which has the number `first`: byte for byte what
 * runlog_read gives for them. -ENOMEM; -EINVAL: a line is no event, those before it were added. */
int runlog_sse(const char *ndjson, size_t len, uint64_t first, struct text *out);

#endif
