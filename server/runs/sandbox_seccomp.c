/* sandbox_seccomp.c - the filter of system calls: compiled once by the runner, installed by each
 * demo; see sandbox.h and seccomp(2).
 *
 * A filter depends on the kind of sandbox and on what the demo needs (sandbox_calls.c). The runner
 * keeps each program that it has compiled, so a run costs one call. The rules become a binary tree,
 * since the kernel walks the filter for each call that exists when it is installed. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/util.h"
#include "runs/catalogue.h"
#include "runs/sandbox.h"
#include "runs/sandbox_calls.h"

/*** Compiling ***/

/* The program as the kernel wants it. */
static int filter_export(scmp_filter_ctx ctx, struct sock_fprog *ret)
{
    cleanup_close int fd = memfd_create("seccomp", MFD_CLOEXEC);
    struct stat st;
    int r = fd < 0 ? -errno : seccomp_export_bpf(ctx, fd);
    if (r < 0)
        return r;
    if (fstat(fd, &st) < 0)
        return -errno;
    void *program = malloc((size_t)st.st_size);
    if (!program || pread(fd, program, (size_t)st.st_size, 0) != st.st_size) {
        free(program);
        return program ? -EIO : -ENOMEM;
    }
    *ret = (struct sock_fprog){
        .len = (unsigned short)((size_t)st.st_size / sizeof(struct sock_filter)),
        .filter = program};
    return 0;
}

static int filter_make(unsigned needs, bool own_files, struct sock_fprog *ret)
{
    scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
    int r = ctx ? calls_add_rules(ctx, needs, own_files) : -ENOMEM;
    if (r == 0)
        r = filter_export(ctx, ret);
    seccomp_release(ctx);
    return r;
}

const struct sock_fprog *seccomp_filter(enum sandbox_mode mode, unsigned needs)
{
    enum { ALL_NEEDS = DEMO_NEEDS_NET | DEMO_NEEDS_THREADS | DEMO_NEEDS_FORK | DEMO_NEEDS_MEMFD };
    static struct sock_fprog made[2][ALL_NEEDS + 1];
    bool own_files = mode != SANDBOX_PROCESS;
    if (mode == SANDBOX_PROCESS) /* whatever it says that it needs */
        needs &= (unsigned)~(DEMO_NEEDS_NET | DEMO_NEEDS_FORK);
    needs &= ALL_NEEDS & ~DEMO_NEEDS_THREADS; /* a thread is no more than its process */
    struct sock_fprog *filter = &made[own_files][needs];
    int r = filter->filter ? 0 : filter_make(needs, own_files, filter);
    if (r == 0)
        return filter;
    errno = -r;
    return NULL;
}

/*** Installing ***/

static int install(const struct sock_fprog *filter)
{
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, filter) < 0 ? -errno : 0;
}

/* Where it shares the machine's process ids, a demo may name none but its own: without this it
 * could signal or slow down whatever else the user runs. */
static int install_own_pid(void)
{
    static const int calls[] = {SYS_kill,
                                SYS_tgkill,
                                SYS_rt_sigqueueinfo,
                                SYS_rt_tgsigqueueinfo,
                                SYS_sched_setaffinity,
                                SYS_sched_setscheduler,
                                SYS_sched_setparam,
                                SYS_setpgid};
    enum { N = ARRAY_LEN(calls), HEAD = 1, TAIL = 6 };
    struct sock_filter code[HEAD + N + TAIL];
    size_t at = 0;
    code[at++] =
        (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (size_t i = 0; i < N; i++) /* to the load of the argument, past the `allow` */
        code[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)calls[i],
                                                  (uint8_t)(N - i), 0);
    code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    code[at++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
                                              offsetof(struct seccomp_data, args[0]));
    code[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0); /* itself */
    code[at++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)getpid(), 0, 1);
    code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    code[at++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
    struct sock_fprog filter = {.len = (unsigned short)at, .filter = code};
    return install(&filter);
}

/*** One exec ***/

/* Some memory at a place left to chance, one of 2^34 pages; NULL if there is none. */
static void *somewhere(size_t size)
{
    enum { TRIES = 64 }; /* something else may lie there */
    for (int i = 0; i < TRIES; i++) {
        uint64_t chance;
        if (getrandom(&chance, sizeof chance, 0) != sizeof chance)
            return NULL;
        void *place = (void *)(uintptr_t)(chance & 0x3ffffffff000);
        if (mmap(place, size, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0) == place)
            return place;
    }
    return NULL;
}

static char *const *arguments_hide(char *const *argv)
{
    size_t n = 0;
    while (argv[n++])
        ;
    char **copy = somewhere(n * sizeof *copy);
    if (copy)
        memcpy(copy, argv, n * sizeof *copy);
    return copy;
}

enum { EXEC_RULE = 7 };

/* `call` fails unless its argument `arg` is that place. */
static void exec_rule(uint32_t call, size_t arg, uintptr_t place, struct sock_filter *ret)
{
    const uint32_t nr = offsetof(struct seccomp_data, nr);
    const uint32_t low = (uint32_t)(offsetof(struct seccomp_data, args) + arg * sizeof(uint64_t));
    const struct sock_filter code[EXEC_RULE] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, nr),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 5),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, low),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)place, 0, 2),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, low + 4),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)((uint64_t)place >> 32), 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
    };
    memcpy(ret, code, sizeof code);
}

/* Where the runner holds the demo by PR_SET_PDEATHSIG alone: it is the thread's own that asked for
 * it, and the exec of another thread would be rid of it. So there is one exec, that of the set-up,
 * known by where its arguments lie, of which nothing is left afterwards. */
static int install_one_exec(struct setup *setup)
{
    struct sock_filter code[2 * EXEC_RULE + 1] = {[2 * EXEC_RULE] =
                                                      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog filter = {.len = ARRAY_LEN(code), .filter = code};
    if (!setup->job->program)
        return 0; /* only a look whether a sandbox can be made */
    setup->argv = arguments_hide(setup->argv);
    if (!setup->argv)
        return -ENOMEM;
    exec_rule(SYS_execve, 1, (uintptr_t)setup->argv, code);
    exec_rule(SYS_execveat, 2, (uintptr_t)setup->argv, code + EXEC_RULE);
    return install(&filter);
}

int setup_seccomp(struct setup *setup)
{
    int r = setup->mode == SANDBOX_PROCESS ? install_own_pid() : 0;
    if (r == 0 && setup->mode == SANDBOX_PROCESS)
        r = install_one_exec(setup);
    return r < 0 ? r : install(setup->filter);
}
