/* api_items.c - /api/topics, /api/items, /api/events: notes and progress as JSON. */
#include <errno.h>
#include <string.h>

#include "site/feed.h"
#include "site/handlers.h"
#include "site/progress.h"
#include "site/strings.h"
#include "site/tick.h"

/*** Topics ***/

static json_t *topic_json(const struct site *site, const struct topic *topic)
{
    struct progress_count count = progress_of_topic(site->progress, topic, LANG_ZH);
    return json_pack("{s:s, s:{s:s, s:s}, s:I, s:I, s:I}", "slug", topic->slug, "title", "zh",
                     topic->title[LANG_ZH], "en", topic->title[LANG_EN], "items",
                     (json_int_t)count.items, "done", (json_int_t)count.done, "shaky",
                     (json_int_t)count.shaky);
}

void api_topics(struct http_request *req)
{
    const struct site *site = site_of(req);
    json_t *list = json_array();
    size_t n;
    const struct topic *topics = library_topics(site->library, &n);
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, topic_json(site, &topics[i]));
    reply_json(req, 200, json_pack("{s:o}", "topics", list));
}

/*** Items ***/

/* An item that stands in both languages is one entry, with both texts. */
static json_t *find_entry(json_t *list, const char *id)
{
    size_t i;
    json_t *entry;
    json_array_foreach (list, i, entry)
        if (strcmp(json_string_value(json_object_get(entry, "id")), id) == 0)
            return entry;
    return NULL;
}

static json_t *entry_json(const struct progress_item *item, const struct note_item *note)
{
    return json_pack("{s:s, s:s?, s:{}, s:s, s:s, s:b}", "id", item->id, "slug", note->slug, "text",
                     "heading", note->heading, "state", item_state_name(item->state), "changed",
                     item->changed);
}

static void add_file_items(const struct site *site, json_t *list, const struct note_file *file)
{
    const struct progress_item *items = file ? progress_items(site->progress, file) : NULL;
    for (size_t i = 0; items && i < file->note->n_items; i++) {
        const struct note_item *note = &file->note->items[i];
        json_t *entry = note->slug ? find_entry(list, items[i].id) : NULL;
        if (!entry) {
            entry = entry_json(&items[i], note);
            json_array_append_new(list, entry);
        }
        json_object_set_new(json_object_get(entry, "text"), lang_code(file->lang),
                            json_string(note->text));
    }
}

static json_t *items_json(const struct site *site, const struct topic *topic)
{
    json_t *list = json_array();
    for (int lang = 0; lang < LANG_COUNT; lang++)
        add_file_items(site, list, topic->file[lang]);
    return list;
}

void api_items(struct http_request *req)
{
    const struct site *site = site_of(req);
    const char *slug = http_query(req, "topic");
    const struct topic *topic = slug ? library_topic(site->library, slug) : NULL;
    if (!slug)
        http_reply_error(req, 400, "bad_request", "topic", "the query argument topic is missing");
    else if (!topic)
        http_reply_error(req, 404, "not_found", "topic", "there is no topic \"%s\"", slug);
    else
        reply_json(req, 200,
                   json_pack("{s:I, s:o}", "revision",
                             (json_int_t)progress_revision(site->progress), "items",
                             items_json(site, topic)));
}

/*** A tick ***/

/* The page is older than the file: it gets the topic's items as they are now. */
static void reply_gone(struct http_request *req, const char *topic_slug)
{
    const struct site *site = site_of(req);
    const struct topic *topic = topic_slug ? library_topic(site->library, topic_slug) : NULL;
    json_t *fresh = topic ? items_json(site, topic) : json_array();
    reply_json(req, 409,
               json_pack("{s:{s:s, s:s, s:s}, s:I, s:o}", "error", "code", "gone", "message",
                         "this item is no longer in the notes", "field", "id", "revision",
                         (json_int_t)progress_revision(site->progress), "items", fresh));
}

static void reply_tick(struct http_request *req, const struct tick_result *result)
{
    if (result->err && result->err->code == ESTALE)
        reply_gone(req, result->gone_from);
    else if (result->err)
        reply_err(req, result->err);
    else
        reply_json(req, 200,
                   json_pack("{s:s, s:s, s:I}", "id", result->id, "state",
                             item_state_name(result->state), "revision",
                             (json_int_t)result->revision));
}

/* Reads {"state":"done"}. Answers 400 itself and returns false if it is anything else. */
static bool read_tick(struct http_request *req, enum item_state *ret)
{
    size_t len;
    const char *body = http_body(req, &len);
    json_error_t error;
    json_t *json = json_loadb(body, len, JSON_REJECT_DUPLICATES, &error);
    const json_t *state = json_object_get(json, "state");
    bool good = json_is_string(state) && item_state_from_name(json_string_value(state), ret) == 0;
    if (!json)
        http_reply_error(req, 400, "bad_json", NULL,
                         "the body is not JSON: %s (line %d, column %d)", error.text, error.line,
                         error.column);
    else if (!json_is_object(json))
        http_reply_error(req, 400, "bad_json", NULL, "the body must be a JSON object");
    else if (!good)
        http_reply_error(req, 400, "bad_request", "state",
                         "state must be \"todo\", \"shaky\" or \"done\"");
    json_decref(json);
    return good;
}

void api_item_put(struct http_request *req)
{
    const char *id = http_param(req, "id");
    enum item_state state;
    if (!id_is_valid(id))
        http_reply_error(req, 404, "not_found", "id", "an item's id has 32 hexadecimal digits");
    else if (read_tick(req, &state))
        tick_submit(req, id, state, reply_tick);
}

void api_events(struct http_request *req)
{
    feed_reply(req);
}
