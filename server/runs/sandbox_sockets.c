/* sandbox_sockets.c - what a demo with a network may do with sockets; see sandbox_calls.h.
 *
 * What a socket holds is the kernel's memory and counts for no process. So how many there are is
 * bounded (sandbox_usage.c counts those that have no descriptor, too), and so is what each can
 * hold: its buffers stay as long as they are at first, of TCP what sandbox_setup.c sets for the
 * demo's own network. Options are a list for that reason, and because many lead to code that nobody
 * needs here (filters, upper protocols, tunnels); so are families and protocols, which the kernel
 * would load modules for. */
#include <linux/netlink.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/util.h"
#include "runs/sandbox_calls.h"

#define S(name) SCMP_SYS(name)

static const int calls[] = {
    S(bind),     S(listen),      S(accept),      S(accept4),  S(connect),
    S(shutdown), S(getsockname), S(getpeername), S(sendto),   S(recvfrom),
    S(sendmsg),  S(recvmsg),     S(sendmmsg),    S(recvmmsg), S(getsockopt),
};

static const struct kind {
    int family, protocol;
} kinds[] = {
    {AF_UNIX, 0},
    {AF_INET, 0},
    {AF_INET, IPPROTO_TCP},
    {AF_INET, IPPROTO_UDP},
    {AF_INET6, 0},
    {AF_INET6, IPPROTO_TCP},
    {AF_INET6, IPPROTO_UDP},
    {AF_NETLINK, NETLINK_SOCK_DIAG}, /* the sockets of its own network */
};

/* The numbers are the kernel's, where glibc's headers may be older. */
enum { BIND_ADDRESS_NO_PORT = 24, LOCAL_PORT_RANGE = 51 };

static const struct option {
    int level, name;
} options[] = {
    {SOL_SOCKET, SO_REUSEADDR},
    {SOL_SOCKET, SO_REUSEPORT},
    {SOL_SOCKET, SO_BROADCAST},
    {SOL_SOCKET, SO_KEEPALIVE},
    {SOL_SOCKET, SO_OOBINLINE},
    {SOL_SOCKET, SO_LINGER},
    {SOL_SOCKET, SO_RCVTIMEO},
    {SOL_SOCKET, SO_SNDTIMEO},
    {SOL_SOCKET, SO_PASSCRED},
    {SOL_SOCKET, SO_BINDTODEVICE},
    {SOL_SOCKET, SO_TIMESTAMP},
    {SOL_SOCKET, SO_INCOMING_CPU},
    {IPPROTO_IP, IP_TOS},
    {IPPROTO_IP, IP_TTL},
    {IPPROTO_IP, IP_PKTINFO},
    {IPPROTO_IP, IP_RECVERR},
    {IPPROTO_IP, BIND_ADDRESS_NO_PORT},
    {IPPROTO_IP, LOCAL_PORT_RANGE},
    {IPPROTO_IPV6, IPV6_V6ONLY},
    {IPPROTO_IPV6, IPV6_UNICAST_HOPS},
    {IPPROTO_IPV6, IPV6_TCLASS},
    {IPPROTO_IPV6, IPV6_RECVERR},
    {IPPROTO_IPV6, IPV6_RECVPKTINFO},
    {IPPROTO_TCP, TCP_NODELAY},
    {IPPROTO_TCP, TCP_MAXSEG},
    {IPPROTO_TCP, TCP_CORK},
    {IPPROTO_TCP, TCP_KEEPIDLE},
    {IPPROTO_TCP, TCP_KEEPINTVL},
    {IPPROTO_TCP, TCP_KEEPCNT},
    {IPPROTO_TCP, TCP_SYNCNT},
    {IPPROTO_TCP, TCP_LINGER2},
    {IPPROTO_TCP, TCP_DEFER_ACCEPT},
    {IPPROTO_TCP, TCP_WINDOW_CLAMP},
    {IPPROTO_TCP, TCP_QUICKACK},
    {IPPROTO_TCP, TCP_CONGESTION},
    {IPPROTO_TCP, TCP_USER_TIMEOUT},
    {IPPROTO_TCP, TCP_FASTOPEN},
    {IPPROTO_TCP, TCP_NOTSENT_LOWAT},
};

/* The kernel takes the lower half of an argument for an int, whatever stands in the upper. */
static struct scmp_arg_cmp is(unsigned arg, int value)
{
    return SCMP_CMP(arg, SCMP_CMP_MASKED_EQ, UINT32_MAX, (scmp_datum_t)value);
}

/* socketpair makes its sockets before it asks whether the family can have pairs. */
static int add_kinds(scmp_filter_ctx ctx)
{
    int r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, S(socketpair), 1, is(0, AF_UNIX));
    for (size_t i = 0; r == 0 && i < ARRAY_LEN(kinds); i++)
        r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, S(socket), 2, is(0, kinds[i].family),
                             is(2, kinds[i].protocol));
    return r;
}

static int add_options(scmp_filter_ctx ctx)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < ARRAY_LEN(options); i++)
        r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, S(setsockopt), 2, is(1, options[i].level),
                             is(2, options[i].name));
    return r;
}

int sockets_add_rules(scmp_filter_ctx ctx)
{
    int r = calls_add_list(ctx, SCMP_ACT_ALLOW, calls, ARRAY_LEN(calls));
    if (r == 0)
        r = add_kinds(ctx);
    return r == 0 ? add_options(ctx) : r;
}
