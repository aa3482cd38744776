/* sandbox_tree.c - a process's descendants, read from /proc, where no pid namespace holds them
 * together; see sandbox.h.
 *
 * It is a race by nature: a process may fork while its tree is read. So a kill is repeated until
 * nothing is left: the runner is a child subreaper, and whatever loses its parent becomes the
 * runner's own child, where it is found again. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/util.h"
#include "runs/sandbox.h"

struct pid_list {
    pid_t *pids;
    size_t n, max;
};

static ssize_t proc_read(const char *path, char *buf, size_t size)
{
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, buf, size - 1);
    buf[n > 0 ? n : 0] = '\0';
    return n;
}

/* Adds the children that one thread forked. */
static void add_children_of_thread(pid_t pid, const char *thread, struct pid_list *list)
{
    char path[64], buf[4096];
    snprintf(path, sizeof path, "/proc/%d/task/%.16s/children", pid, thread);
    proc_read(path, buf, sizeof buf);
    char *at = buf, *end;
    for (long child; (child = strtol(at, &end, 10)) > 0 && list->n < list->max; at = end)
        list->pids[list->n++] = (pid_t)child;
}

static void add_children(pid_t pid, struct pid_list *list)
{
    char path[32];
    snprintf(path, sizeof path, "/proc/%d/task", pid);
    DIR *threads = opendir(path);
    struct dirent *entry;
    while (threads && (entry = readdir(threads)))
        if (entry->d_name[0] != '.')
            add_children_of_thread(pid, entry->d_name, list);
    if (threads)
        closedir(threads);
}

size_t tree_list(pid_t pid, pid_t *ret_pids, size_t max)
{
    struct pid_list list = {.pids = ret_pids, .max = max};
    ret_pids[list.n++] = pid;
    for (size_t i = 0; i < list.n; i++)
        add_children(ret_pids[i], &list);
    return list.n;
}

static bool is_among(pid_t pid, const pid_t *pids, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (pids[i] == pid)
            return true;
    return false;
}

/* One round; false if there was nothing to do. */
static bool sweep_once(const pid_t *keep, size_t n_keep)
{
    enum { CHILDREN_MAX = 256, TREE_MAX = 256 };
    pid_t children[CHILDREN_MAX], tree[TREE_MAX];
    struct pid_list list = {.pids = children, .max = CHILDREN_MAX};
    bool found = false;
    add_children(getpid(), &list);
    for (size_t i = 0; i < list.n; i++) {
        if (is_among(children[i], keep, n_keep))
            continue;
        size_t n = tree_list(children[i], tree, TREE_MAX);
        for (size_t k = 0; k < n; k++)
            kill(tree[k], SIGKILL);
        waitpid(children[i], NULL, 0);
        found = true;
    }
    return found;
}

void tree_sweep(const pid_t *keep, size_t n_keep)
{
    enum { ROUNDS_MAX = 1000 }; /* a demo that outruns this forks quicker than the runner kills */
    for (int i = 0; i < ROUNDS_MAX && sweep_once(keep, n_keep); i++)
        ;
}

/*** Memory ***/

static size_t resident_bytes(pid_t pid)
{
    char path[32], buf[128];
    unsigned long size = 0, resident = 0;
    snprintf(path, sizeof path, "/proc/%d/statm", pid);
    proc_read(path, buf, sizeof buf);
    if (sscanf(buf, "%lu %lu", &size, &resident) < 2)
        return 0;
    return resident * (size_t)sysconf(_SC_PAGESIZE);
}

/* Resident, with a page that n processes share counted as 1/n. The kernel walks the page tables for
 * it. */
static size_t proportional_bytes(pid_t pid)
{
    char path[48], buf[2048];
    unsigned long kilobytes = 0;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", pid);
    proc_read(path, buf, sizeof buf);
    const char *line = strstr(buf, "\nPss:");
    if (!line || sscanf(line, "\nPss: %lu", &kilobytes) < 1)
        return resident_bytes(pid);
    return kilobytes * 1024;
}

static size_t sum(const pid_t *pids, size_t n, size_t (*bytes)(pid_t pid))
{
    size_t total = 0;
    for (size_t i = 0; i < n; i++)
        total += bytes(pids[i]);
    return total;
}

/* The cheap sum counts shared pages once for each process, so it can only be too high; only then
 * the exact one is worth its price. */
bool sandbox_memory_exceeds(const struct sandbox *sandbox, size_t max)
{
    enum { TREE_MAX = 256 };
    pid_t tree[TREE_MAX];
    size_t n = tree_list(sandbox->pid, tree, TREE_MAX);
    size_t ours = sandbox->mode == SANDBOX_NAMESPACES; /* pid 1 is no part of the demo */
    const pid_t *pids = tree + ours;
    n -= ours;
    if (sum(pids, n, resident_bytes) <= max)
        return false;
    return n == 1 || sum(pids, n, proportional_bytes) > max;
}
