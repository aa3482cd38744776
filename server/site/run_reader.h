/* run_reader.h - one reader's way through the log of a run, from any line to the last.
 *
 * DESIGN  What is in memory comes from there (runs/runlog.h). What is not, because the reader is
 * far behind or the run ended long ago, is fetched from the store a page at a time, by the worker;
 * the bytes are the same. So a reader that keeps up costs nothing but its place, one that is behind
 * a page, and none makes the demo or another reader wait. Loop's thread only. */
#ifndef PREPD_SITE_RUN_READER_H
#define PREPD_SITE_RUN_READER_H

#include "site/site.h"

struct run_reader;

enum run_form {
    RUN_EVENTS, /* Server-Sent Events, until the run's log is closed */
    RUN_NDJSON, /* the lines that there are now */
};

struct run_reader_options {
    struct site *site;
    const char *id;     /* copied */
    struct runlog *log; /* NULL: it is only in the store */
    enum run_form form;
    uint64_t after; /* number of the last line the reader has; 0: none */
};

struct run_reader *run_reader_new(const struct run_reader_options *options); /* NULL: no memory */
/* wake(ud) is called once after each read that gave 0. To be set before the first. */
void run_reader_on_wake(struct run_reader *reader, void (*wake)(void *ud), void *ud);
/* wake comes no more. NULL is fine. */
void run_reader_free(struct run_reader *reader);

/* Copies at most max bytes. 0: nothing now, wake will come; -1: the end. */
ssize_t run_reader_read(struct run_reader *reader, char *buf, size_t max);
/* Whether the bytes read so far may end amid a line: the next read goes on with it. */
bool run_reader_is_amid(const struct run_reader *reader);

#endif
