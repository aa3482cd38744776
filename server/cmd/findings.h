/* findings.h - what `prepd check` found: collected, sorted, printed. */
#ifndef PREPD_CMD_FINDINGS_H
#define PREPD_CMD_FINDINGS_H

#include <stddef.h>
#include <stdio.h>

#include "base/text.h"

/* A note's text, and the last place that was asked for: places are asked for in order, mostly, and
 * then the whole text is counted once. */
struct source {
    const char *path;  /* as it is printed; outlives the findings */
    const char *bytes; /* without a byte order mark */
    size_t len;
    size_t offset, line, column;
};

void source_begin(struct source *source, const char *path, const char *bytes, size_t len);

/* All zero is empty. Freed by findings_free; after running out of memory it swallows, and `failed`
 * of its texts is set. */
struct findings {
    struct text list, words; /* of struct finding; all their texts */
};

/* Adds one at an offset of the source, or at a line and a column that are known. The text says what
 * is wrong and how to mend it; control characters in it are left out. */
void finding_add(struct findings *findings, struct source *source, size_t offset,
                 const char *format, ...) __attribute__((format(printf, 4, 5)));
void finding_add_at(struct findings *findings, const char *path, size_t line, size_t column,
                    const char *format, ...) __attribute__((format(printf, 5, 6)));

size_t findings_count(const struct findings *findings);

/* Prints `path:line:column: text`, sorted, the same one once. Lines and columns count from 1;
 * a column counts characters (code points), as editors do: a Chinese character is one, a tab is
 * one. Returns how many, or -ENOMEM. */
long findings_print(struct findings *findings, FILE *out);
void findings_free(struct findings *findings);

#endif
