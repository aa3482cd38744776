/* note.h - one Markdown file as a document: HTML with holes.
 *
 * DESIGN  md4c parses a file once, into a list of parts. Most parts are finished, safe HTML;
 * between them are holes for what changes while the text does not: checklist items (their state)
 * and demos (their panel). Writing a page is a loop over the parts, so a tick never costs a parse.
 *
 * An item `- [ ] text ^slug` becomes, in order: a part NOTE_ITEM (where the site opens the <li> and
 * writes the control), HTML `<span class="item-text" id="item-N-text">…</span>` (its first
 * paragraph, N counted from 0 in the file), the HTML of what is nested in it, and `</li>`. A
 * paragraph that is nothing but a link `[label](demo:gc?gogc=50)` becomes a part NOTE_DEMO; such a
 * link among other words stays a link, `<a class="demo-link" …>` to the demo's page. A paragraph
 * that is nothing but an image becomes a <figure>, with the image's title as its caption.
 *
 * A note is immutable once parsed and may be read by any thread. It and its strings live in one
 * arena, the HTML and the arrays in buffers beside it; all is freed with the last reference.
 * Everything in it is valid UTF-8; every `html` is escaped and has only links that passed the
 * scheme allowlist (http, https, mailto, and relative or #fragment). */
#ifndef PREPD_NOTES_NOTE_H
#define PREPD_NOTES_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum {
    NOTE_BYTES_MAX = 1 << 20, /* a larger file is refused */
    NOTE_HTML_MAX = 8 << 20,  /* parsing stops with -EFBIG when its HTML grows past this */
    NOTE_MS_MAX = 200,        /* … and with -ETIME past this much time of the thread's CPU */
    NOTE_ITEMS_MAX = 5000,
    NOTE_WARNINGS_MAX = 20,
    NOTE_IMAGES_MAX = 500,
    NOTE_PAD = 64, /* NUL bytes that md4c 0.4.8 needs after the text */
};

enum note_part_kind { NOTE_HTML, NOTE_ITEM, NOTE_DEMO };

struct note_part {
    enum note_part_kind kind;
    size_t index;     /* of items[] or demos[] */
    const char *html; /* NOTE_HTML only; not NUL-terminated */
    size_t len;
};

struct note_item {
    const char *slug;    /* explicit id, without its ^; NULL if there is none */
    const char *text;    /* as plain text, for people */
    const char *norm;    /* normalised, for matching (DESIGN: NFC, folded case, no markup …) */
    const char *heading; /* the path of headings above it, joined by " / "; "" before the first */
    const char *anchor;  /* of the nearest heading above it, or "" */
    size_t line;         /* 1-based */
    bool checked;        /* written `[x]` in the file */
    bool slug_twice;     /* the slug stood earlier in this file too; slug is NULL then */
};

struct note_demo {
    const char *id;    /* "gc" */
    const char *query; /* "gogc=50", still percent-encoded, or "" */
    const char *label; /* plain text of the link */
    size_t line;
    bool block; /* alone in its paragraph: a part NOTE_DEMO stands for it; else it is a link in the
                   HTML */
};

struct note_image {
    const char *src;     /* as written, decoded: "img/gmp.svg" */
    const char *alt;     /* its alternative text, as plain text; "" if there is none */
    const char *url;     /* where the page gets it; NULL if it is not shown */
    const char *problem; /* why it is not; NULL if it is */
    size_t line;
};

struct note_heading {
    int level;          /* 1–6 */
    const char *anchor; /* unique in the file; as GitHub makes it: "What is GC?" is "what-is-gc";
                           CJK kept */
    const char *text;
    size_t line;
};

/* What is shown, but hardly as it was meant. */
struct note_warning {
    size_t line, column; /* 1-based, the column in characters */
    size_t unclosed;     /* opening brackets of one paragraph that nothing closes: they are text */
};

struct note {
    const char *title;   /* text of the first H1; NULL if there is none */
    const char *summary; /* plain text of the first paragraph, at most 200 bytes, or "" */
    uint64_t revision;   /* hash of the file's bytes and of what its images are */
    const struct note_part *parts;
    size_t n_parts;
    const struct note_item *items;
    size_t n_items;
    const struct note_demo *demos;
    size_t n_demos;
    const struct note_image *images;
    size_t n_images;
    const struct note_heading *headings;
    size_t n_headings;
    const struct note_warning *warnings; /* of the first NOTE_WARNINGS_MAX places */
    size_t n_warnings;
};

/* What a page must know of an image to show it. */
struct note_picture {
    char url[768]; /* a path with a revision, percent-encoded; changes when the file does */
    unsigned width, height; /* in CSS pixels; 0 if they are not known */
};

/* Finds the images that a note names; asked for each while it is parsed. */
struct note_pictures {
    /* `src` is without a scheme or host, else as written. 0 and *ret, or a negative errno and in
     * *err why the image cannot be shown ("there is no such file"); -ENOMEM ends the parsing. */
    int (*find)(void *ud, const char *src, struct note_picture *ret, struct err *err);
    void *ud;
};

/* Parses `len` bytes that are followed by NOTE_PAD NUL bytes. `name` is used in error messages
 * ("content/zh/01-gc.md"); pictures may be NULL: then no image is shown. -EINVAL: empty, binary (a
 * NUL byte) or not UTF-8, with the line; -EFBIG, -ETIME: a limit above; -ENOMEM. */
int note_parse(const char *name, const char *bytes, size_t len,
               const struct note_pictures *pictures, struct note **ret, struct err *err);

/* Reference counting, atomic; note_parse gives one reference. unref(NULL) is fine. */
struct note *note_ref(struct note *note);
void note_unref(struct note *note);

/* Puts the normalised form of `text` (UTF-8, plain) into an allocated string. For tests and for
 * search. NULL if out of memory. */
char *note_normalise(const char *text);

#endif
