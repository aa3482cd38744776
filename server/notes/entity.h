/* entity.h - what an HTML entity stands for. */
#ifndef PREPD_NOTES_ENTITY_H
#define PREPD_NOTES_ENTITY_H

#include <stddef.h>

enum { ENTITY_DECODED_MAX = 4 };

/* Decodes "&amp;", "&#65;" or "&#x41;" (len bytes, with & and ;) into UTF-8 and returns its length.
 * A number that is no character gives U+FFFD. 0: a name that is not in the short table of common
 * ones; such a text is to be taken literally. */
size_t entity_decode(const char *entity, size_t len, char ret[static ENTITY_DECODED_MAX]);

#endif
