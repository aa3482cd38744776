/* refuse.h - which bytes are no note, told before the parser sees them. */
#ifndef PREPD_NOTES_REFUSE_H
#define PREPD_NOTES_REFUSE_H

#include <stdbool.h>
#include <stddef.h>

struct refusal {
    int code;       /* positive errno: EFBIG, EINVAL, ETIME */
    bool has_place; /* else it is about the whole */
    size_t offset;
    char why[160]; /* "not UTF-8" */
};

/* 0, or a negative errno with *ret saying why: more than NOTE_BYTES_MAX, a NUL byte, not UTF-8,
 * nothing but blanks, or more than the parser should be given (guard.h). The bytes are followed by
 * NOTE_PAD NUL bytes. */
int note_refuse(const char *bytes, size_t len, struct refusal *ret);

#endif
