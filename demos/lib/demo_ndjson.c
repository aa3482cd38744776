/* demo_ndjson.c - events as lines of JSON for prepd (PROTOCOL.md).
 *
 * A line is composed in place at the end of the output buffer; a line that turns out too long is
 * taken back and counted. The buffer goes out at once when 10 ms have passed since the last time,
 * when a note wants to be seen, or when the next line might not fit. */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "demo_internal.h"

static void ndjson_flush(struct demo *demo)
{
    demo_write_all(STDOUT_FILENO, demo->buf, demo->out.len, &demo->deaf);
    demo->out.len = 0;
    demo->written_ms = demo_ms(demo);
}

/* Returns the line's own writer, whose buffer is the room for one line. */
static struct demo_json line_begin(struct demo *demo, double t, const char *kind)
{
    if (demo->out.cap - demo->out.len < DEMO_LINE_BYTES_MAX + 1)
        ndjson_flush(demo);
    struct demo_json line = {.buf = demo->buf + demo->out.len, .cap = DEMO_LINE_BYTES_MAX};
    demo_json_open(&line, '{');
    demo_json_string_at(&line, "event", kind);
    demo_json_number_at(&line, "t", round(t * 1000) / 1000);
    return line;
}

static void line_end(struct demo *demo, double t, struct demo_json *line)
{
    demo_json_close(line, '}');
    if (line->overflow) {
        demo->dropped++;
        return;
    }
    line->buf[line->len] = '\n';
    demo->out.len += line->len + 1;
    if (t - demo->written_ms >= 10)
        ndjson_flush(demo);
}

static void ndjson_begin(struct demo *demo)
{
    (void)demo;
}

static void ndjson_sample(struct demo *demo, double t, const struct demo_point *point)
{
    struct demo_json line = line_begin(demo, t, "sample");
    demo_json_string_at(&line, "view", point->view->id);
    if (point->category)
        demo_json_string_at(&line, "x", point->category);
    else if (isfinite(point->x))
        demo_json_number_at(&line, "x", point->x);
    demo_json_key(&line, "values");
    demo_json_open(&line, '{');
    for (const struct demo_pair *pair = point->pairs; pair->id; pair++)
        demo_json_number_at(&line, pair->id, pair->value);
    demo_json_close(&line, '}');
    line_end(demo, t, &line);
}

static void ndjson_row(struct demo *demo, double t, const struct demo_view *view,
                       const struct demo_cell *cells)
{
    struct demo_json line = line_begin(demo, t, "row");
    demo_json_string_at(&line, "view", view->id);
    demo_json_key(&line, "values");
    demo_json_open(&line, '{');
    for (const struct demo_cell *cell = cells; cell->id; cell++) {
        if (cell->text || !isfinite(cell->number)) /* a cell is a number or a string, never null */
            demo_json_string_at(&line, cell->id, cell->text ? cell->text : "–");
        else
            demo_json_number_at(&line, cell->id, cell->number);
    }
    demo_json_close(&line, '}');
    line_end(demo, t, &line);
}

static void ndjson_note(struct demo *demo, double t, enum demo_level level, const char *anchor,
                        const char *zh, const char *en)
{
    static const char *const levels[] = {"info", "good", "bad"};
    struct demo_json line = line_begin(demo, t, "note");
    demo_json_string_at(&line, "level", levels[level]);
    demo_json_string_at(&line, "anchor", anchor);
    demo_json_string_at(&line, "zh", zh);
    demo_json_string_at(&line, "en", en);
    line_end(demo, t, &line);
}

static void ndjson_span(struct demo *demo, double t, const struct demo_span_event *span)
{
    struct demo_json line = line_begin(demo, t, "span");
    demo_json_string_at(&line, "view", span->view->id);
    demo_json_string_at(&line, "lane", span->lane);
    demo_json_string_at(&line, "to_lane", span->to_lane);
    demo_json_string_at(&line, "kind", span->kind);
    demo_json_number_at(&line, "from", span->from);
    demo_json_number_at(&line, "to", span->to);
    demo_json_string_at(&line, "label", span->label);
    line_end(demo, t, &line);
}

static void ndjson_cells(struct demo *demo, double t, const struct demo_view *view, int from,
                         const struct demo_cells *runs, size_t n)
{
    struct demo_json line = line_begin(demo, t, "cells");
    demo_json_string_at(&line, "view", view->id);
    demo_json_number_at(&line, "from", from);
    demo_json_key(&line, "runs");
    demo_json_open(&line, '[');
    for (size_t i = 0; i < n; i++) {
        demo_json_open(&line, '[');
        demo_json_string(&line, runs[i].state);
        demo_json_int(&line, runs[i].count);
        demo_json_close(&line, ']');
    }
    demo_json_close(&line, ']');
    line_end(demo, t, &line);
}

static void finite_at(struct demo_json *line, const char *key, double value)
{
    if (isfinite(value))
        demo_json_number_at(line, key, value);
}

static void ndjson_metric(struct demo *demo, double t, size_t index)
{
    const struct demo_result *result = &demo->metrics[index];
    struct demo_json line = line_begin(demo, t, "metric");
    demo_json_string_at(&line, "id", demo->manifest->metrics[index].id);
    demo_json_number_at(&line, "value", result->value);
    finite_at(&line, "expected", result->expected);
    finite_at(&line, "low", result->low);
    finite_at(&line, "high", result->high);
    line_end(demo, t, &line);
}

static void ndjson_check(struct demo *demo, double t, size_t index)
{
    const struct demo_result *result = &demo->checks[index];
    struct demo_json line = line_begin(demo, t, "check");
    demo_json_string_at(&line, "id", demo->manifest->checks[index].id);
    demo_json_key(&line, "ok");
    demo_json_bool(&line, result->ok);
    finite_at(&line, "got", result->value);
    finite_at(&line, "want", result->expected);
    demo_json_string_at(&line, "got", *result->got ? result->got : NULL);
    demo_json_string_at(&line, "want", *result->want ? result->want : NULL);
    line_end(demo, t, &line);
}

static void ndjson_progress(struct demo *demo, double t, double done)
{
    struct demo_json line = line_begin(demo, t, "progress");
    demo_json_number_at(&line, "done", done);
    line_end(demo, t, &line);
}

const struct demo_writer demo_ndjson = {
    .begin = ndjson_begin,
    .sample = ndjson_sample,
    .row = ndjson_row,
    .note = ndjson_note,
    .span = ndjson_span,
    .cells = ndjson_cells,
    .metric = ndjson_metric,
    .check = ndjson_check,
    .progress = ndjson_progress,
    .flush = ndjson_flush,
    .end = ndjson_flush,
};
