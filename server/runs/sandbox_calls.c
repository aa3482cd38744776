/* sandbox_calls.c - the system calls that a demo may make; see sandbox_calls.h. */
#include "runs/sandbox_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/util.h"
#include "runs/catalogue.h"

/*** The tables ***/

#define S(name) SCMP_SYS(name)

static const int for_all[] = {
    /* files, within what Landlock and the mounts leave */
    S(read),
    S(write),
    S(readv),
    S(writev),
    S(pread64),
    S(pwrite64),
    S(preadv),
    S(pwritev),
    S(preadv2),
    S(pwritev2),
    S(open),
    S(openat),
    S(openat2),
    S(creat),
    S(close),
    S(close_range),
    S(lseek),
    S(stat),
    S(fstat),
    S(lstat),
    S(newfstatat),
    S(statx),
    S(statfs),
    S(fstatfs),
    S(access),
    S(faccessat),
    S(faccessat2),
    S(readlink),
    S(readlinkat),
    S(getdents),
    S(getdents64),
    S(getcwd),
    S(chdir),
    S(fchdir),
    S(mkdir),
    S(mkdirat),
    S(rmdir),
    S(unlink),
    S(unlinkat),
    S(rename),
    S(renameat),
    S(renameat2),
    S(link),
    S(linkat),
    S(symlink),
    S(symlinkat),
    S(ftruncate),
    S(fallocate),
    S(fsync),
    S(fdatasync),
    S(sync_file_range),
    S(fadvise64),
    S(readahead),
    S(umask),
    S(flock),
    S(dup),
    S(dup2),
    S(dup3),
    S(pipe),
    S(pipe2),
    S(sendfile),
    S(splice),
    S(tee),
    S(copy_file_range),
    /* memory */
    S(brk),
    S(munmap),
    S(mprotect),
    S(mremap),
    S(madvise),
    S(msync),
    S(mincore),
    S(mlock),
    S(mlock2),
    S(munlock),
    S(mlockall),
    S(munlockall),
    S(membarrier),
    S(pkey_alloc),
    S(pkey_free),
    S(pkey_mprotect),
    /* signals */
    S(rt_sigaction),
    S(rt_sigprocmask),
    S(rt_sigreturn),
    S(rt_sigpending),
    S(rt_sigsuspend),
    S(rt_sigtimedwait),
    S(rt_sigqueueinfo),
    S(rt_tgsigqueueinfo),
    S(sigaltstack),
    S(kill),
    S(tgkill),
    S(pause),
    S(signalfd),
    S(signalfd4),
    S(restart_syscall),
    /* waiting */
    S(poll),
    S(ppoll),
    S(select),
    S(pselect6),
    S(epoll_create),
    S(epoll_create1),
    S(epoll_ctl),
    S(epoll_wait),
    S(epoll_pwait),
    S(epoll_pwait2),
    S(eventfd),
    S(eventfd2),
    S(futex),
    S(futex_waitv),
    S(set_robust_list),
    S(get_robust_list),
    S(rseq),
    /* time */
    S(nanosleep),
    S(clock_nanosleep),
    S(clock_gettime),
    S(clock_getres),
    S(gettimeofday),
    S(time),
    S(times),
    S(getitimer),
    S(setitimer),
    S(alarm),
    S(timer_create),
    S(timer_settime),
    S(timer_gettime),
    S(timer_getoverrun),
    S(timer_delete),
    S(timerfd_create),
    S(timerfd_settime),
    S(timerfd_gettime),
    /* itself */
    S(getpid),
    S(getppid),
    S(gettid),
    S(getuid),
    S(geteuid),
    S(getgid),
    S(getegid),
    S(getresuid),
    S(getresgid),
    S(getgroups),
    S(getpgrp),
    S(getpgid),
    S(setpgid),
    S(getsid),
    S(setsid),
    S(getpriority),
    S(sched_yield),
    S(sched_getaffinity),
    S(sched_setaffinity),
    S(sched_getparam),
    S(sched_setparam),
    S(sched_getscheduler),
    S(sched_setscheduler),
    S(sched_getattr),
    S(sched_get_priority_max),
    S(sched_get_priority_min),
    S(sched_rr_get_interval),
    S(getrusage),
    S(getrlimit),
    S(setrlimit),
    S(uname),
    S(sysinfo),
    S(getrandom),
    S(getcpu),
    S(set_tid_address),
    S(arch_prctl),
    S(execve),
    S(execveat),
    S(wait4),
    S(waitid),
    S(exit),
    S(exit_group),
};

static const int for_fork[] = {S(fork), S(vfork)};

/* Where a demo has a root folder of its own: Landlock says nothing of modes and times, and of
 * lengths only since its third version. */
static const int for_own_files[] = {S(truncate), S(chmod), S(fchmod), S(fchmodat), S(utimensat)};

static const int refused[] = {
    S(unshare),
    S(setns),
    S(chroot),
    S(setuid),
    S(setgid),
    S(setreuid),
    S(setregid),
    S(setresuid),
    S(setresgid),
    S(setfsuid),
    S(setfsgid),
    S(setgroups),
    S(capset),
    S(capget),
    S(chown),
    S(fchown),
    S(lchown),
    S(fchownat),
    S(mknod),
    S(mknodat),
    S(sethostname),
    S(setdomainname),
    S(settimeofday),
    S(clock_settime),
    S(clock_adjtime),
    S(adjtimex),
    S(syslog),
    S(perf_event_open),
    S(userfaultfd),
    S(acct),
    S(swapon),
    S(swapoff),
    S(reboot),
    S(quotactl),
    S(vhangup),
    S(ioperm),
    S(iopl),
    S(name_to_handle_at),
    S(open_by_handle_at),
    S(fanotify_init),
    S(pidfd_open),
    S(pidfd_getfd),
    S(pidfd_send_signal),
    S(kcmp),
    S(move_pages),
    S(migrate_pages),
    S(process_madvise),
    S(tkill),
};

static const int deadly[] = {
    S(ptrace),           S(bpf),
    S(kexec_load),       S(kexec_file_load),
    S(init_module),      S(finit_module),
    S(delete_module),    S(mount),
    S(umount2),          S(pivot_root),
    S(move_mount),       S(open_tree),
    S(fsopen),           S(fsconfig),
    S(fsmount),          S(fspick),
    S(mount_setattr),    S(keyctl),
    S(add_key),          S(request_key),
    S(process_vm_readv), S(process_vm_writev),
};

/* Calls that are allowed for some values of one argument: (argument & mask) == value. */
#define NEW_NAMESPACES 0x7E020080UL
static const struct when {
    int call;
    unsigned arg;
    scmp_datum_t mask, value;
    unsigned needs; /* one of these, or 0: always */
} whens[] = {
    {S(clone), 0, NEW_NAMESPACES | CLONE_THREAD, CLONE_THREAD, 0},
    {S(clone), 0, NEW_NAMESPACES, 0, DEMO_NEEDS_FORK},
    /* memory shared without a name can be held without being resident, and pages of a hugetlbfs
       are not resident either: nobody would count them. Shared memory is a file in /tmp. */
    {S(mmap), 3, MAP_SHARED | MAP_HUGETLB, 0, 0},
    {S(mmap), 3, MAP_ANONYMOUS | MAP_HUGETLB, 0, 0},
    {S(memfd_create), 1, MFD_HUGETLB, 0, DEMO_NEEDS_MEMFD},
    {S(ioctl), 1, UINT32_MAX, FIONREAD, 0},
    {S(ioctl), 1, UINT32_MAX, FIONBIO, 0},
    {S(ioctl), 1, UINT32_MAX, TCGETS, 0},
    {S(ioctl), 1, UINT32_MAX, TIOCGWINSZ, 0},
    /* not F_SETOWN and F_SETSIG, which send any signal to anybody */
    {S(fcntl), 1, UINT32_MAX & ~7UL, 0, 0}, /* duplicates, flags, locks */
    {S(fcntl), 1, UINT32_MAX, F_DUPFD_CLOEXEC, 0},
    {S(fcntl), 1, UINT32_MAX, F_OFD_GETLK, 0},
    {S(fcntl), 1, UINT32_MAX, F_OFD_SETLK, 0},
    {S(fcntl), 1, UINT32_MAX, F_OFD_SETLKW, 0},
    {S(fcntl), 1, UINT32_MAX, F_GETPIPE_SZ, 0},
    {S(fcntl), 1, UINT32_MAX, F_ADD_SEALS, DEMO_NEEDS_MEMFD},
    {S(fcntl), 1, UINT32_MAX, F_GET_SEALS, DEMO_NEEDS_MEMFD},
    {S(prctl), 0, UINT32_MAX, PR_SET_NAME, 0},
    {S(prctl), 0, UINT32_MAX, PR_GET_NAME, 0},
    {S(prctl), 0, UINT32_MAX, PR_GET_DUMPABLE, 0},
    {S(prctl), 0, UINT32_MAX, PR_GET_NO_NEW_PRIVS, 0},
    {S(prctl), 0, UINT32_MAX, PR_SET_NO_NEW_PRIVS, 0},
    {S(prctl), 0, UINT32_MAX, PR_SET_THP_DISABLE, 0},
    {S(prctl), 0, UINT32_MAX, PR_SET_TIMERSLACK, 0},
    {S(prctl), 0, UINT32_MAX, 0x53564d41 /* PR_SET_VMA: names of mappings */, 0},
    {S(prlimit64), 0, UINT32_MAX, 0, 0},            /* its own */
    {S(personality), 0, UINT32_MAX, UINT32_MAX, 0}, /* only looks */
    {S(personality), 0, UINT32_MAX, ADDR_NO_RANDOMIZE, 0},
};

/*** As rules ***/

int calls_add_list(scmp_filter_ctx ctx, uint32_t action, const int *calls, size_t n)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < n; i++)
        if (calls[i] >= 0) /* below 0: this processor has it not */
            r = seccomp_rule_add(ctx, action, calls[i], 0);
    return r;
}

static int add_whens(scmp_filter_ctx ctx, unsigned needs)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < ARRAY_LEN(whens); i++) {
        const struct when *w = &whens[i];
        if (w->needs && !(w->needs & needs))
            continue;
        r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, w->call, 1,
                             SCMP_CMP(w->arg, SCMP_CMP_MASKED_EQ, w->mask, w->value));
    }
    if (r == 0) /* its own, not its user's */
        r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, S(setpriority), 2,
                             SCMP_CMP(0, SCMP_CMP_MASKED_EQ, UINT32_MAX, PRIO_PROCESS),
                             SCMP_CMP(1, SCMP_CMP_MASKED_EQ, UINT32_MAX, 0));
    return r;
}

#define ADD(list, action) calls_add_list(ctx, action, list, ARRAY_LEN(list))

int calls_add_rules(scmp_filter_ctx ctx, unsigned needs, bool own_files)
{
    int r = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    if (r == 0)
        r = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2); /* a binary tree */
    if (r == 0)
        r = ADD(for_all, SCMP_ACT_ALLOW);
    if (r == 0 && needs & DEMO_NEEDS_NET)
        r = sockets_add_rules(ctx);
    if (r == 0 && needs & DEMO_NEEDS_FORK)
        r = ADD(for_fork, SCMP_ACT_ALLOW);
    if (r == 0)
        r = ADD(for_own_files, own_files ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(EPERM));
    if (r == 0)
        r = add_whens(ctx, needs);
    if (r == 0)
        r = ADD(refused, SCMP_ACT_ERRNO(EPERM));
    return r == 0 ? ADD(deadly, SCMP_ACT_KILL_PROCESS) : r;
}
