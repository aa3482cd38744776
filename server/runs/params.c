/* params.c - the knobs of a demo: what a reader entered, checked against the manifest; see
 * catalogue.h.
 *
 * Text becomes JSON first (a number if it reads as one), so that there is one check and one set of
 * messages. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/util.h"
#include "runs/manifest.h"

static const struct demo_param *param_find(const struct demo *demo, const char *name)
{
    for (size_t i = 0; i < demo->n_params; i++)
        if (!strcmp(demo->params[i].name, name))
            return &demo->params[i];
    return NULL;
}

/*** What is allowed, in words ***/

static void allowed_values(const struct demo_param *param, struct text *out)
{
    const json_t *values = json_object_get(param->manifest, "values");
    for (size_t i = 0; i < json_array_size(values); i++)
        text_printf(out, "%s%s", i ? ", " : "one of ",
                    json_string_value(json_object_get(json_array_get(values, i), "value")));
}

static void allowed_write(const struct demo_param *param, struct text *out)
{
    if (param->type == PARAM_BOOL)
        text_puts(out, "true or false");
    else if (param->type == PARAM_ENUM)
        allowed_values(param, out);
    else
        text_printf(out, "%s from %.15g to %.15g",
                    param->type == PARAM_INT ? "an integer" : "a number", param->min, param->max);
}

static int param_refuse(const struct demo_param *param, const json_t *value, struct err *err)
{
    enum { SHOWN_MAX = 40 };
    char field[64];
    cleanup_text struct text allowed = {0};
    char *given = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_REAL_PRECISION(15));
    size_t shown = given ? strnlen(given, SHOWN_MAX + 1) : 0;
    bool cut = shown > SHOWN_MAX;
    if (cut)
        shown = utf8_valid_len(given, SHOWN_MAX);
    snprintf(field, sizeof field, "params.%s", param->name);
    allowed_write(param, &allowed);
    int r = err_field(err, EINVAL, field, "%s must be %s, not %.*s%s", field,
                      allowed.data ? allowed.data : "allowed", (int)shown, given ? given : "",
                      cut ? "…" : "");
    free(given);
    return r;
}

/*** One value ***/

static bool in_range(const struct demo_param *param, const json_t *value)
{
    double v = json_number_value(value);
    return json_is_number(value) && isfinite(v) && v >= param->min && v <= param->max;
}

/* The value as the demo gets it: an int that came as 5.0 is 5. NULL if it is not allowed. */
static json_t *param_value(const struct demo_param *param, json_t *value)
{
    switch (param->type) {
    case PARAM_INT: {
        double v = json_number_value(value);
        if (!in_range(param, value) || v != floor(v))
            return NULL;
        return json_integer(json_is_integer(value) ? json_integer_value(value) : (json_int_t)v);
    }
    case PARAM_FLOAT:
        return in_range(param, value) ? json_real(json_number_value(value)) : NULL;
    case PARAM_BOOL:
        return json_is_boolean(value) ? json_incref(value) : NULL;
    case PARAM_ENUM: {
        const char *name = json_string_value(value);
        return name && manifest_entry(param->manifest, "values", "value", name) ? json_incref(value)
                                                                                : NULL;
    }
    }
    return NULL;
}

/*** All of them ***/

static int names_check(const struct demo *demo, const json_t *params, struct err *err)
{
    const char *name;
    json_t *value;
    if (params && !json_is_object(params))
        return err_field(err, EINVAL, "params", "params must be an object");
    json_object_foreach ((json_t *)params, name, value) {
        if (param_find(demo, name))
            continue;
        if (!manifest_id_is_valid(name))
            return err_field(err, EINVAL, "params", "%s has no parameter of that name", demo->id);
        char field[64];
        snprintf(field, sizeof field, "params.%s", name);
        return err_field(err, EINVAL, field, "%s has no parameter %s", demo->id, name);
    }
    return 0;
}

static int param_add(const struct demo_param *param, const json_t *params, json_t *full,
                     struct err *err)
{
    json_t *given = json_object_get(params, param->name);
    if (!given)
        given = json_object_get(param->manifest, "default");
    json_t *value = param_value(param, given);
    if (!value)
        return param_refuse(param, given, err);
    return json_object_set_new(full, param->name, value) < 0 ? err_set(err, ENOMEM, "out of memory")
                                                             : 0;
}

int demo_params_check(const struct demo *demo, const json_t *params, json_t **ret_full,
                      struct err *err)
{
    int r = names_check(demo, params, err);
    json_t *full = json_object();
    for (size_t i = 0; r == 0 && i < demo->n_params; i++)
        r = param_add(&demo->params[i], params, full, err);
    if (r < 0)
        json_decref(full);
    else
        *ret_full = full;
    return r;
}

/*** From text ***/

static json_t *number_from_string(const char *s)
{
    char *end;
    errno = 0;
    long long whole = strtoll(s, &end, 10);
    if (*s && !*end && !errno)
        return json_integer(whole);
    double v = strtod(s, &end);
    return *s && !*end && isfinite(v) ? json_real(v) : NULL;
}

/* JSON of the text that came for `param`; a string where it can be nothing better. NULL if it is
 * not UTF-8. */
static json_t *value_from_string(const struct demo_param *param, const char *s)
{
    json_t *value = NULL;
    if (param && param->type == PARAM_BOOL) {
        if (!strcmp(s, "true") || !strcmp(s, "1") || !strcmp(s, "on"))
            return json_true();
        if (!strcmp(s, "false") || !strcmp(s, "0") || !strcmp(s, "off"))
            return json_false();
    } else if (param && param->type != PARAM_ENUM) {
        value = number_from_string(s);
    }
    return value ? value : json_string(s);
}

static int preset_apply(const struct demo *demo, const char *id, json_t *params, struct err *err)
{
    const json_t *preset = manifest_entry(demo->manifest, "presets", "id", id);
    if (!preset)
        return err_field(err, EINVAL, "params.preset", "%s has no preset of that name", demo->id);
    return json_object_update(params, json_object_get(preset, "params")) < 0
               ? err_set(err, ENOMEM, "out of memory")
               : 0;
}

static int strings_apply(const struct demo *demo, const char *const *names,
                         const char *const *values, size_t n, json_t *params, struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        int r = strcmp(names[i], "preset") ? 0 : preset_apply(demo, values[i], params, err);
        if (r < 0)
            return r;
    }
    for (size_t i = 0; i < n; i++) {
        if (!strcmp(names[i], "preset"))
            continue;
        json_t *value = value_from_string(param_find(demo, names[i]), values[i]);
        if (!value || json_object_set_new(params, names[i], value) < 0)
            return err_field(err, EINVAL, "params", "a parameter is not UTF-8");
    }
    return 0;
}

int demo_params_from_strings(const struct demo *demo, const char *const *names,
                             const char *const *values, size_t n, json_t **ret_full,
                             struct err *err)
{
    json_t *params = json_object();
    int r = strings_apply(demo, names, values, n, params, err);
    if (r == 0)
        r = demo_params_check(demo, params, ret_full, err);
    json_decref(params);
    return r;
}
