/* manifest.h - the Bloom demo's tables. */
#ifndef BLOOM_MANIFEST_H
#define BLOOM_MANIFEST_H

#include "demo.h"

enum bloom_sizing { SIZING_RATE, SIZING_BITS }; /* the order of its choices */

extern const struct demo_manifest bloom_manifest;

#endif
