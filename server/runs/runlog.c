/* runlog.c - the log of a run as a stream of Server-Sent Events in chunks that never move; see
 * runlog.h.
 *
 * Byte `offset` of the stream is in chunk (offset / CHUNK_BYTES), whose pointer stands in
 * chunks[(offset - base) / CHUNK_BYTES]: `base` is where the first chunk begins that is still in
 * memory. Lines are dropped one by one from the front, chunks as soon as no line needs them:
 *
 *     base      start            ends[0]     ends[1]           len
 *       |.........|== line first ==|== first + 1 ==|==  …  ==|
 */
#include "runs/runlog.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 64 * 1024 };

struct runlog {
    int refs;
    bool closed;
    char **chunks;
    size_t n_chunks, cap_chunks;
    uint64_t base, len; /* offsets of the first chunk and of the end of the stream */
    uint64_t first;     /* number of the first line in memory */
    uint64_t start;     /* its offset */
    uint64_t *ends;     /* offset behind line first + i */
    size_t n_lines, cap_lines;
    uint64_t stored;                /* all lines up to this one can be had elsewhere */
    struct runlog_waiter **waiters; /* a list of pointers: with a thousand readers, following links
                                       through their memory costs more than waking them */
    size_t n_waiters, cap_waiters;
    int waking; /* how many walk that list (a wake may append): who leaves leaves a gap */
    bool gaps;
};

struct runlog *runlog_new(void)
{
    struct runlog *log = calloc(1, sizeof *log);
    if (!log)
        return NULL;
    log->refs = 1;
    log->first = 1;
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
    for (size_t i = 0; i < log->n_waiters; i++)
        log->waiters[i]->log = NULL;
    free(log->waiters);
    for (size_t i = 0; i < log->n_chunks; i++)
        free(log->chunks[i]);
    free(log->chunks);
    free(log->ends);
    free(log);
}

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

/*** Waiting ***/

int runlog_join(struct runlog *log, struct runlog_waiter *waiter)
{
    if (!array_grow(&log->waiters, log->n_waiters, &log->cap_waiters,
                    sizeof(struct runlog_waiter *)))
        return -ENOMEM;
    waiter->log = log;
    waiter->at = log->n_waiters;
    log->waiters[log->n_waiters++] = waiter;
    return 0;
}

void runlog_wait(struct runlog_waiter *waiter)
{
    waiter->waits = true;
}

static void put_waiter(struct runlog *log, size_t at, struct runlog_waiter *waiter)
{
    log->waiters[at] = waiter;
    waiter->at = at;
}

void runlog_leave(struct runlog_waiter *waiter)
{
    struct runlog *log = waiter->log;
    waiter->waits = false;
    waiter->log = NULL;
    if (!log)
        return;
    if (!log->waking) {
        put_waiter(log, waiter->at, log->waiters[--log->n_waiters]);
        return;
    }
    log->waiters[waiter->at] = NULL;
    log->gaps = true;
}

static void close_gaps(struct runlog *log)
{
    size_t n = 0;
    for (size_t i = 0; i < log->n_waiters; i++)
        if (log->waiters[i])
            put_waiter(log, n++, log->waiters[i]);
    log->n_waiters = n;
    log->gaps = false;
}

/* With a thousand waiters none is in the cache, nor what it wakes. */
static void prefetch_waiters(const struct runlog *log, size_t i)
{
    enum { NEAR = 4, FAR = 8 };
    if (i + FAR >= log->n_waiters)
        return;
    __builtin_prefetch(log->waiters[i + FAR]);
    if (log->waiters[i + NEAR])
        __builtin_prefetch(log->waiters[i + NEAR]->ud);
}

/* Wakes all that wait now; who joins meanwhile waits for the next line. */
static void log_wake(struct runlog *log)
{
    size_t n = log->n_waiters;
    log->waking++;
    for (size_t i = 0; i < n; i++) {
        prefetch_waiters(log, i);
        struct runlog_waiter *waiter = log->waiters[i];
        if (!waiter || !waiter->waits)
            continue;
        waiter->waits = false;
        waiter->wake(waiter->ud);
    }
    if (--log->waking == 0 && log->gaps)
        close_gaps(log);
}

/*** Writing ***/

static bool log_reserve(struct runlog *log, size_t more)
{
    if (!array_grow(&log->ends, log->n_lines, &log->cap_lines, sizeof *log->ends))
        return false;
    while (log->base + log->n_chunks * (uint64_t)CHUNK_BYTES < log->len + more) {
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
        memcpy(log->chunks[(log->len - log->base) / CHUNK_BYTES] + at, bytes, n);
        log->len += n;
        bytes += n;
        len -= n;
    }
}

int64_t runlog_append(struct runlog *log, const char *kind, const char *json, size_t len)
{
    char header[RUNLOG_HEADER_MAX];
    if (log->closed)
        return -EPIPE;
    uint64_t number = log->first + log->n_lines;
    size_t header_len = runlog_header(number, kind, strlen(kind), header);
    if (!log_reserve(log, header_len + len + 2))
        return -ENOMEM;
    log_add(log, header, header_len);
    log_add(log, json, len);
    log_add(log, "\n\n", 2);
    log->ends[log->n_lines++] = log->len;
    log_wake(log);
    return (int64_t)number;
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

/*** Dropping ***/

static void drop_lines(struct runlog *log, size_t n)
{
    log->start = log->ends[n - 1];
    log->first += n;
    log->n_lines -= n;
    memmove(log->ends, log->ends + n, log->n_lines * sizeof *log->ends);
    size_t n_chunks = (size_t)((log->start - log->base) / CHUNK_BYTES);
    for (size_t i = 0; i < n_chunks; i++)
        free(log->chunks[i]);
    log->n_chunks -= n_chunks;
    log->base += n_chunks * (uint64_t)CHUNK_BYTES;
    memmove(log->chunks, log->chunks + n_chunks, log->n_chunks * sizeof *log->chunks);
}

void runlog_stored(struct runlog *log, uint64_t first, uint64_t last)
{
    if (first > log->stored + 1 || last <= log->stored || last > runlog_count(log))
        return;
    log->stored = last;
    size_t n = 0;
    while (log->first + n <= log->stored && log->len - log->ends[n] >= RUNLOG_KEEP_BYTES)
        n++;
    if (n)
        drop_lines(log, n);
}

/*** Measures ***/

uint64_t runlog_count(const struct runlog *log)
{
    return log->first + log->n_lines - 1;
}

uint64_t runlog_first(const struct runlog *log)
{
    return log->first;
}

uint64_t runlog_bytes(const struct runlog *log)
{
    return log->len;
}

size_t runlog_bytes_held(const struct runlog *log)
{
    return log->n_chunks * (size_t)CHUNK_BYTES;
}

/*** Reading ***/

/* Where a line in memory begins; count + 1 gives the end. */
static uint64_t line_start(const struct runlog *log, uint64_t line)
{
    return line == log->first ? log->start : log->ends[line - log->first - 1];
}

/* Copies bytes that are in memory. */
static void log_copy(const struct runlog *log, uint64_t offset, char *buf, size_t len)
{
    while (len) {
        size_t at = offset % CHUNK_BYTES;
        size_t n = len < CHUNK_BYTES - at ? len : CHUNK_BYTES - at;
        memcpy(buf, log->chunks[(offset - log->base) / CHUNK_BYTES] + at, n);
        offset += n;
        buf += n;
        len -= n;
    }
}

struct runlog_place runlog_place_after(const struct runlog *log, uint64_t last_id)
{
    uint64_t count = runlog_count(log);
    return (struct runlog_place){.line = (last_id < count ? last_id : count) + 1};
}

ssize_t runlog_read(const struct runlog *log, struct runlog_place *place, char *buf, size_t max)
{
    uint64_t count = runlog_count(log);
    if (place->line > count)
        return log->closed ? RUNLOG_END : 0;
    if (place->line < log->first)
        return RUNLOG_DROPPED;
    uint64_t offset = line_start(log, place->line) + place->skip;
    size_t n = log->len - offset < max ? (size_t)(log->len - offset) : max;
    log_copy(log, offset, buf, n);
    while (place->line <= count && log->ends[place->line - log->first] <= offset + n)
        place->line++;
    place->skip = (size_t)(offset + n - line_start(log, place->line));
    return (ssize_t)n;
}

/* Where the JSON of a line starts: behind "data: ", the third field. */
static uint64_t data_offset(const struct runlog *log, uint64_t line)
{
    char header[RUNLOG_HEADER_MAX + 1];
    uint64_t from = line_start(log, line), len = line_start(log, line + 1) - from;
    size_t n = len < RUNLOG_HEADER_MAX ? (size_t)len : RUNLOG_HEADER_MAX;
    log_copy(log, from, header, n);
    header[n] = '\0';
    const char *data = strstr(header, "\ndata: ");
    return from + (data ? (uint64_t)(data - header) + strlen("\ndata: ") : 0);
}

int runlog_ndjson(const struct runlog *log, uint64_t first, uint64_t last, struct text *out)
{
    if (first < log->first)
        first = log->first;
    if (last > runlog_count(log))
        last = runlog_count(log);
    for (uint64_t line = first; line <= last; line++) {
        uint64_t from = data_offset(log, line);
        size_t len = (size_t)(line_start(log, line + 1) - 1 - from); /* with one of the two '\n' */
        char *to = text_reserve(out, len);
        if (!to)
            return -ENOMEM;
        log_copy(log, from, to, len);
        out->len += len;
        to[len] = '\0';
    }
    return 0;
}
