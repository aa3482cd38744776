/* beneath.c - openat2(2), which glibc 2.36 does not wrap. */
#include "notes/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { TRIES = 8 };

int open_beneath(int folder_fd, const char *path, int flags)
{
    flags |= O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    const struct open_how how = {.flags = (unsigned)flags,
                                 .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    for (int i = 0; i < TRIES; i++) {
        long fd = syscall(SYS_openat2, folder_fd, path, &how, sizeof how);
        if (fd >= 0)
            return (int)fd;
        if (errno == ENOSYS || errno == EPERM) /* an old kernel, or a container's filter */
            return openat(folder_fd, path, flags | O_NOFOLLOW);
        if (errno != EAGAIN) /* EAGAIN: something was renamed while it looked */
            return -1;
    }
    return -1;
}
