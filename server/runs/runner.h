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

#endif
