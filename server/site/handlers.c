/* handlers.c - what handlers share: JSON replies, errors, the reader's language. */
#include "site/handlers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void reply_json(struct http_request *req, int status, json_t *object)
{
    char *json = object ? json_dumps(object, JSON_COMPACT) : NULL;
    json_decref(object);
    if (!json) {
        http_reply_error(req, 503, "out_of_memory", NULL, "out of memory");
        return;
    }
    struct text body = {.data = json, .len = strlen(json), .cap = strlen(json) + 1};
    http_reply(req, status, "application/json", &body);
}

/* What an errno of the layers below means over HTTP. */
static const struct {
    int code;
    int status;
    const char *name;
} meanings[] = {
    {EINVAL, 400, "bad_request"},    {ENOENT, 404, "not_found"},     {ESTALE, 409, "gone"},
    {EAGAIN, 429, "busy"},           {ENOSYS, 503, "unavailable"},   {EPIPE, 503, "unavailable"},
    {EBUSY, 503, "database_locked"}, {EROFS, 503, "read_only"},      {EACCES, 503, "read_only"},
    {ENOSPC, 507, "disk_full"},      {ENOMEM, 503, "out_of_memory"},
};

void reply_err(struct http_request *req, const struct err *err)
{
    const char *text = err->text[0] ? err->text : strerror(err->code);
    const char *field = err->field[0] ? err->field : NULL;
    for (size_t i = 0; i < ARRAY_LEN(meanings); i++)
        if (meanings[i].code == err->code) {
            if (meanings[i].status == 429)
                http_set_header(req, "Retry-After", "5");
            http_reply_error(req, meanings[i].status, meanings[i].name, field, "%s", text);
            return;
        }
    http_reply_error(req, 500, "internal", field, "%s", text);
}

bool lang_from_name(const char *name, enum lang *ret)
{
    if (!name || (strcmp(name, "zh") != 0 && strcmp(name, "en") != 0))
        return false;
    *ret = name[0] == 'e' ? LANG_EN : LANG_ZH;
    return true;
}

/* The first of zh and en that the browser lists (RFC 9110 12.5.4; browsers list by preference, so
 * weights are not read). */
static enum lang accepted_lang(const char *header)
{
    for (const char *p = header; p && *p;) {
        p += strspn(p, " ,\t");
        if (strncasecmp(p, "zh", 2) == 0)
            return LANG_ZH;
        if (strncasecmp(p, "en", 2) == 0)
            return LANG_EN;
        p += strcspn(p, ",");
    }
    return LANG_ZH;
}

enum lang request_lang(const struct http_request *req)
{
    enum lang lang;
    if (lang_from_name(http_query(req, "lang"), &lang) ||
        lang_from_name(http_cookie(req, "lang"), &lang))
        return lang;
    return accepted_lang(http_header(req, "Accept-Language"));
}
