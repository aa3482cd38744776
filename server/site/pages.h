/* pages.h - everything that writes HTML. One file a page: page_topic.c, page_home.c …; layout.c is
 * the frame around them all.
 *
 * A page function writes a whole document into `out` from the site's state and changes nothing.
 * Text that is not ours goes through html_printf; note HTML goes in as it is. UI strings stand in
 * strings.c in Chinese and English side by side. */
#ifndef PREPD_SITE_PAGES_H
#define PREPD_SITE_PAGES_H

#include "site/progress.h"
#include "site/site.h"

/* Where a page is, for the frame: which language, what to mark as current. */
struct frame {
    enum lang lang;
    const char *title; /* of the document; plain text */
    const char *path;  /* of this page in this language ("/zh/gc"), for the form targets and the
                          language switch */
    const struct topic *topic; /* current topic, or NULL */
    const char *place;         /* "home", "demos", "runs", "" */
    const char *summary;       /* plain text for <meta name=description>, or NULL */
    bool reload;               /* without scripts, load again soon: a run goes on */
};

/* Head, navigation and the opening of <main>; and its end. `outline` may be NULL: headings for the
 * right column. */
void frame_begin(struct text *out, const struct site *site, const struct frame *frame);
void frame_end(struct text *out, const struct site *site, const struct frame *frame,
               const struct note *outline);

/* /zh/, /en/ */
void page_home(struct text *out, const struct site *site, enum lang lang);
/* /zh/gc, with the banners its file asks for. */
void page_topic(struct text *out, const struct site *site, const struct topic *topic,
                enum lang lang);
/* /demos */
void page_demos(struct text *out, const struct site *site, enum lang lang);
/* /demos/gc; params: a complete parameter object to show in the knobs (from the address), or NULL
 * for defaults. */
void page_demo(struct text *out, const struct site *site, const struct demo *demo,
               const json_t *params, enum lang lang);
/* /runs/RUN: summary as of run_summary(), log as NDJSON (for readers without JavaScript), demo NULL
 * if it is no longer there. */
void page_run(struct text *out, const struct site *site, const char *run_id,
              const struct demo *demo, const json_t *summary, const char *ndjson, enum lang lang);
/* Any error, any path. */
void page_error(struct text *out, const struct site *site, enum lang lang, int status,
                const char *message);

/* The demo panel, in a note (where its link stands) and alone. params as in page_demo; link: NULL,
 * or the note's link. */
void panel_write(struct text *out, const struct site *site, const struct demo *demo,
                 const json_t *params, const struct note_demo *link, enum lang lang);

#endif
