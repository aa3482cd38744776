/* store_runs.c - runs and their logs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "store/store_sql.h"

static int no_such_run(struct err *err, const char *id)
{
    return err_set(err, ENOENT, "there is no run %.40s", id);
}

/* Runs a write that must change a row. */
static int run_write(struct store *store, sqlite3_stmt *q, const char *id, struct err *err)
{
    int r = store_writing(store, err);
    if (r == 0)
        r = sql_run(store, q, err);
    if (r == 0 && sqlite3_changes(store->db) == 0)
        r = no_such_run(err, id);
    return r;
}

int store_run_start(struct store *store, const struct store_run *run, struct err *err)
{
    cleanup_stmt sqlite3_stmt *q = sql_take(store, SQL_RUN_ADD);
    sql_text(q, 1, run->id);
    sql_text(q, 2, run->demo);
    sql_text(q, 3, run->params);
    sql_int(q, 4, run->started_ms);
    return run_write(store, q, run->id, err);
}

static uint64_t count_lines(const char *bytes, size_t len)
{
    uint64_t n = 0;
    for (const char *end = bytes + len; (bytes = memchr(bytes, '\n', (size_t)(end - bytes)));
         bytes++)
        n++;
    return n;
}

int store_run_append(struct store *store, const char *id, uint64_t first, uint64_t n,
                     const char *bytes, size_t len, struct err *err)
{
    if (len == 0 || bytes[len - 1] != '\n' || count_lines(bytes, len) != n || first > INT64_MAX)
        return err_set(err, EINVAL, "run %.40s: not %llu whole lines", id, (unsigned long long)n);
    cleanup_stmt sqlite3_stmt *q = sql_take(store, SQL_RUN_LINES_ADD);
    sql_text(q, 1, id);
    sql_int(q, 2, (int64_t)first);
    sql_int(q, 3, (int64_t)n);
    sql_int(q, 4, clock_wall_ms());
    if (sqlite3_bind_blob64(q, 5, bytes, len, SQLITE_STATIC) != SQLITE_OK)
        return err_set(err, EFBIG, "run %.40s: %zu bytes at once are too many", id, len);
    return run_write(store, q, id, err);
}

int store_run_end(struct store *store, const char *id, const char *summary, int64_t ended_ms,
                  struct err *err)
{
    cleanup_stmt sqlite3_stmt *q = sql_take(store, SQL_RUN_END);
    sql_text(q, 1, id);
    sql_text(q, 2, summary);
    sql_int(q, 3, ended_ms);
    return run_write(store, q, id, err);
}

int store_run_delete(struct store *store, const char *id, struct err *err)
{
    cleanup_stmt sqlite3_stmt *q = sql_take(store, SQL_RUN_DELETE);
    sql_text(q, 1, id);
    return run_write(store, q, id, err);
}

int store_runs_trim(struct store *store, uint64_t max_bytes, struct err *err)
{
    cleanup_stmt sqlite3_stmt *q = sql_take(store, SQL_RUNS_TRIM);
    sql_int(q, 1, max_bytes > INT64_MAX ? INT64_MAX : (int64_t)max_bytes);
    int r = store_writing(store, err);
    return r < 0 ? r : sql_run(store, q, err);
}

/*** Reading ***/

static void copy_column(sqlite3_stmt *q, int column, char *to, size_t size)
{
    const char *text = (const char *)sqlite3_column_text(q, column);
    size_t len = text ? strnlen(text, size - 1) : 0;
    if (len)
        memcpy(to, text, len);
    to[len] = '\0';
}

static int run_read(sqlite3_stmt *q, struct store_run *ret, struct err *err)
{
    const char *params = (const char *)sqlite3_column_text(q, 2);
    const char *summary = (const char *)sqlite3_column_text(q, 3);
    struct store_run run = {.params = params ? strdup(params) : NULL,
                            .summary = summary ? strdup(summary) : NULL,
                            .started_ms = sqlite3_column_int64(q, 4),
                            .ended_ms = sqlite3_column_int64(q, 5)};
    copy_column(q, 0, run.id, sizeof run.id);
    copy_column(q, 1, run.demo, sizeof run.demo);
    bool whole = run.params && (!summary || run.summary);
    if (!whole)
        store_run_clear(&run);
    *ret = run;
    return whole ? 0 : err_set(err, ENOMEM, "out of memory");
}

int store_run_get(struct store *store, const char *id, struct store_run *ret, struct err *err)
{
    cleanup_stmt sqlite3_stmt *q = sql_take(store, SQL_RUN_FIND);
    sql_text(q, 1, id);
    int r = sql_row(store, q, err);
    if (r == 0)
        return no_such_run(err, id);
    return r < 0 ? r : run_read(q, ret, err);
}

void store_run_clear(struct store_run *run)
{
    if (!run)
        return;
    free(run->params);
    free(run->summary);
    *run = (struct store_run){0};
}

static int run_exists(struct store *store, const char *id, struct err *err)
{
    cleanup_stmt sqlite3_stmt *q = sql_take(store, SQL_RUN_FIND);
    sql_text(q, 1, id);
    int r = sql_row(store, q, err);
    if (r == 0)
        return no_such_run(err, id);
    return r < 0 ? r : 0;
}

int store_run_log(struct store *store, const char *id, struct text *out, struct err *err)
{
    int r = run_exists(store, id, err);
    if (r < 0)
        return r;
    cleanup_stmt sqlite3_stmt *q = sql_take(store, SQL_RUN_LINES);
    sql_text(q, 1, id);
    while ((r = sql_row(store, q, err)) > 0)
        text_add(out, sqlite3_column_blob(q, 0), (size_t)sqlite3_column_bytes(q, 0));
    if (r == 0 && out->failed)
        r = err_set(err, ENOMEM, "run %.40s: out of memory", id);
    return r;
}

/* Where line `want` begins in a part that begins with line `first`. */
static const char *line_at(const char *bytes, const char *end, uint64_t first, uint64_t want)
{
    for (; first < want && bytes; first++) {
        bytes = memchr(bytes, '\n', (size_t)(end - bytes));
        bytes = bytes ? bytes + 1 : NULL;
    }
    return bytes;
}

/* Adds the part's lines from *next on, as long as they fit, and counts *next up. False: the page is
 * full, or a line is missing before this part. */
static bool page_add(sqlite3_stmt *q, size_t max_bytes, struct text *out, uint64_t *next)
{
    uint64_t first = (uint64_t)sqlite3_column_int64(q, 0), n = (uint64_t)sqlite3_column_int64(q, 1);
    const char *bytes = sqlite3_column_blob(q, 2);
    if (first > *next || !bytes)
        return false;
    const char *end = bytes + sqlite3_column_bytes(q, 2);
    const char *line = line_at(bytes, end, first, *next);
    for (; line && *next < first + n; (*next)++) {
        const char *stop = memchr(line, '\n', (size_t)(end - line));
        size_t len = stop ? (size_t)(stop + 1 - line) : 0;
        if (!stop || (out->len && out->len + len > max_bytes))
            return false;
        text_add(out, line, len);
        line = stop + 1;
    }
    return true;
}

int store_run_lines(struct store *store, const char *id, uint64_t first, size_t max_bytes,
                    struct text *out, uint64_t *ret_next, struct err *err)
{
    uint64_t next = first ? first : 1;
    int r = next > INT64_MAX ? err_set(err, EINVAL, "run %.40s: no such line", id)
                             : run_exists(store, id, err);
    if (r < 0)
        return r;
    cleanup_stmt sqlite3_stmt *q = sql_take(store, SQL_RUN_LINES_FROM);
    sql_text(q, 1, id);
    sql_int(q, 2, (int64_t)next);
    while ((r = sql_row(store, q, err)) > 0 && page_add(q, max_bytes, out, &next))
        ;
    if (r >= 0 && out->failed)
        r = err_set(err, ENOMEM, "run %.40s: out of memory", id);
    *ret_next = next;
    return r < 0 ? r : 0;
}

int store_run_list(struct store *store, const char *demo, size_t limit,
                   int (*each)(const struct store_run *run, void *ud), void *ud, struct err *err)
{
    cleanup_stmt sqlite3_stmt *q = sql_take(store, SQL_RUN_LIST);
    sql_text(q, 1, demo);
    sql_int(q, 2, limit > INT32_MAX ? INT32_MAX : (int64_t)limit);
    int r;
    while ((r = sql_row(store, q, err)) > 0) {
        struct store_run run;
        r = run_read(q, &run, err);
        if (r < 0)
            return r;
        bool stop = each(&run, ud) != 0;
        store_run_clear(&run);
        if (stop)
            return 0;
    }
    return r;
}
