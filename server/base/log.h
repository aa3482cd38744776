/* log.h - lines on standard error, for the operator.
 *
 * One line a call: "prepd: warning: text". Control characters in the text (a URL, a demo's output)
 * are written as \xNN, so nobody can forge a line. Safe from any thread: a line is one write(2). */
#ifndef PREPD_BASE_LOG_H
#define PREPD_BASE_LOG_H

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/* Lines above this level are dropped. The default is LOG_LEVEL_INFO. Set it before any thread
 * starts. */
void log_set_level(enum log_level level);

void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warning(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_debug(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
