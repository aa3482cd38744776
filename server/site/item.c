/* item.c - the control of one checklist item; see item.h.
 *
 * A form with one button for each state, which works everywhere. With scripts the checkbox stands
 * for to do and done, the buttons become a small menu beside the text, and no page is loaded
 * (web/src/items.ts). */
#include "site/item.h"

#include "base/html.h"
#include "site/strings.h"

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

/* The id that the author gave the item, for what names it: a demo's sentence. */
static const char *slug_of(const struct frame *frame, size_t index)
{
    const struct note *note = frame->topic ? topic_file(frame->topic, frame->lang)->note : NULL;
    return note && note->items[index].slug ? note->items[index].slug : "";
}

void item_write(struct text *out, const struct progress_item *item, size_t index,
                const struct frame *frame)
{
    html_printf(out,
                "<li class=\"item\" id=\"item-%s\" data-id=\"%s\" data-slug=\"%s\""
                " data-state=\"%s\">"
                "<form class=\"item-form\" method=\"post\" action=\"%s\">"
                "<input type=\"hidden\" name=\"id\" value=\"%s\">",
                item->id, item->id, slug_of(frame, index), item_state_name(item->state),
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
        html_printf(out, "<span class=\"item-changed\" title=\"%s\">%s</span> ",
                    tr(frame->lang, S_CHANGED_HELP), tr(frame->lang, S_CHANGED));
}
