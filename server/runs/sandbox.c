/* sandbox.c - making, ending and trying sandboxes, from the runner's side; see sandbox.h. */
#include "runs/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/util.h"

#define NAMESPACES                                                                                 \
    (CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS |     \
     CLONE_NEWCGROUP)

/*** Making one ***/

/* As fork, into new namespaces; *ret_pidfd gets the child's pidfd. The runner has one thread, so no
 * lock can be held here. */
static pid_t clone_child(uint64_t namespaces, int *ret_pidfd)
{
    struct clone_args args = {
        .flags = CLONE_PIDFD | namespaces,
        .pidfd = (uint64_t)(uintptr_t)ret_pidfd,
        .exit_signal = SIGCHLD,
    };
    return (pid_t)syscall(SYS_clone3, &args, sizeof args);
}

/* In the new process. */
static _Noreturn void child_main(struct setup *setup)
{
    setup_world(setup);
    if (setup->mode == SANDBOX_NAMESPACES)
        init_main(setup);
    setup_demo(setup);
    setup_exec(setup);
}

int sandbox_spawn(enum sandbox_mode mode, const struct sandbox_job *job, struct sandbox *ret,
                  struct err *err)
{
    struct setup setup = {.mode = mode, .job = job, .uid = geteuid(), .gid = getegid()};
    int status[2], pidfd;
    if (pipe2(status, O_CLOEXEC) < 0)
        return err_set(err, errno, "pipe: %s", strerror(errno));
    pid_t pid = clone_child(mode == SANDBOX_NAMESPACES ? NAMESPACES : 0, &pidfd);
    if (pid == 0) {
        close(status[0]);
        setup.status_fd = status[1];
        child_main(&setup);
    }
    int code = errno;
    close(status[1]);
    if (pid < 0) {
        close(status[0]);
        return err_set(err, code, "clone3: %s", strerror(code));
    }
    *ret = (struct sandbox){.mode = mode, .pid = pid, .pidfd = pidfd, .status_fd = status[0]};
    return 0;
}

/*** Ending one ***/

void sandbox_terminate(const struct sandbox *sandbox)
{
    syscall(SYS_pidfd_send_signal, sandbox->pidfd, SIGTERM, NULL, 0);
}

void sandbox_kill(const struct sandbox *sandbox)
{
    enum { TREE_MAX = 256 };
    pid_t pids[TREE_MAX];
    size_t n = sandbox->mode == SANDBOX_PROCESS ? tree_list(sandbox->pid, pids, TREE_MAX) : 0;
    syscall(SYS_pidfd_send_signal, sandbox->pidfd, SIGKILL, NULL, 0);
    for (size_t i = 1; i < n; i++) /* what they fork meanwhile is left to tree_sweep */
        kill(pids[i], SIGKILL);
}

static int64_t timeval_ms(struct timeval t)
{
    return (int64_t)t.tv_sec * 1000 + t.tv_usec / 1000;
}

/* The word is read without waiting: every writer has ended, or else it is a demo that kept a
 * descriptor it must not have. */
static bool read_word(const struct sandbox *sandbox, struct sandbox_word *ret)
{
    fcntl(sandbox->status_fd, F_SETFL, O_NONBLOCK);
    ssize_t n = read(sandbox->status_fd, ret, sizeof *ret);
    ret->step[sizeof ret->step - 1] = '\0';
    return n == (ssize_t)sizeof *ret;
}

void sandbox_reap(struct sandbox *sandbox, struct sandbox_end *ret)
{
    struct sandbox_word word;
    struct rusage usage = {0};
    int status = 0;
    while (wait4(sandbox->pid, &status, 0, &usage) < 0 && errno == EINTR)
        ;
    *ret = (struct sandbox_end){
        .cpu_ms = timeval_ms(usage.ru_utime) + timeval_ms(usage.ru_stime),
        .max_rss = (size_t)usage.ru_maxrss * 1024,
        .status = sandbox->mode == SANDBOX_NAMESPACES ? SIGKILL : status,
    };
    if (read_word(sandbox, &word)) {
        memcpy(ret->step, word.step, sizeof ret->step);
        ret->code = word.step[0] ? word.value : 0;
        if (!word.step[0])
            ret->status = word.value;
    }
    close(sandbox->pidfd);
    close(sandbox->status_fd);
}

/*** Trying what can be had ***/

const char *sandbox_mode_name(enum sandbox_mode mode)
{
    static const char *const names[] = {"none", "process", "namespaces"};
    return names[mode];
}

/* Makes a whole sandbox with nothing in it. ret_step gets the step that failed. */
static int sandbox_try(enum sandbox_mode mode, char ret_step[static 32])
{
    cleanup_close int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    struct sandbox_job job = {
        .program_fd = null, .out_fd = null, .err_fd = null, .seconds = 1, .memory = 64 << 20};
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

/* A sysctl's number, or -1. */
static long sysctl_read(const char *path)
{
    char text[32] =
        ""; /* file_read is for files that know their size, which those of procfs do not */
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
    return fd >= 0 && read(fd, text, sizeof text - 1) > 0 ? strtol(text, NULL, 10) : -1;
}

/* What would mend it, as far as can be told from here. */
static const char *remedy(const struct sandbox_report *report)
{
    if (sysctl_read("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == 1)
        return "AppArmor forbids user namespaces: sysctl "
               "kernel.apparmor_restrict_unprivileged_userns=0";
    if (sysctl_read("/proc/sys/kernel/unprivileged_userns_clone") == 0)
        return "user namespaces are off: sysctl kernel.unprivileged_userns_clone=1";
    if (sysctl_read("/proc/sys/user/max_user_namespaces") == 0 || report->code == ENOSPC)
        return "no user namespaces are allowed: sysctl user.max_user_namespaces=10000";
    if (!strcmp(report->step, "clone"))
        return "in a container, its seccomp profile must allow clone with namespaces";
    if (!strcmp(report->step, "mounts"))
        return "in a container or a unit, /proc must not be masked or mounted over";
    return "prepd doctor tells more";
}

static void report_write(struct sandbox_report *report)
{
    static const char *const what[] = {
        [SANDBOX_NONE] = "no demo can run here",
        [SANDBOX_PROCESS] = ("demos run as ordinary processes with limits; those that need a "
                             "network or processes of their own cannot run"),
        [SANDBOX_NAMESPACES] = "demos run in namespaces of their own",
    };
    if (report->step[0])
        snprintf(report->text, sizeof report->text, "%s: %s: %s; %s", what[report->mode],
                 report->step, strerror(report->code), remedy(report));
    else
        snprintf(report->text, sizeof report->text, "%s", what[report->mode]);
}

void sandbox_probe(struct sandbox_report *ret)
{
    char step[32];
    *ret = (struct sandbox_report){.mode = SANDBOX_NAMESPACES};
    int r = sandbox_try(SANDBOX_NAMESPACES, step);
    if (r < 0) {
        ret->mode = sandbox_try(SANDBOX_PROCESS, ret->step) < 0 ? SANDBOX_NONE : SANDBOX_PROCESS;
        memcpy(ret->step, step, sizeof ret->step);
        ret->code = -r;
    }
    report_write(ret);
}
