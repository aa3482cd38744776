/* test_store_faults.c - power cuts and I/O errors, at every place where they can happen.
 *
 * A VFS in front of SQLite's own records each write, truncation and sync of the database and its
 * log, and when a tick was acknowledged. A power cut after record N is then replayed: a file has
 * what was synced before N, and of what was not, nothing or a random part. The same VFS can fail
 * the Nth operation with EIO or a full disk. */
#include "store_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>

enum { TICKS = 40, ITEMS = 8, CUTS_MAX = 120 };
enum { DATABASE, LOG, N_FILES };
enum kind { WRITE, TRUNCATE, SYNC, REMOVE, ACK };

struct record {
    enum kind kind;
    int file;
    sqlite3_int64 offset; /* TRUNCATE: the size; ACK: the item */
    int len;              /* ACK: the state */
    char *bytes;
};

static struct record *records;
static size_t n_records, cap_records;
static bool recording;
static long fail_after = -1; /* operations until one fails; negative: none does */
static int fail_code;

static void record_add(struct record record)
{
    if (!recording)
        return;
    if (n_records == cap_records) {
        cap_records = cap_records ? cap_records * 2 : 1024;
        records = realloc(records, cap_records * sizeof *records);
        assert_non_null(records);
    }
    records[n_records++] = record;
}

static void records_clear(void)
{
    for (size_t i = 0; i < n_records; i++)
        free(records[i].bytes);
    free(records);
    records = NULL;
    n_records = cap_records = 0;
}

static bool must_fail(void)
{
    return fail_after >= 0 && fail_after-- == 0;
}

/*** The VFS: SQLite's own methods, three of them replaced ***/

static sqlite3_vfs shim, *real;
static sqlite3_io_methods shim_methods[N_FILES]; /* a log has other methods than a database */
static const sqlite3_io_methods *real_methods[N_FILES];
static sqlite3_file *open_files[N_FILES]; /* to tell which file an operation is for */

static int file_index(const char *name)
{
    size_t len = name ? strlen(name) : 0;
    if (len > 9 && strcmp(name + len - 9, "/prepd.db") == 0)
        return DATABASE;
    return len > 13 && strcmp(name + len - 13, "/prepd.db-wal") == 0 ? LOG : N_FILES;
}

static int index_of(const sqlite3_file *file)
{
    return file == open_files[DATABASE] ? DATABASE : LOG;
}

static int shim_write(sqlite3_file *file, const void *bytes, int len, sqlite3_int64 offset)
{
    if (must_fail()) {
        real_methods[index_of(file)]->xWrite(file, bytes, len / 2, offset); /* torn */
        return fail_code;
    }
    int rc = real_methods[index_of(file)]->xWrite(file, bytes, len, offset);
    if (rc == SQLITE_OK && recording) {
        char *copy = malloc((size_t)len);
        memcpy(copy, bytes, (size_t)len);
        record_add((struct record){WRITE, index_of(file), offset, len, copy});
    }
    return rc;
}

static int shim_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    if (must_fail())
        return SQLITE_IOERR_TRUNCATE;
    record_add((struct record){TRUNCATE, index_of(file), size, 0, NULL});
    return real_methods[index_of(file)]->xTruncate(file, size);
}

static int shim_sync(sqlite3_file *file, int flags)
{
    (void)flags; /* what a sync costs does not matter here, and what it keeps is decided by the
                    replay */
    if (must_fail())
        return SQLITE_IOERR_FSYNC;
    record_add((struct record){SYNC, index_of(file), 0, 0, NULL});
    return SQLITE_OK;
}

static int shim_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *ret)
{
    (void)vfs;
    int index = file_index(name), rc = real->xOpen(real, name, file, flags, ret);
    if (rc != SQLITE_OK || index == N_FILES)
        return rc;
    open_files[index] = file;
    real_methods[index] = file->pMethods;
    shim_methods[index] = *file->pMethods;
    shim_methods[index].xWrite = shim_write;
    shim_methods[index].xTruncate = shim_truncate;
    shim_methods[index].xSync = shim_sync;
    file->pMethods = &shim_methods[index];
    return rc;
}

static int shim_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    (void)vfs;
    if (file_index(name) != N_FILES)
        record_add((struct record){REMOVE, file_index(name), 0, 0, NULL});
    return real->xDelete(real, name, sync);
}

static void shim_register(void)
{
    real = sqlite3_vfs_find(NULL);
    shim = *real;
    shim.zName = "shim";
    shim.xOpen = shim_open;
    shim.xDelete = shim_delete;
    sqlite3_vfs_register(&shim, 1);
}

/*** The work ***/

static void note_of_items(struct note *note)
{
    note_read(note, "- one\n- two\n- three\n- four\n- five\n- six\n- seven\n- eight");
    assert_int_equal(note->n, ITEMS);
}

/* Ticks until the store fails. acked[i] is the state last acknowledged for item i; returns the
 * first failure. */
static int tick_many(struct store *store, const struct note *note, int acked[ITEMS])
{
    for (int t = 0; t < TICKS; t++) {
        uint64_t revision;
        int item = t * 5 % ITEMS, state = (t / ITEMS + 1) % 3;
        int r = store_begin(store);
        if (r < 0)
            return r;
        (void)store_item_set(store, note->items[item].id, (enum item_state)state, 1, &revision,
                             NULL);
        r = store_commit(store);
        if (r < 0)
            return r;
        acked[item] = state;
        record_add((struct record){ACK, 0, item, state, NULL});
    }
    return 0;
}

/* Every item has the state acknowledged, but for one whose tick was under way. */
static void check_states(struct folder *folder, const int acked[ITEMS])
{
    cleanup_note struct note note;
    int differ = 0;
    note_of_items(&note);
    sync_note(folder->store, "zh/gc", &note);
    for (int i = 0; i < ITEMS; i++)
        differ += (int)note.items[i].state != acked[i];
    assert_in_range(differ, 0, 1);
}

/*** Power cuts ***/

struct image {
    char *bytes;
    sqlite3_int64 size;
};

static void image_apply(struct image *image, const struct record *record)
{
    sqlite3_int64 end = record->offset + record->len;
    if (end > image->size || record->kind == TRUNCATE) {
        image->bytes = realloc(image->bytes, (size_t)end + 1);
        if (end > image->size)
            memset(image->bytes + image->size, 0, (size_t)(end - image->size));
        image->size = end;
    }
    if (record->kind == WRITE)
        memcpy(image->bytes + record->offset, record->bytes, (size_t)record->len);
}

/* What the disk has of a file when the power goes after `cut` records. luck: of 256, how many of
 * what was not synced is there. */
static void image_at(struct image *image, int file, size_t cut, unsigned luck)
{
    size_t synced = 0;
    unsigned random = (unsigned)cut * 2654435761u;
    for (size_t i = 0; i < cut; i++)
        if (records[i].file == file && (records[i].kind == SYNC || records[i].kind == REMOVE))
            synced = i;
    for (size_t i = 0; i < cut; i++) {
        random = random * 1103515245u + 12345u;
        if (records[i].file != file || records[i].kind == ACK || records[i].kind == SYNC)
            continue;
        if (records[i].kind == REMOVE)
            image->size = 0;
        else if (i < synced || (random >> 16 & 255) < luck)
            image_apply(image, &records[i]);
    }
}

static void image_write(const struct folder *folder, const char *name, struct image *image)
{
    char path[256];
    in_folder(folder, name, path);
    cleanup_fclose FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(image->bytes, 1, (size_t)image->size, file), image->size);
    free(image->bytes);
}

static void check_cut(struct folder *folder, size_t cut, unsigned luck)
{
    struct image database = {0}, log = {0};
    int acked[ITEMS] = {0};
    for (size_t i = 0; i < cut; i++)
        if (records[i].kind == ACK)
            acked[records[i].offset] = records[i].len;
    image_at(&database, DATABASE, cut, luck);
    image_at(&log, LOG, cut, luck);
    image_write(folder, "prepd.db", &database);
    image_write(folder, "prepd.db-wal", &log);
    open_store(folder);
    check_states(folder, acked);
    store_close(folder->store);
    folder->store = NULL;
}

/* Records the work from a database that is there, so that a cut is one in daily life, to the end of
 * closing it. */
static void record_work(struct folder *folder)
{
    cleanup_note struct note note;
    int acked[ITEMS] = {0};
    note_of_items(&note);
    recording = true;
    open_store(folder);
    sync_note(folder->store, "zh/gc", &note);
    assert_int_equal(tick_many(folder->store, &note, acked), 0);
    store_close(folder->store);
    folder->store = NULL;
    recording = false;
}

static size_t first_ack(void)
{
    size_t i = 0;
    while (i < n_records && records[i].kind != ACK)
        i++;
    return i;
}

static void acknowledged_ticks_survive_a_power_cut_anywhere(void **state)
{
    struct folder *folder = *state;
    record_work(folder);
    size_t first = first_ack(), step = 1 + (n_records - first) / CUTS_MAX, cuts = 0;
    for (size_t cut = first; cut <= n_records; cut += step) {
        check_cut(folder, cut, 0);
        check_cut(folder, cut, 128);
        cuts += 2;
    }
    print_message("%zu cuts in %zu operations, nothing lost\n", cuts, n_records);
    records_clear();
}

/*** I/O errors ***/

/* Fails operation `nth` of the ticking, and goes on ticking. Returns false if there were not so
 * many. */
static bool fail_nth(struct folder *folder, long nth, int code)
{
    cleanup_note struct note note;
    int acked[ITEMS];
    note_of_items(&note);
    open_store(folder);
    sync_note(folder->store, "zh/gc", &note);
    for (int i = 0; i < ITEMS; i++)
        acked[i] = (int)note.items[i].state;
    fail_after = nth;
    fail_code = code;
    int r = tick_many(folder->store, &note, acked);
    bool failed = fail_after < 0;
    fail_after = -1;
    if (r < 0)
        assert_true(r == -EIO || r == -ENOSPC);
    check_states(folder, acked);                                 /* the same connection, */
    assert_int_equal(tick_many(folder->store, &note, acked), 0); /* which is still of use, */
    reopen_store(folder);                                        /* and the next */
    check_states(folder, acked);
    store_close(folder->store);
    folder->store = NULL;
    return failed;
}

static void an_io_error_anywhere_loses_nothing_acknowledged(void **state)
{
    struct folder *folder = *state;
    long points = 0;
    for (long nth = 0; fail_nth(folder, nth, SQLITE_IOERR_WRITE); nth += 3, points++)
        ;
    for (long nth = 1; fail_nth(folder, nth, SQLITE_FULL); nth += 5, points++)
        ;
    print_message("%ld failed operations, nothing lost\n", points);
    assert_true(points > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(acknowledged_ticks_survive_a_power_cut_anywhere,
                                        folder_setup, folder_teardown),
        cmocka_unit_test_setup_teardown(an_io_error_anywhere_loses_nothing_acknowledged,
                                        folder_setup, folder_teardown),
    };
    shim_register();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
