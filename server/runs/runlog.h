/* runlog.h - the numbered log of one run: one writer, any number of readers.
 *
 * DESIGN  The log *is* the byte stream of its Server-Sent Events: each line is appended once, as
 * `id: N\nevent: KIND\ndata: {…}\n\n`, into fixed-size chunks that never move. A reader is an
 * offset into that stream, so serving one costs a memcpy, a thousand readers share every byte, and
 * a slow reader costs nothing to the others. Last-Event-ID is an index look-up. NDJSON is the same
 * stream with only its data fields.
 *
 * All on the loop's thread. */
#ifndef PREPD_RUNS_RUNLOG_H
#define PREPD_RUNS_RUNLOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/text.h"

struct runlog;

/* Calls wake(ud) whenever bytes were added or the log was closed, until runlog_unwait; wake may
 * unwait any waiter, itself included. Set wake and ud, leave the rest zero. It holds no reference
 * to the log. */
struct runlog_waiter {
    void (*wake)(void *ud);
    void *ud;
    struct runlog_waiter *next, **link; /* the log's */
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
uint64_t runlog_count(const struct runlog *log);

/* Offset at which a reader starts that has seen events up to `last_id` (0: from the beginning). A
 * number beyond the end gives the end. */
uint64_t runlog_offset_after(const struct runlog *log, uint64_t last_id);
/* Copies at most `max` bytes of the SSE stream from offset. 0: nothing there yet; -1: nothing there
 * and closed. */
ssize_t runlog_read(const struct runlog *log, uint64_t offset, char *buf, size_t max);
/* Adds lines first..last (from 1, inclusive) as NDJSON. */
int runlog_ndjson(const struct runlog *log, uint64_t first, uint64_t last, struct text *out);

void runlog_wait(struct runlog *log, struct runlog_waiter *waiter);
/* Does nothing if it does not wait. */
void runlog_unwait(struct runlog_waiter *waiter);

#endif
