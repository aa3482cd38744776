/* gallery.h - all demos as cards. */
#ifndef PREPD_SITE_GALLERY_H
#define PREPD_SITE_GALLERY_H

#include "site/pages.h"

/* level: of the cards' headings, one below that of the heading above them. */
void gallery_write(struct text *out, const struct site *site, int level, enum lang lang);

/* Links to the notes that a demo belongs to, as <p class="belongs">; nothing if there are none. */
void gallery_write_topics(struct text *out, const struct site *site, const struct demo *demo,
                          enum lang lang);

#endif
