/* lines.c - see lines.h. A line that lies whole in what was read is handed on without copying it.
 */
#include "runs/lines.h"

#include <string.h>

static void lines_keep(struct lines *lines, const char *bytes, size_t len)
{
    size_t room = sizeof lines->partial - lines->len;
    if (len > room) {
        lines->overlong = true;
        len = room;
    }
    memcpy(lines->partial + lines->len, bytes, len);
    lines->len += len;
}

static bool lines_emit(struct lines *lines, const struct line_taker *taker)
{
    bool more = taker->line(taker->ud, lines->partial, lines->len, lines->overlong);
    lines->len = 0;
    lines->overlong = false;
    return more;
}

bool lines_feed(struct lines *lines, const char *bytes, size_t len, const struct line_taker *taker)
{
    const char *end = bytes + len;
    while (bytes < end) {
        const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
        size_t n = (size_t)((newline ? newline : end) - bytes);
        bool whole = newline && lines->len == 0 && n <= sizeof lines->partial;
        if (!whole)
            lines_keep(lines, bytes, n);
        if (!newline)
            break;
        if (!(whole ? taker->line(taker->ud, bytes, n, false) : lines_emit(lines, taker)))
            return false;
        bytes = newline + 1;
    }
    return true;
}

bool lines_end(struct lines *lines, const struct line_taker *taker)
{
    return lines->len == 0 || lines_emit(lines, taker);
}
