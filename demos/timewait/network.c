/* network.c - makes a network namespace and reads what the kernel says of it; see network.h. */
#include "network.h"

#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

/*** Making one ***/

static int loopback_up(void)
{
    struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int r = fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo) < 0 ? -errno : 0;
    if (fd >= 0)
        close(fd);
    return r;
}

/* Who has no privilege gets it, for the new network only, by a user namespace. */
int network_enter(const char **ret_step)
{
    *ret_step = "unshare";
    if (unshare(CLONE_NEWNET) < 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
        return -errno;
    *ret_step = "loopback";
    return loopback_up();
}

bool network_is_bare(void)
{
    char line[512];
    int devices = -2; /* two lines of heading */
    FILE *file = fopen("/proc/self/net/dev", "re");
    while (file && fgets(line, sizeof line, file))
        devices++;
    if (file)
        fclose(file);
    return devices == 1;
}

/*** Settings ***/

static int sysctl_open(const char *name, int flags)
{
    char path[160];
    size_t prefix = (size_t)snprintf(path, sizeof path, "/proc/sys/");
    if (prefix + strlen(name) >= sizeof path)
        return -ENAMETOOLONG;
    for (size_t i = 0; i <= strlen(name); i++)
        path[prefix + i] = name[i] == '.' ? '/' : name[i];
    int fd = open(path, flags | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

/* Blanks of any kind and number to one; none at the end. */
static void squeeze(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++) {
        bool blank = strchr(" \t\n", *from) != NULL;
        if (!blank)
            *to++ = *from;
        else if (to > text && to[-1] != ' ')
            *to++ = ' ';
    }
    if (to > text && to[-1] == ' ')
        to--;
    *to = '\0';
}

int sysctl_read(const char *name, char *ret, size_t size)
{
    int fd = sysctl_open(name, O_RDONLY);
    if (fd < 0)
        return fd;
    ssize_t n = read(fd, ret, size - 1);
    int r = n < 0 ? -errno : 0;
    close(fd);
    ret[n < 0 ? 0 : n] = '\0';
    squeeze(ret);
    return r;
}

int sysctl_write(const char *name, const char *value)
{
    int fd = sysctl_open(name, O_WRONLY);
    if (fd < 0)
        return fd;
    int r = write(fd, value, strlen(value)) < 0 ? -errno : 0;
    close(fd);
    return r;
}

/*** Counters ***/

int sockstat_open(void)
{
    int fd = open("/proc/self/net/sockstat", O_RDONLY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

struct sockstat sockstat_read(int fd)
{
    struct sockstat all = {-1, -1};
    char text[1024];
    ssize_t n = pread(fd, text, sizeof text - 1, 0);
    text[n < 0 ? 0 : n] = '\0';
    const char *tcp = strstr(text, "TCP:");
    if (tcp)
        sscanf(tcp, "TCP: inuse %ld orphan %*d tw %ld", &all.in_use, &all.time_wait);
    return all;
}

/* Each group is two lines, of names and of numbers:
 *
 *     TcpExt: SyncookiesSent TWRecycled …
 *     TcpExt: 0 17 … */
static long number_under(char *names, char *numbers, const char *wanted)
{
    char *rest_names, *rest_numbers;
    char *name = strtok_r(names, " \n", &rest_names);
    char *number = strtok_r(numbers, " \n", &rest_numbers);
    while (name && number) {
        if (!strcmp(name, wanted))
            return strtol(number, NULL, 10);
        name = strtok_r(NULL, " \n", &rest_names);
        number = strtok_r(NULL, " \n", &rest_numbers);
    }
    return -1;
}

static long counter_in(FILE *file, const char *group, const char *wanted)
{
    char names[8192], numbers[8192];
    size_t len = strlen(group);
    while (fgets(names, sizeof names, file) && fgets(numbers, sizeof numbers, file))
        if (!strncmp(names, group, len) && names[len] == ':')
            return number_under(names, numbers, wanted);
    return -1;
}

long counter_read(const char *group, const char *name)
{
    static const char *const paths[] = {"/proc/self/net/snmp", "/proc/self/net/netstat"};
    long found = -1;
    for (size_t i = 0; found < 0 && i < 2; i++) {
        FILE *file = fopen(paths[i], "re");
        if (file) {
            found = counter_in(file, group, name);
            fclose(file);
        }
    }
    return found;
}

long counter_settled(const char *group, const char *name, int quiet_ms, int patience_ms)
{
    const struct timespec ms = {.tv_nsec = 1000000};
    long last = counter_read(group, name);
    for (int waited = 0, quiet = 0; waited < patience_ms && quiet < quiet_ms; waited++, quiet++) {
        nanosleep(&ms, NULL);
        long now = counter_read(group, name);
        if (now != last)
            quiet = 0;
        last = now;
    }
    return last;
}
