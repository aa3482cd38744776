/* router.h - from a method and a path to a route; pure, no allocation. */
#ifndef PREPD_HTTP_ROUTER_H
#define PREPD_HTTP_ROUTER_H

#include <stdbool.h>
#include <stddef.h>

#include "http/http.h"

enum { ROUTER_PARAMS = 4, ROUTER_PARAM_BYTES = 256 };

/* The values of a route's ":name" segments and its "*". */
struct router_params {
    size_t n;
    const char *names[ROUTER_PARAMS]; /* into the route's path: ends at '/' or NUL */
    const char *values[ROUTER_PARAMS];
    char bytes[ROUTER_PARAM_BYTES]; /* what values point to */
    size_t used;
};

/* The first route that matches, HEAD being served by GET. NULL: none, and then *ret_found_path says
 * whether another method has it. A path whose parameters need more than ROUTER_PARAM_BYTES matches
 * nothing. */
const struct http_route *router_find(const struct http_route *routes, size_t n, const char *method,
                                     const char *path, struct router_params *params,
                                     bool *ret_found_path);

/* "GET, HEAD, PUT": what a 405 must list. Always terminated. */
void router_allow(const struct http_route *routes, size_t n, const char *path, char *buf,
                  size_t size);

/* NULL if the route has no such parameter. */
const char *router_param(const struct router_params *params, const char *name);

#endif
