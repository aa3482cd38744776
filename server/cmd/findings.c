/* findings.c - see findings.h. */
#include "cmd/findings.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct finding {
    const char *path;
    size_t line, column;
    size_t text; /* in `words` */
};

/*** Places ***/

void source_begin(struct source *source, const char *path, const char *bytes, size_t len)
{
    *source = (struct source){path, bytes, len, 0, 1, 1};
}

static void source_go(struct source *source, size_t offset)
{
    if (offset > source->len)
        offset = source->len;
    if (offset < source->offset)
        source_begin(source, source->path, source->bytes, source->len);
    for (; source->offset < offset; source->offset++) {
        unsigned char c = (unsigned char)source->bytes[source->offset];
        if (c == '\n') {
            source->line++;
            source->column = 1;
        } else {
            source->column += (c & 0xc0) != 0x80;
        }
    }
}

/*** Collecting ***/

/* A terminal must not get an escape sequence that a note holds. */
static void drop_controls(struct text *words, size_t from)
{
    size_t to = from;
    for (size_t i = from; i < words->len; i++)
        if ((unsigned char)words->data[i] >= ' ' && words->data[i] != 0x7f)
            words->data[to++] = words->data[i];
    words->len = to;
}

__attribute__((format(printf, 5, 0))) static void add(struct findings *findings, const char *path,
                                                      size_t line, size_t column,
                                                      const char *format, va_list ap)
{
    struct finding finding = {path, line, column, findings->words.len};
    char *text;
    if (vasprintf(&text, format, ap) < 0) {
        findings->words.failed = true;
        return;
    }
    text_puts(&findings->words, text);
    free(text);
    drop_controls(&findings->words, finding.text);
    text_add(&findings->words, "", 1);
    text_add(&findings->list, &finding, sizeof finding);
}

void finding_add(struct findings *findings, struct source *source, size_t offset,
                 const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    source_go(source, offset);
    add(findings, source->path, source->line, source->column, format, ap);
    va_end(ap);
}

void finding_add_at(struct findings *findings, const char *path, size_t line, size_t column,
                    const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    add(findings, path, line, column, format, ap);
    va_end(ap);
}

size_t findings_count(const struct findings *findings)
{
    return findings->list.len / sizeof(struct finding);
}

/*** Printing ***/

static int compare(const void *a, const void *b, void *words)
{
    const struct finding *x = a, *y = b;
    int order = strcmp(x->path, y->path);
    if (order)
        return order;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    if (x->column != y->column)
        return x->column < y->column ? -1 : 1;
    return strcmp((char *)words + x->text, (char *)words + y->text);
}

long findings_print(struct findings *findings, FILE *out)
{
    if (findings->list.failed || findings->words.failed)
        return -ENOMEM;
    struct finding *list = (void *)findings->list.data;
    size_t n = findings_count(findings);
    char *words = findings->words.data;
    long printed = 0;
    if (n)
        qsort_r(list, n, sizeof *list, compare, words);
    for (size_t i = 0; i < n; i++) {
        if (i > 0 && compare(&list[i - 1], &list[i], words) == 0)
            continue;
        fprintf(out, "%s:%zu:%zu: %s\n", list[i].path, list[i].line, list[i].column,
                words + list[i].text);
        printed++;
    }
    return printed;
}

void findings_free(struct findings *findings)
{
    text_free(&findings->list);
    text_free(&findings->words);
}
