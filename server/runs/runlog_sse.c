/* runlog_sse.c - an event of a log as Server-Sent Events have it; see runlog.h. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "runs/runlog.h"

enum { KIND_MAX = 40 };

size_t runlog_header(uint64_t number, const char *kind, size_t kind_len,
                     char ret[static RUNLOG_HEADER_MAX])
{
    int shown = kind_len < KIND_MAX ? (int)kind_len : KIND_MAX;
    return (size_t)snprintf(ret, RUNLOG_HEADER_MAX, "id: %" PRIu64 "\nevent: %.*s\ndata: ", number,
                            shown, kind);
}

/* The kind of a line in the form that prepd and demos' library write: "event" comes first. It needs
 * no parsing, which would cost a hundred times what copying the line does. */
static size_t kind_in_front(const char *line, size_t len, const char **ret_kind)
{
    static const char front[] = "{\"event\":\"";
    const size_t skip = sizeof front - 1;
    if (len <= skip || memcmp(line, front, skip) != 0)
        return 0;
    const char *end = memchr(line + skip, '"', len - skip);
    *ret_kind = line + skip;
    return end ? (size_t)(end - *ret_kind) : 0;
}

static size_t header_of(const char *line, size_t len, uint64_t number,
                        char ret[static RUNLOG_HEADER_MAX])
{
    const char *kind = NULL;
    size_t kind_len = kind_in_front(line, len, &kind), header_len = 0;
    if (kind_len)
        return runlog_header(number, kind, kind_len, ret);
    json_t *event = json_loadb(line, len, 0, NULL);
    kind = json_string_value(json_object_get(event, "event"));
    if (kind)
        header_len = runlog_header(number, kind, strlen(kind), ret);
    json_decref(event);
    return header_len;
}

int runlog_sse(const char *ndjson, size_t len, uint64_t first, struct text *out)
{
    char header[RUNLOG_HEADER_MAX];
    for (const char *line = ndjson, *end = ndjson + len; line < end; first++) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        size_t line_len = (size_t)((stop ? stop : end) - line);
        size_t header_len = header_of(line, line_len, first, header);
        if (!header_len)
            return -EINVAL;
        text_add(out, header, header_len);
        text_add(out, line, line_len);
        text_add(out, "\n\n", 2);
        line += line_len + 1;
    }
    return out->failed ? -ENOMEM : 0;
}
