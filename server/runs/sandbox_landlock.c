/* sandbox_landlock.c - which files a demo may touch, and how; see sandbox.h and landlock(7).
 *
 * DESIGN  Everything that this kernel's Landlock can forbid is forbidden, but for what the table
 * grants. In a root folder of its own this is the second net, under the mounts; where there are no
 * namespaces it is the only one. Debian 12's header knows ABI 2; what came later is named here, and
 * the kernel is told no more of the struct than it knows. To grant something: a row in the table.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/util.h"
#include "runs/sandbox.h"

/* ABI 3, 4, 5, 6. */
#define FS_TRUNCATE  (1ULL << 14)
#define FS_IOCTL_DEV (1ULL << 15)
#define NET_ALL      (3ULL) /* TCP: bind, connect */
#define SCOPE_ALL    (3ULL) /* abstract Unix sockets, signals */

struct ruleset_attr {
    uint64_t fs, net, scope;
};

#define FS_ABI_1 ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)
#define READ     (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define RUN      (READ | LANDLOCK_ACCESS_FS_EXECUTE)
#define WRITE    (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE)
#define SCRATCH                                                                                    \
    ((FS_ABI_1 | LANDLOCK_ACCESS_FS_REFER | FS_TRUNCATE) &                                         \
     ~(uint64_t)(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_MAKE_CHAR |                       \
                 LANDLOCK_ACCESS_FS_MAKE_BLOCK))

enum where { ALWAYS, OWN_ROOT, MACHINE };

/* What is not there is not granted. */
static const struct grant {
    const char *path;
    uint64_t access;
    enum where where;
} grants[] = {
    {"/usr", RUN, ALWAYS},
    {"/lib", RUN, ALWAYS},
    {"/lib64", RUN, ALWAYS},
    {"/bin", RUN, ALWAYS},
    {"/etc/ld.so.cache", READ, ALWAYS},
    {"/sys/devices/system", READ, ALWAYS},
    {"/sys/kernel/mm", READ, ALWAYS},
    {"/dev/null", WRITE, ALWAYS},
    {"/dev/zero", WRITE, ALWAYS},
    {"/dev/full", WRITE, ALWAYS},
    {"/dev/random", READ, ALWAYS},
    {"/dev/urandom", READ, ALWAYS},
    {SETUP_SCRATCH, SCRATCH, OWN_ROOT},
    {"/proc", READ, OWN_ROOT},
    {"/proc/self", READ, MACHINE}, /* of the others nothing */
    {"/proc/cpuinfo", READ, MACHINE},
    {"/proc/meminfo", READ, MACHINE},
    {"/proc/stat", READ, MACHINE},
    {"/proc/sys", READ, MACHINE},
};

int landlock_abi(void)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    return abi > 0 ? (int)abi : 0;
}

/* All that the ABI can forbid. In a network of its own a demo may bind and connect. */
static struct ruleset_attr all_of(int abi, enum sandbox_mode mode)
{
    struct ruleset_attr attr = {.fs = FS_ABI_1};
    if (abi >= 2)
        attr.fs |= LANDLOCK_ACCESS_FS_REFER;
    if (abi >= 3)
        attr.fs |= FS_TRUNCATE;
    if (abi >= 4 && mode == SANDBOX_PROCESS)
        attr.net = NET_ALL;
    if (abi >= 5)
        attr.fs |= FS_IOCTL_DEV;
    if (abi >= 6)
        attr.scope = SCOPE_ALL;
    return attr;
}

static size_t attr_size(int abi)
{
    if (abi >= 6)
        return sizeof(struct ruleset_attr);
    return abi >= 4 ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
}

/* What can be granted of a file is less than what can be granted of a folder. */
static int grant(int ruleset, int fd, uint64_t access)
{
    const uint64_t of_files = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                              LANDLOCK_ACCESS_FS_READ_FILE | FS_TRUNCATE | FS_IOCTL_DEV;
    struct stat st;
    if (fstat(fd, &st) < 0)
        return -errno;
    struct landlock_path_beneath_attr rule = {
        .allowed_access = S_ISDIR(st.st_mode) ? access : access & of_files, .parent_fd = fd};
    return syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0
               ? -errno
               : 0;
}

/* What is there for every run, opened once; -1 for the others. */
static int prepared[ARRAY_LEN(grants)];

/* A link leads to something that has a rule of its own. */
int landlock_prepare(void)
{
    for (size_t i = 0; i < ARRAY_LEN(grants); i++) {
        char path[64];
        struct stat st;
        snprintf(path, sizeof path, ROOT_TEMPLATE "%s", grants[i].path);
        bool kept = grants[i].where == ALWAYS && lstat(path, &st) == 0 && !S_ISLNK(st.st_mode);
        prepared[i] = kept ? open(path, O_PATH | O_CLOEXEC) : -1;
        if (kept && prepared[i] < 0)
            return -errno;
    }
    return 0;
}

static int grant_path(int ruleset, const char *path, uint64_t access)
{
    cleanup_close int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT || errno == EACCES ? 0 : -errno;
    return grant(ruleset, fd, access);
}

static int grant_all(const struct setup *setup, int ruleset, uint64_t handled)
{
    bool own_root = setup->mode == SANDBOX_NAMESPACES;
    int r = 0;
    for (size_t i = 0; r == 0 && i < ARRAY_LEN(grants); i++) {
        uint64_t access = grants[i].access & handled;
        if (own_root && grants[i].where == ALWAYS)
            r = prepared[i] >= 0 ? grant(ruleset, prepared[i], access) : 0;
        else if (grants[i].where == ALWAYS || (grants[i].where == OWN_ROOT) == own_root)
            r = grant_path(ruleset, grants[i].path, access);
    }
    if (r == 0 && setup->job->program)
        r = grant(ruleset, setup->job->program_fd, RUN & handled);
    return r;
}

/* Where namespaces hold the demo, a kernel without Landlock will do. */
int setup_rules(struct setup *setup)
{
    int abi = landlock_abi();
    if (abi == 0)
        return setup->mode == SANDBOX_PROCESS ? -ENOSYS : 0;
    struct ruleset_attr attr = all_of(abi, setup->mode);
    cleanup_close int ruleset = (int)syscall(SYS_landlock_create_ruleset, &attr, attr_size(abi), 0);
    if (ruleset < 0)
        return -errno;
    int r = grant_all(setup, ruleset, attr.fs);
    if (r == 0)
        setup->rules_fd = steal_fd(&ruleset);
    return r;
}

int setup_landlock(struct setup *setup)
{
    if (setup->rules_fd < 0)
        return 0;
    return syscall(SYS_landlock_restrict_self, SETUP_FD_RULES, 0) < 0 ? -errno : 0;
}
