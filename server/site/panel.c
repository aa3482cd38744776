/* panel.c - the demo panel: what it shows, knobs, run and stop, and room for what a run will bring.
 *
 * DESIGN  All of a panel is in the page before it runs, at its final size, so that a run moves
 * nothing: charts, a row for each metric, a line for each check. Presets, run and stop form a bar
 * that stays in sight; below it the knobs stand beside the charts, or above them, to be folded,
 * where there is no room for two columns. Without scripts it is a form that
 * starts a run and leads to that run's page. Scripts (web/src/panel/) take what they need of the
 * manifest from a JSON block inside. */
#include "base/cleanup.h"
#include "base/html.h"
#include "site/knobs.h"
#include "site/pages.h"
#include "site/strings.h"

#include <stdlib.h>
#include <string.h>

enum {
    SERIES_COLOURS = 8,    /* --s0 … --s7 of web/src/styles/tokens.css */
    COLUMNS_BESIDE_MAX = 5 /* of a table beside another chart */
};

/* ---- head: what it shows ---- */

static void write_head(struct text *out, const struct demo *demo, const struct note_demo *link,
                       enum lang lang)
{
    const char *title = label_of(demo->manifest, "title", lang);
    const char *insight = label_of(demo->manifest, "insight", lang);
    html_printf(out, "<header class=\"panel-head\"%s>", link ? "" : " data-alone");
    html_printf(out,
                "<p class=\"panel-title\" id=\"demo.%s.title\"><a href=\"/demos/%s\">%s</a></p>",
                demo->id, demo->id, *title ? title : demo->id);
    html_printf(out, "<p class=\"panel-summary\">%s</p>",
                label_of(demo->manifest, "summary", lang));
    if (*insight)
        html_printf(out, "<p class=\"panel-insight\"><strong>%s</strong> %s</p>",
                    tr(lang, S_INSIGHT), insight);
    if (!demo->available)
        html_printf(out, "<p class=\"banner banner-bad\">%s%s</p>", tr(lang, S_UNAVAILABLE_DEMO),
                    demo->why);
    text_puts(out, "</header>");
}

/* ---- the form ---- */

static void write_actions(struct text *out, const struct demo *demo, enum lang lang)
{
    html_printf(out,
                "<div class=\"panel-actions\"><button class=\"button primary\" data-do=\"run\"%s>%s"
                "</button><button type=\"button\" class=\"button js-only\" data-do=\"stop\""
                " disabled>%s</button>",
                demo->available ? "" : " disabled", tr(lang, S_RUN), tr(lang, S_STOP));
    html_printf(out,
                "<span class=\"panel-state js-only\" role=\"status\">%s</span>"
                "<span class=\"panel-elapsed js-only\"></span></div>"
                "<progress class=\"panel-progress js-only\" max=\"1\" value=\"0\""
                " aria-label=\"%s\"></progress>",
                tr(lang, S_NEVER_RUN), tr(lang, S_RUN));
}

/* What stays in sight while one scrolls through the panel: presets, run and stop, how far it is.
 * The knobs stand elsewhere (knobs.h) and name this form. */
static void write_bar(struct text *out, const struct demo *demo, enum lang lang)
{
    html_printf(out,
                "<form class=\"panel-form\" id=\"demo.%s.form\" method=\"post\""
                " action=\"/demos/%s\"><div class=\"panel-bar\">",
                demo->id, demo->id);
    knobs_write_presets(out, demo, lang);
    write_actions(out, demo, lang);
    text_puts(out, "</div></form><div class=\"panel-words\">");
    knobs_write_expectations(out, demo, lang);
    text_puts(out, "<p class=\"panel-now js-only\" aria-live=\"polite\"></p></div>"
                   "<div class=\"panel-trouble\" role=\"alert\" hidden></div>");
}

/* ---- tabs ---- */

static void write_tab(struct text *out, const struct demo *demo, const char *name,
                      enum string_id label, bool selected, enum lang lang)
{
    html_printf(out,
                "<button type=\"button\" role=\"tab\" id=\"demo.%s.tab.%s\""
                " aria-controls=\"demo.%s.%s\" aria-selected=\"%s\"%s>%s</button>",
                demo->id, name, demo->id, name, selected ? "true" : "false",
                selected ? "" : " tabindex=-1", tr(lang, label));
}

static void write_tabs(struct text *out, const struct demo *demo, enum lang lang)
{
    html_printf(out,
                "<div class=\"tabs js-only\" role=\"tablist\" aria-labelledby=\"demo.%s.title\">",
                demo->id);
    write_tab(out, demo, "charts", S_CHARTS, true, lang);
    write_tab(out, demo, "log", S_LOG, false, lang);
    write_tab(out, demo, "source", S_SOURCE, false, lang);
    write_tab(out, demo, "history", S_HISTORY, false, lang);
    text_puts(out, "</div>");
}

static void tab_begin(struct text *out, const struct demo *demo, const char *name)
{
    html_printf(out,
                "<div class=\"tab tab-%s\" role=\"tabpanel\" id=\"demo.%s.%s\""
                " aria-labelledby=\"demo.%s.tab.%s\">",
                name, demo->id, name, demo->id, name);
}

/* A piece of the thing itself. Colours go by place in the list, hidden entries counted; a dashed
 * line over areas has a colour that none of them has. Scripts do the same (colours.ts). */
static void write_swatch(struct text *out, const json_t *entry, size_t i, bool stacked)
{
    bool dash = json_is_true(json_object_get(entry, "dash"));
    html_printf(out, "<span class=\"swatch ");
    if (stacked && dash)
        html_printf(out, "over");
    else
        html_printf(out, "s%zu", i % SERIES_COLOURS);
    html_printf(out, "%s\"></span>", dash ? " dashed" : stacked ? " area" : "");
}

/* `now`: with room for the newest value. */
static void write_legend(struct text *out, const json_t *entries, bool now, bool stacked,
                         enum lang lang)
{
    if (!json_array_size(entries))
        return;
    text_puts(out, "<ul class=\"legend\">");
    for (size_t i = 0; i < json_array_size(entries); i++) {
        const json_t *entry = json_array_get(entries, i);
        if (json_is_true(json_object_get(entry, "hidden")))
            continue;
        html_printf(out, "<li data-series=\"%s\">",
                    json_string_value(json_object_get(entry, "id")));
        write_swatch(out, entry, i, stacked);
        html_printf(out, "%s%s", label_of(entry, "label", lang), now ? " " : "");
        text_puts(out, now ? "<span class=\"now\"></span></li>" : "</li>");
    }
    text_puts(out, "</ul>");
}

static void write_view(struct text *out, const json_t *view, bool wide, enum lang lang)
{
    const char *kind = json_string_value(json_object_get(view, "kind"));
    html_printf(out, "<figure class=\"chart%s js-only\" data-view=\"%s\" data-kind=\"%s\">",
                wide ? " chart-wide" : "", json_string_value(json_object_get(view, "id")), kind);
    bool is_line = kind && strcmp(kind, "line") == 0;
    html_printf(out, "<figcaption><span>%s</span>", label_of(view, "title", lang));
    if (is_line) /* says what lies off the scale; has its room from the start */
        text_puts(out,
                  "<button type=\"button\" class=\"off-scale\" aria-pressed=\"false\"></button>");
    text_puts(out, "</figcaption>");
    bool stacked = json_is_true(json_object_get(view, "stacked"));
    write_legend(out, json_object_get(view, "series"), is_line, stacked, lang);
    write_legend(out, json_object_get(view, "kinds"), false, false, lang);
    write_legend(out, json_object_get(view, "states"), false, false, lang);
    text_puts(out, "<div class=\"plot\"></div></figure>");
}

static void write_metrics(struct text *out, const struct demo *demo, enum lang lang)
{
    const json_t *metrics = json_object_get(demo->manifest, "metrics");
    if (!json_array_size(metrics))
        return;
    html_printf(out,
                "<div class=\"table-wrap js-only\"><table class=\"metrics\"><thead><tr>"
                "<th scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\">%s</th>"
                "<th scope=\"col\">%s</th></tr></thead><tbody>",
                tr(lang, S_METRIC), tr(lang, S_MEASURED), tr(lang, S_EXPECTED),
                tr(lang, S_DIFFERENCE));
    for (size_t i = 0; i < json_array_size(metrics); i++) {
        const json_t *metric = json_array_get(metrics, i);
        html_printf(out,
                    "<tr data-metric=\"%s\"><th scope=\"row\">%s</th><td class=\"measured\">–</td>"
                    "<td class=\"expected\"><span class=\"value\">–</span> <small>%s</small></td>"
                    "<td class=\"difference\">–</td></tr>",
                    json_string_value(json_object_get(metric, "id")),
                    label_of(metric, "label", lang), label_of(metric, "expect", lang));
    }
    text_puts(out, "</tbody></table></div>");
}

static void write_checks(struct text *out, const struct demo *demo, enum lang lang)
{
    const json_t *checks = json_object_get(demo->manifest, "checks");
    if (!json_array_size(checks))
        return;
    html_printf(out, "<ul class=\"checks js-only\" aria-label=\"%s\">", tr(lang, S_CHECKS));
    for (size_t i = 0; i < json_array_size(checks); i++) {
        const json_t *check = json_array_get(checks, i);
        html_printf(out,
                    "<li data-check=\"%s\"><span class=\"check-label\">%s</span> "
                    "<span class=\"check-result\">%s</span></li>",
                    json_string_value(json_object_get(check, "id")), label_of(check, "label", lang),
                    tr(lang, S_NOT_CHECKED));
    }
    text_puts(out, "</ul>");
}

/* Time from left to right, messages between lanes, and many columns need the whole row. */
static bool needs_row(const json_t *view)
{
    const char *kind = json_string_value(json_object_get(view, "kind"));
    return view && kind &&
           (strcmp(kind, "timeline") == 0 || strcmp(kind, "sequence") == 0 ||
            json_array_size(json_object_get(view, "columns")) > COLUMNS_BESIDE_MAX);
}

/* Charts stand two in a row, where there is room; one that finds no second has the row. */
static void write_views(struct text *out, const json_t *views, enum lang lang)
{
    bool second = false;
    text_puts(out, "<div class=\"charts\">");
    for (size_t i = 0; i < json_array_size(views); i++) {
        const json_t *view = json_array_get(views, i), *next = json_array_get(views, i + 1);
        bool wide = needs_row(view) || (!second && (!next || needs_row(next)));
        write_view(out, view, wide, lang);
        second = !wide && !second;
    }
    text_puts(out, "</div>");
}

static void write_charts(struct text *out, const struct demo *demo, enum lang lang)
{
    tab_begin(out, demo, "charts");
    write_views(out, json_object_get(demo->manifest, "views"), lang);
    html_printf(out, "<noscript><p class=\"empty\">%s</p></noscript>",
                tr(lang, S_CHART_NEEDS_SCRIPT));
    write_metrics(out, demo, lang);
    write_checks(out, demo, lang);
    text_puts(out, "</div>");
}

static void write_sources(struct text *out, const struct demo *demo, enum lang lang)
{
    const json_t *sources = json_object_get(demo->manifest, "sources");
    tab_begin(out, demo, "source");
    for (size_t i = 0; i < json_array_size(sources); i++) {
        const json_t *source = json_array_get(sources, i);
        const char *file = json_string_value(json_object_get(source, "file"));
        html_printf(out,
                    "<details class=\"source\"%s><summary>%s</summary><pre tabindex=\"0\""
                    " aria-label=\"%s: %s\"><code class=\"language-c numbered\">%s</code></pre>"
                    "</details>",
                    i == 0 ? " open" : "", file, tr(lang, S_SOURCE), file,
                    json_string_value(json_object_get(source, "text")));
    }
    text_puts(out, "</div>");
}

static void write_log_and_history(struct text *out, const struct demo *demo, enum lang lang)
{
    tab_begin(out, demo, "log");
    html_printf(out,
                "<ol class=\"log js-only\" tabindex=\"0\""
                " aria-label=\"%s\"></ol></div>",
                tr(lang, S_LOG));
    write_sources(out, demo, lang);
    tab_begin(out, demo, "history");
    text_puts(out, "</div>");
}

/* ---- foot: what is real ---- */

static void write_sentences(struct text *out, const json_t *list, enum lang lang)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *entry = json_array_get(list, i);
        const char *text = json_string_value(json_object_get(entry, lang_code(lang)));
        html_printf(out, "<li>%s</li>", text);
    }
}

static void write_real(struct text *out, const struct demo *demo, enum lang lang)
{
    const json_t *real = json_object_get(demo->manifest, "real");
    const json_t *simplified = json_object_get(demo->manifest, "simplified");
    if (!json_array_size(real) && !json_array_size(simplified))
        return;
    html_printf(out, "<details class=\"panel-real\"><summary>%s</summary><ul>",
                tr(lang, S_REAL_OR_NOT));
    write_sentences(out, real, lang);
    write_sentences(out, simplified, lang);
    text_puts(out, "</ul></details>");
}

/* ---- the part of the manifest that scripts need ---- */

/* JSON inside <script>: "<" is written as an escape, so that no text of it can end the element. */
static void write_json(struct text *out, const char *json)
{
    const char *from = json, *hit;
    for (; (hit = strchr(from, '<')); from = hit + 1) {
        text_add(out, from, (size_t)(hit - from));
        text_puts(out, "\\u003c");
    }
    text_puts(out, from);
}

static void write_manifest(struct text *out, const struct demo *demo)
{
    static const char *const keys[] = {"params", "presets", "views", "metrics", "checks"};
    json_t *part = json_pack("{s:s, s:b}", "id", demo->id, "available", demo->available);
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (json_object_get(demo->manifest, keys[i]))
            json_object_set(part, keys[i], json_object_get(demo->manifest, keys[i]));
    cleanup_free char *json = part ? json_dumps(part, JSON_COMPACT) : NULL;
    json_decref(part);
    if (!json) {
        out->failed = true;
        return;
    }
    text_puts(out, "<script type=\"application/json\" class=\"panel-manifest\">");
    write_json(out, json);
    text_puts(out, "</script>");
}

void panel_write(struct text *out, const struct site *site, const struct demo *demo,
                 const json_t *params, const struct note_demo *link, enum lang lang)
{
    (void)site;
    struct err err = {0};
    json_t *full = NULL;
    if (!params && knobs_params(demo, link ? link->query : "", &full, &err) == 0)
        params = full;
    html_printf(out,
                "<section class=\"panel\" id=\"demo.%s\" data-demo=\"%s\""
                " aria-labelledby=\"demo.%s.title\">",
                demo->id, demo->id, demo->id);
    write_head(out, demo, link, lang);
    if (err.code)
        html_printf(out, "<p class=\"banner banner-warn\">%s</p>", err.text);
    write_bar(out, demo, lang);
    text_puts(out, "<div class=\"panel-columns\">");
    knobs_write(out, demo, params, lang);
    text_puts(out, "<div class=\"panel-body\">");
    write_tabs(out, demo, lang);
    write_charts(out, demo, lang);
    write_log_and_history(out, demo, lang);
    text_puts(out, "</div></div>");
    write_real(out, demo, lang);
    write_manifest(out, demo);
    text_puts(out, "</section>");
    json_decref(full);
}
