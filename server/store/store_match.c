/* store_match.c - the order in which items find their rows.
 *
 * DESIGN  A list of passes, from the surest sign to the weakest. A pass gives each item and each
 * row still without a mate a key made of some of its marks, sorts both sides by it, and pairs equal
 * keys in the order of the file (rows that are gone after those that are there). The last pass
 * pairs only what is unique. All passes run first without the rows that are gone and were never
 * set: what carries nothing must not keep a tick from its item. To add a sign, add a row to the
 * table. n log n in the number of items and rows. */
#include "store/store_match.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/util.h"

enum mark { SLUG = 1, HEADING = 2, NORM = 4, BEFORE = 8, AFTER = 16, WAS = 32 };

static const struct pass {
    unsigned marks;
    bool unique;
} passes[] = {
    {SLUG, false},                            /* the author says so */
    {HEADING | NORM | BEFORE | AFTER, false}, /* equal texts are told apart by both neighbours, */
    {HEADING | NORM | AFTER, false},          /* by one, */
    {HEADING | NORM | BEFORE, false},         /* */
    {HEADING | NORM, false},                  /* or by their order */
    {HEADING | WAS, false},                   /* reads again as it was ticked */
    {NORM, true},                             /* moved to another heading */
};

struct keyed {
    uint64_t key;
    size_t index;
};

struct side {
    struct match_text *texts;
    size_t n;
    struct keyed *keyed; /* those that take part in this pass, sorted */
    size_t n_keyed;
};

uint64_t match_hash(const char *text)
{
    if (!text)
        return 0;
    uint64_t hash = hash_bytes(text, strlen(text));
    return hash ? hash : 1;
}

static uint64_t key_of(const struct match_text *text, unsigned marks)
{
    const uint64_t parts[] = {
        marks & SLUG ? text->slug : 0,   marks & HEADING ? text->heading : 0,
        marks & NORM ? text->norm : 0,   marks & BEFORE ? text->before : 0,
        marks & AFTER ? text->after : 0, marks & WAS ? text->was : 0,
    };
    return hash_bytes(parts, sizeof parts);
}

static int keyed_compare(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;
    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* A row that is gone, and which the reader never set as it reads (or, for WAS, never at all). */
static bool is_idle(const struct match_text *text, unsigned marks)
{
    return text->gone && !(text->set && (marks & WAS || !text->was));
}

static void side_sort(struct side *side, unsigned marks, bool idle)
{
    side->n_keyed = 0;
    for (size_t i = 0; i < side->n; i++) {
        const struct match_text *text = &side->texts[i];
        if (text->mate == MATCH_NONE && (!(marks & SLUG) || text->slug) &&
            (idle || !is_idle(text, marks)))
            side->keyed[side->n_keyed++] = (struct keyed){key_of(text, marks), i};
    }
    qsort(side->keyed, side->n_keyed, sizeof *side->keyed, keyed_compare);
}

/* How many from `at` on have the same key. */
static size_t group_len(const struct side *side, size_t at)
{
    size_t n = 1;
    while (at + n < side->n_keyed && side->keyed[at + n].key == side->keyed[at].key)
        n++;
    return n;
}

/* The row that a single item moved from: the only one that is there (if none is, the only one that
 * is gone), or of several the only one that was ever set. MATCH_NONE if there is no such row. */
static size_t only_row(const struct side *rows, size_t at, size_t n)
{
    size_t there = 0, set = 0, row = at;
    while (there < n && !rows->texts[rows->keyed[at + there].index].gone)
        there++;
    size_t count = there ? there : n;
    for (size_t k = at; count > 1 && k < at + count; k++) {
        if (rows->texts[rows->keyed[k].index].set) {
            set++;
            row = k;
        }
    }
    return count == 1 || set == 1 ? row : MATCH_NONE;
}

static void pair_group(struct side *items, size_t i, struct side *rows, size_t r, size_t n)
{
    for (size_t k = 0; k < n; k++) {
        size_t item = items->keyed[i + k].index, row = rows->keyed[r + k].index;
        items->texts[item].mate = row;
        rows->texts[row].mate = item;
    }
}

static void run_pass(const struct pass *pass, struct side *items, struct side *rows, bool idle)
{
    side_sort(items, pass->marks, idle);
    side_sort(rows, pass->marks, idle);
    size_t i = 0, r = 0;
    while (i < items->n_keyed && r < rows->n_keyed) {
        if (items->keyed[i].key != rows->keyed[r].key) {
            *(items->keyed[i].key < rows->keyed[r].key ? &i : &r) += 1;
            continue;
        }
        size_t n_items = group_len(items, i), n_rows = group_len(rows, r);
        size_t only = pass->unique && n_items == 1 ? only_row(rows, r, n_rows) : MATCH_NONE;
        if (!pass->unique)
            pair_group(items, i, rows, r, n_items < n_rows ? n_items : n_rows);
        else if (only != MATCH_NONE)
            pair_group(items, i, rows, only, 1);
        i += n_items;
        r += n_rows;
    }
}

int match_pair(struct match_text *items, size_t n_items, struct match_text *rows, size_t n_rows)
{
    for (size_t i = 0; i < n_items; i++)
        items[i].mate = MATCH_NONE;
    for (size_t r = 0; r < n_rows; r++)
        rows[r].mate = MATCH_NONE;
    if (n_items == 0 || n_rows == 0)
        return 0;
    cleanup_free struct keyed *scratch = calloc(n_items + n_rows, sizeof *scratch);
    if (!scratch)
        return -ENOMEM;
    struct side item_side = {.texts = items, .n = n_items, .keyed = scratch};
    struct side row_side = {.texts = rows, .n = n_rows, .keyed = scratch + n_items};
    for (size_t p = 0; p < 2 * ARRAY_LEN(passes); p++)
        run_pass(&passes[p % ARRAY_LEN(passes)], &item_side, &row_side, p >= ARRAY_LEN(passes));
    return 0;
}
