/* store_folder.c - the data folder: made, locked, and looked at before SQLite opens anything in it.
 */
#include "store/store_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/cleanup.h"

static int make_one(const char *dir, struct err *err)
{
    struct stat st;
    if (mkdir(dir, 0700) == 0)
        return 0;
    int code = errno;
    if (stat(dir, &st) == 0) /* an existing folder may answer EACCES or EROFS, too */
        return S_ISDIR(st.st_mode) ? 0 : err_set(err, ENOTDIR, "%s: not a folder", dir);
    return err_set(err, code, "%s: cannot make the folder: %s", dir, strerror(code));
}

int folder_make(const char *dir, struct err *err)
{
    cleanup_free char *path = strdup(dir);
    if (!path)
        return err_set(err, ENOMEM, "%s: out of memory", dir);
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        int r = make_one(path, err);
        if (r < 0)
            return r;
        *slash = '/';
    }
    return make_one(path, err);
}

static int lock_refused(int fd, const char *path, struct err *err)
{
    char holder[24] = "";
    ssize_t n = read(fd, holder, sizeof holder - 1);
    holder[n > 0 ? strspn(holder, "0123456789") : 0] = '\0';
    return err_set(err, EBUSY, "%s: another prepd (process %s) works with this folder", path,
                   holder[0] ? holder : "unknown");
}

int folder_lock(const char *dir, struct err *err)
{
    char path[4096];
    if ((size_t)snprintf(path, sizeof path, "%s/prepd.lock", dir) >= sizeof path)
        return err_set(err, ENAMETOOLONG, "%s: the name is too long", dir);
    cleanup_close int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_set(err, errno, "%s: cannot write: %s", path, strerror(errno));
    if (flock(fd, LOCK_EX | LOCK_NB) < 0)
        return errno == EWOULDBLOCK ? lock_refused(fd, path, err)
                                    : err_set(err, errno, "%s: %s", path, strerror(errno));
    /* The lock is what counts; on a full disk the pid, which only serves the message above, may be
     * missing. */
    if (ftruncate(fd, 0) == 0)
        (void)dprintf(fd, "%ld\n", (long)getpid());
    return steal_fd(&fd);
}

static uint32_t big_endian(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* The first 100 bytes of a database: https://www.sqlite.org/fileformat2.html, 1.3. */
static int look_at_header(const char *path, const unsigned char *header, ssize_t len, int known,
                          struct err *err)
{
    if (len < 100 || memcmp(header, "SQLite format 3", 16) != 0)
        return err_set(err, EBADMSG, "%s: damaged: its beginning is not that of a database", path);
    uint32_t version = big_endian(header + 60), application = big_endian(header + 68);
    if (application != STORE_APPLICATION_ID && application != 0)
        return err_set(err, EBADMSG, "%s: a database of another program", path);
    if (version > (uint32_t)known)
        return err_set(err, EPROTO,
                       "%s: written by a newer prepd (schema %u, this one knows %d); "
                       "it was not touched",
                       path, version, known);
    return 0;
}

int folder_look(const char *path, int known, bool *ret_fresh, struct err *err)
{
    unsigned char header[100];
    struct stat st;
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    *ret_fresh = fd < 0 && errno == ENOENT;
    if (*ret_fresh)
        fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 || fstat(fd, &st) < 0)
        return err_set(err, errno, "%s: cannot open: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return err_set(err, EINVAL, "%s: not a regular file", path);
    if (st.st_size == 0)
        return 0;
    ssize_t len = pread(fd, header, sizeof header, 0);
    if (len < 0)
        return err_set(err, errno, "%s: cannot read: %s", path, strerror(errno));
    return look_at_header(path, header, len, known, err);
}
