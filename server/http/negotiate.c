/* negotiate.c - two small list parsers (RFC 9110, 12.5.3 and 13.1.2). Malformed input means the
 * plain answer. */
#include "http/negotiate.h"

#include <string.h>
#include <strings.h>

static const char blanks[] = " \t";

/* Whether the parameters of a list member, from `at` to `end`, hold a weight of zero. */
static bool weighs_nothing(const char *at, const char *end)
{
    const char *q = memchr(at, ';', (size_t)(end - at));
    if (!q)
        return false;
    q += 1 + strspn(q + 1, blanks);
    if (strncasecmp(q, "q=0", 3) != 0)
        return false;
    q += 3;
    if (*q == '.')
        q += 1 + strspn(q + 1, "0");
    return q >= end || strchr(" \t,;", *q);
}

bool accepts_gzip(const char *accept_encoding)
{
    bool by_star = false;
    for (const char *at = accept_encoding; at && *at;) {
        at += strspn(at, " \t,");
        const char *end = at + strcspn(at, ",");
        size_t name = strcspn(at, " \t,;");
        bool takes = !weighs_nothing(at, end);
        if ((name == 4 && !strncasecmp(at, "gzip", 4)) ||
            (name == 6 && !strncasecmp(at, "x-gzip", 6)))
            return takes; /* named: that decides */
        if (name == 1 && *at == '*')
            by_star = takes;
        at = end;
    }
    return by_star;
}

bool etag_matches(const char *if_none_match, const char *etag)
{
    size_t len = strlen(etag);
    for (const char *at = if_none_match; at && *at;) {
        at += strspn(at, " \t,");
        if (*at == '*')
            return true;
        if (strncmp(at, "W/", 2) == 0)
            at += 2;
        if (strncmp(at, etag, len) == 0)
            return true;
        if (*at != '"')
            return false;
        at += 1 + strcspn(at + 1, "\""); /* a tag may hold a comma */
        if (*at)
            at++;
    }
    return false;
}
