/* escape_probes.c - the probes that are more than one call; see escape.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include "escape.h"

int signal_pid_1(void)
{
    /* bubblewrap's own pid 1 may be named, but the kernel shields it from a SIGKILL from inside */
    return kill(1, SIGKILL) < 0 ? -errno : kill(1, 0) == 0 ? -EPERM : 0;
}

int run_own_file(void)
{
    static const char script[] = "#!/bin/sh\nexit 0\n";
    char *const argv[] = {"x", NULL};
    int fd = open("x", O_CREAT | O_WRONLY | O_CLOEXEC, 0700);
    if (fd < 0 || write(fd, script, sizeof script - 1) < 0)
        return -errno;
    close(fd);
    execv("./x", argv);
    return -errno;
}

int run_another_program(void)
{
    char *const argv[] = {"true", NULL};
    execv("/usr/bin/true", argv);
    return -errno;
}

int follow_own_link(void)
{
    unlink("link");
    if (symlink("/etc/passwd", "link") < 0)
        return -errno;
    return OPEN("link", O_RDONLY);
}

int clone_with(unsigned long flags)
{
    long pid = syscall(SYS_clone, flags | SIGCHLD, 0, 0, 0, 0);
    if (pid == 0)
        _exit(0);
    return pid < 0 ? -errno : 0;
}

int clone3_with(unsigned long flags)
{
    struct clone_args args = {.flags = flags, .exit_signal = SIGCHLD};
    long pid = syscall(SYS_clone3, &args, sizeof args);
    if (pid == 0)
        _exit(0);
    return pid < 0 ? -errno : 0;
}

int socket_of(int family, int type, int protocol)
{
    return socket(family, type, protocol) < 0 ? -errno : 0;
}

int reach_outside(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(53)};
    inet_pton(AF_INET, "8.8.8.8", &to.sin_addr);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    return fd < 0 || sendto(fd, "x", 1, 0, (struct sockaddr *)&to, sizeof to) < 0 ? -errno : 0;
}

/* The test listens there, outside. */
int reach_abstract_socket(void)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX, .sun_path = "\0prepd-test-escape"};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 18);
    return fd < 0 || connect(fd, (struct sockaddr *)&to, len) < 0 ? -errno : 0;
}

int limit_raise(void)
{
    struct rlimit limit = {.rlim_cur = 1 << 20, .rlim_max = 1 << 20};
    return setrlimit(RLIMIT_NOFILE, &limit) < 0 ? -errno : 0;
}

int limit_of_parent(void)
{
    struct rlimit limit = {0};
    return prlimit(getppid(), RLIMIT_CPU, &limit, NULL) < 0 ? -errno : 0;
}

int slow_parent_down(void)
{
    cpu_set_t cpus;
    CPU_ZERO(&cpus);
    CPU_SET(0, &cpus);
    return CALL(SYS_sched_setaffinity, getppid(), sizeof cpus, &cpus);
}

int own_signal_of_a_descriptor(void)
{
    int fds[2];
    if (pipe(fds) < 0)
        return -errno;
    return fcntl(fds[0], F_SETOWN, getppid()) < 0 ? -errno : 0;
}

int shared_memory_without_name(void)
{
    void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return at == MAP_FAILED ? -errno : 0;
}

int huge_page(void)
{
    void *at = mmap(NULL, 2 << 20, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
    return at == MAP_FAILED ? -errno : 0;
}

int null_page(void)
{
    void *at = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    return at == MAP_FAILED ? -errno : 0;
}

int write_to(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    return fd < 0 || write(fd, text, strlen(text)) < 0 ? -errno : 0;
}
