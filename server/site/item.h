/* item.h - the control of one checklist item. */
#ifndef PREPD_SITE_ITEM_H
#define PREPD_SITE_ITEM_H

#include "site/pages.h"

/* Opens the <li> of item `index` of the file and writes its control; its text follows from the
 * note, as does </li>. */
void item_write(struct text *out, const struct progress_item *item, size_t index,
                const struct frame *frame);

#endif
