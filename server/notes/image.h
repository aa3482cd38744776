/* image.h - image files: which kinds may stand beside a note, and how large a picture is.
 *
 * The bytes are a stranger's: they are looked at here and decoded nowhere in prepd. */
#ifndef PREPD_NOTES_IMAGE_H
#define PREPD_NOTES_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "base/err.h"

enum image_kind { IMAGE_SVG, IMAGE_PNG, IMAGE_JPEG, IMAGE_GIF, IMAGE_WEBP };

enum {
    IMAGE_BYTES_MAX = 8 << 20,     /* a larger file is not shown */
    IMAGE_SVG_BYTES_MAX = 1 << 20, /* … and a larger SVG, which is text and is packed to be sent */
    IMAGE_HEAD = 64 * 1024,        /* enough of a file to measure it, bar odd ones */
    IMAGE_SIDE_MAX = 20000,        /* CSS pixels; what claims to be larger has no size here */
};

/* The kind that a file's extension names, in any case; false if it is none of them. */
bool image_kind_of(const char *path, enum image_kind *ret);
const char *image_content_type(enum image_kind kind);
/* Bytes that a file of the kind may have. */
size_t image_bytes_max(enum image_kind kind);

/* In CSS pixels; both 0 if the file does not say. */
struct image_size {
    unsigned width, height;
};

/* Reads the size from a file's first bytes (of an SVG: its width and height in pixels, else its
 * viewBox). False if they are not the beginning of a file of this kind. */
bool image_measure(enum image_kind kind, const void *head, size_t len, struct image_size *ret);

/* Opens an image for reading, beneath the folder and nowhere else. A descriptor and *ret_st; or
 * -ENOENT (also: no regular file, or out of the folder), -EACCES, -EFBIG, with *err ("there is no
 * such file"). */
int image_open(int folder_fd, const char *path, enum image_kind kind, struct stat *ret_st,
               struct err *err);
/* Reads up to `max` bytes. How many, or a negative errno. */
ssize_t image_read_head(int fd, void *bytes, size_t max);

/* Reads `path` in `folder`, and nothing that is not beneath it. *ret is allocated. As image_open,
 * and -ENOMEM. */
int image_read(const char *folder, const char *path, enum image_kind kind, char **ret,
               size_t *ret_len, struct err *err);

#endif
