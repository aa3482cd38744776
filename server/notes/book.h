/* book.h - one book on disk: which files it has, and reading one. Only library*.c and book*.c
 * include this.
 *
 * Nothing outside a book's folder is ever opened: paths are resolved by openat2(RESOLVE_BENEATH),
 * so a symbolic link that stays inside is followed and one that leaves is passed over. */
#ifndef PREPD_NOTES_BOOK_H
#define PREPD_NOTES_BOOK_H

#include <stdatomic.h>
#include <stdint.h>
#include <sys/stat.h>

#include "notes/arena.h"
#include "notes/image.h"
#include "notes/library.h"

enum book_folder { FOLDER_FLAT, FOLDER_ZH, FOLDER_EN };
enum { FOLDER_COUNT = 3 };

/* "", "zh/", "en/" */
extern const char *const book_folder_prefix[FOLDER_COUNT];

struct book_name {
    enum book_folder folder;
    const char *path; /* within the book: "zh/01-gc.md"; of a book that is one file, its name */
    const char *slug; /* "gc": without number and extension */
    uint64_t number;  /* 1; UINT64_MAX if the name has none */
};

struct book {
    const struct library_source *source;
    size_t number; /* of the source, from 0: part of its images' addresses */
    int folder_fd; /* -1 if the book is one file */
    int images_fd; /* the folder that the notes' images are beneath: the book's, or the file's */
    const char *images_folder; /* … and its path; both are the arena's and this book's */
    struct book_name
        *names; /* by folder, the numbered ones first and in order, the others by name */
    size_t n_names;
};

/* Lists a book's files. `names` and their strings are the arena's. -ENOENT …, with *err, if the
 * source cannot be read. */
int book_open(const struct library_source *source, size_t number, struct arena *arena,
              struct book *ret, struct err *err);
void book_close(struct book *book);

/* An image that a note names, and its file as it was then. */
struct book_image {
    struct library_image image; /* its strings are the file's arena's */
    struct stat st;             /* all zero: there was none */
    struct book_image *next;
};

/* A file as it was read. Libraries share it while it stays the same. */
struct book_file {
    struct note_file file; /* its strings are the arena's */
    struct book_image *images;
    atomic_uint references;
    struct stat st;
    int64_t read_at_ms; /* on the wall clock, as st's times are */
    struct arena arena;
};

/* Reads and parses. Text that is no note is a file with a `problem`. -ENOENT: it is gone, no
 * regular file, or out of the book's bounds; -ENOMEM. */
int book_file_read(const struct book *book, const struct book_name *name, const char *key,
                   struct book_file **ret);
/* True if what is on disk can only be what was read: same file, size and times, and not so young
 * that it may have been written again within the clock's grain. */
bool book_file_is_current(const struct book *book, const struct book_name *name,
                          const struct book_file *file);
/* True if both are the same file with the same size and times. */
bool book_stat_is_same(const struct stat *a, const struct stat *b);
struct book_file *book_file_ref(struct book_file *file);
void book_file_unref(struct book_file *file);

/* What book_image_find, the function of a struct note_pictures, is given as `ud`: it keeps what it
 * finds in the file. */
struct book_images {
    const struct book *book;
    const struct book_name *name;
    struct book_file *file;
};
int book_image_find(void *ud, const char *src, struct note_picture *ret, struct err *err);
/* True if the image's file is what it was, or is still missing. */
bool book_image_is_current(const struct book *book, const struct book_image *image);

#endif
