/* html.c - printf whose arguments are escaped; see html.h.
 *
 * The format is walked once: what stands between conversions is copied, each conversion is
 * formatted alone, by vsnprintf's rules, and its result is escaped. %s is escaped straight from its
 * argument. */
#include "base/html.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *html_entity(char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

void html_escape(struct text *out, const char *bytes, size_t len)
{
    size_t from = 0;
    for (size_t i = 0; i < len; i++) {
        const char *entity = html_entity(bytes[i]);
        if (!entity)
            continue;
        text_add(out, bytes + from, i - from);
        text_puts(out, entity);
        from = i + 1;
    }
    text_add(out, bytes + from, len - from);
}

void url_escape(struct text *out, const char *bytes, size_t len)
{
    static const char unreserved[] = "-._~";
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)bytes[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     (c && strchr(unreserved, c));
        if (plain)
            text_char(out, (char)c);
        else
            text_printf(out, "%%%02X", c);
    }
}

/* One conversion of a format: "%-5.2lf". */
struct conversion {
    char spec[32];  /* as vsnprintf wants it, '*' replaced by its value */
    char length[3]; /* "", "l", "ll", "z" */
    char kind;      /* 's', 'd', … */
    int precision;  /* -1: none given */
};

static _Noreturn void bad_format(const char *format)
{
    fprintf(stderr, "prepd: html_printf does not know this format: %s\n", format);
    abort();
}

/* Reads the conversion after '%' at p; returns where it ends. */
static const char *conversion_read(const char *p, const char *format, struct conversion *ret,
                                   va_list *ap)
{
    char flags[12] = "";
    size_t n = strspn(p, "-+ #0123456789");
    if (n >= sizeof flags)
        bad_format(format);
    memcpy(flags, p, n);
    p += n;
    ret->precision = -1;
    if (*p == '.') {
        p++;
        if (*p == '*') {
            ret->precision = va_arg(*ap, int);
            p++;
        } else {
            char *end;
            ret->precision = (int)strtol(p, &end, 10);
            p = end;
        }
    }
    n = strspn(p, "lz");
    if (n >= sizeof ret->length)
        bad_format(format);
    memcpy(ret->length, p, n);
    ret->length[n] = '\0';
    ret->kind = p[n];
    if (ret->precision >= 0)
        snprintf(ret->spec, sizeof ret->spec, "%%%s.%d", flags, ret->precision);
    else
        snprintf(ret->spec, sizeof ret->spec, "%%%s", flags);
    return p + n + 1;
}

static void add_string(struct text *out, const struct conversion *c, const char *s)
{
    if (!s)
        s = "";
    html_escape(out, s, c->precision >= 0 ? strnlen(s, (size_t)c->precision) : strlen(s));
}

/* Formats one number by the conversion's own flags; `type` is what vsnprintf calls it: "lld", "g".
 */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
static void add_number(struct text *out, struct conversion *c, const char *type, ...)
{
    char number[400]; /* the longest double is 1 + 309 + 1 + precision */
    va_list ap;
    strcat(c->spec, type);
    va_start(ap, type);
    vsnprintf(number, sizeof number, c->spec, ap);
    va_end(ap);
    text_puts(out, number);
}
#pragma GCC diagnostic pop

/* Every integer is widened to 64 bits, so that one type of each sign serves all lengths. */
static long long take_signed(const struct conversion *c, va_list *ap)
{
    return c->length[0] == '\0'  ? va_arg(*ap, int)
           : c->length[0] == 'z' ? va_arg(*ap, ssize_t)
           : c->length[1] == 'l' ? va_arg(*ap, long long)
                                 : va_arg(*ap, long);
}

static unsigned long long take_unsigned(const struct conversion *c, va_list *ap)
{
    return c->length[0] == '\0'  ? va_arg(*ap, unsigned)
           : c->length[0] == 'z' ? va_arg(*ap, size_t)
           : c->length[1] == 'l' ? va_arg(*ap, unsigned long long)
                                 : va_arg(*ap, unsigned long);
}

static void conversion_write(struct text *out, struct conversion *c, const char *format,
                             va_list *ap)
{
    switch (c->kind) {
    case 's':
        add_string(out, c, va_arg(*ap, const char *));
        break;
    case 'c': {
        char one = (char)va_arg(*ap, int);
        html_escape(out, &one, 1);
        break;
    }
    case 'd':
        add_number(out, c, "lld", take_signed(c, ap));
        break;
    case 'u':
        add_number(out, c, "llu", take_unsigned(c, ap));
        break;
    case 'x':
        add_number(out, c, "llx", take_unsigned(c, ap));
        break;
    case 'f':
        add_number(out, c, "f", va_arg(*ap, double));
        break;
    case 'g':
        add_number(out, c, "g", va_arg(*ap, double));
        break;
    case '%':
        text_char(out, '%');
        break;
    default:
        bad_format(format);
    }
}

static void html_vprintf(struct text *out, const char *format, va_list *ap)
{
    const char *p = format;
    while (*p) {
        size_t plain = strcspn(p, "%");
        text_add(out, p, plain);
        p += plain;
        if (!*p)
            break;
        struct conversion c;
        p = conversion_read(p + 1, format, &c, ap);
        conversion_write(out, &c, format, ap);
    }
}

void html_printf(struct text *out, const char *format, ...)
{
    va_list ap;
    va_start(ap, format);
    html_vprintf(out, format, &ap);
    va_end(ap);
}
