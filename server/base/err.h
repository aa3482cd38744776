/* err.h - the one error idiom.
 *
 * A function that can fail returns 0 (or a count) on success and a negative errno on failure. Where
 * a person must read the reason, it also fills a `struct err` that the caller owns, usually on its
 * stack. Libraries do not log: the layer that handles the error logs it or answers with it, once.
 *
 *     struct err err = {0};
 *     if (store_open(dir, &store, &err) < 0)
 *         return log_error("%s", err.text), 1;
 */
#ifndef PREPD_BASE_ERR_H
#define PREPD_BASE_ERR_H

struct err {
    int code;       /* positive errno, 0 while nothing has failed */
    char field[64]; /* the input that is at fault ("params.gogc"), or "" */
    char text[448]; /* one sentence that says what failed and where; UTF-8, no newline */
};

/* Fills *err (which may be NULL) and returns -code, so that a failure is one line:
 * `return err_set(err, EINVAL, "%s: line %zu is not UTF-8", path, line);`
 * A text too long is cut at a character's boundary. */
int err_set(struct err *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* As err_set, and names the input field at fault. */
int err_field(struct err *err, int code, const char *field, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Puts "context: " before the text already there, keeps the code, and returns -err->code. */
int err_prefix(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
