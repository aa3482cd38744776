/* manifest.h - the pool demo's tables. */
#ifndef POOL_MANIFEST_H
#define POOL_MANIFEST_H

#include "demo.h"

extern const struct demo_manifest pool_manifest;

#endif
