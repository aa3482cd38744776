/* item.c - the control of one checklist item; see item.h.
 *
 * A form with one button for each state, which works everywhere. With scripts the checkbox stands
 * for to do and done, the buttons become a small menu beside the text, and no page is loaded
 * (web/src/items.ts). */
#include "site/item.h"

#include "base/html.h"
#include "site/strings.h"

#include <string.h>

static void write_state_button(struct text *out, enum item_state state, enum item_state current,
                               enum string_id name, enum lang lang)
{
    html_printf(out, "<button name=\"state\" value=\"%s\" aria-pressed=\"%s\">%s</button>",
                item_state_name(state), state == current ? "true" : "false", tr(lang, name));
}

static void write_states(struct text *out, const struct progress_item *item, size_t index,
                         enum lang lang)
{
    html_printf(out,
                "<span class=\"item-states\" id=\"p.item-%zu\" role=\"group\""
                " aria-label=\"%s\">",
                index, tr(lang, S_STATE));
    write_state_button(out, ITEM_TODO, item->state, S_TODO, lang);
    write_state_button(out, ITEM_SHAKY, item->state, S_SHAKY, lang);
    write_state_button(out, ITEM_DONE, item->state, S_DONE, lang);
    text_puts(out, "</span>");
}

static const struct note_item *note_item_of(const struct frame *frame, size_t index)
{
    const struct note *note = frame->topic ? topic_file(frame->topic, frame->lang)->note : NULL;
    return note ? &note->items[index] : NULL;
}

/* The id that the author gave the item, for what names it: a demo's sentence. */
static const char *slug_of(const struct frame *frame, size_t index)
{
    const struct note_item *item = note_item_of(frame, index);
    return item && item->slug ? item->slug : "";
}

static const char *text_of(const struct frame *frame, size_t index)
{
    const struct note_item *item = note_item_of(frame, index);
    return item ? item->text : "";
}

/* ---- the badge of an item that was reworded since it was ticked ---- */

static bool is_inside_letter(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80; /* UTF-8: a byte that begins no letter */
}

/* How many bytes of whole letters a and b begin with alike. */
static size_t same_start(const char *a, const char *b)
{
    size_t n = 0;
    while (a[n] && a[n] == b[n])
        n++;
    while (n && (is_inside_letter(a[n]) || is_inside_letter(b[n])))
        n--;
    return n;
}

/* … and end with, of what comes after the first `start` bytes. */
static size_t same_end(const char *a, const char *b, size_t start)
{
    size_t len_a = strlen(a), len_b = strlen(b), n = 0;
    while (n < len_a - start && n < len_b - start && a[len_a - n - 1] == b[len_b - n - 1])
        n++;
    while (n && is_inside_letter(a[len_a - n]))
        n--;
    return n;
}

/* One of two readings, with what the other does not have in an element of its own. */
static void write_reading(struct text *out, enum string_id name, const char *text,
                          const char *element, size_t start, size_t end, enum lang lang)
{
    size_t len = strlen(text);
    html_printf(out, "<dt>%s</dt><dd>", tr(lang, name));
    html_escape(out, text, start);
    if (len > start + end) {
        html_printf(out, "<%s>", element);
        html_escape(out, text + start, len - start - end);
        html_printf(out, "</%s>", element);
    }
    html_escape(out, text + len - end, end);
    text_puts(out, "</dd>");
}

/* The button sets the state that the item has: from then on it is what was ticked. */
static void write_changed(struct text *out, const struct progress_item *item, size_t index,
                          const char *now, enum lang lang)
{
    const char *was = item->was ? item->was : now;
    size_t start = same_start(was, now), end = same_end(was, now, start);
    html_printf(out, "<details class=\"item-changed\"><summary>%s</summary><div><p>%s</p><dl>",
                tr(lang, S_CHANGED), tr(lang, S_CHANGED_HELP));
    write_reading(out, S_READ_THEN, was, "del", start, end, lang);
    write_reading(out, S_READ_NOW, now, "ins", start, end, lang);
    html_printf(out,
                "</dl><button form=\"p.form-%zu\" name=\"state\" value=\"%s\">%s</button></div>"
                "</details> ",
                index, item_state_name(item->state), tr(lang, S_CHANGE_SEEN));
}

void item_write(struct text *out, const struct progress_item *item, size_t index,
                const struct frame *frame)
{
    html_printf(out,
                "<li class=\"item\" id=\"item-%s\" data-id=\"%s\" data-slug=\"%s\""
                " data-state=\"%s\">"
                "<form class=\"item-form\" id=\"p.form-%zu\" method=\"post\" action=\"%s\">"
                "<input type=\"hidden\" name=\"id\" value=\"%s\">",
                item->id, item->id, slug_of(frame, index), item_state_name(item->state), index,
                frame->path, item->id);
    html_printf(out,
                "<input class=\"item-check js-only\" type=\"checkbox\" autocomplete=\"off\""
                " aria-labelledby=\"item-%zu-text\"%s>"
                "<button type=\"button\" class=\"item-more js-only\" aria-expanded=\"false\""
                " aria-controls=\"p.item-%zu\" aria-label=\"%s\">⋯</button>",
                index, item->state == ITEM_DONE ? " checked" : "", index,
                tr(frame->lang, S_MORE_STATES));
    write_states(out, item, index, frame->lang);
    text_puts(out, "</form>");
    if (item->changed)
        write_changed(out, item, index, text_of(frame, index), frame->lang);
}
