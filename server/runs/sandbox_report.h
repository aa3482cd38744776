/* sandbox_report.h - what kind of sandbox demos get here, and why no better one. */
#ifndef PREPD_RUNS_SANDBOX_REPORT_H
#define PREPD_RUNS_SANDBOX_REPORT_H

/* From the worst to the best. */
enum sandbox_mode {
    SANDBOX_NONE,       /* no demo can run here */
    SANDBOX_UNSAFE,     /* --unsafe-run: an ordinary process with limits */
    SANDBOX_PROCESS,    /* one process that can neither fork nor open a socket, confined by Landlock
                           and seccomp; it shares the machine's process ids and network */
    SANDBOX_BWRAP,      /* namespaces made by bubblewrap, and seccomp; no Landlock, no sysctls */
    SANDBOX_NAMESPACES, /* namespaces of its own for users, processes, network, mounts, IPC, host
                           name, cgroups; a root folder of its own; Landlock and seccomp */
};

/* Found out once, when the runner starts, by making a whole sandbox of each kind, the best first.
 */
struct sandbox_report {
    enum sandbox_mode mode;
    char step[32]; /* of the best kind, if that failed: "files"; "" if it did not */
    int code;      /* the errno of that step */
    int landlock;  /* the kernel's Landlock ABI; 0: it has none */
    char
        text[432]; /* a sentence: what demos get, what failed, why, and the command that mends it */
};

/* "namespaces", "bwrap", "process", "unsafe", "none": for host.sandbox of the `start` event. */
const char *sandbox_mode_name(enum sandbox_mode mode);

#endif
