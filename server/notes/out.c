/* out.c - see out.h. */
#include "notes/out.h"

#include <stdbool.h>
#include <stdint.h>

#define EACH_BYTE(b) (0x0101010101010101u * (b))

/* True if one of eight bytes is & < > or ". The two of each pair, 22 26 and 3c 3e, differ in one
 * bit; where it is set in all bytes, a byte equal to the larger is zero after the xor, and only a
 * zero byte borrows from its top bit. (A false alarm is possible and costs nothing but time.) */
static bool eight_need_escape(const char *p)
{
    uint64_t bytes;
    memcpy(&bytes, p, sizeof bytes);
    uint64_t ampersand = (bytes | EACH_BYTE(0x04)) ^ EACH_BYTE(0x26);
    uint64_t angle = (bytes | EACH_BYTE(0x02)) ^ EACH_BYTE(0x3e);
    uint64_t zero =
        ((ampersand - EACH_BYTE(0x01)) & ~ampersand) | ((angle - EACH_BYTE(0x01)) & ~angle);
    return zero & EACH_BYTE(0x80);
}

static const struct {
    char text[7];
    unsigned char len;
} escapes[256] = {
    ['&'] = {"&amp;", 5}, ['<'] = {"&lt;", 4}, ['>'] = {"&gt;", 4}, ['"'] = {"&quot;", 6}};

static char *escape_bytes(char *to, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (escapes[c].len) {
            memcpy(to, escapes[c].text, 6);
            to += escapes[c].len;
        } else {
            *to++ = (char)c;
        }
    }
    return to;
}

/* Copies and looks at once, eight bytes at a time. The last ones, fewer than eight, are copied
 * together with those before them, or, if eight may be read, with those behind. */
static void escape(struct text *to, const char *bytes, size_t len, bool padded)
{
    char *room =
        6 * len + 8 < to->cap - to->len ? to->data + to->len : text_reserve(to, 6 * len + 8);
    if (!room)
        return;
    const char *p = bytes, *end = bytes + len;
    for (; end - p >= 8; p += 8) {
        if (eight_need_escape(p)) {
            room = escape_bytes(room, p, 8);
        } else {
            memcpy(room, p, 8);
            room += 8;
        }
    }
    size_t rest = (size_t)(end - p);
    if (rest && padded && !eight_need_escape(p)) {
        memcpy(room, p, 8);
        room += rest;
    } else if (rest && len >= 8 && !eight_need_escape(end - 8)) {
        memcpy(room + rest - 8, end - 8, 8);
        room += rest;
    } else {
        room = escape_bytes(room, p, rest);
    }
    to->len = (size_t)(room - to->data);
}

void out_escaped(struct text *to, const char *bytes, size_t len)
{
    escape(to, bytes, len, false);
}

void out_escaped_padded(struct text *to, const char *bytes, size_t len)
{
    escape(to, bytes, len, true);
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
