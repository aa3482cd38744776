/* html_scanner.h - an independent judge of the HTML that notes/ makes.
 *
 * It knows nothing of Markdown: it reads the tags, and names the first thing that must not be in a
 * note's page: a tag or an attribute that is not on the list, tags that do not nest, a bare < > or
 * &, a link to a foreign scheme, bytes that are not UTF-8. */
#ifndef PREPD_TESTS_HTML_SCANNER_H
#define PREPD_TESTS_HTML_SCANNER_H

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "notes/note.h"

static const struct {
    const char *tag;
    const char *attributes; /* separated by blanks, and a blank at both ends */
    bool is_void;
} scanner_tags[] = {
    {"p", " class ", false},
    {"h1", " id ", false},
    {"h2", " id ", false},
    {"h3", " id ", false},
    {"h4", " id ", false},
    {"h5", " id ", false},
    {"h6", " id ", false},
    {"a", " href rel title class aria-hidden tabindex data-demo data-query ", false},
    {"em", "", false},
    {"strong", "", false},
    {"del", "", false},
    {"code", " class ", false},
    {"pre", "", false},
    {"blockquote", "", false},
    {"aside", " class ", false},
    {"details", " class ", false},
    {"summary", " class ", false},
    {"ul", "", false},
    {"ol", " start ", false},
    {"li", "", false},
    {"div", " class ", false},
    {"span", " class id ", false},
    {"table", "", false},
    {"thead", "", false},
    {"tbody", "", false},
    {"tr", "", false},
    {"th", " align ", false},
    {"td", " align ", false},
    {"hr", "", true},
    {"br", "", true},
    {"img", " src alt title loading width height ", true},
    {"figure", "", false},
    {"figcaption", "", false},
};

struct scanner {
    int *open; /* indices into scanner_tags */
    size_t n_open, cap_open;
    char why[200];
};

static inline bool scanner_fail(struct scanner *s, const char *why, const char *at, const char *end)
{
    int len = end - at > 60 ? 60 : (int)(end - at);
    snprintf(s->why, sizeof s->why, "%s: %.*s", why, len, at);
    return false;
}

static inline int scanner_find(const char *name, size_t len)
{
    for (size_t i = 0; i < ARRAY_LEN(scanner_tags); i++)
        if (strlen(scanner_tags[i].tag) == len && memcmp(scanner_tags[i].tag, name, len) == 0)
            return (int)i;
    return -1;
}

static inline void scanner_push(struct scanner *s, int tag)
{
    if (s->n_open == s->cap_open) {
        s->cap_open = 2 * s->cap_open + 64;
        s->open = realloc(s->open, s->cap_open * sizeof *s->open);
        if (!s->open)
            abort();
    }
    s->open[s->n_open++] = tag;
}

/* "&name;" or "&#1;"; returns where it ends or NULL */
static inline const char *scanner_entity(const char *p, const char *end)
{
    const char *q = p + 1;
    while (q < end && q - p < 60 && (isalnum((unsigned char)*q) || *q == '#'))
        q++;
    return q < end && *q == ';' && q > p + 1 ? q + 1 : NULL;
}

/* As a browser would: blanks and controls out, lower case, entities decoded. Only &amp; &lt; &gt;
 * &quot; may stand in a URL. */
static inline bool scanner_url_is_safe(const char *p, size_t len)
{
    char plain[32];
    size_t n = 0;
    const char *end = p + len;
    for (; p < end && n < sizeof plain - 1; p++) {
        if (*p == '&' && strncmp(p, "&amp;", 5) != 0 && strncmp(p, "&quot;", 6) != 0)
            return false;
        if ((unsigned char)*p > ' ')
            plain[n++] = (char)tolower((unsigned char)*p);
    }
    plain[n] = '\0';
    size_t scheme = strcspn(plain, ":/?#");
    if (plain[scheme] != ':')
        return true;
    return strncmp(plain, "http:", 5) == 0 || strncmp(plain, "https:", 6) == 0 ||
           strncmp(plain, "mailto:", 7) == 0;
}

/* One ` name="value"`; returns where it ends or NULL */
static inline const char *scanner_attribute(struct scanner *s, int tag, const char *p,
                                            const char *end)
{
    const char *name = p + 1, *equals = memchr(p, '=', (size_t)(end - p));
    if (*p != ' ' || !equals || end - equals < 3 || equals[1] != '"')
        return scanner_fail(s, "no attribute", p, end), NULL;
    char spaced[40];
    snprintf(spaced, sizeof spaced, " %.*s ", (int)(equals - name), name);
    if (!strstr(scanner_tags[tag].attributes, spaced))
        return scanner_fail(s, "attribute not allowed", name, end), NULL;
    const char *value = equals + 2, *quote = memchr(value, '"', (size_t)(end - value));
    if (!quote)
        return scanner_fail(s, "value without end", value, end), NULL;
    for (const char *c = value; c < quote; c++)
        if (*c == '<' || *c == '>' || (*c == '&' && !scanner_entity(c, quote)))
            return scanner_fail(s, "bare character in value", value, quote), NULL;
    bool is_url = strcmp(spaced, " href ") == 0 || strcmp(spaced, " src ") == 0;
    if (is_url && !scanner_url_is_safe(value, (size_t)(quote - value)))
        return scanner_fail(s, "foreign scheme", value, quote), NULL;
    bool has_host = value[strcspn(value, ":/?#\"")] == ':' || strncmp(value, "//", 2) == 0;
    if (strcmp(spaced, " src ") == 0 && has_host)
        return scanner_fail(s, "image from elsewhere", value, quote), NULL;
    return quote + 1;
}

/* From '<' to behind '>', or NULL */
static inline const char *scanner_tag(struct scanner *s, const char *p, const char *end)
{
    bool closes = p + 1 < end && p[1] == '/';
    const char *name = p + 1 + closes, *q = name;
    while (q < end && isalnum((unsigned char)*q))
        q++;
    int tag = scanner_find(name, (size_t)(q - name));
    if (tag < 0)
        return scanner_fail(s, "tag not allowed", p, end), NULL;
    if (closes) {
        if (s->n_open == 0 || s->open[--s->n_open] != tag)
            return scanner_fail(s, "tags do not nest", p, end), NULL;
        return q < end && *q == '>' ? q + 1 : (scanner_fail(s, "no end of tag", p, end), NULL);
    }
    while (q && q < end && *q != '>')
        q = scanner_attribute(s, tag, q, end);
    if (!q || q == end)
        return q ? (scanner_fail(s, "no end of tag", p, end), NULL) : NULL;
    if (!scanner_tags[tag].is_void)
        scanner_push(s, tag);
    return q + 1;
}

static inline bool scanner_part(struct scanner *s, const char *p, const char *end)
{
    if (utf8_valid_len(p, (size_t)(end - p)) < (size_t)(end - p))
        return scanner_fail(s, "not UTF-8", p, end);
    while (p < end) {
        if (*p == '<') {
            p = scanner_tag(s, p, end);
            if (!p)
                return false;
        } else if (*p == '>' || (*p == '&' && !scanner_entity(p, end))) {
            return scanner_fail(s, "bare character", p, end);
        } else {
            p++;
        }
    }
    return true;
}

/* True if the note's HTML, its holes included, is what a page may hold; else s->why says what is
 * not. */
static inline bool html_is_safe(const struct note *note, struct scanner *s)
{
    *s = (struct scanner){0};
    bool ok = true;
    for (size_t i = 0; ok && i < note->n_parts; i++) {
        const struct note_part *part = &note->parts[i];
        if (part->kind == NOTE_HTML)
            ok = scanner_part(s, part->html, part->html + part->len);
        else if (part->kind == NOTE_ITEM)
            scanner_push(s, scanner_find("li", 2));
    }
    if (ok && s->n_open)
        ok = scanner_fail(s, "left open", scanner_tags[s->open[s->n_open - 1]].tag,
                          strchr(scanner_tags[s->open[s->n_open - 1]].tag, '\0'));
    free(s->open);
    return ok;
}

#endif
