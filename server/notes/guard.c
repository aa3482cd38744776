/* guard.c - a bound on md4c's time, made before it starts.
 *
 * DESIGN  A callback can stop md4c, but md4c 0.4.8 makes no callback while it resolves the brackets
 * and links of one block (a paragraph, a heading, a table cell), and on some texts that takes
 * quadratic time: 64 KB of "[[[…]]]" five seconds. So each block is priced beforehand by what was
 * measured:
 *   - a "]" may have the whole block before it hashed, as the label of a link reference, if the
 * text defines any;
 *   - a "www." or "://" may have the rest of its line looked through, and is compared with all
 * others of its block. Where blocks end is known to the parser alone; a run of lines without an
 * empty line, a top-level bullet or a heading among them can only be larger than a block, so the
 * price can only be too high. Code is priced as if it were text, for the same reason. The usual
 * note is cleared at once, by pricing it as a single line. */
#include "notes/guard.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

/* Nanoseconds, measured and rounded up. */
static const double NS_BRACKET_REFERENCE =
    4.0;                                /* "]" × bytes of its block, if references are defined */
static const double NS_BRACKET = 0.06;  /* … and if not */
static const double NS_LINK_PAIR = 0.6; /* link × link of one block */
static const double NS_LINK_BYTE = 0.5; /* link × bytes of its line */

/* In a note smaller than this, links are not worth counting: as many as have room, a "www." every
 * four bytes, cost less than half of what is allowed. */
enum { LINKS_COUNTED_FROM = 20000 };

struct guard_block {
    double bytes;
    double brackets;
    double references; /* "]:" */
    double links;
    double links_by_bytes; /* sum over the lines */
};

static double block_ns(const struct guard_block *b, bool references)
{
    double bracket = references ? NS_BRACKET_REFERENCE : NS_BRACKET;
    return bracket * b->brackets * b->bytes + NS_LINK_PAIR * b->links * b->links +
           NS_LINK_BYTE * b->links_by_bytes;
}

/* Counts "]", and "]:" apart: it may define a reference. */
static void count_brackets(struct guard_block *b, const char *p, const char *end)
{
    for (; (p = memchr(p, ']', (size_t)(end - p))); p++) {
        b->brackets++;
        b->references += p[1] == ':'; /* there is a NUL behind the text */
    }
}

/* Counts what may begin a link without <>: "://" and "www.". */
static double count_links(const char *from, const char *end)
{
    size_t n = 0;
    for (const char *p = from; (p = memchr(p, ':', (size_t)(end - p))); p++)
        n += end - p > 2 && p[1] == '/' && p[2] == '/';
    for (const char *p = from; (p = memchr(p, '.', (size_t)(end - p))); p++)
        n += p - from > 2 && p[-1] == 'w' && p[-2] == 'w' && p[-3] == 'w';
    return (double)n;
}

static void block_add_line(struct guard_block *b, const char *line, const char *end)
{
    double bytes = (double)(end - line);
    double links = count_links(line, end);
    b->bytes += bytes;
    count_brackets(b, line, end);
    b->links += links;
    b->links_by_bytes += links * bytes;
}

/* True if this line ends whatever paragraph stands before it: it is empty, a heading, or a bullet
 * with text that is indented less than code. (Deeper bullets and numbers other than 1 may also be
 * text.) */
static bool line_begins_block(const char *line, const char *end)
{
    size_t left = (size_t)(end - line);
    size_t indent = 0;
    while (indent < left && line[indent] == ' ')
        indent++;
    if (indent == left || line[indent] == '\r')
        return true;
    if (indent > 3)
        return false;
    const char *p = line + indent;
    bool mark_and_blank = left - indent > 2 && p[1] == ' ' && p[2] > ' ';
    return mark_and_blank && (*p == '-' || *p == '*' || *p == '+' || *p == '#');
}

static int check_by_block(const char *bytes, const char *end, bool references, size_t *ret_offset)
{
    double ns = 0;
    struct guard_block block = {0};
    for (const char *line = bytes; line < end;) {
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        const char *next = newline ? newline + 1 : end;
        if (line_begins_block(line, newline ? newline : end)) {
            ns += block_ns(&block, references);
            block = (struct guard_block){0};
        }
        block_add_line(&block, line, next);
        if (ns + block_ns(&block, references) > GUARD_MS_MAX * 1e6) {
            *ret_offset = (size_t)(line - bytes);
            return -ETIME;
        }
        line = next;
    }
    return 0;
}

int guard_check(const char *bytes, size_t len, size_t *ret_offset)
{
    const char *end = bytes + len;
    struct guard_block whole = {.bytes = (double)len};
    count_brackets(&whole, bytes, end);
    whole.links = len < LINKS_COUNTED_FROM ? (double)len / 4 : count_links(bytes, end);
    whole.links_by_bytes = whole.links * whole.bytes;
    bool references = whole.references > 0;
    if (block_ns(&whole, references) <= GUARD_MS_MAX * 1e6)
        return 0;
    return check_by_block(bytes, end, references, ret_offset);
}
