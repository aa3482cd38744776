/* book_file.c - reading one file of a book, and knowing when it need not be read again; see book.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/util.h"
#include "notes/beneath.h"
#include "notes/book.h"
#include "notes/utf8.h"

enum { YOUNG_MS = 2000, LANGUAGE_SAMPLE = 8192 };

/*** Reading ***/

static int file_open(const struct book *book, const struct book_name *name, struct stat *ret_st)
{
    int fd = book->folder_fd >= 0
                 ? open_beneath(book->folder_fd, name->path, 0)
                 : open(book->source->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return errno == EACCES ? -EACCES : -ENOENT;
    if (fstat(fd, ret_st) < 0 || !S_ISREG(ret_st->st_mode)) {
        close(fd);
        return -ENOENT;
    }
    return fd;
}

/* Reads to the end, at most NOTE_BYTES_MAX + 1 bytes, and pads. */
static int read_text(int fd, char **ret, size_t *ret_len)
{
    const size_t max = NOTE_BYTES_MAX + 1;
    struct stat st;
    size_t cap = fstat(fd, &st) == 0 && st.st_size < NOTE_BYTES_MAX ? (size_t)st.st_size + 1 : max;
    cleanup_free char *bytes = malloc(cap + NOTE_PAD);
    if (!bytes)
        return -ENOMEM;
    int r = fd_read_all(fd, bytes, cap, ret_len);
    if (r < 0)
        return r;
    memset(bytes + *ret_len, 0, NOTE_PAD);
    *ret = steal_ptr(&bytes);
    return 0;
}

/* For a flat book: Chinese if more than one letter in twenty of its beginning is Han; a Chinese
 * note on code has a lot of Latin. */
static enum lang guess_lang(const char *bytes, size_t len)
{
    size_t han = 0, latin = 0;
    const char *end = bytes + utf8_valid_len(bytes, len < LANGUAGE_SAMPLE ? len : LANGUAGE_SAMPLE);
    for (const char *p = bytes; p < end;) {
        uint32_t c = utf8_next(&p);
        han += (c >= 0x3400 && c <= 0x9fff) || (c >= 0x20000 && c <= 0x3ffff);
        latin += (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
    }
    return han * 20 > latin ? LANG_ZH : LANG_EN;
}

static enum lang file_lang(const struct book_name *name, const char *bytes, size_t len)
{
    return name->folder == FOLDER_ZH   ? LANG_ZH
           : name->folder == FOLDER_EN ? LANG_EN
                                       : guess_lang(bytes, len);
}

/* The text to show in place of a note that could not be parsed. */
static void keep_raw(struct book_file *file, const char *bytes, size_t len)
{
    bool is_text =
        len <= NOTE_BYTES_MAX && !memchr(bytes, '\0', len) && utf8_valid_len(bytes, len) == len;
    if (!is_text)
        return;
    file->file.raw = arena_string(&file->arena, bytes, len);
    file->file.raw_len = len;
}

static int file_fill(struct book_file *file, int fd, const struct book *book,
                     const struct book_name *name)
{
    cleanup_free char *bytes = NULL;
    size_t len = 0;
    struct note_file *f = &file->file;
    int r = read_text(fd, &bytes, &len);
    if (r == -ENOMEM)
        return r;
    if (r < 0) {
        f->lang = file_lang(name, "", 0);
        err_set(&f->problem, -r, "%s: cannot read: %s", f->path, strerror(-r));
        return 0;
    }
    f->lang = file_lang(name, bytes, len);
    struct book_images images = {book, name, file};
    struct note_pictures pictures = {book_image_find, &images};
    r = note_parse(f->path, bytes, len, &pictures, &f->note, &f->problem);
    if (r < 0)
        keep_raw(file, bytes, len);
    return r == -ENOMEM || file->arena.failed ? -ENOMEM : 0;
}

/*** A file's life ***/

static const char *full_path(const struct book *book, const struct book_name *name,
                             struct arena *arena)
{
    const char *folder = book->source->path;
    if (book->folder_fd < 0)
        return arena_string(arena, folder, strlen(folder));
    size_t folder_len = strlen(folder), len = strlen(name->path);
    while (folder_len > 1 && folder[folder_len - 1] == '/')
        folder_len--;
    char *path = arena_alloc(arena, folder_len + len + 2);
    if (!path)
        return NULL;
    memcpy(path, folder, folder_len);
    path[folder_len] = '/';
    memcpy(path + folder_len + 1, name->path, len + 1);
    return path;
}

static struct book_file *book_file_new(const struct book *book, const struct book_name *name,
                                       const char *key)
{
    struct book_file *file = calloc(1, sizeof *file);
    if (!file)
        return NULL;
    atomic_init(&file->references, 1);
    arena_init(&file->arena);
    file->read_at_ms = clock_wall_ms();
    file->file.path = full_path(book, name, &file->arena);
    file->file.key = arena_string(&file->arena, key, strlen(key));
    if (file->arena.failed) {
        book_file_unref(file);
        return NULL;
    }
    return file;
}

int book_file_read(const struct book *book, const struct book_name *name, const char *key,
                   struct book_file **ret)
{
    struct book_file *file = book_file_new(book, name, key);
    if (!file)
        return -ENOMEM;
    cleanup_close int fd = file_open(book, name, &file->st);
    int r = 0;
    if (fd == -EACCES)
        err_set(&file->file.problem, EACCES, "%s: may not be read", file->file.path);
    else
        r = fd < 0 ? fd : file_fill(file, fd, book, name);
    if (r < 0) {
        book_file_unref(file);
        return r;
    }
    *ret = file;
    return 0;
}

static bool same_time(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

bool book_stat_is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
           same_time(&a->st_mtim, &b->st_mtim) && same_time(&a->st_ctim, &b->st_ctim);
}

/* True if what changed the file last was not so near its reading that a later change may have left
 * the same time. */
static bool is_settled(const struct book_file *file, const struct stat *st)
{
    return file->read_at_ms - (int64_t)st->st_ctim.tv_sec * 1000 > YOUNG_MS;
}

bool book_file_is_current(const struct book *book, const struct book_name *name,
                          const struct book_file *file)
{
    struct stat now;
    int r = book->folder_fd >= 0 ? fstatat(book->folder_fd, name->path, &now, 0)
                                 : stat(book->source->path, &now);
    bool current = r == 0 && book_stat_is_same(&now, &file->st) && is_settled(file, &now);
    for (const struct book_image *image = file->images; current && image; image = image->next)
        current = book_image_is_current(book, image) && is_settled(file, &image->st);
    return current;
}

struct book_file *book_file_ref(struct book_file *file)
{
    atomic_fetch_add_explicit(&file->references, 1, memory_order_relaxed);
    return file;
}

void book_file_unref(struct book_file *file)
{
    if (!file || atomic_fetch_sub_explicit(&file->references, 1, memory_order_acq_rel) > 1)
        return;
    note_unref(file->file.note);
    arena_free(&file->arena);
    free(file);
}
