/* sandbox.h - one demo in its own small world; internal to the runner.
 *
 * DESIGN  The runner clones a process into new namespaces. That is *pid 1* in there: it sets the
 * world up step by step (sandbox_setup.c), forks the *demo*, reaps what the demo leaves behind
 * (sandbox_init.c), and ends when the demo ends, upon which the kernel kills whatever is left in
 * the pid namespace. A demo is not pid 1 itself, since a pid 1 ignores raise(SIGTERM) and abort()
 * would end it by SIGSEGV. Killing pid 1 kills the tree; pid 1 itself dies with the runner
 * (PR_SET_PDEATHSIG).
 *
 * Without namespaces (SANDBOX_PROCESS) the runner's child is the demo, in a session of its own, and
 * sandbox_tree.c finds its descendants.
 *
 * How it went is told over the status pipe: struct sandbox_word, from whichever process failed at a
 * step, or from pid 1 at the end. */
#ifndef PREPD_RUNS_SANDBOX_H
#define PREPD_RUNS_SANDBOX_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "runs/sandbox_report.h"

struct sandbox_job {
    const char *program; /* NULL: make the sandbox and end at once, to see whether it can be made */
    char *const *argv;
    int program_fd, out_fd, err_fd; /* the caller's */
    unsigned needs;                 /* enum demo_needs */
    int seconds;
    size_t memory;
};

struct sandbox {
    enum sandbox_mode mode;
    pid_t pid;     /* pid 1, or in SANDBOX_PROCESS the demo */
    int pidfd;     /* readable when it has ended */
    int status_fd; /* reading end of the status pipe */
};

struct sandbox_end {
    char step[32]; /* the step that failed, before the demo ran; "" if it ran */
    int code;      /* errno of that step */
    int status;    /* of the demo, as from waitpid */
    int64_t cpu_ms;
    size_t max_rss;
};

/* What goes over the status pipe, in one write. step "": the demo ended with the wait status
 * `value`; else value is an errno. */
struct sandbox_word {
    char step[32];
    int value;
};

int sandbox_spawn(enum sandbox_mode mode, const struct sandbox_job *job, struct sandbox *ret,
                  struct err *err);
/* SIGTERM to the demo. */
void sandbox_terminate(const struct sandbox *sandbox);
/* SIGKILL to everything in it. */
void sandbox_kill(const struct sandbox *sandbox);
/* Once pidfd is readable: waits for the end of all of it and closes the descriptors. */
void sandbox_reap(struct sandbox *sandbox, struct sandbox_end *ret);
/* Whether its processes together hold more than `max` bytes of memory now. */
bool sandbox_memory_exceeds(const struct sandbox *sandbox, size_t max);

/* Tries the kinds of sandbox, the best first, each with a throw-away child. */
void sandbox_probe(struct sandbox_report *ret);

/* ---- sandbox_setup.c, in the new process ---- */

struct setup {
    enum sandbox_mode mode;
    const struct sandbox_job *job;
    int status_fd; /* writing end, until setup_descriptors has put it on SETUP_FD_STATUS */
    uid_t uid;     /* the runner's; in new namespaces one has no name until the maps are written */
    gid_t gid;
};

enum { SETUP_FD_STATUS = 3, SETUP_FD_PROGRAM = 4 };

/* Each runs its steps in order and ends the process at the first that fails, with a word on the
 * status pipe. */
void setup_world(struct setup *setup);
void setup_demo(struct setup *setup);
_Noreturn void setup_exec(struct setup *setup);
_Noreturn void setup_fail(const struct setup *setup, const char *step, int code);

/* ---- sandbox_init.c ---- */

/* What pid 1 does: forks the demo, reaps, passes SIGTERM on, reports the demo's end. */
_Noreturn void init_main(struct setup *setup);

/* ---- sandbox_tree.c, for SANDBOX_PROCESS and for sandbox_memory_exceeds ---- */

/* Writes at most `max` descendants of pid (itself first) into ret_pids; returns how many. */
size_t tree_list(pid_t pid, pid_t *ret_pids, size_t max);
/* Kills and reaps all children of the calling process but those in `keep`, with their descendants,
 * until none is left. */
void tree_sweep(const pid_t *keep, size_t n_keep);

#endif
