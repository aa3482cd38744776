/* render_span.c - what stands in a line: text, emphasis, links; images are in render_image.c.
 *
 * A refused link leaves its text. */
#include "notes/render.h"

#include "notes/entity.h"
#include "notes/plain.h"

/*** Text ***/

static void collect(struct render *r, const char *bytes, size_t len)
{
    if (r->collecting)
        out_bytes(&r->plain, bytes, len);
}

/* A named entity is known to the browser; a numeric one could name a control character and is
 * decoded. */
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
    if (r->in_callout_title && r->spans.len == 0)
        callout_line_end(r);
    else if (hard && r->image.depth == 0)
        out(&r->html, "<br>\n");
    else
        out(&r->html, "\n");
}

/* What the text says, and not how it is set. */
static void words_write(struct render *r, MD_TEXTTYPE type, const char *text, size_t len,
                        bool in_source)
{
    if (type == MD_TEXT_NORMAL) {
        if (r->quote_body) {
            size_t marker = callout_begin(r, text, len);
            text += marker;
            len -= marker;
        }
        r->item.last = r->html.len;
    }
    if (in_source) {
        bool bracket = out_escaped_padded(&r->html, text, len);
        if (__builtin_expect(bracket || r->brackets.open, 0) && type == MD_TEXT_NORMAL &&
            (r->brackets.open || memchr(text, '[', len)))
            brackets_count(r, text, len);
    } else {
        out_escaped(&r->html, text, len);
    }
    collect(r, text, len);
}

/* Apart, because on_text is called for every word or two, and quicker without this inside. */
__attribute__((noinline)) static void other_text_write(struct render *r, MD_TEXTTYPE type,
                                                       const char *text, size_t len)
{
    if (type == MD_TEXT_ENTITY)
        entity_write(r, text, len);
    else if (type == MD_TEXT_NULLCHAR)
        out(&r->html, "\xef\xbf\xbd"); /* U+FFFD */
    else
        line_end(r, type == MD_TEXT_BR);
}

int on_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE len, void *ud)
{
    struct render *r = ud;
    bool in_source = (uintptr_t)text - (uintptr_t)r->bytes < r->len; /* and so before NOTE_PAD */
    if (in_source)
        r->pos = (size_t)(text - r->bytes);
    switch (type) {
    case MD_TEXT_NORMAL:
    case MD_TEXT_CODE:
    case MD_TEXT_HTML: /* off, but if it came it would be escaped */
    case MD_TEXT_LATEXMATH:
        words_write(r, type, text, len, in_source);
        break;
    default:
        other_text_write(r, type, text, len);
        break;
    }
    return render_go_on(r);
}

void attribute_escape(struct text *to, const MD_ATTRIBUTE *value)
{
    if (value->size == 0)
        return;
    for (size_t i = 0; value->substr_offsets[i] < value->size; i++) {
        const char *from = value->text + value->substr_offsets[i];
        size_t len = value->substr_offsets[i + 1] - value->substr_offsets[i];
        char decoded[ENTITY_DECODED_MAX];
        size_t n = 0;
        if (value->substr_types[i] == MD_TEXT_ENTITY)
            n = entity_decode(from, len, decoded);
        out_escaped(to, n ? decoded : from, n ? n : len);
    }
}

/* ` title="value"`; nothing if it is empty */
static void title_write(struct render *r, const MD_ATTRIBUTE *title)
{
    if (title->size == 0)
        return;
    out(&r->html, " title=\"");
    attribute_escape(&r->html, title);
    out(&r->html, "\"");
}

/*** Links ***/

/* Reads the demo from r->url and opens the link that is shown while it may have neighbours in its
 * line. */
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
    out(&r->html, "<a class=\"demo-link\" href=\"/demos/");
    out_bytes(&r->html, id, id_len); /* letters, digits, "-" and "_" */
    if (query_len)
        out(&r->html, "?");
    url_encode_html(&r->html, query, query_len);
    out(&r->html, "\" data-demo=\"");
    out_bytes(&r->html, id, id_len);
    out(&r->html, "\" data-query=\"");
    url_encode_html(&r->html, query, query_len);
    out(&r->html, "\">");
    r->link.plain = plain_begin(r);
    return true;
}

static void link_open(struct render *r, enum url_kind kind)
{
    url_write(&r->html, &r->url, kind);
    out(&r->html, "\"");
    if (kind == URL_EXTERNAL)
        out(&r->html, " rel=\"noopener noreferrer\"");
}

static void link_enter(struct render *r, const MD_SPAN_A_DETAIL *detail)
{
    if (r->image.depth > 0 || r->link.depth++ > 0)
        return;
    r->link.html = r->html.len;
    r->link.kind = url_read(&detail->href, &r->url);
    if (r->link.kind == URL_DEMO && !demo_enter(r))
        r->link.kind = URL_REFUSED;
    if (r->link.kind == URL_REFUSED || r->link.kind == URL_DEMO)
        return;
    out(&r->html, "<a href=\"");
    link_open(r, r->link.kind);
    title_write(r, &detail->title);
    out(&r->html, ">");
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
    if (r->image.depth > 0 || --r->link.depth > 0)
        return;
    if (r->link.kind != URL_REFUSED)
        out(&r->html, "</a>");
    if (r->link.kind == URL_DEMO)
        demo_leave(r);
    r->link.kind = URL_REFUSED;
}

/*** Dispatch ***/

/* Writes a tag, of an alternative text none. */
#define tag(r, literal)                                                                            \
    do {                                                                                           \
        if ((r)->image.depth == 0)                                                                 \
            out(&(r)->html, literal);                                                              \
    } while (0)

static void span_open(struct render *r, MD_SPANTYPE type, const void *detail)
{
    switch (type) {
    case MD_SPAN_EM:
        tag(r, "<em>");
        break;
    case MD_SPAN_STRONG:
        tag(r, "<strong>");
        break;
    case MD_SPAN_DEL:
        tag(r, "<del>");
        break;
    case MD_SPAN_CODE:
        tag(r, "<code>");
        collect(r, &(const char){PLAIN_CODE}, 1);
        break;
    case MD_SPAN_A:
        link_enter(r, detail);
        break;
    case MD_SPAN_IMG:
        image_enter(r, detail);
        break;
    default: /* switched off */
        break;
    }
}

static void span_close(struct render *r, MD_SPANTYPE type)
{
    switch (type) {
    case MD_SPAN_EM:
        tag(r, "</em>");
        break;
    case MD_SPAN_STRONG:
        tag(r, "</strong>");
        break;
    case MD_SPAN_DEL:
        tag(r, "</del>");
        break;
    case MD_SPAN_CODE:
        tag(r, "</code>");
        collect(r, &(const char){PLAIN_PROSE}, 1);
        break;
    case MD_SPAN_A:
        link_leave(r);
        break;
    case MD_SPAN_IMG:
        image_leave(r);
        break;
    default:
        break;
    }
}

/* Closes the spans above the first n of the stack. */
static void spans_close_to(struct render *r, size_t n)
{
    while (r->spans.len > n)
        span_close(r, (MD_SPANTYPE)r->spans.data[--r->spans.len]);
}

void spans_close(struct render *r)
{
    spans_close_to(r, 0);
}

int on_enter_span(MD_SPANTYPE type, void *detail, void *ud)
{
    struct render *r = ud;
    out_bytes(&r->spans, &(const char){(char)type}, 1);
    span_open(r, type, detail);
    return render_go_on(r);
}

int on_leave_span(MD_SPANTYPE type, void *detail, void *ud)
{
    (void)detail;
    struct render *r = ud;
    size_t n = r->spans.len;
    if (n && (MD_SPANTYPE)r->spans.data[n - 1] == type) { /* nearly always */
        r->spans.len--;
        span_close(r, type);
        return render_go_on(r);
    }
    const char *found = n ? memrchr(r->spans.data, (int)type, n) : NULL;
    if (found) /* else an overlap has closed it already */
        spans_close_to(r, (size_t)(found - r->spans.data));
    return render_go_on(r);
}
