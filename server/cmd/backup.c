/* backup.c - `prepd backup FILE`: a consistent copy of the database, while no prepd serves it. */
#include <stdio.h>

#include "base/log.h"
#include "cmd/cmd.h"
#include "store/store.h"

struct arguments {
    const char *file;
    struct paths paths;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct arguments *args = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &args->paths;
        return 0;
    case ARGP_KEY_ARG:
        if (args->file)
            argp_error(state, "one FILE only");
        args->file = arg;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "say where to write the copy: prepd backup FILE");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {{&paths_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {NULL,     parse, "FILE", "Writes a copy of the database to FILE.",
                                 children, NULL,  NULL};

int cmd_backup(int argc, char **argv)
{
    struct arguments args = {0};
    struct err err = {0};
    struct store *store = NULL;
    argp_parse(&argp, argc, argv, 0, NULL, &args);
    int status = EXIT_USAGE;
    if (paths_resolve(&args.paths, &err) < 0 || store_open(args.paths.data_dir, &store, &err) < 0) {
        log_error("%s", err.text);
    } else if (store_backup(store, args.file, &err) < 0) {
        log_error("%s", err.text);
        status = EXIT_FAILED;
    } else {
        printf("%s\n", args.file);
        status = EXIT_OK;
    }
    store_close(store);
    paths_free(&args.paths);
    return status;
}
