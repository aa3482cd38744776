/* render_span.c - what stands in a line: text, emphasis, links, images.
 *
 * A refused link leaves its text. An image is shown only from here (the page's policy would not load another); one from
 * elsewhere becomes a link to it. An image's alternative text may hold any markup in Markdown and none in HTML. */
#include "notes/render.h"

#include "base/html.h"
#include "notes/entity.h"
#include "notes/plain.h"

/*** Text ***/

void out_escaped(struct text *html, const char *bytes, size_t len)
{
    static const struct {
        char text[7];
        unsigned char len;
    } escapes[256] = {
        ['&'] = {"&amp;", 5}, ['<'] = {"&lt;", 4}, ['>'] = {"&gt;", 4}, ['"'] = {"&quot;", 6}};
    const char *from = bytes, *end = bytes + len;
    for (const char *p = bytes; p < end; p++) {
        unsigned char c = (unsigned char)*p;
        if (!escapes[c].len)
            continue;
        out_bytes(html, from, (size_t)(p - from));
        out_bytes(html, escapes[c].text, escapes[c].len);
        from = p + 1;
    }
    out_bytes(html, from, (size_t)(end - from));
}

static void collect(struct render *r, const char *bytes, size_t len)
{
    if (r->collecting)
        out_bytes(&r->plain, bytes, len);
}

/* A named entity is known to the browser; a numeric one could name a control character and is decoded. */
static void entity_write(struct render *r, const char *text, size_t len)
{
    char decoded[ENTITY_DECODED_MAX];
    size_t n = entity_decode(text, len, decoded);
    if (n && text[1] == '#')
        out_escaped(&r->html, decoded, n);
    else
        out_bytes(&r->html, text, len);
    collect(r, n ? decoded : text, n ? n : len);
}

static void line_end(struct render *r, bool hard)
{
    collect(r, "\n", 1);
    if (r->in_callout_title && r->span_depth == 0)
        callout_line_end(r);
    else if (hard && r->image.depth == 0)
        out(r, "<br>\n");
    else
        out(r, "\n");
}

void text_write(struct render *r, MD_TEXTTYPE type, const char *text, size_t len)
{
    static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */
    if ((uintptr_t)text - (uintptr_t)r->bytes < r->len)
        r->pos = (size_t)(text - r->bytes);
    switch (type) {
    case MD_TEXT_NORMAL:
        if (r->quote_body) {
            size_t marker = callout_begin(r, text, len);
            text += marker;
            len -= marker;
        }
        r->item.last = r->html.len;
        out_escaped(&r->html, text, len);
        collect(r, text, len);
        break;
    case MD_TEXT_CODE:
    case MD_TEXT_HTML:
    case MD_TEXT_LATEXMATH:
        out_escaped(&r->html, text, len);
        collect(r, text, len);
        break;
    case MD_TEXT_NULLCHAR:
        out_bytes(&r->html, replacement, sizeof replacement - 1);
        break;
    case MD_TEXT_BR:
    case MD_TEXT_SOFTBR:
        line_end(r, type == MD_TEXT_BR);
        break;
    case MD_TEXT_ENTITY:
        entity_write(r, text, len);
        break;
    }
}

void out_attribute(struct render *r, const char *name, const MD_ATTRIBUTE *value)
{
    if (value->size == 0)
        return;
    text_printf(&r->html, " %s=\"", name);
    for (size_t i = 0; value->substr_offsets[i] < value->size; i++) {
        const char *from = value->text + value->substr_offsets[i];
        size_t len = value->substr_offsets[i + 1] - value->substr_offsets[i];
        char decoded[ENTITY_DECODED_MAX];
        size_t n = 0;
        if (value->substr_types[i] == MD_TEXT_ENTITY)
            n = entity_decode(from, len, decoded);
        out_escaped(&r->html, n ? decoded : from, n ? n : len);
    }
    out(r, "\"");
}

/*** Links ***/

/* Reads the demo from r->url and opens the link that is shown while it may have neighbours in its line. */
static bool demo_enter(struct render *r)
{
    const char *id, *query;
    size_t id_len, query_len;
    if (!url_demo(&r->url, &id, &id_len, &query, &query_len))
        return false;
    r->scratch.len = 0;
    url_encode(&r->scratch, query, query_len);
    struct note_demo demo = {
        .id = arena_string(r->arena, id, id_len),
        .query = arena_string(r->arena, r->scratch.data ? r->scratch.data : "", r->scratch.len),
    };
    r->link.demo = r->demos.len / sizeof demo;
    text_add(&r->demos, &demo, sizeof demo);
    html_printf(&r->html, "<a class=\"demo-link\" href=\"/demos/%s%s%s\" data-demo=\"%s\"", demo.id,
                query_len ? "?" : "", demo.query, demo.id);
    html_printf(&r->html, " data-query=\"%s\">", demo.query);
    r->link.plain = plain_begin(r);
    return true;
}

static void link_open(struct render *r, enum url_kind kind)
{
    url_write(&r->html, &r->url, kind);
    out(r, "\"");
    if (kind == URL_EXTERNAL)
        out(r, " rel=\"noopener noreferrer\"");
}

static void link_enter(struct render *r, const MD_SPAN_A_DETAIL *detail)
{
    r->link.html = r->html.len;
    r->link.kind = url_read(&detail->href, &r->url);
    if (r->link.kind == URL_DEMO && !demo_enter(r))
        r->link.kind = URL_REFUSED;
    if (r->link.kind == URL_REFUSED || r->link.kind == URL_DEMO)
        return;
    out(r, "<a href=\"");
    link_open(r, r->link.kind);
    out_attribute(r, "title", &detail->title);
    out(r, ">");
}

static void demo_leave(struct render *r)
{
    size_t len;
    const char *collected = plain_end(r, r->link.plain, &len);
    struct note_demo *demo = (struct note_demo *)(void *)r->demos.data + r->link.demo;
    if (r->demos.failed)
        return;
    demo->label = plain_text(r->arena, collected, len);
    demo->line = render_line(r, r->pos);
    bool begins_paragraph = r->link.html == r->p.body && !r->item.open && !r->in_callout_title;
    if (begins_paragraph)
        r->p.demo_end = r->html.len;
}

static void link_leave(struct render *r)
{
    if (r->link.kind != URL_REFUSED)
        out(r, "</a>");
    if (r->link.kind == URL_DEMO)
        demo_leave(r);
    r->link.kind = URL_REFUSED;
}

/*** Images ***/

static void image_enter(struct render *r, const MD_SPAN_IMG_DETAIL *detail)
{
    if (r->image.depth++ > 0)
        return;
    r->image.kind = url_read(&detail->src, &r->url);
    r->image.in_link = r->link.kind != URL_REFUSED;
    if (r->image.kind == URL_LOCAL) {
        out(r, "<img src=\"");
        url_write(&r->html, &r->url, URL_LOCAL);
        out(r, "\" alt=\"");
    } else if (r->image.kind == URL_EXTERNAL && !r->image.in_link) {
        out(r, "<a class=\"image-link\" href=\"");
        link_open(r, URL_EXTERNAL);
        out(r, ">");
    }
    r->image.html = r->html.len;
}

static void image_leave(struct render *r, const MD_SPAN_IMG_DETAIL *detail)
{
    if (--r->image.depth > 0)
        return;
    if (r->image.kind == URL_LOCAL) {
        out(r, "\"");
        out_attribute(r, "title", &detail->title);
        out(r, " loading=\"lazy\">");
        return;
    }
    if (r->image.html == r->html.len) /* no text: the address is better than nothing */
        out_escaped(&r->html, r->url.data ? r->url.data : "", r->url.len);
    if (r->image.kind == URL_EXTERNAL && !r->image.in_link)
        out(r, "</a>");
}

/*** Dispatch ***/

static const struct {
    const char *open, *close;
} span_tags[] = {
    [MD_SPAN_EM] = {"<em>", "</em>"},
    [MD_SPAN_STRONG] = {"<strong>", "</strong>"},
    [MD_SPAN_CODE] = {"<code>", "</code>"},
    [MD_SPAN_DEL] = {"<del>", "</del>"},
    [MD_SPAN_U] = {"", ""}, /* the rest is switched off */
};

static void tag_write(struct render *r, const char *tag)
{
    if (r->image.depth == 0 && tag)
        out_bytes(&r->html, tag, strlen(tag));
}

void span_enter(struct render *r, MD_SPANTYPE type, const void *detail)
{
    r->span_depth++;
    if (type == MD_SPAN_IMG) {
        image_enter(r, detail);
    } else if (type == MD_SPAN_A) {
        if (r->image.depth == 0)
            link_enter(r, detail);
    } else {
        tag_write(r, span_tags[type].open);
    }
    if (type == MD_SPAN_CODE)
        collect(r, &(const char){PLAIN_CODE}, 1);
}

void span_leave(struct render *r, MD_SPANTYPE type, const void *detail)
{
    r->span_depth--;
    if (type == MD_SPAN_IMG) {
        image_leave(r, detail);
    } else if (type == MD_SPAN_A) {
        if (r->image.depth == 0)
            link_leave(r);
    } else {
        tag_write(r, span_tags[type].close);
    }
    if (type == MD_SPAN_CODE)
        collect(r, &(const char){PLAIN_PROSE}, 1);
}
