/* manifest.c - the manifest as a whole, and what struct demo takes from it; see manifest.h. */
#include "runs/manifest.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/util.h"
#include "runs/manifest_check.h"

/*** The top of the manifest ***/

static const struct need {
    const char *name;
    unsigned bit;
} needs[] = {{"net", DEMO_NEEDS_NET},
             {"threads", DEMO_NEEDS_THREADS},
             {"fork", DEMO_NEEDS_FORK},
             {"memfd", DEMO_NEEDS_MEMFD}};

static unsigned need_bit(const json_t *value)
{
    const char *name = json_string_value(value);
    for (size_t i = 0; name && i < ARRAY_LEN(needs); i++)
        if (!strcmp(name, needs[i].name))
            return needs[i].bit;
    return 0;
}

static int check_need(const json_t *value, const struct place *at, struct err *err)
{
    return need_bit(value) ? 0 : check_failed(at, err, "must be net, threads, fork or memfd");
}

static int check_needs(const json_t *value, const struct place *at, struct err *err)
{
    return check_list(value, check_need, NULL, at, err);
}

enum { SECONDS_MAX = 600, MEMORY_MB_MAX = 16384 };

static int check_seconds(const json_t *value, const struct place *at, struct err *err)
{
    json_int_t n = json_integer_value(value);
    return n >= 1 && n <= SECONDS_MAX ? 0
                                      : check_failed(at, err, "must be an integer from 1 to 600");
}

static int check_memory(const json_t *value, const struct place *at, struct err *err)
{
    json_int_t n = json_integer_value(value);
    return n >= 1 && n <= MEMORY_MB_MAX
               ? 0
               : check_failed(at, err, "must be an integer from 1 to 16384");
}

static int check_limits(const json_t *value, const struct place *at, struct err *err)
{
    static const struct field fields[] = {{"seconds", check_seconds},
                                          {"cpu_seconds", check_seconds, true},
                                          {"memory_mb", check_memory}};
    return check_object(value, fields, ARRAY_LEN(fields), at, err);
}

static int check_source(const json_t *value, const struct place *at, struct err *err)
{
    static const struct field fields[] = {{"file", check_string}, {"text", check_string}};
    return check_object(value, fields, ARRAY_LEN(fields), at, err);
}

static int check_sources(const json_t *value, const struct place *at, struct err *err)
{
    return check_list(value, check_source, "file", at, err);
}

static const struct field manifest_fields[] = {
    {"id", check_id},
    {"title", check_text},
    {"summary", check_text},
    {"insight", check_text, true},
    {"topics", check_topics, true},
    {"needs", check_needs, true},
    {"polite", check_true_or_false, true},
    {"sysctls", check_sysctls, true},
    {"limits", check_limits},
    {"params", check_params, true},
    {"presets", check_presets, true},
    {"views", check_views, true},
    {"metrics", check_entries, true},
    {"checks", check_entries, true},
    {"real", check_texts, true},
    {"simplified", check_texts, true},
    {"sources", check_sources, true},
};

/*** Into struct demo ***/

static void read_limits(struct demo *demo)
{
    const json_t *limits = json_object_get(demo->manifest, "limits");
    demo->seconds_max = (int)json_integer_value(json_object_get(limits, "seconds"));
    /* without one of its own: more than all processors can give in that time */
    const json_t *cpu = json_object_get(limits, "cpu_seconds");
    demo->cpu_seconds_max = cpu ? (int)json_integer_value(cpu)
                                : demo->seconds_max * (int)sysconf(_SC_NPROCESSORS_ONLN) + 1;
    demo->polite = json_is_true(json_object_get(demo->manifest, "polite"));
    demo->memory_max = (size_t)json_integer_value(json_object_get(limits, "memory_mb")) << 20;
    const json_t *list = json_object_get(demo->manifest, "needs");
    for (size_t i = 0; i < json_array_size(list); i++)
        demo->needs |= need_bit(json_array_get(list, i));
}

static int read_params(struct demo *demo, struct err *err)
{
    const json_t *list = json_object_get(demo->manifest, "params");
    size_t n = json_array_size(list);
    struct demo_param *params = calloc(n ? n : 1, sizeof *params);
    if (!params)
        return err_set(err, ENOMEM, "out of memory");
    for (size_t i = 0; i < n; i++) {
        const json_t *entry = json_array_get(list, i);
        params[i] = (struct demo_param){
            .name = json_string_value(json_object_get(entry, "name")),
            .type = check_param_type(entry),
            .min = json_number_value(json_object_get(entry, "min")),
            .max = json_number_value(json_object_get(entry, "max")),
            .manifest = entry,
        };
    }
    demo->params = params;
    demo->n_params = n;
    return 0;
}

static int try_params(const struct demo *demo, const json_t *params, struct err *err)
{
    json_t *full = NULL;
    int r = demo_params_check(demo, params, &full, err);
    json_decref(full);
    return r;
}

/* The defaults and every preset must be values that a reader could have entered. */
static int check_settings(const struct demo *demo, struct err *err)
{
    for (size_t i = 0; i < demo->n_params; i++)
        if (!json_object_get(demo->params[i].manifest, "default"))
            return err_set(err, EINVAL, "params[%zu].default is missing", i);
    if (try_params(demo, NULL, err) < 0)
        return err_prefix(err, "a default is not allowed");
    const json_t *presets = json_object_get(demo->manifest, "presets");
    for (size_t i = 0; i < json_array_size(presets); i++)
        if (try_params(demo, json_object_get(json_array_get(presets, i), "params"), err) < 0)
            return err_prefix(err, "presets[%zu]", i);
    return 0;
}

int manifest_read(struct demo *demo, struct err *err)
{
    int r = check_object(demo->manifest, manifest_fields, ARRAY_LEN(manifest_fields), NULL, err);
    if (r < 0)
        return r;
    if (strcmp(json_string_value(json_object_get(demo->manifest, "id")), demo->id))
        return err_set(err, EINVAL, "id must be the file's name, \"%s\"", demo->id);
    read_limits(demo);
    r = read_params(demo, err);
    if (r == 0)
        r = check_settings(demo, err);
    return r < 0 ? r : sysctls_read(demo, err);
}

const json_t *manifest_entry(const json_t *object, const char *list, const char *key,
                             const char *id)
{
    const json_t *entries = json_object_get(object, list);
    for (size_t i = 0; i < json_array_size(entries); i++) {
        const json_t *entry = json_array_get(entries, i);
        const char *name = json_string_value(json_object_get(entry, key));
        if (name && !strcmp(name, id))
            return entry;
    }
    return NULL;
}
