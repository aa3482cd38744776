/* network.h - a network of one's own, its settings and its counters.
 *
 * A network namespace has its own sockets, ports, net.ipv4 settings and counters; the machine's are
 * neither seen nor touched. It ends with the last process and the last socket in it. */
#ifndef TIMEWAIT_NETWORK_H
#define TIMEWAIT_NETWORK_H

#include <stdbool.h>
#include <stddef.h>

/* Moves this process to a new network with nothing but a loopback, by a user namespace where it
 * takes one: no privilege is needed, unless the machine forbids user namespaces. The process must
 * be one thread. 0, or a negative errno with *ret_step naming what failed ("unshare"). */
int network_enter(const char **ret_step);

/* True if this network has no device but the loopback: nobody else's traffic can be in it. */
bool network_is_bare(void);

/* A setting by its name ("net.ipv4.tcp_tw_reuse"), as text with single blanks. 0 or a negative
 * errno: -ENOENT where this kernel has no such setting. */
int sysctl_read(const char *name, char *ret, size_t size);
int sysctl_write(const char *name, const char *value);

/* What /proc/net/sockstat says of TCP: sockets in use, and timewait sockets. -1: it can't be read.
 * A descriptor of it, which the caller closes, or a negative errno; it can be read again and again,
 * also when the process has no descriptor left to open it anew. */
struct sockstat {
    long in_use, time_wait;
};
int sockstat_open(void);
struct sockstat sockstat_read(int fd);

/* A counter of /proc/net/netstat or /proc/net/snmp, since the network exists: ("TcpExt",
 * "TWRecycled"), ("Tcp", "OutSegs"). -1 if this kernel has none of that name. */
long counter_read(const char *group, const char *name);

/* Waits until the counter has not moved for `quiet_ms`, but at most `patience_ms`. Its value. */
long counter_settled(const char *group, const char *name, int quiet_ms, int patience_ms);

#endif
