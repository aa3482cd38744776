/* html.h - writing HTML, with two verbs that cannot be confused.
 *
 * The *format* of html_printf is ours and goes out as it is; every *argument* is somebody's and is
 * escaped. Markup that is already safe (a note's rendered part) is added with text_add, and only
 * that.
 *
 *     html_printf(out, "<a href=\"/zh/%s\">%s</a>", slug, title);
 *
 * Escaped are & < > " ' so that an argument may stand in text and in a quoted attribute. A URL's
 * *scheme* is not checked here: notes/ does that for links. */
#ifndef PREPD_BASE_HTML_H
#define PREPD_BASE_HTML_H

#include "base/text.h"

/* Understands %s %.*s %c %d %u %ld %lu %lld %llu %zu %zd %x %g %f (with width and precision) and
 * %%; a conversion it does not know aborts, since a format is a constant. A NULL string is written
 * as "". */
void html_printf(struct text *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Adds len bytes, escaped. */
void html_escape(struct text *out, const char *bytes, size_t len);

/* Adds a string percent-encoded as one path segment or query value (RFC 3986 unreserved stay as
 * they are). */
void url_escape(struct text *out, const char *bytes, size_t len);

#endif
