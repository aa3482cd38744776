/* render.h - the renderer's inside: what md4c's callbacks share while a note is being made. Only
 * render*.c and note.c include this.
 *
 * DESIGN  All HTML goes into one growing text; `parts` says where it is cut by holes. Markdown
 * tells some things too late (a heading's anchor, whether a paragraph holds nothing but a demo,
 * whether a quote is a callout): then what was written since is taken back or moved, which is why
 * the offsets of what is open are kept here.
 *
 *   render.c          entry, limits, parts, plain text
 *   render_block.c    md4c's block callbacks; paragraphs, quotes and callouts, code, tables
 *   render_heading.c  headings
 *   render_item.c     checklist items
 *   render_span.c     md4c's span and text callbacks; links
 *   render_image.c    images and figures
 *   brackets.c        the warning about brackets that nothing closes */
#ifndef PREPD_NOTES_RENDER_H
#define PREPD_NOTES_RENDER_H

#include <md4c.h>
#include <string.h>

#include "base/text.h"
#include "notes/arena.h"
#include "notes/names.h"
#include "notes/note.h"
#include "notes/out.h"
#include "notes/url.h"
#include "notes/utf8.h"

enum { HEADING_LEVELS = 6 };

struct render {
    /* The source */
    const char *bytes;
    size_t len;
    const struct note_pictures *pictures; /* NULL: there are none */
    size_t pos;                           /* of the last text seen; items know theirs exactly */
    size_t line;                          /* the line of line_pos */
    size_t line_pos;

    /* The note as it grows: html of all parts, and arrays of the structs in note.h */
    struct arena *arena;
    struct text html, parts, items, demos, images, headings, warnings;
    size_t part_from; /* where in html the open part begins */
    const char *title, *summary;

    /* Limits */
    int failed;      /* negative errno that stops the parser, or 0 */
    const char *why; /* a limit's name, for the message */
    unsigned until_clock;
    int64_t deadline_ns; /* of the thread's CPU clock */

    /* Plain text being collected (plain.h), by as many as are interested */
    struct text plain;
    unsigned collecting;

    /* What is open */
    struct {
        size_t from, body;              /* where <p> begins and ends */
        size_t demo_end;                /* where a demo's link ended that began at `body`, else 0 */
        size_t figure_body, figure_end; /* the same of a picture, without and with its title */
        bool is_summary;
    } p;
    struct {
        bool open;    /* its first paragraph is being read */
        bool in_p;    /* … and is a paragraph to md4c (a loose list) */
        size_t plain; /* where its text begins in `plain` */
        size_t html;  /* … and in `html` */
        size_t last;  /* where the last piece of text began in `html` */
        struct note_item item;
    } item;
    struct {
        size_t html;                      /* where the heading's content begins */
        const char *text[HEADING_LEVELS]; /* of those above and including the current one */
        const char *path;                 /* joined; NULL until an item asks */
        const char *anchor;
    } heading;
    struct {
        unsigned
            depth; /* md4c 0.4.8 may find an address in a link's text; HTML has no links in links */
        enum url_kind kind; /* URL_REFUSED while there is no link */
        size_t html, plain;
        size_t demo; /* index in demos, for URL_DEMO */
    } link;
    struct {
        unsigned depth; /* images may nest in alternative texts */
        bool in_link, is_shown;
        enum url_kind kind;
        size_t at;          /* in the source */
        size_t index;       /* in images, of the outermost one */
        size_t open;        /* where its HTML begins … */
        size_t html, plain; /* … and its alternative text */
    } image;
    struct text caption; /* the title of the image that was opened last, escaped */
    struct text quotes;  /* a stack of chars: enum quote_kind */
    size_t quote_html;   /* where the <blockquote> begins that was opened last */
    size_t quote_body;   /* where its first paragraph's text would begin; 0 once that is past */
    bool in_callout_title;
    struct {
        size_t open, parens; /* of the block's text, not closed yet; see brackets.c */
        size_t first, line;  /* where the outermost one of them stands */
    } brackets;
    struct text
        spans; /* a stack of MD_SPANTYPEs: md4c 0.4.8 may forget to close one, or let two overlap */
    struct text url, scratch;
    struct names anchors, slugs;
};

/* Parses and renders into *r, which is zeroed but for bytes, len, pictures and arena. 0 or a
 * negative errno.
 */
int render_run(struct render *r);
void render_free(struct render *r);

/* Adds a hole; the HTML before it is a finished part. */
void render_hole(struct render *r, enum note_part_kind kind, size_t index);
/* The 1-based line of an offset. Offsets must not go back. */
size_t render_line(struct render *r, size_t pos);
/* Stops the parser: the first reason stands. */
void render_fail(struct render *r, int code, const char *why);

/* Adds a link's or an image's title, escaped. */
void attribute_escape(struct text *to, const MD_ATTRIBUTE *value);

/*** Collecting plain text ***/

/* Begins to collect; returns where the text will begin in r->plain. */
size_t plain_begin(struct render *r);
/* Ends it: *ret_len bytes at the pointer, with PLAIN_PAD behind them, good until something is
 * added.
 */
const char *plain_end(struct render *r, size_t from, size_t *ret_len);

/*** md4c's callbacks ***/

void render_check_limits(struct render *r);

/* What a callback returns: md4c 0.4.8 stops well only at -1. */
static inline int render_go_on(struct render *r)
{
    if (--r->until_clock == 0 || r->html.len > NOTE_HTML_MAX)
        render_check_limits(r);
    return r->failed ? -1 : 0;
}

int on_enter_block(MD_BLOCKTYPE type, void *detail, void *ud);
int on_leave_block(MD_BLOCKTYPE type, void *detail, void *ud);
int on_enter_span(MD_SPANTYPE type, void *detail, void *ud);
int on_leave_span(MD_SPANTYPE type, void *detail, void *ud);
int on_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *ud);

/*** Between the files ***/

/* For the first text of a quote: if it begins with a callout's marker the quote becomes one, and
 * the marker's length is returned, to be left out. */
size_t callout_begin(struct render *r, const char *text, size_t len);
/* Closes the spans that a block leaves open. */
void spans_close(struct render *r);
/* For the end of a callout's title line. */
void callout_line_end(struct render *r);

/* Counts the brackets of a piece of text from the source, and ends the count with the block. */
void brackets_count(struct render *r, const char *text, size_t len);
void brackets_end(struct render *r);

void image_enter(struct render *r, const MD_SPAN_IMG_DETAIL *detail);
void image_leave(struct render *r);
/* Makes a figure of the paragraph that holds nothing but a picture. */
void paragraph_become_figure(struct render *r);

void heading_enter(struct render *r);
void heading_leave(struct render *r, int level);

void item_open(struct render *r, const MD_BLOCK_LI_DETAIL *detail);
void item_close(struct render *r);

#endif
