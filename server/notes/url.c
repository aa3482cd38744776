/* url.c - the scheme allowlist; see url.h. */
#include "notes/url.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/sixteen.h"
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

static size_t first_unclean(const struct text *url, size_t from)
{
    for (size_t n; from < url->len; from += n) {
        size_t left = url->len - from;
        sixteen b = sixteen_of(url->data + from, left);
        n = sixteen_first((b <= ' ') | (b == 0x7f));
        if (n < sizeof b)
            return n < left ? from + n : url->len;
    }
    return url->len;
}

/* Takes out what a browser would: control characters, and blanks in front. */
static void url_clean(struct text *url)
{
    size_t n = first_unclean(url, 0);
    for (size_t i = n; i < url->len; i++) {
        unsigned char c = (unsigned char)url->data[i];
        bool is_blank_inside = c == ' ' && n > 0;
        if ((c > ' ' && c != 0x7f) || is_blank_inside)
            url->data[n++] = (char)c;
    }
    url->len = n;
}

/*** Judging ***/

/* The length of the scheme: of the bytes before the first of : / ? #. False if no colon comes
 * first. */
static bool find_scheme(const struct text *url, size_t *ret_len)
{
    for (size_t i = 0; i < url->len; i++) {
        char c = url->data[i];
        *ret_len = i;
        if (c == ':')
            return true;
        if (c == '/' || c == '?' || c == '#')
            return false;
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
        size_t len;
        enum url_kind kind;
    } allowed[] = {{"https", 5, URL_EXTERNAL},
                   {"http", 4, URL_EXTERNAL},
                   {"mailto", 6, URL_MAIL},
                   {"demo", 4, URL_DEMO}};

    ret->len = 0;
    attribute_decode(attribute, ret);
    url_clean(ret);
    size_t len;
    if (find_scheme(ret, &len)) {
        for (size_t i = 0; i < ARRAY_LEN(allowed); i++)
            if (len == allowed[i].len && strncasecmp(ret->data, allowed[i].scheme, len) == 0)
                return allowed[i].kind;
        return URL_REFUSED;
    }
    bool has_host = ret->len > 1 && is_slash(ret->data[0]) && is_slash(ret->data[1]);
    return has_host ? URL_EXTERNAL : URL_LOCAL;
}

/*** Writing ***/

/* Holds for what does not belong in a URL, and for &. */
static sixteen_answer is_not_plain(sixteen b)
{
    return (b <= ' ') | (b >= 0x7f) | (b == '"') | (b == '&') | (b == '\'') | (b == '<') |
           (b == '>') | ((b >= '[') & (b <= '^')) | (b == '`') | ((b >= '{') & (b <= '}'));
}

static char *encode_byte(char *to, unsigned char c, const char *ampersand)
{
    static const char hex[] = "0123456789ABCDEF";
    if (c == '&')
        return stpcpy(to, ampersand);
    to[0] = '%';
    to[1] = hex[c >> 4];
    to[2] = hex[c & 15];
    return to + 3;
}

static void add_encoded(struct text *to, const char *bytes, size_t len, const char *ampersand)
{
    char *room = len ? out_room(to, 5 * len + sizeof(sixteen)) : NULL; /* &amp; is the longest */
    if (!room)
        return;
    for (const char *p = bytes, *end = bytes + len; p < end;) {
        size_t left = (size_t)(end - p);
        sixteen b = sixteen_of(p, left);
        sixteen_put(room, b);
        size_t plain = sixteen_first(is_not_plain(b));
        plain = plain < left ? plain : left;
        p += plain;
        room += plain;
        if (plain == sizeof b || p == end)
            continue;
        do
            room = encode_byte(room, (unsigned char)*p++, ampersand);
        while (p < end && (unsigned char)*p >= 0x80);
    }
    to->len = (size_t)(room - to->data);
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

static void write_local(struct text *html, const struct text *url)
{
    size_t path = 0;
    while (path < url->len && url->data[path] != '?' && url->data[path] != '#')
        path++;
    size_t from, to;
    if (!find_note_name(url->data, path, &from, &to)) {
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

void url_write(struct text *html, const struct text *url, enum url_kind kind)
{
    if (kind == URL_LOCAL)
        write_local(html, url);
    else
        url_encode_html(html, url->data, url->len);
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
