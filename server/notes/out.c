/* out.c - see out.h. */
#include "notes/out.h"

#include "base/sixteen.h"

static const struct {
    char text[7];
    unsigned char len;
} escapes[256] = {
    ['&'] = {"&amp;", 5}, ['<'] = {"&lt;", 4}, ['>'] = {"&gt;", 4}, ['"'] = {"&quot;", 6}};

static char *escape_byte(char *to, unsigned char c)
{
    if (!escapes[c].len) {
        *to = (char)c;
        return to + 1;
    }
    memcpy(to, escapes[c].text, 6);
    return to + escapes[c].len;
}

/* How many of the sixteen bytes at p need no escape, up to the first that does. */
static size_t plain_bytes(sixteen b)
{
    return sixteen_first((b == '&') | (b == '<') | (b == '>') | (b == '"'));
}

/* Copies sixteen bytes, and counts those of them that could be copied: what is behind them is
 * overwritten by what comes next, in the room that is kept for that. Looks out for brackets on the
 * way, which costs less than another pass. */
static char *escape_padded(char *to, const char *p, const char *end, bool *ret_bracket)
{
    for (sixteen_answer brackets = {0};;) {
        sixteen b = sixteen_at(p);
        sixteen_put(to, b);
        brackets |= b == '[';
        size_t plain = plain_bytes(b), left = (size_t)(end - p);
        if (plain >= left) {
            *ret_bracket = sixteen_bits(brackets) != 0;
            return to + left;
        }
        p += plain;
        to += plain;
        if (plain < sizeof b)
            to = escape_byte(to, (unsigned char)*p++);
    }
}

static char *escape_bytes(char *to, const char *p, const char *end)
{
    while (p < end)
        to = escape_byte(to, (unsigned char)*p++);
    return to;
}

bool out_escaped_padded(struct text *to, const char *bytes, size_t len)
{
    bool bracket = false;
    char *room = out_room(to, 6 * len + sizeof(sixteen));
    if (room)
        to->len = (size_t)(escape_padded(room, bytes, bytes + len, &bracket) - to->data);
    return bracket;
}

void out_escaped(struct text *to, const char *bytes, size_t len)
{
    char *room = out_room(to, 6 * len + sizeof(sixteen));
    if (room)
        to->len = (size_t)(escape_bytes(room, bytes, bytes + len) - to->data);
}

void out_number(struct text *to, size_t n)
{
    char digits[24];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + n % 10);
    while (n /= 10);
    out_bytes(to, digits + at, sizeof digits - at);
}
