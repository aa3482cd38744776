/* bench_runs_spawn.c - how long a sandbox takes, in turn with bubblewrap: from asking for it to the
 * first byte that a program in it prints; and from killing a run to its process tree being empty.
 *
 * Both run the same program (selftest, which prints a line and waits), with nothing kept ready. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/util.h"
#include "runs/catalogue.h"
#include "runs/sandbox.h"

enum { ROUNDS = 200 };

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double percentile(double *samples, double p)
{
    qsort(samples, ROUNDS, sizeof *samples, compare);
    return samples[(size_t)(p * (ROUNDS - 1))];
}

static _Noreturn void fail(const char *what)
{
    fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
    exit(1);
}

/* Waits for the first byte. */
static void first_byte(int fd)
{
    char byte;
    if (read(fd, &byte, 1) != 1)
        fail("no first byte");
}

/* Both figures of one run of ours: to the first byte, and from the kill to its end. */
static void ours(const char *program, double *ret_start, double *ret_stop)
{
    int out[2], program_fd = open(program, O_PATH | O_CLOEXEC);
    char *argv[] = {"selftest", "--act=sleep", NULL};
    struct sandbox sandbox;
    struct sandbox_end end;
    struct err err = {0};
    if (pipe2(out, O_CLOEXEC) < 0)
        fail("pipe");
    struct sandbox_job job = {.program = program,
                              .argv = argv,
                              .program_fd = program_fd,
                              .out_fd = out[1],
                              .err_fd = out[1],
                              .cpu_seconds = 10,
                              .memory = 64 << 20};
    double begun = now_ms();
    if (sandbox_spawn(SANDBOX_NAMESPACES, &job, &sandbox, &err) < 0)
        fail(err.text);
    close(out[1]);
    first_byte(out[0]);
    double killed = now_ms();
    *ret_start = killed - begun;
    sandbox_kill(&sandbox);
    sandbox_reap(&sandbox, &end);
    *ret_stop = now_ms() - killed;
    close(out[0]);
    close(program_fd);
}

static double bwrap(const char *program)
{
    int out[2];
    if (pipe2(out, O_CLOEXEC) < 0)
        fail("pipe");
    double begun = now_ms();
    pid_t pid = vfork();
    if (pid == 0) {
        dup2(out[1], STDOUT_FILENO);
        execl("/usr/bin/bwrap", "bwrap", "--unshare-all", "--ro-bind", "/", "/", "--proc", "/proc",
              "--dev", "/dev", program, "--act=sleep", (char *)NULL);
        _exit(127);
    }
    close(out[1]);
    first_byte(out[0]);
    double took = now_ms() - begun;
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    tree_sweep(NULL, 0); /* its pid 1, which it leaves behind */
    close(out[0]);
    return took;
}

int main(void)
{
    static double start[ROUNDS], stop[ROUNDS], peer[ROUNDS];
    sigset_t signals;
    char program[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 32);
    if (n < 0)
        fail("/proc/self/exe");
    program[n] = '\0';
    strcpy(strrchr(program, '/'), "/sandbox/selftest");
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM); /* as the runner does, for pid 1 */
    sigaddset(&signals, SIGCHLD);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    for (size_t i = 0; i < ROUNDS; i++) {
        ours(program, &start[i], &stop[i]);
        peer[i] = bwrap(program);
    }
    double p50 = percentile(start, 0.5), peer_p50 = percentile(peer, 0.5);
    printf("sandbox to first byte: p50 %.2f ms, p99 %.2f ms\n", p50, percentile(start, 0.99));
    printf("bwrap --unshare-all --proc --dev: p50 %.2f ms, p99 %.2f ms\n", peer_p50,
           percentile(peer, 0.99));
    printf("ratio to bwrap, p50: %.2f\n", p50 / peer_p50);
    printf("kill to an empty tree: p50 %.2f ms, p99 %.2f ms\n", percentile(stop, 0.5),
           percentile(stop, 0.99));
    return 0;
}
