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
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/util.h"
#include "runs/sandbox.h"

struct pid_list {
    pid_t *pids;
    size_t n, max;
};

size_t proc_read(const char *path, char *buf, size_t size)
{
    size_t len = 0;
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0)
        fd_read_all(fd, buf, size - 1, &len);
    buf[len] = '\0';
    return len;
}

/* Adds the children that one thread forked. */
static void add_children_of_thread(pid_t pid, const char *thread, struct pid_list *list)
{
    enum { DIGITS = 11 };
    static char buf[TREE_MAX * DIGITS]; /* large, and the runner has one thread */
    char path[64];
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
    for (size_t i = 0; i < list.n && list.n < max; i++)
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
static bool sweep_once(const pid_t *keep, size_t n_keep, int64_t *cpu_ms)
{
    enum { CHILDREN_MAX = 256 };
    static pid_t tree[TREE_MAX]; /* large, and the runner has one thread */
    pid_t children[CHILDREN_MAX];
    struct pid_list list = {.pids = children, .max = CHILDREN_MAX};
    bool found = false;
    add_children(getpid(), &list);
    for (size_t i = 0; i < list.n; i++) {
        if (is_among(children[i], keep, n_keep))
            continue;
        size_t n = tree_list(children[i], tree, TREE_MAX);
        for (size_t k = 0; k < n; k++)
            kill(tree[k], SIGKILL);
        struct rusage usage = {0};
        wait4(children[i], NULL, 0, &usage);
        *cpu_ms += rusage_cpu_ms(&usage);
        found = true;
    }
    return found;
}

int64_t tree_sweep(const pid_t *keep, size_t n_keep)
{
    int64_t cpu_ms = 0;
    enum { ROUNDS_MAX = 1000 }; /* a demo that outruns this forks quicker than the runner kills */
    for (int i = 0; i < ROUNDS_MAX && sweep_once(keep, n_keep, &cpu_ms); i++)
        ;
    return cpu_ms;
}

int64_t rusage_cpu_ms(const struct rusage *usage)
{
    const struct timeval *user = &usage->ru_utime, *system = &usage->ru_stime;
    return (int64_t)(user->tv_sec + system->tv_sec) * 1000 +
           (user->tv_usec + system->tv_usec) / 1000;
}
