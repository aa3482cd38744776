/* assets.h - the front end's files, embedded in the binary at build time.
 *
 * URLs carry a hash of the content ("/assets/app.1f3a9c20.js"), so they are served with
 * `immutable`, and a page that names them is never out of step with them.
 *
 * The table is found by the linker: prepd_embed (cmake/embed.cmake) generates it from a folder,
 * into the library prepd_assets for prepd and into a test for that test. A program that uses
 * nothing of this header needs no table, and so no front end. */
#ifndef PREPD_HTTP_ASSETS_H
#define PREPD_HTTP_ASSETS_H

#include <stddef.h>

#include "http/http.h"

struct asset {
    const char *name; /* "app.js": its path inside the folder */
    const char *url;  /* "/assets/app.1f3a9c20.js" */
    const char *content_type;
    const unsigned char *bytes, *bytes_end;
    const unsigned char *gzip, *gzip_end; /* equal: it did not get smaller */
};

/* What prepd_embed generates. */
extern const struct asset embedded_assets[];
extern const size_t embedded_assets_len;

/* Handler for all paths under /assets/: the route's path is "/assets/" + "*". */
void assets_handle(struct http_request *req);

/* "app.js" → "/assets/app.1f3a9c20.js"; aborts on a name that is not embedded: it is a constant of
 * ours. */
const char *asset_url(const char *name);

#endif
