/* manifest.h - the bitmap demo's tables. */
#ifndef BITMAP_MANIFEST_H
#define BITMAP_MANIFEST_H

#include "demo.h"

/* The order of their choices. */
enum bitmap_distribution { UNIFORM, RUNS, ZIPF, IDS };
enum bitmap_task { TASK_ALL, TASK_DEDUP, TASK_LOOKUP, TASK_SORT, TASK_SETS, TASK_DELETE };

enum { GRID_CELLS = 4096, GRID_WIDTH = 128 };

extern const struct demo_manifest bitmap_manifest;

#endif
