/* manifest.h - the TIME_WAIT demo's tables. */
#ifndef TIMEWAIT_MANIFEST_H
#define TIMEWAIT_MANIFEST_H

#include "demo.h"

extern const struct demo_manifest timewait_manifest;

/* manifest_views.c */
extern const struct demo_view timewait_views[];
extern const struct demo_metric timewait_metrics[];
extern const struct demo_check timewait_checks[];

#endif
