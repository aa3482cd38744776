/* store_reword.c - items whose text was edited.
 *
 * DESIGN  Texts are compared as sets of neighbouring character pairs (Dice's coefficient), which
 * needs no words and so serves Chinese as well. An item takes a lost place of its heading if each
 * is the other's best, they are alike enough, and no other comes near. That is a guess:
 * 先更新数据库再删缓存 and 先删缓存再更新数据库 are 0.67 alike and opposites. So the place keeps
 * the text that was ticked, and the item shows as changed until the reader sets it again. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "store/store_sync.h"

static const double ALIKE = 0.6, AHEAD = 0.1;

/* More pairs than this is another text, not an edited one. */
enum { PAIRS_MAX = 4096 };

/* An item or a row without a mate. */
struct candidate {
    size_t index;
    uint64_t *grams; /* sorted; a pair of characters each */
    size_t n_grams;
};

struct candidates {
    struct candidate *v;
    size_t n;
};

/*** Likeness ***/

/* The code point at *at, which is moved on. The text is valid UTF-8. */
static uint32_t next_character(const unsigned char **at)
{
    uint32_t c = *(*at)++;
    for (; (**at & 0xc0) == 0x80; (*at)++)
        c = c << 6 | (**at & 0x3f);
    return c;
}

static int gram_compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static int grams_make(struct candidate *candidate, const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    candidate->grams = calloc(strlen(text) + 1, sizeof *candidate->grams);
    if (!candidate->grams)
        return -ENOMEM;
    uint64_t before = 0; /* so that the first character counts as a pair, too */
    while (*at) {
        uint64_t c = next_character(&at);
        candidate->grams[candidate->n_grams++] = before << 32 | c;
        before = c;
    }
    qsort(candidate->grams, candidate->n_grams, sizeof *candidate->grams, gram_compare);
    return 0;
}

static double likeness(const struct candidate *a, const struct candidate *b)
{
    size_t i = 0, k = 0, common = 0;
    while (i < a->n_grams && k < b->n_grams) {
        int order = gram_compare(&a->grams[i], &b->grams[k]);
        common += order == 0;
        i += order <= 0;
        k += order >= 0;
    }
    size_t all = a->n_grams + b->n_grams;
    return all ? 2.0 * (double)common / (double)all : 0;
}

/*** Candidates ***/

static void candidates_free(struct candidates *list)
{
    for (size_t i = 0; i < list->n; i++)
        free(list->v[i].grams);
    free(list->v);
}
#define cleanup_candidates __attribute__((cleanup(candidates_free)))

static int row_grams(struct file_sync *file, struct candidate *candidate)
{
    cleanup_stmt sqlite3_stmt *q = sql_take(file->store, SQL_PLACE_NORM);
    sql_int(q, 1, file->rows[candidate->index].place);
    int r = sql_row(file->store, q, file->err);
    if (r < 0)
        return r;
    const char *norm = r > 0 ? (const char *)sqlite3_column_text(q, 0) : NULL;
    return grams_make(candidate, norm ? norm : "");
}

/* A place is lost now if the file showed it until now, or if it is held. */
static bool row_is_lost(const struct file_sync *file, size_t r)
{
    const struct match_text *text = &file->row_texts[r];
    return text->mate == MATCH_NONE && (!text->gone || file->rows[r].held);
}

static int candidates_list(const struct file_sync *file, struct candidates *items,
                           struct candidates *rows)
{
    items->v = calloc(file->sync->n_items + 1, sizeof *items->v);
    rows->v = calloc(file->n_rows + 1, sizeof *rows->v);
    if (!items->v || !rows->v)
        return -ENOMEM;
    for (size_t i = 0; i < file->sync->n_items; i++)
        if (file->texts[i].mate == MATCH_NONE)
            items->v[items->n++].index = i;
    for (size_t r = 0; r < file->n_rows; r++)
        if (row_is_lost(file, r))
            rows->v[rows->n++].index = r;
    return 0;
}

static int candidates_read(struct file_sync *file, struct candidates *items,
                           struct candidates *rows)
{
    int result = 0;
    for (size_t i = 0; result == 0 && i < items->n; i++)
        result = grams_make(&items->v[i], file->sync->items[items->v[i].index].norm);
    for (size_t r = 0; result == 0 && r < rows->n; r++)
        result = row_grams(file, &rows->v[r]);
    return result;
}

/*** Pairing ***/

/* Likeness of all pairs, items by rows; 0 for what may not be paired. */
struct table {
    double *v;
    size_t n_items, n_rows;
};

static double at(const struct table *table, size_t i, size_t r)
{
    return table->v[i * table->n_rows + r];
}

static void table_fill(struct table *table, const struct file_sync *file,
                       const struct candidates *items, const struct candidates *rows)
{
    for (size_t i = 0; i < items->n; i++) {
        for (size_t r = 0; r < rows->n; r++) {
            const struct match_text *item = &file->texts[items->v[i].index];
            const struct match_text *row = &file->row_texts[rows->v[r].index];
            bool may = item->heading == row->heading && !(item->slug && row->slug);
            table->v[i * rows->n + r] = may ? likeness(&items->v[i], &rows->v[r]) : 0;
        }
    }
}

/* True if item i and row r are well ahead of any other pair with one of them. */
static bool stands_out(const struct table *table, size_t i, size_t r)
{
    double score = at(table, i, r), next = 0;
    for (size_t k = 0; k < table->n_items; k++)
        if (k != i && at(table, k, r) > next)
            next = at(table, k, r);
    for (size_t k = 0; k < table->n_rows; k++)
        if (k != r && at(table, i, k) > next)
            next = at(table, i, k);
    return score >= ALIKE && score - next >= AHEAD;
}

static int pair_alike(struct file_sync *file, const struct candidates *items,
                      const struct candidates *rows)
{
    cleanup_free double *scores = calloc(items->n * rows->n, sizeof *scores);
    if (!scores)
        return -ENOMEM;
    struct table table = {scores, items->n, rows->n};
    table_fill(&table, file, items, rows);
    for (size_t i = 0; i < items->n; i++) {
        for (size_t r = 0; r < rows->n; r++) {
            if (!stands_out(&table, i, r))
                continue;
            file->texts[items->v[i].index].mate = rows->v[r].index;
            file->row_texts[rows->v[r].index].mate = items->v[i].index;
        }
    }
    return 0;
}

int reword_pair(struct file_sync *file)
{
    cleanup_candidates struct candidates items = {0}, rows = {0};
    int r = candidates_list(file, &items, &rows);
    if (r == 0 && (items.n == 0 || rows.n == 0 || items.n > PAIRS_MAX / rows.n))
        return 0;
    if (r == 0)
        r = candidates_read(file, &items, &rows);
    if (r == 0)
        r = pair_alike(file, &items, &rows);
    if (r == -ENOMEM)
        return err_set(file->err, ENOMEM, "%s: out of memory", file->sync->file);
    return r;
}
