/* library.c - from books to topics; see library.h.
 *
 * DESIGN  A scan lists each book (book.c), reads its files or takes them over from the previous
 * library (book_file.c), pairs the two languages by slug, puts the topics in order and gives each a
 * slug of its own. A file is shared by reference count, so a library that changed in one file of a
 * thousand costs one parse. */
#include "notes/library.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "notes/arena.h"
#include "notes/book.h"
#include "notes/names.h"

struct library {
    struct arena arena;
    struct book_file **files; /* by key */
    size_t n_files;
    struct topic *topics;
    size_t n_topics;
    const struct topic **by_slug;
    const struct library_image **images; /* by address */
    size_t n_images;
};

/* A scan under way. */
struct scan {
    struct library *library;
    const struct library *previous;
    struct text files;  /* struct book_file * */
    struct text topics; /* struct entry */
    struct names slugs; /* of topics, in all books */
};

/* A topic before it has its final slug. */
struct entry {
    struct topic topic; /* slug: within its book */
    uint64_t number;
};

/*** Files ***/

static int compare_file_keys(const void *a, const void *b)
{
    const struct book_file *x = *(struct book_file *const *)a, *y = *(struct book_file *const *)b;
    return strcmp(x->file.key, y->file.key);
}

static struct book_file *find_previous(const struct library *previous, const char *key)
{
    size_t from = 0, to = previous ? previous->n_files : 0;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = strcmp(previous->files[middle]->file.key, key);
        if (order == 0)
            return previous->files[middle];
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return NULL;
}

/* Reads a file, or takes it over. One that was read again and found the same keeps its old note,
 * and with it its address. */
static int scan_file(const struct scan *scan, const struct book *book, const struct book_name *name,
                     const char *key, struct book_file **ret)
{
    struct book_file *old = find_previous(scan->previous, key);
    if (old && book_file_is_current(book, name, old)) {
        *ret = book_file_ref(old);
        return 0;
    }
    int r = book_file_read(book, name, key, ret);
    if (r < 0)
        return r;
    struct note **note = &(*ret)->file.note;
    if (old && old->file.note && *note && old->file.note->revision == (*note)->revision) {
        note_unref(*note);
        *note = note_ref(old->file.note);
    }
    return 0;
}

/* "book2/zh/gc" */
static const char *file_key(struct arena *arena, const struct book *book,
                            const struct book_name *name, const char *slug)
{
    const char *id = book->source->book, *prefix = book_folder_prefix[name->folder];
    size_t size = strlen(id) + 1 + strlen(prefix) + strlen(slug) + 1;
    char *key = arena_alloc(arena, size);
    if (!key)
        return NULL;
    char *end = stpcpy(key, id);
    if (*id)
        *end++ = '/';
    stpcpy(stpcpy(end, prefix), slug);
    return key;
}

/*** Topics ***/

/* What a file calls itself. */
static const char *file_title(const struct note_file *file)
{
    const struct note *note = file ? file->note : NULL;
    if (note && note->title && *note->title)
        return note->title;
    return note && note->n_headings && *note->headings[0].text ? note->headings[0].text : NULL;
}

static void topic_set_titles(struct topic *topic)
{
    const char *title[LANG_COUNT];
    for (int i = 0; i < LANG_COUNT; i++)
        title[i] = file_title(topic->file[i]);
    for (int i = 0; i < LANG_COUNT; i++) {
        const char *other = title[LANG_COUNT - 1 - i];
        topic->title[i] = title[i] ? title[i] : other ? other : topic->slug;
    }
}

/* For pairing: a topic's files side by side, Chinese first. */
static int compare_by_slug(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int order = strcmp(x->topic.slug, y->topic.slug);
    return order ? order : (x->topic.file[LANG_ZH] == NULL) - (y->topic.file[LANG_ZH] == NULL);
}

static int compare_by_place(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->number != y->number)
        return x->number < y->number ? -1 : 1;
    return strcmp(x->topic.slug, y->topic.slug);
}

/* Joins zh/gc and en/gc; the first one's number counts. Returns how many are left. */
static size_t pair_languages(struct entry *entries, size_t n)
{
    if (n == 0)
        return 0;
    qsort(entries, n, sizeof *entries, compare_by_slug);
    size_t last = 0;
    for (size_t i = 1; i < n; i++) {
        if (strcmp(entries[last].topic.slug, entries[i].topic.slug) == 0)
            entries[last].topic.file[LANG_EN] = entries[i].topic.file[LANG_EN];
        else
            entries[++last] = entries[i];
    }
    return last + 1;
}

/* Gives the book's topics, in their order, slugs that no earlier book has. */
static int add_topics(struct scan *scan, struct entry *entries, size_t n)
{
    n = pair_languages(entries, n);
    if (n)
        qsort(entries, n, sizeof *entries, compare_by_place);
    for (size_t i = 0; i < n; i++) {
        struct topic *topic = &entries[i].topic;
        topic->slug = names_claim(&scan->slugs, &scan->library->arena, topic->slug, 2);
        if (!topic->slug)
            return -ENOMEM;
        topic_set_titles(topic);
        text_add(&scan->topics, topic, sizeof *topic);
    }
    return scan->topics.failed ? -ENOMEM : 0;
}

/*** Books ***/

static size_t scan_room(const struct scan *scan)
{
    return LIBRARY_FILES_MAX - scan->files.len / sizeof(struct book_file *);
}

static int scan_name(struct scan *scan, const struct book *book, const struct book_name *name,
                     struct names *slugs, struct text *entries)
{
    struct arena *arena = &scan->library->arena;
    const char *slug = name->slug ? names_claim(slugs, arena, name->slug, 2) : NULL;
    const char *key = slug ? file_key(arena, book, name, slug) : NULL;
    if (!key)
        return -ENOMEM;
    struct book_file *file;
    int r = scan_file(scan, book, name, key, &file);
    if (r == -ENOENT)
        return 0;
    if (r < 0)
        return r;
    size_t len = scan->files.len;
    text_add(&scan->files, &file, sizeof(struct book_file *));
    if (scan->files.len == len) {
        book_file_unref(file);
        return -ENOMEM;
    }
    struct entry entry = {.topic = {.slug = slug, .book = book->source->book},
                          .number = name->number};
    entry.topic.file[file->file.lang] = &file->file;
    text_add(entries, &entry, sizeof entry);
    return entries->failed ? -ENOMEM : 0;
}

static int scan_names(struct scan *scan, const struct book *book)
{
    struct names slugs[FOLDER_COUNT] = {0};
    cleanup_text struct text entries = {0};
    int r = 0;
    for (size_t i = 0; r == 0 && i < book->n_names && scan_room(scan) > 0; i++)
        r = scan_name(scan, book, &book->names[i], &slugs[book->names[i].folder], &entries);
    for (int i = 0; i < FOLDER_COUNT; i++)
        names_free(&slugs[i]);
    if (r < 0)
        return r;
    return add_topics(scan, (void *)entries.data, entries.len / sizeof(struct entry));
}

static int scan_book(struct scan *scan, const struct library_source *source, size_t number,
                     struct err *err)
{
    struct book book;
    int r = book_open(source, number, &scan->library->arena, &book, err);
    if (r == 0 && scan_names(scan, &book) < 0)
        r = err_set(err, ENOMEM, "%s: out of memory", source->path);
    book_close(&book);
    bool may_be_missing = scan->previous && r != -ENOMEM;
    return may_be_missing ? 0 : r;
}

/*** The library ***/

static int compare_topic_slugs(const void *a, const void *b)
{
    const struct topic *x = *(const struct topic *const *)a, *y = *(const struct topic *const *)b;
    return strcmp(x->slug, y->slug);
}

static int compare_image_urls(const void *a, const void *b)
{
    const struct library_image *x = *(const struct library_image *const *)a,
                               *y = *(const struct library_image *const *)b;
    return strcmp(x->url, y->url);
}

/* Lists all files' images. One that several notes show stands several times: any of them will do.
 */
static int index_images(struct library *library)
{
    cleanup_text struct text images = {0};
    for (size_t i = 0; i < library->n_files; i++)
        for (struct book_image *b = library->files[i]->images; b; b = b->next) {
            const struct library_image *image = &b->image;
            text_add(&images, &image, sizeof(struct library_image *));
        }
    library->images = arena_copy(&library->arena, images.data, images.len);
    if (images.failed || library->arena.failed)
        return -ENOMEM;
    library->n_images = images.len / sizeof *library->images;
    if (library->n_images)
        qsort(library->images, library->n_images, sizeof *library->images, compare_image_urls);
    return 0;
}

/* Hands what the scan found to the library, the files even if something else fails: it frees them.
 */
static int scan_finish(struct scan *scan)
{
    struct library *library = scan->library;
    library->n_files = scan->files.len / sizeof *library->files;
    library->files = (void *)text_steal(&scan->files, NULL);
    if (!library->files)
        return -ENOMEM;
    qsort(library->files, library->n_files, sizeof *library->files, compare_file_keys);
    size_t n = scan->topics.len / sizeof *library->topics;
    library->topics = arena_copy(&library->arena, scan->topics.data, scan->topics.len);
    library->by_slug = arena_alloc(&library->arena, n * sizeof(struct topic *));
    if (library->arena.failed)
        return -ENOMEM;
    library->n_topics = n;
    for (size_t i = 0; i < n; i++)
        library->by_slug[i] = &library->topics[i];
    qsort(library->by_slug, n, sizeof *library->by_slug, compare_topic_slugs);
    return index_images(library);
}

int library_scan(const struct library_source *sources, size_t n_sources,
                 const struct library *previous, struct library **ret, struct err *err)
{
    struct library *library = calloc(1, sizeof *library);
    if (!library)
        return err_set(err, ENOMEM, "out of memory");
    arena_init(&library->arena);
    struct scan scan = {.library = library, .previous = previous};
    int r = 0;
    for (size_t i = 0; r == 0 && i < n_sources; i++)
        r = scan_book(&scan, &sources[i], i, err);
    if (scan_finish(&scan) < 0 && r == 0)
        r = err_set(err, ENOMEM, "out of memory");
    text_free(&scan.topics);
    names_free(&scan.slugs);
    if (r < 0) {
        library_free(library);
        return r;
    }
    *ret = library;
    return 0;
}

void library_free(struct library *library)
{
    if (!library)
        return;
    for (size_t i = 0; i < library->n_files; i++)
        book_file_unref(library->files[i]);
    free(library->files);
    arena_free(&library->arena);
    free(library);
}

const struct topic *library_topics(const struct library *library, size_t *ret_n)
{
    *ret_n = library->n_topics;
    return library->topics;
}

const struct topic *library_topic(const struct library *library, const char *slug)
{
    size_t from = 0, to = library->n_topics;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        int order = strcmp(library->by_slug[middle]->slug, slug);
        if (order == 0)
            return library->by_slug[middle];
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return NULL;
}

const struct library_image *library_image(const struct library *library, const char *url)
{
    const struct library_image wanted = {.url = url}, *key = &wanted;
    const struct library_image **found = library->n_images
                                             ? bsearch(&key, library->images, library->n_images,
                                                       sizeof *library->images, compare_image_urls)
                                             : NULL;
    return found ? *found : NULL;
}

const struct note_file *topic_file(const struct topic *topic, enum lang lang)
{
    const struct note_file *own = topic->file[lang];
    return own ? own : topic->file[LANG_COUNT - 1 - (int)lang];
}
