/* escape.c - a demo that tries to get out, call by call: what must not succeed, and how it must
 * fail.
 *
 *   escape --n=0      all probes that may fail with an errno; a note for each that did not
 *   escape --n=K      the K-th of those that must end the process
 *   --tag=T           T & 1: as a demo that needs nothing; T & 2: as one in bubblewrap; T & 4: as
 * one without namespaces
 *
 * To add a probe: a row in one of the tables. */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "escape.h"

/*** The tables ***/

enum {
    ANY = 0,
    PLAIN = 1,
    NOT_BWRAP = 2,
    ONE_PROCESS = 4
}; /* for which demos, in which sandboxes */

#define USERS_FILE "/tmp/prepd-test-users-file" /* the test made it, outside */

static int stand_in; /* for structs that the kernel must not even look at */

/* How a probe must fail: by one of these. */
enum refusal {
    NO_FILE,
    NO_PROGRAM,
    NO_LINK,
    DENIED,
    NO_SIGNAL,
    NO_TERMINAL,
    NO_RAW,
    NO_NET,
    NO_PEER,
};

static const int refusals[][5] = {
    [NO_FILE] = {ENOENT, EACCES, EROFS, EPERM, ENOTDIR},
    [NO_PROGRAM] = {ENOENT, EACCES, EROFS, EPERM, ETXTBSY},
    [NO_LINK] = {EXDEV, EPERM, EACCES, EROFS, ENOENT},
    [DENIED] = {EPERM, ENOSYS},
    [NO_SIGNAL] = {EPERM, ESRCH},
    [NO_TERMINAL] = {EPERM, ENOSYS, ENOTTY},
    [NO_RAW] = {EPERM, ENOSYS, EACCES},
    [NO_NET] = {ENETUNREACH, ENOSYS},
    [NO_PEER] = {ECONNREFUSED, ENOSYS, EPERM},
};

struct probe {
    const char *name;
    enum refusal refusal;
    int when;
};

/* Each row: what is tried, how it must fail, for whom, and the call. */
#define PROBES(P)                                                                                  \
    P("read /etc/shadow", NO_FILE, ANY, OPEN("/etc/shadow", O_RDONLY))                             \
    P("read /etc/passwd", NO_FILE, ANY, OPEN("/etc/passwd", O_RDONLY))                             \
    P("read /root", NO_FILE, ANY, OPEN("/root", O_RDONLY | O_DIRECTORY))                           \
    P("read /home", NO_FILE, ANY, OPEN("/home", O_RDONLY | O_DIRECTORY))                           \
    P("read /var/log", NO_FILE, ANY, OPEN("/var/log", O_RDONLY | O_DIRECTORY))                     \
    P("read /run", NO_FILE, ANY, OPEN("/run", O_RDONLY | O_DIRECTORY))                             \
    P("read /boot", NO_FILE, ANY, OPEN("/boot", O_RDONLY | O_DIRECTORY))                           \
    P("read upwards", NO_FILE, ANY, OPEN("../../../../../etc/passwd", O_RDONLY))                   \
    P("read through /proc/self/root", NO_FILE, ANY, OPEN("/proc/self/root/etc/passwd", O_RDONLY))  \
    P("read through /proc/1/root", NO_FILE, ANY, OPEN("/proc/1/root/etc/passwd", O_RDONLY))        \
    P("read through a link of its own", NO_FILE, ANY, follow_own_link())                           \
    P("read pid 1's environment", NO_FILE, NOT_BWRAP, OPEN("/proc/1/environ", O_RDONLY))           \
    P("write pid 1's memory", NO_FILE, ANY, OPEN("/proc/1/mem", O_RDWR))                           \
    P("read the kernel's memory", NO_FILE, ANY, OPEN("/proc/kcore", O_RDONLY))                     \
    P("read the machine's memory", NO_FILE, ANY, OPEN("/dev/mem", O_RDONLY))                       \
    P("read the disk", NO_FILE, ANY, OPEN("/dev/vda", O_RDONLY))                                   \
    P("read the kernel's log", NO_FILE, ANY, OPEN("/dev/kmsg", O_RDONLY))                          \
    P("read debugfs", NO_FILE, ANY, OPEN("/sys/kernel/debug", O_RDONLY | O_DIRECTORY))             \
    P("read control groups", NO_FILE, ANY, OPEN("/sys/fs/cgroup", O_RDONLY | O_DIRECTORY))         \
    P("write /", NO_FILE, ANY, OPEN("/x", O_CREAT | O_WRONLY))                                     \
    P("write /etc", NO_FILE, ANY, OPEN("/etc/x", O_CREAT | O_WRONLY))                              \
    P("write /usr", NO_FILE, ANY, OPEN("/usr/x", O_CREAT | O_WRONLY))                              \
    P("write /usr/bin/env", NO_FILE, ANY, OPEN("/usr/bin/env", O_WRONLY))                          \
    P("write its own program", NO_PROGRAM, ANY, OPEN("/proc/self/exe", O_RDWR))                    \
    P("make a folder in /dev", NO_FILE, NOT_BWRAP, CALL(SYS_mkdir, "/dev/x", 0700))                \
    P("write a kernel setting", NO_FILE, ANY, write_to("/proc/sys/kernel/core_pattern", "x"))      \
    P("write a network setting", NO_FILE, ANY, write_to("/proc/sys/net/ipv4/ip_forward", "1"))     \
    P("allow namespaces", NO_FILE, ANY, write_to("/proc/sys/user/max_user_namespaces", "9"))       \
    P("press SysRq", NO_FILE, ANY, OPEN("/proc/sysrq-trigger", O_WRONLY))                          \
    P("set huge pages", NO_FILE, ANY,                                                              \
      OPEN("/sys/kernel/mm/transparent_hugepage/enabled", O_WRONLY))                               \
    P("run a file of its own", NO_FILE, NOT_BWRAP, run_own_file())                                 \
    P("make a device", DENIED, ANY, CALL(SYS_mknod, "device", S_IFCHR | 0600, 0x101))              \
    P("link to a setuid program", NO_LINK, ANY, CALL(SYS_link, "/usr/bin/su", "su"))               \
    P("change the mode of its user's file", NO_FILE, ANY, CALL(SYS_chmod, USERS_FILE, 0777))       \
    P("change its mode by folder", NO_FILE, ANY, CALL(SYS_fchmodat, AT_FDCWD, USERS_FILE, 0777))   \
    P("change its times", NO_FILE, ANY, CALL(SYS_utimensat, AT_FDCWD, USERS_FILE, NULL, 0))        \
    P("cut it off", NO_FILE, ANY, CALL(SYS_truncate, USERS_FILE, 0))                               \
    P("run another program", DENIED, ONE_PROCESS, run_another_program())                           \
    P("change a file's owner", DENIED, ANY, CALL(SYS_chown, "x", 0, 0))                            \
    P("change the root folder", DENIED, ANY, CALL(SYS_chroot, "."))                                \
    P("open by handle", DENIED, ANY, CALL(SYS_open_by_handle_at, 0, &stand_in, 0))                 \
    P("name a handle", DENIED, ANY, CALL(SYS_name_to_handle_at, 0, "", &stand_in, &stand_in, 0))   \
    P("kill pid 1", DENIED, ANY, signal_pid_1())                                                   \
    P("signal its parent", NO_SIGNAL, NOT_BWRAP, kill(getppid(), 0) < 0 ? -errno : 0)              \
    P("signal a thread of its parent", NO_SIGNAL, NOT_BWRAP,                                       \
      CALL(SYS_tgkill, getppid(), getppid(), 0))                                                   \
    P("signal by tkill", DENIED, ANY, CALL(SYS_tkill, getppid(), 0))                               \
    P("queue a signal to its parent", NO_SIGNAL, NOT_BWRAP,                                        \
      CALL(SYS_rt_sigqueueinfo, getppid(), 0, &stand_in))                                          \
    P("have a signal sent", DENIED, ANY, own_signal_of_a_descriptor())                             \
    P("limit its parent", DENIED, ANY, limit_of_parent())                                          \
    P("slow its parent down", DENIED, ONE_PROCESS, slow_parent_down())                             \
    P("renice its parent", DENIED, ANY, CALL(SYS_setpriority, PRIO_PROCESS, getppid(), 19))        \
    P("renice its user", DENIED, ANY, CALL(SYS_setpriority, PRIO_USER, 0, 19))                     \
    P("hold its parent by pidfd", DENIED, ANY, CALL(SYS_pidfd_open, getppid(), 0))                 \
    P("take a descriptor of its parent", DENIED, ANY, CALL(SYS_pidfd_getfd, 0, 0, 0))              \
    P("compare with its parent", DENIED, ANY, CALL(SYS_kcmp, getpid(), getppid(), 0, 0, 0))        \
    P("move its parent's pages", DENIED, ANY, CALL(SYS_move_pages, getppid(), 0, 0, 0, 0, 0))      \
    P("advise on its parent's memory", DENIED, ANY, CALL(SYS_process_madvise, 0, 0, 0, 0, 0))      \
    P("unshare users", DENIED, ANY, CALL(SYS_unshare, CLONE_NEWUSER))                              \
    P("unshare mounts", DENIED, ANY, CALL(SYS_unshare, CLONE_NEWNS))                               \
    P("unshare networks", DENIED, ANY, CALL(SYS_unshare, CLONE_NEWNET))                            \
    P("unshare process ids", DENIED, ANY, CALL(SYS_unshare, CLONE_NEWPID))                         \
    P("clone into new users", DENIED, ANY, clone_with(CLONE_NEWUSER))                              \
    P("clone into new users and network", DENIED, ANY, clone_with(CLONE_NEWUSER | CLONE_NEWNET))   \
    P("clone into new mounts", DENIED, ANY, clone_with(CLONE_NEWNS))                               \
    P("clone3 into new users", DENIED, ANY, clone3_with(CLONE_NEWUSER))                            \
    P("clone3", DENIED, ANY, clone3_with(0))                                                       \
    P("enter a namespace", DENIED, ANY, CALL(SYS_setns, 0, 0))                                     \
    P("fork", DENIED, PLAIN, clone_with(0))                                                        \
    P("vfork", DENIED, PLAIN, clone_with(CLONE_VFORK))                                             \
    P("become root", DENIED, ANY, CALL(SYS_setuid, 0))                                             \
    P("become the group root", DENIED, ANY, CALL(SYS_setgid, 0))                                   \
    P("become root for good", DENIED, ANY, CALL(SYS_setresuid, 0, 0, 0))                           \
    P("join groups", DENIED, ANY, CALL(SYS_setgroups, 0, NULL))                                    \
    P("take capabilities", DENIED, ANY, CALL(SYS_capset, &stand_in, &stand_in))                    \
    P("keep capabilities", DENIED, ANY, CALL(SYS_prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0))              \
    P("raise ambient capabilities", DENIED, ANY,                                                   \
      CALL(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, 21, 0, 0))                             \
    P("outlive the runner", DENIED, ANY, CALL(SYS_prctl, PR_SET_PDEATHSIG, 0, 0, 0, 0))            \
    P("hide from /proc", DENIED, ANY, CALL(SYS_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0))                \
    P("become a subreaper", DENIED, ANY, CALL(SYS_prctl, PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0))      \
    P("install a filter", DENIED, ANY, CALL(SYS_seccomp, 1, 0, &stand_in))                         \
    P("io_uring", DENIED, ANY, CALL(SYS_io_uring_setup, 1, &stand_in))                             \
    P("performance counters", DENIED, ANY, CALL(SYS_perf_event_open, &stand_in, 0, -1, -1, 0))     \
    P("userfaultfd", DENIED, ANY, CALL(SYS_userfaultfd, 0))                                        \
    P("memory files", DENIED, PLAIN, CALL(SYS_memfd_create, "x", 0))                               \
    P("secret memory", DENIED, ANY, CALL(447, 0))                                                  \
    P("shared memory without a name", DENIED, ANY, shared_memory_without_name())                   \
    P("huge pages of the machine's", DENIED, ANY, huge_page())                                     \
    P("System V shared memory", DENIED, ANY, CALL(SYS_shmget, 0, 4096, 01600))                     \
    P("System V semaphores", DENIED, ANY, CALL(SYS_semget, 0, 1, 01600))                           \
    P("System V messages", DENIED, ANY, CALL(SYS_msgget, 0, 01600))                                \
    P("POSIX messages", DENIED, ANY, CALL(SYS_mq_open, "x", O_CREAT | O_RDWR, 0600, NULL))         \
    P("the null page", DENIED, ANY, null_page())                                                   \
    P("data that can run", DENIED, ANY, CALL(SYS_personality, READ_IMPLIES_EXEC))                  \
    P("local descriptor tables", DENIED, ANY, CALL(SYS_modify_ldt, 0, &stand_in, 0))               \
    P("more descriptors", DENIED, ANY, limit_raise())                                              \
    P("type into a terminal", NO_TERMINAL, ANY, CALL(SYS_ioctl, 0, TIOCSTI, "x"))                  \
    P("watch all files", DENIED, ANY, CALL(SYS_fanotify_init, 0, 0))                               \
    P("name the host", DENIED, ANY, CALL(SYS_sethostname, "x", 1))                                 \
    P("set the clock", DENIED, ANY, CALL(SYS_clock_settime, 0, &stand_in))                         \
    P("adjust the clock", DENIED, ANY, CALL(SYS_clock_adjtime, 0, &stand_in))                      \
    P("read the kernel's ring", DENIED, ANY, CALL(SYS_syslog, 3, &stand_in, 1))                    \
    P("account processes", DENIED, ANY, CALL(SYS_acct, "x"))                                       \
    P("swap", DENIED, ANY, CALL(SYS_swapon, "x", 0))                                               \
    P("reboot", DENIED, ANY, CALL(SYS_reboot, 0xfee1dead, 672274793, 0, 0))                        \
    P("ports of the processor", DENIED, ANY, CALL(SYS_iopl, 3))                                    \
    P("an Internet socket", DENIED, PLAIN, socket_of(AF_INET, SOCK_STREAM, 0))                     \
    P("a Unix socket", DENIED, PLAIN, socket_of(AF_UNIX, SOCK_STREAM, 0))                          \
    P("a packet socket", DENIED, ANY, socket_of(AF_PACKET, SOCK_RAW, 0))                           \
    P("a raw socket", NO_RAW, ANY, socket_of(AF_INET, SOCK_RAW, IPPROTO_ICMP))                     \
    P("a routing socket", DENIED, ANY, socket_of(AF_NETLINK, SOCK_RAW, 0))                         \
    P("an audit socket", DENIED, ANY, socket_of(AF_NETLINK, SOCK_RAW, 9))                          \
    P("a socket to the host of a machine", DENIED, ANY, socket_of(40, SOCK_STREAM, 0))             \
    P("a socket for the kernel's ciphers", DENIED, ANY, socket_of(38, SOCK_SEQPACKET, 0))          \
    P("the Internet", NO_NET, ANY, reach_outside())                                                \
    P("a socket of the machine", NO_PEER, ANY, reach_abstract_socket())

#define ROW(name, refusal, when, call) {name, refusal, when},
#define COUNT(...)                     +1

static const struct probe probes[] = {PROBES(ROW)};
enum { N_PROBES = sizeof probes / sizeof *probes };

static bool is_for(int when, long tag)
{
    return !(when & PLAIN && !(tag & 1)) && !(when & NOT_BWRAP && tag & 2) &&
           !(when & ONE_PROCESS && !(tag & 4));
}

/* Runs them in the order of the table, each result in its place. */
static void run_probes(long tag, int *ret)
{
    size_t i = 0;
#define RUN(name, refusal, when, call)                                                             \
    if (is_for(when, tag))                                                                         \
        ret[i] = (call);                                                                           \
    i++;
    PROBES(RUN)
#undef RUN
}

#define DEADLY(D)                                                                                  \
    D(SYS_ptrace, 0, 0, 0, 0)                                                                      \
    D(SYS_bpf, 0, &stand_in, 0)                                                                    \
    D(SYS_kexec_load, 0, 0, 0, 0)                                                                  \
    D(SYS_init_module, &stand_in, 0, "")                                                           \
    D(SYS_finit_module, 0, "", 0)                                                                  \
    D(SYS_delete_module, "x", 0)                                                                   \
    D(SYS_mount, "x", "/", "tmpfs", 0, 0)                                                          \
    D(SYS_umount2, "/proc", 2)                                                                     \
    D(SYS_pivot_root, ".", ".")                                                                    \
    D(SYS_move_mount, 0, "", 0, "", 0)                                                             \
    D(SYS_open_tree, AT_FDCWD, "/", 1)                                                             \
    D(SYS_fsopen, "tmpfs", 0)                                                                      \
    D(SYS_mount_setattr, AT_FDCWD, "/", 0, &stand_in, 0)                                           \
    D(SYS_keyctl, 0, 0, 0, 0, 0)                                                                   \
    D(SYS_add_key, "user", "x", "x", 1, -2)                                                        \
    D(SYS_request_key, "user", "x", 0, 0)                                                          \
    D(SYS_process_vm_readv, 1, 0, 0, 0, 0, 0)                                                      \
    D(SYS_process_vm_writev, 1, 0, 0, 0, 0, 0)                                                     \
    D(0x40000000 | SYS_getpid) /* x32 */

static void run_deadly(long k)
{
    long i = 0;
#define RUN(...)                                                                                   \
    if (++i == k)                                                                                  \
        syscall(__VA_ARGS__);
    DEADLY(RUN)
#undef RUN
#ifdef __x86_64__
    if (++i == k)
        __asm__ volatile("int $0x80" : : "a"(20) : "memory"); /* getpid of 32-bit programs */
#endif
}

enum { N_DEADLY = 0 DEADLY(COUNT) + 1 };

/*** Saying ***/

static bool is_expected(const struct probe *probe, int got)
{
    const int *errnos = refusals[probe->refusal];
    for (size_t i = 0; i < sizeof refusals[0] / sizeof refusals[0][0]; i++)
        if (errnos[i] && -got == errnos[i])
            return true;
    return false;
}

static void say(const struct probe *probe, int got)
{
    printf("{\"event\":\"note\",\"t\":1,\"level\":\"bad\",\"zh\":\"%s\",\"en\":\"%s: %s\"}\n",
           probe->name, probe->name, got >= 0 ? "got through" : strerrorname_np(-got));
}

static void metric(long value)
{
    printf("{\"event\":\"metric\",\"t\":1,\"id\":\"value\",\"value\":%ld}\n", value);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    long k = 0, tag = 0, tried = 0;
    int got[N_PROBES];
    for (int i = 1; i < argc; i++) {
        if (!strncmp(argv[i], "--n=", 4))
            k = strtol(argv[i] + 4, NULL, 10);
        if (!strncmp(argv[i], "--tag=", 6))
            tag = strtol(argv[i] + 6, NULL, 10);
    }
    if (k > 0) {
        run_deadly(k);
        metric(N_DEADLY); /* it lives: there is no such probe, or it got through */
        return 0;
    }
    run_probes(tag, got);
    for (size_t i = 0; i < N_PROBES; i++) {
        if (!is_for(probes[i].when, tag))
            continue;
        tried++;
        if (!is_expected(&probes[i], got[i]))
            say(&probes[i], got[i]);
    }
    metric(tried);
    return 0;
}
