/* image.c - kinds of image files, and reading one; see image.h. */
#include "notes/image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/util.h"
#include "notes/beneath.h"

/*** Kinds ***/

static const struct {
    const char *extension;
    enum image_kind kind;
} extensions[] = {{".svg", IMAGE_SVG},   {".png", IMAGE_PNG}, {".jpg", IMAGE_JPEG},
                  {".jpeg", IMAGE_JPEG}, {".gif", IMAGE_GIF}, {".webp", IMAGE_WEBP}};

bool image_kind_of(const char *path, enum image_kind *ret)
{
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < ARRAY_LEN(extensions); i++) {
        if (strcasecmp(dot, extensions[i].extension) != 0)
            continue;
        *ret = extensions[i].kind;
        return true;
    }
    return false;
}

const char *image_content_type(enum image_kind kind)
{
    static const char *const types[] = {
        [IMAGE_SVG] = "image/svg+xml", [IMAGE_PNG] = "image/png",   [IMAGE_JPEG] = "image/jpeg",
        [IMAGE_GIF] = "image/gif",     [IMAGE_WEBP] = "image/webp",
    };
    return types[kind];
}

size_t image_bytes_max(enum image_kind kind)
{
    return kind == IMAGE_SVG ? IMAGE_SVG_BYTES_MAX : IMAGE_BYTES_MAX;
}

/*** Reading ***/

ssize_t image_read_head(int fd, void *bytes, size_t max)
{
    size_t len;
    int r = fd_read_all(fd, bytes, max, &len);
    return r < 0 ? r : (ssize_t)len;
}

int image_open(int folder_fd, const char *path, enum image_kind kind, struct stat *ret_st,
               struct err *err)
{
    cleanup_close int fd = open_beneath(folder_fd, path, 0);
    if (fd < 0 && errno == EACCES)
        return err_set(err, EACCES, "it may not be read");
    if (fd < 0 || fstat(fd, ret_st) < 0)
        return err_set(err, ENOENT, "there is no such file");
    if (!S_ISREG(ret_st->st_mode))
        return err_set(err, ENOENT, "it is no file");
    if ((size_t)ret_st->st_size > image_bytes_max(kind))
        return err_set(err, EFBIG, "it has more than the %zu bytes allowed", image_bytes_max(kind));
    return steal_fd(&fd);
}

int image_read(const char *folder, const char *path, enum image_kind kind, char **ret,
               size_t *ret_len, struct err *err)
{
    cleanup_close int folder_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (folder_fd < 0)
        return err_set(err, ENOENT, "its folder is gone");
    struct stat st;
    cleanup_close int fd = image_open(folder_fd, path, kind, &st, err);
    if (fd < 0)
        return fd;
    cleanup_free char *bytes = malloc((size_t)st.st_size + 1);
    if (!bytes)
        return err_set(err, ENOMEM, "out of memory");
    ssize_t len = image_read_head(fd, bytes, (size_t)st.st_size);
    if (len < 0)
        return err_set(err, (int)-len, "it cannot be read: %s", strerror((int)-len));
    *ret = steal_ptr(&bytes);
    *ret_len = (size_t)len;
    return 0;
}
