/* runner_process.c - what the runner keeps of prepd, from which it was forked: next to nothing; see
 * runner.h. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runs/runner.h"

enum { NOBODY = 65534 };

int runner_drop_root(void)
{
    if (geteuid() != 0)
        return 0;
    if (setgroups(0, NULL) < 0 || setresgid(NOBODY, NOBODY, NOBODY) < 0 ||
        setresuid(NOBODY, NOBODY, NOBODY) < 0)
        return -errno;
    return 0;
}

int runner_keep_descriptors(int link)
{
    enum { LINK = 3 };
    int null = open("/dev/null", O_RDWR);
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    if (link != LINK) {
        dup3(link, LINK, O_CLOEXEC);
        link = LINK;
    }
    syscall(SYS_close_range, LINK + 1, ~0U, 0);
    return link;
}

void runner_block_signals(void)
{
    sigset_t signals;
    for (int sig = 1; sig < NSIG; sig++)
        signal(sig, SIG_DFL); /* prepd's handlers are prepd's */
    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGCHLD); /* for pid 1, which inherits the mask */
    sigprocmask(SIG_SETMASK, &signals, NULL);
}
