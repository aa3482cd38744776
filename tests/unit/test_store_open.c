/* test_store_open.c - opening a data folder in every condition it may be found in. */
#include "store_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/wait.h>

#include "store/store_migrate.h"

/*** Help ***/

/* Runs SQL on the closed database with a connection of the test's own. */
static void run_sql(const struct folder *folder, const char *sql)
{
    char path[256];
    sqlite3 *db;
    in_folder(folder, "prepd.db", path);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

static size_t count_backups(const struct folder *folder, const char *part)
{
    char command[512], path[256];
    size_t n = 0;
    in_folder(folder, "backups", path);
    snprintf(command, sizeof command, "ls %s 2>/dev/null | grep -c -- '%s'", path, part);
    FILE *pipe = popen(command, "r");
    assert_int_equal(fscanf(pipe, "%zu", &n), 1);
    pclose(pipe);
    return n;
}

/*** The folder ***/

static void the_folder_and_its_parents_are_made_for_the_owner_alone(void **state)
{
    struct folder *folder = *state;
    char deep[256], inner[256];
    struct stat st;
    struct store *store;
    in_folder(folder, "a/b", deep);
    in_folder(folder, "a/b/prepd.db", inner);
    must(store_open(deep, &store, why));
    store_close(store);
    assert_int_equal(stat(deep, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0700);
    assert_int_equal(stat(inner, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void a_second_prepd_is_told_who_holds_the_folder(void **state)
{
    struct folder *folder = *state;
    struct err err = {0};
    struct store *second = NULL;
    char pid[32];
    snprintf(pid, sizeof pid, "process %ld", (long)getpid());
    open_store(folder);
    assert_int_equal(store_open(folder->path, &second, &err), -EBUSY);
    assert_non_null(strstr(err.text, pid));
    assert_non_null(strstr(err.text, "prepd.lock"));
    assert_null(second);
}

static void the_lock_of_a_killed_prepd_does_not_stay(void **state)
{
    struct folder *folder = *state;
    pid_t child = fork();
    if (child == 0) {
        struct store *store;
        _exit(store_open(folder->path, &store, NULL) < 0); /* ends without closing */
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    open_store(folder);
}

static void a_file_in_place_of_the_folder_is_named(void **state)
{
    struct folder *folder = *state;
    struct err err = {0};
    struct store *store = NULL;
    char path[256];
    in_folder(folder, "file", path);
    fclose(fopen(path, "w"));
    assert_int_equal(store_open(path, &store, &err), -ENOTDIR);
    assert_non_null(strstr(err.text, path));
}

static void a_folder_in_place_of_the_database_is_named(void **state)
{
    struct folder *folder = *state;
    char path[256];
    in_folder(folder, "prepd.db", path);
    assert_int_equal(mkdir(path, 0700), 0);
    expect_refused(folder, EINVAL, path);
}

/* Runs store_open as a user who owns nothing here, since root may write anywhere. Returns its
 * errno. */
static int open_as_nobody(const struct folder *folder, char text[static 448])
{
    int ends[2], code = 0;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        struct err err = {0};
        struct store *store = NULL;
        if (getuid() == 0 && setuid(65534) < 0)
            _exit(1);
        (void)!store_open(folder->path, &store, &err);
        _exit(write(ends[1], &err, sizeof err) != sizeof err);
    }
    struct err err = {0};
    close(ends[1]);
    assert_int_equal(read(ends[0], &err, sizeof err), sizeof err);
    close(ends[0]);
    waitpid(child, &code, 0);
    snprintf(text, 448, "%s", err.text);
    return err.code;
}

static void a_folder_that_cannot_be_written_is_named(void **state)
{
    struct folder *folder = *state;
    char text[448];
    chmod(folder->path, 0555);
    assert_int_equal(open_as_nobody(folder, text), EACCES);
    assert_non_null(strstr(text, folder->path));
    chmod(folder->path, 0700);
}

static void a_database_that_cannot_be_written_is_named(void **state)
{
    struct folder *folder = *state;
    char text[448], path[256];
    fill_and_close(folder);
    chmod(folder->path, 0777);
    in_folder(folder, "prepd.lock", path);
    chmod(path, 0666);
    in_folder(folder, "prepd.db", path);
    chmod(path, 0444);
    assert_int_equal(open_as_nobody(folder, text), EROFS);
    assert_non_null(strstr(text, path));
}

static void a_database_locked_by_another_program_is_busy(void **state)
{
    struct folder *folder = *state;
    sqlite3 *db;
    char path[256];
    fill_and_close(folder);
    in_folder(folder, "prepd.db", path);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_exec(db, "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE", NULL, NULL, NULL);
    expect_refused(folder, EBUSY, path);
    sqlite3_close(db);
    open_store(folder);
}

/*** Versions ***/

static void a_newer_schema_is_refused_and_not_touched(void **state)
{
    struct folder *folder = *state;
    size_t before_len, after_len;
    fill_and_close(folder);
    run_sql(folder, "PRAGMA user_version = 4711");
    cleanup_free char *before = read_database(folder, &before_len);
    expect_refused(folder, EPROTO, "4711");
    cleanup_free char *after = read_database(folder, &after_len);
    assert_int_equal(after_len, before_len);
    assert_memory_equal(after, before, before_len);
}

static void an_older_schema_is_backed_up_and_keeps_its_ticks(void **state)
{
    struct folder *folder = *state;
    cleanup_note struct note note;
    cleanup_free char *sql = NULL;
    size_t len;
    must(file_read(PREPD_FIXTURES "/store/schema1.sql", 1 << 20, 1, &sql, &len, why));
    run_sql(folder, sql);
    open_store(folder);
    assert_int_equal(count_backups(folder, "-schema1.db"), 1);
    note_read(&note, "# GC\n- explain the write barrier\n- name the phases");
    sync_note(folder->store, "zh/gc", &note);
    assert_int_equal(note.items[0].state, ITEM_DONE);
    assert_string_equal(note.items[0].id, "00112233445566778899aabbccddeeff");
    reopen_store(folder);
    assert_int_equal(count_backups(folder, "-schema1.db"), 1);
}

static void a_migration_that_fails_leaves_the_version_before_it(void **state)
{
    struct folder *folder = *state;
    static const struct store_migration list[] = {
        {"0001_a.sql", ""},
        {"0002_b.sql", ""},
        {"0003_c.sql", ""},
        {"0004_d.sql", "CREATE TABLE extra (a); INSERT INTO extra VALUES (1);"},
        {"0005_e.sql", "CREATE TABLE half (a); CREATE TABLE extra (b);"},
        {0}};
    struct err err = {0};
    open_store(folder);
    assert_int_equal(store_migrations_count(store_migrations), 3); /* else this list is too short */
    assert_true(store_migrate(folder->store, list, &err) < 0);
    assert_non_null(strstr(err.text, "0005_e.sql"));
    store_close(folder->store);
    folder->store = NULL;
    run_sql(folder, "CREATE TABLE half (proof); DROP TABLE half; SELECT 1 / count(*) FROM extra");
    expect_refused(folder, EPROTO, "schema 4");
}

static void a_database_of_another_program_is_refused(void **state)
{
    struct folder *folder = *state;
    run_sql(folder, "CREATE TABLE cookies (a)");
    expect_refused(folder, EBADMSG, "another program");
}

#define in_a_folder(f) cmocka_unit_test_setup_teardown(f, folder_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        in_a_folder(the_folder_and_its_parents_are_made_for_the_owner_alone),
        in_a_folder(a_second_prepd_is_told_who_holds_the_folder),
        in_a_folder(the_lock_of_a_killed_prepd_does_not_stay),
        in_a_folder(a_file_in_place_of_the_folder_is_named),
        in_a_folder(a_folder_in_place_of_the_database_is_named),
        in_a_folder(a_folder_that_cannot_be_written_is_named),
        in_a_folder(a_database_that_cannot_be_written_is_named),
        in_a_folder(a_database_locked_by_another_program_is_busy),
        in_a_folder(a_newer_schema_is_refused_and_not_touched),
        in_a_folder(an_older_schema_is_backed_up_and_keeps_its_ticks),
        in_a_folder(a_migration_that_fails_leaves_the_version_before_it),
        in_a_folder(a_database_of_another_program_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
