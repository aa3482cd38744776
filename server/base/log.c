/* log.c - one write(2) a line, control characters made harmless. */
#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LOG_LINE_MAX = 2048 };

static enum log_level log_limit = LOG_LEVEL_INFO;

void log_set_level(enum log_level level)
{
    log_limit = level;
}

/* Copies text, writing control characters as \xNN; stops where the next one might not fit. */
static size_t log_escape(char *out, size_t size, const char *text)
{
    size_t n = 0;
    for (; *text && n + 5 < size; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < 0x20 || c == 0x7f)
            n += (size_t)snprintf(out + n, size - n, "\\x%02x", c);
        else
            out[n++] = *text;
    }
    return n;
}

__attribute__((format(printf, 3, 0))) static void log_line(enum log_level level, const char *label,
                                                           const char *format, va_list ap)
{
    if (level > log_limit)
        return;
    char text[LOG_LINE_MAX], line[LOG_LINE_MAX];
    vsnprintf(text, sizeof text, format, ap);
    size_t n = (size_t)snprintf(line, sizeof line, "prepd: %s", label);
    n += log_escape(line + n, sizeof line - n - 1, text);
    line[n++] = '\n';
    if (write(STDERR_FILENO, line, n) < 0)
        return; /* nowhere left to complain to */
}

#define LOG_FUNCTION(name, level, label)                                                           \
    void name(const char *format, ...)                                                             \
    {                                                                                              \
        va_list ap;                                                                                \
        va_start(ap, format);                                                                      \
        log_line(level, label, format, ap);                                                        \
        va_end(ap);                                                                                \
    }

LOG_FUNCTION(log_error, LOG_LEVEL_ERROR, "error: ")
LOG_FUNCTION(log_warning, LOG_LEVEL_WARNING, "warning: ")
LOG_FUNCTION(log_info, LOG_LEVEL_INFO, "")
LOG_FUNCTION(log_debug, LOG_LEVEL_DEBUG, "debug: ")
