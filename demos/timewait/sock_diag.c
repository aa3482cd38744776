/* sock_diag.c - asks the kernel for its TCP sockets; see sock_diag.h.
 *
 * A question is one netlink message. With a full 4-tuple the answer is one socket, found by hash;
 * with NLM_F_DUMP it is all of them, in as many datagrams as it takes, each a row of messages, the
 * last one NLMSG_DONE. A timewait socket has no inode and no queues, but a timer of kind 3. */
#include "sock_diag.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_SIZE = 1 << 16, TIMER_TIMEWAIT = 3 };
enum { LOOPBACK = 1 }; /* the loopback's index, in each network */

struct question {
    struct nlmsghdr header;
    struct inet_diag_req_v2 body;
};

union answer {
    struct nlmsghdr header; /* aligns the bytes */
    char bytes[ANSWER_SIZE];
};

static int ask(int fd, const struct tcp_end *end, uint32_t states, int flags)
{
    struct question question = {
        .header = {.nlmsg_len = sizeof question,
                   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                   .nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags)},
        .body = {.sdiag_family = AF_INET, .sdiag_protocol = IPPROTO_TCP, .idiag_states = states}};
    struct inet_diag_sockid *id = &question.body.id;
    id->idiag_cookie[0] = id->idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    if (end) {
        id->idiag_src[0] = htonl(end->address);
        id->idiag_dst[0] = htonl(end->peer_address);
        id->idiag_sport = htons(end->port);
        id->idiag_dport = htons(end->peer_port);
        id->idiag_if = LOOPBACK; /* a socket that is bound to its device is found by that alone */
    }
    return send(fd, &question, sizeof question, 0) < 0 ? -errno : 0;
}

static struct tcp_socket socket_of(const struct inet_diag_msg *message)
{
    struct tcp_socket socket = {
        .end = {ntohl(message->id.idiag_src[0]), ntohl(message->id.idiag_dst[0]),
                ntohs(message->id.idiag_sport), ntohs(message->id.idiag_dport)},
        .state = message->idiag_state,
        .mini = message->idiag_timer == TIMER_TIMEWAIT,
        .unread = message->idiag_rqueue,
        .unacknowledged = message->idiag_wqueue};
    if (socket.mini)
        socket.left_ms = message->idiag_expires;
    return socket;
}

int sock_diag_open(void)
{
    int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (fd < 0)
        return -errno;
    /* the first question loads tcp_diag where it is a module, and fails where there is none */
    long seen = sock_diag_each(fd, 1U << TCP_LISTEN, NULL, NULL);
    if (seen >= 0)
        return fd;
    close(fd);
    return (int)seen;
}

/* Its size, or a negative errno. A signal that comes meanwhile changes nothing. */
static ssize_t answer_read(int fd, union answer *answer)
{
    ssize_t size;
    do
        size = recv(fd, answer, sizeof *answer, 0);
    while (size < 0 && errno == EINTR);
    return size < 0 ? -errno : size;
}

/* Where there is no connection the kernel answers with the listener of that port. */
int sock_diag_find(int fd, const struct tcp_end *end, struct tcp_socket *ret)
{
    union answer answer;
    *ret = (struct tcp_socket){.end = *end, .state = TCP_CLOSE};
    int r = ask(fd, end, UINT32_MAX, 0);
    ssize_t size = r < 0 ? r : answer_read(fd, &answer);
    if (size < 0)
        return (int)size;
    if (answer.header.nlmsg_type == NLMSG_ERROR) {
        r = ((struct nlmsgerr *)NLMSG_DATA(&answer.header))->error;
        return r == -ENOENT ? 0 : r;
    }
    struct tcp_socket found = socket_of(NLMSG_DATA(&answer.header));
    if (found.state == TCP_LISTEN)
        return 0;
    *ret = found;
    return 1;
}

/* One datagram of a dump. 1 after the last, 0 if more are to come, or a negative errno. */
static int read_part(int fd, union answer *answer,
                     void (*see)(const struct tcp_socket *socket, void *data), void *data,
                     long *seen)
{
    ssize_t size = answer_read(fd, answer);
    if (size < 0)
        return (int)size;
    unsigned left = (unsigned)size;
    for (struct nlmsghdr *at = &answer->header; NLMSG_OK(at, left); at = NLMSG_NEXT(at, left)) {
        if (at->nlmsg_type == NLMSG_DONE)
            return 1;
        if (at->nlmsg_type == NLMSG_ERROR)
            return ((struct nlmsgerr *)NLMSG_DATA(at))->error;
        struct tcp_socket socket = socket_of(NLMSG_DATA(at));
        if (see)
            see(&socket, data);
        ++*seen;
    }
    return 0;
}

long sock_diag_each(int fd, uint32_t states,
                    void (*see)(const struct tcp_socket *socket, void *data), void *data)
{
    union answer answer;
    long seen = 0;
    int r = ask(fd, NULL, states, NLM_F_DUMP);
    while (r == 0)
        r = read_part(fd, &answer, see, data, &seen);
    return r < 0 ? r : seen;
}

const char *tcp_state_name(int state)
{
    static const char *const names[] = {[TCP_ESTABLISHED] = "ESTABLISHED",
                                        [TCP_SYN_SENT] = "SYN_SENT",
                                        [TCP_SYN_RECV] = "SYN_RECV",
                                        [TCP_FIN_WAIT1] = "FIN_WAIT_1",
                                        [TCP_FIN_WAIT2] = "FIN_WAIT_2",
                                        [TCP_TIME_WAIT] = "TIME_WAIT",
                                        [TCP_CLOSE] = "CLOSED",
                                        [TCP_CLOSE_WAIT] = "CLOSE_WAIT",
                                        [TCP_LAST_ACK] = "LAST_ACK",
                                        [TCP_LISTEN] = "LISTEN",
                                        [TCP_CLOSING] = "CLOSING"};
    bool known = state > 0 && state < (int)(sizeof names / sizeof *names) && names[state];
    return known ? names[state] : "CLOSED";
}
