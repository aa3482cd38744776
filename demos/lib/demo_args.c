/* demo_args.c - parameters: from the command line to the typed getters of demo.h. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demo_internal.h"

size_t demo_params_count(const struct demo_manifest *manifest)
{
    size_t n = 0;
    while (manifest->params && manifest->params[n].name && n < DEMO_PARAMS_MAX)
        n++;
    return n;
}

int demo_param_find(const struct demo_manifest *manifest, const char *pair)
{
    size_t len = strcspn(pair, "=");
    for (size_t i = 0; i < demo_params_count(manifest); i++) {
        const char *name = manifest->params[i].name;
        if (strlen(name) == len && memcmp(name, pair, len) == 0)
            return (int)i;
    }
    return -1;
}

/*** Reading a value ***/

static bool read_int(const struct demo_param *param, const char *text, struct demo_arg *ret)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    ret->integer = value;
    return errno == 0 && end != text && !*end && text[strspn(text, "+-0123456789")] == '\0' &&
           (double)value >= param->min && (double)value <= param->max;
}

static bool read_float(const struct demo_param *param, const char *text, struct demo_arg *ret)
{
    char *end;
    ret->real = strtod(text, &end);
    return end != text && !*end && text[strspn(text, "+-.0123456789eE")] == '\0' &&
           ret->real >= param->min && ret->real <= param->max;
}

static bool read_bool(const char *text, struct demo_arg *ret)
{
    ret->integer = strcmp(text, "true") == 0 || strcmp(text, "1") == 0;
    return ret->integer || strcmp(text, "false") == 0 || strcmp(text, "0") == 0;
}

static bool read_enum(const struct demo_param *param, const char *text, struct demo_arg *ret)
{
    for (int64_t i = 0; param->choices[i].value; i++) {
        if (strcmp(param->choices[i].value, text) == 0) {
            ret->integer = i;
            return true;
        }
    }
    return false;
}

static bool read_value(const struct demo_param *param, const char *text, struct demo_arg *ret)
{
    switch (param->type) {
    case DEMO_INT:
        return read_int(param, text, ret);
    case DEMO_FLOAT:
        return read_float(param, text, ret);
    case DEMO_BOOL:
        return read_bool(text, ret);
    case DEMO_ENUM:
        return read_enum(param, text, ret);
    }
    return false;
}

/* "an integer from 1 to 8", "classic or blocked": what a value may be. */
static void describe_values(const struct demo_param *param, char *text, size_t size)
{
    if (param->type == DEMO_BOOL) {
        snprintf(text, size, "true or false");
    } else if (param->type != DEMO_ENUM) {
        snprintf(text, size, "%s from %.15g to %.15g",
                 param->type == DEMO_INT ? "an integer" : "a number", param->min, param->max);
    } else {
        size_t len = 0;
        text[0] = '\0';
        for (size_t i = 0; param->choices[i].value && len < size; i++)
            len += (size_t)snprintf(text + len, size - len, "%s%s", i ? " or " : "",
                                    param->choices[i].value);
    }
}

int demo_args_set(const struct demo_manifest *manifest, struct demo_arg *args, const char *pair,
                  char *why, size_t size)
{
    int index = demo_param_find(manifest, pair);
    if (index < 0)
        return snprintf(why, size, "--%.40s: no such parameter (see --help)", pair), -1;
    const struct demo_param *param = &manifest->params[index];
    const char *equals = strchr(pair, '=');
    struct demo_arg arg = {0};
    if (!equals || !read_value(param, equals + 1, &arg)) {
        char values[200];
        describe_values(param, values, sizeof values);
        return snprintf(why, size, "--%.80s: %s must be %s", pair, param->name, values), -1;
    }
    args[index] = arg;
    return 0;
}

/*** The command line ***/

static int set_all(struct demo *demo, const char *const *pairs, char *why, size_t size)
{
    for (; pairs && *pairs; pairs++)
        if (demo_args_set(demo->manifest, demo->args, *pairs, why, size) < 0)
            return -1;
    return 0;
}

static int set_defaults(struct demo *demo, char *why, size_t size)
{
    for (size_t i = 0; i < demo_params_count(demo->manifest); i++) {
        char pair[128];
        const struct demo_param *param = &demo->manifest->params[i];
        snprintf(pair, sizeof pair, "%s=%s", param->name, param->init);
        if (demo_args_set(demo->manifest, demo->args, pair, why, size) < 0)
            return -1;
    }
    return 0;
}

static int set_preset(struct demo *demo, const char *id, char *why, size_t size)
{
    const struct demo_preset *preset = demo->manifest->presets;
    for (; preset && preset->id; preset++)
        if (strcmp(preset->id, id) == 0)
            return set_all(demo, preset->params, why, size);
    snprintf(why, size, "--preset=%.40s: no such preset (see --help)", id);
    return -1;
}

/* Arguments come in three waves, so that their order on the line does not matter: presets, then
 * --quick, then single parameters. */
enum wave { WAVE_PRESET, WAVE_QUICK, WAVE_PARAM };

static int read_argument(struct demo *demo, const char *argument, enum wave wave,
                         struct demo_command *command, char *why, size_t size)
{
    static const char preset[] = "--preset=";
    if (strncmp(argument, preset, sizeof preset - 1) == 0)
        return wave == WAVE_PRESET ? set_preset(demo, argument + sizeof preset - 1, why, size) : 0;
    if (strcmp(argument, "--quick") == 0)
        return wave == WAVE_QUICK ? set_all(demo, demo->manifest->quick, why, size) : 0;
    if (strcmp(argument, "--describe") == 0)
        return command->act = DEMO_DESCRIBE, 0;
    if (strcmp(argument, "--help") == 0 || strcmp(argument, "-h") == 0)
        return command->act = DEMO_HELP, 0;
    if (strcmp(argument, "--json") == 0)
        return command->form = DEMO_JSON, 0;
    if (strcmp(argument, "--report") == 0)
        return command->form = DEMO_REPORT, 0;
    if (wave != WAVE_PARAM)
        return 0;
    if (strncmp(argument, "--", 2) != 0)
        return snprintf(why, size, "%.40s: write --name=value (see --help)", argument), -1;
    return demo_args_set(demo->manifest, demo->args, argument + 2, why, size);
}

int demo_args_parse(struct demo *demo, int argc, char **argv, struct demo_command *ret)
{
    char why[400];
    *ret = (struct demo_command){DEMO_RUN, DEMO_AUTO};
    int failed = set_defaults(demo, why, sizeof why);
    for (enum wave wave = WAVE_PRESET; wave <= WAVE_PARAM && failed == 0; wave++)
        for (int i = 1; i < argc && failed == 0; i++)
            failed = read_argument(demo, argv[i], wave, ret, why, sizeof why);
    if (failed)
        fprintf(stderr, "%s: %s\n", demo->manifest->id, why);
    return failed;
}

static void help_params(const struct demo_manifest *manifest)
{
    printf("\nParameters:\n");
    for (size_t i = 0; i < demo_params_count(manifest); i++) {
        const struct demo_param *param = &manifest->params[i];
        char values[200];
        describe_values(param, values, sizeof values);
        printf("  --%s=%s  %s%s%s: %s\n", param->name, param->init, param->label.en,
               param->unit ? ", " : "", param->unit ? param->unit : "", values);
        if (param->help.en)
            printf("        %s\n", param->help.en);
    }
}

void demo_help(const struct demo_manifest *manifest)
{
    printf("Usage: %s [--preset=ID] [--name=value]…\n%s: %s\n", manifest->id, manifest->title.en,
           manifest->summary.en);
    help_params(manifest);
    printf("\nPresets:\n");
    for (const struct demo_preset *preset = manifest->presets; preset && preset->id; preset++)
        printf("  --preset=%s  %s: %s\n", preset->id, preset->label.en, preset->expect.en);
    printf("\n  --quick     the smallest run\n"
           "  --json      NDJSON events (the default unless on a terminal)\n"
           "  --report    a report to read (the default on a terminal)\n"
           "  --describe  the manifest, JSON\n");
}

/*** The getters ***/

static const struct demo_arg *get(const struct demo *demo, const char *name, enum demo_type type)
{
    int index = demo_param_find(demo->manifest, name);
    if (index < 0 || demo->manifest->params[index].type != type) {
        fprintf(stderr,
                "%s: the demo asks for a parameter \"%s\" that its manifest does not have\n",
                demo->manifest->id, name);
        abort();
    }
    return &demo->args[index];
}

int64_t demo_int(const struct demo *demo, const char *name)
{
    return get(demo, name, DEMO_INT)->integer;
}

double demo_float(const struct demo *demo, const char *name)
{
    return get(demo, name, DEMO_FLOAT)->real;
}

bool demo_bool(const struct demo *demo, const char *name)
{
    return get(demo, name, DEMO_BOOL)->integer != 0;
}

int demo_enum(const struct demo *demo, const char *name)
{
    return (int)get(demo, name, DEMO_ENUM)->integer;
}

static size_t arg_text(const struct demo_param *param, const struct demo_arg *arg, char *text,
                       size_t size)
{
    int len;
    if (param->type == DEMO_ENUM)
        len = snprintf(text, size, "%s=%s ", param->name, param->choices[arg->integer].value);
    else if (param->type == DEMO_BOOL)
        len = snprintf(text, size, "%s=%s ", param->name, arg->integer ? "true" : "false");
    else if (param->type == DEMO_INT)
        len = snprintf(text, size, "%s=%lld ", param->name, (long long)arg->integer);
    else
        len = snprintf(text, size, "%s=%.6g ", param->name, arg->real);
    return (size_t)len;
}

void demo_args_text(const struct demo *demo, char *text, size_t size)
{
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; i < demo_params_count(demo->manifest) && len < size; i++)
        len += arg_text(&demo->manifest->params[i], &demo->args[i], text + len, size - len);
}
