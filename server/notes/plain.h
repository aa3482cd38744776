/* plain.h - the words of a piece of Markdown without its markup.
 *
 * While an item, a heading or a link's label is being read, its text is collected in a struct text,
 * with code spans between PLAIN_CODE and PLAIN_PROSE: two control characters of ASCII (shift out,
 * shift in) that no reader sees. These functions make of it what people read and what is compared.
 */
#ifndef PREPD_NOTES_PLAIN_H
#define PREPD_NOTES_PLAIN_H

#include "base/text.h"
#include "notes/arena.h"

enum { PLAIN_CODE = 0x0e, PLAIN_PROSE = 0x0f };

/* Bytes behind the collected text that may be read, so that it can be looked through in sixteens */
enum { PLAIN_PAD = 16 };

/* White space collapsed and trimmed, control characters left out. NULL if out of memory. */
char *plain_text(struct arena *arena, const char *collected, size_t len);

/* Adds the normalised form (see note_normalise), where code keeps its case. */
void plain_normalise(struct text *to, const char *collected, size_t len);

/* Adds the anchor of a heading as GitHub makes it: letters (lower case), digits, CJK, "-" and "_"
 * stay, blanks become "-", the rest goes; "section" if nothing is left. At most 200 bytes. */
void plain_anchor(struct text *to, const char *heading);

#endif
