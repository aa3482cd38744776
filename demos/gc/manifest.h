/* manifest.h - the GC demo's tables. */
#ifndef GC_MANIFEST_H
#define GC_MANIFEST_H

#include "demo.h"

extern const struct demo_manifest gc_manifest;

#endif
