/* parts.h - pieces of HTML that several pages share. */
#ifndef PREPD_SITE_PARTS_H
#define PREPD_SITE_PARTS_H

#include "site/days.h"
#include "site/progress.h"

/* The path of a topic's page, percent-encoded: "/zh/gc". */
void part_topic_href(struct text *out, const struct topic *topic, enum lang lang);
/* The ring and the "3/9" beside it; scripts keep them current through data-topic of an element
 * around them. */
void part_ring(struct text *out, struct progress_count count);
void part_count(struct text *out, struct progress_count count);

/* A year of days: a section with a picture and a table. */
void part_year(struct text *out, const struct days *days, enum lang lang);

#endif
