/* test_store_runs.c - runs and their logs, and backups of all that is stored. */
#include "store_fixture.h"

#include <dirent.h>
#include <errno.h>
#include <time.h>

static const char A[] = "0123456789abcdef0123456789abcdef",
                  B[] = "fedcba9876543210fedcba9876543210";

static int start_run(struct folder *folder, const char *id, const char *demo, int64_t started_ms)
{
    struct store_run run = {.params = (char[]){"{\"gogc\":50}"}, .started_ms = started_ms};
    snprintf(run.id, sizeof run.id, "%s", id);
    snprintf(run.demo, sizeof run.demo, "%s", demo);
    assert_int_equal(store_begin(folder->store), 0);
    int r = store_run_start(folder->store, &run, NULL);
    assert_int_equal(store_commit(folder->store), 0);
    return r;
}

static int append(struct folder *folder, const char *id, uint64_t first, uint64_t n,
                  const char *lines)
{
    assert_int_equal(store_begin(folder->store), 0);
    int r = store_run_append(folder->store, id, first, n, lines, strlen(lines), NULL);
    assert_int_equal(store_commit(folder->store), 0);
    return r;
}

static void end_run(struct folder *folder, const char *id)
{
    assert_int_equal(store_begin(folder->store), 0);
    must(store_run_end(folder->store, id, "{\"exit\":0}", 2500, why));
    assert_int_equal(store_commit(folder->store), 0);
}

/*** Runs ***/

static void a_run_is_stored_from_start_to_end(void **state)
{
    struct folder *folder = *state;
    struct store_run run;
    assert_int_equal(start_run(folder, A, "gc", 1000), 0);
    must(store_run_get(folder->store, A, &run, why));
    assert_string_equal(run.demo, "gc");
    assert_string_equal(run.params, "{\"gogc\":50}");
    assert_null(run.summary);
    assert_int_equal(run.ended_ms, 0);
    store_run_clear(&run);
    end_run(folder, A);
    must(store_run_get(folder->store, A, &run, why));
    assert_string_equal(run.id, A);
    assert_string_equal(run.summary, "{\"exit\":0}");
    assert_int_equal(run.started_ms, 1000);
    assert_int_equal(run.ended_ms, 2500);
    store_run_clear(&run);
}

static bool is_stored(struct folder *folder, const char *id)
{
    struct store_run run;
    if (store_run_get(folder->store, id, &run, NULL) < 0)
        return false;
    store_run_clear(&run);
    return true;
}

static void trim(struct folder *folder, uint64_t max_bytes)
{
    assert_int_equal(store_begin(folder->store), 0);
    must(store_runs_trim(folder->store, max_bytes, why));
    assert_int_equal(store_commit(folder->store), 0);
}

static void the_oldest_runs_go_when_their_logs_take_too_much(void **state)
{
    struct folder *folder = *state;
    static const char *const ids[] = {A, B, "00000000000000000000000000000000"};
    for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
        assert_int_equal(start_run(folder, ids[i], "gc", 1000), 0);
        assert_int_equal(append(folder, ids[i], 1, 2, "0123456789\n01234567\n"), 0); /* 20 bytes */
        end_run(folder, ids[i]);
    }
    trim(folder, 60);
    assert_true(is_stored(folder, ids[0]));
    trim(folder, 59);
    assert_false(is_stored(folder, ids[0]));
    assert_true(is_stored(folder, ids[1]));
    trim(folder, 1);
    assert_false(is_stored(folder, ids[1]));
    assert_true(is_stored(folder, ids[2]));
}

static void a_run_that_goes_on_is_not_trimmed(void **state)
{
    struct folder *folder = *state;
    assert_int_equal(start_run(folder, A, "gc", 1000), 0);
    assert_int_equal(append(folder, A, 1, 1, "0123456789\n"), 0);
    assert_int_equal(start_run(folder, B, "gc", 1000), 0);
    end_run(folder, B);
    trim(folder, 0);
    assert_true(is_stored(folder, A));
    assert_true(is_stored(folder, B));
}

static void the_log_comes_back_in_order_of_its_lines(void **state)
{
    struct folder *folder = *state;
    cleanup_text struct text log = {0};
    start_run(folder, A, "gc", 1000);
    assert_int_equal(append(folder, A, 3, 1, "{\"c\":3}\n"), 0);
    assert_int_equal(append(folder, A, 1, 2, "{\"a\":1}\n{\"b\":2}\n"), 0);
    must(store_run_log(folder->store, A, &log, why));
    assert_string_equal(log.data, "{\"a\":1}\n{\"b\":2}\n{\"c\":3}\n");
}

static void lines_stored_already_are_refused(void **state)
{
    struct folder *folder = *state;
    start_run(folder, A, "gc", 1000);
    assert_int_equal(append(folder, A, 1, 1, "x\n"), 0);
    assert_int_equal(append(folder, A, 1, 1, "y\n"), -EEXIST);
}

static void expect_page(struct folder *folder, uint64_t first, size_t max_bytes, const char *want,
                        uint64_t want_next)
{
    cleanup_text struct text page = {0};
    uint64_t next = 0;
    must(store_run_lines(folder->store, A, first, max_bytes, &page, &next, why));
    assert_string_equal(page.len ? page.data : "", want);
    assert_int_equal(next, want_next);
}

static void a_log_is_read_in_pages_of_whole_lines(void **state)
{
    struct folder *folder = *state;
    start_run(folder, A, "gc", 1000);
    append(folder, A, 1, 3, "one\ntwo\nthree\n");
    append(folder, A, 4, 2, "four\nfive\n");
    expect_page(folder, 1, 1000, "one\ntwo\nthree\nfour\nfive\n", 6);
    expect_page(folder, 0, 8, "one\ntwo\n", 3);
    expect_page(folder, 3, 11, "three\nfour\n", 5); /* across two parts */
    expect_page(folder, 5, 1, "five\n", 6);         /* at least one */
    expect_page(folder, 6, 1000, "", 6);
    expect_page(folder, 1000, 1000, "", 1000);
}

static void a_page_ends_before_a_line_that_is_missing(void **state)
{
    struct folder *folder = *state;
    start_run(folder, A, "gc", 1000);
    append(folder, A, 1, 1, "one\n");
    append(folder, A, 3, 1, "three\n");
    expect_page(folder, 1, 1000, "one\n", 2);
    expect_page(folder, 2, 1000, "", 2);
    expect_page(folder, 3, 1000, "three\n", 4);
}

static void half_lines_and_wrong_counts_are_refused(void **state)
{
    struct folder *folder = *state;
    start_run(folder, A, "gc", 1000);
    assert_int_equal(append(folder, A, 1, 1, "x"), -EINVAL);
    assert_int_equal(append(folder, A, 1, 1, "x\ny\n"), -EINVAL);
    assert_int_equal(append(folder, A, 1, 0, ""), -EINVAL);
}

static void an_unknown_run_is_refused_everywhere(void **state)
{
    struct folder *folder = *state;
    struct store_run run;
    uint64_t next;
    cleanup_text struct text log = {0};
    assert_int_equal(store_run_get(folder->store, A, &run, NULL), -ENOENT);
    assert_int_equal(store_run_log(folder->store, A, &log, NULL), -ENOENT);
    assert_int_equal(store_run_lines(folder->store, A, 1, 100, &log, &next, NULL), -ENOENT);
    assert_int_equal(append(folder, A, 1, 1, "x\n"), -ENOENT);
    assert_int_equal(store_begin(folder->store), 0);
    assert_int_equal(store_run_end(folder->store, A, "{}", 1, NULL), -ENOENT);
    assert_int_equal(store_run_delete(folder->store, A, NULL), -ENOENT);
    assert_int_equal(store_commit(folder->store), 0);
}

static void an_id_is_taken_once(void **state)
{
    struct folder *folder = *state;
    assert_int_equal(start_run(folder, A, "gc", 1000), 0);
    assert_int_equal(start_run(folder, A, "pool", 1001), -EEXIST);
    assert_int_equal(start_run(folder, "short", "gc", 1000), -EINVAL);
}

static void a_deleted_run_takes_its_log_with_it(void **state)
{
    struct folder *folder = *state;
    cleanup_text struct text log = {0};
    start_run(folder, A, "gc", 1000);
    append(folder, A, 1, 1, "old\n");
    assert_int_equal(store_begin(folder->store), 0);
    must(store_run_delete(folder->store, A, why));
    assert_int_equal(store_commit(folder->store), 0);
    start_run(folder, A, "gc", 1000);
    must(store_run_log(folder->store, A, &log, why));
    assert_int_equal(log.len, 0);
}

static int collect(const struct store_run *run, void *ud)
{
    text_printf(ud, "%s:%lld ", run->demo, (long long)run->started_ms);
    return run->started_ms == 1; /* the marker to stop at */
}

static void runs_are_listed_newest_first_by_demo_and_up_to_a_limit(void **state)
{
    struct folder *folder = *state;
    cleanup_text struct text all = {0}, of_demo = {0}, limited = {0};
    char id[ID_SIZE];
    for (int i = 0; i < 5; i++) {
        id_new(id);
        start_run(folder, id, i % 2 ? "gc" : "pool", i);
    }
    must(store_run_list(folder->store, NULL, 10, collect, &all, why));
    assert_string_equal(all.data, "pool:4 gc:3 pool:2 gc:1 ");
    must(store_run_list(folder->store, "pool", 10, collect, &of_demo, why));
    assert_string_equal(of_demo.data, "pool:4 pool:2 pool:0 ");
    must(store_run_list(folder->store, NULL, 2, collect, &limited, why));
    assert_string_equal(limited.data, "pool:4 gc:3 ");
}

static void a_run_that_prepd_did_not_survive_ends_when_last_heard_of(void **state)
{
    struct folder *folder = *state;
    struct store_run heard, silent;
    int64_t before = clock_wall_ms();
    start_run(folder, A, "gc", 1000);
    append(folder, A, 1, 1, "x\n");
    start_run(folder, B, "gc", 1500);
    reopen_store(folder);
    must(store_run_get(folder->store, A, &heard, why));
    assert_in_range(heard.ended_ms, before, clock_wall_ms());
    assert_null(heard.summary);
    must(store_run_get(folder->store, B, &silent, why));
    assert_int_equal(silent.ended_ms, 1500);
    store_run_clear(&heard);
    store_run_clear(&silent);
}

/*** Backups ***/

static void a_backup_is_a_store_of_its_own(void **state)
{
    struct folder *folder = *state;
    cleanup_note struct note note;
    char copy[256], path[256];
    struct stat st;
    struct store *restored;
    note_read(&note, "- one\n- two");
    sync_note(folder->store, "zh/gc", &note);
    set_item(folder->store, note.items[0].id, ITEM_DONE);
    in_folder(folder, "restored", copy);
    assert_int_equal(mkdir(copy, 0700), 0);
    in_folder(folder, "restored/prepd.db", path);
    must(store_backup(folder->store, path, why));
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    must(store_open(copy, &restored, why));
    sync_note(restored, "zh/gc", &note);
    assert_int_equal(note.items[0].state, ITEM_DONE);
    store_close(restored);
}

static void a_backup_replaces_no_file_and_leaves_no_half(void **state)
{
    struct folder *folder = *state;
    char path[256], half[256];
    struct err err = {0};
    in_folder(folder, "copy.db", path);
    in_folder(folder, "copy.db.part", half);
    must(store_backup(folder->store, path, why));
    assert_int_equal(store_backup(folder->store, path, &err), -EEXIST);
    assert_non_null(strstr(err.text, path));
    in_folder(folder, "no/such/folder.db", path);
    assert_int_equal(store_backup(folder->store, path, &err), -ENOENT);
    assert_int_equal(access(half, F_OK), -1);
}

static void no_backup_is_made_inside_a_batch(void **state)
{
    struct folder *folder = *state;
    char path[256];
    in_folder(folder, "copy.db", path);
    assert_int_equal(store_begin(folder->store), 0);
    assert_int_equal(store_backup(folder->store, path, NULL), -EPERM);
    assert_int_equal(store_commit(folder->store), 0);
    assert_int_equal(access(path, F_OK), -1);
}

static void make_old_backup(struct folder *folder, int days_ago)
{
    char name[64], path[256];
    time_t then = time(NULL) - (time_t)days_ago * 86400;
    struct tm utc;
    strftime(name, sizeof name, "backups/prepd-%Y%m%d-%H%M%S.db", gmtime_r(&then, &utc));
    in_folder(folder, name, path);
    fclose(fopen(path, "w"));
}

static int count_backups(struct folder *folder)
{
    char path[256];
    int n = 0;
    in_folder(folder, "backups", path);
    DIR *dir = opendir(path);
    for (struct dirent *entry; dir && (entry = readdir(dir));)
        n += entry->d_name[0] != '.';
    if (dir)
        closedir(dir);
    return n;
}

static void a_backup_is_made_once_a_day(void **state)
{
    struct folder *folder = *state;
    assert_int_equal(count_backups(folder), 0); /* nothing is lost yet */
    reopen_store(folder);
    assert_int_equal(count_backups(folder), 1);
    reopen_store(folder);
    assert_int_equal(count_backups(folder), 1);
    assert_string_equal(store_notice(folder->store), "");
}

static void seven_daily_and_four_weekly_backups_stay(void **state)
{
    struct folder *folder = *state;
    char path[256], own[256];
    in_folder(folder, "backups", path);
    assert_int_equal(mkdir(path, 0700), 0);
    for (int day = 1; day <= 90; day++)
        make_old_backup(folder, day);
    in_folder(folder, "backups/prepd-before-the-interview.db", own);
    fclose(fopen(own, "w"));
    reopen_store(folder);
    assert_int_equal(count_backups(folder), 7 + 4 + 1);
    assert_int_equal(access(own, F_OK), 0);
}

static void a_backup_that_cannot_be_made_is_told(void **state)
{
    struct folder *folder = *state;
    char path[256];
    in_folder(folder, "backups", path);
    fclose(fopen(path, "w"));
    reopen_store(folder);
    assert_non_null(strstr(store_notice(folder->store), path));
}

#define with_store(f) cmocka_unit_test_setup_teardown(f, store_setup, folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_store(a_run_is_stored_from_start_to_end),
        with_store(the_oldest_runs_go_when_their_logs_take_too_much),
        with_store(a_run_that_goes_on_is_not_trimmed),
        with_store(the_log_comes_back_in_order_of_its_lines),
        with_store(lines_stored_already_are_refused),
        with_store(a_log_is_read_in_pages_of_whole_lines),
        with_store(a_page_ends_before_a_line_that_is_missing),
        with_store(half_lines_and_wrong_counts_are_refused),
        with_store(an_unknown_run_is_refused_everywhere),
        with_store(an_id_is_taken_once),
        with_store(a_deleted_run_takes_its_log_with_it),
        with_store(runs_are_listed_newest_first_by_demo_and_up_to_a_limit),
        with_store(a_run_that_prepd_did_not_survive_ends_when_last_heard_of),
        with_store(a_backup_is_a_store_of_its_own),
        with_store(a_backup_replaces_no_file_and_leaves_no_half),
        with_store(no_backup_is_made_inside_a_batch),
        with_store(a_backup_is_made_once_a_day),
        with_store(seven_daily_and_four_weekly_backups_stay),
        with_store(a_backup_that_cannot_be_made_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
