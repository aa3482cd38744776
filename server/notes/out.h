/* out.h - adding to a text what is short and frequent, inlined.
 *
 * What is ours goes out as it is (out, out_bytes); what is the note's is escaped (out_escaped). */
#ifndef PREPD_NOTES_OUT_H
#define PREPD_NOTES_OUT_H

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

/* Like text_reserve. */
static inline char *out_room(struct text *to, size_t more)
{
    return more < to->cap - to->len ? to->data + to->len : text_reserve(to, more);
}

/* Like text_add, but leaves out the NUL behind. */
static inline void out_bytes(struct text *to, const char *bytes, size_t len)
{
    char *room = out_room(to, len);
    if (!room)
        return;
    memcpy(room, bytes, len);
    to->len += len;
}

/* A string literal. */
#define out(to, literal) out_bytes((to), "" literal, sizeof literal - 1)

/* A string that is ours. */
static inline void out_string(struct text *to, const char *string)
{
    out_bytes(to, string, strlen(string));
}

/* The bytes with & < > " as entities: fit for text and for a value in double quotes. */
void out_escaped(struct text *to, const char *bytes, size_t len);
/* The same, for bytes that have NOTE_PAD more behind them that may be read. True if there is a "["
 * among them, or right behind. */
bool out_escaped_padded(struct text *to, const char *bytes, size_t len);

void out_number(struct text *to, size_t n);

#endif
