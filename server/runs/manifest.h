/* manifest.h - checking what `NAME --describe` printed; internal to runs/.
 *
 * Every field that PROTOCOL.md names is checked, since the page and event.c rely on them; a key
 * that it does not name is left alone, so that a newer demo still runs. */
#ifndef PREPD_RUNS_MANIFEST_H
#define PREPD_RUNS_MANIFEST_H

#include "runs/catalogue.h"

enum { MANIFEST_ID_MAX = 31 };

/* [a-z][a-z0-9_]*, at most MANIFEST_ID_MAX bytes. */
bool manifest_id_is_valid(const char *id);

/* Checks demo->manifest, whose "id" must be demo->id, and fills the fields of *demo that come from
 * it. -EINVAL with the path of what is wrong: "views[0].series[1].id must be …". demo->params is
 * the caller's to free, on failure too. */
int manifest_read(struct demo *demo, struct err *err);

/* The entry of manifest[list] (or of any object's list) whose `key` is `id`; NULL if there is none.
 */
const json_t *manifest_entry(const json_t *object, const char *list, const char *key,
                             const char *id);

#endif
