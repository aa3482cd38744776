/* main.c - prepd's command line: the table of commands, and which one was meant. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"

static const struct command commands[] = {
    {"serve", cmd_serve, "serve notes, progress and demos to a browser on this machine"},
    {"run", cmd_run, "run a demo in this terminal: prepd run DEMO [name=value]..."},
    {"demos", cmd_demos, "list the demos and whether they can run here"},
    {"check", cmd_check, "look for mistakes in notes"},
    {"doctor", cmd_doctor, "say what of prepd works on this machine, and how to mend the rest"},
    {"backup", cmd_backup, "write a copy of the database: prepd backup FILE"},
};

enum { N_COMMANDS = sizeof commands / sizeof commands[0] };

static void usage(FILE *to)
{
    fputs("Usage: prepd COMMAND [OPTION...]\n\n", to);
    for (size_t i = 0; i < N_COMMANDS; i++)
        fprintf(to, "  %-8s %s\n", commands[i].name, commands[i].summary);
    fputs("\n`prepd COMMAND --help` tells a command's options; `prepd --version` the version.\n",
          to);
}

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; i < N_COMMANDS; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

int main(int argc, char **argv)
{
    argp_err_exit_status = EXIT_USAGE;
    argp_program_version = "prepd " PREPD_VERSION;
    const char *name = argc > 1 ? argv[1] : "";
    if (strcmp(name, "--help") == 0 || strcmp(name, "help") == 0)
        return usage(stdout), EXIT_OK;
    if (strcmp(name, "--version") == 0)
        return puts(argp_program_version), EXIT_OK;
    const struct command *command = find_command(name);
    if (!command) {
        if (*name)
            fprintf(stderr, "prepd: there is no command \"%s\"\n", name);
        usage(stderr);
        return EXIT_USAGE;
    }
    char title[32];
    snprintf(title, sizeof title, "prepd %s", command->name);
    argv[1] = title;
    return command->run(argc - 1, argv + 1);
}
