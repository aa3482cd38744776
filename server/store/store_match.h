/* store_match.h - which item of a file is which row: pure computation, no SQL. */
#ifndef PREPD_STORE_STORE_MATCH_H
#define PREPD_STORE_STORE_MATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MATCH_NONE SIZE_MAX

/* One item of the file, or one row it may be. Texts stand as hashes (0: none): should two texts
 * ever share one, the row is updated to a norm that differs, and so shows as changed. */
struct match_text {
    uint64_t slug, heading, norm;
    uint64_t
        was; /* an item: its norm; a row: the norm that was ticked, if it reads differently now */
    uint64_t before, after; /* norm of the neighbours in the file */
    bool gone;              /* a row its file does not show now; such rows come last */
    bool set;               /* a row whose item the reader has set once */
    size_t mate;            /* out: index on the other side, or MATCH_NONE */
};

uint64_t match_hash(const char *text); /* NULL: 0; never 0 otherwise */

/* Pairs items with rows, both in the order of the file. 0 or -ENOMEM. */
int match_pair(struct match_text *items, size_t n_items, struct match_text *rows, size_t n_rows);

#endif
