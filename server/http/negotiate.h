/* negotiate.h - which form of a page a client wants, and whether it has it already; pure. */
#ifndef PREPD_HTTP_NEGOTIATE_H
#define PREPD_HTTP_NEGOTIATE_H

#include <stdbool.h>

/* Whether an Accept-Encoding (NULL: absent) takes gzip: named, or by "*", and not with q=0. */
bool accepts_gzip(const char *accept_encoding);

/* Whether an If-None-Match (NULL: absent) lists the tag, a quoted string, by weak comparison, or is
 * "*". */
bool etag_matches(const char *if_none_match, const char *etag);

#endif
