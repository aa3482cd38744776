/* runner_process.c - what the runner keeps of prepd, from which it was forked: next to nothing; see
 * runner.h. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runs/runner.h"
#include "runs/sandbox.h"

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

/* The n-th word of /proc/self/stat, from 3, which is the first behind the name. */
static unsigned long stat_word(const char *stat, int n)
{
    const char *at = strrchr(stat, ')');
    for (int i = 2; at && i < n; i++)
        at = strchr(at + 1, ' ');
    return at ? strtoul(at, NULL, 10) : 0;
}

/* A demo can read the command line of its pid 1, which is the runner's and was prepd's: it names
 * the reader's folders. See proc_pid_stat(5) for where it lies. */
void runner_hide_arguments(void)
{
    enum { ARG_START = 48, ARG_END = 49 };
    static const char name[] = "prepd-runner";
    char stat[1024];
    proc_read("/proc/self/stat", stat, sizeof stat);
    unsigned long start = stat_word(stat, ARG_START), end = stat_word(stat, ARG_END);
    if (start == 0 || end <= start)
        return;
    memset((void *)start, 0, end - start);
    memcpy((void *)start, name, end - start < sizeof name ? end - start : sizeof name);
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
