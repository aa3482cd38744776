/* sandbox_setup.c - from a fresh clone to the demo's first instruction, step by step; see
 * sandbox.h.
 *
 * The order of the steps is the argument for their safety: identity before mounts (they need its
 * capabilities), /proc before what is written there; descriptors and capabilities are given up
 * before the demo exists; then in the demo limits, no_new_privs, Landlock, seccomp last, and exec,
 * which gives no capability back, since the demo's user is not 0 in its namespace. To add a step: a
 * function that returns 0 or a negative errno, and a row in its table. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/util.h"
#include "runs/catalogue.h"
#include "runs/sandbox.h"

struct step {
    const char *name;
    int (*run)(struct setup *setup);
    unsigned modes; /* the kinds of sandbox that have it */
};

#define IN(mode) (1U << (mode))
enum {
    EVERY = ~0U >> 1,
    OWN = IN(SANDBOX_NAMESPACES),
    CONFINED = IN(SANDBOX_NAMESPACES) | IN(SANDBOX_PROCESS), /* bubblewrap does it itself */
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

/* If the machine runs out of memory, a demo is what the kernel should end first, and never prepd. A
 * machine on which this cannot be written has it decided by size. */
static int setup_out_of_memory(struct setup *setup)
{
    (void)setup;
    prctl(PR_SET_DUMPABLE, 1); /* see user_map */
    proc_write("/proc/self/oom_score_adj", "1000");
    return prctl(PR_SET_DUMPABLE, 0) < 0 ? -errno : 0;
}

/* No controlling terminal: a demo must not push characters into the reader's shell. */
static int setup_session(struct setup *setup)
{
    (void)setup;
    return setsid() < 0 ? -errno : 0;
}

/* The user keeps its number in there, and is not root: exec then gives up all capabilities. */
static int setup_user(struct setup *setup)
{
    return user_map(setup->uid, setup->gid);
}

/* A new network namespace has a loopback of its own, which is down; who has no socket does not
 * notice. */
static int setup_loopback(struct setup *setup)
{
    struct ifreq lo = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    if (!(setup->job->needs & DEMO_NEEDS_NET))
        return 0;
    cleanup_close int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo) < 0 ? -errno : 0;
}

/* A kernel that does not have a setting is no reason not to run: the demo can read what is set. */
static int sysctl_set(const char *setting)
{
    char path[160];
    size_t len = strcspn(setting, "=");
    snprintf(path, sizeof path, "/proc/sys/%.*s", (int)len, setting);
    int r = proc_write(path, setting + len + (setting[len] == '='));
    return r == -ENOENT ? 0 : r;
}

/* What a socket holds is nobody's memory: 544 connections that nobody reads from hold 2.2 GiB by
 * the usual settings, and 230 MiB by these (see sandbox_sockets.c). */
static int setup_buffers(struct setup *setup)
{
    if (!(setup->job->needs & DEMO_NEEDS_NET))
        return 0;
    int r = sysctl_set("net/ipv4/tcp_rmem=4096 131072 131072");
    return r < 0 ? r : sysctl_set("net/ipv4/tcp_wmem=4096 16384 131072");
}

/* Settings of its own network, which the manifest names; set while there is the capability for it.
 */
static int setup_sysctls(struct setup *setup)
{
    int r = 0;
    for (char *const *setting = setup->job->sysctls; r == 0 && setting && *setting; setting++)
        r = sysctl_set(*setting);
    return r;
}

/* Inside another user namespace a demo would have capabilities again, and most of the kernel's
 * attack surface. */
static int setup_no_nesting(struct setup *setup)
{
    (void)setup;
    return proc_write("/proc/sys/user/max_user_namespaces", "0");
}

/* Only 0 to 5 stay: /dev/null, the output, the errors, and until exec the status pipe, the program
 * and Landlock's rules, if there are any. */
static int setup_descriptors(struct setup *setup)
{
    enum { HIGH = 64 }; /* first up, out of the way of each other, then down to where they belong */
    cleanup_close int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int from[] = {null,
                  setup->job->out_fd,
                  setup->job->err_fd,
                  setup->status_fd,
                  setup->job->program_fd,
                  setup->rules_fd};
    const int n = setup->rules_fd >= 0 ? SETUP_FD_RULES + 1 : SETUP_FD_RULES;
    for (int i = 0; i < n; i++) {
        int high = fcntl(from[i], F_DUPFD_CLOEXEC, HIGH);
        if (high < 0)
            return -errno;
        from[i] = high;
    }
    steal_fd(&null); /* closed with the rest */
    for (int i = 0; i < n; i++)
        if (dup3(from[i], i, i >= SETUP_FD_STATUS ? O_CLOEXEC : 0) < 0)
            return -errno;
    setup->status_fd = SETUP_FD_STATUS;
    return syscall(SYS_close_range, n, ~0U, 0) < 0 ? -errno : 0;
}

/* Nobody in here needs the namespace's capabilities any more; nor must a demo get those that a
 * service manager gave to prepd. */
static int setup_privileges(struct setup *setup)
{
    (void)setup;
    return capabilities_drop();
}

static const struct step world_steps[] = {
    {"runner alive", setup_runner_alive, EVERY},
    {"out of memory", setup_out_of_memory, EVERY},
    {"session", setup_session, EVERY},
    {"user map", setup_user, OWN},
    {"files", setup_root, OWN},
    {"loopback", setup_loopback, OWN},
    {"socket buffers", setup_buffers, OWN},
    {"sysctls", setup_sysctls, OWN},
    {"no nested namespaces", setup_no_nesting, OWN},
    {"Landlock rules", setup_rules, CONFINED},
    {"descriptors", setup_descriptors, EVERY},
    {"privileges", setup_privileges, EVERY},
};

/*** The demo ***/

/* As a program started from a shell would have them: the runner, whose dispositions these are,
 * blocks some and ignores one (runner_process.c). */
static int setup_signals(struct setup *setup)
{
    sigset_t none;
    (void)setup;
    signal(SIGPIPE, SIG_DFL);
    sigemptyset(&none);
    return sigprocmask(SIG_SETMASK, &none, NULL) < 0 ? -errno : 0;
}

static int setup_scratch(struct setup *setup)
{
    umask(077);
    return chdir(setup->mode == SANDBOX_NAMESPACES ? SETUP_SCRATCH : "/") < 0 ? -errno : 0;
}

static int setup_no_new_privileges(struct setup *setup)
{
    (void)setup;
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}

static const struct step demo_steps[] = {
    {"signals", setup_signals, EVERY},
    {"scratch folder", setup_scratch, EVERY},
    {"limits", setup_limits, EVERY},
    {"no new privileges", setup_no_new_privileges, EVERY & ~IN(SANDBOX_BWRAP)},
    {"Landlock", setup_landlock, CONFINED},
    {"seccomp", setup_seccomp, CONFINED},
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
        int r = steps[i].modes & IN(setup->mode) ? steps[i].run(setup) : 0;
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
 * walked by this user (a home folder closed to others). */
void setup_exec(struct setup *setup)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    /* finding leaks means to trace oneself, which is deadly in here */
    char *const environment[] = {"ASAN_OPTIONS=detect_leaks=0", NULL};
#else
    char *const environment[] = {NULL};
#endif
    const struct sandbox_job *job = setup->job;
    if (!job->program)
        _exit(0);
    execve(setup->mode == SANDBOX_NAMESPACES ? SETUP_PROGRAM : job->program, setup->argv,
           environment);
    syscall(SYS_execveat, SETUP_FD_PROGRAM, "", setup->argv, environment, AT_EMPTY_PATH);
    setup_fail(setup, "program", errno);
}
