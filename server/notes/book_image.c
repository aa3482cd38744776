/* book_image.c - the images that a book's notes name: where they are, and whether they changed.
 *
 * DESIGN  Only what a note names is ever served, so the set of images is the notes' own list and no
 * listing of folders. A name is resolved as a link is: against the note's folder, or the book's if
 * it begins with "/"; percent-encoding is taken out; what follows "?" or "#" does not count. Names
 * that leave the book or have a part with a dot in front are refused by their letters, and
 * open_beneath refuses what symbolic links would make of the rest. */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/html.h"
#include "base/util.h"
#include "notes/book.h"

/*** Names ***/

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = c ? strchr(digits, c | 0x20) : NULL;
    return found ? (int)(found - digits) : -1;
}

/* Takes out percent-encoding and what follows the path. False if it is too long, or has what no
 * file name here has: a control character, a backslash, what is not UTF-8. */
static bool decode_path(const char *src, char *ret, size_t size)
{
    size_t n = 0;
    for (const char *p = src; *p && *p != '?' && *p != '#' && n < size; p++) {
        int high = *p == '%' ? hex_digit(p[1]) : -1, low = high < 0 ? -1 : hex_digit(p[2]);
        char c = (char)(low < 0 ? *p : high << 4 | low);
        p += low < 0 ? 0 : 2;
        if ((unsigned char)c < ' ' || c == 0x7f || c == '\\')
            return false;
        ret[n++] = c;
    }
    if (n == size)
        return false;
    ret[n] = '\0';
    return utf8_valid_len(ret, n) == n;
}

/* Adds the parts of `from` to a path of `*len` bytes, taking "." and ".." at their word. False if
 * it would leave the top or has a hidden part. */
static bool add_parts(char *path, size_t *len, size_t size, const char *from)
{
    for (const char *p = from; *p;) {
        size_t n = strcspn(p, "/");
        bool up = n == 2 && memcmp(p, "..", 2) == 0, here = n == 0 || (n == 1 && *p == '.');
        if (up && *len == 0)
            return false;
        if (up)
            while (*len > 0 && path[--*len] != '/')
                ;
        else if (!here && (*p == '.' || *len + n + 2 > size))
            return false;
        else if (!here)
            *len += (size_t)sprintf(path + *len, "%s%.*s", *len ? "/" : "", (int)n, p);
        p += n + (p[n] == '/');
    }
    path[*len] = '\0';
    return *len > 0;
}

/* The path within the book of what a note calls `src`. */
static bool resolve(const struct book_name *name, const char *src, char *ret, size_t size)
{
    char decoded[PATH_MAX];
    size_t len = 0;
    if (!decode_path(src, decoded, sizeof decoded))
        return false;
    bool from_top = decoded[0] == '/';
    return (from_top || name->folder == FOLDER_FLAT ||
            add_parts(ret, &len, size, book_folder_prefix[name->folder])) &&
           add_parts(ret, &len, size, decoded);
}

/*** Files ***/

static int measure(int folder_fd, struct book_image *image, struct image_size *ret, struct err *err)
{
    cleanup_close int fd =
        image_open(folder_fd, image->image.path, image->image.kind, &image->st, err);
    if (fd < 0)
        return fd;
    cleanup_free void *head = malloc(IMAGE_HEAD);
    if (!head)
        return err_set(err, ENOMEM, "out of memory");
    ssize_t len = image_read_head(fd, head, IMAGE_HEAD);
    if (len < 0)
        return err_set(err, (int)-len, "it cannot be read: %s", strerror((int)-len));
    if (!image_measure(image->image.kind, head, (size_t)len, ret))
        return err_set(err, EINVAL, "what is in the file is not what its name says");
    return 0;
}

/* "/images/0/zh/img/gmp.svg"; encoded, it is what the page asks for, before it is what the server
 * is asked for. */
static void write_url(struct text *out, const struct book *book, const char *path, bool encoded)
{
    text_printf(out, "/images/%zu", book->number);
    for (const char *p = path; *p;) {
        size_t n = strcspn(p, "/");
        text_char(out, '/');
        if (encoded)
            url_escape(out, p, n);
        else
            text_add(out, p, n);
        p += n + (p[n] == '/');
    }
}

static uint64_t file_revision(const struct stat *st)
{
    int64_t facts[] = {(int64_t)st->st_ino, st->st_size, st->st_mtim.tv_sec, st->st_mtim.tv_nsec};
    return hash_bytes(facts, sizeof facts);
}

/* Keeps the image among the file's, whatever becomes of it: when it changes the note is to be made
 * anew. */
static struct book_image *keep_image(struct book_file *file, const struct book *book,
                                     const char *path, enum image_kind kind)
{
    cleanup_text struct text url = {0};
    write_url(&url, book, path, false);
    struct book_image *image = arena_alloc(&file->arena, sizeof *image);
    if (!image || url.failed)
        return NULL;
    *image = (struct book_image){.next = file->images};
    image->image.kind = kind;
    image->image.url = arena_string(&file->arena, url.data, url.len);
    image->image.path = arena_string(&file->arena, path, strlen(path));
    image->image.folder =
        arena_string(&file->arena, book->images_folder, strlen(book->images_folder));
    if (file->arena.failed)
        return NULL;
    file->images = image;
    return image;
}

static int write_picture(const struct book *book, const struct book_image *image,
                         struct image_size size, struct note_picture *ret, struct err *err)
{
    cleanup_text struct text url = {0};
    write_url(&url, book, image->image.path, true);
    text_printf(&url, "?v=%" PRIx64, file_revision(&image->st));
    if (url.failed)
        return err_set(err, ENOMEM, "out of memory");
    if (url.len >= sizeof ret->url)
        return err_set(err, ENAMETOOLONG, "its name is too long");
    memcpy(ret->url, url.data, url.len + 1);
    ret->width = size.width;
    ret->height = size.height;
    return 0;
}

int book_image_find(void *ud, const char *src, struct note_picture *ret, struct err *err)
{
    const struct book_images *images = ud;
    char path[PATH_MAX];
    enum image_kind kind;
    struct image_size size;
    if (!resolve(images->name, src, path, sizeof path))
        return err_set(err, EINVAL, "its path leads out of the notes, or to a hidden file");
    if (!image_kind_of(path, &kind))
        return err_set(err, EINVAL, "only SVG, PNG, JPEG, GIF and WebP are shown");
    struct book_image *image = keep_image(images->file, images->book, path, kind);
    if (!image)
        return err_set(err, ENOMEM, "out of memory");
    int r = measure(images->book->images_fd, image, &size, err);
    return r < 0 ? r : write_picture(images->book, image, size, ret, err);
}

bool book_image_is_current(const struct book *book, const struct book_image *image)
{
    struct stat now = {0};
    if (fstatat(book->images_fd, image->image.path, &now, 0) < 0)
        now = (struct stat){0};
    return book_stat_is_same(&now, &image->st);
}
