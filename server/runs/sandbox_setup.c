/* sandbox_setup.c - from a fresh clone to the demo's first instruction, step by step; see
 * sandbox.h.
 *
 * The order of the steps is the argument for their safety: identity before mounts (they need its
 * capabilities), /proc before what is written there, descriptors before the demo exists, limits and
 * no_new_privs last, then exec, which drops every capability, since the demo's user is not 0 in its
 * namespace. To add a step: a function that returns 0 or a negative errno, and a row in its table.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/util.h"
#include "runs/catalogue.h"
#include "runs/sandbox.h"

#define SCRATCH "/tmp"

struct step {
    const char *name;
    int (*run)(struct setup *setup);
    enum sandbox_mode least; /* kinds of sandbox from this one on have it */
};

/*** The world: in pid 1, or in SANDBOX_PROCESS in the demo ***/

/* If the runner died before prctl, no signal will come; then the status pipe has no reader. */
static int setup_runner_alive(struct setup *setup)
{
    struct pollfd status = {.fd = setup->status_fd};
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        return -errno;
    poll(&status, 1, 0);
    return status.revents & POLLERR ? -ESRCH : 0;
}

/* No controlling terminal: a demo must not push characters into the reader's shell. */
static int setup_session(struct setup *setup)
{
    (void)setup;
    return setsid() < 0 ? -errno : 0;
}

static int file_write(const char *path, const char *text)
{
    cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        return -errno;
    return 0;
}

/* The user keeps its number in there, and is not root: exec then gives up all capabilities. A
 * process that is not dumpable has a /proc that belongs to root, so it is dumpable for as long as
 * it writes its maps. */
static int setup_user(struct setup *setup)
{
    char uids[64], gids[64];
    snprintf(uids, sizeof uids, "%u %u 1", setup->uid, setup->uid);
    snprintf(gids, sizeof gids, "%u %u 1", setup->gid, setup->gid);
    if (prctl(PR_SET_DUMPABLE, 1) < 0)
        return -errno;
    int r = file_write("/proc/self/uid_map", uids);
    if (r == 0)
        r = file_write("/proc/self/setgroups", "deny");
    if (r == 0)
        r = file_write("/proc/self/gid_map", gids);
    return prctl(PR_SET_DUMPABLE, 0) < 0 ? -errno : r;
}

/* What is mounted over the machine's files, which are read-only in there. */
static const struct private_mount {
    const char *type, *target, *options;
    unsigned long flags;
    bool optional; /* where the machine has no such folder, nothing needs to be hidden */
} private_mounts[] = {
    {"proc", "/proc", NULL, MS_NOSUID | MS_NODEV | MS_NOEXEC, false},
    {"tmpfs", SCRATCH, "size=16m,mode=0700", MS_NOSUID | MS_NODEV, false},
    {"tmpfs", "/dev/shm", "size=16m,mode=0700", MS_NOSUID | MS_NODEV | MS_NOEXEC, true},
};

static int setup_mounts(struct setup *setup)
{
    struct mount_attr read_only = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID};
    (void)setup;
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &read_only, sizeof read_only) < 0)
        return -errno;
    for (size_t i = 0; i < ARRAY_LEN(private_mounts); i++) {
        const struct private_mount *m = &private_mounts[i];
        if (mount(m->type, m->target, m->type, m->flags, m->options) < 0 &&
            !(m->optional && errno == ENOENT))
            return -errno;
    }
    return 0;
}

/* A new network namespace has a loopback of its own, which is down. */
static int setup_loopback(struct setup *setup)
{
    cleanup_close int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    (void)setup;
    return fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo) < 0 ? -errno : 0;
}

/* Inside another user namespace a demo would have capabilities again, and most of the kernel's
 * attack surface. */
static int setup_no_nesting(struct setup *setup)
{
    (void)setup;
    return file_write("/proc/sys/user/max_user_namespaces", "0");
}

/* Only 0 to 4 stay: /dev/null, the output, the errors, and until exec the status pipe and the
 * program. */
static int setup_descriptors(struct setup *setup)
{
    enum {
        N = 5,
        HIGH = 64
    }; /* first up, out of the way of each other, then down to where they belong */
    cleanup_close int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int from[N] = {null, setup->job->out_fd, setup->job->err_fd, setup->status_fd,
                   setup->job->program_fd};
    for (int i = 0; i < N; i++) {
        int high = fcntl(from[i], F_DUPFD_CLOEXEC, HIGH);
        if (high < 0)
            return -errno;
        from[i] = high;
    }
    steal_fd(&null); /* closed with the rest */
    for (int i = 0; i < N; i++)
        if (dup3(from[i], i, i >= SETUP_FD_STATUS ? O_CLOEXEC : 0) < 0)
            return -errno;
    setup->status_fd = SETUP_FD_STATUS;
    return syscall(SYS_close_range, N, ~0U, 0) < 0 ? -errno : 0;
}

static const struct step world_steps[] = {
    {"runner alive", setup_runner_alive, SANDBOX_PROCESS},
    {"session", setup_session, SANDBOX_PROCESS},
    {"user map", setup_user, SANDBOX_NAMESPACES},
    {"mounts", setup_mounts, SANDBOX_NAMESPACES},
    {"loopback", setup_loopback, SANDBOX_NAMESPACES},
    {"no nested namespaces", setup_no_nesting, SANDBOX_NAMESPACES},
    {"descriptors", setup_descriptors, SANDBOX_PROCESS},
};

/*** The demo ***/

/* As a program started from a shell would have them; the runner blocks some, prepd may ignore
 * others. */
static int setup_signals(struct setup *setup)
{
    sigset_t none;
    (void)setup;
    for (int sig = 1; sig < NSIG; sig++)
        signal(sig, SIG_DFL);
    sigemptyset(&none);
    return sigprocmask(SIG_SETMASK, &none, NULL) < 0 ? -errno : 0;
}

static int setup_scratch(struct setup *setup)
{
    umask(077);
    return chdir(setup->mode == SANDBOX_NAMESPACES ? SCRATCH : "/") < 0 ? -errno : 0;
}

/* Sets soft and hard limit, as far down as the hard limit in force. */
static int limit_set(__rlimit_resource_t resource, rlim_t soft, rlim_t hard)
{
    struct rlimit now, wanted = {.rlim_cur = soft, .rlim_max = hard};
    if (getrlimit(resource, &now) < 0)
        return -errno;
    if (wanted.rlim_max > now.rlim_max)
        wanted.rlim_max = now.rlim_max;
    if (wanted.rlim_cur > wanted.rlim_max)
        wanted.rlim_cur = wanted.rlim_max;
    return setrlimit(resource, &wanted) < 0 ? -errno : 0;
}

static rlim_t processes_max(unsigned needs)
{
    rlim_t n = 8; /* pid 1, the demo, and what a sanitizer or a debugger adds */
    if (needs & DEMO_NEEDS_FORK)
        n += 64;
    if (needs & DEMO_NEEDS_THREADS) /* threads count as processes */
        n += 1024;
    return n;
}

/* The runner looks at the memory that is really used (sandbox_memory_exceeds); this bounds what a
 * demo could take between two looks, and leaves room for address space that is only reserved:
 * thread stacks, allocator arenas. */
static rlim_t address_space_max(const struct sandbox_job *job)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    (void)job;
    return RLIM_INFINITY; /* a sanitizer reserves terabytes */
#else
    return 4 * (rlim_t)job->memory + (1UL << 30);
#endif
}

static int setup_limits(struct setup *setup)
{
    const struct sandbox_job *job = setup->job;
    rlim_t cpu = (rlim_t)job->seconds * (rlim_t)sysconf(_SC_NPROCESSORS_ONLN) + 1;
    rlim_t files = job->needs & DEMO_NEEDS_NET ? 4096 : 64;
    rlim_t address_space = address_space_max(job);
    const struct {
        __rlimit_resource_t resource;
        rlim_t soft, hard;
    } limits[] = {
        {RLIMIT_CPU, cpu, cpu + 1}, /* soft < hard: SIGXCPU says what it was, SIGKILL would not */
        {RLIMIT_AS, address_space, address_space},
        {RLIMIT_NOFILE, files, files},
        {RLIMIT_FSIZE, 16 << 20, 16 << 20},
        {RLIMIT_STACK, 8 << 20, 8 << 20},
        {RLIMIT_CORE, 0, 0},
        {RLIMIT_MEMLOCK, 0, 0},
        {RLIMIT_MSGQUEUE, 0, 0},
    };
    int r = 0;
    for (size_t i = 0; r == 0 && i < ARRAY_LEN(limits); i++)
        r = limit_set(limits[i].resource, limits[i].soft, limits[i].hard);
    /* without a user namespace this would count every process of the user */
    rlim_t processes = processes_max(job->needs);
    if (r == 0 && setup->mode == SANDBOX_NAMESPACES)
        r = limit_set(RLIMIT_NPROC, processes, processes);
    return r;
}

static int setup_no_new_privileges(struct setup *setup)
{
    (void)setup;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}

static const struct step demo_steps[] = {
    {"signals", setup_signals, SANDBOX_PROCESS},
    {"scratch folder", setup_scratch, SANDBOX_PROCESS},
    {"limits", setup_limits, SANDBOX_PROCESS},
    {"no new privileges", setup_no_new_privileges, SANDBOX_PROCESS},
};

/*** Walking the steps ***/

void setup_fail(const struct setup *setup, const char *step, int code)
{
    struct sandbox_word word = {.value = code};
    snprintf(word.step, sizeof word.step, "%s", step);
    if (write(setup->status_fd, &word, sizeof word) < 0)
        _exit(127); /* the runner is gone: nobody wants to know */
    _exit(126);
}

static void run_steps(struct setup *setup, const struct step *steps, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int r = setup->mode >= steps[i].least ? steps[i].run(setup) : 0;
        if (r < 0)
            setup_fail(setup, steps[i].name, -r);
    }
}

void setup_world(struct setup *setup)
{
    run_steps(setup, world_steps, ARRAY_LEN(world_steps));
}

void setup_demo(struct setup *setup)
{
    run_steps(setup, demo_steps, ARRAY_LEN(demo_steps));
}

/* By its path first, so that a script finds itself; by its descriptor where the path cannot be
 * walked by this user or from this world (a home folder closed to others, a folder under the
 * scratch mount). */
void setup_exec(struct setup *setup)
{
    char *const environment[] = {NULL};
    const struct sandbox_job *job = setup->job;
    if (!job->program)
        _exit(0);
    execve(job->program, job->argv, environment);
    syscall(SYS_execveat, SETUP_FD_PROGRAM, "", job->argv, environment, AT_EMPTY_PATH);
    setup_fail(setup, "program", errno);
}
