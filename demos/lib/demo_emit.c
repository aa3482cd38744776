/* demo_emit.c - the reporting calls of demo.h: ids are checked, the lock is taken, a writer is
 * called.
 *
 * A wrong id aborts: it is a bug of the demo, and prepd would refuse the line. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demo_internal.h"

/*** Looking up ids ***/

static _Noreturn void no_such(const struct demo *demo, const char *what, const char *id)
{
    fprintf(stderr, "%s: the manifest has no %s \"%s\"\n", demo->manifest->id, what, id);
    abort();
}

static const struct demo_view *find_view(const struct demo *demo, const char *id, unsigned kinds)
{
    const struct demo_view *view = demo->manifest->views;
    for (; view && view->id; view++)
        if (strcmp(view->id, id) == 0 && (kinds >> view->kind & 1))
            return view;
    no_such(demo, "view of this kind", id);
}

static const struct demo_item *find_item(const struct demo_item *item, const char *id)
{
    for (; item && item->id; item++)
        if (strcmp(item->id, id) == 0)
            return item;
    return NULL;
}

static void require_item(const struct demo *demo, const struct demo_item *items, const char *what,
                         const char *id)
{
    if (!find_item(items, id))
        no_such(demo, what, id);
}

static size_t find_metric(const struct demo *demo, const char *id)
{
    const struct demo_metric *metrics = demo->manifest->metrics;
    for (size_t i = 0; metrics && metrics[i].id; i++)
        if (strcmp(metrics[i].id, id) == 0)
            return i;
    no_such(demo, "metric", id);
}

static size_t find_check(const struct demo *demo, const char *id)
{
    const struct demo_check *checks = demo->manifest->checks;
    for (size_t i = 0; checks && checks[i].id; i++)
        if (strcmp(checks[i].id, id) == 0)
            return i;
    no_such(demo, "check", id);
}

/*** The lock and the time, taken together so that times never run backwards ***/

static double begin(struct demo *demo)
{
    pthread_mutex_lock(&demo->lock);
    return demo_ms(demo);
}

static void finish(struct demo *demo)
{
    pthread_mutex_unlock(&demo->lock);
}

void demo_flush(struct demo *demo)
{
    begin(demo);
    demo->writer->flush(demo);
    finish(demo);
}

bool demo_due(struct demo *demo, struct demo_timer *timer, double ms)
{
    double now = demo_ms(demo);
    if (now < timer->due_ms)
        return false;
    timer->due_ms = now + ms;
    return true;
}

void demo_progress(struct demo *demo, double done)
{
    double t = begin(demo);
    demo->writer->progress(demo, t, isfinite(done) ? fmin(1, fmax(0, done)) : 0);
    finish(demo);
}

/*** Points and rows ***/

static void put_point(struct demo *demo, const struct demo_point *point)
{
    for (const struct demo_pair *pair = point->pairs; pair->id; pair++)
        require_item(demo, point->view->items, "series", pair->id);
    double t = begin(demo);
    demo->writer->sample(demo, t, point);
    finish(demo);
}

void demo_put_sample(struct demo *demo, const char *view, const struct demo_pair *pairs)
{
    put_point(demo, &(struct demo_point){find_view(demo, view, 1 << DEMO_LINE), NULL, NAN, pairs});
}

void demo_put_sample_x(struct demo *demo, const char *view, double x, const struct demo_pair *pairs)
{
    put_point(demo, &(struct demo_point){find_view(demo, view, 1 << DEMO_LINE), NULL, x, pairs});
}

void demo_put_bar(struct demo *demo, const char *view, const char *category,
                  const struct demo_pair *pairs)
{
    const struct demo_view *bars = find_view(demo, view, 1 << DEMO_BARS);
    put_point(demo, &(struct demo_point){bars, category, NAN, pairs});
}

void demo_put_row(struct demo *demo, const char *view, const struct demo_cell *cells)
{
    const struct demo_view *table = find_view(demo, view, 1 << DEMO_TABLE);
    for (const struct demo_cell *cell = cells; cell->id; cell++)
        require_item(demo, table->items, "column", cell->id);
    double t = begin(demo);
    demo->writer->row(demo, t, table, cells);
    finish(demo);
}

/*** Words ***/

/* Formats into a fixed buffer; what is too long is cut between characters. */
__attribute__((format(printf, 2, 0))) static void format_cut(char text[static DEMO_NOTE_BYTES],
                                                             const char *format, va_list ap)
{
    vsnprintf(text, DEMO_NOTE_BYTES, format, ap);
    char *end = text;
    for (size_t len; (len = demo_utf8_char(end)) > 0;)
        end += len;
    if (strlen(end) < 4 && end + strlen(end) == text + DEMO_NOTE_BYTES - 1)
        *end = '\0';
}

__attribute__((format(printf, 4, 0), format(printf, 5, 0))) static void
put_note(struct demo *demo, enum demo_level level, const char *anchor, const char *zh,
         const char *en, va_list ap)
{
    char text_zh[DEMO_NOTE_BYTES], text_en[DEMO_NOTE_BYTES];
    va_list again;
    va_copy(again, ap);
    format_cut(text_zh, zh, ap);
    format_cut(text_en, en, again);
    va_end(again);
    double t = begin(demo);
    demo->writer->note(demo, t, level, anchor, text_zh, text_en);
    demo->writer->flush(demo);
    finish(demo);
}

void demo_note(struct demo *demo, enum demo_level level, const char *zh, const char *en, ...)
{
    va_list ap;
    va_start(ap, en);
    put_note(demo, level, NULL, zh, en, ap);
    va_end(ap);
}

void demo_note_at(struct demo *demo, enum demo_level level, const char *anchor, const char *zh,
                  const char *en, ...)
{
    va_list ap;
    va_start(ap, en);
    put_note(demo, level, anchor, zh, en, ap);
    va_end(ap);
}

int demo_refuse(struct demo *demo, const char *param, const char *zh, const char *en, ...)
{
    va_list ap, again;
    va_start(ap, en);
    va_copy(again, ap);
    if (demo_param_find(demo->manifest, param) < 0)
        no_such(demo, "parameter", param);
    put_note(demo, DEMO_BAD, NULL, zh, en, ap);
    fprintf(stderr, "%s: --%s: ", demo->manifest->id, param);
    vfprintf(stderr, en, again);
    fputc('\n', stderr);
    va_end(again);
    va_end(ap);
    return 2;
}

/*** Spans and cells ***/

static void put_span(struct demo *demo, struct demo_span_event *span)
{
    require_item(demo, span->view->items, "lane", span->lane);
    if (span->to_lane)
        require_item(demo, span->view->items, "lane", span->to_lane);
    if (span->view->kinds)
        require_item(demo, span->view->kinds, "kind of span", span->kind);
    span->from = isfinite(span->from) ? fmax(0, span->from) : 0;
    span->to = isfinite(span->to) ? fmax(span->from, span->to) : span->from;
    double t = begin(demo);
    demo->writer->span(demo, t, span);
    finish(demo);
}

void demo_span(struct demo *demo, const char *view, const char *lane, const char *kind, double from,
               double to, const char *label)
{
    struct demo_span_event span = {.view = find_view(demo, view, 1 << DEMO_TIMELINE)};
    span.lane = lane, span.kind = kind, span.label = label;
    span.from = from, span.to = to;
    put_span(demo, &span);
}

void demo_message(struct demo *demo, const char *view, const char *lane, const char *to_lane,
                  const char *kind, double from, double to, const char *label)
{
    struct demo_span_event span = {.view = find_view(demo, view, 1 << DEMO_SEQUENCE)};
    span.lane = lane, span.to_lane = to_lane, span.kind = kind, span.label = label;
    span.from = from, span.to = to;
    put_span(demo, &span);
}

void demo_put_cells(struct demo *demo, const char *view, int from, const struct demo_cells *runs,
                    size_t n)
{
    const struct demo_view *grid = find_view(demo, view, 1 << DEMO_GRID);
    int end = from;
    for (size_t i = 0; i < n; i++) {
        require_item(demo, grid->items, "state", runs[i].state);
        end += runs[i].count;
        if (runs[i].count < 1 || end > grid->cells)
            no_such(demo, "run of cells in", view);
    }
    const size_t at_once = 64; /* 64 runs of the longest id stay within a line */
    double t = begin(demo);
    for (size_t i = 0; i < n; i += at_once) {
        size_t count = n - i < at_once ? n - i : at_once;
        demo->writer->cells(demo, t, grid, from, runs + i, count);
        for (size_t j = i; j < i + count; j++)
            from += runs[j].count;
    }
    finish(demo);
}

/*** Results ***/

void demo_metric_interval(struct demo *demo, const char *id, double value, double expected,
                          double low, double high)
{
    size_t index = find_metric(demo, id);
    if (!isfinite(value))
        return;
    double t = begin(demo);
    demo->metrics[index] = (struct demo_result){.seen = true};
    struct demo_result *result = &demo->metrics[index];
    result->value = value, result->expected = expected;
    result->low = low, result->high = high;
    demo->writer->metric(demo, t, index);
    finish(demo);
}

void demo_metric_expected(struct demo *demo, const char *id, double value, double expected)
{
    demo_metric_interval(demo, id, value, expected, NAN, NAN);
}

void demo_metric(struct demo *demo, const char *id, double value)
{
    demo_metric_interval(demo, id, value, NAN, NAN, NAN);
}

static void put_check(struct demo *demo, const char *id, const struct demo_result *result)
{
    size_t index = find_check(demo, id);
    double t = begin(demo);
    demo->checks[index] = *result;
    demo->writer->check(demo, t, index);
    finish(demo);
}

void demo_check(struct demo *demo, const char *id, bool ok, double got, double want)
{
    put_check(demo, id,
              &(struct demo_result){.seen = true, .ok = ok, .value = got, .expected = want});
}

void demo_check_text(struct demo *demo, const char *id, bool ok, const char *got, const char *want)
{
    struct demo_result result = {.seen = true, .ok = ok, .value = NAN, .expected = NAN};
    snprintf(result.got, sizeof result.got, "%s", got);
    snprintf(result.want, sizeof result.want, "%s", want);
    put_check(demo, id, &result);
}
