/* guard.h - refuses the notes that md4c 0.4.8 would take seconds for. */
#ifndef PREPD_NOTES_GUARD_H
#define PREPD_NOTES_GUARD_H

#include <stddef.h>

enum { GUARD_MS_MAX = 150 };

/* 0, or -ETIME if md4c's quadratic steps may take more than GUARD_MS_MAX on this text; *ret_offset
 * is then where the block stands that is too much. Errs on the safe side: blocks are taken to be
 * larger than they may be. Linear in len. */
int guard_check(const char *bytes, size_t len, size_t *ret_offset);

#endif
