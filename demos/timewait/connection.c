/* connection.c - opens, uses and closes real TCP connections; see connection.h. */
#include "connection.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BACKLOG = 4096 }; /* at most somaxconn */

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static struct sockaddr_in address_make(uint32_t address, uint16_t port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(address), .sin_port = htons(port)};
}

enum { PATIENCE_MS = 2000 }; /* no call waits for longer: an experiment that hangs shows nothing */

/* What is accepted has it of the listener. */
static void set_patience(int fd)
{
    struct timeval patience = {.tv_sec = PATIENCE_MS / 1000};
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

static int listener_begin(int fd, uint16_t port, const char *device)
{
    struct sockaddr_in address = address_make(INADDR_ANY, port);
    int on = 1;
    set_patience(fd);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (device &&
        setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, (socklen_t)strlen(device)) < 0)
        return -errno;
    bool listens =
        bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, BACKLOG) == 0;
    return listens ? 0 : -errno;
}

int listener_open(uint16_t port, const char *device)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    int r = listener_begin(fd, port, device);
    if (r == 0)
        return fd;
    close(fd);
    return r;
}

uint16_t listener_port(int listener)
{
    struct sockaddr_in address = {0};
    socklen_t size = sizeof address;
    getsockname(listener, (struct sockaddr *)&address, &size);
    return ntohs(address.sin_port);
}

/*** Opening ***/

static int client_socket(void)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0)
        set_patience(fd);
    return fd;
}

static void ends_know(struct connection *connection, const struct sockaddr_in *client,
                      const struct sockaddr_in *server)
{
    connection->end[CLIENT] =
        (struct tcp_end){ntohl(client->sin_addr.s_addr), ntohl(server->sin_addr.s_addr),
                         ntohs(client->sin_port), ntohs(server->sin_port)};
    connection->end[SERVER] =
        (struct tcp_end){ntohl(server->sin_addr.s_addr), ntohl(client->sin_addr.s_addr),
                         ntohs(server->sin_port), ntohs(client->sin_port)};
}

/* A signal interrupts connect(), not the connection: that is made all the same (connect(2)). */
static int connect_finish(int fd)
{
    struct pollfd connected = {.fd = fd, .events = POLLOUT};
    int code = ETIMEDOUT;
    socklen_t size = sizeof code;
    int n;
    do
        n = poll(&connected, 1, PATIENCE_MS);
    while (n < 0 && errno == EINTR);
    if (n > 0)
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &size);
    return -code;
}

/* The kernel picks the local port within connect(): that search is what is timed. */
static int client_connect(struct connection *connection, const struct sockaddr_in *server)
{
    int fd = connection->fd[CLIENT];
    int64_t since = now_ns();
    int r = connect(fd, (const struct sockaddr *)server, sizeof *server) < 0 ? -errno : 0;
    if (r == -EINTR)
        r = connect_finish(fd);
    connection->connect_ns = now_ns() - since;
    return r;
}

int connection_open(int listener, uint32_t address, struct connection *ret)
{
    struct sockaddr_in server = address_make(address, listener_port(listener)), client;
    socklen_t size = sizeof client;
    *ret = (struct connection){.fd = {-1, -1}};
    ret->fd[CLIENT] = client_socket();
    int r = ret->fd[CLIENT] < 0 ? -errno : client_connect(ret, &server);
    if (r < 0) {
        connection_close_end(ret, CLIENT, WITH_FIN);
        return r;
    }
    getsockname(ret->fd[CLIENT], (struct sockaddr *)&client, &size);
    ends_know(ret, &client, &server);
    int accepted = listener_accept(listener, &ret->end[CLIENT]);
    if (accepted < 0)
        return accepted;
    ret->fd[SERVER] = accepted;
    return 0;
}

static bool is_of(const struct sockaddr_in *peer, const struct tcp_end *client)
{
    return ntohs(peer->sin_port) == client->port && ntohl(peer->sin_addr.s_addr) == client->address;
}

/* connect() returns when SYN + ACK has come. On a busy machine the ACK that follows is handled
 * later, by ksoftirqd, and until then there is nothing to accept. Whoever went away without waiting
 * for that is left in the queue, before those that come after. */
int listener_accept(int listener, const struct tcp_end *client)
{
    struct pollfd acceptable = {.fd = listener, .events = POLLIN};
    for (;;) {
        struct sockaddr_in peer = {0};
        socklen_t size = sizeof peer;
        int fd = accept4(listener, (struct sockaddr *)&peer, &size, SOCK_CLOEXEC);
        if (fd >= 0 && is_of(&peer, client))
            return fd;
        if (fd >= 0)
            close(fd);
        else if (errno != EAGAIN)
            return -errno;
        else if (poll(&acceptable, 1, PATIENCE_MS) == 0)
            return -ETIMEDOUT;
    }
}

/*** Using ***/

static int pass_byte(int from, int to)
{
    char byte = 'x';
    if (send(from, &byte, 1, MSG_NOSIGNAL) < 0)
        return -errno;
    ssize_t n = recv(to, &byte, 1, 0);
    return n < 0 ? -errno : n == 0 ? -ECONNRESET : 0;
}

int connection_request(const struct connection *connection)
{
    int r = pass_byte(connection->fd[CLIENT], connection->fd[SERVER]);
    return r < 0 ? r : pass_byte(connection->fd[SERVER], connection->fd[CLIENT]);
}

long connection_fill(const struct connection *connection, enum end from)
{
    static const char block[1 << 14];
    const int flags = MSG_NOSIGNAL | MSG_DONTWAIT;
    long sent = 0;
    ssize_t n;
    while ((n = send(connection->fd[from], block, sizeof block, flags)) > 0)
        sent += n;
    return errno == EAGAIN ? sent : -errno;
}

long connection_drain(const struct connection *connection, enum end end, bool *ret_reset)
{
    char block[1 << 14];
    long received = 0;
    ssize_t n;
    while ((n = recv(connection->fd[end], block, sizeof block, 0)) > 0)
        received += n;
    *ret_reset = n < 0 && errno == ECONNRESET;
    return n == 0 || *ret_reset ? received : -errno;
}

int connection_transfer(struct connection *connection, enum how how, struct transfer *ret)
{
    bool reset;
    ret->sent = connection_fill(connection, CLIENT);
    connection_close_end(connection, CLIENT, how);
    ret->received = connection_drain(connection, SERVER, &reset);
    connection_close_end(connection, SERVER, WITH_FIN);
    return ret->sent < 0 ? (int)ret->sent : ret->received < 0 ? (int)ret->received : 0;
}

/*** Closing ***/

void connection_half_close(const struct connection *connection, enum end end)
{
    shutdown(connection->fd[end], SHUT_WR);
}

void connection_close_end(struct connection *connection, enum end end, enum how how)
{
    struct linger none = {.l_onoff = 1, .l_linger = 0};
    int fd = connection->fd[end];
    if (fd < 0)
        return;
    if (how == WITH_RST)
        setsockopt(fd, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    close(fd);
    connection->fd[end] = -1;
}

void connection_close(struct connection *connection, enum end first, enum how how)
{
    connection_close_end(connection, first, how);
    connection_close_end(connection, other_end(first), WITH_FIN);
}
