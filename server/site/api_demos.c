/* api_demos.c - /api/demos: manifests, each with whether it can run here and why not. */
#include "site/handlers.h"

static json_t *demo_json(const struct site *site, const struct demo *demo)
{
    struct err why = {0};
    bool available = runs_can_run(site->runs, demo, &why) == 0;
    json_t *object =
        json_copy((json_t *)demo->manifest); /* shallow: the manifest itself is not changed */
    json_object_set_new(object, "id", json_string(demo->id));
    json_object_set_new(object, "available", json_boolean(available));
    json_object_set_new(object, "why", json_string(why.text));
    return object;
}

void api_demos(struct http_request *req)
{
    json_t *list = json_array();
    size_t n;
    const struct demo *demos = catalogue_demos(site_of(req)->catalogue, &n);
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, demo_json(site_of(req), &demos[i]));
    reply_json(req, 200, json_pack("{s:o}", "demos", list));
}

void api_demo(struct http_request *req)
{
    const char *id = http_param(req, "demo");
    const struct demo *demo = catalogue_find(site_of(req)->catalogue, id);
    if (demo)
        reply_json(req, 200, demo_json(site_of(req), demo));
    else
        http_reply_error(req, 404, "not_found", "demo", "there is no demo \"%s\"", id);
}
