/* bench_demo_timewait_kernel.c - what the TIME_WAIT demo's mechanism measures, against what the
 * kernel documents, and its INET_DIAG against ss(8); in a network of its own.
 *
 * Each line is a figure, what it should be, and their ratio. It takes a minute: a TIME_WAIT is made
 * first, all else is measured while it lasts, and then its end is awaited. */
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client.h"
#include "network.h"

enum { PORT = 9000, ATTEMPTS_MAX = 1 << 17 };

static int listener, diag, sockstat;
static uint32_t next_address = 0x7f000001;

static double now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void line(const char *what, double measured, double documented, const char *unit)
{
    printf("%-58s %10.4g %10.4g %-6s %6.3f\n", what, measured, documented, unit,
           measured / documented);
    fflush(stdout);
}

static void set(const char *name, const char *value)
{
    int r = sysctl_write(name, value);
    if (r < 0)
        fprintf(stderr, "%s = %s: %s\n", name, value, strerror(-r));
}

static void set_ports(int n)
{
    char range[32];
    snprintf(range, sizeof range, "10000 %d", 9999 + n);
    set("net.ipv4.ip_local_port_range", range);
}

/* A client of one destination that nobody has used. */
static struct client *fresh_client(bool (*connected)(void *data, int64_t ns, int error), void *data)
{
    struct client *client = client_new(&(struct client_options){.listener = listener,
                                                                .address = next_address++,
                                                                .addresses = 1,
                                                                .parallel = 1,
                                                                .connected = connected,
                                                                .data = data});
    if (!client)
        exit((perror("client_new"), 1));
    return client;
}

/*** Ports ***/

static void bench_exhaustion(int ports)
{
    char what[80];
    struct client_counts counts = {0};
    struct client *client = fresh_client(NULL, NULL);
    set_ports(ports);
    double since = now();
    while (counts.no_port == 0 && counts.failed == 0)
        client_round(client, &counts);
    snprintf(what, sizeof what, "connections until EADDRNOTAVAIL, %d ports (%.2f s)", ports,
             now() - since);
    line(what, (double)counts.connections, ports, "");
    client_free(client);
}

struct costs {
    double us[ATTEMPTS_MAX];
    size_t n;
};

static bool note_cost(void *data, int64_t ns, int error)
{
    struct costs *costs = data;
    if (!error && costs->n < ATTEMPTS_MAX)
        costs->us[costs->n++] = (double)ns / 1000;
    return true;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, compare);
    return values[n / 2];
}

/* The kernel has no figure for this: the second is what was measured on one machine, and says how
 * this one compares. */
static void bench_half_range(int ports)
{
    static struct costs costs;
    struct client_counts counts = {0};
    struct client *client = fresh_client(note_cost, &costs);
    size_t half = (size_t)ports / 2, beyond = half + 300;
    set_ports(ports);
    while (costs.n < beyond + 500 && counts.no_port == 0)
        client_round(client, &counts);
    double before = median(costs.us, half / 2), after = median(costs.us + beyond, 500);
    line("connect() with ports to spare", before, 17, "us");
    line("connect() past half of 28,232 ports, no error", after, 1485, "us");
    line("the cliff between them", after / before, 88, "x");
    client_free(client);
}

/*** Recycling ***/

/* Ports come back in waves, a second after they were taken: `waves` of them, to the end of the
 * last.
 */
static void bench_recycling(int ports, int waves)
{
    struct client_counts counts = {0};
    struct client *client = fresh_client(NULL, NULL);
    set_ports(ports);
    set("net.ipv4.tcp_tw_reuse", "2");
    while (counts.no_port == 0)
        client_round(client, &counts);
    uint64_t before = counts.connections, wanted = (uint64_t)waves * (uint64_t)ports;
    long recycled = counter_read("TcpExt", "TWRecycled");
    double since = now();
    while (counts.connections - before < wanted && counts.failed == 0)
        client_round(client, &counts);
    double rate = (double)wanted / (now() - since);
    line("tcp_tw_reuse: connections/s with 1000 ports, 1 s each", rate, ports, "/s");
    line("of these, by the kernel's counter TWRecycled",
         (double)(counter_read("TcpExt", "TWRecycled") - recycled), (double)wanted, "");
    set("net.ipv4.tcp_tw_reuse", "0");
    client_free(client);
}

/*** Counting ***/

static void make_time_waits(int n)
{
    struct client_counts counts = {0};
    set_ports(2 * n); /* the cheap half */
    struct client *client = fresh_client(NULL, NULL);
    while (counts.connections < (uint64_t)n && counts.failed == 0 && counts.no_port == 0)
        client_round(client, &counts);
    client_free(client);
}

static double time_diag(long *ret_seen)
{
    double best = 1e9;
    for (int i = 0; i < 9; i++) {
        double since = now();
        *ret_seen = sock_diag_each(diag, 1U << TCP_TIME_WAIT, NULL, NULL);
        double took = now() - since;
        best = took < best ? took : best;
    }
    return best;
}

/* ss prints as many lines; -1 where there is no ss. */
static double time_ss(long *ret_seen)
{
    double best = 1e9;
    for (int i = 0; i < 5; i++) {
        char text[4096];
        double since = now();
        long lines = 0;
        FILE *ss = popen("ss -Htan state time-wait 2>/dev/null", "r");
        for (size_t n; ss && (n = fread(text, 1, sizeof text, ss)) > 0;)
            for (size_t at = 0; at < n; at++)
                lines += text[at] == '\n';
        if (!ss || pclose(ss) != 0)
            return -1;
        best = now() - since < best ? now() - since : best;
        *ret_seen = lines;
    }
    return best;
}

static void bench_counting(void)
{
    long seen, by_ss;
    make_time_waits(20000);
    double took = time_diag(&seen);
    line("TIME_WAITs by INET_DIAG, by /proc/net/sockstat", (double)seen,
         (double)sockstat_read(sockstat).time_wait, "");
    line("INET_DIAG, a socket (goal 0.15 us)", took / (double)seen * 1e6, 0.15, "us");
    double ss = time_ss(&by_ss);
    if (ss < 0) {
        printf("ss(8) is not here: apt-get install iproute2\n");
        return;
    }
    line("TIME_WAITs by INET_DIAG, by ss", (double)seen, (double)by_ss, "");
    line("counting them: INET_DIAG, ss", took * 1e3, ss * 1e3, "ms");
}

/*** Sixty seconds ***/

static struct connection make_witness(double *ret_since)
{
    struct connection connection;
    int r = connection_open(listener, next_address++, &connection);
    if (r < 0)
        exit((fprintf(stderr, "connect: %s\n", strerror(-r)), 1));
    connection_close(&connection, CLIENT, WITH_FIN);
    *ret_since = now();
    return connection;
}

static void await_end(const struct connection *witness, double since)
{
    struct tcp_socket socket;
    while (sock_diag_find(diag, &witness->end[CLIENT], &socket) == 1)
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    line("TIME_WAIT lasts, tcp_fin_timeout being 5", now() - since, 60, "s");
}

int main(void)
{
    const char *step;
    double since;
    int r = network_enter(&step);
    if (r < 0) {
        printf("skipped: no network of its own can be had here: %s: %s\n", step, strerror(-r));
        return 0;
    }
    set("net.ipv4.tcp_tw_reuse", "0");
    set("net.ipv4.tcp_fin_timeout", "5");
    listener = listener_open(PORT, NULL);
    diag = sock_diag_open();
    sockstat = sockstat_open();
    printf("%-58s %10s %10s %-6s %6s\n", "", "measured", "documented", "", "ratio");
    struct connection witness = make_witness(&since);
    bench_exhaustion(1000);
    bench_exhaustion(4000);
    bench_half_range(28232);
    bench_recycling(1000, 4);
    bench_counting();
    await_end(&witness, since);
    return 0;
}
