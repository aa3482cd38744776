/* url.c - the scheme allowlist; see url.h. */
#include "notes/url.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/util.h"
#include "notes/entity.h"
#include "notes/out.h"

/*** Decoding ***/

static void add_decoded_entity(struct text *to, const char *entity, size_t len)
{
    char decoded[ENTITY_DECODED_MAX];
    size_t n = entity_decode(entity, len, decoded);
    out_bytes(to, n ? decoded : entity, n ? n : len);
}

static void attribute_decode(const MD_ATTRIBUTE *a, struct text *to)
{
    for (size_t i = 0; a->substr_offsets[i] < a->size; i++) {
        const char *from = a->text + a->substr_offsets[i];
        size_t len = a->substr_offsets[i + 1] - a->substr_offsets[i];
        if (a->substr_types[i] == MD_TEXT_ENTITY)
            add_decoded_entity(to, from, len);
        else
            out_bytes(to, from, len);
    }
}

/* Takes out what a browser would: control characters, and blanks in front. */
static void url_clean(struct text *url)
{
    size_t n = 0;
    for (size_t i = 0; i < url->len; i++) {
        unsigned char c = (unsigned char)url->data[i];
        bool is_blank_inside = c == ' ' && n > 0;
        if ((c > ' ' && c != 0x7f) || is_blank_inside)
            url->data[n++] = (char)c;
    }
    url->len = n;
}

/*** Judging ***/

/* Copies the scheme in lower case: the bytes before the first of : / ? #. False if no colon comes
 * first. (A scheme cut for its length is none that we allow.) */
static bool scheme_of(const struct text *url, char *ret, size_t size)
{
    size_t n = 0;
    for (size_t i = 0; i < url->len; i++) {
        unsigned char c = (unsigned char)url->data[i];
        if (c == ':') {
            ret[n] = '\0';
            return true;
        }
        if (c == '/' || c == '?' || c == '#')
            return false;
        if (n < size - 1)
            ret[n++] = (char)tolower(c);
    }
    return false;
}

static bool is_slash(char c)
{
    return c == '/' || c == '\\'; /* browsers take one for the other */
}

enum url_kind url_read(const MD_ATTRIBUTE *attribute, struct text *ret)
{
    static const struct {
        const char *scheme;
        enum url_kind kind;
    } allowed[] = {
        {"http", URL_EXTERNAL}, {"https", URL_EXTERNAL}, {"mailto", URL_MAIL}, {"demo", URL_DEMO}};

    ret->len = 0;
    attribute_decode(attribute, ret);
    url_clean(ret);
    char scheme[16];
    if (scheme_of(ret, scheme, sizeof scheme)) {
        for (size_t i = 0; i < ARRAY_LEN(allowed); i++)
            if (strcmp(scheme, allowed[i].scheme) == 0)
                return allowed[i].kind;
        return URL_REFUSED;
    }
    bool has_host = ret->len > 1 && is_slash(ret->data[0]) && is_slash(ret->data[1]);
    return has_host ? URL_EXTERNAL : URL_LOCAL;
}

/*** Writing ***/

/* 1: as it is; 0: percent-encoded. '&' is &amp; in HTML. */
static const char url_plain[256] = {
    ['a'] = 1, ['b'] = 1, ['c'] = 1, ['d'] = 1, ['e'] = 1, ['f'] = 1, ['g'] = 1, ['h'] = 1,
    ['i'] = 1, ['j'] = 1, ['k'] = 1, ['l'] = 1, ['m'] = 1, ['n'] = 1, ['o'] = 1, ['p'] = 1,
    ['q'] = 1, ['r'] = 1, ['s'] = 1, ['t'] = 1, ['u'] = 1, ['v'] = 1, ['w'] = 1, ['x'] = 1,
    ['y'] = 1, ['z'] = 1, ['A'] = 1, ['B'] = 1, ['C'] = 1, ['D'] = 1, ['E'] = 1, ['F'] = 1,
    ['G'] = 1, ['H'] = 1, ['I'] = 1, ['J'] = 1, ['K'] = 1, ['L'] = 1, ['M'] = 1, ['N'] = 1,
    ['O'] = 1, ['P'] = 1, ['Q'] = 1, ['R'] = 1, ['S'] = 1, ['T'] = 1, ['U'] = 1, ['V'] = 1,
    ['W'] = 1, ['X'] = 1, ['Y'] = 1, ['Z'] = 1, ['0'] = 1, ['1'] = 1, ['2'] = 1, ['3'] = 1,
    ['4'] = 1, ['5'] = 1, ['6'] = 1, ['7'] = 1, ['8'] = 1, ['9'] = 1, ['~'] = 1, ['-'] = 1,
    ['_'] = 1, ['.'] = 1, ['+'] = 1, ['!'] = 1, ['*'] = 1, ['('] = 1, [')'] = 1, [','] = 1,
    ['%'] = 1, ['#'] = 1, ['@'] = 1, ['?'] = 1, ['='] = 1, [';'] = 1, [':'] = 1, ['/'] = 1,
    ['$'] = 1,
};

static void add_encoded(struct text *to, const char *bytes, size_t len, const char *ampersand)
{
    static const char hex[] = "0123456789ABCDEF";
    size_t from = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)bytes[i];
        if (url_plain[c])
            continue;
        out_bytes(to, bytes + from, i - from);
        from = i + 1;
        const char encoded[3] = {'%', hex[c >> 4], hex[c & 15]};
        if (c == '&')
            out_string(to, ampersand);
        else
            out_bytes(to, encoded, sizeof encoded);
    }
    if (from < len)
        out_bytes(to, bytes + from, len - from);
}

void url_encode(struct text *to, const char *bytes, size_t len)
{
    add_encoded(to, bytes, len, "&");
}

void url_encode_html(struct text *html, const char *bytes, size_t len)
{
    add_encoded(html, bytes, len, "&amp;");
}

/* Where the name of a note's file stands in a local path: *ret_from after the number, *ret_to
 * before the extension. */
static bool find_note_name(const char *path, size_t len, size_t *ret_from, size_t *ret_to)
{
    size_t ext = len > 3 && memcmp(path + len - 3, ".md", 3) == 0         ? 3
                 : len > 9 && memcmp(path + len - 9, ".markdown", 9) == 0 ? 9
                                                                          : 0;
    if (!ext)
        return false;
    size_t name = len - ext;
    while (name > 0 && path[name - 1] != '/')
        name--;
    *ret_to = len - ext;
    *ret_from = name;
    size_t digits = 0;
    while (name + digits < *ret_to && isdigit((unsigned char)path[name + digits]))
        digits++;
    if (digits && name + digits + 1 < *ret_to && path[name + digits] == '-')
        *ret_from = name + digits + 1;
    return *ret_from < *ret_to;
}

void url_write(struct text *html, const struct text *url, enum url_kind kind)
{
    size_t path = 0;
    while (path < url->len && url->data[path] != '?' && url->data[path] != '#')
        path++;
    size_t from, to;
    if (kind != URL_LOCAL || !find_note_name(url->data, path, &from, &to)) {
        url_encode_html(html, url->data, url->len);
        return;
    }
    size_t folder = from;
    while (folder > 0 && url->data[folder - 1] != '/')
        folder--;
    url_encode_html(html, url->data, folder);
    url_encode_html(html, url->data + from, to - from);
    url_encode_html(html, url->data + path, url->len - path);
}

/*** Demos ***/

static bool is_demo_name(const char *name, size_t len)
{
    static const char first[] = "abcdefghijklmnopqrstuvwxyz0123456789", rest[] = "_-";
    if (len == 0 || len > 64 || !memchr(first, name[0], sizeof first - 1))
        return false;
    for (size_t i = 1; i < len; i++)
        if (!memchr(first, name[i], sizeof first - 1) && !memchr(rest, name[i], sizeof rest - 1))
            return false;
    return true;
}

bool url_demo(const struct text *url, const char **ret_id, size_t *ret_id_len,
              const char **ret_query, size_t *ret_query_len)
{
    if (url->len < 5 || memcmp(url->data, "demo:", 5) != 0)
        return false;
    const char *id = url->data + 5, *end = url->data + url->len;
    const char *fragment = memchr(id, '#', (size_t)(end - id));
    if (fragment)
        end = fragment;
    const char *mark = memchr(id, '?', (size_t)(end - id));
    *ret_id = id;
    *ret_id_len = (size_t)((mark ? mark : end) - id);
    *ret_query = mark ? mark + 1 : end;
    *ret_query_len = (size_t)(end - *ret_query);
    return is_demo_name(id, *ret_id_len);
}
