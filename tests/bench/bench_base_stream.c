/* bench_base_stream.c - the other two sides of `./dev bench run`: the barest server that there can
 * be, and the readers.
 *
 *   bench_base_stream bare PROGRAM ARGS…    prints its port; runs PROGRAM once somebody has
 *                                           connected, and sends each line it prints to all who
 *                                           have: epoll, one send(2) a reader, nothing else
 *   bench_base_stream read PORT PATH N S    N readers of PATH for S seconds: how long each event
 *                                           took from the demo's printf to their recv(2)
 *
 * The demo is tests/sandbox/show.c with --what=stamps: "low" is when it printed the event, in
 * microseconds on CLOCK_MONOTONIC. Events printed before all readers were there do not count. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"

enum { READERS_MAX = 4000, LINE_MAX_BYTES = 1024, SETTLE_US = 500000 };

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void watch(int epoll, int fd, size_t number)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = number};
    if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) < 0)
        fail("epoll_ctl");
}

static struct sockaddr_in loopback(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

/*** The bare server ***/

struct bare {
    int listener, pipe, epoll;
    int clients[READERS_MAX];
    size_t n_clients;
    char **program;
    char line[LINE_MAX_BYTES];
    size_t len;
    unsigned long n_events;
};

enum { BARE_LISTENER = READERS_MAX, BARE_PIPE };

static void bare_listen(struct bare *bare)
{
    struct sockaddr_in address = loopback(0);
    socklen_t len = sizeof address;
    bare->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(bare->listener, (struct sockaddr *)&address, len) < 0 ||
        listen(bare->listener, 1024) < 0 ||
        getsockname(bare->listener, (struct sockaddr *)&address, &len) < 0)
        fail("listen");
    printf("http://127.0.0.1:%d/\n", ntohs(address.sin_port));
    fflush(stdout);
}

static void bare_run_program(struct bare *bare)
{
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) < 0) /* the program ends when we do: nobody else reads */
        fail("pipe");
    pid_t pid = fork();
    if (pid == 0) {
        dup2(fds[1], STDOUT_FILENO);
        execv(bare->program[0], bare->program);
        _exit(127);
    }
    close(fds[1]);
    bare->pipe = fds[0];
    watch(bare->epoll, bare->pipe, BARE_PIPE);
}

static void bare_accept(struct bare *bare)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";
    int fd = accept4(bare->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 || bare->n_clients == READERS_MAX)
        fail("accept");
    send(fd, head, sizeof head - 1, MSG_NOSIGNAL);
    bare->clients[bare->n_clients++] = fd;
    if (!bare->pipe)
        bare_run_program(bare);
}

static void bare_broadcast(struct bare *bare)
{
    char event[LINE_MAX_BYTES + 64];
    int len = snprintf(event, sizeof event, "id: %lu\nevent: sample\ndata: %.*s\n\n",
                       ++bare->n_events, (int)bare->len, bare->line);
    for (size_t i = 0; i < bare->n_clients; i++)
        send(bare->clients[i], event, (size_t)len, MSG_NOSIGNAL);
}

/* False at the end of the program's output. */
static bool bare_read(struct bare *bare)
{
    char buf[65536];
    ssize_t n = read(bare->pipe, buf, sizeof buf);
    for (ssize_t i = 0; i < n; i++) {
        if (buf[i] != '\n' && bare->len < LINE_MAX_BYTES) {
            bare->line[bare->len++] = buf[i];
        } else if (buf[i] == '\n') {
            bare_broadcast(bare);
            bare->len = 0;
        }
    }
    return n > 0;
}

static int cmd_bare(int argc, char **argv)
{
    static struct bare bare;
    if (argc < 3)
        return 2;
    bare.program = argv + 2;
    bare.epoll = epoll_create1(EPOLL_CLOEXEC);
    bare_listen(&bare);
    watch(bare.epoll, bare.listener, BARE_LISTENER);
    for (;;) {
        struct epoll_event events[64];
        int n = epoll_wait(bare.epoll, events, ARRAY_LEN(events), -1);
        for (int i = 0; i < n; i++) {
            if (events[i].data.u64 == BARE_LISTENER)
                bare_accept(&bare);
            else if (!bare_read(&bare))
                return 0;
        }
    }
}

/*** The readers ***/

struct reader {
    int fd;
    char line[LINE_MAX_BYTES]; /* the beginning of one that is not whole yet */
    size_t len;
};

struct reading {
    int epoll;
    struct reader readers[READERS_MAX];
    size_t n;
    double count_from; /* now_us: events printed before do not count */
    double *samples;
    size_t n_samples, cap_samples;
};

static void reader_open(struct reader *reader, int port, const char *path)
{
    char request[512];
    struct sockaddr_in to = loopback(port);
    int n = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n", path,
                     port);
    reader->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (reader->fd < 0 || connect(reader->fd, (struct sockaddr *)&to, sizeof to) < 0 ||
        send(reader->fd, request, (size_t)n, MSG_NOSIGNAL) != n)
        fail("connect");
}

static void take_line(struct reading *reading, const char *line, size_t len, double now)
{
    static const char key[] = "\"low\":";
    const char *stamp = memmem(line, len, key, sizeof key - 1);
    double printed = stamp ? strtod(stamp + sizeof key - 1, NULL) : 0;
    if (printed < reading->count_from)
        return;
    if (reading->n_samples == reading->cap_samples) {
        reading->cap_samples = reading->cap_samples ? reading->cap_samples * 2 : 65536;
        reading->samples =
            reallocarray(reading->samples, reading->cap_samples, sizeof *reading->samples);
        if (!reading->samples)
            fail("samples");
    }
    reading->samples[reading->n_samples++] = now - printed;
}

static void take_bytes(struct reading *reading, struct reader *reader, const char *bytes, size_t n,
                       double now)
{
    while (n) {
        const char *newline = memchr(bytes, '\n', n);
        size_t part = newline ? (size_t)(newline - bytes) : n;
        size_t room = sizeof reader->line - 1 - reader->len;
        memcpy(reader->line + reader->len, bytes, part < room ? part : room);
        reader->len += part < room ? part : room;
        if (!newline)
            return;
        reader->line[reader->len] = '\0';
        take_line(reading, reader->line, reader->len, now);
        reader->len = 0;
        bytes += part + 1;
        n -= part + 1;
    }
}

static void read_once(struct reading *reading, struct reader *reader)
{
    static char buf[65536];
    ssize_t n = recv(reader->fd, buf, sizeof buf, MSG_DONTWAIT);
    double now = now_us();
    if (n == 0 || (n < 0 && errno != EAGAIN))
        fail("a reader's stream ended");
    if (n > 0)
        take_bytes(reading, reader, buf, (size_t)n, now);
}

static void read_until(struct reading *reading, double end)
{
    for (double left; (left = end - now_us()) > 0;) {
        struct epoll_event events[256];
        int n = epoll_wait(reading->epoll, events, ARRAY_LEN(events), (int)(left / 1e3) + 1);
        for (int i = 0; i < n; i++)
            read_once(reading, &reading->readers[events[i].data.u64]);
    }
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double percentile(const struct reading *reading, double p)
{
    return reading->samples[(size_t)(p * (double)(reading->n_samples - 1))];
}

static int cmd_read(int argc, char **argv)
{
    static struct reading reading;
    if (argc != 6)
        return 2;
    int port = atoi(argv[2]);
    reading.n = strtoul(argv[4], NULL, 10);
    if (reading.n == 0 || reading.n > READERS_MAX)
        return 2;
    reading.epoll = epoll_create1(EPOLL_CLOEXEC);
    for (size_t i = 0; i < reading.n; i++) {
        reader_open(&reading.readers[i], port, argv[3]);
        watch(reading.epoll, reading.readers[i].fd, i);
        read_until(&reading, now_us() + 200); /* so that no accept queue overflows */
        reading.n_samples = 0;
    }
    reading.count_from = now_us() + SETTLE_US;
    read_until(&reading, reading.count_from + atof(argv[5]) * 1e6);
    if (reading.n_samples == 0)
        fail("no event came");
    qsort(reading.samples, reading.n_samples, sizeof *reading.samples, compare);
    printf("%.1f %.1f %zu\n", percentile(&reading, 0.50), percentile(&reading, 0.99),
           reading.n_samples);
    return 0;
}

int main(int argc, char **argv)
{
    struct rlimit files;
    int status = 2;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    if (argc > 1 && strcmp(argv[1], "bare") == 0)
        status = cmd_bare(argc, argv);
    else if (argc > 1 && strcmp(argv[1], "read") == 0)
        status = cmd_read(argc, argv);
    if (status == 2)
        fputs("usage: bench_base_stream bare PROGRAM ARG… | read PORT PATH N SECONDS\n", stderr);
    return status;
}
