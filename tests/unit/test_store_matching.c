/* test_store_matching.c - the cases of fixtures/store/matching.txt, each a test of its own name. */
#include "store_fixture.h"

enum { CASES_MAX = 128, FILES_MAX = 8 };

struct expected {
    const char *before, *after; /* after: NULL if the reader does nothing */
    bool changed;
};

struct file {
    char *key;
    const char *topic;
    bool confirm;
    long held, gone; /* -1: not said */
    struct note note;
    struct expected expected[NOTE_ITEMS];
};

/*** Reading the cases ***/

static char *fixture;
static struct CMUnitTest tests[CASES_MAX];
static size_t n_tests;

static void read_file_line(struct file *file, char *line)
{
    *file = (struct file){.held = -1, .gone = -1};
    strsep(&line, " ");
    file->key = strsep(&line, " ");
    file->topic = strrchr(file->key, '/') + 1;
    for (char *word; (word = strsep(&line, " "));) {
        if (strcmp(word, "confirm") == 0)
            file->confirm = true;
        else if (sscanf(word, "held=%ld", &file->held) != 1 &&
                 sscanf(word, "gone=%ld", &file->gone) != 1)
            fail_msg("%s: what is \"%s\"?", file->key, word);
    }
}

/* "- [before*>after] text" */
static void read_item_line(struct file *file, char *line, const char *heading)
{
    struct expected *expected = &file->expected[file->note.n];
    char *states = strchr(line, '[') + 1, *end = strchr(states, ']');
    *end = '\0';
    expected->before = strsep(&states, ">");
    expected->after = states;
    char *star = strchr(expected->before, '*');
    expected->changed = star;
    if (star)
        *star = '\0';
    note_add(&file->note, end + 2, heading);
}

/*** Running one ***/

static void sync_step(struct store *store, struct file *files, size_t n, bool first)
{
    const char *keys[FILES_MAX];
    assert_int_equal(store_begin(store), 0);
    for (size_t f = 0; f < n; f++) {
        struct file *file = &files[f];
        struct store_sync sync = {.topic = file->topic,
                                  .file = file->key,
                                  .items = file->note.items,
                                  .n_items = file->note.n,
                                  .confirm_loss = file->confirm};
        keys[f] = file->key;
        must(store_sync_file(store, &sync, why));
        if (file->held >= 0)
            assert_int_equal(sync.n_held, file->held);
        if (first && file->gone >= 0)
            assert_int_equal(sync.n_gone, file->gone);
        if (!first)
            assert_int_equal(sync.n_gone, 0);
    }
    must(store_sync_end(store, keys, n, why));
    assert_int_equal(store_commit(store), 0);
}

static void check_item(const struct file *file, size_t i, const char *state, bool changed)
{
    const struct store_item *item = &file->note.items[i];
    if (strcmp(item_state_name(item->state), state) != 0 || item->changed != changed)
        fail_msg("%s: \"%s\" is %s%s, not %s%s", file->key, item->text,
                 item_state_name(item->state), item->changed ? "*" : "", state, changed ? "*" : "");
}

/* What the reader is about to set, as it must be before; then sets it. */
static void act(struct store *store, struct file *file)
{
    for (size_t i = 0; i < file->note.n; i++) {
        const struct expected *expected = &file->expected[i];
        enum item_state state;
        if (!expected->after)
            continue;
        check_item(file, i, expected->before, expected->changed);
        assert_int_equal(item_state_from_name(expected->after, &state), 0);
        set_item(store, file->note.items[i].id, state);
    }
}

/* After the reader acted: what was set in one language shows in the other. */
static void check_after(const struct file *file)
{
    for (size_t i = 0; i < file->note.n; i++) {
        const struct expected *expected = &file->expected[i];
        check_item(file, i, expected->after ? expected->after : expected->before,
                   expected->changed && !expected->after);
    }
}

static void run_step(struct store *store, struct file *files, size_t n)
{
    struct note first[FILES_MAX];
    sync_step(store, files, n, true);
    if (store_sync_moved(store))
        sync_step(store, files, n, false);
    assert_false(store_sync_moved(store));
    for (size_t f = 0; f < n; f++) {
        first[f] = files[f].note;
        act(store, &files[f]);
    }
    sync_step(store, files, n, false);
    assert_false(store_sync_moved(store));
    for (size_t f = 0; f < n; f++) {
        check_after(&files[f]);
        for (size_t i = 0; i < files[f].note.n; i++)
            assert_string_equal(files[f].note.items[i].id, first[f].items[i].id);
    }
}

static char *copy_of_case; /* lives until the next case: a failed test does not come back here */

static void run_case(void **state)
{
    struct folder *folder = *state;
    struct file files[FILES_MAX];
    size_t n = 0;
    const char *heading = "";
    for (char *line; (line = strsep(&copy_of_case, "\n"));) {
        if (strncmp(line, "file ", 5) == 0) {
            assert_true(n < FILES_MAX);
            read_file_line(&files[n++], line);
            heading = "";
        } else if (strcmp(line, "then") == 0) {
            run_step(folder->store, files, n);
            n = 0;
        } else if (line[0] == '-') {
            read_item_line(&files[n - 1], line, heading);
        } else if (line[0] == '#') {
            heading = line + 2;
        }
    }
    run_step(folder->store, files, n);
}

/*** Finding them ***/

static int case_setup(void **state)
{
    copy_of_case = *state;
    return store_setup(state);
}

/* Cuts the fixture into cases: a name, and the text up to the next. */
static void find_cases(char *text)
{
    for (char *at = strstr(text, "\n== "); at;) {
        char *name = at + 4, *next = strstr(name, "\n== ");
        char *body = strchr(name, '\n') + 1;
        body[-1] = '\0';
        if (next)
            *next = '\0';
        if (n_tests < CASES_MAX)
            tests[n_tests++] = (struct CMUnitTest){.name = name,
                                                   .test_func = run_case,
                                                   .setup_func = case_setup,
                                                   .teardown_func = folder_teardown,
                                                   .initial_state = body};
        at = next;
    }
}

int main(void)
{
    struct err err = {0};
    size_t len;
    if (file_read(PREPD_FIXTURES "/store/matching.txt", 1 << 20, 1, &fixture, &len, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    find_cases(fixture);
    int failed = _cmocka_run_group_tests("matching", tests, n_tests, NULL, NULL);
    free(fixture);
    return failed;
}
