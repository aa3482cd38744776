/* sandbox_report.h - what kind of sandbox demos get here, and why no better one. */
#ifndef PREPD_RUNS_SANDBOX_REPORT_H
#define PREPD_RUNS_SANDBOX_REPORT_H

enum sandbox_mode {
    SANDBOX_NONE,       /* no demo can run here */
    SANDBOX_PROCESS,    /* a process group of its own and limits, but the machine's files, processes
                           and network */
    SANDBOX_NAMESPACES, /* namespaces of its own for users, processes, network, mounts, IPC, host
                           name, cgroups */
};

/* Found out once, when the runner starts, by making a whole sandbox of each kind, the best first.
 */
struct sandbox_report {
    enum sandbox_mode mode;
    char step[32];  /* of the first better kind that failed: "mounts"; "" if none did */
    int code;       /* the errno of that step */
    char text[320]; /* a sentence: what demos get, what failed and what would mend it */
};

/* "namespaces", "process", "none": for host.sandbox of the `start` event. */
const char *sandbox_mode_name(enum sandbox_mode mode);

#endif
