/* serve_pages.c - requests for pages, and the forms that work without JavaScript.
 *
 * What a page looks like is pages.h's; here are caching, languages, redirects after a POST. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/html.h"
#include "site/handlers.h"
#include "site/keeper.h"
#include "site/pagecache.h"
#include "site/pages.h"
#include "site/progress.h"
#include "site/strings.h"
#include "site/sync.h"
#include "site/tick.h"

static const char html_type[] = "text/html; charset=utf-8";

/*** Languages ***/

enum lang path_lang(const struct http_request *req)
{
    return strncmp(http_path(req), "/en", 3) == 0 ? LANG_EN : LANG_ZH;
}

static int add_other_argument(const char *name, const char *value, void *ud)
{
    struct text *to = ud;
    if (strcmp(name, "lang") == 0)
        return 0;
    text_char(to, strchr(to->data, '?') ? '&' : '?');
    url_escape(to, name, strlen(name));
    text_char(to, '=');
    url_escape(to, value, strlen(value));
    return to->failed;
}

bool switch_language(struct http_request *req)
{
    enum lang lang;
    if (!lang_from_name(http_query(req, "lang"), &lang))
        return false;
    cleanup_text struct text to = {0};
    for (const char *p = http_path(req); *p; p++)
        if (*p == '/')
            text_char(&to, '/');
        else
            url_escape(&to, p, 1);
    if (!to.failed)
        http_query_each(req, add_other_argument, &to);
    http_set_header(req, "Set-Cookie",
                    lang == LANG_EN ? "lang=en; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly"
                                    : "lang=zh; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly");
    http_reply_redirect(req, 303, to.failed ? "/" : to.data);
    return true;
}

/*** Cached pages ***/

void serve_kept(struct http_request *req, const struct topic *topic, uint64_t revision,
                void (*write)(struct text *out, const struct site *site, const struct topic *topic,
                              enum lang lang))
{
    struct site *site = site_of(req);
    const char *path = http_path(req);
    struct http_page *page = pagecache_get(site->pages, path, site->notes_revision, revision);
    if (!page) {
        struct text html = {0};
        write(&html, site, topic, path_lang(req));
        page = http_page_new(html_type, "no-cache", &html);
        if (!page || pagecache_put(site->pages, path, site->notes_revision, revision, page) < 0) {
            reply_err(req, &(struct err){.code = ENOMEM});
            return;
        }
    }
    http_reply_page(req, page);
}

/* The topic of the path, or NULL and a 404 page. */
static const struct topic *find_topic(struct http_request *req)
{
    const char *slug = http_param(req, "topic");
    const struct topic *topic = library_topic(site_of(req)->library, slug);
    if (!topic)
        http_reply_error(req, 404, "not_found", "topic", "there is no topic \"%s\"", slug);
    return topic;
}

void serve_topic(struct http_request *req)
{
    if (switch_language(req))
        return;
    const struct topic *topic = find_topic(req);
    if (topic)
        serve_kept(req, topic, progress_revision(site_of(req)->progress), page_topic);
}

/*** Ticking and confirming by form ***/

/* 303 to the page itself, at `fragment` if given. */
static void redirect_back(struct http_request *req, const char *fragment)
{
    cleanup_text struct text to = {0};
    text_printf(&to, "/%s/", lang_code(path_lang(req)));
    const char *slug = http_param(req, "topic");
    url_escape(&to, slug, strlen(slug));
    if (fragment)
        text_printf(&to, "#item-%s", fragment);
    http_reply_redirect(req, 303, to.failed ? "/" : to.data);
}

static void form_ticked(struct http_request *req, const struct tick_result *result)
{
    if (result->err)
        reply_err(req, result->err);
    else
        redirect_back(req, result->id);
}

static void form_confirmed(void *ud, int status)
{
    if (status < 0)
        reply_err(ud, &(struct err){.code = -status});
    else
        redirect_back(ud, NULL);
}

static void confirm_loss(struct http_request *req, const struct topic *topic)
{
    const struct note_file *file = topic_file(topic, path_lang(req));
    int r = sync_confirm(site_of(req), file->key, form_confirmed, req);
    if (r < 0)
        reply_err(req, &(struct err){.code = -r});
    else
        http_defer(req);
}

static void form_tick(struct http_request *req)
{
    enum item_state state;
    const char *id = http_form(req, "id"), *name = http_form(req, "state");
    if (!name || item_state_from_name(name, &state) < 0)
        http_reply_error(req, 400, "bad_request", "state",
                         "state must be \"todo\", \"shaky\" or \"done\"");
    else if (!id || !id_is_valid(id))
        http_reply_error(req, 400, "bad_request", "id", "an item's id has 32 hexadecimal digits");
    else
        tick_submit(req, id, state, form_ticked);
}

void serve_topic_form(struct http_request *req)
{
    const struct topic *topic = find_topic(req);
    const char *confirm = http_form(req, "confirm");
    if (!topic)
        return;
    if (confirm && strcmp(confirm, "loss") == 0)
        confirm_loss(req, topic);
    else
        form_tick(req);
}

/*** Demos and runs ***/

/* A page that depends on more than its path and the revisions, so is written each time; but packed
 * only when it differs from the last, for a demo's sources are long. */
static void reply_packed(struct http_request *req, struct text *html)
{
    struct http_page *page = pagecache_same(site_of(req)->pages, http_path(req), html_type, html);
    if (page)
        http_reply_page(req, page);
    else
        reply_err(req, &(struct err){.code = ENOMEM});
}

void serve_demos(struct http_request *req)
{
    struct text html = {0};
    if (switch_language(req))
        return;
    page_demos(&html, site_of(req), request_lang(req));
    reply_packed(req, &html);
}

static const struct demo *find_demo(struct http_request *req)
{
    const char *id = http_param(req, "demo");
    const struct demo *demo = catalogue_find(site_of(req)->catalogue, id);
    if (!demo)
        http_reply_error(req, 404, "not_found", "demo", "there is no demo \"%s\"", id);
    return demo;
}

/* Name-value pairs of an address or a form, of which only the demo's parameters and `preset` count.
 */
struct pairs {
    const struct demo *demo;
    const char *names[64], *values[64];
    size_t n;
};

static int collect_pair(const char *name, const char *value, void *ud)
{
    struct pairs *pairs = ud;
    if (pairs->n < ARRAY_LEN(pairs->names) && strcmp(name, "lang") != 0) {
        pairs->names[pairs->n] = name;
        pairs->values[pairs->n++] = value;
    }
    return 0;
}

void serve_demo(struct http_request *req)
{
    const struct demo *demo = switch_language(req) ? NULL : find_demo(req);
    if (!demo)
        return;
    struct pairs pairs = {.demo = demo};
    struct err err = {0};
    json_t *params = NULL;
    http_query_each(req, collect_pair, &pairs);
    if (demo_params_from_strings(demo, pairs.names, pairs.values, pairs.n, &params, &err) < 0) {
        reply_err(req, &err);
        return;
    }
    struct text html = {0};
    page_demo(&html, site_of(req), demo, params, request_lang(req));
    reply_packed(req, &html);
    json_decref(params);
}

static void collect_form(struct http_request *req, struct pairs *pairs)
{
    for (size_t i = 0; i < pairs->demo->n_params && pairs->n < ARRAY_LEN(pairs->names); i++) {
        const char *value = http_form(req, pairs->demo->params[i].name);
        if (!value && pairs->demo->params[i].type == PARAM_BOOL)
            value = "false"; /* a checkbox that is off is not sent */
        if (value) {
            pairs->names[pairs->n] = pairs->demo->params[i].name;
            pairs->values[pairs->n++] = value;
        }
    }
}

void serve_demo_form(struct http_request *req)
{
    const struct demo *demo = find_demo(req);
    if (!demo)
        return;
    struct pairs pairs = {.demo = demo};
    struct err err = {0};
    json_t *params = NULL;
    struct run *run = NULL;
    collect_form(req, &pairs);
    int r = demo_params_from_strings(demo, pairs.names, pairs.values, pairs.n, &params, &err);
    if (r == 0)
        r = runs_start(site_of(req)->runs, demo, params, &run, &err);
    json_decref(params);
    if (r < 0) {
        reply_err(req, &err);
        return;
    }
    char to[64] = "/runs/";
    strncat(to, run_id(run), sizeof to - strlen(to) - 1);
    http_reply_redirect(req, 303, to);
    run_unref(run);
}

static void write_run(struct http_request *req, const char *id, const struct demo *demo,
                      json_t *summary, const char *ndjson)
{
    struct text html = {0};
    page_run(&html, site_of(req), id, demo, summary, ndjson, request_lang(req));
    http_reply(req, 200, html_type, &html);
    json_decref(summary);
}

static void run_loaded(void *ud, struct kept_run *kept, const struct err *err)
{
    struct http_request *req = ud;
    if (err)
        reply_err(req, err);
    else
        write_run(req, kept->run.id, catalogue_find(site_of(req)->catalogue, kept->run.demo),
                  kept_run_summary(kept), kept->ndjson);
}

void serve_run(struct http_request *req)
{
    const char *id = http_param(req, "run");
    struct run *run = runs_find(site_of(req)->runs, id);
    if (switch_language(req))
        return;
    if (!run && !id_is_valid(id)) {
        http_reply_error(req, 404, "not_found", "run", "there is no such run");
    } else if (!run) {
        if (keeper_load(site_of(req), id, true, run_loaded, req) < 0)
            reply_err(req, &(struct err){.code = ENOMEM});
        else
            http_defer(req);
    } else {
        cleanup_text struct text log = {0};
        runlog_ndjson(run_log(run), 1, runlog_count(run_log(run)), &log);
        write_run(req, id, run_demo(run), run_summary(run), log.len ? log.data : "");
    }
}

void serve_run_form(struct http_request *req)
{
    const char *id = http_param(req, "run"), *action = http_form(req, "action");
    struct run *run = runs_find(site_of(req)->runs, id);
    if (!run || !action || strcmp(action, "stop") != 0) {
        http_reply_error(req, run ? 400 : 404, run ? "bad_request" : "not_found", "run",
                         run ? "action must be \"stop\"" : "there is no such run");
        return;
    }
    runs_stop(site_of(req)->runs, run);
    char to[64] = "/runs/";
    strncat(to, id, sizeof to - strlen(to) - 1);
    http_reply_redirect(req, 303, to);
}

void serve_health(struct http_request *req)
{
    struct text body = {0};
    text_puts(&body, "ok");
    http_reply(req, 200, "text/plain; charset=utf-8", &body);
}
