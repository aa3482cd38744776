/* plain.c - text for people, text for comparing, text for addresses; see plain.h.
 *
 * Normalising is what makes a tick survive a corrected comma. In this order, over code points:
 *   NFC (looked up only if a character occurs that may not be in that form);
 *   full-width punctuation, letters and digits to half width, CJK stops and curly quotes to ASCII;
 *   ASCII case folded, outside code;
 *   white space to one blank, and to none beside CJK, where it is a matter of taste;
 *   punctuation at the end dropped, unless nothing else is there. */
#include "notes/plain.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "notes/note.h"
#include "notes/out.h"
#include "notes/utf8.h"

char *plain_text(struct arena *arena, const char *collected, size_t len)
{
    char *text = arena_alloc(arena, len + 1);
    if (!text)
        return NULL;
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)collected[i];
        bool is_blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (is_blank && n > 0 && text[n - 1] != ' ')
            text[n++] = ' ';
        else if (c > ' ' && c != 0x7f)
            text[n++] = (char)c;
    }
    if (n > 0 && text[n - 1] == ' ')
        n--;
    text[n] = '\0';
    return text;
}

/*** Normalising ***/

/* False for a character that is the same in NFC wherever it stands: what people write in Chinese
 * and English. */
static inline bool may_change_in_nfc(uint32_t c)
{
    return c >= 0x300 && !(c >= 0x4e00 && c <= 0x9fff) && !(c >= 0xff01 && c <= 0xff5e) &&
           !(c >= 0x3000 && c <= 0x3029) && !(c >= 0x2010 && c <= 0x2027);
}

static inline uint32_t half_width(uint32_t c)
{
    if (c >= 0xff01 && c <= 0xff5e)
        return c - 0xff01 + '!';
    switch (c) {
    case 0x3001: /* 、 */
        return ',';
    case 0x3002: /* 。 */
        return '.';
    case 0x2018:
    case 0x2019: /* ‘ ’ */
        return '\'';
    case 0x201c:
    case 0x201d: /* “ ” */
        return '"';
    case 0x3010: /* 【 */
        return '[';
    case 0x3011: /* 】 */
        return ']';
    default:
        return c;
    }
}

static inline bool is_blank(uint32_t c)
{
    if (c < 0x80)
        return c == ' ' || (c >= '\t' && c <= '\r');
    return c == 0xa0 || c == 0x3000 || (c >= 0x2000 && c <= 0x200b) || c == 0xfeff;
}

static void drop_trailing_punctuation(struct text *t, size_t from)
{
    size_t n = t->len;
    while (n > from && strchr(".,;:!? ", t->data[n - 1]))
        n--;
    if (n > from)
        t->len = n;
    if (t->data)
        t->data[t->len] = '\0';
}

/* Everything but NFC. What comes out is never longer than what goes in. False, with nothing added,
 * if `composed` is false and a character is met that NFC may change. */
static bool fold(struct text *to, const char *s, const char *end, bool composed)
{
    char *room = text_reserve(to, (size_t)(end - s));
    if (!room)
        return true;
    const size_t from = to->len;
    bool in_code = false, blank = false;
    uint32_t before = 0;
    while (s < end) {
        uint32_t wide = utf8_next(&s), c = wide;
        if (wide >= 0x80) {
            if (!composed && may_change_in_nfc(wide))
                return false;
            c = half_width(wide);
        }
        if (is_blank(c)) {
            blank = true;
            continue;
        }
        if (c < ' ' || c == 0x7f) {
            if (c == PLAIN_CODE || c == PLAIN_PROSE)
                in_code = c == PLAIN_CODE;
            continue;
        }
        if (blank && before && !utf8_is_cjk(before) && !utf8_is_cjk(wide))
            *room++ = ' ';
        if (c >= 'A' && c <= 'Z' && !in_code)
            c += 'a' - 'A';
        room += utf8_put(room, c);
        before = wide;
        blank = false;
    }
    to->len = (size_t)(room - to->data);
    drop_trailing_punctuation(to, from);
    return true;
}

void plain_normalise(struct text *to, const char *collected, size_t len)
{
    if (fold(to, collected, collected + len, false))
        return;
    utf8proc_uint8_t *composed = NULL;
    ssize_t n = utf8proc_map((const utf8proc_uint8_t *)collected, (utf8proc_ssize_t)len, &composed,
                             UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    if (n >= 0)
        fold(to, (const char *)composed, (const char *)composed + n, true);
    else
        to->failed = true; /* out of memory: the text is valid UTF-8 */
    free(composed);
}

char *note_normalise(const char *text)
{
    struct text norm = {0};
    plain_normalise(&norm, text, strlen(text));
    return text_steal(&norm, NULL);
}

/*** Anchors ***/

enum { ANCHOR_BYTES_MAX = 200 };

static bool belongs_in_anchor(uint32_t c)
{
    if (c < 0x80) /* the commonest two, for speed alone */
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
    if (c >= 0x4e00 && c <= 0x9fff)
        return true;
    switch (utf8proc_category((utf8proc_int32_t)c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
    case UTF8PROC_CATEGORY_PC:
        return true;
    default:
        return false;
    }
}

static uint32_t lower_case(uint32_t c)
{
    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
    return c >= 0x4e00 && c <= 0x9fff ? c : (uint32_t)utf8proc_tolower((utf8proc_int32_t)c);
}

void plain_anchor(struct text *to, const char *heading)
{
    size_t from = to->len;
    for (const char *s = heading; *s && to->len - from < ANCHOR_BYTES_MAX;) {
        uint32_t c = lower_case(utf8_next(&s));
        char bytes[4];
        if (c == ' ')
            out(to, "-");
        else if (belongs_in_anchor(c))
            out_bytes(to, bytes, utf8_put(bytes, c));
    }
    if (to->len == from)
        text_puts(to, "section");
}
