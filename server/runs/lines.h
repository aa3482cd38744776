/* lines.h - cutting the bytes that a demo prints into lines; internal to runs/.
 *
 * A line longer than EVENT_BYTES_MAX is reported once, as far as it fits and with `overlong`, and
 * skipped to its end. */
#ifndef PREPD_RUNS_LINES_H
#define PREPD_RUNS_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "runs/event.h"

struct lines {
    char partial[EVENT_BYTES_MAX];
    size_t len;    /* bytes of the line begun */
    bool overlong; /* it is too long already */
};

/* Gets a line without its '\n'; returns false to take no more. */
struct line_taker {
    bool (*line)(void *ud, const char *bytes, size_t len, bool overlong);
    void *ud;
};

/* False if the taker wants no more. */
bool lines_feed(struct lines *lines, const char *bytes, size_t len, const struct line_taker *taker);
/* At the end of the output: a last line without '\n' counts as one. */
bool lines_end(struct lines *lines, const struct line_taker *taker);

#endif
