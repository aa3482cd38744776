/* options.c - the options that commands share, and where things are when nothing is said. */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "cmd/cmd.h"

enum { OPT_ONLY_NOTES = 256 };

static const struct argp_option options[] = {
    {"notes", 'n', "DIR|FILE", 0, "Add a book: a folder of Markdown, or one file (may be repeated)",
     0},
    {"only-notes", OPT_ONLY_NOTES, NULL, 0, "Leave the shipped notes out", 0},
    {"demos", 'd', "DIR", 0, "Add a folder of demos: NAME and NAME.json each (may be repeated)", 0},
    {"data", 'D', "DIR", 0, "Where progress and runs are kept", 0},
    {0},
};

static void add_path(const char **list, size_t *n, const char *path, struct argp_state *state)
{
    if (*n == PATHS_MAX)
        argp_error(state, "at most %d folders of one kind", PATHS_MAX);
    list[(*n)++] = path;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct paths *paths = state->input;
    switch (key) {
    case 'n':
        add_path(paths->notes, &paths->n_notes, arg, state);
        return 0;
    case OPT_ONLY_NOTES:
        paths->only_notes = 1;
        return 0;
    case 'd':
        add_path(paths->demos, &paths->n_demos, arg, state);
        return 0;
    case 'D':
        paths->data = arg;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

const struct argp paths_argp = {options, parse, NULL, NULL, NULL, NULL, NULL};

enum { OPT_UNSAFE_RUN = 768 };

static const struct argp_option unsafe_options[] = {
    {"unsafe-run", OPT_UNSAFE_RUN, NULL, 0,
     "Run demos WITHOUT a sandbox, as ordinary processes with limits: only demos you trust", 0},
    {0},
};

static error_t parse_unsafe(int key, char *arg, struct argp_state *state)
{
    (void)arg;
    if (key != OPT_UNSAFE_RUN)
        return ARGP_ERR_UNKNOWN;
    *(bool *)state->input = true;
    return 0;
}

const struct argp unsafe_argp = {unsafe_options, parse_unsafe, NULL, NULL, NULL, NULL, NULL};

/* The folder of shipped things, found from where the program itself is. */
static int find_share(char **ret, struct err *err)
{
    char exe[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof exe - 1);
    if (n < 0)
        return err_set(err, errno, "cannot find the program's own path: %s", strerror(errno));
    exe[n] = '\0';
    const char *dir = dirname(exe);
    static const char *const places[] = {"share/prepd", "../share/prepd"};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
        cleanup_free char *path = NULL;
        if (asprintf(&path, "%s/%s", dir, places[i]) < 0)
            return err_set(err, ENOMEM, "out of memory");
        if (access(path, R_OK | X_OK) == 0) {
            *ret = steal_ptr(&path);
            return 0;
        }
    }
    return err_set(
        err, ENOENT,
        "the shipped notes and demos are neither in %s/share/prepd nor in %s/../share/prepd", dir,
        dir);
}

static char *join(const char *dir, const char *name)
{
    char *path;
    return asprintf(&path, "%s/%s", dir, name) < 0 ? NULL : path;
}

static char *default_data_dir(void)
{
    const char *xdg = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    if (xdg &&
        xdg[0] == '/') /* a relative one is to be ignored (XDG base directory specification) */
        return join(xdg, "prepd");
    return join(home && home[0] ? home : ".", ".local/share/prepd");
}

/* A book's name is part of the identity of its ticks, so it comes from its path's last part and not
 * from its place on the command line; the second of the same name gets a number. */
static void name_book(struct paths *paths, size_t i)
{
    char copy[PATH_MAX], base[48];
    snprintf(copy, sizeof copy, "%s", paths->notes[i]);
    snprintf(base, sizeof base, "%.47s", basename(copy));
    int same = 1;
    for (size_t k = 0; k < i; k++) {
        char other[PATH_MAX];
        snprintf(other, sizeof other, "%s", paths->notes[k]);
        same += strcmp(basename(other), basename(copy)) == 0;
    }
    if (same > 1)
        snprintf(paths->books[i], sizeof paths->books[i], "%s-%d", base, same);
    else
        snprintf(paths->books[i], sizeof paths->books[i], "%s", base);
}

int paths_resolve(struct paths *paths, struct err *err)
{
    char *share = NULL;
    int r = find_share(&share, err);
    if (r < 0)
        return r;
    paths->owned[0] = share;
    paths->owned[1] = join(share, "content");
    paths->owned[2] = join(share, "demos");
    paths->owned[3] = default_data_dir();
    if (!paths->owned[1] || !paths->owned[2] || !paths->owned[3])
        return err_set(err, ENOMEM, "out of memory");
    if (!paths->only_notes)
        paths->sources[paths->n_sources++] = (struct library_source){paths->owned[1], ""};
    for (size_t i = 0; i < paths->n_notes; i++) {
        name_book(paths, i);
        paths->sources[paths->n_sources++] =
            (struct library_source){paths->notes[i], paths->books[i]};
    }
    paths->demo_dirs[paths->n_demo_dirs++] = paths->owned[2];
    for (size_t i = 0; i < paths->n_demos; i++)
        paths->demo_dirs[paths->n_demo_dirs++] = paths->demos[i];
    paths->data_dir = paths->data ? paths->data : paths->owned[3];
    if (paths->n_sources == 0)
        return err_set(err, EINVAL, "--only-notes leaves nothing to show: give --notes too");
    return 0;
}

void paths_free(struct paths *paths)
{
    for (size_t i = 0; i < sizeof paths->owned / sizeof paths->owned[0]; i++)
        free(paths->owned[i]);
}
