/* response.c - replies that are made once and sent once, and the headers that all replies carry.
 *
 * No page of ours needs an inline script or style, so the policy has no 'unsafe-inline': a note
 * that smuggled markup past the renderer could still not run it. There is no CORS header anywhere.
 */
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/util.h"
#include "http/server.h"

static const char page_policy[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'";

/* An SVG may bring its own style and pictures within it, and that is all. */
const char response_foreign_policy[] =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; sandbox";

static const char policy_header[] = "Content-Security-Policy";

static const struct {
    const char *name, *value;
} common[] = {
    {"X-Content-Type-Options", "nosniff"},
    {"X-Frame-Options", "DENY"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
};

void response_common_headers(struct text *out)
{
    text_printf(out, "%s: %s\r\n", policy_header, page_policy);
    for (size_t i = 0; i < ARRAY_LEN(common); i++)
        text_printf(out, "%s: %s\r\n", common[i].name, common[i].value);
}

static void write_date(struct text *out)
{
    char date[40];
    struct tm tm;
    time_t now = time(NULL);
    strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", gmtime_r(&now, &tm));
    text_printf(out, "Date: %s\r\n", date);
}

void response_write_head(const struct http_request *req, const char *content_type, struct text *out)
{
    text_puts(out, "HTTP/1.1 200 OK\r\nConnection: close\r\nCache-Control: no-store\r\n");
    write_date(out);
    text_printf(out, "Content-Type: %s\r\n", content_type);
    response_common_headers(out);
    for (size_t i = 0; i < req->n_set_headers; i++) {
        const char *value = req->set_headers[i][1];
        if (!strpbrk(value, "\r\n"))
            text_printf(out, "%s: %s\r\n", req->set_headers[i][0], value);
    }
}

struct MHD_Response *response_finish(struct MHD_Response *response, const char *content_type,
                                     const char *cache_control, const char *policy)
{
    bool ok = response && MHD_add_response_header(response, policy_header,
                                                  policy ? policy : page_policy) == MHD_YES;
    if (ok && content_type)
        ok = MHD_add_response_header(response, "Content-Type", content_type) == MHD_YES;
    if (ok && cache_control)
        ok = MHD_add_response_header(response, "Cache-Control", cache_control) == MHD_YES;
    for (size_t i = 0; ok && i < ARRAY_LEN(common); i++)
        ok = MHD_add_response_header(response, common[i].name, common[i].value) == MHD_YES;
    if (!ok && response)
        MHD_destroy_response(response);
    return ok ? response : NULL;
}

/*** Headers of the handler's own ***/

void http_set_header(struct http_request *req, const char *name, const char *value)
{
    char *copy_name = strdup(name), *copy = strdup(value);
    if (!copy_name || !copy || req->n_set_headers == HTTP_SET_HEADERS) {
        free(copy_name);
        free(copy);
        return;
    }
    req->set_headers[req->n_set_headers][0] = copy_name;
    req->set_headers[req->n_set_headers++][1] = copy;
}

/* A value with a line break is refused by libmicrohttpd. */
void response_add_set_headers(const struct http_request *req, struct MHD_Response *response)
{
    for (size_t i = 0; response && i < req->n_set_headers; i++)
        MHD_add_response_header(response, req->set_headers[i][0], req->set_headers[i][1]);
}

static bool has_set(const struct http_request *req, const char *name)
{
    for (size_t i = 0; i < req->n_set_headers; i++) {
        if (strcasecmp(req->set_headers[i][0], name) == 0)
            return true;
    }
    return false;
}

/*** Sending ***/

void response_queue(struct http_request *req, int status, struct MHD_Response *response)
{
    struct conn *conn = conn_of(req);
    bool waiting = conn->phase == CONN_WAITING;
    req->deferred = false;
    if (!conn->http) { /* closed since it was deferred: nobody else knows of it */
        request_free(req);
        free(conn);
        return;
    }
    if (req->replied)
        return;
    req->replied = true;
    conn_enter(conn, CONN_REPLY);
    if (!response || MHD_queue_response(conn->mhd, (unsigned)status, response) != MHD_YES)
        conn_kill(conn);
    if (waiting)
        daemon_resume(conn);
}

void response_send(struct http_request *req, int status, struct MHD_Response *response)
{
    response_queue(req, status, response);
    if (response)
        MHD_destroy_response(response);
}

void http_reply(struct http_request *req, int status, const char *content_type, struct text *body)
{
    size_t len;
    char *bytes = text_steal(body, &len);
    const char *cache_control = has_set(req, "Cache-Control") ? NULL : "no-store";
    struct MHD_Response *response =
        bytes ? MHD_create_response_from_buffer(len, bytes, MHD_RESPMEM_MUST_FREE) : NULL;
    if (!response)
        free(bytes);
    response = response_finish(response, content_type, cache_control, NULL);
    response_add_set_headers(req, response);
    response_send(req, status, response);
}

void http_reply_redirect(struct http_request *req, int status, const char *location)
{
    struct text body = {0};
    http_set_header(req, "Location", location);
    http_reply(req, status, "text/plain; charset=utf-8", &body);
}

void http_defer(struct http_request *req)
{
    if (!req->replied)
        req->deferred = true;
}

/*** Errors ***/

/* A browser asking for a page gets a page. */
static bool wants_page(const struct http_request *req)
{
    if (!conn_of_const(req)->http || !conn_of_const(req)->http->options.error_page)
        return false;
    if (req->route)
        return req->route->flags & HTTP_PAGE;
    const char *accept = http_header(req, "Accept");
    return accept && strstr(accept, "text/html") && strncmp(http_path(req), "/api/", 5) != 0;
}

static void write_error_json(struct text *out, const char *code, const char *field,
                             const char *message)
{
    json_t *error =
        json_pack("{s:{s:s,s:s,s:s?}}", "error", "code", code, "message", message, "field", field);
    char *dump = error ? json_dumps(error, JSON_COMPACT) : NULL;
    text_puts(out,
              dump ? dump : "{\"error\":{\"code\":\"failed\",\"message\":\"\",\"field\":null}}");
    text_char(out, '\n');
    free(dump);
    json_decref(error);
}

void http_reply_error(struct http_request *req, int status, const char *code, const char *field,
                      const char *format, ...)
{
    struct text body = {0};
    cleanup_free char *message = NULL;
    va_list args;
    va_start(args, format);
    if (vasprintf(&message, format, args) < 0)
        message = NULL;
    va_end(args);
    bool page = wants_page(req);
    if (page)
        conn_of(req)->http->options.error_page(req, status, message ? message : "", &body);
    else
        write_error_json(&body, code, field, message ? message : "");
    http_reply(req, status, page ? "text/html; charset=utf-8" : "application/json", &body);
}

/* Always JSON: a page would show the reader's notes to whoever was refused. */
void response_refuse(struct http_request *req, const struct gate_verdict *verdict)
{
    struct text body = {0};
    write_error_json(&body, verdict->code, NULL, verdict->message);
    if (verdict->close)
        http_set_header(req, "Connection", "close");
    http_reply(req, verdict->status, "application/json", &body);
}
