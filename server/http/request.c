/* request.c - what a handler asks of a request. Strings are libmicrohttpd's, in the connection's
 * memory pool, or the request's own. */
#include <stdlib.h>
#include <string.h>

#include "http/server.h"

void request_reset(struct http_request *req)
{
    memset(req, 0, offsetof(struct http_request, params));
    req->params.n = req->params.used = 0;
}

void request_free(struct http_request *req)
{
    text_free(&req->body);
    form_free(req->form);
    req->form = NULL;
    for (size_t i = 0; i < req->n_set_headers; i++) {
        free(req->set_headers[i][0]);
        free(req->set_headers[i][1]);
    }
    req->n_set_headers = 0;
}

void *http_ud(const struct http_request *req)
{
    return conn_of_const(req)->http->options.ud;
}

const char *http_method(const struct http_request *req)
{
    return req->facts.method;
}

const char *http_path(const struct http_request *req)
{
    return req->facts.path;
}

const char *http_param(const struct http_request *req, const char *name)
{
    return router_param(&req->params, name);
}

const char *http_query(const struct http_request *req, const char *name)
{
    struct MHD_Connection *mhd = conn_of_const(req)->mhd;
    const char *value = NULL;
    enum MHD_Result found =
        MHD_lookup_connection_value_n(mhd, MHD_GET_ARGUMENT_KIND, name, strlen(name), &value, NULL);
    return found == MHD_YES && !value ? "" : value; /* "?a" has no value, and is there */
}

struct query_walk {
    int (*each)(const char *name, const char *value, void *ud);
    void *ud;
    int result;
};

static enum MHD_Result walk_query(void *cls, enum MHD_ValueKind kind, const char *name,
                                  const char *value)
{
    struct query_walk *walk = cls;
    (void)kind;
    walk->result = walk->each(name, value ? value : "", walk->ud);
    return walk->result ? MHD_NO : MHD_YES;
}

int http_query_each(const struct http_request *req,
                    int (*each)(const char *name, const char *value, void *ud), void *ud)
{
    struct query_walk walk = {.each = each, .ud = ud};
    MHD_get_connection_values(conn_of_const(req)->mhd, MHD_GET_ARGUMENT_KIND, walk_query, &walk);
    return walk.result;
}

const char *http_header(const struct http_request *req, const char *name)
{
    return MHD_lookup_connection_value(conn_of_const(req)->mhd, MHD_HEADER_KIND, name);
}

const char *http_cookie(const struct http_request *req, const char *name)
{
    return MHD_lookup_connection_value(conn_of_const(req)->mhd, MHD_COOKIE_KIND, name);
}

const char *http_body(const struct http_request *req, size_t *ret_len)
{
    if (ret_len)
        *ret_len = req->body.len;
    return req->body.len ? req->body.data : "";
}

const char *http_form(const struct http_request *req, const char *name)
{
    struct http_request *own = (struct http_request *)req; /* parsed when first asked for */
    if (!own->form && req->route && (req->route->flags & HTTP_FORM) && req->body.len)
        own->form = form_parse(req->body.data, req->body.len);
    return form_get(req->form, name);
}

bool http_is_head(const struct http_request *req)
{
    return strcmp(req->facts.method, "HEAD") == 0;
}
