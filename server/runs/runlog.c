/* runlog.c - the log of a run as a stream of Server-Sent Events in chunks that never move; see
 * runlog.h.
 *
 * Byte `offset` of the stream is chunks[offset / CHUNK_BYTES][offset % CHUNK_BYTES]. ends[i] is the
 * offset behind line i + 1, so line n starts at ends[n - 2]. What a run may print is bounded by
 * runs.c; were chunks ever to be dropped from memory (their lines are in the database by then),
 * their slot in `chunks` is where that would show. */
#include "runs/runlog.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 64 * 1024, HEADER_MAX = 96 };

struct runlog {
    int refs;
    bool closed;
    char **chunks;
    size_t n_chunks, cap_chunks;
    uint64_t len;   /* bytes in the stream */
    uint64_t *ends; /* see above */
    size_t n_lines, cap_lines;
    struct runlog_waiter *waiters;
};

struct runlog *runlog_new(void)
{
    struct runlog *log = calloc(1, sizeof *log);
    if (log)
        log->refs = 1;
    return log;
}

struct runlog *runlog_ref(struct runlog *log)
{
    log->refs++;
    return log;
}

void runlog_unref(struct runlog *log)
{
    if (!log || --log->refs > 0)
        return;
    while (log->waiters)
        runlog_unwait(log->waiters);
    for (size_t i = 0; i < log->n_chunks; i++)
        free(log->chunks[i]);
    free(log->chunks);
    free(log->ends);
    free(log);
}

/*** Writing ***/

/* Makes room for one more element of `size` bytes. */
static bool array_grow(void *array, size_t n, size_t *cap, size_t size)
{
    if (n < *cap)
        return true;
    size_t more = *cap ? *cap * 2 : 16;
    void *grown = reallocarray(*(void **)array, more, size);
    if (!grown)
        return false;
    *(void **)array = grown;
    *cap = more;
    return true;
}

static bool log_reserve(struct runlog *log, size_t more)
{
    if (!array_grow(&log->ends, log->n_lines, &log->cap_lines, sizeof *log->ends))
        return false;
    while (log->n_chunks * (uint64_t)CHUNK_BYTES < log->len + more) {
        if (!array_grow(&log->chunks, log->n_chunks, &log->cap_chunks, sizeof *log->chunks))
            return false;
        char *chunk = malloc(CHUNK_BYTES);
        if (!chunk)
            return false;
        log->chunks[log->n_chunks++] = chunk;
    }
    return true;
}

/* Adds bytes for which there is room. */
static void log_add(struct runlog *log, const char *bytes, size_t len)
{
    while (len) {
        size_t at = log->len % CHUNK_BYTES;
        size_t n = len < CHUNK_BYTES - at ? len : CHUNK_BYTES - at;
        memcpy(log->chunks[log->len / CHUNK_BYTES] + at, bytes, n);
        log->len += n;
        bytes += n;
        len -= n;
    }
}

static void waiter_link(struct runlog_waiter **list, struct runlog_waiter *waiter)
{
    waiter->next = *list;
    waiter->link = list;
    if (waiter->next)
        waiter->next->link = &waiter->next;
    *list = waiter;
}

/* Wakes all. A waiter may unwait itself or any other meanwhile: those not yet called hang on a list
 * of their own. */
static void log_wake(struct runlog *log)
{
    struct runlog_waiter *due = log->waiters;
    if (due)
        due->link = &due;
    log->waiters = NULL;
    while (due) {
        struct runlog_waiter *waiter = due;
        runlog_unwait(waiter);
        waiter_link(&log->waiters, waiter);
        waiter->wake(waiter->ud);
    }
}

int64_t runlog_append(struct runlog *log, const char *kind, const char *json, size_t len)
{
    char header[HEADER_MAX];
    if (log->closed)
        return -EPIPE;
    size_t n = (size_t)snprintf(header, sizeof header,
                                "id: %zu\nevent: %.40s\ndata: ", log->n_lines + 1, kind);
    if (!log_reserve(log, n + len + 2))
        return -ENOMEM;
    log_add(log, header, n);
    log_add(log, json, len);
    log_add(log, "\n\n", 2);
    log->ends[log->n_lines++] = log->len;
    log_wake(log);
    return (int64_t)log->n_lines;
}

void runlog_close(struct runlog *log)
{
    if (log->closed)
        return;
    log->closed = true;
    log_wake(log);
}

bool runlog_is_closed(const struct runlog *log)
{
    return log->closed;
}

uint64_t runlog_count(const struct runlog *log)
{
    return log->n_lines;
}

/*** Reading ***/

uint64_t runlog_offset_after(const struct runlog *log, uint64_t last_id)
{
    if (last_id == 0)
        return 0;
    return last_id > log->n_lines ? log->len : log->ends[last_id - 1];
}

ssize_t runlog_read(const struct runlog *log, uint64_t offset, char *buf, size_t max)
{
    size_t done = 0;
    if (offset >= log->len)
        return log->closed ? -1 : 0;
    while (done < max && offset < log->len) {
        size_t at = offset % CHUNK_BYTES, n = CHUNK_BYTES - at;
        if (n > max - done)
            n = max - done;
        if (n > log->len - offset)
            n = (size_t)(log->len - offset);
        memcpy(buf + done, log->chunks[offset / CHUNK_BYTES] + at, n);
        done += n;
        offset += n;
    }
    return (ssize_t)done;
}

/* Where the JSON of a line starts: behind "data: ", the third field. */
static uint64_t data_offset(const struct runlog *log, uint64_t line_offset)
{
    char header[HEADER_MAX + 1];
    ssize_t n = runlog_read(log, line_offset, header, HEADER_MAX);
    header[n > 0 ? n : 0] = '\0';
    char *data = strstr(header, "\ndata: ");
    return line_offset + (data ? (uint64_t)(data - header) + strlen("\ndata: ") : 0);
}

int runlog_ndjson(const struct runlog *log, uint64_t first, uint64_t last, struct text *out)
{
    if (first == 0)
        first = 1;
    if (last > log->n_lines)
        last = log->n_lines;
    for (uint64_t line = first; line <= last; line++) {
        uint64_t from = data_offset(log, runlog_offset_after(log, line - 1));
        size_t len = (size_t)(log->ends[line - 1] - 1 - from); /* with one of the two '\n' */
        char *to = text_reserve(out, len);
        if (!to)
            return -ENOMEM;
        runlog_read(log, from, to, len);
        to[len] = '\0';
        out->len += len;
    }
    return 0;
}

/*** Waiting ***/

void runlog_wait(struct runlog *log, struct runlog_waiter *waiter)
{
    waiter_link(&log->waiters, waiter);
}

void runlog_unwait(struct runlog_waiter *waiter)
{
    if (!waiter->link)
        return;
    *waiter->link = waiter->next;
    if (waiter->next)
        waiter->next->link = waiter->link;
    waiter->next = NULL;
    waiter->link = NULL;
}
