/* serve.c - `prepd serve`: open, serve until a signal, stop in order. */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/log.h"
#include "base/util.h"
#include "cmd/cmd.h"
#include "cmd/signals.h"
#include "site/site.h"

struct arguments {
    const char *listen;
    int connections; /* 0: http's own limit */
    struct paths paths;
    bool unsafe_run;
};

enum { CONNECTIONS_MAX = 10000, OTHER_DESCRIPTORS = 256, OPT_CONNECTIONS = 512 };

static const struct argp_option options[] = {
    {"listen", 'l', "ADDR:PORT", 0, "Address to listen on; port 0 picks one (127.0.0.1:8080)", 0},
    {"connections", OPT_CONNECTIONS, "N", 0, "At most so many at once; more get 503 (256)", 0},
    {0},
};

/* A browser holds one stream for all its windows, anybody else one for each run that is followed:
 * the limit is also that of readers. */
static void parse_connections(struct arguments *args, const char *arg, struct argp_state *state)
{
    uint64_t n;
    if (parse_u64(arg, CONNECTIONS_MAX, &n) && n > 0)
        args->connections = (int)n;
    else
        argp_error(state, "--connections takes a number from 1 to %d", CONNECTIONS_MAX);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct arguments *args = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &args->paths;
        state->child_inputs[1] = &args->unsafe_run;
        return 0;
    case 'l':
        args->listen = arg;
        return 0;
    case OPT_CONNECTIONS:
        parse_connections(args, arg, state);
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "serve takes no argument: %s", arg);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_child children[] = {
    {&paths_argp, 0, NULL, 0}, {&unsafe_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    options,  parse, NULL, "Serves notes, progress and demos to a browser on this machine.",
    children, NULL,  NULL};

static void stop(void *loop)
{
    loop_stop(loop);
}

/*** Serving ***/

/* Each connection is a descriptor. Only this process gets more: the runner was forked before. The
 * limit also says whether one may send a descriptor while other processes of the user, demos among
 * them, have sent many that nobody has received; so there is room for theirs. */
static void raise_descriptors(int connections)
{
    enum { ROOM_FOR_DEMOS = 4096 };
    struct rlimit limit;
    rlim_t needed = (rlim_t)connections + OTHER_DESCRIPTORS, wanted = needed + ROOM_FOR_DEMOS;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= wanted)
        return;
    limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur < needed)
        log_warning("--connections: this account may open %llu files at most",
                    (unsigned long long)limit.rlim_cur);
}

static int serve(struct loop *loop, const struct arguments *args, struct runner_link *link)
{
    struct err err = {0};
    struct site *site;
    struct site_options site_options = {.listen = args->listen,
                                        .max_connections = args->connections,
                                        .sources = args->paths.sources,
                                        .n_sources = args->paths.n_sources,
                                        .demo_dirs = args->paths.demo_dirs,
                                        .n_demo_dirs = args->paths.n_demo_dirs,
                                        .data_dir = args->paths.data_dir,
                                        .link = link};
    raise_descriptors(args->connections);
    if (site_open(loop, &site_options, &site, &err) < 0) {
        log_error("%s", err.text);
        return EXIT_USAGE;
    }
    printf("prepd: %s\n", http_url(site->http));
    fflush(stdout);
    int r = loop_run(loop);
    if (r < 0)
        log_error("the event loop failed: %s", strerror(-r));
    site_close(site);
    return r < 0 ? EXIT_FAILED : EXIT_OK;
}

static int serve_resolved(const struct arguments *args)
{
    struct err err = {0};
    struct runner_link *link = NULL;
    struct loop *loop = NULL;
    struct signals signals = {.fd = -1};
    int status = EXIT_FAILED;
    int forked = args->unsafe_run ? runs_fork_unsafe(&link, &err) : runs_fork(&link, &err);
    if (forked < 0 || loop_new(&loop, &err) < 0 ||
        signals_watch(&signals, loop, stop, loop, &err) < 0) {
        log_error("%s", err.text);
        runs_unfork(link);
    } else {
        status = serve(loop, args, link);
    }
    loop_free(loop);
    signals_close(&signals);
    return status;
}

int cmd_serve(int argc, char **argv)
{
    struct arguments args = {.listen = "127.0.0.1:8080"};
    struct err err = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &args);
    int status = EXIT_USAGE;
    if (paths_resolve(&args.paths, &err) < 0)
        log_error("%s", err.text);
    else
        status = serve_resolved(&args);
    paths_free(&args.paths);
    return status;
}
