/* experiment_leak.c - a server that forgets to close: CLOSE_WAIT piles up, and with it descriptors,
 * until accept() fails; then the mistake is mended.
 *
 * The process is given a limit of descriptors, as `ulimit -n` does. Each client connects, gets its
 * answer and closes; the server reads the end of file and does nothing. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "experiment.h"

struct leak {
    struct lab *lab;
    struct connection *forgotten; /* the server's ends of them are open */
    struct connection unserved;   /* stuck: established, and in the listener's queue */
    size_t n, max;
    long in_use; /* of the descriptors that count, before the first was forgotten */
    bool stuck;  /* accept() said EMFILE */
};

static long descriptors_in_use(int limit)
{
    long n = 0;
    for (int fd = 0; fd < limit; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

/* How many TIME_WAIT and others there are; the server's CLOSE_WAIT is returned. */
static long show(struct leak *leak)
{
    struct census census = lab_census(leak->lab, PART_LEAK);
    const long *client = census.by_state[CLIENT], *server = census.by_state[SERVER];
    lab_show_sockets(leak->lab, &census);
    demo_sample(leak->lab->demo, "leak", {"close_wait", (double)server[TCP_CLOSE_WAIT]},
                {"fin_wait_2", (double)client[TCP_FIN_WAIT2]},
                {"time_wait", (double)client[TCP_TIME_WAIT]},
                {"descriptors", (double)descriptors_in_use(leak->lab->plan->descriptors)},
                {"limit", leak->lab->plan->descriptors});
    return server[TCP_CLOSE_WAIT];
}

/* One more client. False: no more can be served. */
static bool forget_one(struct leak *leak)
{
    struct connection *connection = &leak->forgotten[leak->n];
    int r = connection_open(leak->lab->listener, part_address(PART_LEAK, (uint32_t)leak->n),
                            connection);
    if (r == 0) {
        connection_request(connection);
        connection_close_end(connection, CLIENT, WITH_FIN);
        leak->n++;
        return true;
    }
    leak->stuck = r == -EMFILE && connection->fd[CLIENT] >= 0;
    if (leak->stuck) {
        leak->unserved = *connection;
        return false;
    }
    lab_failed(leak->lab, "connect", r);
    connection_close(connection, CLIENT, WITH_FIN);
    return false;
}

static void forget_all(struct leak *leak)
{
    struct demo *demo = leak->lab->demo;
    struct demo_timer due = {0};
    bool more = true;
    while (more && leak->n < leak->max && !demo_stopping(demo)) {
        more = forget_one(leak);
        if (demo_due(demo, &due, 50))
            show(leak);
        timers_show(leak->lab);
        demo_pause(demo, leak->lab->plan->pace_ms);
    }
}

static void report_stuck(struct leak *leak, long close_wait)
{
    if (!leak->stuck)
        return;
    /* the client that is not served needs a descriptor as well */
    demo_metric_expected(leak->lab->demo, "served", (double)leak->n,
                         (double)(leak->lab->plan->descriptors - leak->in_use - 1));
    demo_note_at(leak->lab->demo, DEMO_BAD, "tw-find-close-wait",
                 "服务端从不 close()：%ld 个 CLOSE_WAIT，accept() 报 EMFILE。这条连接客户端已经 "
                 "ESTABLISHED，却没有人服务。内核对 CLOSE_WAIT 没有超时",
                 "The server never calls close(): %ld CLOSE_WAITs, and accept() says EMFILE. The "
                 "client is ESTABLISHED and nobody serves it. The kernel has no timeout for "
                 "CLOSE_WAIT",
                 close_wait);
}

/* Now there is a descriptor for it. */
static void serve_the_one_that_waits(struct leak *leak)
{
    leak->unserved.fd[SERVER] = listener_accept(leak->lab->listener, &leak->unserved.end[CLIENT]);
    int r = leak->unserved.fd[SERVER] < 0 ? leak->unserved.fd[SERVER]
                                          : connection_request(&leak->unserved);
    if (r < 0)
        lab_failed(leak->lab, "accept", r);
    connection_close(&leak->unserved, CLIENT, WITH_FIN);
}

static void mend(struct leak *leak)
{
    for (size_t i = 0; i < leak->n; i++) {
        connection_close_end(&leak->forgotten[i], SERVER, WITH_FIN);
        if (leak->lab->plan->pace_ms > 0 && i % 16 == 0) {
            show(leak);
            demo_pause(leak->lab->demo, leak->lab->plan->pace_ms);
        }
    }
    if (leak->stuck)
        serve_the_one_that_waits(leak);
    long left = show(leak);
    demo_check(leak->lab->demo, "close_mends", left == 0, (double)left, 0);
    demo_note_at(leak->lab->demo, DEMO_GOOD, "tw-find-close-wait",
                 "补上 close()：描述符都还了，CLOSE_WAIT 剩 %ld 个；TIME_WAIT 归先关的客户端",
                 "With close() added every descriptor is back and %ld CLOSE_WAITs are left; "
                 "TIME_WAIT is the client's, which closed first",
                 left);
}

void experiment_leak(struct lab *lab)
{
    struct leak leak = {.lab = lab, .max = (size_t)lab->plan->descriptors};
    struct rlimit limit, lower;
    if (lab->plan->descriptors == 0)
        return;
    leak.forgotten = calloc(leak.max, sizeof *leak.forgotten);
    if (!leak.forgotten || getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return;
    leak.in_use = descriptors_in_use(lab->plan->descriptors);
    lower = limit;
    lower.rlim_cur = (rlim_t)lab->plan->descriptors;
    if (setrlimit(RLIMIT_NOFILE, &lower) == 0) {
        lab_part_begins(lab);
        show(&leak);
        forget_all(&leak);
        report_stuck(&leak, show(&leak));
        mend(&leak);
        setrlimit(RLIMIT_NOFILE, &limit);
    }
    free(leak.forgotten);
}
