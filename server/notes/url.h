/* url.h - which links a note may hold, and how they are written.
 *
 * A link is judged by what a browser will make of it: after entities are decoded, with blanks and
 * control characters taken out, in any mix of cases. What is neither without a scheme nor http,
 * https, mailto or demo is refused. */
#ifndef PREPD_NOTES_URL_H
#define PREPD_NOTES_URL_H

#include <md4c.h>

#include "base/text.h"

enum url_kind {
    URL_REFUSED,
    URL_LOCAL,    /* without a scheme: a path, a query, a #fragment */
    URL_EXTERNAL, /* http, https, or //host */
    URL_MAIL,
    URL_DEMO, /* demo:NAME?query */
};

/* Puts the attribute, decoded, into *ret (emptied first) and says what it is. */
enum url_kind url_read(const MD_ATTRIBUTE *attribute, struct text *ret);

/* Adds a URL that url_read returned, for a quoted HTML attribute: what does not belong in a URL is
 * percent-encoded. A local link to another note's file, "02-gc.md#pause", becomes a link to its
 * page, "gc#pause". */
void url_write(struct text *html, const struct text *url, enum url_kind kind);

/* Splits "demo:gc?gogc=50" into "gc" and "gogc=50". False if the name is no demo's name
 * ([a-z0-9][a-z0-9_-]*, at most 64). Points into url; the query is not yet fit for HTML. */
bool url_demo(const struct text *url, const char **ret_id, size_t *ret_id_len,
              const char **ret_query, size_t *ret_query_len);

/* Adds bytes with what does not belong in a URL percent-encoded; url_encode_html also writes & as
 * an entity. */
void url_encode(struct text *to, const char *bytes, size_t len);
void url_encode_html(struct text *html, const char *bytes, size_t len);

#endif
