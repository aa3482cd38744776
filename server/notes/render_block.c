/* render_block.c - what stands on lines of its own: paragraphs, quotes, lists, code, tables,
 * headings. */
#include "notes/render.h"

#include <strings.h>

#include "base/util.h"
#include "notes/plain.h"

enum { SUMMARY_BYTES_MAX = 200, LANGUAGE_BYTES_MAX = 32 };

/*** Quotes and callouts: a quote whose first line is "[!trap] title" ***/

static const char *const callouts[] = {"ask", "trap", "short", "note", "fix"};

/* An "ask" with a title folds: the question is its summary, and the answer, with the questions that
 * follow from it, is inside. */
enum quote_kind { QUOTE_PLAIN, QUOTE_CALLOUT, QUOTE_FOLDED };
enum { CALLOUT_ASK }; /* its place in callouts[] */

static void quote_enter(struct render *r)
{
    text_char(&r->quotes, QUOTE_PLAIN);
    r->quote_html = r->html.len;
    out(&r->html, "<blockquote>\n");
    r->quote_body = r->html.len;
}

static void quote_leave(struct render *r)
{
    int kind = r->quotes.len ? r->quotes.data[--r->quotes.len] : QUOTE_PLAIN;
    if (kind == QUOTE_FOLDED)
        out(&r->html, "</details>\n");
    else if (kind == QUOTE_CALLOUT)
        out(&r->html, "</aside>\n");
    else
        out(&r->html, "</blockquote>\n");
}

/* The quote opened last becomes a callout: its tag is written anew, and its title is begun. */
static void callout_open(struct render *r, const char *kind)
{
    r->quotes.data[r->quotes.len - 1] = QUOTE_CALLOUT;
    r->html.len = r->quote_html;
    out(&r->html, "<aside class=\"callout callout-");
    out_string(&r->html, kind);
    out(&r->html, "\">\n");
    r->p.from = r->html.len;
    out(&r->html, "<p class=\"callout-title\">");
    r->p.body = r->html.len;
}

static void folded_open(struct render *r)
{
    r->quotes.data[r->quotes.len - 1] = QUOTE_FOLDED;
    r->html.len = r->quote_html;
    out(&r->html, "<details class=\"callout callout-ask\">\n");
    r->p.from = r->html.len;
    out(&r->html, "<summary class=\"callout-title\">");
    r->p.body = r->html.len;
}

/* The callout that the text's beginning names, or NULL; *ret_len is the marker's length with the
 * blanks after it. */
static const char *find_callout(const char *text, size_t len, size_t *ret_len)
{
    for (size_t i = 0; i < ARRAY_LEN(callouts); i++) {
        size_t n = strlen(callouts[i]), end = n + 3;
        if (len < end || memcmp(text, "[!", 2) != 0 || text[end - 1] != ']' ||
            strncasecmp(text + 2, callouts[i], n) != 0)
            continue;
        if (end < len && text[end] != ' ')
            return NULL;
        while (end < len && text[end] == ' ')
            end++;
        *ret_len = end;
        return callouts[i];
    }
    return NULL;
}

size_t callout_begin(struct render *r, const char *text, size_t len)
{
    bool at_begin = r->p.from == r->quote_body && r->p.body == r->html.len;
    r->quote_body = 0;
    size_t marker = 0;
    const char *kind = at_begin ? find_callout(text, len, &marker) : NULL;
    if (!kind || !r->quotes.len)
        return 0;
    if (kind == callouts[CALLOUT_ASK])
        folded_open(r);
    else
        callout_open(r, kind);
    r->in_callout_title = true;
    return marker;
}

/* Ends the title, or takes it back if it is empty: without a question nothing folds. */
static void callout_title_end(struct render *r)
{
    bool folded = r->quotes.len && r->quotes.data[r->quotes.len - 1] == QUOTE_FOLDED;
    bool empty = r->html.len == r->p.body;
    r->in_callout_title = false;
    if (empty && folded)
        callout_open(r, callouts[CALLOUT_ASK]);
    if (empty)
        r->html.len = r->p.from;
    else if (folded)
        out(&r->html, "</summary>\n");
    else
        out(&r->html, "</p>\n");
}

static void p_open(struct render *r)
{
    r->p.from = r->html.len;
    out(&r->html, "<p>");
    r->p.body = r->html.len;
    r->p.demo_end = r->p.figure_end = 0;
}

void callout_line_end(struct render *r)
{
    if (r->p.is_summary)
        r->plain.len = 0; /* a title sums up nothing */
    callout_title_end(r);
    p_open(r);
}

/*** Paragraphs ***/

static void paragraph_enter(struct render *r)
{
    if (r->item.open) {
        r->item.in_p = true;
        return;
    }
    p_open(r);
    r->p.is_summary = !r->summary;
    if (r->p.is_summary)
        plain_begin(r);
}

/* What was collected becomes the summary, unless it is nothing but a demo's label or a picture's
 * text. */
static void summary_end(struct render *r, bool is_words)
{
    size_t len;
    const char *collected = plain_end(r, 0, &len); /* paragraphs do not nest */
    char *text = !is_words ? NULL : plain_text(r->arena, collected, len);
    if (!text || !*text)
        return;
    text[utf8_cut(text, strlen(text), SUMMARY_BYTES_MAX)] = '\0';
    r->summary = text;
}

/* Puts a hole where the paragraph was, in which there was a demo's link and nothing else. */
static void paragraph_become_demo(struct render *r)
{
    r->html.len = r->p.from;
    struct note_demo *demos = (void *)r->demos.data;
    demos[r->link.demo].block = true;
    render_hole(r, NOTE_DEMO, r->link.demo);
}

static void paragraph_leave(struct render *r)
{
    if (r->item.open) {
        item_close(r);
        return;
    }
    bool is_demo = !r->in_callout_title && r->p.demo_end == r->html.len;
    bool is_figure = !r->in_callout_title && r->p.figure_end == r->html.len;
    if (r->p.is_summary)
        summary_end(r, !is_demo && !is_figure);
    if (is_demo)
        paragraph_become_demo(r);
    else if (is_figure)
        paragraph_become_figure(r);
    else if (r->in_callout_title)
        callout_title_end(r);
    else
        out(&r->html, "</p>\n");
}

/*** Code and tables ***/

static bool is_language_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           (c && strchr("+-#_.", c));
}

static void code_enter(struct render *r, const MD_BLOCK_CODE_DETAIL *detail)
{
    size_t len = 0;
    while (len < detail->lang.size && len < LANGUAGE_BYTES_MAX &&
           is_language_char(detail->lang.text[len]))
        len++;
    out(&r->html, "<pre><code");
    if (len) {
        out(&r->html, " class=\"language-");
        out_bytes(&r->html, detail->lang.text, len);
        out(&r->html, "\"");
    }
    out(&r->html, ">");
}

static void cell_enter(struct render *r, MD_ALIGN align)
{
    switch (align) {
    case MD_ALIGN_DEFAULT:
        out(&r->html, ">");
        break;
    case MD_ALIGN_LEFT:
        out(&r->html, " align=\"left\">");
        break;
    case MD_ALIGN_CENTER:
        out(&r->html, " align=\"center\">");
        break;
    case MD_ALIGN_RIGHT:
        out(&r->html, " align=\"right\">");
        break;
    }
}

static void ordered_list_enter(struct render *r, const MD_BLOCK_OL_DETAIL *detail)
{
    if (detail->start == 1)
        out(&r->html, "<ol>\n");
    else
        text_printf(&r->html, "<ol start=\"%u\">\n", detail->start);
}

static void list_item_enter(struct render *r, const MD_BLOCK_LI_DETAIL *detail)
{
    if (detail->is_task)
        item_open(r, detail);
    else
        out(&r->html, "<li>");
}

/*** Dispatch ***/

/* What a block begins and ends with; NULL: nothing, or what depends on the block. */
static const struct {
    const char *begin, *end;
} tags[] = {
    [MD_BLOCK_UL] = {"<ul>\n", "</ul>\n"},
    [MD_BLOCK_OL] = {NULL, "</ol>\n"},
    [MD_BLOCK_LI] = {NULL, "</li>\n"},
    [MD_BLOCK_HR] = {"<hr>\n", NULL},
    [MD_BLOCK_CODE] = {NULL, "</code></pre>\n"},
    [MD_BLOCK_TABLE] = {"<div class=\"table\"><table>\n", "</table></div>\n"},
    [MD_BLOCK_THEAD] = {"<thead>\n", "</thead>\n"},
    [MD_BLOCK_TBODY] = {"<tbody>\n", "</tbody>\n"},
    [MD_BLOCK_TR] = {"<tr>", "</tr>\n"},
    [MD_BLOCK_TH] = {"<th", "</th>"},
    [MD_BLOCK_TD] = {"<td", "</td>"},
};
_Static_assert(MD_BLOCK_TD + 1 == ARRAY_LEN(tags), "TD is md4c's last block");

/* What ends with the block before, or the one inside, in any case. */
static void block_boundary(struct render *r)
{
    if (r->spans.len)
        spans_close(r);
    if (r->brackets.open)
        brackets_end(r);
}

int on_enter_block(MD_BLOCKTYPE type, void *detail, void *ud)
{
    struct render *r = ud;
    block_boundary(r);
    if (r->item.open && (type != MD_BLOCK_P || r->item.in_p))
        item_close(r);
    if (tags[type].begin)
        out_string(&r->html, tags[type].begin);
    if (type == MD_BLOCK_QUOTE)
        quote_enter(r);
    else if (type == MD_BLOCK_OL)
        ordered_list_enter(r, detail);
    else if (type == MD_BLOCK_LI)
        list_item_enter(r, detail);
    else if (type == MD_BLOCK_H)
        heading_enter(r);
    else if (type == MD_BLOCK_CODE)
        code_enter(r, detail);
    else if (type == MD_BLOCK_P)
        paragraph_enter(r);
    else if (type == MD_BLOCK_TH || type == MD_BLOCK_TD)
        cell_enter(r, ((const MD_BLOCK_TD_DETAIL *)detail)->align);
    return render_go_on(r);
}

int on_leave_block(MD_BLOCKTYPE type, void *detail, void *ud)
{
    struct render *r = ud;
    block_boundary(r);
    if (r->item.open && type == MD_BLOCK_LI)
        item_close(r);
    if (tags[type].end)
        out_string(&r->html, tags[type].end);
    if (type == MD_BLOCK_QUOTE)
        quote_leave(r);
    else if (type == MD_BLOCK_H)
        heading_leave(r, (int)((const MD_BLOCK_H_DETAIL *)detail)->level);
    else if (type == MD_BLOCK_P)
        paragraph_leave(r);
    return render_go_on(r);
}
