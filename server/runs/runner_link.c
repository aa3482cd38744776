/* runner_link.c - forking the runner and letting it go; see runs.h and runner.h. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runs/runner.h"
#include "runs/runs.h"

static int link_fork(bool unsafe, struct runner_link **ret, struct err *err)
{
    int fds[2];
    pid_t prepd = getpid();
    struct runner_link *link = calloc(1, sizeof *link);
    if (!link)
        return err_set(err, ENOMEM, "out of memory");
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0) {
        free(link);
        return err_set(err, errno, "socketpair: %s", strerror(errno));
    }
    link->pid = fork();
    if (link->pid == 0) {
        close(fds[0]);
        runner_main(fds[1], prepd, unsafe);
    }
    int code = errno;
    close(fds[1]);
    link->fd = fds[0];
    if (link->pid < 0) {
        close(fds[0]);
        free(link);
        return err_set(err, code, "fork: %s", strerror(code));
    }
    *ret = link;
    return 0;
}

int runs_fork(struct runner_link **ret, struct err *err)
{
    return link_fork(false, ret, err);
}

int runs_fork_unsafe(struct runner_link **ret, struct err *err)
{
    return link_fork(true, ret, err);
}

void runner_link_free(struct runner_link *link, int ms)
{
    if (!link)
        return;
    close(link->fd); /* the runner sees the end of file, kills all and exits */
    struct pollfd ended = {.fd = (int)syscall(SYS_pidfd_open, link->pid, 0), .events = POLLIN};
    if (ended.fd < 0 || poll(&ended, 1, ms) <= 0)
        kill(link->pid, SIGKILL);
    if (ended.fd >= 0)
        close(ended.fd);
    while (waitpid(link->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    free(link);
}

void runs_unfork(struct runner_link *link)
{
    enum { IDLE_RUNNER_MS = 500 }; /* it has nothing to kill */
    runner_link_free(link, IDLE_RUNNER_MS);
}
