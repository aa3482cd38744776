/* selftest_sight.c - a demo that tells what it can see and do; see selftest.h. */
#include <errno.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "selftest.h"

/* How many local ports its network has. */
void act_sysctl(void)
{
    int first = 0, last = -1;
    FILE *range = fopen("/proc/sys/net/ipv4/ip_local_port_range", "r");
    if (range && fscanf(range, "%d %d", &first, &last) == 2)
        metric(last - first + 1);
}

/* Open descriptors above 2, and variables in the environment. */
void act_surroundings(void)
{
    extern char **environ;
    long found = 0;
    for (int fd = 3; fd < 4096; fd++)
        found += fcntl(fd, F_GETFD) >= 0;
    for (char **v = environ; *v; v++)
        found++;
    metric((double)found);
}

void act_pid(void)
{
    metric(getpid());
}

void act_uid(void)
{
    metric(getuid());
}

/* 1 if it runs with no_new_privs, without capabilities, and its signals are as they should be. */
void act_privileges(void)
{
    char line[256];
    bool ok = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status))
        if (!strncmp(line, "CapEff:", 7) || !strncmp(line, "CapPrm:", 7) ||
            !strncmp(line, "CapAmb:", 7) || !strncmp(line, "SigBlk:", 7) ||
            !strncmp(line, "SigIgn:", 7))
            ok = ok && strtoull(line + 7, NULL, 16) == 0;
    metric(ok && status);
}

/* How soon the kernel ends it where memory runs out; -9999: not known. */
void act_oom(void)
{
    int score = -9999;
    FILE *file = fopen("/proc/self/oom_score_adj", "r");
    if (file && fscanf(file, "%d", &score) != 1)
        score = -9999;
    metric(score);
}

/* How many of these succeed that must not: to write outside the scratch folder, to make a user
 * namespace, to see or signal others. */
void act_escape(void)
{
    int got = 0;
    got += open("/etc/prepd-was-here", O_CREAT | O_WRONLY, 0600) >= 0;
    got += open("/var/tmp/prepd-was-here", O_CREAT | O_WRONLY, 0600) >= 0;
    got += open("/usr/prepd-was-here", O_CREAT | O_WRONLY, 0600) >= 0;
    got += mkdir("/home/prepd-was-here", 0700) == 0;
    got += access("/proc/3", F_OK) == 0; /* 1 is init, 2 the demo */
    got += open("/proc/sys/user/max_user_namespaces", O_WRONLY) >= 0;
    got += kill(1, SIGKILL) == 0 && getppid() != 1;
    got += sethostname("x", 1) == 0;
    metric(got);
}

/* The number of network interfaces; a write in the scratch folder must work, and the loopback. */
void act_network(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
    int scratch = open("scratch", O_CREAT | O_RDWR, 0600);
    bool ok = scratch >= 0 && write(scratch, "x", 1) == 1 &&
              bind(server, (struct sockaddr *)&address, len) == 0 && listen(server, 1) == 0 &&
              getsockname(server, (struct sockaddr *)&address, &len) == 0 &&
              connect(client, (struct sockaddr *)&address, len) == 0;
    FILE *devices = fopen("/proc/net/dev", "r");
    char line[512];
    int count = -2; /* two lines of heading */
    while (devices && fgets(line, sizeof line, devices))
        count++;
    metric(ok ? count : -1);
}

/* True if a buffer could be given another length. */
static bool buffer_can_be_set(int fd)
{
    static const int names[] = {SO_SNDBUF, SO_RCVBUF, SO_SNDBUFFORCE, SO_RCVBUFFORCE};
    int length = 1 << 20;
    for (int i = 0; i < 4; i++)
        if (setsockopt(fd, SOL_SOCKET, names[i], &length, sizeof length) == 0)
            return true;
    /* an int is the lower half of what a filter sees */
    return syscall(SYS_setsockopt, (long)fd, SOL_SOCKET | 1L << 32, SO_SNDBUF | 1L << 32, &length,
                   sizeof length) == 0;
}

/* How many bytes a connection takes that nobody reads from; -1 if its buffers can be set. */
void act_socket_buffers(void)
{
    static const char block[1 << 16];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
    bool ok = bind(server, (struct sockaddr *)&address, len) == 0 && listen(server, 1) == 0 &&
              getsockname(server, (struct sockaddr *)&address, &len) == 0 &&
              connect(client, (struct sockaddr *)&address, len) == 0;
    double sent = 0;
    ssize_t took = 0;
    while (ok && (took = send(client, block, sizeof block, MSG_DONTWAIT)) > 0)
        sent += (double)took;
    metric(buffer_can_be_set(client) ? -1 : sent);
}

static bool is_refused(long r)
{
    return r < 0 && errno == ENOSYS;
}

/* How many sockets and options could be had, or were looked for by the kernel, that lead to code
 * which no demo needs. */
void act_socket_kinds(void)
{
    enum { SCTP = 132, MPTCP = 262, ULP = 31, VSOCK = 40 };
    static const int pairs[] = {AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, VSOCK};
    static const struct {
        int family, type, protocol;
    } sockets[] = {{AF_INET, SOCK_STREAM, SCTP},
                   {AF_INET, SOCK_STREAM, MPTCP},
                   {AF_INET, SOCK_RAW, 1},
                   {AF_INET6, SOCK_STREAM, SCTP},
                   {AF_PACKET, SOCK_DGRAM, 0},
                   {VSOCK, SOCK_STREAM, 0},
                   {AF_NETLINK, SOCK_RAW, NETLINK_ROUTE}};
    static const struct {
        int level, name;
    } options[] = {{SOL_SOCKET, SO_RCVLOWAT},
                   {SOL_SOCKET, SO_ATTACH_FILTER},
                   {SOL_SOCKET, SO_ZEROCOPY},
                   {IPPROTO_TCP, ULP},
                   {IPPROTO_IP, 64 /* IPT_SO_SET_REPLACE */}};
    int fds[2], had = 0, tcp = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    char value[64] = "tls";
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        had += !is_refused(socketpair(pairs[i], SOCK_STREAM, 0, fds));
    for (size_t i = 0; i < sizeof sockets / sizeof *sockets; i++)
        had += !is_refused(socket(sockets[i].family, sockets[i].type, sockets[i].protocol));
    for (size_t i = 0; i < sizeof options / sizeof *options; i++)
        had += !is_refused(setsockopt(tcp, options[i].level, options[i].name, value, sizeof value));
    bool usual = tcp >= 0 && socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0 &&
                 socket(AF_INET6, SOCK_DGRAM, IPPROTO_UDP) >= 0;
    metric(usual ? had : -1);
}

/* One connection, closed: its client is left in TIME_WAIT. */
static void close_one_connection(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
    bind(server, (struct sockaddr *)&address, len);
    listen(server, 1);
    getsockname(server, (struct sockaddr *)&address, &len);
    connect(client, (struct sockaddr *)&address, len);
    int accepted = accept(server, NULL, NULL);
    close(client);
    close(accepted);
}

/* How many sockets in TIME_WAIT its network has, by NETLINK_SOCK_DIAG; -1: no answer. */
static int time_waits_by_netlink(void)
{
    const struct {
        struct nlmsghdr header;
        struct inet_diag_req_v2 body;
    } question = {{sizeof question, SOCK_DIAG_BY_FAMILY, NLM_F_REQUEST | NLM_F_DUMP, 0, 0},
                  {.sdiag_family = AF_INET,
                   .sdiag_protocol = IPPROTO_TCP,
                   .idiag_states = 1U << TCP_TIME_WAIT}};
    _Alignas(struct nlmsghdr) char answer[8192];
    int fd = socket(AF_NETLINK, SOCK_DGRAM, NETLINK_SOCK_DIAG), seen = 0;
    if (fd < 0 || send(fd, &question, sizeof question, 0) < 0)
        return -1;
    ssize_t size = recv(fd, answer, sizeof answer, 0);
    unsigned left = size < 0 ? 0 : (unsigned)size;
    for (struct nlmsghdr *at = (void *)answer; NLMSG_OK(at, left); at = NLMSG_NEXT(at, left))
        seen += at->nlmsg_type == SOCK_DIAG_BY_FAMILY;
    return seen;
}

static int time_waits_by_proc(void)
{
    char line[256];
    int told = -1;
    FILE *sockstat = fopen("/proc/net/sockstat", "r");
    while (sockstat && fgets(line, sizeof line, sockstat))
        if (sscanf(line, "TCP: inuse %*d orphan %*d tw %d", &told) == 1)
            break;
    return told;
}

/* How many TIME_WAITs its network has after one close, if both who know say the same. */
void act_diag(void)
{
    close_one_connection();
    int seen = time_waits_by_netlink();
    metric(seen == time_waits_by_proc() ? seen : -1);
}
