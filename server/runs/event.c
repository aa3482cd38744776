/* event.c - a line of a demo against the table of event kinds; see event.h and demos/PROTOCOL.md.
 *
 * To add a kind: its fields in a table, a row in event_kinds. A field's check sees the value and
 * the scope: the demo and the view that the event names. */
#include "runs/event.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "runs/manifest.h"

struct scope {
    const json_t *manifest;
    const json_t *view; /* NULL for kinds that have none */
};

struct field_rule {
    const char *name;
    bool (*ok)(const struct scope *scope, const json_t *value);
    const char *must; /* "FIELD must be …" */
    bool optional;
};

/*** What a field may be ***/

/* Far enough below DBL_MAX that rounding it to 15 digits stays finite. */
static bool is_number(const struct scope *scope, const json_t *value)
{
    (void)scope;
    return json_is_number(value) && fabs(json_number_value(value)) <= 1e300;
}

static bool is_time(const struct scope *scope, const json_t *value)
{
    return is_number(scope, value) && json_number_value(value) >= 0;
}

static bool is_share(const struct scope *scope, const json_t *value)
{
    return is_time(scope, value) && json_number_value(value) <= 1;
}

static bool is_text(const struct scope *scope, const json_t *value)
{
    (void)scope;
    return json_is_string(value);
}

static bool is_bool(const struct scope *scope, const json_t *value)
{
    (void)scope;
    return json_is_boolean(value);
}

static bool is_number_or_text(const struct scope *scope, const json_t *value)
{
    return is_text(scope, value) || is_number(scope, value);
}

static bool is_level(const struct scope *scope, const json_t *value)
{
    const char *level = json_string_value(value);
    (void)scope;
    return level && (!strcmp(level, "info") || !strcmp(level, "good") || !strcmp(level, "bad"));
}

static bool is_listed(const json_t *object, const char *list, const json_t *value)
{
    const char *id = json_string_value(value);
    return id && manifest_entry(object, list, "id", id);
}

static bool is_view(const struct scope *scope, const json_t *value)
{
    return is_listed(scope->manifest, "views", value);
}

static bool is_metric(const struct scope *scope, const json_t *value)
{
    return is_listed(scope->manifest, "metrics", value);
}

static bool is_check(const struct scope *scope, const json_t *value)
{
    return is_listed(scope->manifest, "checks", value);
}

static bool is_lane(const struct scope *scope, const json_t *value)
{
    return is_listed(scope->view, "lanes", value);
}

/* A sequence may leave its messages' kinds open. */
static bool is_span_kind(const struct scope *scope, const json_t *value)
{
    if (json_object_get(scope->view, "kinds"))
        return is_listed(scope->view, "kinds", value);
    return json_is_string(value) && manifest_id_is_valid(json_string_value(value));
}

static bool view_is(const struct scope *scope, const char *kind)
{
    return !strcmp(json_string_value(json_object_get(scope->view, "kind")), kind);
}

/* The x of a bar chart is a category, of a line a number. */
static bool is_x(const struct scope *scope, const json_t *value)
{
    return view_is(scope, "bars") ? is_text(scope, value) : is_number(scope, value);
}

static bool is_sample_values(const struct scope *scope, const json_t *values)
{
    const char *id;
    json_t *value;
    json_object_foreach ((json_t *)values, id, value)
        if (!manifest_entry(scope->view, "series", "id", id) ||
            !(json_is_null(value) || is_number(scope, value)))
            return false;
    return json_object_size(values) > 0;
}

static bool is_row_values(const struct scope *scope, const json_t *values)
{
    const char *id;
    json_t *value;
    json_object_foreach ((json_t *)values, id, value)
        if (!manifest_entry(scope->view, "columns", "id", id) || !is_number_or_text(scope, value))
            return false;
    return json_object_size(values) > 0;
}

static bool is_cell(const struct scope *scope, const json_t *value)
{
    json_int_t cells = json_integer_value(json_object_get(scope->view, "cells"));
    return json_is_integer(value) && json_integer_value(value) >= 0 &&
           json_integer_value(value) < cells;
}

static bool is_cell_runs(const struct scope *scope, const json_t *runs)
{
    json_int_t cells = json_integer_value(json_object_get(scope->view, "cells"));
    for (size_t i = 0; i < json_array_size(runs); i++) {
        const json_t *run = json_array_get(runs, i);
        json_int_t count = json_integer_value(json_array_get(run, 1));
        if (json_array_size(run) != 2 || count < 1 || count > cells ||
            !is_listed(scope->view, "states", json_array_get(run, 0)))
            return false;
    }
    return json_array_size(runs) > 0;
}

/*** What a whole event must be ***/

static const char *span_fault(const struct scope *scope, const json_t *event)
{
    double from = json_number_value(json_object_get(event, "from"));
    double to = json_number_value(json_object_get(event, "to"));
    if (to < from)
        return "to must not be before from";
    if (view_is(scope, "sequence") && !json_object_get(event, "to_lane"))
        return "to_lane is missing: the view is a sequence";
    return NULL;
}

static const char *sample_fault(const struct scope *scope, const json_t *event)
{
    return view_is(scope, "bars") && !json_object_get(event, "x")
               ? "x is missing: the view has bars"
               : NULL;
}

static const char *cells_fault(const struct scope *scope, const json_t *event)
{
    json_int_t end = json_integer_value(json_object_get(event, "from"));
    json_int_t cells = json_integer_value(json_object_get(scope->view, "cells"));
    const json_t *runs = json_object_get(event, "runs");
    for (size_t i = 0; i < json_array_size(runs); i++)
        end += json_integer_value(json_array_get(json_array_get(runs, i), 1));
    return end > cells ? "runs must not go beyond the view's cells" : NULL;
}

/*** The kinds ***/

static const struct field_rule common_fields[] = {
    {"event", is_text, "a string"},
    {"t", is_time, "a number of milliseconds, not below 0"},
};
static const struct field_rule sample_fields[] = {
    {"view", is_view, "a view of the manifest"},
    {"values", is_sample_values, "an object: series of the view to numbers or null"},
    {"x", is_x, "a number, for bars a string", true},
};
static const struct field_rule note_fields[] = {
    {"zh", is_text, "a string"},
    {"en", is_text, "a string"},
    {"level", is_level, "info, good or bad", true},
    {"anchor", is_text, "a string", true},
};
static const struct field_rule span_fields[] = {
    {"view", is_view, "a view of the manifest"},
    {"lane", is_lane, "a lane of the view"},
    {"from", is_time, "a number of milliseconds, not below 0"},
    {"to", is_time, "a number of milliseconds, not below 0"},
    {"kind", is_span_kind, "a kind of the view"},
    {"to_lane", is_lane, "a lane of the view", true},
    {"label", is_text, "a string", true},
};
static const struct field_rule cells_fields[] = {
    {"view", is_view, "a view of the manifest"},
    {"from", is_cell, "the number of a cell of the view"},
    {"runs", is_cell_runs, "a list of [state of the view, count from 1]"},
};
static const struct field_rule row_fields[] = {
    {"view", is_view, "a view of the manifest"},
    {"values", is_row_values, "an object: columns of the view to numbers or strings"},
};
static const struct field_rule metric_fields[] = {
    {"id", is_metric, "a metric of the manifest"}, {"value", is_number, "a number"},
    {"expected", is_number, "a number", true},     {"low", is_number, "a number", true},
    {"high", is_number, "a number", true},
};
static const struct field_rule check_fields[] = {
    {"id", is_check, "a check of the manifest"},
    {"ok", is_bool, "true or false"},
    {"got", is_number_or_text, "a number or a string", true},
    {"want", is_number_or_text, "a number or a string", true},
};
static const struct field_rule progress_fields[] = {
    {"done", is_share, "a number from 0 to 1"},
};

static const struct event_kind {
    const char *name;
    const struct field_rule *fields;
    size_t n;
    const char *views; /* kinds of view that it feeds, each between spaces; NULL: none */
    const char *(*fault)(const struct scope *scope, const json_t *event);
} event_kinds[] = {
    {"sample", sample_fields, ARRAY_LEN(sample_fields), " line bars ", sample_fault},
    {"note", note_fields, ARRAY_LEN(note_fields)},
    {"span", span_fields, ARRAY_LEN(span_fields), " timeline sequence ", span_fault},
    {"cells", cells_fields, ARRAY_LEN(cells_fields), " grid ", cells_fault},
    {"row", row_fields, ARRAY_LEN(row_fields), " table "},
    {"metric", metric_fields, ARRAY_LEN(metric_fields)},
    {"check", check_fields, ARRAY_LEN(check_fields)},
    {"progress", progress_fields, ARRAY_LEN(progress_fields)},
};

static const struct event_kind *kind_find(const char *name)
{
    for (size_t i = 0; name && i < ARRAY_LEN(event_kinds); i++)
        if (!strcmp(event_kinds[i].name, name))
            return &event_kinds[i];
    return NULL;
}

static const struct field_rule *rule_find(const struct field_rule *rules, size_t n,
                                          const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(rules[i].name, name))
            return &rules[i];
    return NULL;
}

/*** The check ***/

static int check_rules(const struct field_rule *rules, size_t n, const struct scope *scope,
                       const json_t *event, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        const json_t *value = json_object_get(event, rules[i].name);
        if (!value && !rules[i].optional)
            return err_set(err, EINVAL, "%s is missing", rules[i].name);
        if (value && !rules[i].ok(scope, value))
            return err_set(err, EINVAL, "%s must be %s", rules[i].name, rules[i].must);
    }
    return 0;
}

static int check_no_others(const struct event_kind *kind, const json_t *event, struct err *err)
{
    const char *name;
    json_t *value;
    json_object_foreach ((json_t *)event, name, value)
        if (!rule_find(common_fields, ARRAY_LEN(common_fields), name) &&
            !rule_find(kind->fields, kind->n, name))
            return err_set(err, EINVAL, "a %s has no field %.40s", kind->name, name);
    return 0;
}

/* Finds the view that the event names, if its kind has one. */
static int scope_find(const struct event_kind *kind, const json_t *event, struct scope *scope,
                      struct err *err)
{
    const char *id = json_string_value(json_object_get(event, "view"));
    char spaced[MANIFEST_ID_MAX + 3];
    if (!kind->views)
        return 0;
    scope->view = id ? manifest_entry(scope->manifest, "views", "id", id) : NULL;
    if (!scope->view)
        return err_set(err, EINVAL, "view must be a view of the manifest");
    const char *view_kind = json_string_value(json_object_get(scope->view, "kind"));
    snprintf(spaced, sizeof spaced, " %s ", view_kind);
    if (!strstr(kind->views, spaced))
        return err_set(err, EINVAL, "a %s does not feed a view of kind %s", kind->name, view_kind);
    return 0;
}

static int event_check(const struct demo *demo, const json_t *event, struct err *err)
{
    const struct event_kind *kind = kind_find(json_string_value(json_object_get(event, "event")));
    struct scope scope = {.manifest = demo->manifest};
    if (!json_is_object(event))
        return err_set(err, EINVAL, "not a JSON object");
    if (!kind)
        return err_set(err, EINVAL, "event must be a kind that a demo may print");
    int r = scope_find(kind, event, &scope, err);
    if (r == 0)
        r = check_rules(common_fields, ARRAY_LEN(common_fields), &scope, event, err);
    if (r == 0)
        r = check_rules(kind->fields, kind->n, &scope, event, err);
    if (r == 0)
        r = check_no_others(kind, event, err);
    const char *fault = r == 0 && kind->fault ? kind->fault(&scope, event) : NULL;
    return fault ? err_set(err, EINVAL, "%s", fault) : r;
}

/*** In and out ***/

int event_parse(const struct demo *demo, const char *line, size_t len, struct event *ret,
                struct err *err)
{
    if (len > EVENT_BYTES_MAX)
        return err_set(err, EMSGSIZE, "longer than %d bytes", EVENT_BYTES_MAX);
    size_t valid = utf8_valid_len(line, len);
    if (valid < len)
        return err_set(err, EINVAL, "not UTF-8 at byte %zu", valid + 1);
    json_error_t error;
    json_t *event = json_loadb(line, len, JSON_REJECT_DUPLICATES, &error);
    if (!event)
        return err_set(err, EINVAL, "not JSON at byte %d: %s", error.position, error.text);
    int r = event_check(demo, event, err);
    if (r < 0) {
        json_decref(event);
        return r;
    }
    *ret = (struct event){.json = event};
    snprintf(ret->kind, sizeof ret->kind, "%s", json_string_value(json_object_get(event, "event")));
    return 0;
}

void event_clear(struct event *event)
{
    json_decref(event->json);
    *event = (struct event){0};
}

static int add_bytes(const char *bytes, size_t len, void *out)
{
    text_add(out, bytes, len);
    return 0;
}

int event_write(const struct event *event, struct text *out)
{
    if (json_dump_callback(event->json, add_bytes, out, JSON_COMPACT | JSON_REAL_PRECISION(15)) < 0)
        return -ENOMEM;
    return out->failed ? -ENOMEM : 0;
}
