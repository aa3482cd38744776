/* wire.c - see wire.h. */
#include "runs/wire.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int wire_send(int fd, const void *message, size_t len, const int *fds, size_t n_fds, bool wait)
{
    char control[CMSG_SPACE(WIRE_FDS * sizeof(int))] = {0};
    struct iovec bytes = {.iov_base = (void *)message, .iov_len = len};
    struct msghdr header = {.msg_iov = &bytes, .msg_iovlen = 1};
    if (n_fds) {
        header.msg_control = control;
        header.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
        struct cmsghdr *cmsg = CMSG_FIRSTHDR(&header);
        cmsg->cmsg_level = SOL_SOCKET;
        cmsg->cmsg_type = SCM_RIGHTS;
        cmsg->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
        memcpy(CMSG_DATA(cmsg), fds, n_fds * sizeof(int));
    }
    ssize_t n;
    do
        n = sendmsg(fd, &header, MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT));
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : 0;
}

/* Puts the descriptors that came into ret_fds. */
static void take_fds(struct msghdr *header, int *ret_fds)
{
    struct cmsghdr *cmsg = CMSG_FIRSTHDR(header);
    if (!cmsg || cmsg->cmsg_level != SOL_SOCKET || cmsg->cmsg_type != SCM_RIGHTS)
        return;
    memcpy(ret_fds, CMSG_DATA(cmsg), cmsg->cmsg_len - CMSG_LEN(0));
}

static bool strings_are_whole(const struct wire_start *start)
{
    uint32_t found = 0;
    if (start->strings_len > WIRE_STRINGS_MAX || start->n_args > WIRE_ARGS_MAX ||
        start->n_sysctls > WIRE_SYSCTLS_MAX)
        return false;
    for (uint32_t i = 0; i < start->strings_len; i++)
        found += start->strings[i] == '\0';
    return found == start->n_args + start->n_sysctls + 1 &&
           start->strings[start->strings_len - 1] == '\0';
}

static bool is_whole(const union wire_message *message, size_t len)
{
    switch ((enum wire_kind)(len >= sizeof message->kind ? message->kind : 0)) {
    case WIRE_START:
        return len >= offsetof(struct wire_start, strings) &&
               len == offsetof(struct wire_start, strings) + message->start.strings_len &&
               strings_are_whole(&message->start);
    case WIRE_STOP:
    case WIRE_KILL:
        return len == sizeof message->end;
    case WIRE_SANDBOX:
        return len == sizeof message->sandbox;
    case WIRE_EXIT:
        return len == sizeof message->exit;
    }
    return false;
}

ssize_t wire_receive(int fd, union wire_message *message, int *ret_fds)
{
    char control[CMSG_SPACE(WIRE_FDS * sizeof(int))];
    int fds[WIRE_FDS] = {-1, -1, -1};
    struct iovec bytes = {.iov_base = message, .iov_len = sizeof *message};
    struct msghdr header = {.msg_iov = &bytes,
                            .msg_iovlen = 1,
                            .msg_control = control,
                            .msg_controllen = sizeof control};
    ssize_t n;
    do
        n = recvmsg(fd, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    while (n < 0 && errno == EINTR);
    if (n <= 0)
        return n < 0 ? -errno : 0;
    take_fds(&header, fds);
    if (ret_fds && is_whole(message, (size_t)n)) {
        memcpy(ret_fds, fds, sizeof fds);
        return n;
    }
    for (size_t i = 0; i < WIRE_FDS; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    return is_whole(message, (size_t)n) ? n : -EBADMSG;
}
