/* test_store_durability.c - what was acknowledged stays: kill -9 at random moments, and a disk that
 * is full. */
#include "store_fixture.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/wait.h>

enum { ROUNDS = 60, ITEMS = 32 };

/* A tick that was acknowledged: COMMIT had returned. */
struct ack {
    int32_t item, state;
};

static void note_of_many(struct note *note)
{
    cleanup_text struct text text = {0};
    for (int i = 0; i < ITEMS; i++)
        text_printf(&text, "- item %d\n", i);
    note_read(note, text.data);
}

/*** kill -9 ***/

/* Ticks for ever, a random item in each batch, and reports each commit. */
static void child_ticks(const struct folder *folder, int report, unsigned seed)
{
    struct store *store;
    struct note note;
    uint64_t revision;
    note_of_many(&note);
    struct store_sync sync = {
        .topic = "gc", .file = "zh/gc", .items = note.items, .n_items = note.n};
    if (store_open(folder->path, &store, NULL) < 0 || store_begin(store) < 0 ||
        store_sync_file(store, &sync, NULL) < 0 || store_commit(store) < 0)
        _exit(1);
    for (;;) {
        seed = seed * 1103515245u + 12345u;
        struct ack ack = {(int32_t)(seed >> 16) % ITEMS, (int32_t)(seed >> 10) % 3};
        if (store_begin(store) < 0 ||
            store_item_set(store, note.items[ack.item].id, (enum item_state)ack.state, 1, &revision,
                           NULL) < 0 ||
            store_commit(store) < 0 || write(report, &ack, sizeof ack) != sizeof ack)
            _exit(2);
    }
}

/* Kills the child after some acknowledged ticks and takes what it had reported into `states`. One
 * more tick may be stored than was reported. Returns how many were. */
static size_t kill_one(const struct folder *folder, unsigned seed, int32_t states[ITEMS])
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        child_ticks(folder, ends[1], seed);
    }
    close(ends[1]);
    struct ack ack;
    size_t n = 0;
    while (read(ends[0], &ack, sizeof ack) == sizeof ack) {
        states[ack.item] = ack.state;
        if (++n == 1 + seed % 40)
            kill(child,
                 SIGKILL); /* while it works on the next; what is in the pipe is read to its end */
    }
    close(ends[0]);
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    return n;
}

static void acknowledged_ticks_survive_kill_9(void **state)
{
    struct folder *folder = *state;
    int32_t states[ITEMS] = {0};
    size_t acknowledged = 0;
    for (unsigned round = 1; round <= ROUNDS; round++) {
        acknowledged += kill_one(folder, round * 7919, states);
        cleanup_note struct note note;
        note_of_many(&note);
        open_store(folder);
        sync_note(folder->store, "zh/gc", &note);
        int differ = 0;
        for (int i = 0; i < ITEMS; i++) {
            differ += (int32_t)note.items[i].state != states[i];
            states[i] = (int32_t)note.items[i].state;
        }
        assert_in_range(differ, 0, 1); /* the tick that was under way */
        store_close(folder->store);
        folder->store = NULL;
    }
    print_message("%d kills, %zu acknowledged ticks, none lost\n", ROUNDS, acknowledged);
}

/*** A full disk ***/

static void write_file(const char *path, const char *text)
{
    cleanup_fclose FILE *file = fopen(path, "w");
    if (file)
        fputs(text, file);
}

/* Puts a file system of 1 MiB in place of the folder, seen by this process alone. */
static void mount_small_disk(struct folder *folder)
{
    char map[64];
    snprintf(map, sizeof map, "0 %u 1", getuid());
    if (unshare(CLONE_NEWNS) < 0) {
        if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
            skip();
        write_file("/proc/self/setgroups", "deny");
        write_file("/proc/self/uid_map", map);
    }
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
        mount("small", folder->path, "tmpfs", 0, "size=1m") < 0)
        skip();
    open_store(folder);
}

static void make_room(const struct folder *folder)
{
    assert_int_equal(mount("small", folder->path, "tmpfs", MS_REMOUNT, "size=8m"), 0);
}

static int unmount_and_remove(void **state)
{
    struct folder *folder = *state;
    store_close(folder->store);
    folder->store = NULL;
    umount2(folder->path, MNT_DETACH);
    return folder_teardown(state);
}

static int append_run(struct folder *folder, const char *id, uint64_t line)
{
    char bytes[8000];
    memset(bytes, 'x', sizeof bytes);
    bytes[sizeof bytes - 1] = '\n';
    int r = store_begin(folder->store);
    if (r < 0)
        return r;
    (void)store_run_append(folder->store, id, line, 1, bytes, sizeof bytes, NULL);
    return store_commit(folder->store);
}

static void a_full_disk_refuses_what_it_cannot_hold_and_loses_nothing(void **state)
{
    struct folder *folder = *state;
    cleanup_note struct note note;
    struct store_run run = {.id = "0123456789abcdef0123456789abcdef", .params = (char[]){"{}"}};
    uint64_t line = 1, stored;
    note_of_many(&note);
    mount_small_disk(folder);
    sync_note(folder->store, "zh/gc", &note);
    set_item(folder->store, note.items[0].id, ITEM_DONE);
    assert_int_equal(store_begin(folder->store), 0);
    must(store_run_start(folder->store, &run, why));
    assert_int_equal(store_commit(folder->store), 0);
    int r;
    while ((r = append_run(folder, run.id, line)) == 0)
        line++;
    assert_int_equal(r, -ENOSPC);
    stored = line - 1;
    assert_true(stored > 0);
    sync_note(folder->store, "zh/gc", &note); /* reading goes on */
    assert_int_equal(note.items[0].state, ITEM_DONE);
    make_room(folder);
    assert_int_equal(append_run(folder, run.id, line),
                     0); /* and so does writing, when there is room */
    reopen_store(folder);
    cleanup_text struct text log = {0};
    must(store_run_log(folder->store, run.id, &log, why));
    assert_int_equal(log.len, (stored + 1) * 8000);
}

/* A job that fails half way takes its whole batch with it, and the next batch works. */
static void a_failed_write_dooms_its_batch_and_not_the_next(void **state)
{
    struct folder *folder = *state;
    cleanup_note struct note note, large = {0};
    uint64_t revision;
    note_of_many(&note);
    mount_small_disk(folder);
    sync_note(folder->store, "zh/gc", &note);
    char *text = malloc(1 << 20);
    memset(text, 'y', (1 << 20) - 1);
    text[(1 << 20) - 1] = '\0';
    large = (struct note){.bytes = text, .n = 1};
    large.items[0] = (struct store_item){.text = text, .norm = text, .heading = ""};
    struct store_sync sync = {.topic = "gc", .file = "zh/x", .items = large.items, .n_items = 1};
    assert_int_equal(store_begin(folder->store), 0);
    must(store_item_set(folder->store, note.items[0].id, ITEM_DONE, 1, &revision, why));
    (void)store_sync_file(folder->store, &sync, NULL); /* may only be found out by the commit */
    int r = store_commit(folder->store);
    make_room(folder);
    assert_int_equal(r, -ENOSPC);
    sync_note(folder->store, "zh/gc", &note);
    assert_int_equal(note.items[0].state, ITEM_TODO);
    set_item(folder->store, note.items[1].id, ITEM_SHAKY);
    sync_note(folder->store, "zh/gc", &note);
    assert_int_equal(note.items[1].state, ITEM_SHAKY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(acknowledged_ticks_survive_kill_9, folder_setup,
                                        folder_teardown),
        cmocka_unit_test_setup_teardown(a_full_disk_refuses_what_it_cannot_hold_and_loses_nothing,
                                        folder_setup, unmount_and_remove),
        cmocka_unit_test_setup_teardown(a_failed_write_dooms_its_batch_and_not_the_next,
                                        folder_setup, unmount_and_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
