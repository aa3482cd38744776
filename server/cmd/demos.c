/* demos.c - `prepd demos`: what can be run, with its parameters. */
#include <stdio.h>

#include "base/log.h"
#include "cmd/cmd.h"
#include "runs/catalogue.h"

static error_t parse(int key, char *arg, struct argp_state *state)
{
    if (key == ARGP_KEY_INIT)
        state->child_inputs[0] = state->input;
    else if (key == ARGP_KEY_ARG)
        argp_error(state, "demos takes no argument: %s", arg);
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static const struct argp_child children[] = {{&paths_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {NULL,     parse, NULL, "Lists the demos and their parameters.",
                                 children, NULL,  NULL};

static const char *text_of(const json_t *object, const char *key)
{
    const json_t *both = json_object_get(object, key);
    const char *text = json_string_value(json_object_get(both, "en"));
    return text ? text : "";
}

static void print_param(const struct demo_param *param)
{
    char *value = json_dumps(json_object_get(param->manifest, "default"), JSON_ENCODE_ANY);
    printf("    %-14s %s", param->name, text_of(param->manifest, "label"));
    if (param->type == PARAM_INT || param->type == PARAM_FLOAT)
        printf(", %.15g to %.15g", param->min, param->max);
    printf(" (%s)\n", value ? value : "?");
    free(value);
}

static void print_demo(const struct demo *demo)
{
    printf("%s: %s\n", demo->id, text_of(demo->manifest, "title"));
    if (!demo->available)
        printf("  cannot run: %s\n", demo->why);
    for (size_t i = 0; i < demo->n_params; i++)
        print_param(&demo->params[i]);
}

int cmd_demos(int argc, char **argv)
{
    struct paths paths = {0};
    struct err err = {0};
    struct catalogue *catalogue = NULL;
    argp_parse(&argp, argc, argv, 0, NULL, &paths);
    int status = EXIT_USAGE;
    if (paths_resolve(&paths, &err) < 0 ||
        catalogue_load(paths.demo_dirs, paths.n_demo_dirs, &catalogue, &err) < 0) {
        log_error("%s", err.text);
    } else {
        size_t n;
        const struct demo *demos = catalogue_demos(catalogue, &n);
        for (size_t i = 0; i < n; i++)
            print_demo(&demos[i]);
        status = EXIT_OK;
    }
    catalogue_free(catalogue);
    paths_free(&paths);
    return status;
}
