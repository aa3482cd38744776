/* render_item.c - checklist items: the hole, the text that names the item, its explicit id.
 *
 * The first paragraph of an item is its text, whether the list is tight (md4c reports no paragraph
 * then) or loose. It ends with the paragraph, with the next block inside the item, or with the
 * item. */
#include "notes/render.h"

#include <errno.h>

#include "notes/plain.h"

enum { SLUG_BYTES_MAX = 64, HEADING_IN_PATH_MAX = 200 };

static size_t item_count(const struct render *r)
{
    return r->items.len / sizeof(struct note_item);
}

/* "A / B / C" of the headings above, made when the first item under them asks for it. */
static const char *heading_path(struct render *r)
{
    if (r->heading.path)
        return r->heading.path;
    struct text *path = &r->scratch;
    path->len = 0;
    for (size_t i = 0; i < HEADING_LEVELS; i++) {
        const char *text = r->heading.text[i];
        if (!text)
            continue;
        if (path->len)
            text_puts(path, " / ");
        text_add(path, text, utf8_cut(text, strlen(text), HEADING_IN_PATH_MAX));
    }
    r->heading.path = arena_string(r->arena, path->data ? path->data : "", path->len);
    return r->heading.path;
}

void item_open(struct render *r, const MD_BLOCK_LI_DETAIL *detail)
{
    size_t n = item_count(r);
    if (n == NOTE_ITEMS_MAX) {
        render_fail(r, -EFBIG, "it has more than 5000 items");
        return;
    }
    render_hole(r, NOTE_ITEM, n);
    out(&r->html, "<span class=\"item-text\" id=\"item-");
    out_number(&r->html, n);
    out(&r->html, "-text\">");
    r->item.open = true;
    r->item.in_p = false;
    r->item.html = r->item.last = r->html.len;
    r->item.plain = plain_begin(r);
    r->item.item = (struct note_item){
        .heading = heading_path(r),
        .anchor = r->heading.anchor,
        .line = render_line(r, detail->task_mark_offset),
        .checked = detail->task_mark != ' ',
    };
}

/*** The explicit id: " ^slug" at the end, as in Obsidian ***/

static bool is_slug_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
}

/* Finds it in the HTML just written, which for these characters is the text itself. It must lie
 * within the last piece of text: one that is escaped, or in code, is none. Returns where to cut the
 * HTML, or 0. */
static size_t find_slug(const struct render *r, size_t *ret_from, size_t *ret_to)
{
    const char *html = r->html.data;
    size_t to = r->html.len, first = r->item.last;
    while (to > first && html[to - 1] == ' ')
        to--;
    size_t from = to;
    while (from > first && is_slug_char(html[from - 1]))
        from--;
    if (from == to || to - from > SLUG_BYTES_MAX || from < first + 2 || html[from - 1] != '^' ||
        html[from - 2] != ' ')
        return 0;
    *ret_from = from;
    *ret_to = to;
    return from - 2;
}

static void take_slug(struct render *r, struct note_item *item)
{
    size_t from, to, cut = find_slug(r, &from, &to);
    if (!cut)
        return;
    const char *slug = arena_string(r->arena, r->html.data + from, to - from);
    int added = slug ? names_add(&r->slugs, slug) : -ENOMEM;
    if (added < 0)
        render_fail(r, -ENOMEM, NULL);
    item->slug = added > 0 ? slug : NULL;
    item->slug_twice = added == 0;
    r->plain.len -= r->html.len - cut;
    r->html.len = cut;
}

void item_close(struct render *r)
{
    struct note_item *item = &r->item.item;
    take_slug(r, item);
    out(&r->html, "</span>");
    size_t len;
    const char *collected = plain_end(r, r->item.plain, &len);
    item->text = plain_text(r->arena, collected, len);
    r->scratch.len = 0;
    plain_normalise(&r->scratch, collected, len);
    item->norm = arena_string(r->arena, r->scratch.data ? r->scratch.data : "", r->scratch.len);
    out_bytes(&r->items, (const char *)item, sizeof *item);
    r->item.open = false;
}
