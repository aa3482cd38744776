/* page_run.c - one run, going on or over: what it was asked, how it ended, and what it found.
 *
 * The results are written out for readers without scripts; with scripts the panel replays the run's
 * events and they are not shown. */
#include "base/html.h"
#include "site/pages.h"
#include "site/strings.h"

#include <string.h>

/* ---- how it ended ---- */

/* The last NDJSON lines of each kind that tell how a run ended; the rest is in the log. */
static void write_failure(struct text *out, const json_t *exit, enum lang lang)
{
    const json_t *signal = json_object_get(exit, "signal");
    html_printf(out, "%s", tr(lang, S_RUN_FAILED));
    if (json_is_string(signal))
        html_printf(out, "%s", json_string_value(signal));
    else if (json_is_integer(signal))
        html_printf(out, "signal %lld", (long long)json_integer_value(signal));
    else
        html_printf(out, "exit %lld", (long long)json_integer_value(json_object_get(exit, "code")));
}

static const char *limit_name(const json_t *limit)
{
    return json_is_string(limit) ? json_string_value(limit)
                                 : json_string_value(json_object_get(limit, "which"));
}

static void write_end(struct text *out, const json_t *summary, enum lang lang)
{
    const json_t *exit = json_object_get(summary, "exit");
    const json_t *limit = json_object_get(summary, "limit");
    const json_t *code = json_object_get(exit, "code");
    if (!json_is_object(exit))
        html_printf(out, "%s", tr(lang, S_RUN_LOST));
    else if (limit_name(limit))
        html_printf(out, "%s%s", tr(lang, S_RUN_LIMIT), limit_name(limit));
    else if (json_is_true(json_object_get(exit, "stopped")))
        html_printf(out, "%s", tr(lang, S_RUN_STOPPED));
    else if (json_is_integer(code) && json_integer_value(code) == 0)
        html_printf(out, "%s", tr(lang, S_RUN_DONE));
    else
        write_failure(out, exit, lang);
}

static const char *state_of(const json_t *summary)
{
    const char *state = json_string_value(json_object_get(summary, "state"));
    return state ? state : "ended";
}

static bool goes_on(const json_t *summary)
{
    return strcmp(state_of(summary), "queued") == 0 || strcmp(state_of(summary), "running") == 0;
}

static void write_state(struct text *out, const char *run_id, const json_t *summary, enum lang lang)
{
    text_puts(out, "<p class=\"run-state\">");
    if (!goes_on(summary)) {
        write_end(out, summary, lang);
        text_puts(out, "</p>");
        return;
    }
    bool queued = strcmp(state_of(summary), "queued") == 0;
    html_printf(out,
                "%s <a class=\"button\" href=\"/runs/%s\">%s</a></p>"
                "<form method=\"post\" action=\"/runs/%s\">"
                "<input type=\"hidden\" name=\"action\" value=\"stop\">"
                "<button class=\"button\">%s</button></form>",
                tr(lang, queued ? S_RUN_QUEUED : S_RUN_RUNNING), run_id, tr(lang, S_RELOAD), run_id,
                tr(lang, S_STOP));
}

/* ---- values ---- */

static void write_value(struct text *out, const json_t *value)
{
    if (json_is_string(value))
        html_printf(out, "%s", json_string_value(value));
    else if (json_is_boolean(value))
        html_printf(out, "%s", json_is_true(value) ? "true" : "false");
    else if (json_is_number(value))
        html_printf(out, "%.6g", json_number_value(value));
    else
        text_puts(out, "–");
}

static void write_params(struct text *out, const json_t *summary, enum lang lang)
{
    json_t *params = json_object_get(summary, "params");
    const char *name;
    json_t *value;
    html_printf(out, "<h2>%s</h2><p class=\"run-params\">", tr(lang, S_PARAMETERS));
    json_object_foreach (params, name, value) {
        html_printf(out, "<code>%s=", name);
        write_value(out, value);
        text_puts(out, "</code> ");
    }
    text_puts(out, "</p>");
}

/* A manifest's entry with an id, in one of its lists; NULL if the demo or the entry is not there.
 */
static const json_t *entry_of(const struct demo *demo, const char *list, const char *id)
{
    const json_t *entries = demo ? json_object_get(demo->manifest, list) : NULL;
    for (size_t i = 0; id && i < json_array_size(entries); i++) {
        const char *own = json_string_value(json_object_get(json_array_get(entries, i), "id"));
        if (own && strcmp(own, id) == 0)
            return json_array_get(entries, i);
    }
    return NULL;
}

static const char *entry_label(const struct demo *demo, const char *list, const char *id,
                               enum lang lang)
{
    const char *label = label_of(entry_of(demo, list, id), "label", lang);
    return *label ? label : id;
}

static void write_metric(struct text *out, const struct demo *demo, const char *id,
                         const json_t *metric, enum lang lang)
{
    const json_t *value = json_is_object(metric) ? json_object_get(metric, "value") : metric;
    const json_t *expected = json_object_get(metric, "expected");
    const json_t *entry = entry_of(demo, "metrics", id);
    html_printf(out, "<tr><th scope=\"row\">%s</th><td>", entry_label(demo, "metrics", id, lang));
    write_value(out, value);
    html_printf(out, " %s</td><td>", json_string_value(json_object_get(entry, "unit")));
    write_value(out, expected);
    text_puts(out, "</td></tr>");
}

static void write_metrics(struct text *out, const struct demo *demo, const json_t *summary,
                          enum lang lang)
{
    json_t *metrics = json_object_get(summary, "metrics");
    if (!json_object_size(metrics))
        return;
    html_printf(out,
                "<h2>%s</h2><div class=\"table-wrap\"><table class=\"metrics\"><thead><tr>"
                "<th scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\">%s</th></tr>"
                "</thead><tbody>",
                tr(lang, S_METRICS), tr(lang, S_METRIC), tr(lang, S_MEASURED),
                tr(lang, S_EXPECTED));
    const char *id;
    json_t *metric;
    json_object_foreach (metrics, id, metric) {
        write_metric(out, demo, id, metric, lang);
    }
    text_puts(out, "</tbody></table></div>");
}

static void write_checks(struct text *out, const struct demo *demo, const json_t *summary,
                         enum lang lang)
{
    const json_t *checks = json_object_get(summary, "checks");
    if (!json_array_size(checks))
        return;
    html_printf(out, "<h2>%s</h2><ul class=\"checks\">", tr(lang, S_CHECKS));
    for (size_t i = 0; i < json_array_size(checks); i++) {
        const json_t *check = json_array_get(checks, i);
        const char *id = json_string_value(json_object_get(check, "id"));
        bool ok = json_is_true(json_object_get(check, "ok"));
        html_printf(out,
                    "<li data-ok=\"%s\"><span class=\"check-label\">%s</span> "
                    "<span class=\"check-result\">%s",
                    ok ? "true" : "false", entry_label(demo, "checks", id, lang),
                    tr(lang, ok ? S_CHECK_PASSED : S_CHECK_FAILED));
        if (json_object_get(check, "got")) {
            html_printf(out, " · %s ", tr(lang, S_GOT));
            write_value(out, json_object_get(check, "got"));
        }
        if (json_object_get(check, "want")) {
            html_printf(out, " · %s ", tr(lang, S_WANT));
            write_value(out, json_object_get(check, "want"));
        }
        text_puts(out, "</span></li>");
    }
    text_puts(out, "</ul>");
}

/* ---- the narrated log ---- */

static void write_log_line(struct text *out, const json_t *event, enum lang lang)
{
    const char *words = json_string_value(json_object_get(event, lang_code(lang)));
    if (!words)
        words = json_string_value(json_object_get(event, "text")); /* stderr */
    if (!words)
        return;
    const char *level = json_string_value(json_object_get(event, "level"));
    const char *kind = json_string_value(json_object_get(event, "event"));
    html_printf(out, "<li data-level=\"%s\"><time>%.0f ms</time> %s</li>", level ? level : kind,
                json_number_value(json_object_get(event, "t")), words);
}

/* Most lines are samples: a long log is not parsed for the few that say something. */
static bool may_have_words(const char *line, size_t len)
{
    return memmem(line, len, "\"zh\"", 4) || memmem(line, len, "\"text\"", 6);
}

static void write_log(struct text *out, const char *run_id, const char *ndjson, enum lang lang)
{
    html_printf(out, "<h2>%s</h2><ol class=\"log\" tabindex=\"0\" aria-label=\"%s\">",
                tr(lang, S_LOG), tr(lang, S_LOG));
    for (const char *line = ndjson; line && *line;) {
        size_t len = strcspn(line, "\n");
        if (may_have_words(line, len)) {
            json_t *event = json_loadb(line, len, 0, NULL);
            write_log_line(out, event, lang);
            json_decref(event);
        }
        line += len + (line[len] == '\n');
    }
    html_printf(out, "</ol><p><a href=\"/api/runs/%s/log\">%s</a></p>", run_id,
                tr(lang, S_WHOLE_LOG));
}

static void write_static(struct text *out, const char *run_id, const struct demo *demo,
                         const json_t *summary, const char *ndjson, enum lang lang)
{
    text_puts(out, demo ? "<div class=\"run-static no-js-only\">" : "<div class=\"run-static\">");
    write_state(out, run_id, summary, lang);
    write_metrics(out, demo, summary, lang);
    write_checks(out, demo, summary, lang);
    write_params(out, summary, lang);
    write_log(out, run_id, ndjson, lang);
    text_puts(out, "</div>");
}

void page_run(struct text *out, const struct site *site, const char *run_id,
              const struct demo *demo, const json_t *summary, const char *ndjson, enum lang lang)
{
    cleanup_text struct text path = {0}, title = {0};
    text_printf(&path, "/runs/%s", run_id);
    const char *name = demo ? label_of(demo->manifest, "title", lang)
                            : json_string_value(json_object_get(summary, "demo"));
    text_printf(&title, "%s · %s", tr(lang, S_RUN_TITLE), name ? name : "?");
    struct frame frame = {
        .lang = lang,
        .title = title.data,
        .path = path.data,
        .place = "runs",
        .reload = goes_on(summary),
    };
    frame_begin(out, site, &frame);
    html_printf(out, "<div class=\"wide\" data-run=\"%s\"><h1>%s</h1>", run_id, frame.title);
    if (!demo)
        html_printf(out, "<p class=\"banner banner-warn\">%s</p>", tr(lang, S_RUN_DEMO_GONE));
    write_static(out, run_id, demo, summary, ndjson, lang);
    if (demo)
        panel_write(out, site, demo, json_object_get(summary, "params"), NULL, lang);
    text_puts(out, "</div>");
    frame_end(out, site, &frame, NULL);
}
