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

/*** One process ***/

struct stat_line {
    char state;
    unsigned long ticks; /* of its threads, and of the children it has waited for */
    long threads;
    size_t resident; /* bytes */
};

/* Its name may hold anything, so what follows the last ')' counts: state is the third field. False
 * if it has just ended. */
static bool stat_read(pid_t pid, struct stat_line *ret)
{
    char path[32], buf[512];
    unsigned long user = 0, system = 0;
    long waited_user = 0, waited_system = 0, pages = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t len = fd < 0 ? 0 : read(fd, buf, sizeof buf - 1); /* one read gives all of it */
    buf[len < 0 ? 0 : len] = '\0';
    const char *at = strrchr(buf, ')');
    if (!at || sscanf(at,
                      ") %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld %*d %*d %ld "
                      "%*d %*u %*u %ld",
                      &ret->state, &user, &system, &waited_user, &waited_system, &ret->threads,
                      &pages) < 7)
        return false;
    ret->ticks = user + system + (unsigned long)(waited_user + waited_system);
    ret->resident = (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
    return true;
}

static bool is_dead(const struct stat_line *line)
{
    return strchr("ZX", line->state) != NULL;
}

/* A thread of the process that lives, and what it says of the whole; `pid` if there is none. */
static pid_t living_thread(pid_t pid, struct stat_line *line)
{
    char path[32];
    pid_t found = pid;
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *threads = opendir(path);
    for (struct dirent *entry; found == pid && threads && (entry = readdir(threads));) {
        pid_t tid = atoi(entry->d_name);
        struct stat_line of_thread;
        if (tid > 0 && stat_read(tid, &of_thread) && !is_dead(&of_thread)) {
            found = tid;
            *line = of_thread;
        }
    }
    if (threads)
        closedir(threads);
    return found;
}

/* Adds what it uses. Returns the number under which /proc tells of it, or 0 if it is gone: once its
 * first thread has ended the process has no memory and no files by its own, but all by the number
 * of another. */
static pid_t add_stat(pid_t pid, struct sandbox_usage *usage, unsigned long *ticks)
{
    struct stat_line line;
    if (!stat_read(pid, &line))
        return 0;
    if (is_dead(&line) && line.threads > 1)
        pid = living_thread(pid, &line);
    *ticks += line.ticks;
    usage->processes += (size_t)line.threads;
    usage->memory += line.resident;
    return pid;
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

/* Sockets of its network, in descriptors, two for one: a connection that waits to be accepted is
 * two sockets, and has no descriptor at either end once its client has closed. */
static size_t count_sockets(pid_t pid)
{
    char path[48], text[512];
    unsigned long used = 0;
    snprintf(path, sizeof path, "/proc/%d/net/sockstat", pid);
    proc_read(path, text, sizeof text);
    return sscanf(text, "sockets: used %lu", &used) == 1 ? used / 2 : 0;
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

static bool has_own_network(const struct sandbox *sandbox)
{
    return sandbox->mode == SANDBOX_NAMESPACES || sandbox->mode == SANDBOX_BWRAP;
}

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
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
        tree[i] = add_stat(tree[i], i < skip ? &not_theirs : ret, &ticks);
        if (i >= skip && tree[i])
            ret->files = larger(ret->files, count_files(tree[i]));
    }
    if (n <= skip || !tree[skip]) {
        sandbox->demo = 0; /* to be looked for anew */
    } else if (needs & DEMO_NEEDS_NET && has_own_network(sandbox)) {
        ret->files = larger(ret->files, count_sockets(tree[skip]));
    }
    ret->cpu_ms = (int64_t)(ticks * 1000 / (unsigned long)sysconf(_SC_CLK_TCK));
    if (n > skip && (ret->memory > memory_max || needs & DEMO_NEEDS_MEMFD))
        ret->memory = memory_exactly(tree + skip, n - skip, needs);
}
