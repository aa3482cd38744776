/* render_heading.c - headings: their text, their anchor, and the path of them that items stand
 * under.
 *
 * The anchor is made of the text, which is known only when the heading ends; so its tag is put in
 * front of its content afterwards. */
#include "notes/render.h"

#include <errno.h>

#include "notes/plain.h"

void heading_enter(struct render *r)
{
    r->heading.html = r->html.len;
    plain_begin(r);
}

/* "item-3-text" is the id of an item's text, and not to be had. */
static bool anchor_is_reserved(const char *anchor)
{
    size_t n = 5, digits;
    if (strncmp(anchor, "item-", n) != 0)
        return false;
    digits = strspn(anchor + n, "0123456789");
    return digits > 0 && strcmp(anchor + n + digits, "-text") == 0;
}

/* The anchor made of a heading's text, unique in the note. */
static const char *heading_anchor(struct render *r, const char *text)
{
    r->scratch.len = 0;
    plain_anchor(&r->scratch, text);
    const char *name = arena_string(r->arena, r->scratch.data, r->scratch.len);
    if (name && anchor_is_reserved(name))
        name = "section";
    if (name)
        name = names_claim(&r->anchors, r->arena, name, 1);
    if (!name)
        render_fail(r, -ENOMEM, NULL);
    return name ? name : "";
}

/* Writes the tags around the heading's content, which is in the HTML already and moves up to make
 * room. */
static void heading_write(struct render *r, int level, const char *anchor)
{
    const char digit = (char)('0' + level);
    struct text *tag = &r->scratch;
    tag->len = 0;
    out(tag, "<h");
    out_bytes(tag, &digit, 1);
    out(tag, " id=\"");
    out_string(tag, anchor); /* letters, digits, "-" and "_" */
    out(tag, "\">");
    if (!text_reserve(&r->html, tag->len) || tag->failed)
        return;
    size_t len = r->html.len - r->heading.html;
    char *content = r->html.data + r->heading.html;
    memmove(content + tag->len, content, len);
    memcpy(content, tag->data, tag->len);
    r->html.len += tag->len;
    out(&r->html, " <a class=\"anchor\" href=\"#");
    url_encode_html(&r->html, anchor, strlen(anchor));
    out(&r->html, "\" aria-hidden=\"true\" tabindex=\"-1\">#</a></h");
    out_bytes(&r->html, &digit, 1);
    out(&r->html, ">\n");
}

void heading_leave(struct render *r, int level)
{
    size_t len;
    const char *collected = plain_end(r, 0, &len); /* headings do not nest */
    const char *text = plain_text(r->arena, collected, len);
    const char *anchor = heading_anchor(r, text ? text : "");
    heading_write(r, level, anchor);
    struct note_heading heading = {
        .level = level, .anchor = anchor, .text = text, .line = render_line(r, r->pos)};
    text_add(&r->headings, &heading, sizeof heading);
    if (level == 1 && !r->title)
        r->title = text;
    for (int i = level; i < HEADING_LEVELS; i++)
        r->heading.text[i] = NULL;
    r->heading.text[level - 1] = text;
    r->heading.anchor = anchor;
    r->heading.path = NULL;
}
