/* routes.c - THE route table. A new page or API call is one row here and one handler (handlers.h).
 */
#include "http/assets.h"
#include "site/handlers.h"

const struct http_route site_routes[] = {
    /* pages; they work without JavaScript */
    {"GET", "/", serve_root, HTTP_PAGE},
    {"GET", "/zh", serve_home, HTTP_PAGE},
    {"GET", "/en", serve_home, HTTP_PAGE},
    {"GET", "/zh/", serve_home, HTTP_PAGE},
    {"GET", "/en/", serve_home, HTTP_PAGE},
    {"GET", "/zh/:topic", serve_topic, HTTP_PAGE},
    {"GET", "/en/:topic", serve_topic, HTTP_PAGE},
    {"POST", "/zh/:topic", serve_topic_form, HTTP_PAGE | HTTP_FORM},
    {"POST", "/en/:topic", serve_topic_form, HTTP_PAGE | HTTP_FORM},
    {"GET", "/demos", serve_demos, HTTP_PAGE},
    {"GET", "/demos/:demo", serve_demo, HTTP_PAGE},
    {"POST", "/demos/:demo", serve_demo_form, HTTP_PAGE | HTTP_FORM},
    {"GET", "/runs/:run", serve_run, HTTP_PAGE},
    {"POST", "/runs/:run", serve_run_form, HTTP_PAGE | HTTP_FORM},

    /* JSON and event streams */
    {"GET", "/api/topics", api_topics, 0},
    {"GET", "/api/items", api_items, 0},
    {"PUT", "/api/items/:id", api_item_put, 0},
    {"GET", "/api/events", api_events, 0},
    {"GET", "/api/demos", api_demos, 0},
    {"GET", "/api/demos/:demo", api_demo, 0},
    {"POST", "/api/demos/:demo/runs", api_run_start, 0},
    {"GET", "/api/runs", api_runs, 0},
    {"GET", "/api/runs/:run", api_run, 0},
    {"DELETE", "/api/runs/:run", api_run_delete, 0},
    {"GET", "/api/runs/:run/log", api_run_log, 0},
    {"GET", "/api/runs/:run/events", api_run_events, 0},
    {"POST", "/api/runs/:run/stop", api_run_stop, 0},

    {"GET", "/assets/*", assets_handle, 0},
    {"GET", "/images/*", serve_image, 0},
    {"GET", "/healthz", serve_health, 0},
};

const size_t site_n_routes = ARRAY_LEN(site_routes);
