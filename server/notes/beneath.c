/* beneath.c - openat2(2), which glibc 2.36 does not wrap. */
#include "notes/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"

enum { TRIES = 8 };

/* The path's parts one after the other, without a step up and through no symbolic link. */
static int open_by_parts(int folder_fd, const char *path, int flags)
{
    cleanup_close int held = -1;
    for (int at = folder_fd;; at = held) {
        char part[NAME_MAX + 1];
        size_t len = strcspn(path, "/");
        const char *rest = path + len + strspn(path + len, "/");
        if (len > NAME_MAX || (len == 2 && memcmp(path, "..", 2) == 0)) {
            errno = EXDEV;
            return -1;
        }
        memcpy(part, path, len);
        part[len] = '\0';
        bool is_last = !*rest;
        int fd =
            openat(at, part, (is_last ? flags : O_PATH | O_DIRECTORY | O_CLOEXEC) | O_NOFOLLOW);
        if (fd < 0 || is_last)
            return fd;
        cleanup_close_fn(&held);
        held = fd;
        path = rest;
    }
}

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
            return open_by_parts(folder_fd, path, flags);
        if (errno != EAGAIN) /* EAGAIN: something was renamed while it looked */
            return -1;
    }
    return -1;
}
