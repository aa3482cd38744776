/* selftest_processes.c - a demo that makes processes; see selftest.h. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "selftest.h"

/* Tells how many processes it came to before fork failed; all of them stay. */
void act_fork_bomb(void)
{
    long made = 0;
    signal(SIGTERM, SIG_IGN);
    while (made < n) {
        pid_t pid = fork();
        if (pid < 0)
            break;
        if (pid == 0) {
            setsid();
            for (;;)
                pause();
        }
        made++;
    }
    metric((double)made);
    for (;;)
        pause();
}

/* Processes that lose every tie to it, but for the output. */
void act_daemon(void)
{
    for (long i = 0; i < n; i++) {
        if (fork() > 0) {
            wait(NULL);
            continue;
        }
        setsid();
        if (fork() == 0)
            for (;;)
                pause();
        _exit(0);
    }
    metric((double)n);
}

/* Never the same process for long. */
void act_hopper(void)
{
    pid_t first = getpid();
    signal(SIGTERM, SIG_IGN);
    metric(1);
    for (;;) {
        pid_t pid = fork();
        if (pid > 0) {
            if (getpid() != first)
                _exit(0);
            for (;;) /* its end would end the run */
                pause();
        }
    }
}

/* n children that nobody waits for. */
void act_zombies(void)
{
    for (long i = 0; i < n; i++)
        if (fork() == 0)
            _exit(0);
    signal(SIGTERM, SIG_IGN);
    act_sleep();
}

void act_spin_children(void)
{
    for (long i = 1; i < n; i++)
        if (fork() == 0)
            break;
    act_spin();
}
