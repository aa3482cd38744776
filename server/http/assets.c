/* assets.c - each embedded file is a kept page over the binary's own bytes, made when it is first
 * asked for. */
#include "http/assets.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "http/server.h"

static struct http_page *make_page(const struct asset *asset)
{
    size_t gzip_len = (size_t)(asset->gzip_end - asset->gzip);
    return page_new_static(asset->content_type, "public, max-age=31536000, immutable", asset->bytes,
                           (size_t)(asset->bytes_end - asset->bytes), gzip_len ? asset->gzip : NULL,
                           gzip_len);
}

/* The kept page of an asset; they live as long as the program. NULL if out of memory. */
static struct http_page *page_of(size_t index)
{
    static struct http_page **pages;
    if (!pages)
        pages = calloc(embedded_assets_len, sizeof(struct http_page *));
    if (pages && !pages[index])
        pages[index] = make_page(&embedded_assets[index]);
    return pages ? pages[index] : NULL;
}

void assets_handle(struct http_request *req)
{
    const char *path = http_path(req);
    for (size_t i = 0; i < embedded_assets_len; i++) {
        if (strcmp(embedded_assets[i].url, path) != 0)
            continue;
        struct http_page *page = page_of(i);
        if (page)
            http_reply_page(req, page);
        else
            http_reply_error(req, 503, "no_memory", NULL, "Out of memory.");
        return;
    }
    http_reply_error(req, 404, "not_found", NULL, "There is nothing at %s.", path);
}

const char *asset_url(const char *name)
{
    for (size_t i = 0; i < embedded_assets_len; i++) {
        if (strcmp(embedded_assets[i].name, name) == 0)
            return embedded_assets[i].url;
    }
    log_error("the front end has no file %s", name);
    abort();
}
