/* cmd.h - the command line: one file a command, one row each in the table of main.c.
 *
 * Exit status: 0 ok, 1 failed, 2 usage or something given (a folder, an address, a parameter) that
 * cannot be used. */
#ifndef PREPD_CMD_CMD_H
#define PREPD_CMD_CMD_H

#include <argp.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "notes/library.h"

enum { EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2 };

struct command {
    const char *name;
    int (*run)(int argc, char **argv); /* argv[0] is "prepd NAME" */
    const char *summary;
};

int cmd_serve(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_demos(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_doctor(int argc, char **argv);
int cmd_backup(int argc, char **argv);

/* ---- options that several commands share (options.c) ---- */

enum { PATHS_MAX = 32 };

/* Folders given on the command line, with the shipped ones and defaults filled in by paths_resolve.
 */
struct paths {
    const char *notes[PATHS_MAX];
    size_t n_notes;
    const char *demos[PATHS_MAX];
    size_t n_demos;
    const char *data;
    int only_notes; /* leave the shipped notes out */

    /* filled in by paths_resolve */
    struct library_source sources[PATHS_MAX + 1];
    size_t n_sources;
    const char *demo_dirs[PATHS_MAX + 1];
    size_t n_demo_dirs;
    const char *data_dir;
    char books[PATHS_MAX][64];
    char *owned[4];
};

/* Parser of --notes --only-notes --demos --data, to be a child of a command's own; its input is a
 * struct paths. */
extern const struct argp paths_argp;

/* Parser of --unsafe-run, to be a child of a command's own; its input is a bool. */
extern const struct argp unsafe_argp;

/* Finds the shipped notes and demos beside the program (share/prepd, or ../share/prepd) and the
 * data folder ($XDG_DATA_HOME/prepd, else ~/.local/share/prepd). -ENOENT with what was looked for.
 */
int paths_resolve(struct paths *paths, struct err *err);
void paths_free(struct paths *paths);

#endif
