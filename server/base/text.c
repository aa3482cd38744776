/* text.c - growing by half as much again, failing once and for good; see text.h. */
#include "base/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Makes room for `more` bytes and a NUL. */
static bool text_grow(struct text *text, size_t more)
{
    if (text->failed || more > SIZE_MAX / 2 - text->len)
        return !(text->failed = true);
    size_t need = text->len + more + 1;
    size_t cap = text->cap + text->cap / 2;
    if (cap < need)
        cap = need < 256 ? 256 : need;
    char *data = realloc(text->data, cap);
    if (!data)
        return !(text->failed = true);
    text->data = data;
    text->cap = cap;
    return true;
}

char *text_reserve(struct text *text, size_t more)
{
    bool fits = !text->failed && more < text->cap - text->len;
    return fits || text_grow(text, more) ? text->data + text->len : NULL;
}

void text_add(struct text *text, const void *bytes, size_t len)
{
    char *to = text_reserve(text, len);
    if (!to)
        return;
    if (len)
        memcpy(to, bytes, len);
    to[len] = '\0';
    text->len += len;
}

void text_puts(struct text *text, const char *string)
{
    text_add(text, string, strlen(string));
}

void text_char(struct text *text, char c)
{
    text_add(text, &c, 1);
}

void text_printf(struct text *text, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    int n = vsnprintf(NULL, 0, format, ap);
    va_end(ap);
    char *to = n < 0 ? NULL : text_reserve(text, (size_t)n);
    if (!to)
        return;
    va_start(ap, format);
    vsnprintf(to, (size_t)n + 1, format, ap);
    va_end(ap);
    text->len += (size_t)n;
}

char *text_steal(struct text *text, size_t *ret_len)
{
    text_add(text, "", 0); /* an empty text becomes an allocated "" */
    char *data = text->failed ? NULL : text->data;
    if (ret_len)
        *ret_len = data ? text->len : 0;
    if (!data)
        free(text->data);
    *text = (struct text){0};
    return data;
}

void text_free(struct text *text)
{
    free(text->data);
    *text = (struct text){0};
}
