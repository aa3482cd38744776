/* gallery.c - all demos as cards; see gallery.h. */
#include "site/gallery.h"

#include "base/cleanup.h"
#include "base/html.h"
#include "site/parts.h"
#include "site/strings.h"

#include <string.h>

void gallery_write_topics(struct text *out, const struct site *site, const struct demo *demo,
                          enum lang lang)
{
    const json_t *topics = json_object_get(demo->manifest, "topics");
    size_t written = 0;
    for (size_t i = 0; i < json_array_size(topics); i++) {
        const char *slug = json_string_value(json_array_get(topics, i));
        const struct topic *topic = slug ? library_topic(site->library, slug) : NULL;
        if (!topic)
            continue;
        if (!written++)
            html_printf(out, "<p class=\"belongs\">%s", tr(lang, S_BELONGS_TO));
        text_puts(out, " <a href=\"");
        part_topic_href(out, topic, lang);
        html_printf(out, "\">%s</a>", topic->title[lang]);
    }
    if (written)
        text_puts(out, "</p>");
}

/* Room for a small picture of the last run: the first line view, if there is one. Scripts draw it
 * (web/src/home.ts) and take what they need of the view from here. */
static void write_picture(struct text *out, const struct demo *demo, enum lang lang)
{
    const json_t *views = json_object_get(demo->manifest, "views"), *view = NULL;
    for (size_t i = 0; i < json_array_size(views) && !view; i++) {
        const char *kind = json_string_value(json_object_get(json_array_get(views, i), "kind"));
        if (kind && strcmp(kind, "line") == 0)
            view = json_array_get(views, i);
    }
    if (!view)
        return;
    cleanup_free char *json = json_dumps(view, JSON_COMPACT);
    html_printf(out,
                "<div class=\"card-picture js-only\" data-demo=\"%s\" data-view=\"%s\">"
                "<span>%s</span></div>",
                demo->id, json ? json : "{}", tr(lang, S_NEVER_RUN));
}

static void write_card(struct text *out, const struct site *site, const struct demo *demo,
                       int level, enum lang lang)
{
    const char *title = label_of(demo->manifest, "title", lang);
    html_printf(out, "<li class=\"card\" data-demo=\"%s\"><h%d><a href=\"/demos/%s\">%s</a></h%d>",
                demo->id, level, demo->id, *title ? title : demo->id, level);
    if (!demo->available)
        html_printf(out, "<p class=\"card-why\"><strong>%s</strong> %s</p>",
                    tr(lang, S_UNAVAILABLE), demo->why);
    html_printf(out, "<p>%s</p>", label_of(demo->manifest, "summary", lang));
    gallery_write_topics(out, site, demo, lang);
    write_picture(out, demo, lang);
    text_puts(out, "</li>");
}

void gallery_write(struct text *out, const struct site *site, int level, enum lang lang)
{
    size_t n;
    const struct demo *demos = catalogue_demos(site->catalogue, &n);
    if (!n)
        html_printf(out, "<p class=\"empty\">%s</p>", tr(lang, S_NO_DEMOS));
    text_puts(out, "<ul class=\"gallery\">");
    for (size_t i = 0; i < n; i++)
        write_card(out, site, &demos[i], level, lang);
    text_puts(out, "</ul>");
}
