/* store_fixture.h - for tests of the store: a data folder that goes away, and notes written as
 * text.
 *
 * A note's list of items is written
 *     # heading path
 *     - text
 *     - text ^slug
 * The text is its own normalised form. */
#ifndef PREPD_TESTS_STORE_FIXTURE_H
#define PREPD_TESTS_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "store/store.h"

enum { NOTE_ITEMS = 64 };

struct note {
    char *bytes; /* cut into the strings of items */
    struct store_item items[NOTE_ITEMS];
    size_t n;
};

struct folder {
    char path[64];
    struct store *store;
};

#define must(call)                                                                                 \
    do {                                                                                           \
        struct err must_err_ = {0}, *why = &must_err_;                                             \
        int must_r_ = (call);                                                                      \
        if (must_r_ < 0)                                                                           \
            fail_msg("%s: %d %s", #call, must_r_, must_err_.text);                                 \
    } while (0)

static inline int folder_setup(void **state)
{
    struct folder *folder = calloc(1, sizeof *folder);
    snprintf(folder->path, sizeof folder->path, "/tmp/prepd-test-XXXXXX");
    if (!mkdtemp(folder->path))
        return -1;
    *state = folder;
    return 0;
}

static inline int remove_entry(const char *path, const struct stat *st, int kind, struct FTW *at)
{
    (void)st, (void)kind, (void)at;
    return remove(path);
}

static inline int folder_teardown(void **state)
{
    struct folder *folder = *state;
    store_close(folder->store);
    nftw(folder->path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
    free(folder);
    return 0;
}

static inline void open_store(struct folder *folder)
{
    must(store_open(folder->path, &folder->store, why));
}

static inline void reopen_store(struct folder *folder)
{
    store_close(folder->store);
    folder->store = NULL;
    open_store(folder);
}

static inline int store_setup(void **state)
{
    if (folder_setup(state) < 0)
        return -1;
    open_store(*state);
    return 0;
}

static inline void in_folder(const struct folder *folder, const char *name, char ret[static 256])
{
    snprintf(ret, 256, "%s/%s", folder->path, name);
}

/* "text ^slug", which is cut. */
static inline void note_add(struct note *note, char *text, const char *heading)
{
    assert_true(note->n < NOTE_ITEMS);
    struct store_item *item = &note->items[note->n++];
    char *slug = strstr(text, " ^");
    if (slug) {
        *slug = '\0';
        item->slug = slug + 2;
    }
    item->text = item->norm = text;
    item->heading = heading;
}

static inline void note_read(struct note *note, const char *text)
{
    *note = (struct note){.bytes = strdup(text)};
    const char *heading = "";
    char *rest = note->bytes;
    for (char *line; (line = strsep(&rest, "\n"));)
        if (line[0] == '#')
            heading = line + 2;
        else if (line[0] == '-')
            note_add(note, line + 2, heading);
}

static inline void note_free(struct note *note)
{
    free(note->bytes);
}
#define cleanup_note __attribute__((cleanup(note_free)))

static inline void sync_note(struct store *store, const char *file, struct note *note)
{
    struct store_sync sync = {
        .topic = "gc", .file = file, .items = note->items, .n_items = note->n};
    assert_int_equal(store_begin(store), 0);
    must(store_sync_file(store, &sync, why));
    assert_int_equal(store_commit(store), 0);
}

static inline uint64_t set_item(struct store *store, const char *id, enum item_state state)
{
    uint64_t revision = 0;
    assert_int_equal(store_begin(store), 0);
    must(store_item_set(store, id, state, 1000, &revision, why));
    assert_int_equal(store_commit(store), 0);
    return revision;
}

/*** Files ***/

/* Opens, expects `code`, and that the message has `word` in it. */
static inline void expect_refused(struct folder *folder, int code, const char *word)
{
    struct err err = {0};
    int r = store_open(folder->path, &folder->store, &err);
    if (r != -code || !strstr(err.text, word))
        fail_msg("%d \"%s\", not %d with \"%s\"", r, err.text, -code, word);
    assert_int_equal(err.code, code);
    assert_null(folder->store);
}

static inline char *read_database(const struct folder *folder, size_t *ret_len)
{
    char path[256], *bytes;
    in_folder(folder, "prepd.db", path);
    must(file_read(path, 1 << 24, 0, &bytes, ret_len, why));
    return bytes;
}

static inline void write_database(const struct folder *folder, const char *bytes, size_t len)
{
    char path[256];
    in_folder(folder, "prepd.db", path);
    cleanup_fclose FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
}

static inline void fill_and_close(struct folder *folder)
{
    cleanup_note struct note note;
    open_store(folder);
    note_read(&note, "- one\n- two");
    sync_note(folder->store, "zh/gc", &note);
    set_item(folder->store, note.items[0].id, ITEM_DONE);
    store_close(folder->store);
    folder->store = NULL;
}

#endif
