/* report.c - notes as they come, one line that shows the newest sample of each view, then a table
 * of what was measured.
 *
 * Text from a demo goes to a terminal, so control characters are left out: an escape sequence must
 * not reach it. */
#include "cmd/report.h"

#include <stdlib.h>
#include <string.h>

struct report {
    const struct demo *demo;
    FILE *out;
    const char *lang; /* "zh" or "en" */
    bool on_status;   /* the cursor stands on the status line */
};

static const char *environment_lang(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return strncmp(value, "zh", 2) == 0 ? "zh" : "en";
    }
    return "en";
}

struct report *report_new(const struct demo *demo, FILE *out)
{
    struct report *report = calloc(1, sizeof *report);
    if (report)
        *report = (struct report){.demo = demo, .out = out, .lang = environment_lang()};
    return report;
}

void report_free(struct report *report)
{
    free(report);
}

/*** Words ***/

/* Length of the control character that text begins with, 0 if it is none. U+0080 to U+009F are some
 * too: U+009B begins an escape sequence as ESC [ does. */
static size_t control_len(const char *text)
{
    unsigned char first = (unsigned char)text[0], second = (unsigned char)text[1];
    if (first < 0x20 || first == 0x7f)
        return 1;
    return first == 0xc2 && second >= 0x80 && second < 0xa0 ? 2 : 0;
}

static void put_text(const struct report *report, const char *text)
{
    while (text && *text) {
        size_t skip = control_len(text);
        if (!skip)
            fputc(*text, report->out);
        text += skip ? skip : 1;
    }
}

static const char *label_in(const struct report *report, const json_t *labelled)
{
    const json_t *label = json_object_get(labelled, "label");
    const char *text = json_string_value(json_object_get(label, report->lang));
    return text ? text : "";
}

/* The entry of the manifest's list that has this id. */
static const json_t *find_entry(const json_t *list, const char *id)
{
    size_t i;
    const json_t *entry;
    json_array_foreach (list, i, entry) {
        const char *own = json_string_value(json_object_get(entry, "id"));
        if (own && id && strcmp(own, id) == 0)
            return entry;
    }
    return NULL;
}

/* Ends the status line, so that what follows stands on a line of its own. */
static void fresh_line(struct report *report)
{
    if (report->on_status)
        fputs("\r\033[K", report->out);
    report->on_status = false;
}

/*** Events ***/

/* Title, what it shows, and the parameters it runs with. */
static void show_start(struct report *report, const json_t *event)
{
    static const char *const words[] = {"title", "summary"};
    const char *name;
    json_t *value;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        const json_t *text = json_object_get(report->demo->manifest, words[i]);
        put_text(report, json_string_value(json_object_get(text, report->lang)));
        fputc('\n', report->out);
    }
    json_object_foreach (json_object_get(event, "params"), name, value) {
        char *json = json_dumps(value, JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));
        fprintf(report->out, "  %s=%s", name, json ? json : "?");
        free(json);
    }
    fputc('\n', report->out);
}

static void show_sample(struct report *report, const json_t *event)
{
    const char *view_id = json_string_value(json_object_get(event, "view"));
    const json_t *view = find_entry(json_object_get(report->demo->manifest, "views"), view_id);
    json_t *values = json_object_get(event, "values");
    const char *name;
    json_t *value;
    fresh_line(report);
    fprintf(report->out, "  %7.1f s ", json_number_value(json_object_get(event, "t")) / 1000);
    json_object_foreach (values, name, value) {
        const json_t *series = find_entry(json_object_get(view, "series"), name);
        if (json_is_true(json_object_get(series, "hidden")) || !json_is_number(value))
            continue;
        fputs("  ", report->out);
        put_text(report, label_in(report, series));
        fprintf(report->out, " %.4g", json_number_value(value));
    }
    report->on_status = true;
}

static void show_note(struct report *report, const json_t *event)
{
    fresh_line(report);
    fprintf(report->out, "  %7.1f s  ", json_number_value(json_object_get(event, "t")) / 1000);
    put_text(report, json_string_value(json_object_get(event, report->lang)));
    fputc('\n', report->out);
}

static void show_metric(struct report *report, const json_t *event)
{
    const json_t *metric = find_entry(json_object_get(report->demo->manifest, "metrics"),
                                      json_string_value(json_object_get(event, "id")));
    const json_t *expected = json_object_get(event, "expected");
    fresh_line(report);
    fprintf(report->out, "  %12.6g ", json_number_value(json_object_get(event, "value")));
    put_text(report, json_string_value(json_object_get(metric, "unit")));
    fputs("  ", report->out);
    put_text(report, label_in(report, metric));
    if (json_is_number(expected))
        fprintf(report->out, "  (%s %.6g)", report->lang[0] == 'z' ? "理论" : "expected",
                json_number_value(expected));
    fputc('\n', report->out);
}

static void show_check(struct report *report, const json_t *event)
{
    const json_t *check = find_entry(json_object_get(report->demo->manifest, "checks"),
                                     json_string_value(json_object_get(event, "id")));
    fresh_line(report);
    fputs(json_is_true(json_object_get(event, "ok")) ? "  ok    " : "  FAILED  ", report->out);
    put_text(report, label_in(report, check));
    fputc('\n', report->out);
}

static void show_stderr(struct report *report, const json_t *event)
{
    fresh_line(report);
    fputs("  stderr: ", report->out);
    put_text(report, json_string_value(json_object_get(event, "text")));
    fputc('\n', report->out);
}

static void show_exit(struct report *report, const json_t *event)
{
    const json_t *signal = json_object_get(event, "signal");
    fresh_line(report);
    if (json_is_string(signal))
        fprintf(report->out, "  killed by %s", json_string_value(signal));
    else
        fprintf(report->out, "  exit %d", (int)json_integer_value(json_object_get(event, "code")));
    fprintf(report->out, ", %.2f s, CPU %.2f s, %.1f MiB\n",
            json_number_value(json_object_get(event, "wall_ms")) / 1000,
            json_number_value(json_object_get(event, "cpu_ms")) / 1000,
            json_number_value(json_object_get(event, "max_rss")) / (1 << 20));
}

static const struct {
    const char *kind;
    void (*show)(struct report *report, const json_t *event);
} shows[] = {
    {"start", show_start},   {"sample", show_sample}, {"note", show_note},
    {"metric", show_metric}, {"check", show_check},   {"limit", show_note},
    {"error", show_note},    {"stderr", show_stderr}, {"exit", show_exit},
};

static void report_line(struct report *report, const char *line, size_t len)
{
    json_t *event = json_loadb(line, len, 0, NULL);
    const char *kind = json_string_value(json_object_get(event, "event"));
    for (size_t i = 0; kind && i < sizeof shows / sizeof shows[0]; i++)
        if (strcmp(shows[i].kind, kind) == 0)
            shows[i].show(report, event);
    json_decref(event);
}

void report_lines(struct report *report, const char *lines, size_t len)
{
    for (const char *end = lines + len; lines < end;) {
        const char *stop = memchr(lines, '\n', (size_t)(end - lines));
        if (!stop)
            stop = end;
        report_line(report, lines, (size_t)(stop - lines));
        lines = stop + 1;
    }
    fflush(report->out);
}
