/* selftest.c - a demo that behaves as badly as it is told to: `selftest --act=fork_bomb --n=0
 * --tag=7`; see selftest.h.
 *
 * `tag` does nothing: it marks the command line of every process that comes of a run, so that a
 * test can count them. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "selftest.h"

long n;

void metric(double value)
{
    printf("{\"event\":\"metric\",\"t\":1,\"id\":\"value\",\"value\":%.17g}\n", value);
    fflush(stdout);
}

/*** How a run goes on and ends ***/

void act_ok(void)
{
    for (long i = 0; i < n; i++)
        printf("{\"event\":\"sample\",\"t\":%ld,\"view\":\"line\",\"values\":{\"a\":%ld}}\n", i, i);
    printf("{\"event\":\"check\",\"t\":1,\"id\":\"fine\",\"ok\":true}\n");
    metric((double)n);
}

/* A limit, and under it parts of a whole of which one is missing once. */
void act_stack(void)
{
    for (long i = 0; i < n; i++)
        printf("{\"event\":\"sample\",\"t\":%ld,\"view\":\"stack\",\"values\":"
               "{\"a\":%ld,\"b\":%s,\"c\":3,\"limit\":20}}\n",
               i, i + 1, i == 1 ? "null" : "2");
    metric((double)n);
}

void act_exit(void)
{
    metric(1);
    fprintf(stderr, "first line\nthe last words \xff\n");
    exit((int)n);
}

void act_crash(void)
{
    metric(1);
    raise((int)n);
}

void act_abort(void)
{
    abort();
}

void act_sleep(void)
{
    metric(1);
    for (;;)
        pause();
}

void act_spin(void)
{
    metric(1);
    for (volatile unsigned long i = 0;; i++)
        ;
}

static volatile sig_atomic_t asked;

static void on_term(int sig)
{
    (void)sig;
    asked = 1;
}

void act_polite(void)
{
    signal(SIGTERM, on_term);
    metric(1);
    while (!asked)
        usleep(1000);
    metric(2); /* what was measured so far */
}

void act_ignore_term(void)
{
    for (int sig = 1; sig < NSIG; sig++)
        signal(sig, SIG_IGN);
    act_sleep();
}

void act_stop_self(void)
{
    signal(SIGTERM, SIG_IGN); /* it may come before the stop */
    metric(1);
    raise(SIGSTOP);
}

/*** Which act ***/

static const struct act {
    const char *name;
    void (*run)(void);
} acts[] = {
#define ROW(name) {#name, act_##name},
    ACTS(ROW)
#undef ROW
};

int main(int argc, char **argv)
{
    const char *name = "ok";
    for (int i = 1; i < argc; i++) {
        if (!strncmp(argv[i], "--act=", 6))
            name = argv[i] + 6;
        if (!strncmp(argv[i], "--n=", 4))
            n = strtol(argv[i] + 4, NULL, 10);
    }
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        if (strcmp(acts[i].name, name))
            continue;
        acts[i].run();
        return 0;
    }
    fprintf(stderr, "selftest: no act %s\n", name);
    return 2;
}
