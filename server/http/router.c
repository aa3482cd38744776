/* router.c - a walk over the route table. It has a few dozen rows, and most differ from a path
 * within a few bytes: cheaper than any clever structure, and a row is all there is to add. */
#include "http/router.h"

#include <stdio.h>
#include <string.h>

static bool add_param(struct router_params *params, const char *name, const char *value, size_t len)
{
    if (params->n == ROUTER_PARAMS || len >= sizeof params->bytes - params->used)
        return false;
    char *copy = params->bytes + params->used;
    memcpy(copy, value, len);
    copy[len] = '\0';
    params->used += len + 1;
    params->names[params->n] = name;
    params->values[params->n++] = copy;
    return true;
}

/* Matches a path against a route's; params is filled as far as it went. */
static bool match(const char *pattern, const char *path, struct router_params *params)
{
    params->n = params->used = 0;
    while (*pattern) {
        if (*pattern == '*')
            return add_param(params, pattern, path, strlen(path));
        if (*pattern == ':') {
            size_t len = strcspn(path, "/");
            if (!len || !add_param(params, pattern + 1, path, len))
                return false;
            path += len;
            pattern += strcspn(pattern, "/");
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    return !*path;
}

static bool serves(const struct http_route *route, const char *method)
{
    if (strcmp(route->method, method) == 0)
        return true;
    return strcmp(method, "HEAD") == 0 && strcmp(route->method, "GET") == 0;
}

const struct http_route *router_find(const struct http_route *routes, size_t n, const char *method,
                                     const char *path, struct router_params *params,
                                     bool *ret_found_path)
{
    *ret_found_path = false;
    for (size_t i = 0; i < n; i++) {
        if (!match(routes[i].path, path, params))
            continue;
        *ret_found_path = true;
        if (serves(&routes[i], method))
            return &routes[i];
    }
    params->n = 0;
    return NULL;
}

void router_allow(const struct http_route *routes, size_t n, const char *path, char *buf,
                  size_t size)
{
    static const char *const methods[] = {"GET", "HEAD", "POST", "PUT", "DELETE"};
    struct router_params params;
    size_t used = 0;
    *buf = '\0';
    for (size_t m = 0; m < sizeof methods / sizeof *methods; m++) {
        bool found;
        if (used < size && router_find(routes, n, methods[m], path, &params, &found))
            used += (size_t)snprintf(buf + used, size - used, "%s%s", used ? ", " : "", methods[m]);
    }
}

const char *router_param(const struct router_params *params, const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < params->n; i++) {
        const char *have = params->names[i];
        if (strncmp(have, name, len) == 0 && (have[len] == '\0' || have[len] == '/'))
            return params->values[i];
    }
    return NULL;
}
