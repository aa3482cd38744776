/* page_topic.c - a note as a page: its parts in order, with the holes filled.
 *
 * DESIGN  Writing is one loop over the note's parts. HTML goes out as it is; at an item the <li> is
 * opened and its control written from the progress in memory; at a demo its panel is written. A
 * demo has one panel on a page; a later link to it sets that panel's parameters. */
#include "base/html.h"
#include "site/item.h"
#include "site/pages.h"
#include "site/parts.h"
#include "site/strings.h"

#include <string.h>

enum { PANELS_MAX = 32 }; /* on one page; further demos are links to their own pages */

/* What the loop over the parts carries along. */
struct topic_writer {
    struct text *out;
    const struct site *site;
    const struct frame *frame;
    const struct note *note;
    const struct progress_item *items;
    const struct demo *shown[PANELS_MAX]; /* demos that have their panel */
    size_t n_shown;
};

/* ---- banners ---- */

static void write_missing_language(struct text *out, const struct note_file *file, enum lang lang)
{
    if (file->lang != lang)
        html_printf(out, "<p class=\"banner\" lang=\"%s\">%s</p>", lang_code(lang),
                    tr(lang, lang == LANG_EN ? S_NO_ENGLISH : S_NO_CHINESE));
}

static void write_held(struct text *out, size_t held, const struct frame *frame)
{
    if (!held)
        return;
    html_printf(out, "<form class=\"banner banner-ask\" method=\"post\" action=\"%s\"><p>",
                frame->path);
    tr_numbers(out, frame->lang, S_HELD, (const size_t[]){held});
    html_printf(out,
                "</p><input type=\"hidden\" name=\"confirm\" value=\"loss\"><button>%s</button>"
                "</form>",
                tr(frame->lang, S_HELD_CONFIRM));
}

static void write_slug_warnings(struct text *out, const struct note *note, enum lang lang)
{
    for (size_t i = 0; i < note->n_items; i++) {
        if (!note->items[i].slug_twice)
            continue;
        text_puts(out, "<p class=\"banner banner-warn\">");
        tr_numbers(out, lang, S_SLUG_TWICE, (const size_t[]){note->items[i].line});
        html_printf(out, "%s</p>", note->items[i].text);
    }
}

static void write_warnings(struct text *out, const struct note *note, enum lang lang)
{
    for (size_t i = 0; i < note->n_warnings; i++) {
        text_puts(out, "<p class=\"banner banner-warn\">");
        tr_numbers(out, lang, S_UNCLOSED,
                   (const size_t[]){note->warnings[i].line, note->warnings[i].unclosed});
        text_puts(out, "</p>");
    }
}

static void write_problem(struct text *out, const struct note_file *file, const struct frame *frame)
{
    html_printf(out,
                "<h1>%s</h1><div class=\"banner banner-bad\" role=\"alert\"><p>%s</p><p>%s</p>"
                "</div>",
                frame->title, tr(frame->lang, S_FILE_PROBLEM), file->problem.text);
    if (!file->raw)
        return;
    text_puts(out, "<pre class=\"raw\" tabindex=\"0\">");
    html_escape(out, file->raw, file->raw_len);
    text_puts(out, "</pre>");
}

/* ---- demos ---- */

static bool is_shown(const struct topic_writer *writer, const struct demo *demo)
{
    for (size_t i = 0; i < writer->n_shown; i++)
        if (writer->shown[i] == demo)
            return true;
    return false;
}

static void write_panel(struct topic_writer *writer, const struct demo *demo,
                        const struct note_demo *link)
{
    writer->shown[writer->n_shown++] = demo;
    panel_write(writer->out, writer->site, demo, NULL, link, writer->frame->lang);
}

/* Scripts take such a link to the panel of this page, if it has one. */
static void write_demo_link(struct text *out, const struct note_demo *link)
{
    html_printf(out,
                "<p><a class=\"demo-link\" href=\"/demos/%s%s%s\" data-demo=\"%s\""
                " data-query=\"%s\">%s</a></p>",
                link->id, *link->query ? "?" : "", link->query, link->id, link->query, link->label);
}

static void write_demo(struct topic_writer *writer, const struct note_demo *link)
{
    const struct demo *demo = catalogue_find(writer->site->catalogue, link->id);
    if (!demo)
        html_printf(writer->out, "<p class=\"demo-missing\">%s <em>(%s%s)</em></p>", link->label,
                    tr(writer->frame->lang, S_UNKNOWN_DEMO), link->id);
    else if (is_shown(writer, demo) || writer->n_shown == PANELS_MAX)
        write_demo_link(writer->out, link);
    else
        write_panel(writer, demo, link);
}

/* ---- the text ---- */

static void write_part(struct topic_writer *writer, size_t i)
{
    const struct note_part *part = &writer->note->parts[i];
    switch (part->kind) {
    case NOTE_HTML:
        text_add(writer->out, part->html, part->len);
        break;
    case NOTE_ITEM:
        if (writer->items)
            item_write(writer->out, &writer->items[part->index], part->index, writer->frame);
        else /* not matched to the store yet: readable, not tickable */
            text_puts(writer->out, "<li class=\"item\">");
        break;
    case NOTE_DEMO:
        write_demo(writer, &writer->note->demos[part->index]);
        break;
    }
}

static void write_note(struct topic_writer *writer)
{
    const struct note_file *file = topic_file(writer->frame->topic, writer->frame->lang);
    html_printf(writer->out, "<article class=\"note\" lang=\"%s\">",
                file->lang == LANG_EN ? "en" : "zh-CN");
    if (!writer->note->title)
        html_printf(writer->out, "<h1>%s</h1>", writer->frame->title);
    for (size_t i = 0; i < writer->note->n_parts; i++)
        write_part(writer, i);
    text_puts(writer->out, "</article>");
}

/* ---- previous and next ---- */

static void write_neighbour(struct text *out, const struct topic *topic, enum lang lang,
                            const char *rel, enum string_id name)
{
    text_puts(out, "<a href=\"");
    part_topic_href(out, topic, lang);
    html_printf(out, "\" rel=\"%s\"><span>%s</span><strong>%s</strong></a>", rel, tr(lang, name),
                topic->title[lang]);
}

static void write_neighbours(struct text *out, const struct site *site, const struct topic *topic,
                             enum lang lang)
{
    size_t n;
    const struct topic *topics = library_topics(site->library, &n);
    size_t at = (size_t)(topic - topics);
    html_printf(out, "<nav class=\"neighbours\" aria-label=\"%s / %s\">", tr(lang, S_PREVIOUS),
                tr(lang, S_NEXT));
    if (at > 0)
        write_neighbour(out, &topics[at - 1], lang, "prev", S_PREVIOUS);
    if (at + 1 < n)
        write_neighbour(out, &topics[at + 1], lang, "next", S_NEXT);
    text_puts(out, "</nav>");
}

void page_topic(struct text *out, const struct site *site, const struct topic *topic,
                enum lang lang)
{
    cleanup_text struct text path = {0};
    part_topic_href(&path, topic, lang);
    const struct note_file *file = topic_file(topic, lang);
    const struct note *note = file->note;
    struct frame frame = {
        .lang = lang,
        .title = topic->title[lang],
        .path = path.data,
        .topic = topic,
        .place = "topic",
        .summary = note ? note->summary : NULL,
    };
    frame_begin(out, site, &frame);
    write_missing_language(out, file, lang);
    write_held(out, progress_held(site->progress, file), &frame);
    if (note) {
        write_warnings(out, note, lang);
        write_slug_warnings(out, note, lang);
        struct topic_writer writer = {
            .out = out,
            .site = site,
            .frame = &frame,
            .note = note,
            .items = progress_items(site->progress, file),
        };
        write_note(&writer);
    } else {
        write_problem(out, file, &frame);
    }
    write_neighbours(out, site, topic, lang);
    frame_end(out, site, &frame, note);
}
