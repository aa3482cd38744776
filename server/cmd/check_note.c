/* check_note.c - what a note says of itself: items, headings, fences, images, brackets. */
#include "cmd/check.h"

#include <string.h>

static void add_place(struct text *offsets, size_t index, size_t offset)
{
    size_t n = offsets->len / sizeof offset;
    for (size_t none = SIZE_MAX; n < index; n++)
        text_add(offsets, &none, sizeof none);
    text_add(offsets, &offset, sizeof offset);
}

size_t place_of(const struct text *offsets, size_t n)
{
    const size_t *list = (const void *)offsets->data;
    return n < offsets->len / sizeof *list ? list[n] : SIZE_MAX;
}

void check_sight_of_note(struct checked *checked, const struct sight *sight)
{
    switch (sight->kind) {
    case SIGHT_ITEM:
        add_place(&checked->places.items, sight->index, sight->offset);
        break;
    case SIGHT_ID:
        add_place(&checked->places.ids, sight->index, sight->offset);
        break;
    case SIGHT_HEADING:
        add_place(&checked->places.headings, sight->index, sight->offset);
        break;
    case SIGHT_NO_LANGUAGE:
        FOUND(checked, sight->offset,
              "a fence without a language; name it behind the marks (go, c, bash …), or text");
        break;
    case SIGHT_IMAGE:
        add_place(&checked->places.images, sight->index, sight->offset);
        break;
    case SIGHT_REFUSED:
        FOUND(checked, sight->offset,
              "this kind of address makes no link; use http, https, mailto, demo, or a path");
        break;
    default:
        break;
    }
}

static void check_items(struct checked *checked)
{
    const struct note *note = checked->file->note;
    for (size_t i = 0; i < note->n_items; i++) {
        size_t item = place_of(&checked->places.items, i);
        size_t id = place_of(&checked->places.ids, i);
        if (note->items[i].slug_twice)
            FOUND(checked, id == SIZE_MAX ? item : id,
                  "this ^id stands earlier in the note and is ignored here; choose another");
        if (!note->items[i].text[0])
            FOUND(checked, item, "an item without text; write it, or take the item out");
    }
    checked->checker->items += note->n_items;
}

/* The page has a title, so what comes first may be of level 2. */
static void check_headings(struct checked *checked)
{
    const struct note *note = checked->file->note;
    for (size_t i = 0; i < note->n_headings; i++) {
        int level = note->headings[i].level, above = i ? note->headings[i - 1].level : 1;
        size_t place = place_of(&checked->places.headings, i);
        if (level > above + 1)
            FOUND(checked, place, "a heading of level %d under one of level %d; make it level %d",
                  level, above, above + 1);
        if (!note->headings[i].text[0])
            FOUND(checked, place, "a heading without text; write it, or take the heading out");
    }
}

/* Back from an image's address to its "![", if nothing but "](" and blanks lies between. */
static size_t image_begin(const struct source *source, size_t address)
{
    size_t at = address <= source->len ? address : 0;
    while (at > 0 && strchr("](< \t\r\n", source->bytes[at - 1]))
        at--;
    bool found = at > 1 && source->bytes[at - 1] == '[' && source->bytes[at - 2] == '!';
    return found ? at - 2 : address;
}

static void check_images(struct checked *checked)
{
    const struct note *note = checked->file->note;
    for (size_t i = 0; i < note->n_images; i++) {
        const struct note_image *image = &note->images[i];
        size_t place = place_of(&checked->places.images, i);
        if (image->problem)
            FOUND(checked, place, "the image \"%s\" is not shown: %s", image->src, image->problem);
        if (!image->alt[0])
            FOUND(checked, image_begin(&checked->source, place),
                  "the image \"%s\" has no alternative text; say between [ and ] what it shows",
                  image->src);
    }
}

static void check_brackets(struct checked *checked)
{
    const struct note *note = checked->file->note;
    for (size_t i = 0; i < note->n_warnings; i++)
        finding_add_at(&checked->checker->findings, checked->source.path, note->warnings[i].line,
                       note->warnings[i].column,
                       "%zu opening brackets of this paragraph are never closed and are shown as"
                       " text; close them, or write them as code",
                       note->warnings[i].unclosed);
}

void check_whole_note(struct checked *checked)
{
    check_items(checked);
    check_headings(checked);
    check_images(checked);
    check_brackets(checked);
}
