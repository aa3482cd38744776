/* page_error.c - what went wrong, and the way back. */
#include "base/html.h"
#include "site/pages.h"
#include "site/strings.h"

void page_error(struct text *out, const struct site *site, enum lang lang, int status,
                const char *message)
{
    const char *title = tr(lang, status == 404 ? S_ERROR_404 : S_ERROR_OTHER);
    struct frame frame = {.lang = lang, .title = title, .path = "/", .place = ""};
    frame_begin(out, site, &frame);
    html_printf(out,
                "<h1>%s</h1><p class=\"lead\">%s</p><p class=\"error-details\">HTTP %d · "
                "<span lang=\"en\">%s</span></p>"
                "<p><a class=\"button\" href=\"/%s/\">%s</a> <a class=\"button\" href=\"/demos\">%s"
                "</a></p>",
                title, status == 404 ? tr(lang, S_ERROR_404_HELP) : message, status, message,
                lang_code(lang), tr(lang, S_BACK_HOME), tr(lang, S_DEMOS));
    frame_end(out, site, &frame, NULL);
}
