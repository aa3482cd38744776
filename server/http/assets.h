/* assets.h - the front end's files, embedded in the binary at build time.
 *
 * cmake/embed.cmake writes a table of {name, bytes, gzip bytes}; names carry a hash of the content ("app.1f3a9c.js"), so they are served
 * with `immutable` and a page that names them is never out of step. */
#ifndef PREPD_HTTP_ASSETS_H
#define PREPD_HTTP_ASSETS_H

#include "http/http.h"

/* Handler for all paths under /assets/. */
void assets_handle(struct http_request *req);

/* "app.js" → "/assets/app.1f3a9c.js"; aborts on a name that is not embedded: it is a constant of ours. */
const char *asset_url(const char *name);

#endif
