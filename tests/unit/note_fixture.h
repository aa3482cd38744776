/* note_fixture.h - parsing a string in a test, and seeing what came out. */
#ifndef PREPD_TESTS_NOTE_FIXTURE_H
#define PREPD_TESTS_NOTE_FIXTURE_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "notes/note.h"

/* Stands for a folder with two images: x.png, of 40 by 30 pixels, and y.svg, which does not say. */
static inline int find_picture(void *ud, const char *src, struct note_picture *ret, struct err *err)
{
    (void)ud;
    bool png = strcmp(src, "x.png") == 0;
    if (!png && strcmp(src, "y.svg") != 0)
        return err_set(err, ENOENT, "there is no such file");
    snprintf(ret->url, sizeof ret->url, "/images/0/%s?v=1", src);
    ret->width = png ? 40 : 0;
    ret->height = png ? 30 : 0;
    return 0;
}

/* Parses bytes from a buffer of their own, so that ASan sees every read beyond the padding. */
static inline int parse_bytes(const char *bytes, size_t len, struct note **ret, struct err *err)
{
    char *padded = calloc(1, len + NOTE_PAD);
    assert_non_null(padded);
    if (len)
        memcpy(padded, bytes, len);
    static const struct note_pictures pictures = {.find = find_picture};
    int r = note_parse("note.md", padded, len, &pictures, ret, err);
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
