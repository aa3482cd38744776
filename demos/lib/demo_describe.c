/* demo_describe.c - the manifest as JSON, in the order of PROTOCOL.md. */
#include <string.h>
#include <unistd.h>

#include "demo_internal.h"

/* A buffer that empties itself into a descriptor. */
struct describer {
    struct demo_json json; /* first: spill gets its address */
    int fd;
    atomic_bool deaf;
    char buf[8192];
};

static void describer_spill(struct demo_json *json)
{
    struct describer *describer = (struct describer *)json;
    demo_write_all(describer->fd, json->buf, json->len, &describer->deaf);
    json->len = 0;
}

/*** Parameters and presets ***/

static void describe_value(struct demo_json *json, const struct demo_param *param,
                           const struct demo_arg *arg)
{
    if (param->type == DEMO_INT)
        demo_json_int(json, arg->integer);
    else if (param->type == DEMO_FLOAT)
        demo_json_number(json, arg->real);
    else if (param->type == DEMO_BOOL)
        demo_json_bool(json, arg->integer);
    else
        demo_json_string(json, param->choices[arg->integer].value);
}

/* "name=value" as "name": value. */
static void describe_pair(struct demo_json *json, const struct demo_manifest *manifest,
                          const char *pair)
{
    struct demo_arg args[DEMO_PARAMS_MAX];
    char why[400];
    if (demo_args_set(manifest, args, pair, why, sizeof why) < 0)
        return; /* demo_verify has refused it */
    int index = demo_param_find(manifest, pair);
    demo_json_key(json, manifest->params[index].name);
    describe_value(json, &manifest->params[index], &args[index]);
}

static void describe_default(struct demo_json *json, const struct demo_param *param)
{
    const struct demo_param one[] = {*param, {0}};
    const struct demo_manifest manifest = {.params = one};
    char pair[128] = "";
    strncat(pair, param->name, 40);
    strcat(pair, "=");
    strncat(pair, param->init, 64);
    struct demo_arg arg;
    char why[400];
    if (demo_args_set(&manifest, &arg, pair, why, sizeof why) < 0)
        return;
    demo_json_key(json, "default");
    describe_value(json, param, &arg);
}

static void describe_choices(struct demo_json *json, const struct demo_choice *choice)
{
    demo_json_key(json, "values");
    demo_json_open(json, '[');
    for (; choice->value; choice++) {
        demo_json_open(json, '{');
        demo_json_string_at(json, "value", choice->value);
        demo_json_text_at(json, "label", choice->label);
        demo_json_close(json, '}');
    }
    demo_json_close(json, ']');
}

static void describe_param(struct demo_json *json, const struct demo_param *param)
{
    static const char *const types[] = {"int", "float", "bool", "enum"};
    bool number = param->type == DEMO_INT || param->type == DEMO_FLOAT;
    demo_json_open(json, '{');
    demo_json_string_at(json, "name", param->name);
    demo_json_string_at(json, "type", types[param->type]);
    describe_default(json, param);
    if (number) {
        demo_json_number_at(json, "min", param->min);
        demo_json_number_at(json, "max", param->max);
        if (param->step > 0)
            demo_json_number_at(json, "step", param->step);
        demo_json_string_at(json, "scale", param->log ? "log" : "linear");
    }
    if (param->type == DEMO_ENUM)
        describe_choices(json, param->choices);
    demo_json_string_at(json, "unit", param->unit);
    demo_json_text_at(json, "label", param->label);
    demo_json_text_at(json, "help", param->help);
    demo_json_close(json, '}');
}

static void describe_params(struct demo_json *json, const struct demo_manifest *manifest)
{
    demo_json_key(json, "params");
    demo_json_open(json, '[');
    for (size_t i = 0; i < demo_params_count(manifest); i++)
        describe_param(json, &manifest->params[i]);
    demo_json_close(json, ']');
}

static void describe_presets(struct demo_json *json, const struct demo_manifest *manifest)
{
    demo_json_key(json, "presets");
    demo_json_open(json, '[');
    for (const struct demo_preset *preset = manifest->presets; preset && preset->id; preset++) {
        demo_json_open(json, '{');
        demo_json_string_at(json, "id", preset->id);
        demo_json_text_at(json, "label", preset->label);
        demo_json_text_at(json, "expect", preset->expect);
        demo_json_key(json, "params");
        demo_json_open(json, '{');
        for (const char *const *pair = preset->params; pair && *pair; pair++)
            describe_pair(json, manifest, *pair);
        demo_json_close(json, '}');
        demo_json_close(json, '}');
    }
    demo_json_close(json, ']');
}

/*** Views and results ***/

static void describe_axis(struct demo_json *json, const char *key, const struct demo_axis *axis)
{
    if (!axis->label.en)
        return;
    demo_json_key(json, key);
    demo_json_open(json, '{');
    demo_json_text_at(json, "label", axis->label);
    demo_json_string_at(json, "unit", axis->unit);
    demo_json_string_at(json, "scale", axis->log ? "log" : "linear");
    demo_json_close(json, '}');
}

static void describe_item(struct demo_json *json, const struct demo_item *item)
{
    demo_json_open(json, '{');
    demo_json_string_at(json, "id", item->id);
    demo_json_text_at(json, "label", item->label);
    demo_json_string_at(json, "unit", item->unit);
    if (item->low) {
        demo_json_key(json, "band");
        demo_json_open(json, '[');
        demo_json_string(json, item->low);
        demo_json_string(json, item->high);
        demo_json_close(json, ']');
    }
    if (item->dash)
        demo_json_key(json, "dash"), demo_json_bool(json, true);
    if (item->hidden)
        demo_json_key(json, "hidden"), demo_json_bool(json, true);
    demo_json_close(json, '}');
}

static void describe_items(struct demo_json *json, const char *key, const struct demo_item *item)
{
    if (!item)
        return;
    demo_json_key(json, key);
    demo_json_open(json, '[');
    for (; item->id; item++)
        describe_item(json, item);
    demo_json_close(json, ']');
}

static void describe_view(struct demo_json *json, const struct demo_view *view)
{
    static const char *const kinds[] = {"line", "bars", "timeline", "grid", "table", "sequence"};
    static const char *const lists[] = {"series", "series", "lanes", "states", "columns", "lanes"};
    demo_json_open(json, '{');
    demo_json_string_at(json, "id", view->id);
    demo_json_string_at(json, "kind", kinds[view->kind]);
    demo_json_text_at(json, "title", view->title);
    describe_axis(json, "x", &view->x);
    describe_axis(json, "y", &view->y);
    if (view->stacked)
        demo_json_key(json, "stacked"), demo_json_bool(json, true);
    if (view->kind == DEMO_GRID) {
        demo_json_number_at(json, "cells", view->cells);
        demo_json_number_at(json, "width", view->width);
    }
    describe_items(json, lists[view->kind], view->items);
    describe_items(json, "kinds", view->kinds);
    demo_json_close(json, '}');
}

static void describe_views(struct demo_json *json, const struct demo_manifest *manifest)
{
    demo_json_key(json, "views");
    demo_json_open(json, '[');
    for (const struct demo_view *view = manifest->views; view && view->id; view++)
        describe_view(json, view);
    demo_json_close(json, ']');
}

static void describe_results(struct demo_json *json, const struct demo_manifest *manifest)
{
    demo_json_key(json, "metrics");
    demo_json_open(json, '[');
    for (const struct demo_metric *metric = manifest->metrics; metric && metric->id; metric++) {
        demo_json_open(json, '{');
        demo_json_string_at(json, "id", metric->id);
        demo_json_text_at(json, "label", metric->label);
        demo_json_string_at(json, "unit", metric->unit);
        demo_json_text_at(json, "expect", metric->expect);
        demo_json_close(json, '}');
    }
    demo_json_close(json, ']');
    demo_json_key(json, "checks");
    demo_json_open(json, '[');
    for (const struct demo_check *check = manifest->checks; check && check->id; check++) {
        demo_json_open(json, '{');
        demo_json_string_at(json, "id", check->id);
        demo_json_text_at(json, "label", check->label);
        demo_json_close(json, '}');
    }
    demo_json_close(json, ']');
}

/*** The whole ***/

static void describe_strings(struct demo_json *json, const char *key, const char *const *string)
{
    demo_json_key(json, key);
    demo_json_open(json, '[');
    for (; string && *string; string++)
        demo_json_string(json, *string);
    demo_json_close(json, ']');
}

static void describe_texts(struct demo_json *json, const char *key, const struct demo_text *text)
{
    demo_json_key(json, key);
    demo_json_open(json, '[');
    for (; text && text->zh; text++) {
        demo_json_open(json, '{');
        demo_json_string_at(json, "zh", text->zh);
        demo_json_string_at(json, "en", text->en);
        demo_json_close(json, '}');
    }
    demo_json_close(json, ']');
}

static void describe_sysctls(struct demo_json *json, const struct demo_sysctl *sysctl)
{
    if (!sysctl)
        return;
    demo_json_key(json, "sysctls");
    demo_json_open(json, '[');
    for (; sysctl->name; sysctl++) {
        demo_json_open(json, '{');
        demo_json_string_at(json, "name", sysctl->name);
        demo_json_string_at(json, "value", sysctl->value);
        demo_json_close(json, '}');
    }
    demo_json_close(json, ']');
}

static void describe_head(struct demo_json *json, const struct demo_manifest *manifest)
{
    demo_json_string_at(json, "id", manifest->id);
    demo_json_text_at(json, "title", manifest->title);
    demo_json_text_at(json, "summary", manifest->summary);
    demo_json_text_at(json, "insight", manifest->insight);
    describe_strings(json, "topics", manifest->topics);
    const char *needs[5] = {0};
    size_t n = 0;
    if (manifest->needs & DEMO_NET)
        needs[n++] = "net";
    if (manifest->needs & DEMO_THREADS)
        needs[n++] = "threads";
    if (manifest->needs & DEMO_FORK)
        needs[n++] = "fork";
    if (manifest->needs & DEMO_MEMFD)
        needs[n++] = "memfd";
    describe_strings(json, "needs", needs);
    demo_json_key(json, "polite"), demo_json_bool(json, true); /* demo.c handles SIGTERM */
    describe_sysctls(json, manifest->sysctls);
    demo_json_key(json, "limits");
    demo_json_open(json, '{');
    demo_json_number_at(json, "seconds", manifest->seconds_max);
    demo_json_number_at(json, "memory_mb", manifest->memory_max_mb);
    demo_json_close(json, '}');
}

static void describe_sources(struct demo_json *json, const struct demo_manifest *manifest)
{
    demo_json_key(json, "sources");
    demo_json_open(json, '[');
    for (const struct demo_source *source = manifest->sources; source && source->file; source++) {
        demo_json_open(json, '{');
        demo_json_string_at(json, "file", source->file);
        demo_json_string_at(json, "text", source->text);
        demo_json_close(json, '}');
    }
    demo_json_close(json, ']');
}

int demo_describe(const struct demo_manifest *manifest, int fd)
{
    struct describer describer = {.fd = fd};
    struct demo_json *json = &describer.json;
    *json = (struct demo_json){
        .buf = describer.buf, .cap = sizeof describer.buf, .spill = describer_spill};
    demo_json_open(json, '{');
    describe_head(json, manifest);
    describe_params(json, manifest);
    describe_presets(json, manifest);
    describe_views(json, manifest);
    describe_results(json, manifest);
    describe_texts(json, "real", manifest->real);
    describe_texts(json, "simplified", manifest->simplified);
    describe_sources(json, manifest);
    demo_json_close(json, '}');
    json->spill(json);
    demo_write_all(fd, "\n", 1, &describer.deaf);
    return describer.deaf ? -1 : 0;
}
