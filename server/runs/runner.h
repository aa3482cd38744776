/* runner.h - the process that starts demos and ends them; internal to runs/. See runs.h for the
 * three kinds of process. */
#ifndef PREPD_RUNS_RUNNER_H
#define PREPD_RUNS_RUNNER_H

#include <stdbool.h>
#include <sys/types.h>

/* The runner, seen from prepd. Made by runs_fork (runs.h). */
struct runner_link {
    pid_t pid;
    int fd; /* SOCK_SEQPACKET; wire.h says what goes over it */
};

/* What the runner process does until prepd closes the other end of `link` or dies. */
_Noreturn void runner_main(int link, pid_t prepd, bool unsafe);

/* Tells the runner to end by closing the link, waits at most `ms`, then kills it. NULL is fine. */
void runner_link_free(struct runner_link *link, int ms);

/* ---- runner_process.c ---- */

/* Root has no business running demos: the runner and all below it are nobody. 0 or -errno. */
int runner_drop_root(void);
/* Keeps standard error, for the operator, and the link. Returns the link's new number. */
int runner_keep_descriptors(int link);
/* Wipes prepd's command line. */
void runner_hide_arguments(void);
/* SIGTERM, which it reads, and SIGCHLD, for pid 1, which inherits the mask. */
void runner_block_signals(void);

#endif
