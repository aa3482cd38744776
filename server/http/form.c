/* form.c - one copy of the body, decoded in place: "name\0value\0name\0value\0". */
#include "http/form.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"

struct form {
    size_t len; /* of the pairs */
    char pairs[];
};

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes [from, end) to `to`, with a NUL; returns where it ended, or NULL if the bytes are no
 * text. */
static char *decode(char *to, const char *from, const char *end)
{
    char *start = to;
    for (; from < end; from++) {
        char c = *from == '+' ? ' ' : *from;
        if (c == '%') {
            int high = end - from > 2 ? hex_digit(from[1]) : -1;
            int low = high < 0 ? -1 : hex_digit(from[2]);
            if (low < 0)
                return NULL;
            c = (char)(high << 4 | low);
            from += 2;
        }
        if (!c)
            return NULL;
        *to++ = c;
    }
    *to = '\0';
    size_t len = (size_t)(to - start);
    return utf8_valid_len(start, len) == len ? to + 1 : NULL;
}

struct form *form_parse(const char *body, size_t len)
{
    /* A pair "a" grows to "a\0\0", a byte more than with its '&': two bytes for each byte are
     * enough. */
    struct form *form = malloc(sizeof *form + 2 * len + 2);
    if (!form)
        return NULL;
    char *to = form->pairs;
    for (const char *at = body, *end = body + len; at < end;) {
        const char *stop = memchr(at, '&', (size_t)(end - at));
        if (!stop)
            stop = end;
        const char *equals = memchr(at, '=', (size_t)(stop - at));
        char *value = at < stop ? decode(to, at, equals ? equals : stop) : NULL;
        char *next = value ? decode(value, equals ? equals + 1 : stop, stop) : NULL;
        if (next)
            to = next;
        at = stop + 1;
    }
    form->len = (size_t)(to - form->pairs);
    return form;
}

const char *form_get(const struct form *form, const char *name)
{
    const char *at = form ? form->pairs : NULL, *end = form ? at + form->len : NULL;
    while (at < end) {
        const char *value = at + strlen(at) + 1;
        if (strcmp(at, name) == 0)
            return value;
        at = value + strlen(value) + 1;
    }
    return NULL;
}

void form_free(struct form *form)
{
    free(form);
}
