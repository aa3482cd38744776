/* text.h - a growing byte buffer, the one way in which prepd builds text.
 *
 * A text that ran out of memory stays failed and swallows what is added, so a writer checks once at
 * the end. It is owned by whoever declared it: `cleanup_text struct text t = {0};`, or handed on
 * with text_steal. data is NUL-terminated whenever len > 0. Not thread-safe. */
#ifndef PREPD_BASE_TEXT_H
#define PREPD_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct text {
    char *data;
    size_t len;
    size_t cap;
    bool failed;
};

void text_add(struct text *text, const void *bytes, size_t len);
void text_puts(struct text *text, const char *string);
void text_char(struct text *text, char c);
void text_printf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Makes room for `more` bytes and returns where they go, or NULL; the caller writes there and adds
 * to len. For code that must not pay a call per byte. */
char *text_reserve(struct text *text, size_t more);

/* Hands the bytes to the caller, who frees them; the text is empty again. NULL if it had failed. An
 * empty text gives an allocated "". */
char *text_steal(struct text *text, size_t *ret_len);

void text_free(struct text *text);

#define cleanup_text __attribute__((cleanup(text_free)))

#endif
