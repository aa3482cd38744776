/* util.c - clocks, ids, files. */
#include "base/util.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cleanup.h"

void id_new(char ret_id[static ID_SIZE])
{
    unsigned char bytes[(ID_SIZE - 1) / 2];
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
        abort();
    for (size_t i = 0; i < sizeof bytes; i++)
        snprintf(ret_id + 2 * i, 3, "%02x", bytes[i]);
}

bool id_is_valid(const char *s)
{
    return strlen(s) == ID_SIZE - 1 && strspn(s, "0123456789abcdef") == ID_SIZE - 1;
}

static int64_t clock_read_ms(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_ms(void)
{
    return clock_read_ms(CLOCK_MONOTONIC);
}

int64_t clock_wall_ms(void)
{
    return clock_read_ms(CLOCK_REALTIME);
}

int fd_read_all(int fd, char *buf, size_t size, size_t *ret_len)
{
    size_t len = 0;
    while (len < size) {
        ssize_t n = read(fd, buf + len, size - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        len += (size_t)n;
    }
    *ret_len = len;
    return 0;
}

int file_read(const char *path, size_t max, size_t pad, char **ret_data, size_t *ret_len,
              struct err *err)
{
    /* O_NONBLOCK: opening a FIFO must not wait for a writer */
    cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) < 0)
        return err_set(err, errno, "%s: cannot open: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return err_set(err, EINVAL, "%s: not a regular file", path);
    if ((size_t)st.st_size > max)
        return err_set(err, EFBIG, "%s: %lld bytes, more than the %zu allowed", path,
                       (long long)st.st_size, max);
    size_t size = (size_t)st.st_size;
    cleanup_free char *data = calloc(1, size + pad + 1);
    if (!data)
        return err_set(err, ENOMEM, "%s: out of memory", path);
    int r = fd_read_all(fd, data, size, ret_len);
    if (r < 0)
        return err_set(err, -r, "%s: cannot read: %s", path, strerror(-r));
    *ret_data = steal_ptr(&data);
    return 0;
}

uint64_t hash_bytes(const void *bytes, size_t len)
{
    const unsigned char *p = bytes;
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < len; i++)
        h = (h ^ p[i]) * 0x100000001b3u;
    return h;
}

bool parse_u64(const char *s, uint64_t max, uint64_t *ret)
{
    size_t digits = strspn(s, "0123456789");
    if (digits == 0 || digits > 20 || s[digits] || (digits > 1 && s[0] == '0'))
        return false;
    errno = 0;
    unsigned long long v = strtoull(s, NULL, 10);
    if (errno || v > max)
        return false;
    *ret = v;
    return true;
}
