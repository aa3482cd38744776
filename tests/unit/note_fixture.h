/* note_fixture.h - parsing a string in a test, and seeing what came out. */
#ifndef PREPD_TESTS_NOTE_FIXTURE_H
#define PREPD_TESTS_NOTE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "notes/note.h"

/* Parses bytes from a buffer of their own, so that ASan sees every read beyond the padding. */
static inline int parse_bytes(const char *bytes, size_t len, struct note **ret, struct err *err)
{
    char *padded = calloc(1, len + NOTE_PAD);
    assert_non_null(padded);
    if (len)
        memcpy(padded, bytes, len);
    int r = note_parse("note.md", padded, len, ret, err);
    free(padded);
    return r;
}

static inline struct note *parse(const char *markdown)
{
    struct note *note = NULL;
    struct err err = {0};
    if (parse_bytes(markdown, strlen(markdown), &note, &err) < 0)
        fail_msg("%s", err.text);
    return note;
}

/* The page with its holes shown as {item 0} and {demo 0}. To be freed. */
static inline char *show(const struct note *note)
{
    struct text out = {0};
    for (size_t i = 0; i < note->n_parts; i++) {
        const struct note_part *part = &note->parts[i];
        if (part->kind == NOTE_HTML)
            text_add(&out, part->html, part->len);
        else
            text_printf(&out, "{%s %zu}", part->kind == NOTE_ITEM ? "item" : "demo", part->index);
    }
    return text_steal(&out, NULL);
}

static inline void assert_renders(const char *markdown, const char *html)
{
    struct note *note = parse(markdown);
    char *shown = show(note);
    assert_string_equal(shown, html);
    free(shown);
    note_unref(note);
}

static inline void assert_holds(const char *markdown, const char *html)
{
    struct note *note = parse(markdown);
    char *shown = show(note);
    if (!strstr(shown, html))
        fail_msg("%s\nis not in\n%s", html, shown);
    free(shown);
    note_unref(note);
}

#endif
