/* page.c - replies that are kept: everything about them is made once, so that serving one is a
 * lookup and a send.
 *
 * DESIGN  A page has two forms, plain and gzip, each with an ETag of its own (they are different
 * bytes), a ready libmicrohttpd response and a ready 304. The gzip form is made when it is first
 * asked for: a page may be replaced before anybody does. The page's bytes are counted references:
 * one is the owner's, one is held by each response made over them, so http_page_free never pulls
 * bytes from under a reply that is still going out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/util.h"
#include "http/negotiate.h"
#include "http/server.h"

/* The loop packs, and whoever writes a file chooses how hard it is to pack: at level 9 a megabyte
 * of "abbab" takes ten seconds. Level 6 is thirty times as fast on that and makes a note 0.2 %
 * larger; beyond GZIP_LARGE level 1 is used. */
enum {
    GZIP_LEVEL = 6,
    GZIP_LARGE = 256 * 1024,
    GZIP_LEVEL_LARGE = 1,
    GZIP_WINDOW = 15 + 16,
    GZIP_MEMORY = 9,
};

struct form_of_page {
    const char *bytes; /* NULL: there is no such form, or not yet */
    size_t len;
    char etag[24];
    struct MHD_Response *response;
    struct MHD_Response *not_modified;
};

struct http_page {
    unsigned refs;
    bool owns_bytes;
    bool gzip_tried;
    const char *policy; /* NULL: our pages' */
    char *content_type, *cache_control;
    struct form_of_page plain, gzip;
};

/*** Life ***/

static void page_unref(void *cls)
{
    struct http_page *page = cls;
    if (--page->refs)
        return;
    if (page->owns_bytes) {
        free((char *)page->plain.bytes);
        free((char *)page->gzip.bytes);
    }
    free(page->content_type);
    free(page->cache_control);
    free(page);
}

/* A response over a form's bytes, which holds the page until it is gone. */
static struct MHD_Response *make_response(struct http_page *page, const struct form_of_page *form)
{
    struct MHD_Response *response = MHD_create_response_from_buffer_with_free_callback_cls(
        form->len, (void *)form->bytes, page_unref, page);
    if (!response)
        return NULL;
    page->refs++;
    response = response_finish(response, page->content_type, page->cache_control, page->policy);
    if (response && form == &page->gzip)
        MHD_add_response_header(response, "Content-Encoding", "gzip");
    return response;
}

static struct MHD_Response *add_validators(struct MHD_Response *response,
                                           const struct form_of_page *form)
{
    if (!response)
        return NULL;
    MHD_add_response_header(response, "ETag", form->etag);
    MHD_add_response_header(response, "Vary", "Accept-Encoding");
    return response;
}

static struct MHD_Response *make_not_modified(const struct http_page *page,
                                              const struct form_of_page *form)
{
    struct MHD_Response *response = MHD_create_response_from_buffer(0, "", MHD_RESPMEM_PERSISTENT);
    return add_validators(response_finish(response, NULL, page->cache_control, page->policy), form);
}

/* Fills in everything but the gzip form. Takes the page's reference. */
static struct http_page *page_finish(struct http_page *page, const char *content_type,
                                     const char *cache_control)
{
    uint64_t hash = hash_bytes(page->plain.bytes, page->plain.len);
    snprintf(page->plain.etag, sizeof page->plain.etag, "\"%016llx\"", (unsigned long long)hash);
    snprintf(page->gzip.etag, sizeof page->gzip.etag, "\"%016llx-gz\"", (unsigned long long)hash);
    page->content_type = strdup(content_type);
    page->cache_control = strdup(cache_control);
    if (page->content_type && page->cache_control)
        page->plain.response = add_validators(make_response(page, &page->plain), &page->plain);
    if (page->plain.response)
        return page;
    page_unref(page);
    return NULL;
}

/* Pictures are packed by their own formats, but for SVG, which is text. */
static bool is_packed(const char *content_type)
{
    return strncmp(content_type, "image/", 6) == 0 && strcmp(content_type, "image/svg+xml") != 0;
}

static struct http_page *page_new(const char *content_type, const char *cache_control,
                                  const char *policy, struct text *body)
{
    size_t len;
    char *bytes = text_steal(body, &len);
    struct http_page *page = bytes ? calloc(1, sizeof *page) : NULL;
    if (!page) {
        free(bytes);
        return NULL;
    }
    *page = (struct http_page){.refs = 1,
                               .owns_bytes = true,
                               .gzip_tried = is_packed(content_type),
                               .policy = policy,
                               .plain = {.bytes = bytes, .len = len}};
    return page_finish(page, content_type, cache_control);
}

struct http_page *http_page_new(const char *content_type, const char *cache_control,
                                struct text *body)
{
    return page_new(content_type, cache_control, NULL, body);
}

struct http_page *http_page_new_foreign(const char *content_type, const char *cache_control,
                                        struct text *body)
{
    return page_new(content_type, cache_control, response_foreign_policy, body);
}

struct http_page *page_new_static(const char *content_type, const char *cache_control,
                                  const void *bytes, size_t len, const void *gzip, size_t gzip_len)
{
    struct http_page *page = calloc(1, sizeof *page);
    if (!page)
        return NULL;
    *page = (struct http_page){.refs = 1,
                               .gzip_tried = true,
                               .plain = {.bytes = bytes, .len = len},
                               .gzip = {.bytes = gzip, .len = gzip_len}};
    return page_finish(page, content_type, cache_control);
}

static void drop_responses(struct form_of_page *form)
{
    if (form->response)
        MHD_destroy_response(form->response);
    if (form->not_modified)
        MHD_destroy_response(form->not_modified);
    form->response = form->not_modified = NULL;
}

void http_page_free(struct http_page *page)
{
    if (!page)
        return;
    drop_responses(&page->plain);
    drop_responses(&page->gzip);
    page_unref(page);
}

bool http_page_has(const struct http_page *page, const struct text *body)
{
    return page->plain.len == body->len &&
           (!body->len || memcmp(page->plain.bytes, body->data, body->len) == 0);
}

/*** The gzip form ***/

/* Compresses to a new buffer that is smaller than the input, or returns NULL. */
static char *gzip_bytes(const char *bytes, size_t len, size_t *ret_len)
{
    z_stream z = {.next_in = (Bytef *)bytes, .avail_in = (uInt)len};
    char *out = len > 1 ? malloc(len - 1) : NULL;
    int level = len > GZIP_LARGE ? GZIP_LEVEL_LARGE : GZIP_LEVEL;
    if (!out || len > UINT32_MAX ||
        deflateInit2(&z, level, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY, Z_DEFAULT_STRATEGY)) {
        free(out);
        return NULL;
    }
    z.next_out = (Bytef *)out;
    z.avail_out = (uInt)(len - 1);
    bool smaller = deflate(&z, Z_FINISH) == Z_STREAM_END;
    *ret_len = z.total_out;
    deflateEnd(&z);
    if (smaller)
        return out;
    free(out);
    return NULL;
}

static bool has_gzip(struct http_page *page)
{
    if (!page->gzip_tried)
        page->gzip.bytes = gzip_bytes(page->plain.bytes, page->plain.len, &page->gzip.len);
    page->gzip_tried = true;
    if (page->gzip.bytes && !page->gzip.response)
        page->gzip.response = add_validators(make_response(page, &page->gzip), &page->gzip);
    return page->gzip.response;
}

/*** Serving ***/

/* A page with headers of this reply's own (Set-Cookie): a response for once, over the same bytes.
 */
static void send_with_set_headers(struct http_request *req, struct http_page *page,
                                  const struct form_of_page *form)
{
    struct MHD_Response *response = add_validators(make_response(page, form), form);
    response_add_set_headers(req, response);
    response_send(req, 200, response);
}

void http_reply_page(struct http_request *req, struct http_page *page)
{
    struct form_of_page *form = &page->plain;
    bool takes_gzip = accepts_gzip(req->accept_encoding);
    /* Its tag says that the client got the gzip form once: no need to make it again to say that
     * nothing changed. */
    if (takes_gzip && (etag_matches(req->if_none_match, page->gzip.etag) || has_gzip(page)))
        form = &page->gzip;
    if (etag_matches(req->if_none_match, form->etag)) {
        if (!form->not_modified)
            form->not_modified = make_not_modified(page, form);
        response_queue(req, 304, form->not_modified);
    } else if (req->n_set_headers) {
        send_with_set_headers(req, page, form);
    } else {
        response_queue(req, 200, form->response);
    }
}
