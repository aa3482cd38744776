/* util.h - small things that every layer needs: clocks, random ids, UTF-8, whole files. */
#ifndef PREPD_BASE_UTIL_H
#define PREPD_BASE_UTIL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* A 128-bit identifier as 32 lower-case hex digits and a NUL. */
#define ID_SIZE 33

/* A new unguessable identifier from getrandom(2). Aborts if the kernel has no entropy source. */
void id_new(char ret_id[static ID_SIZE]);
/* True if s is exactly 32 lower-case hex digits. */
bool id_is_valid(const char *s);

/* Milliseconds on CLOCK_MONOTONIC, and on CLOCK_REALTIME since 1970. */
int64_t clock_ms(void);
int64_t clock_wall_ms(void);

/* Offset of the first byte that is not part of valid UTF-8 (RFC 3629: no surrogates, no overlong
 * form), or len. */
size_t utf8_valid_len(const char *bytes, size_t len);

/* Reads until the end of the file or until buf is full: a file may grow or shrink after fstat(2).
 * -errno of read(2). */
int fd_read_all(int fd, char *buf, size_t size, size_t *ret_len);

/* Reads a regular file of at most `max` bytes. The buffer has `pad` NUL bytes after the text (md4c
 * reads past its end) and is freed by the caller. -EFBIG if it is larger, -EINVAL if it is no
 * regular file; *err says what and where. A symbolic link is followed. */
int file_read(const char *path, size_t max, size_t pad, char **ret_data, size_t *ret_len,
              struct err *err);

/* 64-bit FNV-1a, for cache keys and ETags of our own bytes; no defence against an adversary. */
uint64_t hash_bytes(const void *bytes, size_t len);

/* Parses a decimal without sign, blank or leading zero beyond "0"; false if it is anything else or
 * > max. */
bool parse_u64(const char *s, uint64_t max, uint64_t *ret);

#endif
