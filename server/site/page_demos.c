/* page_demos.c - the gallery of demos. */
#include "base/html.h"
#include "site/gallery.h"
#include "site/pages.h"
#include "site/strings.h"

void page_demos(struct text *out, const struct site *site, enum lang lang)
{
    struct frame frame = {
        .lang = lang,
        .title = tr(lang, S_DEMOS),
        .path = "/demos",
        .place = "demos",
        .summary = tr(lang, S_DEMOS_LEAD),
    };
    frame_begin(out, site, &frame);
    html_printf(out, "<div class=\"wide\"><h1>%s</h1><p class=\"lead\">%s</p>", tr(lang, S_DEMOS),
                tr(lang, S_DEMOS_LEAD));
    gallery_write(out, site, 2, lang);
    text_puts(out, "</div>");
    frame_end(out, site, &frame, NULL);
}
