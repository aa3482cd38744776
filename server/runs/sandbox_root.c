/* sandbox_root.c - the files that a demo sees: a small root folder of its own; see sandbox.h.
 *
 *     /usr /lib… /bin  the machine's programs and libraries, read-only
 *     /demo/demo       its program, read-only
 *     /proc            of its own process ids
 *     /sys             what it may know of the processors and of huge pages, read-only
 *     /dev             null, zero, full, random, urandom; shm is the scratch folder
 *     /tmp             the scratch folder, in memory, of limited size; gone with the run
 *
 * Nothing else of the machine is there: no home, no /etc, no /run with its sockets. What is the
 * same for every run is a read-only template, which the runner makes once in its own mount
 * namespace and every run inherits; /proc, the program and the scratch folder are a run's own. The
 * template stays as it was when prepd started: it is private, so a disk that is mounted below /usr
 * later is not in it.
 *
 * It is entered by chroot and not by pivot_root, since unmounting the old root costs an RCU grace
 * period: a demo has no descriptor of a folder outside and no capability to chroot again, so the
 * old root is out of its reach for good. */
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/util.h"
#include "runs/sandbox.h"

#define WORKSHOP "/tmp" /* where the template is made; every machine has it */

enum { OPTIONAL = 1, DEVICE = 2 };

/* What is taken from the machine, under the same name. */
static const struct view {
    const char *path;
    int flags;
} views[] = {
    {"/usr", 0},
    {"/sys/devices/system", OPTIONAL},
    {"/sys/kernel/mm", OPTIONAL},
    {"/etc/ld.so.cache", OPTIONAL},
    {"/dev/null", DEVICE},
    {"/dev/zero", DEVICE},
    {"/dev/full", DEVICE},
    {"/dev/random", DEVICE},
    {"/dev/urandom", DEVICE},
};

/* Links into /usr where the machine has merged them, else folders of their own. */
static const char *const usr_links[] = {"/lib", "/lib64", "/lib32", "/libx32", "/bin", "/sbin"};

static const char *const folders[] = {"sys", "sys/devices", "sys/kernel", "etc",
                                      "dev", "proc",        "tmp",        "demo"};

/*** Once, in the runner ***/

/* A private copy of the machine's mount at `path`, not yet attached anywhere; read-only, but for a
 * device, which is no less itself for that. */
static int tree_clone(const char *path, bool device)
{
    struct mount_attr attr = {.attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
                              .propagation = MS_PRIVATE};
    int fd = (int)syscall(SYS_open_tree, AT_FDCWD, path,
                          OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
    if (fd < 0 || device ||
        syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH | AT_RECURSIVE, &attr, sizeof attr) == 0)
        return fd < 0 ? -errno : fd;
    int code = errno;
    close(fd);
    return -code;
}

static int tree_attach(int tree, const char *target)
{
    return syscall(SYS_move_mount, tree, "", AT_FDCWD, target, MOVE_MOUNT_F_EMPTY_PATH) < 0 ? -errno
                                                                                            : 0;
}

/* Where a tree can be attached: a folder for a folder, a file for a file. */
static int place_make(int tree, const char *target)
{
    struct stat st;
    if (fstat(tree, &st) < 0)
        return -errno;
    int made = S_ISDIR(st.st_mode) ? mkdir(target, 0755) : mknod(target, S_IFREG | 0444, 0);
    return made < 0 && errno != EEXIST ? -errno : 0;
}

static int view_take(const char *path, int flags)
{
    cleanup_close int tree = tree_clone(path, flags & DEVICE);
    if (tree < 0)
        return tree == -ENOENT && (flags & OPTIONAL) ? 0 : tree;
    int r = place_make(tree, path + 1);
    return r == 0 ? tree_attach(tree, path + 1) : r;
}

static int usr_link_take(const char *path)
{
    char to[64];
    ssize_t n = readlink(path, to, sizeof to - 1);
    if (n < 0)
        return errno == ENOENT ? 0 : view_take(path, OPTIONAL);
    to[n] = '\0';
    return symlink(to, path + 1) < 0 ? -errno : 0;
}

static int machine_take(void)
{
    int r = 0;
    for (size_t i = 0; i < ARRAY_LEN(folders); i++)
        if (mkdir(folders[i], 0755) < 0)
            return -errno;
    for (size_t i = 0; r == 0 && i < ARRAY_LEN(views); i++)
        r = view_take(views[i].path, views[i].flags);
    for (size_t i = 0; r == 0 && i < ARRAY_LEN(usr_links); i++)
        r = usr_link_take(usr_links[i]);
    return r;
}

/* Moved from where it was made to where it hides no program and nothing that the runner reads. */
int root_prepare(void)
{
    struct mount_attr read_only = {.attr_set = MOUNT_ATTR_RDONLY};
    if (mount("tmpfs", WORKSHOP, "tmpfs", MS_NOSUID | MS_NODEV, "size=64k,mode=0755") < 0 ||
        chdir(WORKSHOP) < 0)
        return -errno;
    int r = machine_take();
    if (r < 0)
        return r;
    if (symlink(SETUP_SCRATCH, "dev/shm") < 0 || mknod(&SETUP_PROGRAM[1], S_IFREG | 0444, 0) < 0 ||
        syscall(SYS_mount_setattr, AT_FDCWD, ".", 0, &read_only, sizeof read_only) < 0 ||
        chdir("/") < 0 || mount(WORKSHOP, ROOT_TEMPLATE, NULL, MS_MOVE, NULL) < 0)
        return -errno;
    return 0;
}

/*** For each run ***/

/* The program is taken by its path, so that a script can be read by its interpreter; where the path
 * cannot be walked by this user, an empty file stays in its place, and exec goes by descriptor. */
static int program_take(const char *path)
{
    cleanup_close int program = path ? tree_clone(path, false) : -1;
    return program >= 0 ? tree_attach(program, ROOT_TEMPLATE SETUP_PROGRAM) : 0;
}

int setup_root(struct setup *setup)
{
    const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    int r = program_take(setup->job->program);
    if (r < 0)
        return r;
    if (chdir(ROOT_TEMPLATE) < 0 || mount("proc", "proc", "proc", flags, NULL) < 0 ||
        mount("tmpfs", &SETUP_SCRATCH[1], "tmpfs", flags, "size=16m,nr_inodes=4096,mode=0700") <
            0 ||
        chroot(".") < 0)
        return -errno;
    return 0;
}
