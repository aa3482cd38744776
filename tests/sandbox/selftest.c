/* selftest.c - a demo that behaves as badly as it is told to: `selftest --act=fork_bomb --n=0
 * --tag=7`.
 *
 * `tag` does nothing: it marks the command line of every process that comes of a run, so that a
 * test can count them. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static long n; /* --n: what it counts depends on the act */

/* One metric for the test to read. */
static void metric(double value)
{
    printf("{\"event\":\"metric\",\"t\":1,\"id\":\"value\",\"value\":%.17g}\n", value);
    fflush(stdout);
}

static void act_ok(void)
{
    for (long i = 0; i < n; i++)
        printf("{\"event\":\"sample\",\"t\":%ld,\"view\":\"line\",\"values\":{\"a\":%ld}}\n", i, i);
    printf("{\"event\":\"check\",\"t\":1,\"id\":\"fine\",\"ok\":true}\n");
    metric((double)n);
}

static void act_exit(void)
{
    metric(1);
    fprintf(stderr, "first line\nthe last words \xff\n");
    exit((int)n);
}

static void act_crash(void)
{
    metric(1);
    raise((int)n);
}

static void act_abort(void)
{
    abort();
}

static void act_sleep(void)
{
    metric(1);
    for (;;)
        pause();
}

static void act_spin(void)
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

static void act_polite(void)
{
    signal(SIGTERM, on_term);
    metric(1);
    while (!asked)
        usleep(1000);
    metric(2); /* what was measured so far */
}

static void act_ignore_term(void)
{
    for (int sig = 1; sig < NSIG; sig++)
        signal(sig, SIG_IGN);
    act_sleep();
}

static void act_stop_self(void)
{
    signal(SIGTERM, SIG_IGN); /* it may come before the stop */
    metric(1);
    raise(SIGSTOP);
}

/* Tells how many processes it came to before fork failed; all of them stay. */
static void act_fork_bomb(void)
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
static void act_daemon(void)
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
static void act_hopper(void)
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
static void act_zombies(void)
{
    for (long i = 0; i < n; i++)
        if (fork() == 0)
            _exit(0);
    signal(SIGTERM, SIG_IGN);
    act_sleep();
}

static void act_flood(void)
{
    for (long i = 0; !n || i < n; i++)
        printf("{\"event\":\"progress\",\"t\":%ld,\"done\":0.5}\n", i);
    metric(1);
}

static void act_flood_errors(void)
{
    setvbuf(stderr, NULL, _IOFBF, 1 << 16);
    for (;;)
        fputs("error error error error error error error error error error error\n", stderr);
}

static void act_long_line(void)
{
    for (long i = 0; i < n; i++)
        putchar('x');
    putchar('\n');
    metric(1);
}

static void act_no_newline(void)
{
    metric(1);
    printf("{\"event\":\"progress\",\"t\":2,\"done\":1}");
}

static void act_binary(void)
{
    for (int i = 0; i < 1000; i++)
        putchar(i * 7 % 256);
    putchar('\n');
    metric(1);
}

static void act_bad_json(void)
{
    printf("hello\n{\"event\":\"exit\",\"t\":1,\"code\":0}\n\n{\"event\":\"sample\",\"t\":1}\n");
    metric(1);
}

static void act_memory(void)
{
    for (long i = 0; i < n; i++) {
        char *mb = malloc(1 << 20);
        if (!mb)
            exit(3);
        memset(mb, 1, 1 << 20);
    }
    metric((double)n);
}

/* n children that each take 10 MB. */
static void act_memory_of_children(void)
{
    for (long i = 0; i < n; i++) {
        if (fork() != 0)
            continue;
        memset(malloc(10 << 20), 1, 10 << 20);
        for (;;)
            pause();
    }
    for (;;)
        pause();
}

/* n files without a name of 10 MB each, none of them mapped. */
static void act_memfds(void)
{
    static char megabyte[1 << 20];
    memset(megabyte, 1, sizeof megabyte);
    for (long i = 0; i < n; i++) {
        int fd = memfd_create("hoard", 0);
        for (int k = 0; k < 10; k++)
            if (write(fd, megabyte, sizeof megabyte) < 0)
                exit(3);
    }
    for (;;)
        pause();
}

static void act_spin_children(void)
{
    for (long i = 1; i < n; i++)
        if (fork() == 0)
            break;
    act_spin();
}

static void act_leak_files(void)
{
    while (dup(0) >= 0)
        ;
    for (;;)
        pause();
}

/* One file, a megabyte at a time. */
static void act_large_file(void)
{
    static char megabyte[1 << 20];
    int fd = open("large", O_CREAT | O_WRONLY, 0600);
    for (long i = 0; i < n; i++)
        if (write(fd, megabyte, sizeof megabyte) < 0)
            exit(3);
    metric((double)n);
}

/*** What it can see ***/

/* How many local ports its network has. */
static void act_sysctl(void)
{
    int first = 0, last = -1;
    FILE *range = fopen("/proc/sys/net/ipv4/ip_local_port_range", "r");
    if (range && fscanf(range, "%d %d", &first, &last) == 2)
        metric(last - first + 1);
}

/* Open descriptors above 2, and variables in the environment. */
static void act_surroundings(void)
{
    extern char **environ;
    long found = 0;
    for (int fd = 3; fd < 4096; fd++)
        found += fcntl(fd, F_GETFD) >= 0;
    for (char **v = environ; *v; v++)
        found++;
    metric((double)found);
}

static void act_pid(void)
{
    metric(getpid());
}

static void act_uid(void)
{
    metric(getuid());
}

/* 1 if it runs with no_new_privs, without capabilities, and its signals are as they should be. */
static void act_privileges(void)
{
    char line[256];
    bool ok = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status))
        if (!strncmp(line, "CapEff:", 7) || !strncmp(line, "CapPrm:", 7) ||
            !strncmp(line, "CapAmb:", 7) || !strncmp(line, "SigBlk:", 7) ||
            !strncmp(line, "SigIgn:", 7))
            ok = ok && strtoull(line + 7, NULL, 16) == 0;
    metric(ok && status);
}

/* How many of these succeed that must not: to write outside the scratch folder, to make a user
 * namespace, to see or signal others. */
static void act_escape(void)
{
    int got = 0;
    got += open("/etc/prepd-was-here", O_CREAT | O_WRONLY, 0600) >= 0;
    got += open("/var/tmp/prepd-was-here", O_CREAT | O_WRONLY, 0600) >= 0;
    got += open("/usr/prepd-was-here", O_CREAT | O_WRONLY, 0600) >= 0;
    got += mkdir("/home/prepd-was-here", 0700) == 0;
    got += access("/proc/3", F_OK) == 0; /* 1 is init, 2 the demo */
    got += open("/proc/sys/user/max_user_namespaces", O_WRONLY) >= 0;
    got += kill(1, SIGKILL) == 0 && getppid() != 1;
    got += sethostname("x", 1) == 0;
    metric(got);
}

/* The number of network interfaces; a write in the scratch folder must work, and the loopback. */
static void act_network(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int server = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
    int scratch = open("scratch", O_CREAT | O_RDWR, 0600);
    bool ok = scratch >= 0 && write(scratch, "x", 1) == 1 &&
              bind(server, (struct sockaddr *)&address, len) == 0 && listen(server, 1) == 0 &&
              getsockname(server, (struct sockaddr *)&address, &len) == 0 &&
              connect(client, (struct sockaddr *)&address, len) == 0;
    FILE *devices = fopen("/proc/net/dev", "r");
    char line[512];
    int count = -2; /* two lines of heading */
    while (devices && fgets(line, sizeof line, devices))
        count++;
    metric(ok ? count : -1);
}

static const struct act {
    const char *name;
    void (*run)(void);
} acts[] = {
    {"ok", act_ok},
    {"exit", act_exit},
    {"crash", act_crash},
    {"abort", act_abort},
    {"sleep", act_sleep},
    {"spin", act_spin},
    {"polite", act_polite},
    {"ignore_term", act_ignore_term},
    {"stop_self", act_stop_self},
    {"fork_bomb", act_fork_bomb},
    {"daemon", act_daemon},
    {"hopper", act_hopper},
    {"zombies", act_zombies},
    {"flood", act_flood},
    {"flood_errors", act_flood_errors},
    {"long_line", act_long_line},
    {"no_newline", act_no_newline},
    {"binary", act_binary},
    {"bad_json", act_bad_json},
    {"memory", act_memory},
    {"memory_of_children", act_memory_of_children},
    {"memfds", act_memfds},
    {"spin_children", act_spin_children},
    {"leak_files", act_leak_files},
    {"large_file", act_large_file},
    {"sysctl", act_sysctl},
    {"surroundings", act_surroundings},
    {"pid", act_pid},
    {"uid", act_uid},
    {"privileges", act_privileges},
    {"escape", act_escape},
    {"network", act_network},
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
