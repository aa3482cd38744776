/* bench_base_client.c - the client side of `./dev bench serve`: one keep-alive connection, timed.
 *
 *   bench_base_client start N PREPD ARGS…   exec of prepd → its first answer to GET /healthz, N
 * times (a fresh process each) bench_base_client run PORT DEMO N       POST of a run → its first
 * `sample` event at this client, N times bench_base_client tick PORT TOPIC DIR S durable ticks of
 * one client against overwriting 4 KiB + fdatasync in DIR, in turn, S seconds
 *
 * Each prints one line of figures; times are in milliseconds on CLOCK_MONOTONIC. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"

enum { SAMPLES_MAX = 100000, ANSWER_MAX = 1 << 20 };

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
    exit(1);
}

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/*** Samples ***/

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double percentile(double *samples, size_t n, double p)
{
    if (n == 0)
        return 0;
    qsort(samples, n, sizeof *samples, compare);
    return samples[(size_t)(p * (double)(n - 1))];
}

static void print_samples(const char *name, double *samples, size_t n)
{
    printf("%s: n %zu, p50 %.3f ms, p95 %.3f ms, max %.3f ms\n", name, n,
           percentile(samples, n, 0.50), percentile(samples, n, 0.95), percentile(samples, n, 1));
}

/*** HTTP over one socket ***/

struct client {
    int fd, port;
    char answer[ANSWER_MAX];
    size_t len;
};

static int try_connect(int port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static void send_all(struct client *client, const char *bytes, size_t len)
{
    while (len) {
        ssize_t n = send(client->fd, bytes, len, MSG_NOSIGNAL);
        if (n <= 0)
            fail("send");
        bytes += n;
        len -= (size_t)n;
    }
}

static void request(struct client *client, const char *method, const char *path, const char *body)
{
    char head[1024];
    int n = snprintf(head, sizeof head,
                     "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\n"
                     "Content-Length: %zu\r\n\r\n%s",
                     method, path, client->port, strlen(body), body);
    send_all(client, head, (size_t)n);
}

static void receive(struct client *client)
{
    ssize_t n = recv(client->fd, client->answer + client->len, ANSWER_MAX - 1 - client->len, 0);
    if (n <= 0)
        fail("the server closed the connection");
    client->len += (size_t)n;
    client->answer[client->len] = '\0';
}

/* Reads one answer with a Content-Length; returns its status, *ret_body points into client->answer.
 */
static int answer(struct client *client, const char **ret_body)
{
    const char *end = NULL, *length;
    client->len = 0;
    do
        receive(client);
    while (!(end = strstr(client->answer, "\r\n\r\n")));
    length = strcasestr(client->answer, "\r\nContent-Length:");
    size_t want = length ? strtoul(length + 17, NULL, 10) : 0;
    while (client->len < (size_t)(end + 4 - client->answer) + want)
        receive(client);
    *ret_body = end + 4;
    return atoi(client->answer + 9);
}

/*** start ***/

static int port_of_line(FILE *out)
{
    char line[256];
    if (!fgets(line, sizeof line, out))
        return -1;
    const char *colon = strrchr(line, ':');
    return colon ? atoi(colon + 1) : -1;
}

static double start_once(char **argv)
{
    static struct client client;
    int fds[2];
    if (pipe(fds) < 0)
        fail("pipe");
    double begun = now_ms();
    pid_t pid = fork();
    if (pid == 0) {
        dup2(fds[1], STDOUT_FILENO);
        execv(argv[0], argv);
        _exit(127);
    }
    close(fds[1]);
    FILE *out = fdopen(fds[0], "r");
    client.port = out ? port_of_line(out) : -1;
    client.fd = try_connect(client.port);
    if (client.fd < 0)
        fail("prepd did not start");
    const char *body;
    request(&client, "GET", "/healthz", "");
    int status = answer(&client, &body);
    double took = now_ms() - begun;
    if (status != 200)
        fail("healthz");
    close(client.fd);
    kill(pid, SIGTERM);
    waitpid(pid, NULL, 0);
    fclose(out);
    return took;
}

static int cmd_start(int argc, char **argv)
{
    double samples[1000];
    size_t n = argc > 3 ? strtoul(argv[2], NULL, 10) : 0;
    if (n == 0 || n > ARRAY_LEN(samples))
        return 2;
    for (size_t i = 0; i < n; i++)
        samples[i] = start_once(argv + 3);
    print_samples("exec to first answer", samples, n);
    return 0;
}

/*** run ***/

static void stop_run(struct client *client, const char *id)
{
    char path[128];
    const char *body;
    snprintf(path, sizeof path, "/api/runs/%s/stop", id);
    request(client, "POST", path, "");
    answer(client, &body);
}

/* Time from the POST to the first `event: sample`. */
static double run_once(struct client *client, const char *demo)
{
    static struct client events;
    char path[128], id[ID_SIZE];
    const char *body;
    snprintf(path, sizeof path, "/api/demos/%s/runs", demo);
    double begun = now_ms();
    request(client, "POST", path, "{}");
    if (answer(client, &body) != 201 || sscanf(body, "{\"run\":\"%32[0-9a-f]", id) != 1)
        fail(client->answer);
    events.port = client->port;
    events.fd = try_connect(client->port);
    events.len = 0;
    snprintf(path, sizeof path, "/api/runs/%s/events", id);
    request(&events, "GET", path, "");
    do
        receive(&events);
    while (!strstr(events.answer, "event: sample"));
    double took = now_ms() - begun;
    close(events.fd);
    stop_run(client, id);
    return took;
}

static int cmd_run(int argc, char **argv)
{
    static struct client client;
    double samples[1000];
    size_t n = argc == 5 ? strtoul(argv[4], NULL, 10) : 0;
    if (n == 0 || n > ARRAY_LEN(samples))
        return 2;
    client.port = atoi(argv[2]);
    client.fd = try_connect(client.port);
    if (client.fd < 0)
        fail("connect");
    for (size_t i = 0; i < n; i++) {
        samples[i] = run_once(&client, argv[3]);
        usleep(150000); /* the stopped run is gone before the next is asked for */
    }
    print_samples("POST run to first sample", samples, n);
    return 0;
}

/*** tick ***/

static void first_item(struct client *client, const char *topic, char *ret_id)
{
    char path[256];
    const char *body;
    snprintf(path, sizeof path, "/api/items?topic=%s", topic);
    request(client, "GET", path, "");
    const char *id = answer(client, &body) == 200 ? strstr(body, "\"id\":\"") : NULL;
    if (!id || sscanf(id, "\"id\":\"%32[0-9a-f]", ret_id) != 1)
        fail("this topic has no item");
}

static double tick_once(struct client *client, const char *id, bool done)
{
    char path[128];
    const char *body;
    snprintf(path, sizeof path, "/api/items/%s", id);
    double begun = now_ms();
    request(client, "PUT", path, done ? "{\"state\":\"done\"}" : "{\"state\":\"todo\"}");
    if (answer(client, &body) != 200)
        fail(client->answer);
    return now_ms() - begun;
}

static double sync_once(int fd)
{
    static const char block[4096] = "prepd";
    double begun = now_ms();
    if (pwrite(fd, block, sizeof block, 0) != sizeof block || fdatasync(fd) < 0)
        fail("fdatasync");
    return now_ms() - begun;
}

static int cmd_tick(int argc, char **argv)
{
    static struct client client;
    static double ticks[SAMPLES_MAX], syncs[SAMPLES_MAX];
    char id[ID_SIZE] = "", path[4096];
    if (argc != 6)
        return 2;
    client.port = atoi(argv[2]);
    client.fd = try_connect(client.port);
    if (client.fd < 0)
        fail("connect");
    first_item(&client, argv[3], id);
    snprintf(path, sizeof path, "%s/bench-sync", argv[4]);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        fail(path);
    double until = now_ms() + atof(argv[5]) * 1e3;
    size_t n = 0;
    for (; now_ms() < until && n + 50 < SAMPLES_MAX; n += 50) /* in turn, fifty of each */
        for (size_t i = 0; i < 100; i++)
            *(i < 50 ? &ticks[n + i] : &syncs[n + i - 50]) =
                i < 50 ? tick_once(&client, id, i % 2 == 0) : sync_once(fd);
    close(fd);
    unlink(path);
    print_samples("durable tick over HTTP", ticks, n);
    print_samples("overwrite 4 KiB + fdatasync", syncs, n);
    double tick = 0, sync = 0;
    for (size_t i = 0; i < n; i++) {
        tick += ticks[i];
        sync += syncs[i];
    }
    printf("ratio ticks/s to fdatasync/s: %.2f\n", sync / tick);
    return 0;
}

int main(int argc, char **argv)
{
    int status = 2;
    if (argc > 1 && strcmp(argv[1], "start") == 0)
        status = cmd_start(argc, argv);
    else if (argc > 1 && strcmp(argv[1], "run") == 0)
        status = cmd_run(argc, argv);
    else if (argc > 1 && strcmp(argv[1], "tick") == 0)
        status = cmd_tick(argc, argv);
    if (status == 2)
        fputs("usage: bench_base_client start N PREPD ARG… | run PORT DEMO N | tick PORT TOPIC DIR "
              "SECONDS\n",
              stderr);
    return status;
}
