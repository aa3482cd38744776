/* page_home.c - where one left off, how far one is, what is shaky, the demos and the last runs. */
#include "base/html.h"
#include "site/gallery.h"
#include "site/pages.h"
#include "site/parts.h"
#include "site/strings.h"

enum { WEAK_MAX = 12 }; /* shaky items listed; the topics' own pages show all */

/* ---- progress ---- */

static struct progress_count count_all(const struct site *site, enum lang lang)
{
    size_t n;
    const struct topic *topics = library_topics(site->library, &n);
    struct progress_count all = {0};
    for (size_t i = 0; i < n; i++) {
        struct progress_count count = progress_of_topic(site->progress, &topics[i], lang);
        all.items += count.items;
        all.done += count.done;
        all.shaky += count.shaky;
    }
    return all;
}

static void write_overall(struct text *out, const struct site *site, enum lang lang)
{
    struct progress_count all = count_all(site, lang);
    html_printf(out,
                "<section class=\"overall\" data-overall><h2 id=\"p.overall\">%s</h2>"
                "<progress max=\"%zu\" value=\"%zu\" aria-labelledby=\"p.overall\"></progress>"
                "<p class=\"overall-words\">",
                tr(lang, S_OVERALL), all.items ? all.items : 1, all.done);
    tr_numbers(out, lang, S_ITEMS, (const size_t[]){all.done, all.shaky, all.items});
    text_puts(out, "</p></section>");
}

static void write_topic(struct text *out, const struct site *site, const struct topic *topic,
                        enum lang lang)
{
    const struct note_file *file = topic_file(topic, lang);
    struct progress_count count = progress_of_topic(site->progress, topic, lang);
    text_puts(out, "<li><a href=\"");
    part_topic_href(out, topic, lang);
    html_printf(out, "\" data-topic=\"%s\">", topic->slug);
    part_ring(out, count);
    html_printf(out, "<span class=\"topic-words\"><strong>%s</strong><span>%s</span></span>",
                topic->title[lang], file->note ? file->note->summary : file->problem.text);
    part_count(out, count);
    text_puts(out, "</a></li>");
}

static void write_topics(struct text *out, const struct site *site, enum lang lang)
{
    size_t n;
    const struct topic *topics = library_topics(site->library, &n);
    html_printf(out, "<section><h2>%s</h2>", tr(lang, S_TOPICS));
    if (!n)
        html_printf(out, "<p class=\"empty\">%s</p>", tr(lang, S_NO_TOPICS));
    text_puts(out, "<ol class=\"topic-list\">");
    for (size_t i = 0; i < n; i++)
        write_topic(out, site, &topics[i], lang);
    text_puts(out, "</ol></section>");
}

/* ---- weak spots ---- */

static size_t write_weak_of_topic(struct text *out, const struct site *site,
                                  const struct topic *topic, enum lang lang, size_t room)
{
    const struct note_file *file = topic_file(topic, lang);
    const struct progress_item *items = progress_items(site->progress, file);
    size_t written = 0;
    for (size_t i = 0; items && i < file->note->n_items && written < room; i++) {
        if (items[i].state != ITEM_SHAKY)
            continue;
        text_puts(out, "<li><a href=\"");
        part_topic_href(out, topic, lang);
        html_printf(out, "#item-%s\">%s</a> <span class=\"muted\">%s</span></li>", items[i].id,
                    file->note->items[i].text, topic->title[lang]);
        written++;
    }
    return written;
}

static void write_weak_spots(struct text *out, const struct site *site, enum lang lang)
{
    size_t n, written = 0;
    const struct topic *topics = library_topics(site->library, &n);
    html_printf(out, "<section><h2>%s</h2><ul class=\"weak\">", tr(lang, S_WEAK_SPOTS));
    for (size_t i = 0; i < n && written < WEAK_MAX; i++)
        written += write_weak_of_topic(out, site, &topics[i], lang, WEAK_MAX - written);
    text_puts(out, "</ul>");
    if (!written)
        html_printf(out, "<p class=\"empty\">%s</p>", tr(lang, S_NO_WEAK_SPOTS));
    text_puts(out, "</section>");
}

/* The last runs are the store's: scripts ask for them. Last on the page, so that they move nothing.
 */
static void write_recent(struct text *out, enum lang lang)
{
    html_printf(out,
                "<section><h2>%s</h2><ol class=\"recent js-only\"></ol>"
                "<p class=\"no-js-only\"><a href=\"/demos\">%s</a></p></section>",
                tr(lang, S_RECENT), tr(lang, S_RECENT_NEED_SCRIPT));
}

void page_home(struct text *out, const struct site *site, enum lang lang)
{
    struct frame frame = {
        .lang = lang,
        .title = tr(lang, S_HOME),
        .path = lang == LANG_EN ? "/en/" : "/zh/",
        .place = "home",
    };
    frame_begin(out, site, &frame);
    /* The address is kept by the browser alone: boot.js makes room for the line before the first
     * paint, app.js fills it in. */
    html_printf(out,
                "<div class=\"wide\"><h1>prepd</h1><p class=\"lead\">%s</p>"
                "<p class=\"continue\"><span>%s</span> <a href=\"#p.main\" data-continue></a></p>",
                tr(lang, S_HOME_LEAD), tr(lang, S_CONTINUE));
    write_overall(out, site, lang);
    write_topics(out, site, lang);
    write_weak_spots(out, site, lang);
    if (site->days)
        part_year(out, site->days, lang);
    html_printf(out, "<section><h2>%s</h2>", tr(lang, S_DEMOS));
    gallery_write(out, site, 3, lang);
    text_puts(out, "</section>");
    write_recent(out, lang);
    text_puts(out, "</div>");
    frame_end(out, site, &frame, NULL);
}
