/* sandbox.h - one demo in its own small world; internal to the runner.
 *
 * DESIGN  Once, the runner goes into a user and a mount namespace of its own and makes there what
 * is the same for all runs (sandbox_prepare.c). For each run it clones a process into new
 * namespaces below those. That is *pid 1* in there: it sets the world up step by step
 * (sandbox_setup.c, sandbox_root.c), forks the *demo*, reaps what the demo leaves behind
 * (sandbox_init.c), and ends when the demo ends, upon which the kernel kills whatever is left in
 * the pid namespace. A demo is not pid 1 itself, since a pid 1 ignores raise(SIGTERM) and abort()
 * would end it by SIGSEGV. Killing pid 1 kills the tree; pid 1 itself dies with the runner
 * (PR_SET_PDEATHSIG). What the demo may then still do is said three times over: what it sees
 * (sandbox_root.c), what it may touch of that (sandbox_landlock.c), what it may ask of the kernel
 * (sandbox_seccomp.c); and how much of everything (sandbox_limits.c).
 *
 * Where the runner may not make namespaces itself, bubblewrap may be allowed to (sandbox_bwrap.c).
 * Where nobody may (SANDBOX_PROCESS), the runner's child is the demo and seccomp keeps it from
 * forking, so that killing it kills all. Only SANDBOX_UNSAFE has a tree that nothing holds
 * together; sandbox_tree.c finds it in /proc.
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
    char *const *sysctls;           /* "net/ipv4/NAME=VALUE"…, NULL at the end; NULL: none */
    int program_fd, out_fd, err_fd; /* the caller's */
    unsigned needs;                 /* enum demo_needs */
    int cpu_seconds;
    size_t memory;
};

struct sandbox {
    enum sandbox_mode mode;
    pid_t pid;     /* pid 1, bubblewrap, or without namespaces the demo */
    int pidfd;     /* readable when it has ended */
    int status_fd; /* reading end of the status pipe */
    bool may_fork; /* else the demo stays one process: its filter says so */
    pid_t demo;    /* that one, once sandbox_usage has seen it; else 0 */
};

struct sandbox_end {
    char step[32];  /* the step that failed, before the demo ran; "" if it ran */
    int code;       /* errno of that step */
    int status;     /* of the demo, as from waitpid */
    int64_t cpu_ms; /* of all that was waited for: not of what was killed with pid 1 */
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

/* Tries the kinds of sandbox, the best first, each with a throw-away child. (sandbox_probe.c) */
void sandbox_probe(struct sandbox_report *ret);
/* The report of --unsafe-run. */
void sandbox_report_unsafe(struct sandbox_report *ret);

/* What the machine's settings say of namespaces; -1: it has no such setting. */
struct sandbox_machine {
    long apparmor_restricts;  /* kernel.apparmor_restrict_unprivileged_userns */
    long userns_clone;        /* kernel.unprivileged_userns_clone */
    long max_user_namespaces; /* user.max_user_namespaces */
};

/* Writes report->text from the rest of it. */
void sandbox_report_write(struct sandbox_report *report, const struct sandbox_machine *machine);

/* ---- sandbox_setup.c, in the new process ---- */

struct sock_fprog;

struct setup {
    enum sandbox_mode mode;
    const struct sandbox_job *job;
    const struct sock_fprog *filter; /* made by the runner, which has it ready; NULL if unsafe */
    int status_fd; /* writing end, until setup_descriptors has put it on SETUP_FD_STATUS */
    uid_t uid;     /* the runner's; in new namespaces one has no name until the maps are written */
    gid_t gid;
    int rules_fd;      /* Landlock's, from setup_rules to setup_descriptors; -1: none */
    char *const *argv; /* the job's, or a copy of it (sandbox_seccomp.c) */
};

enum { SETUP_FD_STATUS = 3, SETUP_FD_PROGRAM = 4, SETUP_FD_RULES = 5 };

#define SETUP_SCRATCH "/tmp"       /* the demo's folder, where it has one */
#define SETUP_PROGRAM "/demo/demo" /* its program, in a root folder of its own */

/* Each runs its steps in order and ends the process at the first that fails, with a word on the
 * status pipe. */
void setup_world(struct setup *setup);
void setup_demo(struct setup *setup);
_Noreturn void setup_exec(struct setup *setup);
_Noreturn void setup_fail(const struct setup *setup, const char *step, int code);

/* Steps that have a file of their own: 0 or a negative errno. */
int setup_root(struct setup *setup);             /* sandbox_root.c */
int setup_limits(struct setup *setup);           /* sandbox_limits.c */
int setup_rules(struct setup *setup);            /* sandbox_landlock.c: in pid 1 */
int setup_landlock(struct setup *setup);         /* sandbox_landlock.c: in the demo */
int setup_seccomp(struct setup *setup);          /* sandbox_seccomp.c */
_Noreturn void setup_bwrap(struct setup *setup); /* sandbox_bwrap.c: instead of setup_exec */

int landlock_abi(void); /* 0: the kernel has none */

/* The filter for demos of these needs, made at the first call and kept; NULL with errno set. */
const struct sock_fprog *seccomp_filter(enum sandbox_mode mode, unsigned needs);

enum { LIMIT_FILE_BYTES = 16 << 20 }; /* of one file; and of the scratch folder */

/* How many processes and descriptors a demo may have. */
size_t limit_processes(unsigned needs);
size_t limit_files(unsigned needs);

/* ---- sandbox_prepare.c ---- */

/* What the parent of SANDBOX_NAMESPACES must do once, before the first: moves the process into a
 * user and a mount namespace of its own, for good, and makes there what every run inherits. 0 or a
 * negative errno; ret_step gets the step that failed. */
int sandbox_prepare(char ret_step[static 32]);

/* Its steps that have a file of their own: 0 or a negative errno. */
int root_prepare(void);     /* sandbox_root.c */
int landlock_prepare(void); /* sandbox_landlock.c */

#define ROOT_TEMPLATE "/sys" /* where root_prepare puts what every run sees of the machine */

/* In a new user namespace: this user keeps its number there, and no other has one. 0 or -errno. */
int user_map(uid_t uid, gid_t gid);
/* Gives up every capability for good. 0 or -errno. */
int capabilities_drop(void);
int proc_write(const char *path, const char *text);
/* Reads a file of /proc, to its end if it fits, as a string; "" if it cannot be read. Returns its
 * length. (sandbox_tree.c) */
size_t proc_read(const char *path, char *buf, size_t size);

/* ---- sandbox_init.c ---- */

/* What pid 1 does: forks the demo, reaps, passes SIGTERM on, reports the demo's end. */
_Noreturn void init_main(struct setup *setup);

/* ---- sandbox_tree.c ---- */

enum { TREE_MAX = 2048 };

/* Writes at most `max` descendants of pid (itself first) into ret_pids; returns how many. */
size_t tree_list(pid_t pid, pid_t *ret_pids, size_t max);
/* Kills and reaps all children of the calling process but those in `keep`, with their descendants,
 * until none is left. Returns the processor time, in ms, of those
 * reaped and of all that they had waited for. */
int64_t tree_sweep(const pid_t *keep, size_t n_keep);
struct rusage;
int64_t rusage_cpu_ms(const struct rusage *usage); /* user's and system's */

/* ---- sandbox_usage.c ---- */

struct sandbox_usage {
    size_t memory;    /* bytes that its processes hold */
    size_t processes; /* and threads */
    size_t files;   /* descriptors of the process that has most, or half of the network's sockets */
    int64_t cpu_ms; /* of those that live and those they have waited for */
};

/* What it uses now. Remembers a demo that stays one process. Memory is found out exactly only where
 * a cheap look says more than `memory_max`; then it is no more than they hold, but that a child of
 * vfork counts with its parent's, and a memfd that is mapped and not open any more as if it were as
 * large as it may be.
 */
void sandbox_usage(struct sandbox *sandbox, unsigned needs, size_t memory_max,
                   struct sandbox_usage *ret);
/* The processes of a sandbox, itself first, then its own, then the demo's; ret has TREE_MAX. */
size_t sandbox_processes(const struct sandbox *sandbox, pid_t *ret_pids);

#endif
