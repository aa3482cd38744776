/* sandbox_bwrap.c - the same small world made by bubblewrap, where it may make namespaces and prepd
 * may not: a distribution's AppArmor profile, a container's seccomp profile, a kernel without the
 * newer mount calls; see sandbox.h.
 *
 * Landlock is not there, since it would forbid bubblewrap its mounts; the filter is handed over,
 * and installed by bubblewrap just before the demo. Its limits are those of bubblewrap itself. */
#include <errno.h>
#include <linux/filter.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/util.h"
#include "runs/sandbox.h"
#include "runs/wire.h"

#define BWRAP "/usr/bin/bwrap"

enum { ARGS_MAX = WIRE_ARGS_MAX + 96 };

static const char *const world[] = {
    BWRAP,
    "--unshare-all",
    "--unshare-user",
    "--disable-userns",
    "--die-with-parent",
    "--new-session",
    "--cap-drop",
    "ALL",
    "--clearenv",
    "--ro-bind",
    "/usr",
    "/usr",
    "--ro-bind-try",
    "/sys/devices/system",
    "/sys/devices/system",
    "--ro-bind-try",
    "/sys/kernel/mm",
    "/sys/kernel/mm",
    "--ro-bind-try",
    "/etc/ld.so.cache",
    "/etc/ld.so.cache",
    "--proc",
    "/proc",
    "--dev",
    "/dev",
    "--perms",
    "0700",
    "--size",
    "16777216",
    "--tmpfs",
    SETUP_SCRATCH,
    "--perms",
    "0700",
    "--size",
    "16777216",
    "--tmpfs",
    "/dev/shm",
    "--remount-ro",
    "/dev",
    "--chdir",
    SETUP_SCRATCH,
};

/* Its pid 1 has no filter, so a demo must not find a way into its memory. */
static const char *const finish[] = {
    "--tmpfs", "/proc/1", "--remount-ro", "/proc/1", "--remount-ro", "/",
};

/* bubblewrap sets PWD whatever it is told, so another program empties the environment. */
static const char *const without_environment[] = {
    "/usr/bin/env", "-i",
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    "ASAN_OPTIONS=detect_leaks=0", /* see setup_exec */
#endif
};

static const char *const usr_links[] = {"/lib", "/lib64", "/lib32", "/bin", "/sbin"};

struct arguments {
    char *argv[ARGS_MAX + 1];
    size_t n;
};

static void add(struct arguments *args, const char *arg)
{
    if (args->n < ARGS_MAX)
        args->argv[args->n++] = (char *)arg;
}

static void add_all(struct arguments *args, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        add(args, list[i]);
}

static void add_usr_link(struct arguments *args, const char *path)
{
    static char targets[ARRAY_LEN(usr_links)][64];
    static size_t n_targets;
    char *to = targets[n_targets];
    ssize_t n = readlink(path, to, sizeof targets[0] - 1);
    if (n > 0) {
        to[n] = '\0';
        n_targets++;
    }
    add(args, n > 0 ? "--symlink" : "--ro-bind-try");
    add(args, n > 0 ? to : path);
    add(args, path);
}

/* The filter in a file that bubblewrap reads; its number as text. */
static int filter_file(const struct setup *setup, char *ret, size_t size)
{
    size_t bytes = setup->filter->len * sizeof *setup->filter->filter;
    int fd = memfd_create("seccomp", 0);
    if (fd < 0 || pwrite(fd, setup->filter->filter, bytes, 0) != (ssize_t)bytes)
        return -errno;
    snprintf(ret, size, "%d", fd);
    return 0;
}

void setup_bwrap(struct setup *setup)
{
    const struct sandbox_job *job = setup->job;
    struct arguments args = {0};
    char filter[16];
    int r = filter_file(setup, filter, sizeof filter);
    if (r < 0)
        setup_fail(setup, "filter", -r);
    add_all(&args, world, ARRAY_LEN(world));
    for (size_t i = 0; i < ARRAY_LEN(usr_links); i++)
        add_usr_link(&args, usr_links[i]);
    if (job->program) {
        add(&args, "--ro-bind");
        add(&args, job->program);
        add(&args, SETUP_PROGRAM);
    }
    add_all(&args, finish, ARRAY_LEN(finish));
    add(&args, "--seccomp");
    add(&args, filter);
    add(&args, "--");
    add_all(&args, without_environment, ARRAY_LEN(without_environment));
    add(&args, job->program ? SETUP_PROGRAM : "/usr/bin/true");
    for (size_t i = 1; job->program && job->argv[0] && job->argv[i]; i++)
        add(&args, job->argv[i]);
    execve(BWRAP, args.argv, (char *[]){NULL});
    setup_fail(setup, "bubblewrap", errno);
}
