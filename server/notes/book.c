/* book.c - listing a book's files and taking their names apart; see book.h. */
#include "notes/book.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/text.h"
#include "base/util.h"
#include "notes/beneath.h"

const char *const book_folder_prefix[FOLDER_COUNT] = {"", "zh/", "en/"};

/*** Names ***/

static bool is_showable(const char *name)
{
    size_t len = strlen(name);
    if (name[0] == '.' || utf8_valid_len(name, len) < len)
        return false;
    for (const char *p = name; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7f)
            return false;
    return true;
}

static bool is_note_name(const char *name)
{
    static const char *const extensions[] = {".md", ".markdown", ".txt"};
    const char *dot = strrchr(name, '.');
    for (size_t i = 0; i < ARRAY_LEN(extensions); i++)
        if (dot && strcasecmp(dot, extensions[i]) == 0)
            return is_showable(name);
    return false;
}

/* Takes "01-gc.md" apart: 1 and "gc". A name that would leave no slug is kept whole. */
static void name_parse(const char *file_name, struct arena *arena, struct book_name *ret)
{
    const char *dot = strrchr(file_name, '.');
    size_t len = dot && dot > file_name ? (size_t)(dot - file_name) : strlen(file_name);
    size_t digits = strspn(file_name, "0123456789");
    bool numbered = digits > 0 && digits < 10 && file_name[digits] == '-' && digits + 1 < len;
    ret->number = numbered ? strtoull(file_name, NULL, 10) : UINT64_MAX;
    size_t from = numbered ? digits + 1 : 0;
    ret->slug = arena_string(arena, file_name + from, len - from);
}

static int compare_names(const void *a, const void *b)
{
    const struct book_name *x = a, *y = b;
    if (x->folder != y->folder)
        return x->folder < y->folder ? -1 : 1;
    if (x->number != y->number)
        return x->number < y->number ? -1 : 1;
    return strcmp(x->path, y->path);
}

/*** Listing ***/

static void add_name(struct text *names, struct arena *arena, enum book_folder folder,
                     const char *file_name)
{
    const char *prefix = book_folder_prefix[folder];
    size_t prefix_len = strlen(prefix), len = strlen(file_name);
    char *path = arena_alloc(arena, prefix_len + len + 1);
    if (!path)
        return;
    memcpy(path, prefix, prefix_len);
    memcpy(path + prefix_len, file_name, len + 1);
    struct book_name name = {.folder = folder, .path = path};
    name_parse(file_name, arena, &name);
    text_add(names, &name, sizeof name);
}

/* True if the folder is there, whether it holds notes or not. */
static bool list_folder(struct book *book, enum book_folder folder, struct arena *arena,
                        struct text *names)
{
    const char *path = folder == FOLDER_FLAT ? "." : book_folder_prefix[folder];
    int fd = open_beneath(book->folder_fd, path, O_DIRECTORY);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (!dir) {
        if (fd >= 0)
            close(fd);
        return false;
    }
    for (struct dirent *entry; (entry = readdir(dir));)
        if (is_note_name(entry->d_name))
            add_name(names, arena, folder, entry->d_name);
    closedir(dir);
    return true;
}

static void list_book(struct book *book, struct arena *arena, struct text *names)
{
    bool zh = list_folder(book, FOLDER_ZH, arena, names);
    bool en = list_folder(book, FOLDER_EN, arena, names);
    if (!zh && !en)
        list_folder(book, FOLDER_FLAT, arena, names);
}

/* A book that is one file has its images beside it. */
static void open_images(struct book *book, struct arena *arena)
{
    const char *path = book->source->path;
    size_t len = book->folder_fd >= 0 ? strlen(path) : (size_t)(basename(path) - path);
    book->images_folder = len ? arena_string(arena, path, len) : ".";
    if (book->images_folder)
        book->images_fd = open(book->images_folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

int book_open(const struct library_source *source, size_t number, struct arena *arena,
              struct book *ret, struct err *err)
{
    *ret = (struct book){.source = source, .number = number, .folder_fd = -1, .images_fd = -1};
    struct stat st;
    if (stat(source->path, &st) < 0)
        return err_set(err, errno, "%s: %s", source->path, strerror(errno));
    cleanup_text struct text names = {0};
    if (S_ISDIR(st.st_mode)) {
        ret->folder_fd = open(source->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (ret->folder_fd < 0 || access(source->path, R_OK | X_OK) < 0)
            return err_set(err, errno, "%s: %s", source->path, strerror(errno));
        list_book(ret, arena, &names);
    } else if (S_ISREG(st.st_mode)) {
        add_name(&names, arena, FOLDER_FLAT, basename(source->path));
    } else {
        return err_set(err, EINVAL, "%s: neither a folder nor a file", source->path);
    }
    open_images(ret, arena);
    ret->n_names = names.len / sizeof *ret->names;
    ret->names = arena_copy(arena, names.data, names.len);
    if (names.failed || arena->failed)
        return err_set(err, ENOMEM, "%s: out of memory", source->path);
    if (ret->n_names)
        qsort(ret->names, ret->n_names, sizeof *ret->names, compare_names);
    return 0;
}

void book_close(struct book *book)
{
    if (book->folder_fd >= 0)
        close(book->folder_fd);
    if (book->images_fd >= 0)
        close(book->images_fd);
    book->folder_fd = book->images_fd = -1;
}
