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

#include "base/sixteen.h"
#include "notes/note.h"
#include "notes/out.h"
#include "notes/utf8.h"

/* Holds for a byte to look at: a control character, or a blank before another. */
static inline sixteen_answer is_untidy(sixteen b, const char *p)
{
    return (b < ' ') | (b == 0x7f) | ((b == ' ') & (sixteen_at(p + 1) == ' '));
}

/* How many bytes at p, at most sixteen and not past the end, come before the first that `stops`. */
static inline size_t run_before(sixteen_answer stops, const char *p, const char *end)
{
    size_t n = sixteen_first(stops), left = (size_t)(end - p);
    return n < left ? n : left;
}

char *plain_text(struct arena *arena, const char *collected, size_t len)
{
    char *text = arena_alloc(arena, len + sizeof(sixteen) + 1), *to = text;
    if (!text)
        return NULL;
    for (const char *p = collected, *end = p + len; p < end;) {
        unsigned char c = (unsigned char)*p;
        if (c > ' ' && c != 0x7f) {
            sixteen b = sixteen_at(p);
            sixteen_put(to, b);
            size_t n = run_before(is_untidy(b, p), p, end);
            to += n;
            p += n;
            continue;
        }
        p++;
        bool is_space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (is_space && to > text && to[-1] != ' ')
            *to++ = ' ';
    }
    if (to > text && to[-1] == ' ')
        to--;
    *to = '\0';
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

struct folding {
    const char *from, *end; /* what is left to read */
    char *to;               /* where to write */
    bool composed;          /* it is in NFC already */
    bool in_code;
    bool blank;      /* white space was met since the last character */
    uint32_t before; /* the last character, or 0 */
};

static inline void fold_blank(struct folding *f, uint32_t next)
{
    if (f->blank && f->before && !utf8_is_cjk(f->before) && !utf8_is_cjk(next))
        *f->to++ = ' ';
    f->blank = false;
    f->before = next;
}

/* Up to sixteen characters of ASCII, of which the first prints; blanks between them stay. */
static inline void fold_ascii(struct folding *f)
{
    sixteen b = sixteen_at(f->from);
    size_t n = run_before(is_untidy(b, f->from) | (b >= 0x80), f->from, f->end);
    n -= f->from[n - 1] == ' '; /* what comes next decides about this one */
    sixteen case_bit = (sixteen)((b >= 'A') & (b <= 'Z')) & ('a' - 'A');
    fold_blank(f, 'a');
    sixteen_put(f->to, f->in_code ? b : b | case_bit);
    f->to += n;
    f->from += n;
}

/* Han from U+5000 on, most of it: of three bytes, the first of which is E5 to E9. */
static inline bool begins_han(unsigned char c)
{
    return c >= 0xe5 && c <= 0xe9;
}

/* Up to five of these. */
static inline void fold_han(struct folding *f)
{
    sixteen b = sixteen_at(f->from);
    unsigned others = ~sixteen_bits((b >= 0xe5) & (b <= 0xe9)) & 0x1249; /* each third byte */
    size_t n = (size_t)__builtin_ctz(others | 1u << 15), left = (size_t)(f->end - f->from);
    n = n < left ? n : left;
    fold_blank(f, 0x5000);
    sixteen_put(f->to, b);
    f->to += n;
    f->from += n;
}

/* Any character. False if NFC may change it. */
static inline bool fold_character(struct folding *f)
{
    uint32_t wide = utf8_next(&f->from), c = wide;
    if (wide >= 0x80) {
        if (!f->composed && may_change_in_nfc(wide))
            return false;
        c = half_width(wide);
    }
    if (is_blank(c)) {
        f->blank = true;
    } else if (c < ' ' || c == 0x7f) {
        if (c == PLAIN_CODE || c == PLAIN_PROSE)
            f->in_code = c == PLAIN_CODE;
    } else {
        fold_blank(f, wide);
        if (c >= 'A' && c <= 'Z' && !f->in_code) /* it was of full width */
            c += 'a' - 'A';
        f->to += utf8_put(f->to, c);
    }
    return true;
}

/* Everything but NFC. What comes out is never longer than what goes in. False, with nothing added,
 * if `composed` is false and a character is met that NFC may change. */
static bool fold(struct text *to, const char *collected, size_t len, bool composed)
{
    char *room = text_reserve(to, len + sizeof(sixteen));
    if (!room)
        return true;
    struct folding f = {
        .from = collected, .end = collected + len, .to = room, .composed = composed};
    while (f.from < f.end) {
        unsigned char c = (unsigned char)*f.from;
        if (c > ' ' && c < 0x7f)
            fold_ascii(&f);
        else if (begins_han(c))
            fold_han(&f);
        else if (!fold_character(&f))
            return false;
    }
    size_t from = to->len;
    to->len = (size_t)(f.to - to->data);
    drop_trailing_punctuation(to, from);
    return true;
}

/* The same for bytes that have no PLAIN_PAD behind them. */
static void fold_copy(struct text *to, const char *bytes, size_t len)
{
    struct text padded = {0};
    text_add(&padded, bytes, len);
    if (text_reserve(&padded, PLAIN_PAD))
        fold(to, padded.data, len, true);
    else
        to->failed = true;
    text_free(&padded);
}

void plain_normalise(struct text *to, const char *collected, size_t len)
{
    if (fold(to, collected, len, false))
        return;
    utf8proc_uint8_t *composed = NULL;
    ssize_t n = utf8proc_map((const utf8proc_uint8_t *)collected, (utf8proc_ssize_t)len, &composed,
                             UTF8PROC_STABLE | UTF8PROC_COMPOSE);
    if (n >= 0)
        fold_copy(to, (const char *)composed, (size_t)n);
    else
        to->failed = true; /* out of memory: the text is valid UTF-8 */
    free(composed);
}

char *note_normalise(const char *text)
{
    struct text collected = {0}, norm = {0};
    text_puts(&collected, text);
    if (text_reserve(&collected, PLAIN_PAD))
        plain_normalise(&norm, collected.data, collected.len);
    else
        norm.failed = true;
    text_free(&collected);
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
    char *anchor = text_reserve(to, ANCHOR_BYTES_MAX + 4), *p = anchor;
    if (!anchor)
        return;
    for (const char *s = heading; *s && p - anchor < ANCHOR_BYTES_MAX;) {
        uint32_t c = lower_case(utf8_next(&s));
        if (c == ' ')
            *p++ = '-';
        else if (belongs_in_anchor(c))
            p += utf8_put(p, c);
    }
    to->len += (size_t)(p - anchor);
    if (p == anchor)
        text_puts(to, "section");
}
