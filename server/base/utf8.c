/* utf8.c - whether bytes are UTF-8; see util.h.
 *
 * Sixteen bytes are judged at once as long as their characters are of one, two or three bytes and
 * begin with none of those whose second byte has a range of its own: Chinese and code are little
 * else. The others are judged one by one. */
#include <stdint.h>

#include "base/sixteen.h"
#include "base/util.h"

/* Length of the valid sequence that starts at p, or 0. The second byte's range excludes overlong
 * forms, surrogates and what lies beyond U+10FFFF (Unicode 15, table 3-7). */
static size_t utf8_sequence_len(const unsigned char *p, size_t left)
{
    unsigned char c = p[0];
    size_t len = c < 0x80 ? 1 : c < 0xc2 ? 0 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 0;
    if (len < 2 || len > left)
        return len > left ? 0 : len;
    unsigned char low = c == 0xe0 ? 0xa0 : c == 0xf0 ? 0x90 : 0x80;
    unsigned char high = c == 0xed ? 0x9f : c == 0xf4 ? 0x8f : 0xbf;
    if (p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    return len;
}

/* True if the sixteen bytes at p are plainly part of valid UTF-8, given that the text before them
 * is: a byte continues a character exactly where the one or two before it ask for that. */
static bool sixteen_are_plain(const unsigned char *p)
{
    sixteen b = sixteen_at(p), before = sixteen_at(p - 1), before_that = sixteen_at(p - 2);
    if (sixteen_bits((b | before | before_that) >= 0x80) == 0)
        return true;
    sixteen_answer continues = (b & 0xc0) == 0x80;
    sixteen_answer must_continue = (before >= 0xc0) | (before_that >= 0xe0);
    sixteen_answer not_plain = ((b & 0xfe) == 0xc0) | (b == 0xe0) | (b == 0xed) | (b >= 0xf0);
    return sixteen_bits((continues ^ must_continue) | not_plain) == 0;
}

/* How many bytes at p are plainly valid, in whole characters; at least two bytes stand before p. */
static size_t utf8_plain_len(const unsigned char *p, size_t left)
{
    size_t n = 0;
    while (left - n >= sizeof(sixteen) && sixteen_are_plain(p + n))
        n += sizeof(sixteen);
    if (n == 0)
        return 0;
    /* the last sixteen may end inside a character of two or three bytes */
    return p[n - 1] >= 0xc0 ? n - 1 : p[n - 2] >= 0xe0 ? n - 2 : n;
}

size_t utf8_valid_len(const char *bytes, size_t len)
{
    const unsigned char *p = (const unsigned char *)bytes;
    size_t i = 0;
    while (i < len) {
        size_t n = i >= 2 ? utf8_plain_len(p + i, len - i) : 0;
        if (n == 0)
            n = utf8_sequence_len(p + i, len - i);
        if (n == 0)
            break;
        i += n;
    }
    return i;
}
