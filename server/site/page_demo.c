/* page_demo.c - one demo alone: its panel, whose parameters the address may hold. */
#include "base/html.h"
#include "site/gallery.h"
#include "site/pages.h"
#include "site/strings.h"

void page_demo(struct text *out, const struct site *site, const struct demo *demo,
               const json_t *params, enum lang lang)
{
    const char *title = label_of(demo->manifest, "title", lang);
    cleanup_text struct text path = {0};
    text_printf(&path, "/demos/%s", demo->id);
    struct frame frame = {
        .lang = lang,
        .title = *title ? title : demo->id,
        .path = path.data,
        .place = "demos",
        .summary = label_of(demo->manifest, "summary", lang),
    };
    frame_begin(out, site, &frame);
    html_printf(out, "<div class=\"wide\"><h1>%s</h1>", frame.title);
    gallery_write_topics(out, site, demo, lang);
    panel_write(out, site, demo, params, NULL, lang);
    text_puts(out, "</div>");
    frame_end(out, site, &frame, NULL);
}
