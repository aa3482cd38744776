/* sandbox_init.c - pid 1 of a sandbox: the least that a process tree needs above it; see sandbox.h.
 */
#include <errno.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runs/sandbox.h"

/* Only the demo may keep the output open, else its reader would never see the end. */
static void drop_descriptors(void)
{
    dup2(STDIN_FILENO, STDOUT_FILENO);
    dup2(STDIN_FILENO, STDERR_FILENO);
    close(SETUP_FD_PROGRAM);
    close(SETUP_FD_RULES);
}

/* Reaps all that ended; true once the demo is among them. */
static bool reap(pid_t demo, int *ret_status)
{
    int status;
    pid_t pid;
    bool ended = false;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid != demo)
            continue;
        *ret_status = status;
        ended = true;
    }
    return ended;
}

static _Noreturn void watch(const struct setup *setup, pid_t demo)
{
    struct sandbox_word word = {0};
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGCHLD);
    do {
        if (sigwaitinfo(&signals, NULL) == SIGTERM)
            kill(demo, SIGTERM);
    } while (!reap(demo, &word.value));
    if (write(setup->status_fd, &word, sizeof word) < 0)
        _exit(1);
    _exit(0); /* and the kernel kills whatever else is in here */
}

/* SIGTERM and SIGCHLD were blocked by the runner before the clone, so none is missed. The demo is
 * forked without a copy of the memory, which costs more than all that it does before its exec; what
 * it changes on the way there (limits, mask, descriptors, folder) is a process's own, and pid 1
 * waits until then. */
void init_main(struct setup *setup)
{
    prctl(PR_SET_NAME, "prepd-init");
    pid_t demo = vfork();
    if (demo < 0)
        setup_fail(setup, "fork", errno);
    if (demo == 0) {
        setup_demo(setup);
        setup_exec(setup);
    }
    drop_descriptors();
    watch(setup, demo);
}
