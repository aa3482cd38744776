/* test_store_property.c - random edits of two files: what must hold whatever the author does.
 *
 * The seed of a run that fails is printed; PREPD_SEED runs that one alone. */
#include "store_fixture.h"

enum { SEEDS = 40, EDITS = 40, TEXTS = 14, FILES = 2, LINES_MAX = 12 };

/* Texts of which some are alike, so that every step of matching has work. */
static const char *const texts[TEXTS] = {
    "先更新数据库再删缓存",
    "先删缓存再更新数据库",
    "what starts a collection",
    "what starts a collection, and when",
    "what ends a collection",
    "the write barrier of the collector",
    "the hybrid write barrier of the collector",
    "TIME_WAIT",
    "2MSL",
    "why two",
    "a",
    "b",
    "内存泄漏",
    "内存泄露了",
};

struct line {
    int text, heading, slug; /* slug 0: none */
};

struct model {
    struct line lines[FILES][LINES_MAX];
    int n[FILES];
    bool ticked[TEXTS]; /* texts that were ever set to something else than todo */
};

static unsigned random_state;

static int roll(int n)
{
    random_state = random_state * 1103515245u + 12345u;
    return (int)((random_state >> 16) % (unsigned)n);
}

/*** The author ***/

static void insert_line(struct model *model, int f, int at, struct line line)
{
    if (model->n[f] == LINES_MAX)
        return;
    struct line *lines = model->lines[f];
    memmove(lines + at + 1, lines + at, (size_t)(model->n[f]++ - at) * sizeof *lines);
    lines[at] = line;
}

static struct line remove_line(struct model *model, int f, int at)
{
    struct line *lines = model->lines[f], line = lines[at];
    memmove(lines + at, lines + at + 1, (size_t)(--model->n[f] - at) * sizeof *lines);
    return line;
}

static struct line random_line(void)
{
    return (struct line){roll(TEXTS), roll(2), roll(4) ? 0 : 1 + roll(3)};
}

static void edit(struct model *model)
{
    int f = roll(FILES), n = model->n[f];
    if (n == 0 || roll(4) == 0) {
        insert_line(model, f, roll(n + 1), random_line());
        return;
    }
    int at = roll(n), other = roll(FILES);
    struct line *line = &model->lines[f][at];
    switch (roll(6)) {
    case 0:
        line->text = roll(TEXTS);
        break;
    case 1:
        line->heading = !line->heading;
        break;
    case 2:
        line->slug = roll(4);
        break;
    case 3:
        remove_line(model, f, at);
        break;
    case 4:
        insert_line(model, f, roll(n + 1), *line);
        break;
    default:
        if (model->n[other] < LINES_MAX) {
            struct line moved = remove_line(model, f, at);
            insert_line(model, other, roll(model->n[other] + 1), moved);
        }
    }
}

/*** prepd ***/

static void items_make(const struct model *model, int f, struct store_item *items)
{
    static const char *const slugs[] = {NULL, "x", "y", "z"};
    for (int i = 0; i < model->n[f]; i++) {
        const struct line *line = &model->lines[f][i];
        items[i] = (struct store_item){.text = texts[line->text],
                                       .norm = texts[line->text],
                                       .heading = line->heading ? "B" : "A",
                                       .slug = slugs[line->slug]};
    }
}

static void sync_once(struct store *store, const struct model *model, bool confirm,
                      struct store_item items[FILES][LINES_MAX])
{
    static const char *const keys[FILES] = {"book/one", "book/two"};
    assert_int_equal(store_begin(store), 0);
    for (int f = 0; f < FILES; f++) {
        items_make(model, f, items[f]);
        struct store_sync sync = {.topic = keys[f] + 5,
                                  .file = keys[f],
                                  .items = items[f],
                                  .n_items = (size_t)model->n[f],
                                  .confirm_loss = confirm};
        must(store_sync_file(store, &sync, why));
    }
    must(store_sync_end(store, keys, FILES, why));
    assert_int_equal(store_commit(store), 0);
}

static void sync_model(struct store *store, const struct model *model, bool confirm,
                       struct store_item items[FILES][LINES_MAX])
{
    sync_once(store, model, confirm, items);
    if (store_sync_moved(store))
        sync_once(store, model, confirm, items);
    assert_false(store_sync_moved(store));
}

/*** What must hold ***/

static void check_no_silent_tick(const struct model *model,
                                 struct store_item items[FILES][LINES_MAX])
{
    for (int f = 0; f < FILES; f++)
        for (int i = 0; i < model->n[f]; i++)
            if (items[f][i].state != ITEM_TODO && !items[f][i].changed &&
                !model->ticked[model->lines[f][i].text])
                fail_msg("\"%s\" is ticked, and nobody ever ticked it", items[f][i].text);
}

static void check_ids_differ_in_a_file(const struct model *model,
                                       struct store_item items[FILES][LINES_MAX])
{
    for (int f = 0; f < FILES; f++)
        for (int i = 0; i < model->n[f]; i++)
            for (int k = 0; k < i; k++)
                assert_string_not_equal(items[f][i].id, items[f][k].id);
}

static void check_same(const struct model *model, struct store_item a[FILES][LINES_MAX],
                       struct store_item b[FILES][LINES_MAX])
{
    for (int f = 0; f < FILES; f++) {
        for (int i = 0; i < model->n[f]; i++) {
            assert_string_equal(a[f][i].id, b[f][i].id);
            assert_int_equal(a[f][i].state, b[f][i].state);
            assert_int_equal(a[f][i].changed, b[f][i].changed);
        }
    }
}

static void tick_some(struct store *store, struct model *model,
                      struct store_item items[FILES][LINES_MAX])
{
    for (int f = 0; f < FILES; f++) {
        for (int i = 0; i < model->n[f]; i++) {
            enum item_state state = (enum item_state)roll(3);
            if (roll(4))
                continue;
            set_item(store, items[f][i].id, state);
            /* an item of both files is ticked in both */
            for (int g = 0; g < FILES && state != ITEM_TODO; g++)
                for (int k = 0; k < model->n[g]; k++)
                    if (strcmp(items[g][k].id, items[f][i].id) == 0)
                        model->ticked[model->lines[g][k].text] = true;
        }
    }
}

static void run_seed(unsigned seed, void (*body)(struct store *store))
{
    struct folder *folder = NULL;
    random_state = seed;
    print_message("seed %u\n", seed);
    assert_int_equal(store_setup((void **)&folder), 0);
    body(folder->store);
    folder_teardown((void **)&folder);
}

static void run_seeds(void (*body)(struct store *store))
{
    const char *only = getenv("PREPD_SEED");
    if (only)
        run_seed((unsigned)strtoul(only, NULL, 10), body);
    for (unsigned seed = 1; !only && seed <= SEEDS; seed++)
        run_seed(seed, body);
}

static void edits(struct store *store)
{
    struct model model = {0};
    struct store_item items[FILES][LINES_MAX], again[FILES][LINES_MAX];
    for (int e = 0; e < EDITS; e++) {
        for (int k = roll(4); k >= 0; k--)
            edit(&model);
        sync_model(store, &model, roll(2), items);
        check_no_silent_tick(&model, items);
        check_ids_differ_in_a_file(&model, items);
        sync_model(store, &model, false, again);
        check_same(&model, items, again);
        tick_some(store, &model, again);
    }
}

static void no_edit_ticks_a_text_that_was_never_ticked(void **state)
{
    (void)state;
    run_seeds(edits);
}

/* Texts that stand once, in files without slugs: what a branch may then do to them is anything. */
static void fill_with_distinct(struct model *model)
{
    bool used[TEXTS] = {0};
    for (int f = 0; f < FILES; f++) {
        model->n[f] = 0;
        for (int k = 0; k < 6; k++) {
            struct line line = {roll(TEXTS), roll(2), 0};
            if (!used[line.text])
                insert_line(model, f, roll(model->n[f] + 1), line);
            used[line.text] = true;
        }
    }
}

/* A tick is there again. What had none may at most be taken for a rewording, which says so. */
static bool is_restored(const struct store_item *before, const struct store_item *after)
{
    return after->state == before->state || (before->state == ITEM_TODO && after->changed);
}

static void branch_and_back(struct store *store)
{
    struct model home = {0};
    struct store_item before[FILES][LINES_MAX], there[FILES][LINES_MAX], after[FILES][LINES_MAX];
    fill_with_distinct(&home);
    sync_model(store, &home, false, before);
    tick_some(store, &home, before);
    sync_model(store, &home, false, before);
    for (int round = 0; round < 8; round++) {
        struct model branch = home;
        for (int k = 1 + roll(20); k > 0; k--)
            edit(&branch);
        for (int f = 0; f < FILES; f++)
            for (int i = 0; i < branch.n[f]; i++)
                branch.lines[f][i].slug = 0;
        sync_model(store, &branch, roll(2), there);
        check_no_silent_tick(&branch, there);
        sync_model(store, &home, roll(2), after);
        for (int f = 0; f < FILES; f++)
            for (int i = 0; i < home.n[f]; i++)
                if (!is_restored(&before[f][i], &after[f][i]))
                    fail_msg("\"%s\" was %s and came back as %s", after[f][i].text,
                             item_state_name(before[f][i].state),
                             item_state_name(after[f][i].state));
    }
}

static void another_branch_and_back_restores_every_tick(void **state)
{
    (void)state;
    run_seeds(branch_and_back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_edit_ticks_a_text_that_was_never_ticked),
        cmocka_unit_test(another_branch_and_back_restores_every_tick),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
