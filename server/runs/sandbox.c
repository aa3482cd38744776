/* sandbox.c - making and ending sandboxes, from the runner's side; see sandbox.h. */
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
#include "runs/catalogue.h"

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
    if (setup->mode == SANDBOX_BWRAP)
        setup_bwrap(setup);
    setup_exec(setup);
}

int sandbox_spawn(enum sandbox_mode mode, const struct sandbox_job *job, struct sandbox *ret,
                  struct err *err)
{
    struct setup setup = {.mode = mode,
                          .job = job,
                          .uid = geteuid(),
                          .gid = getegid(),
                          .rules_fd = -1,
                          .argv = job->argv};
    int status[2], pidfd;
    if (mode != SANDBOX_UNSAFE && !(setup.filter = seccomp_filter(mode, job->needs)))
        return err_set(err, errno, "filter: %s", strerror(errno));
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
    *ret = (struct sandbox){.mode = mode,
                            .pid = pid,
                            .pidfd = pidfd,
                            .status_fd = status[0],
                            .may_fork = mode == SANDBOX_UNSAFE || job->needs & DEMO_NEEDS_FORK};
    return 0;
}

/*** Ending one ***/

/* pid 1 passes it on; bubblewrap does not, so the demo is found below it and its own pid 1. */
void sandbox_terminate(const struct sandbox *sandbox)
{
    enum { DEMO = 2 };
    pid_t tree[DEMO + 1];
    if (sandbox->mode != SANDBOX_BWRAP)
        syscall(SYS_pidfd_send_signal, sandbox->pidfd, SIGTERM, NULL, 0);
    else if (tree_list(sandbox->pid, tree, DEMO + 1) > DEMO)
        kill(tree[DEMO], SIGTERM);
}

/* The death of pid 1 is enough, but it dies no sooner than it gets a processor, which the demo may
 * keep busy with many threads; so the demo is killed too. Numbers of processes are given out in
 * turn: one that was just listed cannot be another's yet. */
void sandbox_kill(const struct sandbox *sandbox)
{
    static pid_t pids[TREE_MAX]; /* large, and the runner has one thread */
    size_t n = sandbox_processes(sandbox, pids);
    syscall(SYS_pidfd_send_signal, sandbox->pidfd, SIGKILL, NULL, 0);
    for (size_t i = 1; i < n; i++) /* what they fork meanwhile is left to tree_sweep */
        kill(pids[i], SIGKILL);
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

/* bubblewrap exits with 128 + the signal that ended the demo. */
static int demo_status(enum sandbox_mode mode, int status)
{
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    if (mode ==
        SANDBOX_NAMESPACES) /* and pid 1 says it over the status pipe, unless it was killed */
        return SIGKILL;
    return mode == SANDBOX_BWRAP && code > 128 && code < 128 + NSIG ? code - 128 : status;
}

void sandbox_reap(struct sandbox *sandbox, struct sandbox_end *ret)
{
    struct sandbox_word word;
    struct rusage usage = {0};
    int status = 0;
    while (wait4(sandbox->pid, &status, 0, &usage) < 0 && errno == EINTR)
        ;
    *ret = (struct sandbox_end){
        .cpu_ms = rusage_cpu_ms(&usage),
        .max_rss = (size_t)usage.ru_maxrss * 1024,
        .status = demo_status(sandbox->mode, status),
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
