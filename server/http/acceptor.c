/* acceptor.c - the listening socket, and who gets a connection.
 *
 * At libmicrohttpd's own limit it stops accepting and the next client waits without a word; here a
 * client beyond the cap is told 503 at once. Only loopback addresses are listened on: there is no
 * login yet. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/util.h"
#include "http/server.h"

enum {
    ACCEPT_BURST = 64,     /* connections taken in one turn of the loop */
    ACCEPT_PAUSE_MS = 200, /* when descriptors have run out */
    LISTEN_BACKLOG = 512,
};

/*** The address ***/

static bool is_loopback(const struct sockaddr_storage *address)
{
    if (address->ss_family == AF_INET)
        return ((const uint8_t *)&((const struct sockaddr_in *)address)->sin_addr)[0] == 127;
    return IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)address)->sin6_addr);
}

static bool parse_host(const char *host, uint16_t port, struct sockaddr_storage *ret)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)ret;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret;
    *ret = (struct sockaddr_storage){.ss_family = AF_INET};
    v4->sin_port = htons(port);
    if (strcmp(host, "localhost") == 0)
        host = "127.0.0.1";
    if (inet_pton(AF_INET, host, &v4->sin_addr) == 1)
        return true;
    size_t len = strlen(host);
    char bare[INET6_ADDRSTRLEN] = "";
    if (len > 2 && len < sizeof bare && host[0] == '[' && host[len - 1] == ']')
        memcpy(bare, host + 1, len - 2);
    ret->ss_family = AF_INET6; /* sin6_port is where sin_port is */
    return inet_pton(AF_INET6, bare, &v6->sin6_addr) == 1;
}

static int parse_listen(const char *listen, struct sockaddr_storage *ret, struct err *err)
{
    const char *colon = strrchr(listen, ':');
    char host[64];
    uint64_t port;
    if (!colon || (size_t)(colon - listen) >= sizeof host ||
        !parse_u64(colon + 1, UINT16_MAX, &port))
        return err_field(err, EINVAL, "listen", "%s: not an ADDRESS:PORT", listen);
    snprintf(host, sizeof host, "%.*s", (int)(colon - listen), listen);
    if (!parse_host(host, (uint16_t)port, ret))
        return err_field(err, EINVAL, "listen", "%s: %s is no IP address", listen, host);
    if (!is_loopback(ret))
        return err_field(
            err, EINVAL, "listen",
            "%s: prepd has no login, so it listens only on 127.0.0.1, [::1] or localhost", listen);
    return 0;
}

static socklen_t address_len(const struct sockaddr_storage *address)
{
    return address->ss_family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6);
}

/* IPv4 is mapped into IPv6, so that there is one kind to compare. */
static struct in6_addr plain_address(const struct sockaddr_storage *address)
{
    struct in6_addr plain = {.s6_addr = {[10] = 0xff, [11] = 0xff}};
    if (address->ss_family == AF_INET6)
        return ((const struct sockaddr_in6 *)address)->sin6_addr;
    memcpy(plain.s6_addr + 12, &((const struct sockaddr_in *)address)->sin_addr, 4);
    return plain;
}

/*** Accepting ***/

static bool has_room(const struct http *http, const struct in6_addr *address)
{
    int same = 0;
    for (const struct conn *conn = http->conns; conn; conn = conn->next)
        same += IN6_ARE_ADDR_EQUAL(&conn->address, address);
    return http->n_conns < http->options.max_connections && same < http->options.max_per_address;
}

/* Says 503 and closes. What the client had sent is read first: closing over unread bytes resets the
 * connection, and the client might not see the answer. */
static void refuse(const struct http *http, int fd)
{
    char unread[4096];
    for (int i = 0; i < 16; i++) /* who has sent more is reset, and may not see the reply */
        if (recv(fd, unread, sizeof unread, MSG_DONTWAIT) != sizeof unread)
            break;
    if (send(fd, http->refusal.data, http->refusal.len, MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
        shutdown(fd, SHUT_WR);
    close(fd);
}

/* Takes the descriptor. */
static void admit(struct http *http, int fd, const struct sockaddr_storage *address)
{
    struct in6_addr plain = plain_address(address);
    struct conn *conn = has_room(http, &plain) ? calloc(1, sizeof *conn) : NULL;
    if (!conn) {
        refuse(http, fd);
        return;
    }
    conn->http = http;
    conn->fd = fd;
    conn->address = plain;
    conn->next = http->conns;
    conn->link = &http->conns;
    if (conn->next)
        conn->next->link = &conn->next;
    http->conns = conn;
    http->n_conns++;
    conn_enter(conn, CONN_HEADER);
    const struct sockaddr *sockaddr = (const struct sockaddr *)address;
    if (MHD_add_connection(http->daemon, fd, sockaddr, address_len(address)) != MHD_YES &&
        http->conns == conn)
        conn_release(conn); /* refused before on_connection knew of it; the descriptor is closed */
    http->daemon_kick = true;
}

static void resume_accepting(void *ud)
{
    struct http *http = ud;
    http->listen_pause = NULL;
    loop_rewatch(http->options.loop, http->listen_watch, EPOLLIN);
}

/* Out of descriptors or memory: the socket stays readable, so look away for a moment. */
static void pause_accepting(struct http *http)
{
    struct loop *loop = http->options.loop;
    http->listen_pause = loop_after(loop, ACCEPT_PAUSE_MS, resume_accepting, http);
    if (http->listen_pause)
        loop_rewatch(loop, http->listen_watch, 0);
}

static void accept_ready(void *ud, uint32_t events)
{
    struct http *http = ud;
    (void)events;
    for (int i = 0; i < ACCEPT_BURST; i++) {
        struct sockaddr_storage address;
        socklen_t len = sizeof address;
        int fd = accept4(http->listen_fd, (struct sockaddr *)&address, &len,
                         SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0)
            admit(http, fd, &address);
        else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
            return pause_accepting(http);
        else if (errno != ECONNABORTED && errno != EINTR)
            return;
    }
}

/*** Life ***/

static int bind_and_listen(int fd, const struct sockaddr_storage *address)
{
    int on = 1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    /* a loopback has no congestion to control, and reno, which each kernel has, costs least: with
       bbr a fan-out to a thousand readers takes some 5 % longer; connections inherit it */
    setsockopt(fd, IPPROTO_TCP, TCP_CONGESTION, "reno", strlen("reno"));
    if (address->ss_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    if (bind(fd, (const struct sockaddr *)address, address_len(address)) < 0)
        return -errno;
    return listen(fd, LISTEN_BACKLOG) < 0 ? -errno : 0;
}

/* The port that was given, or that the kernel picked. */
static uint16_t bound_port(int fd)
{
    struct sockaddr_storage address = {0};
    socklen_t len = sizeof address;
    getsockname(fd, (struct sockaddr *)&address, &len);
    return ntohs(((const struct sockaddr_in *)&address)->sin_port);
}

static void write_url(struct http *http, const struct sockaddr_storage *address, uint16_t port)
{
    char host[INET6_ADDRSTRLEN];
    bool v6 = address->ss_family == AF_INET6;
    const void *bytes = v6 ? (const void *)&((const struct sockaddr_in6 *)address)->sin6_addr
                           : (const void *)&((const struct sockaddr_in *)address)->sin_addr;
    inet_ntop(address->ss_family, bytes, host, sizeof host);
    snprintf(http->url, sizeof http->url, v6 ? "http://[%.15s]:%u/" : "http://%.15s:%u/", host,
             port);
}

static void write_refusal(struct http *http)
{
    static const char body[] =
        "{\"error\":{\"code\":\"busy\",\"message\":\"Too many connections.\","
        "\"field\":null}}\n";
    text_puts(&http->refusal, "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n"
                              "Retry-After: 1\r\nContent-Type: application/json\r\n"
                              "Cache-Control: no-store\r\n");
    response_common_headers(&http->refusal);
    text_printf(&http->refusal, "Content-Length: %zu\r\n\r\n%s", sizeof body - 1, body);
}

int acceptor_open(struct http *http, struct err *err)
{
    struct sockaddr_storage address;
    int r = parse_listen(http->options.listen, &address, err);
    if (r < 0)
        return r;
    cleanup_close int fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    r = fd < 0 ? -errno : bind_and_listen(fd, &address);
    if (r < 0)
        return err_set(err, -r, "cannot listen on %s: %s", http->options.listen, strerror(-r));
    uint16_t port = bound_port(fd);
    write_url(http, &address, port);
    gate_hosts_init(&http->hosts, port);
    write_refusal(http);
    r = loop_watch(http->options.loop, fd, EPOLLIN, accept_ready, http, &http->listen_watch, err);
    if (r < 0)
        return r;
    http->listen_fd = steal_fd(&fd);
    return 0;
}

void acceptor_close(struct http *http)
{
    loop_unwatch(http->options.loop, http->listen_watch);
    loop_cancel(http->options.loop, http->listen_pause);
    if (http->listen_fd >= 0)
        close(http->listen_fd);
    http->listen_watch = NULL;
    http->listen_pause = NULL;
    http->listen_fd = -1;
}
