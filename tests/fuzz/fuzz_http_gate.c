/* gate.c, router.c, negotiate.c and form.c: lines of a request, "name:value", the first being the
 * target. */
#include <stdlib.h>
#include <string.h>

#include "http/form.h"
#include "http/gate.h"
#include "http/negotiate.h"
#include "http/router.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct http_route routes[] = {{"GET", "/a/:b/c/:d"}, {"GET", "/a/*"}};
    struct gate_hosts hosts = {{"localhost:8080"}};
    struct router_params params;
    char *copy = memcpy(calloc(1, size + 1), data, size), *rest = copy, *line = strsep(&rest, "\n");
    struct gate_facts facts = {.method = "POST", .version = "HTTP/1.1", .path = line};
    bool found = gate_target(line) || router_find(routes, 2, "GET", line, &params, &found);
    form_free(form_parse((const char *)data, size));
    while ((line = strsep(&rest, "\n"))) {
        char *name = strsep(&line, ":"), *value = line ? line : "";
        gate_add_header(&facts, name, strlen(name), value, strlen(value));
        found |= accepts_gzip(value) || etag_matches(value, "\"a\"");
    }
    if (!gate_request(&facts, &hosts) && (facts.host.count != 1 || strstr(facts.path, "/../")))
        abort(); /* it let in what it must not */
    gate_body(&facts, gate_has_body(&facts));
    free(copy);
    return 0;
}
