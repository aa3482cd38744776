/* inspect.h - walks through a note and tells what stands where in its source, for `prepd check`.
 *
 * DESIGN  A page needs no places, so the renderer keeps none but lines; this is a second walk with
 * md4c, over the same bytes, that keeps nothing else. md4c 0.4.8 gives no offsets, but the pointers
 * it hands out point into the source wherever it did not have to make a copy. What has no such
 * pointer is found by looking for it near the text that was seen before; where even that fails, the
 * place of that text is given. So an offset is always within the note, and the line is right but
 * for the oddest Markdown. */
#ifndef PREPD_NOTES_INSPECT_H
#define PREPD_NOTES_INSPECT_H

#include <stddef.h>

enum sight_kind {
    SIGHT_HEADING,     /* index: of note->headings */
    SIGHT_ITEM,        /* at its "["; index: of note->items */
    SIGHT_ID,          /* at the ^ of an item's id; index: of the item */
    SIGHT_IMAGE,       /* at its address; index: of note->images */
    SIGHT_LINK,        /* to something of prepd's own, at its address; text: the address */
    SIGHT_DEMO,        /* the same, "demo:gc?gogc=50" */
    SIGHT_REFUSED,     /* the same, with a scheme that is not allowed */
    SIGHT_NO_LANGUAGE, /* a fence without a language, at the fence */
    SIGHT_WORDS,       /* prose, not code: text points into the source */
};

struct sight {
    enum sight_kind kind;
    size_t offset;    /* in the bytes given */
    const char *text; /* not NUL-terminated; good during the call */
    size_t len;
    size_t index;
};

/* Calls `see` for what it meets, from the beginning to the end, for a note that note_parse took.
 * The bytes are followed by NOTE_PAD NUL bytes; a byte order mark must be left out. 0 or -ENOMEM.
 */
int note_inspect(const char *bytes, size_t len, void (*see)(const struct sight *sight, void *ud),
                 void *ud);

#endif
