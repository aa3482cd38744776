/* demo_report.c - a run as a report to read on a terminal: words as they come, one line that
 * follows the curves, and the results as a table at the end, measured beside expected. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "demo_internal.h"

enum { STATUS_COLUMNS = 78 };

/*** The screen ***/

static const char *style(const struct demo *demo, const char *code)
{
    return demo->terminal ? code : "";
}

#define BOLD   "\033[1m"
#define DIM    "\033[2m"
#define RED    "\033[31m"
#define GREEN  "\033[32m"
#define NORMAL "\033[0m"

static void status_clear(struct demo *demo)
{
    if (demo->status_shown)
        printf("\r\033[K");
    demo->status_shown = false;
}

/* Columns on a terminal: East Asian characters take two. */
static int text_columns(const char *s)
{
    int columns = 0;
    for (size_t len; (len = demo_utf8_char(s)) > 0; s += len)
        columns += len >= 3 && (unsigned char)*s >= 0xe3 ? 2 : 1;
    return columns;
}

static void print_padded(const char *s, int columns)
{
    printf("%s%*s", s, columns > text_columns(s) ? columns - text_columns(s) : 0, "");
}

/* Four digits that mean something, without an exponent where a person would not use one. */
static const char *number_text(double value, char text[static 32])
{
    double size = fabs(value);
    if (!isfinite(value))
        return "–";
    if (size >= 1e15 || (size > 0 && size < 1e-4))
        snprintf(text, 32, "%.3g", value);
    else if (size >= 1000 || value == trunc(value))
        snprintf(text, 32, "%.0f", value);
    else
        snprintf(text, 32, "%.4g", value);
    return text;
}

/*** What comes while it runs ***/

static void report_begin(struct demo *demo)
{
    char args[512];
    demo_args_text(demo, args, sizeof args);
    printf("%s%s%s  %s\n", style(demo, BOLD), demo_pick(demo, demo->manifest->title),
           style(demo, NORMAL), demo_pick(demo, demo->manifest->summary));
    printf("%s%s%s\n\n", style(demo, DIM), args, style(demo, NORMAL));
}

static size_t point_text(const struct demo *demo, const struct demo_point *point, char *text,
                         size_t size)
{
    size_t len = (size_t)snprintf(text, size, "%s", demo_pick(demo, point->view->title));
    if (point->category && len < size)
        len += (size_t)snprintf(text + len, size - len, "  %s", point->category);
    for (const struct demo_pair *pair = point->pairs; pair->id && len < size; pair++) {
        const struct demo_item *item = point->view->items;
        while (strcmp(item->id, pair->id) != 0)
            item++;
        char number[32];
        if (!item->hidden)
            len += (size_t)snprintf(text + len, size - len, "  %s %s", demo_pick(demo, item->label),
                                    number_text(pair->value, number));
    }
    return len < size ? len : size - 1;
}

static void report_sample(struct demo *demo, double t, const struct demo_point *point)
{
    char text[400];
    size_t len = point_text(demo, point, text, sizeof text);
    if (point->category) {
        status_clear(demo);
        printf("           %s\n", text);
    } else if (demo->terminal && t - demo->written_ms >= 100) {
        for (; text_columns(text) > STATUS_COLUMNS && len > 0; text[len] = '\0')
            for (len--; len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80;)
                len--;
        status_clear(demo);
        printf("%s", text);
        fflush(stdout);
        demo->status_shown = true;
        demo->written_ms = t;
    }
}

static void report_row(struct demo *demo, double t, const struct demo_view *view,
                       const struct demo_cell *cells)
{
    (void)t;
    status_clear(demo);
    printf("           %s", demo_pick(demo, view->title));
    for (const struct demo_cell *cell = cells; cell->id; cell++) {
        char number[32];
        printf("  %s", cell->text ? cell->text : number_text(cell->number, number));
    }
    putchar('\n');
}

static void report_note(struct demo *demo, double t, enum demo_level level, const char *anchor,
                        const char *zh, const char *en)
{
    static const char *const colours[] = {"", GREEN, RED};
    (void)anchor;
    status_clear(demo);
    printf("%s%8.3f s%s  %s%s%s\n", style(demo, DIM), t / 1000, style(demo, NORMAL),
           style(demo, colours[level]), demo->chinese ? zh : en, style(demo, NORMAL));
}

/* Spans and cells are pictures: the page draws them. */
static void report_span(struct demo *demo, double t, const struct demo_span_event *span)
{
    (void)demo, (void)t, (void)span;
}

static void report_cells(struct demo *demo, double t, const struct demo_view *view, int from,
                         const struct demo_cells *runs, size_t n)
{
    (void)demo, (void)t, (void)view, (void)from, (void)runs, (void)n;
}

static void report_result(struct demo *demo, double t, size_t index)
{
    (void)demo, (void)t, (void)index; /* kept in demo->metrics and demo->checks: shown at the end */
}

static void report_progress(struct demo *demo, double t, double done)
{
    (void)demo, (void)t, (void)done;
}

static void report_flush(struct demo *demo)
{
    if (fflush(stdout) != 0)
        atomic_store(&demo->deaf, true);
}

/*** The end ***/

static void print_metric(struct demo *demo, const struct demo_metric *metric,
                         const struct demo_result *result)
{
    char value[32], expected[32], low[32], high[32];
    print_padded(demo_pick(demo, metric->label), 40);
    printf(" %12s", number_text(result->value, value));
    printf(" | %10s", number_text(result->expected, expected));
    printf(" %s", metric->unit ? metric->unit : "");
    if (isfinite(result->low))
        printf("  %s[%s, %s]%s", style(demo, DIM), number_text(result->low, low),
               number_text(result->high, high), style(demo, NORMAL));
    if (isfinite(result->expected) && metric->expect.en)
        printf("  %s%s%s", style(demo, DIM), demo_pick(demo, metric->expect), style(demo, NORMAL));
    putchar('\n');
}

static void print_check(struct demo *demo, const struct demo_check *check,
                        const struct demo_result *result)
{
    char got[32], want[32];
    printf("%s%s%s %s", style(demo, result->ok ? GREEN : RED), result->ok ? "✓" : "✗",
           style(demo, NORMAL), demo_pick(demo, check->label));
    printf("  %s%s%s%s%s\n", style(demo, DIM),
           *result->got ? result->got : number_text(result->value, got),
           demo->chinese ? "，应为 " : ", wanted ",
           *result->want ? result->want : number_text(result->expected, want), style(demo, NORMAL));
}

static void report_end(struct demo *demo)
{
    const struct demo_manifest *manifest = demo->manifest;
    status_clear(demo);
    putchar('\n');
    print_padded("", 40);
    printf(" %12s | %10s\n", demo->chinese ? "实测" : "measured",
           demo->chinese ? "预期" : "expected");
    for (size_t i = 0; manifest->metrics && manifest->metrics[i].id; i++)
        if (demo->metrics[i].seen)
            print_metric(demo, &manifest->metrics[i], &demo->metrics[i]);
    putchar('\n');
    for (size_t i = 0; manifest->checks && manifest->checks[i].id; i++)
        if (demo->checks[i].seen)
            print_check(demo, &manifest->checks[i], &demo->checks[i]);
    if (manifest->insight.en)
        printf("\n%s%s%s\n", style(demo, BOLD), demo_pick(demo, manifest->insight),
               style(demo, NORMAL));
    fflush(stdout);
}

const struct demo_writer demo_report = {
    .begin = report_begin,
    .sample = report_sample,
    .row = report_row,
    .note = report_note,
    .span = report_span,
    .cells = report_cells,
    .metric = report_result,
    .check = report_result,
    .progress = report_progress,
    .flush = report_flush,
    .end = report_end,
};
