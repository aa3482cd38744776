/* sock_diag.h - what the kernel knows of the TCP sockets of this network: what `ss` asks.
 *
 * NETLINK_SOCK_DIAG answers from the kernel's own tables, so it also shows sockets that no process
 * has any more: TIME_WAIT, and FIN_WAIT_2 after close(). No privilege is needed. States are those
 * of <netinet/tcp.h>: TCP_ESTABLISHED, TCP_TIME_WAIT … Source: sock_diag(7), linux/inet_diag.h. */
#ifndef TIMEWAIT_SOCK_DIAG_H
#define TIMEWAIT_SOCK_DIAG_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

/* One end of a connection. Addresses and ports in host order. */
struct tcp_end {
    uint32_t address, peer_address;
    uint16_t port, peer_port;
};

/* What is there of it. */
struct tcp_socket {
    struct tcp_end end;
    int state;        /* TCP_ESTABLISHED … */
    bool mini;        /* only its shadow is left: the kernel's timewait socket of some 250 bytes */
    uint32_t left_ms; /* mini: until its timer runs out */
    uint32_t unread, unacknowledged; /* bytes received and not read; sent and not acknowledged */
};

/* A descriptor to ask with, which the caller closes, or a negative errno: -ENOENT, -EPROTONOSUPPORT
 * where the kernel has no sock_diag. */
int sock_diag_open(void);

/* Looks one socket up. 1: found; 0: there is none, the end is CLOSED and *ret says so; or a
 * negative errno. */
int sock_diag_find(int fd, const struct tcp_end *end, struct tcp_socket *ret);

/* Calls `see` with every socket of IPv4 in one of `states` (bits: 1 << TCP_TIME_WAIT …). How many
 * there were, or a negative errno. The table is not frozen meanwhile: a socket that comes or goes
 * during the walk may or may not be seen. */
long sock_diag_each(int fd, uint32_t states,
                    void (*see)(const struct tcp_socket *socket, void *data), void *data);

/* "TIME_WAIT"; never NULL. Any state of none is "CLOSED". */
const char *tcp_state_name(int state);

#endif
