/* sandbox_probe.c - which kind of sandbox can be had here, found out by making one; see sandbox.h.
 *
 * A machine can forbid namespaces in many ways and at many steps: by a sysctl, an AppArmor or
 * seccomp profile, a masked /proc. So nothing is guessed beforehand; only afterwards, what may have
 * been the reason, and the command that mends it. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/util.h"
#include "runs/sandbox.h"

const char *sandbox_mode_name(enum sandbox_mode mode)
{
    static const char *const names[] = {
        [SANDBOX_NONE] = "none",
        [SANDBOX_UNSAFE] = "unsafe",
        [SANDBOX_PROCESS] = "process",
        [SANDBOX_BWRAP] = "bwrap",
        [SANDBOX_NAMESPACES] = "namespaces",
    };
    return names[mode];
}

/*** Trying ***/

/* Makes a whole sandbox with nothing in it. ret_step gets the step that failed. */
static int sandbox_try(enum sandbox_mode mode, char ret_step[static 32])
{
    cleanup_close int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    struct sandbox_job job = {
        .program_fd = null, .out_fd = null, .err_fd = null, .cpu_seconds = 1, .memory = 64 << 20};
    struct sandbox sandbox;
    struct sandbox_end end;
    struct err err = {0};
    snprintf(ret_step, 32, "clone");
    if (sandbox_spawn(mode, &job, &sandbox, &err) < 0)
        return -err.code;
    sandbox_reap(&sandbox, &end);
    snprintf(ret_step, 32, "%s", end.step[0] ? end.step : "the first process");
    return end.step[0] ? -end.code : end.status ? -ECHILD : 0;
}

/* Making namespaces is tried in a child as well: it is for good, and in a user namespace that turns
 * out to be of no use bubblewrap might not work any more. */
static int namespaces_try(char ret_step[static 32])
{
    struct sandbox_word word = {.step = "fork"};
    int pipe_fds[2];
    if (pipe2(pipe_fds, O_CLOEXEC) < 0)
        return -errno;
    pid_t pid = fork();
    if (pid == 0) {
        word.value = sandbox_prepare(word.step);
        if (word.value == 0)
            word.value = sandbox_try(SANDBOX_NAMESPACES, word.step);
        _exit(write(pipe_fds[1], &word, sizeof word) < 0);
    }
    word.value = -errno;
    close(pipe_fds[1]);
    if (pid > 0) {
        ssize_t n = read(pipe_fds[0], &word, sizeof word);
        if (n != sizeof word)
            word.value = -ECHILD;
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    close(pipe_fds[0]);
    memcpy(ret_step, word.step, sizeof word.step);
    return word.value;
}

/*** Saying why ***/

/* A sysctl's number, or -1. */
static long sysctl_read(const char *path)
{
    /* file_read is for files that know their size, which those of procfs do not */
    char text[32] = "";
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
    return fd >= 0 && read(fd, text, sizeof text - 1) > 0 ? strtol(text, NULL, 10) : -1;
}

static void machine_read(struct sandbox_machine *ret)
{
    *ret = (struct sandbox_machine){
        .apparmor_restricts = sysctl_read("/proc/sys/kernel/apparmor_restrict_unprivileged_userns"),
        .userns_clone = sysctl_read("/proc/sys/kernel/unprivileged_userns_clone"),
        .max_user_namespaces = sysctl_read("/proc/sys/user/max_user_namespaces"),
    };
}

/* The reason, and after "mend: " the command or what there is to do. */
static const char *remedy(const struct sandbox_report *report,
                          const struct sandbox_machine *machine)
{
    if (machine->apparmor_restricts == 1)
        return "AppArmor forbids user namespaces; mend: install packaging/apparmor/prepd as "
               "/etc/apparmor.d/prepd, then sudo apparmor_parser -r /etc/apparmor.d/prepd";
    if (machine->userns_clone == 0)
        return "user namespaces are off; mend: sudo sysctl kernel.unprivileged_userns_clone=1";
    if (machine->max_user_namespaces == 0 || report->code == ENOSPC)
        return "no more user namespaces are allowed; mend: sudo sysctl "
               "user.max_user_namespaces=10000";
    if (!strcmp(report->step, "namespaces") || !strcmp(report->step, "clone"))
        return "a container's seccomp profile or a unit's RestrictNamespaces forbids it; mend: "
               "docker run --security-opt seccomp=unconfined";
    if (!strcmp(report->step, "files"))
        return "a container or a unit has masked or mounted over /proc, or forbids mounts; mend: "
               "docker run --security-opt systempaths=unconfined, or no ProtectKernelTunables";
    return "mend: run prepd outside of a container and look at dmesg";
}

void sandbox_report_write(struct sandbox_report *report, const struct sandbox_machine *machine)
{
    static const char *const what[] = {
        [SANDBOX_NONE] = "no demo can run here",
        [SANDBOX_UNSAFE] = "demos run WITHOUT a sandbox (--unsafe-run): only with limits",
        [SANDBOX_PROCESS] = ("demos run as one process each under Landlock and seccomp, without a "
                             "scratch folder; those that need a network or processes of their own "
                             "cannot run"),
        [SANDBOX_BWRAP] = ("demos run in namespaces made by bubblewrap; those that set sysctls "
                           "cannot run"),
        [SANDBOX_NAMESPACES] = "demos run in namespaces of their own",
    };
    const char *name = strerrorname_np(report->code);
    if (report->step[0])
        snprintf(report->text, sizeof report->text, "%s: %s: %s (%s); %s", what[report->mode],
                 report->step, strerror(report->code), name ? name : "?", remedy(report, machine));
    else
        snprintf(report->text, sizeof report->text, "%s", what[report->mode]);
}

/*** Both ***/

void sandbox_probe(struct sandbox_report *ret)
{
    static const enum sandbox_mode modes[] = {SANDBOX_NAMESPACES, SANDBOX_BWRAP, SANDBOX_PROCESS};
    struct sandbox_machine machine;
    *ret = (struct sandbox_report){.landlock = landlock_abi()};
    for (size_t i = 0; i < ARRAY_LEN(modes) && !ret->mode; i++) {
        char step[32];
        int r = modes[i] == SANDBOX_NAMESPACES ? namespaces_try(step) : sandbox_try(modes[i], step);
        if (r == 0 && modes[i] == SANDBOX_NAMESPACES)
            r = sandbox_prepare(step);
        if (r == 0)
            ret->mode = modes[i];
        if (r < 0 && i == 0) {
            memcpy(ret->step, step, sizeof ret->step);
            ret->code = -r;
        }
    }
    machine_read(&machine);
    sandbox_report_write(ret, &machine);
}

void sandbox_report_unsafe(struct sandbox_report *ret)
{
    *ret = (struct sandbox_report){.mode = SANDBOX_UNSAFE, .landlock = landlock_abi()};
    sandbox_report_write(ret, &(struct sandbox_machine){0}); /* nothing was tried, nothing failed */
}
