/* sandbox_prepare.c - what is the same for every run, made once by the runner; see sandbox.h.
 *
 * The runner moves into a user namespace and a mount namespace of its own, where it may mount
 * without being root, and puts the files that every demo sees (sandbox_root.c) where no program
 * lies. A run is then cloned with a copy of that. Afterwards the runner gives up the capabilities
 * it had in there: a process owns the user namespaces that it clones even without them. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/util.h"
#include "runs/sandbox.h"

int proc_write(const char *path, const char *text)
{
    cleanup_close int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, text, strlen(text)) < 0)
        return -errno;
    return 0;
}

/* A process that is not dumpable has a /proc that belongs to root, so it is dumpable for as long as
 * it writes its maps. */
int user_map(uid_t uid, gid_t gid)
{
    char uids[64], gids[64];
    snprintf(uids, sizeof uids, "%u %u 1", uid, uid);
    snprintf(gids, sizeof gids, "%u %u 1", gid, gid);
    if (prctl(PR_SET_DUMPABLE, 1) < 0)
        return -errno;
    int r = proc_write("/proc/self/uid_map", uids);
    if (r == 0)
        r = proc_write("/proc/self/gid_map", gids);
    return prctl(PR_SET_DUMPABLE, 0) < 0 ? -errno : r;
}

int capabilities_drop(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {0};
    return syscall(SYS_capset, &header, none) < 0 ? -errno : 0;
}

/*** The steps ***/

static uid_t uid; /* before the namespace, in which one has no name until the maps are written */
static gid_t gid;

static int prepare_namespaces(void)
{
    uid = geteuid();
    gid = getegid();
    return unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0 ? -errno : 0;
}

/* Without setgroups the kernel lets anybody write a gid map; namespaces cloned from here inherit
 * that. */
static int prepare_user(void)
{
    prctl(PR_SET_DUMPABLE, 1); /* see user_map */
    int r = proc_write("/proc/self/setgroups", "deny");
    return r == 0 ? user_map(uid, gid) : r;
}

static int prepare_privileges(void)
{
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : capabilities_drop();
}

int sandbox_prepare(char ret_step[static 32])
{
    static const struct {
        const char *name;
        int (*run)(void);
    } steps[] = {
        {"namespaces", prepare_namespaces},
        {"user map", prepare_user},
        {"files", root_prepare},
        {"Landlock", landlock_prepare},
        {"privileges", prepare_privileges},
    };
    int r = 0;
    for (size_t i = 0; r == 0 && i < ARRAY_LEN(steps); i++) {
        snprintf(ret_step, 32, "%s", steps[i].name);
        r = steps[i].run();
    }
    return r;
}
