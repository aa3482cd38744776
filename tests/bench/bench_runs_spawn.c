/* bench_runs_spawn.c - how long a sandbox takes, in turn with bubblewrap: from asking for it to the
 * first byte that a program in it prints; and from killing a run to its process tree being empty.
 *
 * Both run the same program (selftest, which prints a line and waits) as the same user, from a
 * parent of the same size, with no process or namespace kept ready; what the runner makes once,
 * when it starts, is made. */
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
#include "runs/runner.h"
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

static pid_t runner_pid;

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
    tree_sweep(&runner_pid, 1); /* its pid 1, which it leaves behind */
    close(out[0]);
    return took;
}

/*** In turn ***/

struct turn {
    double start, stop;
};

/* Stands in for the runner, which is in namespaces of its own; bubblewrap is started by a process
 * that is not. One run for each byte on `asks`. */
static _Noreturn void runner(const char *program, int asks, int answers)
{
    char byte, step[32];
    if (sandbox_prepare(step) < 0)
        fail(step);
    while (read(asks, &byte, 1) == 1) {
        struct turn turn;
        ours(program, &turn.start, &turn.stop);
        if (write(answers, &turn, sizeof turn) != sizeof turn)
            fail("pipe");
    }
    exit(0);
}

static void runner_fork(const char *program, int *ret_ask, int *ret_answer)
{
    int asks[2], answers[2];
    if (pipe2(asks, O_CLOEXEC) < 0 || pipe2(answers, O_CLOEXEC) < 0)
        fail("pipe");
    runner_pid = fork();
    if (runner_pid < 0)
        fail("fork");
    if (runner_pid == 0) {
        close(asks[1]);
        runner(program, asks[0], answers[1]);
    }
    close(asks[0]);
    close(answers[1]);
    *ret_ask = asks[1];
    *ret_answer = answers[0];
}

static void become_like_the_runner(void)
{
    sigset_t signals;
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM); /* for pid 1 */
    sigaddset(&signals, SIGCHLD);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    if (runner_drop_root() < 0)
        fail("nobody");
}

static void print_figures(double *start, double *stop, double *peer)
{
    double p50 = percentile(start, 0.5), peer_p50 = percentile(peer, 0.5);
    printf("sandbox to first byte: p50 %.2f ms, p99 %.2f ms\n", p50, percentile(start, 0.99));
    printf("bwrap --unshare-all --proc --dev: p50 %.2f ms, p99 %.2f ms\n", peer_p50,
           percentile(peer, 0.99));
    printf("ratio to bwrap, p50: %.2f (goal 0.45)\n", p50 / peer_p50);
    printf("kill to an empty tree: p50 %.2f ms, p99 %.2f ms (goal 20 ms)\n", percentile(stop, 0.5),
           percentile(stop, 0.99));
}

int main(void)
{
    static double start[ROUNDS], stop[ROUNDS], peer[ROUNDS];
    char program[PATH_MAX];
    int ask, answer;
    ssize_t n = readlink("/proc/self/exe", program, sizeof program - 32);
    if (n < 0)
        fail("/proc/self/exe");
    program[n] = '\0';
    strcpy(strrchr(program, '/'), "/sandbox/selftest");
    become_like_the_runner();
    runner_fork(program, &ask, &answer);
    for (size_t i = 0; i < ROUNDS; i++) {
        struct turn turn;
        if (write(ask, "x", 1) != 1 || read(answer, &turn, sizeof turn) != sizeof turn)
            fail("the runner");
        start[i] = turn.start;
        stop[i] = turn.stop;
        peer[i] = bwrap(program);
    }
    print_figures(start, stop, peer);
    return 0;
}
