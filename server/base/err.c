/* err.c - filling struct err; see err.h for the idiom. */
#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"

__attribute__((format(printf, 4, 0))) static void
err_format(struct err *err, int code, const char *field, const char *format, va_list ap)
{
    int written = vsnprintf(err->text, sizeof err->text, format, ap);
    if (written >= (int)sizeof err->text) /* never leave half a character behind */
        err->text[utf8_valid_len(err->text, strlen(err->text))] = '\0';
    snprintf(err->field, sizeof err->field, "%s", field);
    err->code = code;
}

int err_set(struct err *err, int code, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    if (err)
        err_format(err, code, "", format, ap);
    va_end(ap);
    return -code;
}

int err_field(struct err *err, int code, const char *field, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    if (err)
        err_format(err, code, field, format, ap);
    va_end(ap);
    return -code;
}

int err_prefix(struct err *err, const char *format, ...)
{
    if (!err)
        return -1;
    char joined[2 * sizeof err->text];
    va_list ap;
    va_start(ap, format);
    vsnprintf(joined, sizeof err->text, format, ap);
    va_end(ap);
    size_t used = strlen(joined);
    snprintf(joined + used, sizeof joined - used, ": %s", err->text);
    joined[sizeof err->text - 1] = '\0';
    memcpy(err->text, joined, sizeof err->text);
    err->text[utf8_valid_len(err->text, strlen(err->text))] = '\0';
    return -err->code;
}
