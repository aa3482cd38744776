/* run_reader.c - see run_reader.h.
 *
 * A page holds whole lines, in the reader's form, and begins with the line of its place; what the
 * reader has of that line already is skipped. While a page is being loaded the reader may be freed:
 * then it is only marked, and page_loaded frees it. */
#include "site/run_reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

enum { PAGE_BYTES = 64 * 1024 };

/* With a thousand readers an event costs each a few cache lines: what it needs comes first. */
struct run_reader {
    struct runlog *log; /* a reference, or NULL */
    struct runlog_place place;
    struct runlog_waiter waiter; /* its wake and ud are those of page_loaded, too */
    bool loading, ended, freed;
    enum run_form form;
    struct text page; /* empty: none */
    size_t page_at;
    uint64_t page_next; /* number of the line behind the page */
    uint64_t last;      /* RUN_NDJSON: the last line to show */
    struct site *site;
    char id[ID_SIZE];
};

/*** Pages ***/

static void page_begin(struct run_reader *reader, struct text *page, uint64_t next)
{
    reader->page = *page;
    *page = (struct text){0};
    reader->page_next = next;
    reader->page_at = reader->place.skip < reader->page.len ? reader->place.skip : 0;
}

static ssize_t page_take(struct run_reader *reader, char *buf, size_t max)
{
    size_t left = reader->page.len - reader->page_at, n = left < max ? left : max;
    memcpy(buf, reader->page.data + reader->page_at, n);
    reader->page_at += n;
    if (n == left) {
        text_free(&reader->page);
        reader->place = (struct runlog_place){.line = reader->page_next};
    }
    return (ssize_t)n;
}

/*** From the store ***/

struct page_load {
    struct run_reader *reader; /* the loop's */
    struct store *store;
    char id[ID_SIZE];
    enum run_form form;
    uint64_t first, next;
    struct text page;
    struct err err;
};

static int page_work(void *job)
{
    struct page_load *load = job;
    cleanup_text struct text lines = {0};
    int r = store_run_lines(load->store, load->id, load->first, PAGE_BYTES, &lines, &load->next,
                            &load->err);
    if (r < 0 || load->form == RUN_NDJSON) {
        load->page = lines;
        lines = (struct text){0};
        return r;
    }
    r = runlog_sse(lines.data, lines.len, load->first, &load->page);
    return r < 0 ? err_set(&load->err, -r, "line of a log: %s", strerror(-r)) : 0;
}

/* A page without lines is the end of the log. */
static void page_loaded(void *job, int status)
{
    struct page_load *load = job;
    struct run_reader *reader = load->reader;
    reader->loading = false;
    reader->ended = status < 0 || load->page.len == 0;
    if (status < 0 && status != -ENOENT) /* deleted while it was read */
        log_warning("run %s could not be read: %s", load->id,
                    load->err.code ? load->err.text : strerror(-status));
    if (reader->freed) {
        free(reader);
    } else {
        if (!reader->ended)
            page_begin(reader, &load->page, load->next);
        reader->waiter.wake(reader->waiter.ud);
    }
    text_free(&load->page);
    free(load);
}

static ssize_t page_from_store(struct run_reader *reader)
{
    struct page_load *load = calloc(1, sizeof *load);
    if (!load)
        return -1;
    *load = (struct page_load){.reader = reader,
                               .store = reader->site->store,
                               .form = reader->form,
                               .first = reader->place.line};
    memcpy(load->id, reader->id, sizeof load->id);
    if (worker_submit(reader->site->worker, page_work, page_loaded, load) < 0) {
        free(load);
        return -1;
    }
    reader->loading = true;
    return 0;
}

/*** From memory ***/

static ssize_t page_from_memory(struct run_reader *reader, char *buf, size_t max)
{
    struct text page = {0};
    uint64_t line = reader->place.line;
    while (line <= reader->last && page.len < PAGE_BYTES) {
        if (runlog_ndjson(reader->log, line, line, &page) < 0) {
            text_free(&page);
            return -1;
        }
        line++;
    }
    page_begin(reader, &page, line);
    return page_take(reader, buf, max);
}

static ssize_t read_ndjson(struct run_reader *reader, char *buf, size_t max)
{
    if (reader->place.line > reader->last)
        return -1;
    if (reader->log && reader->place.line >= runlog_first(reader->log))
        return page_from_memory(reader, buf, max);
    return page_from_store(reader);
}

static ssize_t read_events(struct run_reader *reader, char *buf, size_t max)
{
    ssize_t n = reader->log ? runlog_read(reader->log, &reader->place, buf, max) : RUNLOG_DROPPED;
    if (n == RUNLOG_DROPPED)
        return page_from_store(reader);
    if (n == 0)
        runlog_wait(&reader->waiter);
    return n;
}

ssize_t run_reader_read(struct run_reader *reader, char *buf, size_t max)
{
    if (reader->page.len)
        return page_take(reader, buf, max);
    if (reader->loading)
        return 0;
    if (reader->ended)
        return -1;
    return reader->form == RUN_NDJSON ? read_ndjson(reader, buf, max)
                                      : read_events(reader, buf, max);
}

bool run_reader_is_amid(const struct run_reader *reader)
{
    return reader->page.len || reader->place.skip;
}

/*** Life ***/

static struct runlog_place place_after(struct runlog *log, uint64_t line)
{
    if (log)
        return runlog_place_after(log, line);
    return (struct runlog_place){.line = line < INT64_MAX ? line + 1 : INT64_MAX};
}

struct run_reader *run_reader_new(const struct run_reader_options *options)
{
    struct run_reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return NULL;
    *reader = (struct run_reader){
        .site = options->site,
        .log = options->log ? runlog_ref(options->log) : NULL,
        .form = options->form,
        .place = place_after(options->log, options->after),
        .last = options->log ? runlog_count(options->log) : UINT64_MAX,
    };
    snprintf(reader->id, sizeof reader->id, "%s", options->id);
    if (!reader->log || runlog_join(reader->log, &reader->waiter) == 0)
        return reader;
    run_reader_free(reader);
    return NULL;
}

void run_reader_on_wake(struct run_reader *reader, void (*wake)(void *ud), void *ud)
{
    reader->waiter.wake = wake;
    reader->waiter.ud = ud;
}

void run_reader_free(struct run_reader *reader)
{
    if (!reader)
        return;
    runlog_leave(&reader->waiter);
    runlog_unref(reader->log);
    text_free(&reader->page);
    reader->freed = true;
    if (!reader->loading)
        free(reader);
}
