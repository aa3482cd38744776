/* refuse.c - see refuse.h. */
#include "notes/refuse.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "notes/guard.h"
#include "notes/note.h"

_Static_assert(NOTE_BYTES_MAX == 1048576, "a message says so");

static bool is_all_blank(const char *bytes, size_t len)
{
    size_t i = 0;
    while (i < len && strchr(" \t\r\n", bytes[i]))
        i++;
    return i == len;
}

static int refuse(struct refusal *ret, int code, const char *why)
{
    *ret = (struct refusal){.code = code};
    snprintf(ret->why, sizeof ret->why, "%s", why);
    return -code;
}

static int refuse_at(struct refusal *ret, int code, size_t offset, const char *why)
{
    refuse(ret, code, why);
    ret->has_place = true;
    ret->offset = offset;
    return -code;
}

int note_refuse(const char *bytes, size_t len, struct refusal *ret)
{
    if (len > NOTE_BYTES_MAX) /* whoever reads files stops reading there */
        return refuse(ret, EFBIG, "more than the 1048576 bytes allowed");
    const char *nul = memchr(bytes, '\0', len);
    if (nul)
        return refuse_at(ret, EINVAL, (size_t)(nul - bytes), "a NUL byte; this is no text");
    size_t valid = utf8_valid_len(bytes, len);
    if (valid < len)
        return refuse_at(ret, EINVAL, valid, "not UTF-8");
    if (is_all_blank(bytes, len))
        return refuse(ret, EINVAL, "empty");
    size_t offset;
    if (guard_check(bytes, len, &offset) < 0)
        return refuse_at(ret, ETIME, offset, "too many brackets or links in one paragraph");
    return 0;
}
