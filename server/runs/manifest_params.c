/* manifest_params.c - the parameters and presets of a manifest. */
#include <math.h>
#include <string.h>

#include "base/util.h"
#include "runs/manifest.h"
#include "runs/manifest_check.h"

static const char *const param_types[] = {"int", "float", "bool", "enum"}; /* enum param_type */

static int check_type(const json_t *value, const struct place *at, struct err *err)
{
    const char *type = json_string_value(value);
    for (size_t i = 0; type && i < ARRAY_LEN(param_types); i++)
        if (!strcmp(type, param_types[i]))
            return 0;
    return check_failed(at, err, "must be \"int\", \"float\", \"bool\" or \"enum\"");
}

/* The value of an enum: it goes on a command line and into addresses. */
static int check_value(const json_t *value, const struct place *at, struct err *err)
{
    static const struct field fields[] = {{"value", check_string}, {"label", check_text}};
    int r = check_object(value, fields, ARRAY_LEN(fields), at, err);
    const char *name = json_string_value(json_object_get(value, "value"));
    if (r < 0)
        return r;
    size_t len = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ" NAME_BYTES ".+-");
    if (len == 0 || name[len] || len > MANIFEST_ID_MAX)
        return check_failed(at, err, "must have a value of A-Z a-z 0-9 _ . + -, at most 31 bytes");
    return 0;
}

static int check_enum(const json_t *param, const struct place *at, struct err *err)
{
    const json_t *values = json_object_get(param, "values");
    struct place here = {.up = at, .key = "values"};
    int r = check_list(values, check_value, "value", &here, err);
    if (r < 0)
        return r;
    return json_array_size(values) ? 0 : check_failed(&here, err, "must not be empty");
}

static bool is_whole(const json_t *value)
{
    double v = json_number_value(value);
    return json_is_number(value) && v == floor(v) && fabs(v) <= 9007199254740992.0;
}

static int check_range(const json_t *param, enum param_type type, const struct place *at,
                       struct err *err)
{
    const char *const keys[] = {"min", "max", "step"};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        const json_t *value = json_object_get(param, keys[i]);
        struct place here = {.up = at, .key = keys[i]};
        if (!value && i == 2)
            break;
        if (type == PARAM_INT && !is_whole(value))
            return check_failed(&here, err, "must be an integer");
        if (!json_is_number(value))
            return check_failed(&here, err, "must be a number");
    }
    double min = json_number_value(json_object_get(param, "min"));
    double max = json_number_value(json_object_get(param, "max"));
    const json_t *step = json_object_get(param, "step");
    const char *scale = json_string_value(json_object_get(param, "scale"));
    if (min > max)
        return check_failed(at, err, "has a min above its max");
    if (step && json_number_value(step) <= 0)
        return check_failed(at, err, "has a step that is not above 0");
    if (scale && !strcmp(scale, "log") && min <= 0)
        return check_failed(at, err, "has a log scale and a min that is not above 0");
    return 0;
}

enum param_type check_param_type(const json_t *param)
{
    const char *type = json_string_value(json_object_get(param, "type"));
    for (unsigned i = 0; i < ARRAY_LEN(param_types); i++)
        if (!strcmp(type, param_types[i]))
            return (enum param_type)i;
    return PARAM_ENUM; /* check_type was here before */
}

static int check_param(const json_t *value, const struct place *at, struct err *err)
{
    static const struct field fields[] = {
        {"name", check_id},         {"type", check_type},         {"label", check_text},
        {"help", check_text, true}, {"unit", check_string, true}, {"scale", check_scale, true},
    };
    int r = check_object(value, fields, ARRAY_LEN(fields), at, err);
    if (r < 0)
        return r;
    if (!strcmp(json_string_value(json_object_get(value, "name")), "preset"))
        return check_failed(at, err, "is named preset, which chooses one of the presets");
    enum param_type type = check_param_type(value);
    if (type == PARAM_INT || type == PARAM_FLOAT)
        return check_range(value, type, at, err);
    return type == PARAM_ENUM ? check_enum(value, at, err) : 0;
}

int check_params(const json_t *value, const struct place *at, struct err *err)
{
    return check_list(value, check_param, "name", at, err);
}

/* What a preset sets is checked later, against the parameters. */
static int check_preset(const json_t *value, const struct place *at, struct err *err)
{
    static const struct field fields[] = {
        {"id", check_preset_id}, {"label", check_text}, {"expect", check_text, true}};
    int r = check_object(value, fields, ARRAY_LEN(fields), at, err);
    return r < 0 || json_is_object(json_object_get(value, "params"))
               ? r
               : check_failed(at, err, "must have an object \"params\"");
}

int check_presets(const json_t *value, const struct place *at, struct err *err)
{
    return check_list(value, check_preset, "id", at, err);
}
