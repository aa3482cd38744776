/* report.h - a run as a person reads it in a terminal. */
#ifndef PREPD_CMD_REPORT_H
#define PREPD_CMD_REPORT_H

#include <stdio.h>

#include "runs/catalogue.h"

struct report;

/* Language by $LC_ALL, $LC_MESSAGES or $LANG: Chinese for zh…, else English. NULL if out of memory.
 */
struct report *report_new(const struct demo *demo, FILE *out);
/* NDJSON lines of the run, whole ones, in order. */
void report_lines(struct report *report, const char *lines, size_t len);
void report_free(struct report *report);

#endif
