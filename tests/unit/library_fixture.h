/* library_fixture.h - a folder of notes for one test, in a temporary place of its own. */
#ifndef PREPD_TESTS_LIBRARY_FIXTURE_H
#define PREPD_TESTS_LIBRARY_FIXTURE_H

#include "note_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#include "notes/library.h"

struct place {
    char root[64];
    char path[256]; /* the last one that place_path made */
};

static inline int place_setup(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    if (!place)
        return -1;
    snprintf(place->root, sizeof place->root, "/tmp/prepd-test-XXXXXX");
    *state = place;
    return mkdtemp(place->root) ? 0 : -1;
}

static inline int place_remove_one(const char *path, const struct stat *st, int type,
                                   struct FTW *at)
{
    (void)st, (void)type, (void)at;
    return remove(path);
}

static inline int place_teardown(void **state)
{
    struct place *place = *state;
    int r = nftw(place->root, place_remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(place);
    return r;
}

/* The full path of a name in the place; good until the next call. */
static inline const char *place_path(struct place *place, const char *name)
{
    snprintf(place->path, sizeof place->path, "%s/%s", place->root, name);
    return place->path;
}

static inline void place_folder(struct place *place, const char *name)
{
    assert_int_equal(mkdir(place_path(place, name), 0700), 0);
}

static inline void place_write_bytes(struct place *place, const char *name, const char *bytes,
                                     size_t len)
{
    int fd = open(place_path(place, name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, len), (ssize_t)len);
    close(fd);
}

static inline void place_write(struct place *place, const char *name, const char *text)
{
    place_write_bytes(place, name, text, strlen(text));
}

/* Scans the place as one book, which must succeed. */
static inline struct library *place_scan(struct place *place, const char *book,
                                         const struct library *previous)
{
    struct library_source source = {.path = place->root, .book = book};
    struct library *library = NULL;
    struct err err = {0};
    if (library_scan(&source, 1, previous, &library, &err) < 0)
        fail_msg("%s", err.text);
    return library;
}

/* All topics' slugs, in order, joined by blanks. */
static inline void assert_slugs(const struct library *library, const char *expected)
{
    struct text slugs = {0};
    size_t n;
    const struct topic *topics = library_topics(library, &n);
    for (size_t i = 0; i < n; i++)
        text_printf(&slugs, "%s%s", i ? " " : "", topics[i].slug);
    assert_string_equal(slugs.data ? slugs.data : "", expected);
    text_free(&slugs);
}

#endif
