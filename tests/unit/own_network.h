/* own_network.h - for tests that need real sockets and settings: a network namespace of the test
 * program's own, so that nothing of the machine's is used or touched. */
#ifndef PREPD_TEST_OWN_NETWORK_H
#define PREPD_TEST_OWN_NETWORK_H

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "network.h"

/* Moves the process to a network of its own whose settings it may change. False, and the reason
 * said, where that can't be had: a container without the privilege, no user namespaces. */
static inline bool own_network_enter(const char *program)
{
    const char *step;
    int r = network_enter(&step);
    int fd = r == 0 ? open("/proc/sys/net/ipv4/tcp_tw_reuse", O_WRONLY | O_CLOEXEC) : -1;
    if (r == 0 && fd < 0)
        r = -errno, step = "/proc/sys/net";
    if (fd >= 0)
        close(fd);
    if (r < 0)
        printf("[  SKIPPED ] %s: no network of its own can be had here: %s: %s\n", program, step,
               strerror(-r));
    return r == 0;
}

#endif
