/* handlers.h - what the route table (routes.c) points at, and what handlers share (handlers.c). */
#ifndef PREPD_SITE_HANDLERS_H
#define PREPD_SITE_HANDLERS_H

#include <jansson.h>

#include "site/site.h"

/* ---- shared ---- */

/* Answers with compact JSON; takes the object. NULL (out of memory while it was made) answers 503.
 */
void reply_json(struct http_request *req, int status, json_t *object);
/* Answers with the error that a layer reported: the status that its errno stands for, err's text
 * and field. */
void reply_err(struct http_request *req, const struct err *err);
/* The language a page without one in its path is shown in: ?lang=, the cookie, Accept-Language,
 * Chinese. */
enum lang request_lang(const struct http_request *req);
bool lang_from_name(const char *name, enum lang *ret);

/* zh or en, of a path that begins with it: the routes allow nothing else. */
enum lang path_lang(const struct http_request *req);
/* True if the address has ?lang=, and was answered: the choice is remembered, the address cleaned.
 */
bool switch_language(struct http_request *req);
/* Answers with the page kept for this path under the notes' revision and `revision`, or has `write`
 * make it. */
void serve_kept(struct http_request *req, const struct topic *topic, uint64_t revision,
                void (*write)(struct text *out, const struct site *site, const struct topic *topic,
                              enum lang lang));

/* ---- pages (serve_home.c, serve_pages.c) ---- */
void serve_root(struct http_request *req);
void serve_home(struct http_request *req);
void serve_topic(struct http_request *req);
void serve_topic_form(struct http_request *req);
void serve_demos(struct http_request *req);
void serve_demo(struct http_request *req);
void serve_demo_form(struct http_request *req);
void serve_run(struct http_request *req);
void serve_run_form(struct http_request *req);
void serve_health(struct http_request *req);

/* ---- images that notes name (serve_image.c) ---- */
void serve_image(struct http_request *req);

/* ---- API: notes and progress (api_items.c) ---- */
void api_topics(struct http_request *req);
void api_items(struct http_request *req);
void api_item_put(struct http_request *req);
void api_events(struct http_request *req);

/* ---- API: demos and runs (api_demos.c, api_runs.c) ---- */
void api_demos(struct http_request *req);
void api_demo(struct http_request *req);
void api_run_start(struct http_request *req);
void api_runs(struct http_request *req);
void api_run(struct http_request *req);
void api_run_log(struct http_request *req);
void api_run_events(struct http_request *req);
void api_run_stop(struct http_request *req);
void api_run_delete(struct http_request *req);

#endif
