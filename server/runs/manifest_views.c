/* manifest_views.c - the views of a manifest: each kind lists what the events that feed it may
 * name. */
#include <string.h>

#include "base/util.h"
#include "runs/manifest.h"
#include "runs/manifest_check.h"

static int check_axis(const json_t *value, const struct place *at, struct err *err)
{
    static const struct field fields[] = {
        {"label", check_text, true}, {"unit", check_string, true}, {"scale", check_scale, true}};
    return check_object(value, fields, ARRAY_LEN(fields), at, err);
}

/* What each kind of view must list (PROTOCOL.md, "The manifest"). */
static const struct field line_fields[] = {{"series", check_entries_some}};
static const struct field timeline_fields[] = {{"lanes", check_entries_some},
                                               {"kinds", check_entries_some}};
static const struct field grid_fields[] = {
    {"cells", check_count}, {"width", check_count}, {"states", check_entries_some}};
static const struct field table_fields[] = {{"columns", check_entries_some}};
static const struct field sequence_fields[] = {{"lanes", check_entries_some},
                                               {"kinds", check_entries, true}};

static const struct view_kind {
    const char *name;
    const struct field *fields;
    size_t n;
} view_kinds[] = {
    {"line", line_fields, ARRAY_LEN(line_fields)},
    {"bars", line_fields, ARRAY_LEN(line_fields)},
    {"timeline", timeline_fields, ARRAY_LEN(timeline_fields)},
    {"grid", grid_fields, ARRAY_LEN(grid_fields)},
    {"table", table_fields, ARRAY_LEN(table_fields)},
    {"sequence", sequence_fields, ARRAY_LEN(sequence_fields)},
};

static const struct view_kind *view_kind_find(const char *name)
{
    for (size_t i = 0; name && i < ARRAY_LEN(view_kinds); i++)
        if (!strcmp(name, view_kinds[i].name))
            return &view_kinds[i];
    return NULL;
}

static int check_kind(const json_t *value, const struct place *at, struct err *err)
{
    return view_kind_find(json_string_value(value))
               ? 0
               : check_failed(at, err, "must be line, bars, timeline, grid, table or sequence");
}

/* "band": two series of the same view, the lower and the upper edge. */
static int check_band(const json_t *view, const json_t *band, const struct place *at,
                      struct err *err)
{
    if (!json_is_array(band) || json_array_size(band) != 2)
        return check_failed(at, err, "must be a list of two series");
    for (size_t i = 0; i < 2; i++) {
        const char *id = json_string_value(json_array_get(band, i));
        if (!id || !manifest_entry(view, "series", "id", id))
            return check_failed(at, err, "must name two series of its view");
    }
    return 0;
}

static int check_bands(const json_t *view, const struct place *at, struct err *err)
{
    const json_t *series = json_object_get(view, "series");
    struct place list = {.up = at, .key = "series"};
    for (size_t i = 0; i < json_array_size(series); i++) {
        const json_t *band = json_object_get(json_array_get(series, i), "band");
        struct place entry = {.up = &list, .index = i};
        struct place here = {.up = &entry, .key = "band"};
        int r = band ? check_band(view, band, &here, err) : 0;
        if (r < 0)
            return r;
    }
    return 0;
}

static bool is_true_in(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

/* "stacked": areas on each other, whose heights must be such that they can be added. */
static int check_stack(const json_t *view, const struct place *at, struct err *err)
{
    const char *kind = json_string_value(json_object_get(view, "kind"));
    const char *scale = json_string_value(json_object_get(json_object_get(view, "y"), "scale"));
    const json_t *series = json_object_get(view, "series");
    struct place here = {.up = at, .key = "stacked"};
    bool some = false, bands = false;
    if (strcmp(kind, "line") != 0)
        return check_failed(&here, err, "is only for a line view");
    if (scale && !strcmp(scale, "log"))
        return check_failed(&here, err, "needs a linear y scale: areas do not add up on a log one");
    for (size_t i = 0; i < json_array_size(series); i++) {
        const json_t *each = json_array_get(series, i);
        some = some || (!is_true_in(each, "dash") && !is_true_in(each, "hidden"));
        bands = bands || json_object_get(each, "band");
    }
    if (bands)
        return check_failed(&here, err, "allows no bands");
    return some ? 0 : check_failed(&here, err, "needs a series that is not dashed");
}

static int check_view(const json_t *value, const struct place *at, struct err *err)
{
    static const struct field fields[] = {
        {"id", check_id},        {"kind", check_kind},    {"title", check_text},
        {"x", check_axis, true}, {"y", check_axis, true}, {"stacked", check_true_or_false, true},
    };
    int r = check_object(value, fields, ARRAY_LEN(fields), at, err);
    if (r < 0)
        return r;
    const struct view_kind *kind =
        view_kind_find(json_string_value(json_object_get(value, "kind")));
    r = check_object(value, kind->fields, kind->n, at, err);
    if (r < 0 || (r = check_bands(value, at, err)) < 0)
        return r;
    return is_true_in(value, "stacked") ? check_stack(value, at, err) : 0;
}

int check_views(const json_t *value, const struct place *at, struct err *err)
{
    return check_list(value, check_view, "id", at, err);
}
