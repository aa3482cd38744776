/* manifest.h - the cache penetration demo's tables. */
#ifndef PENETRATION_MANIFEST_H
#define PENETRATION_MANIFEST_H

#include "demo.h"

extern const struct demo_manifest penetration_manifest;

#endif
