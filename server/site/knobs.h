/* knobs.h - a demo's parameters as form fields. */
#ifndef PREPD_SITE_KNOBS_H
#define PREPD_SITE_KNOBS_H

#include "site/pages.h"

/* The parameters that a link's query ("gogc=50", percent-encoded, or "") gives, complete with
 * defaults. *err says which is wrong. */
int knobs_params(const struct demo *demo, const char *query, json_t **ret, struct err *err);

/* A link for each preset, each to the demo's page with that preset chosen. */
void knobs_write_presets(struct text *out, const struct demo *demo, enum lang lang);

/* What each preset leads one to expect; scripts show that of the preset chosen. */
void knobs_write_expectations(struct text *out, const struct demo *demo, enum lang lang);

/* A field for each parameter, showing `params` (complete), or the manifest's defaults where it is
 * NULL; as a block that can be folded. They belong to the form with the id "demo.NAME.form". */
void knobs_write(struct text *out, const struct demo *demo, const json_t *params, enum lang lang);

#endif
