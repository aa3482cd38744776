/* manifest_check.c - walking a manifest by tables of fields; see manifest_check.h. */
#include "runs/manifest_check.h"

#include <errno.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "runs/manifest.h"

/*** Places ***/

static void place_write(const struct place *at, struct text *out)
{
    if (!at)
        return;
    place_write(at->up, out);
    if (at->key)
        text_printf(out, "%s%s", out->len ? "." : "", at->key);
    else
        text_printf(out, "[%zu]", at->index);
}

int check_failed(const struct place *at, struct err *err, const char *what)
{
    cleanup_text struct text path = {0};
    place_write(at, &path);
    return err_set(err, EINVAL, "%s %s", path.len ? path.data : "the manifest", what);
}

/*** Kinds of values ***/

int check_object(const json_t *value, const struct field *fields, size_t n, const struct place *at,
                 struct err *err)
{
    if (!json_is_object(value))
        return check_failed(at, err, "must be an object");
    for (size_t i = 0; i < n; i++) {
        const json_t *field = json_object_get(value, fields[i].key);
        struct place here = {.up = at, .key = fields[i].key};
        if (!field && fields[i].optional)
            continue;
        int r = field ? fields[i].check(field, &here, err) : check_failed(&here, err, "is missing");
        if (r < 0)
            return r;
    }
    return 0;
}

/* A list of `element`s; where `unique` is given, no two have the same string under that key. */
int check_list(const json_t *value, check_fn *element, const char *unique, const struct place *at,
               struct err *err)
{
    if (!json_is_array(value))
        return check_failed(at, err, "must be a list");
    for (size_t i = 0; i < json_array_size(value); i++) {
        const json_t *entry = json_array_get(value, i);
        struct place here = {.up = at, .index = i};
        int r = element(entry, &here, err);
        if (r < 0)
            return r;
        const char *id = unique ? json_string_value(json_object_get(entry, unique)) : NULL;
        for (size_t k = 0; id && k < i; k++)
            if (!strcmp(id, json_string_value(json_object_get(json_array_get(value, k), unique))))
                return check_failed(&here, err, "has the name of another entry of its list");
    }
    return 0;
}

static bool is_name(const char *s, const char *bytes)
{
    size_t len = strlen(s);
    return len >= 1 && len <= MANIFEST_ID_MAX && s[0] >= 'a' && s[0] <= 'z' &&
           strspn(s, bytes) == len;
}

bool manifest_id_is_valid(const char *id)
{
    return is_name(id, NAME_BYTES);
}

int check_string(const json_t *value, const struct place *at, struct err *err)
{
    return json_is_string(value) ? 0 : check_failed(at, err, "must be a string");
}

int check_id(const json_t *value, const struct place *at, struct err *err)
{
    const char *id = json_string_value(value);
    return id && manifest_id_is_valid(id)
               ? 0
               : check_failed(at, err, "must be a name: a-z, then a-z 0-9 _, at most 31 bytes");
}

int check_preset_id(const json_t *value, const struct place *at, struct err *err)
{
    const char *id = json_string_value(value);
    return id && is_name(id, NAME_BYTES "-")
               ? 0
               : check_failed(at, err, "must be a name: a-z, then a-z 0-9 _ -, at most 31 bytes");
}

/* A topic is a note's slug: its file name without number and suffix. */
static int check_slug(const json_t *value, const struct place *at, struct err *err)
{
    const char *slug = json_string_value(value);
    return slug && *slug ? 0 : check_failed(at, err, "must be a note's slug");
}

int check_count(const json_t *value, const struct place *at, struct err *err)
{
    json_int_t n = json_integer_value(value);
    return n >= 1 && n <= 1 << 20 ? 0
                                  : check_failed(at, err, "must be an integer from 1 to 1048576");
}

int check_true_or_false(const json_t *value, const struct place *at, struct err *err)
{
    return json_is_boolean(value) ? 0 : check_failed(at, err, "must be true or false");
}

int check_scale(const json_t *value, const struct place *at, struct err *err)
{
    const char *scale = json_string_value(value);
    return scale && (!strcmp(scale, "linear") || !strcmp(scale, "log"))
               ? 0
               : check_failed(at, err, "must be \"linear\" or \"log\"");
}

/* A text in both languages. */
int check_text(const json_t *value, const struct place *at, struct err *err)
{
    static const struct field fields[] = {{"zh", check_string}, {"en", check_string}};
    return check_object(value, fields, ARRAY_LEN(fields), at, err);
}

/* {id, label} and what a series or a column may add. */
int check_entry(const json_t *value, const struct place *at, struct err *err)
{
    static const struct field fields[] = {
        {"id", check_id},
        {"label", check_text},
        {"unit", check_string, true},
        {"expect", check_text, true},
        {"dash", check_true_or_false, true},
        {"hidden", check_true_or_false, true},
    };
    return check_object(value, fields, ARRAY_LEN(fields), at, err);
}

int check_entries(const json_t *value, const struct place *at, struct err *err)
{
    return check_list(value, check_entry, "id", at, err);
}

int check_entries_some(const json_t *value, const struct place *at, struct err *err)
{
    if (json_is_array(value) && json_array_size(value) == 0)
        return check_failed(at, err, "must not be empty");
    return check_entries(value, at, err);
}

int check_texts(const json_t *value, const struct place *at, struct err *err)
{
    return check_list(value, check_text, NULL, at, err);
}

int check_topics(const json_t *value, const struct place *at, struct err *err)
{
    return check_list(value, check_slug, NULL, at, err);
}
