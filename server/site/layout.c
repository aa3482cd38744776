/* layout.c - the frame around every page: head, topics on the left, outline on the right.
 *
 * DESIGN  One document, readable without scripts and without styles: a skip link, a bar for phones,
 * the navigation, <main>, the outline. Scripts and styles come from our own files only (the CSP
 * allows no inline ones), so whatever they must know stands in data- attributes. Every id that is
 * ours has a dot in it, which the id of a note's heading never has. */
#include "base/html.h"
#include "http/assets.h"
#include "site/broadcast.h"
#include "site/pages.h"
#include "site/parts.h"
#include "site/strings.h"

#include <inttypes.h>
#include <string.h>

/* A dot in the accent colour, as a picture that needs no request. */
#define ICON                                                                                       \
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"          \
    "%3Cpath d='M3 8.5l3.2 3.2L13 4.6' fill='none' stroke='%230f766e' stroke-width='2.6' "         \
    "stroke-linecap='round' stroke-linejoin='round'/%3E%3C/svg%3E"

/* ---- pieces that several pages use (parts.h) ---- */

void part_topic_href(struct text *out, const struct topic *topic, enum lang lang)
{
    text_printf(out, "/%s/", lang_code(lang));
    url_escape(out, topic->slug, strlen(topic->slug));
}

void part_ring(struct text *out, struct progress_count count)
{
    double all = count.items ? (double)count.items : 1;
    html_printf(out,
                "<svg class=\"ring\" viewBox=\"0 0 20 20\" aria-hidden=\"true\">"
                "<circle class=\"ring-track\" cx=\"10\" cy=\"10\" r=\"8\"/>"
                "<circle class=\"ring-shaky\" cx=\"10\" cy=\"10\" r=\"8\" pathLength=\"100\""
                " stroke-dasharray=\"%.1f 200\"/>"
                "<circle class=\"ring-done\" cx=\"10\" cy=\"10\" r=\"8\" pathLength=\"100\""
                " stroke-dasharray=\"%.1f 200\"/></svg>",
                100.0 * (double)(count.done + count.shaky) / all, 100.0 * (double)count.done / all);
}

void part_count(struct text *out, struct progress_count count)
{
    if (count.items)
        html_printf(out, "<span class=\"count\">%zu/%zu</span>", count.done, count.items);
    else
        text_puts(out, "<span class=\"count\"></span>");
}

/* ---- the head ---- */

static void write_head(struct text *out, const struct frame *frame)
{
    bool named = frame->title && *frame->title;
    html_printf(out,
                "<!doctype html>\n<html lang=\"%s\"><head><meta charset=\"utf-8\">"
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
                "<meta name=\"color-scheme\" content=\"light dark\">"
                "<title>%s%sprepd</title>",
                frame->lang == LANG_EN ? "en" : "zh-CN", frame->title, named ? " · " : "");
    html_printf(out, "<meta name=\"description\" content=\"%s\">",
                frame->summary && *frame->summary ? frame->summary : tr(frame->lang, S_HOME_LEAD));
    if (frame->reload)
        text_puts(out, "<noscript><meta http-equiv=\"refresh\" content=\"2\"></noscript>");
    html_printf(out,
                "<link rel=\"icon\" href=\"%s\"><link rel=\"stylesheet\" href=\"%s\">"
                "<script src=\"%s\"></script><script type=\"module\" src=\"%s\"></script></head>",
                ICON, asset_url("app.css"), asset_url("boot.js"), asset_url("app.js"));
}

/* ---- the navigation ---- */

static void write_topic_link(struct text *out, const struct site *site, const struct frame *frame,
                             const struct topic *topic)
{
    struct progress_count count = progress_of_topic(site->progress, topic, frame->lang);
    text_puts(out, "<li><a href=\"");
    part_topic_href(out, topic, frame->lang);
    html_printf(out, "\" data-topic=\"%s\"%s>", topic->slug,
                topic == frame->topic ? " aria-current=page" : "");
    part_ring(out, count);
    html_printf(out, "<span class=\"topic-title\">%s</span>", topic->title[frame->lang]);
    part_count(out, count);
    text_puts(out, "</a></li>");
}

static void write_topics(struct text *out, const struct site *site, const struct frame *frame)
{
    size_t n;
    const struct topic *topics = library_topics(site->library, &n);
    html_printf(out, "<h2 class=\"side-head\">%s</h2><ol class=\"topics\">",
                tr(frame->lang, S_TOPICS));
    for (size_t i = 0; i < n; i++)
        write_topic_link(out, site, frame, &topics[i]);
    text_puts(out, "</ol>");
}

static void write_place(struct text *out, const struct frame *frame, const char *place,
                        const char *href, enum string_id name)
{
    const char *current = frame->place && strcmp(frame->place, place) == 0 ? "page" : "false";
    html_printf(out, "<li><a href=\"%s\" data-place=\"%s\" aria-current=\"%s\">%s</a></li>", href,
                place, current, tr(frame->lang, name));
}

/* The same page in the other language; ?lang= makes the choice last. */
static void write_language_link(struct text *out, const struct frame *frame)
{
    enum lang other = lang_other(frame->lang);
    const char *path = frame->path && *frame->path ? frame->path : "/";
    bool in_path = strncmp(path, "/zh/", 4) == 0 || strncmp(path, "/en/", 4) == 0;
    text_puts(out, "<a class=\"language\" href=\"");
    if (in_path)
        html_printf(out, "/%s%s", lang_code(other), path + 3);
    else
        html_printf(out, "%s", path);
    html_printf(out, "?lang=%s\" lang=\"%s\" hreflang=\"%s\">%s</a>", lang_code(other),
                lang_code(other), lang_code(other), tr(frame->lang, S_OTHER_LANGUAGE));
}

static void write_side(struct text *out, const struct site *site, const struct frame *frame)
{
    enum lang lang = frame->lang;
    html_printf(out,
                "<nav class=\"side\" id=\"p.side\" aria-label=\"%s\">"
                "<a class=\"brand\" href=\"/%s/\">prepd</a>",
                tr(lang, S_MENU), lang_code(lang));
    write_topics(out, site, frame);
    html_printf(out, "<h2 class=\"side-head\">%s</h2><ul class=\"places\">", tr(lang, S_PLACES));
    write_place(out, frame, "home", lang == LANG_EN ? "/en/" : "/zh/", S_HOME);
    write_place(out, frame, "demos", "/demos", S_DEMOS);
    text_puts(out, "</ul><div class=\"side-foot\">");
    write_language_link(out, frame);
    html_printf(out,
                "<button type=\"button\" class=\"js-only quiet\" data-do=\"theme\">%s</button>"
                "<button type=\"button\" class=\"js-only quiet\" data-do=\"keys\">%s <kbd>?</kbd>"
                "</button></div></nav>",
                tr(lang, S_THEME), tr(lang, S_KEYS_HELP));
}

static void write_bar(struct text *out, const struct frame *frame)
{
    html_printf(out,
                "<header class=\"bar\"><a class=\"menu\" href=\"#p.side\" data-do=\"menu\">"
                "<svg viewBox=\"0 0 20 20\" aria-hidden=\"true\"><path d=\"M3 5h14M3 10h14M3 "
                "15h14\"/></svg>%s</a><span class=\"bar-title\">%s</span></header>",
                tr(frame->lang, S_MENU), frame->title);
}

void frame_begin(struct text *out, const struct site *site, const struct frame *frame)
{
    char seen[BROADCAST_ID_SIZE];
    broadcast_id(site->events, seen);
    write_head(out, frame);
    html_printf(out,
                "<body data-lang=\"%s\" data-place=\"%s\" data-topic=\"%s\" data-worker=\"%s\"",
                lang_code(frame->lang), frame->place, frame->topic ? frame->topic->slug : "",
                asset_url("worker.js"));
    text_printf(
        out, " data-notes-revision=\"%" PRIu64 "\" data-revision=\"%" PRIu64 "\" data-seen=\"%s\">",
        site->notes_revision, progress_revision(site->progress), seen);
    html_printf(out, "<a class=\"skip\" href=\"#p.main\">%s</a>", tr(frame->lang, S_SKIP));
    write_bar(out, frame);
    text_puts(out, "<div class=\"columns\">");
    write_side(out, site, frame);
    text_puts(out, "<main id=\"p.main\" tabindex=\"-1\">");
    if (site->runs && runs_sandbox(site->runs)->mode == SANDBOX_UNSAFE)
        html_printf(out, "<p class=\"banner banner-bad\" role=\"alert\">%s</p>",
                    tr(frame->lang, S_UNSAFE_RUN));
}

/* ---- the outline and the end ---- */

/* The headings below the title, two levels deep: more does not help to find one's way. */
static void write_outline(struct text *out, const struct note *note, enum lang lang)
{
    html_printf(out,
                "<nav class=\"outline\" aria-labelledby=\"p.outline\"><h2 class=\"side-head\""
                " id=\"p.outline\">%s</h2><ul>",
                tr(lang, S_OUTLINE));
    for (size_t i = 0; i < note->n_headings; i++) {
        const struct note_heading *heading = &note->headings[i];
        if (heading->level == 2 || heading->level == 3)
            html_printf(out, "<li class=\"outline-%d\"><a href=\"#%s\">%s</a></li>", heading->level,
                        heading->anchor, heading->text);
    }
    text_puts(out, "</ul></nav>");
}

static bool has_outline(const struct note *note)
{
    for (size_t i = 0; note && i < note->n_headings; i++)
        if (note->headings[i].level == 2 || note->headings[i].level == 3)
            return true;
    return false;
}

void frame_end(struct text *out, const struct site *site, const struct frame *frame,
               const struct note *outline)
{
    (void)site;
    text_puts(out, "</main>");
    if (has_outline(outline))
        write_outline(out, outline, frame->lang);
    text_puts(out, "</div></body></html>\n");
}
