/* signals.c - a signalfd(2) on the loop; see signals.h. */
#include "cmd/signals.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

static void signal_came(void *ud, uint32_t events)
{
    struct signals *signals = ud;
    struct signalfd_siginfo info;
    (void)events;
    if (read(signals->fd, &info, sizeof info) == sizeof info)
        signals->asked(signals->ud);
}

int signals_watch(struct signals *signals, struct loop *loop, void (*asked)(void *ud), void *ud,
                  struct err *err)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    signal(SIGPIPE, SIG_IGN);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signals->asked = asked;
    signals->ud = ud;
    signals->fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals->fd < 0)
        return err_set(err, errno, "cannot watch for signals: %s", strerror(errno));
    struct loop_watch *watch;
    return loop_watch(loop, signals->fd, EPOLLIN, signal_came, signals, &watch, err);
}

void signals_close(struct signals *signals)
{
    if (signals->fd >= 0)
        close(signals->fd);
    signals->fd = -1;
}
