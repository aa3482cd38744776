/* inspect.c - see inspect.h. */
#include "notes/inspect.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "notes/url.h"

enum { SEARCH_BYTES_MAX = 8192 }; /* for what has no pointer into the source */

struct walk {
    const char *bytes;
    size_t len;
    size_t pos; /* behind the last text seen */
    void (*see)(const struct sight *sight, void *ud);
    void *ud;

    size_t n_items, n_headings, n_images;
    struct {
        bool open, in_p;
        const char *last; /* its last piece of text, if it ends the item so far */
        size_t len;
    } item;
    bool in_heading; /* no text of it was seen yet */
    struct {
        bool open; /* a fence whose place is not known yet */
        char mark; /* ` or ~; 0 for code by indentation, or outside code */
        bool in_code;
        bool bare;    /* without a language */
        size_t at;    /* where the fence is */
        size_t lines; /* of code, seen so far */
    } fence;
    unsigned links, images; /* depth */
    size_t address_end;     /* of the link that is open, if it stands in the line */
    struct text url;
};

static void tell(struct walk *w, enum sight_kind kind, size_t offset, const char *text, size_t len,
                 size_t index)
{
    struct sight sight = {kind, offset, text, len, index};
    w->see(&sight, w->ud);
}

/*** Places ***/

static bool in_source(const struct walk *w, const char *p)
{
    return (uintptr_t)p - (uintptr_t)w->bytes < w->len;
}

static size_t line_begin(const struct walk *w, size_t pos)
{
    const char *newline = memrchr(w->bytes, '\n', pos);
    return newline ? (size_t)(newline - w->bytes) + 1 : 0;
}

/* The beginning of the next line, or the end. */
static size_t line_next(const struct walk *w, size_t pos)
{
    const char *newline = memchr(w->bytes + pos, '\n', w->len - pos);
    return newline ? (size_t)(newline - w->bytes) + 1 : w->len;
}

/* Past what quotes and lists put in front of a line. */
static size_t skip_containers(const struct walk *w, size_t pos)
{
    while (pos < w->len && strchr(" \t>-+*.)0123456789", w->bytes[pos]))
        pos++;
    return pos;
}

/* The first place, from the line behind `from` on, where a line begins with three or more fence
 * marks, or with one or more "#" and nothing behind. `from` itself if there is none near. */
static size_t find_line(const struct walk *w, size_t from, char mark)
{
    size_t end = from + SEARCH_BYTES_MAX < w->len ? from + SEARCH_BYTES_MAX : w->len;
    for (size_t line = from ? line_next(w, from) : 0; line < end; line = line_next(w, line)) {
        size_t at = skip_containers(w, line), n = 0;
        while (at + n < w->len && w->bytes[at + n] == mark)
            n++;
        bool ends = at + n == w->len || strchr(" \t\r\n", w->bytes[at + n]);
        if (mark == '#' ? n > 0 && ends : n >= 3)
            return at;
    }
    return from;
}

static size_t attribute_place(const struct walk *w, const MD_ATTRIBUTE *attribute)
{
    if (attribute->size && in_source(w, attribute->text))
        return (size_t)(attribute->text - w->bytes);
    bool empty = attribute->size == 0;
    const char *what = empty ? "](" : attribute->text;
    size_t left = w->len - w->pos, len = empty ? 2 : attribute->size;
    const char *found =
        memmem(w->bytes + w->pos, left < SEARCH_BYTES_MAX ? left : SEARCH_BYTES_MAX, what, len);
    return found ? (size_t)(found - w->bytes) + (empty ? len : 0) : w->pos;
}

/*** Items ***/

static void item_begin(struct walk *w, const MD_BLOCK_LI_DETAIL *detail)
{
    w->item.open = true;
    w->item.in_p = false;
    w->item.last = NULL;
    tell(w, SIGHT_ITEM, detail->task_mark_offset - 1, "", 0, w->n_items++);
}

/* The same end of an item's text as in render_item.c. */
static void item_end(struct walk *w)
{
    w->item.open = false;
    if (!w->item.last)
        return;
    const char *first = w->item.last, *end = first + w->item.len;
    while (end > first && end[-1] == ' ')
        end--;
    const char *from = end;
    while (from > first && (isalnum((unsigned char)from[-1]) || from[-1] == '-'))
        from--;
    if (from < end && from - first >= 2 && from[-1] == '^' && from[-2] == ' ')
        tell(w, SIGHT_ID, (size_t)(from - 1 - w->bytes), from, (size_t)(end - from),
             w->n_items - 1);
}

/*** Headings ***/

static void heading_at(struct walk *w, size_t pos)
{
    size_t at = skip_containers(w, line_begin(w, pos));
    if (at > pos || w->bytes[at] != '#')
        at = pos;
    w->in_heading = false;
    tell(w, SIGHT_HEADING, at, "", 0, w->n_headings++);
}

/*** Fences ***/

static void code_begin(struct walk *w, const MD_BLOCK_CODE_DETAIL *detail)
{
    w->fence.mark = detail->fence_char;
    w->fence.in_code = true;
    w->fence.bare = detail->lang.size == 0;
    w->fence.open = detail->fence_char != 0;
    w->fence.lines = 0;
}

/* At the first text of the code: the fence stands above the empty lines above it. */
static void fence_above(struct walk *w, size_t pos)
{
    size_t line = line_begin(w, pos);
    for (size_t up = 0; up <= w->fence.lines && line > 0; up++)
        line = line_begin(w, line - 1);
    w->fence.at = skip_containers(w, line);
    w->fence.open = false;
}

static void code_end(struct walk *w)
{
    w->fence.in_code = false;
    if (w->fence.mark == 0)
        return;
    if (w->fence.open)
        w->fence.at = find_line(w, w->pos, w->fence.mark);
    w->fence.open = false;
    if (w->fence.bare)
        tell(w, SIGHT_NO_LANGUAGE, w->fence.at, "", 0, 0);
    size_t line = w->fence.at; /* on to the closing fence, lest it is taken for the next one */
    for (size_t i = 0; i <= w->fence.lines; i++)
        line = line_next(w, line);
    if (line < w->len && w->bytes[skip_containers(w, line)] == w->fence.mark)
        w->pos = line;
}

static void code_text(struct walk *w, const char *text, size_t len)
{
    if (w->fence.open && in_source(w, text))
        fence_above(w, (size_t)(text - w->bytes));
    w->fence.lines += len == 1 && *text == '\n' && !in_source(w, text);
}

/*** Links and images: the outermost ones, as the renderer has them ***/

static void link_enter(struct walk *w, const MD_SPAN_A_DETAIL *detail)
{
    enum url_kind kind = url_read(&detail->href, &w->url);
    w->address_end = 0;
    if (kind == URL_EXTERNAL || kind == URL_MAIL || w->url.failed)
        return;
    enum sight_kind sight = kind == URL_LOCAL  ? SIGHT_LINK
                            : kind == URL_DEMO ? SIGHT_DEMO
                                               : SIGHT_REFUSED;
    size_t at = attribute_place(w, &detail->href);
    if (at > 0 && strchr("(<", w->bytes[at - 1]))
        w->address_end = at + detail->href.size;
    tell(w, sight, at, w->url.data ? w->url.data : "", w->url.len, 0);
}

static void image_enter(struct walk *w, const MD_SPAN_IMG_DETAIL *detail)
{
    tell(w, SIGHT_IMAGE, attribute_place(w, &detail->src), "", 0, w->n_images++);
}

/*** md4c's callbacks ***/

static int enter_block(MD_BLOCKTYPE type, void *detail, void *ud)
{
    struct walk *w = ud;
    w->links = w->images = 0; /* md4c 0.4.8 may forget to close one */
    if (w->item.open && (type != MD_BLOCK_P || w->item.in_p))
        item_end(w);
    if (type == MD_BLOCK_P && w->item.open)
        w->item.in_p = true;
    else if (type == MD_BLOCK_LI && ((MD_BLOCK_LI_DETAIL *)detail)->is_task)
        item_begin(w, detail);
    else if (type == MD_BLOCK_H)
        w->in_heading = true;
    else if (type == MD_BLOCK_CODE)
        code_begin(w, detail);
    return 0;
}

static int leave_block(MD_BLOCKTYPE type, void *detail, void *ud)
{
    (void)detail;
    struct walk *w = ud;
    w->links = w->images = 0; /* md4c 0.4.8 may forget to close one */
    if (w->item.open && (type == MD_BLOCK_LI || type == MD_BLOCK_P))
        item_end(w);
    if (type == MD_BLOCK_H && w->in_heading)
        heading_at(w, find_line(w, w->pos, '#'));
    if (type == MD_BLOCK_CODE)
        code_end(w);
    return 0;
}

static int enter_span(MD_SPANTYPE type, void *detail, void *ud)
{
    struct walk *w = ud;
    w->item.last = NULL;
    if (type == MD_SPAN_A && w->images == 0 && w->links++ == 0)
        link_enter(w, detail);
    else if (type == MD_SPAN_IMG && w->images++ == 0)
        image_enter(w, detail);
    return w->url.failed ? -1 : 0;
}

static int leave_span(MD_SPANTYPE type, void *detail, void *ud)
{
    (void)detail;
    struct walk *w = ud;
    w->item.last = NULL;
    if (type == MD_SPAN_A && w->images == 0 && w->links > 0 && --w->links == 0)
        w->pos = w->address_end > w->pos ? w->address_end : w->pos;
    else if (type == MD_SPAN_IMG && w->images > 0)
        w->images--;
    return 0;
}

static int on_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE len, void *ud)
{
    struct walk *w = ud;
    w->item.last = NULL;
    if (w->fence.in_code)
        code_text(w, text, len);
    if (!in_source(w, text))
        return 0;
    size_t at = (size_t)(text - w->bytes);
    if (w->in_heading)
        heading_at(w, at);
    w->pos = at + len;
    if (type != MD_TEXT_NORMAL)
        return 0;
    if (w->item.open) {
        w->item.last = text;
        w->item.len = len;
    }
    tell(w, SIGHT_WORDS, at, text, len, 0);
    return 0;
}

int note_inspect(const char *bytes, size_t len, void (*see)(const struct sight *sight, void *ud),
                 void *ud)
{
    static const MD_PARSER parser = {
        .flags = MD_DIALECT_GITHUB | MD_FLAG_NOHTML,
        .enter_block = enter_block,
        .leave_block = leave_block,
        .enter_span = enter_span,
        .leave_span = leave_span,
        .text = on_text,
    };
    struct walk walk = {.bytes = bytes, .len = len, .see = see, .ud = ud};
    int status = md_parse(bytes, (MD_SIZE)len, &parser, &walk);
    text_free(&walk.url);
    return status == 0 ? 0 : -ENOMEM;
}
