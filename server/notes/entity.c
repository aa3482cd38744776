/* entity.c - see entity.h.
 *
 * HTML has two thousand names. In running text a name goes to the browser as it is, which knows
 * them all; decoding is needed for links (before their scheme is judged) and for plain text, where
 * the common names do. A name missing here is literal text in a link and can therefore hide
 * nothing. */
#include "notes/entity.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "notes/utf8.h"

/* clang-format off */
static const struct {
    const char *name;
    uint32_t c;
} entity_names[] = {
    {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}, {"colon", ':'},
    {"sol", '/'}, {"bsol", '\\'}, {"num", '#'}, {"quest", '?'}, {"period", '.'}, {"comma", ','},
    {"Tab", '\t'}, {"NewLine", '\n'}, {"lpar", '('}, {"rpar", ')'}, {"lsqb", '['}, {"rsqb", ']'},
    {"grave", '`'}, {"ast", '*'}, {"lowbar", '_'}, {"vert", '|'}, {"nbsp", 0xa0}, {"copy", 0xa9},
    {"reg", 0xae}, {"deg", 0xb0}, {"plusmn", 0xb1}, {"sup2", 0xb2}, {"sup3", 0xb3},
    {"micro", 0xb5}, {"middot", 0xb7}, {"frac12", 0xbd}, {"times", 0xd7}, {"divide", 0xf7},
    {"ndash", 0x2013}, {"mdash", 0x2014}, {"lsquo", 0x2018}, {"rsquo", 0x2019}, {"ldquo", 0x201c},
    {"rdquo", 0x201d}, {"bull", 0x2022}, {"hellip", 0x2026}, {"larr", 0x2190}, {"uarr", 0x2191},
    {"rarr", 0x2192}, {"darr", 0x2193}, {"harr", 0x2194}, {"rArr", 0x21d2}, {"minus", 0x2212},
    {"infin", 0x221e}, {"asymp", 0x2248}, {"ne", 0x2260}, {"le", 0x2264}, {"ge", 0x2265},
    {"ZeroWidthSpace", 0x200b},
};
/* clang-format on */

static uint32_t entity_number(const char *digits, int base)
{
    unsigned long c = strtoul(digits, NULL, base);
    bool is_char = c > 0 && c <= 0x10ffff && !(c >= 0xd800 && c <= 0xdfff);
    return is_char ? (uint32_t)c : 0xfffd;
}

size_t entity_decode(const char *entity, size_t len, char ret[static ENTITY_DECODED_MAX])
{
    char name[64];
    if (len < 3 || len - 2 >= sizeof name)
        return 0;
    memcpy(name, entity + 1, len - 2);
    name[len - 2] = '\0';
    if (name[0] == '#' && (name[1] == 'x' || name[1] == 'X'))
        return utf8_put(ret, entity_number(name + 2, 16));
    if (name[0] == '#')
        return utf8_put(ret, entity_number(name + 1, 10));
    for (size_t i = 0; i < ARRAY_LEN(entity_names); i++)
        if (strcmp(entity_names[i].name, name) == 0)
            return utf8_put(ret, entity_names[i].c);
    return 0;
}
