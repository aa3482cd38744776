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
    int folder_fd; /* -1 if the book is one file */
    struct book_name
        *names; /* by folder, the numbered ones first and in order, the others by name */
    size_t n_names;
};

/* Lists a book's files. `names` and their strings are the arena's. -ENOENT …, with *err, if the
 * source cannot be read. */
int book_open(const struct library_source *source, struct arena *arena, struct book *ret,
              struct err *err);
void book_close(struct book *book);

/* A file as it was read. Libraries share it while it stays the same. */
struct book_file {
    struct note_file file; /* its strings are the arena's */
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
struct book_file *book_file_ref(struct book_file *file);
void book_file_unref(struct book_file *file);

#endif
