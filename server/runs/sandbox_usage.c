/* sandbox_usage.c - what a run uses, its whole tree of processes together, read from /proc by the
 * runner every now and then; see sandbox.h.
 *
 * Memory is the hard one. The cheap figure of a process, its resident pages, counts a shared page
 * once for each process, so it can only be too high; only when it says too much the exact one is
 * worth its price (the kernel walks the page tables for it). A memfd's pages belong to nobody while
 * they are not mapped, so where a demo may make them they are counted by their files. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runs/catalogue.h"
#include "runs/sandbox.h"

/* Its name may hold anything, so what follows the last ')' counts: state is the third field. */
static void add_stat(pid_t pid, struct sandbox_usage *usage, unsigned long *ticks)
{
    char path[32], buf[512];
    unsigned long user = 0, system = 0;
    long waited_user = 0, waited_system = 0, threads = 0, resident = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd < 0 ? 0 : read(fd, buf, sizeof buf - 1); /* one read gives all of it */
    buf[len < 0 ? 0 : len] = '\0';
    const char *at = strrchr(buf, ')');
    if (!at || sscanf(at,
                      ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld %*d %*d %ld "
                      "%*d %*u %*u %ld",
                      &user, &system, &waited_user, &waited_system, &threads, &resident) < 6)
        return; /* it has just ended */
    *ticks += user + system + (unsigned long)(waited_user + waited_system);
    usage->processes += (size_t)threads;
    usage->memory += (size_t)resident * (size_t)sysconf(_SC_PAGESIZE);
}

/* Linux before 6.2 does not say it in the folder's size. */
static size_t count_files(pid_t pid)
{
    char path[32];
    struct stat st;
    size_t n = 0;
    snprintf(path, sizeof path, "/proc/%d/fd", pid);
    if (stat(path, &st) == 0 && st.st_size > 0)
        return (size_t)st.st_size;
    DIR *files = opendir(path);
    for (struct dirent *entry; files && (entry = readdir(files));)
        n += entry->d_name[0] != '.';
    if (files)
        closedir(files);
    return n;
}

/* The bytes that a line "NAME: n kB" of its summed mappings says, with a page that n processes
 * share counted as 1/n. */
static size_t rollup_bytes(const char *rollup, const char *name)
{
    const char *line = strstr(rollup, name);
    return line ? strtoul(line + strlen(name), NULL, 10) * 1024 : 0;
}

/*** memfds ***/

enum { INODES_MAX = 4096 };

struct seen {
    ino_t inodes[INODES_MAX];
    size_t n;
};

static bool see(struct seen *seen, ino_t inode)
{
    for (size_t i = 0; i < seen->n; i++)
        if (seen->inodes[i] == inode)
            return false;
    if (seen->n < INODES_MAX)
        seen->inodes[seen->n++] = inode;
    return true;
}

/* The bytes of files without a name that it holds open, each file once. */
static size_t open_memfd_bytes(pid_t pid, struct seen *seen)
{
    char path[32];
    size_t bytes = 0;
    snprintf(path, sizeof path, "/proc/%d/fd", pid);
    DIR *files = opendir(path);
    for (struct dirent *entry; files && (entry = readdir(files));) {
        struct stat st;
        if (fstatat(dirfd(files), entry->d_name, &st, 0) == 0 && S_ISREG(st.st_mode) &&
            st.st_nlink == 0 && see(seen, st.st_ino))
            bytes += (size_t)st.st_blocks * 512;
    }
    if (files)
        closedir(files);
    return bytes;
}

/* Those that are mapped and were not seen open: nobody says how large they are. */
static size_t mapped_memfd_bytes(pid_t pid, struct seen *seen)
{
    char path[32], line[512];
    size_t bytes = 0;
    unsigned long inode;
    snprintf(path, sizeof path, "/proc/%d/maps", pid);
    cleanup_fclose FILE *maps = fopen(path, "re");
    while (maps && fgets(line, sizeof line, maps))
        if (strstr(line, " /memfd:") && sscanf(line, "%*s %*s %*s %*s %lu", &inode) == 1 &&
            see(seen, inode))
            bytes += LIMIT_FILE_BYTES;
    return bytes;
}

static size_t memfd_bytes(const pid_t *pids, size_t n)
{
    static struct seen seen; /* large, and the runner has one thread */
    size_t bytes = 0;
    seen.n = 0;
    for (size_t i = 0; i < n; i++)
        bytes += open_memfd_bytes(pids[i], &seen);
    for (size_t i = 0; i < n; i++)
        bytes += mapped_memfd_bytes(pids[i], &seen);
    return bytes;
}

/* The resident pages of a process, for one that lets nobody see more: its program cannot be read.
 */
static size_t resident_bytes(pid_t pid)
{
    char path[32], statm[128];
    unsigned long resident = 0;
    snprintf(path, sizeof path, "/proc/%d/statm", pid);
    proc_read(path, statm, sizeof statm);
    return sscanf(statm, "%*u %lu", &resident) == 1 ? resident * (size_t)sysconf(_SC_PAGESIZE) : 0;
}

/* A memfd's pages count by its file, mapped or not; so those that are mapped are taken off. */
static size_t memory_exactly(const pid_t *pids, size_t n, unsigned needs)
{
    bool memfds = needs & DEMO_NEEDS_MEMFD;
    size_t total = memfds ? memfd_bytes(pids, n) : 0;
    for (size_t i = 0; i < n; i++) {
        char path[48], rollup[2048];
        snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pids[i]);
        if (proc_read(path, rollup, sizeof rollup) == 0)
            total += resident_bytes(pids[i]);
        total += rollup_bytes(rollup, "\nPss:");
        total -= memfds ? rollup_bytes(rollup, "\nPss_Shmem:") : 0;
    }
    return total;
}

/*** All of it ***/

/* How many processes at the head of the tree are ours and not the demo's. */
static size_t ours(enum sandbox_mode mode)
{
    return mode == SANDBOX_NAMESPACES ? 1 : mode == SANDBOX_BWRAP ? 2 : 0;
}

size_t sandbox_processes(const struct sandbox *sandbox, pid_t *ret_pids)
{
    return tree_list(sandbox->pid, ret_pids,
                     sandbox->may_fork ? TREE_MAX : ours(sandbox->mode) + 1);
}

/* As sandbox_processes, but one that stays the only one is not looked for twenty times a second,
 * beside prepd's own work: its parents' numbers are left out then. */
static size_t processes_of(struct sandbox *sandbox, pid_t *ret_pids)
{
    size_t skip = ours(sandbox->mode);
    if (sandbox->demo) {
        ret_pids[skip] = sandbox->demo;
        return skip + 1;
    }
    size_t n = sandbox_processes(sandbox, ret_pids);
    if (n > skip && !sandbox->may_fork)
        sandbox->demo = ret_pids[skip];
    return n;
}

/* Where there is one process, ours have waited for nobody, and have nothing to tell. */
void sandbox_usage(struct sandbox *sandbox, unsigned needs, size_t memory_max,
                   struct sandbox_usage *ret)
{
    static pid_t tree[TREE_MAX];
    size_t n = processes_of(sandbox, tree), skip = ours(sandbox->mode);
    unsigned long ticks = 0;
    *ret = (struct sandbox_usage){0};
    for (size_t i = sandbox->demo ? skip : 0; i < n; i++) {
        struct sandbox_usage not_theirs = {0};
        add_stat(tree[i], i < skip ? &not_theirs : ret, &ticks);
        size_t files = i < skip ? 0 : count_files(tree[i]);
        if (files > ret->files)
            ret->files = files;
    }
    ret->cpu_ms = (int64_t)(ticks * 1000 / (unsigned long)sysconf(_SC_CLK_TCK));
    if (n > skip && (ret->memory > memory_max || needs & DEMO_NEEDS_MEMFD))
        ret->memory = memory_exactly(tree + skip, n - skip, needs);
}
