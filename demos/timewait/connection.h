/* connection.h - both ends of a TCP connection on the loopback, in one thread.
 *
 * That one thread has both ends makes a close repeatable: who closes first is who is told to, not
 * who wins a race. Every segment is the kernel's; on the loopback it has arrived when the call that
 * sent it returns, but for what TCP itself puts off (a delayed ACK: 40 ms) and what a busy machine
 * leaves to ksoftirqd.
 *
 * All of 127.0.0.0/8 is this host, and a local port counts per destination: experiments that must
 * not take each other's ports talk to different addresses of it. */
#ifndef TIMEWAIT_CONNECTION_H
#define TIMEWAIT_CONNECTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sock_diag.h"

/* Binds all addresses, so that it is every destination's server; with `device` (NULL: any) only
 * what comes by that one reaches it. Port 0: one that is free. The descriptor, or a negative
 * errno. */
int listener_open(uint16_t port, const char *device);
uint16_t listener_port(int listener);

enum end { CLIENT, SERVER };
static inline enum end other_end(enum end end)
{
    return end == CLIENT ? SERVER : CLIENT;
}
enum how { WITH_FIN, WITH_RST }; /* close(), or close() after SO_LINGER {1, 0} */

struct connection {
    int fd[2];             /* by enum end; -1: closed, or never was */
    struct tcp_end end[2]; /* as sock_diag_find takes them */
    int64_t connect_ns;    /* what connect() took, whether it succeeded or not */
};

/* Connects to `address` (host order) and accepts. 0, or a negative errno: -EADDRNOTAVAIL when every
 * local port is taken for this destination; -EMFILE when the server has no descriptor left, and the
 * client's end is open and believes that it is served. */
int connection_open(int listener, uint32_t address, struct connection *ret);

/* Accepts the connection of that client, waiting for it if need be; whoever is before it in the
 * listener's queue was given up by its client, and is closed. The descriptor, or a negative errno:
 * -ETIMEDOUT when it does not come within 2 s. */
int listener_accept(int listener, const struct tcp_end *client);

/* A byte there and a byte back. 0 or a negative errno: -EAGAIN when one does not come within 2 s.
 */
int connection_request(const struct connection *connection);

/* Sends until the kernel takes no more, since nobody reads: how many bytes it took, or a negative
 * errno. Reads until the other end's FIN: how many bytes, and *ret_reset if it was an RST. */
long connection_fill(const struct connection *connection, enum end from);
long connection_drain(const struct connection *connection, enum end end, bool *ret_reset);

/* Sends a FIN and can still read: shutdown(SHUT_WR). */
void connection_half_close(const struct connection *connection, enum end end);

/* Closes one end. The other keeps what the kernel makes of that: CLOSE_WAIT, or an error. */
void connection_close_end(struct connection *connection, enum end end, enum how how);

/* Closes both: `first` in that way, then the other, which has nothing left but close(). */
void connection_close(struct connection *connection, enum end first, enum how how);

/* The client fills the connection and closes it; the server reads what still arrives. How many
 * bytes send() had taken, and how many arrived. 0 or a negative errno. Closes the connection. */
struct transfer {
    long sent, received;
};
int connection_transfer(struct connection *connection, enum how how, struct transfer *ret);

#endif
