/* store_care.c - integrity, backups, and what to say when the database is lost.
 *
 * DESIGN  A backup is VACUUM INTO a temporary name, fsync, rename, fsync of the folder: under its
 * final name there is either all of it or nothing. Those made by the clock are named
 * prepd-YYYYMMDD-HHMMSS.db (UTC), so their order is that of their names; only names of exactly this
 * form are ever deleted. One made before a migration has "-schemaN" in its name and stays. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cleanup.h"
#include "store/store_internal.h"

enum { KEEP_DAYS = 7, KEEP_WEEKS = 4, DAY_SECONDS = 86400 };

int care_check_integrity(struct store *store, struct err *err)
{
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(store->db, "PRAGMA integrity_check(1)", -1, &stmt, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    const char *verdict = rc == SQLITE_ROW ? (const char *)sqlite3_column_text(stmt, 0) : NULL;
    int r = 0;
    if (!verdict)
        r = sql_fail(store, err);
    else if (strcmp(verdict, "ok") != 0)
        r = err_set(err, EBADMSG, "%s: damaged: %.120s", store->path, verdict);
    sqlite3_finalize(stmt);
    return r;
}

void care_advise(const struct store *store, struct err *err)
{
    char newest[STORE_NAME_MAX], text[sizeof err->text];
    if (!err)
        return;
    care_newest_backup(store, newest);
    memcpy(text, err->text, sizeof text);
    if (newest[0])
        err_set(
            err, EBADMSG,
            "%.200s; it was left as it is. To go back to the newest backup, move prepd.db* away "
            "and copy backups/%s to prepd.db",
            text, newest);
    else
        err_set(err, EBADMSG, "%.200s; it was left as it is, and there is no backup", text);
}

/*** Making one ***/

static int sync_path(const char *path, int flags, struct err *err)
{
    cleanup_close int fd = open(path, flags | O_CLOEXEC);
    if (fd < 0 || fsync(fd) < 0)
        return err_set(err, errno, "%s: cannot sync: %s", path, strerror(errno));
    return 0;
}

static int sync_folder_of(const char *path, struct err *err)
{
    const char *slash = strrchr(path, '/');
    cleanup_free char *dir = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
    return dir ? sync_path(dir, O_RDONLY | O_DIRECTORY, err)
               : err_set(err, ENOMEM, "%s: out of memory", path);
}

static int vacuum_into(struct store *store, const char *path, struct err *err)
{
    /* made by us, so that it is nobody else's to read from its first byte */
    cleanup_close int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_set(err, errno, "%s: cannot write: %s", path, strerror(errno));
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v2(store->db, "VACUUM INTO ?1", -1, &stmt, NULL);
    if (rc == SQLITE_OK) {
        sql_text(stmt, 1, path);
        rc = sqlite3_step(stmt);
    }
    int r = rc == SQLITE_DONE ? 0 : sql_fail(store, err);
    sqlite3_finalize(stmt);
    return r < 0 ? err_prefix(err, "backup to %s", path) : sync_path(path, O_RDWR, err);
}

/* Never replaces a file. Some file systems cannot be asked so (EINVAL); there the check in
 * store_backup has to do. */
static int rename_new(const char *from, const char *to, struct err *err)
{
    if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0 ||
        (errno == EINVAL && rename(from, to) == 0))
        return 0;
    return err_set(err, errno, "%s: %s", to, strerror(errno));
}

int store_backup(struct store *store, const char *path, struct err *err)
{
    cleanup_free char *temporary = NULL;
    struct stat st;
    if (lstat(path, &st) == 0)
        return err_set(err, EEXIST, "%s: exists already", path);
    if (!sqlite3_get_autocommit(store->db))
        return err_set(err, EPERM, "%s: no backup is made between store_begin and store_commit",
                       path);
    if (asprintf(&temporary, "%s.part", path) < 0)
        return err_set(err, ENOMEM, "%s: out of memory", path);
    int r = vacuum_into(store, temporary, err);
    if (r == 0)
        r = rename_new(temporary, path, err);
    if (r < 0)
        unlink(temporary);
    return r < 0 ? r : sync_folder_of(path, err);
}

int care_backup_now(struct store *store, const char *suffix, struct err *err)
{
    char stamp[32];
    cleanup_free char *dir = NULL, *path = NULL;
    time_t now = time(NULL);
    struct tm utc;
    strftime(stamp, sizeof stamp, "%Y%m%d-%H%M%S", gmtime_r(&now, &utc));
    if (asprintf(&dir, "%s/backups", store->dir) < 0 ||
        asprintf(&path, "%s/prepd-%s%s.db", dir, stamp, suffix) < 0)
        return err_set(err, ENOMEM, "%s: out of memory", store->dir);
    int r = folder_make(dir, err);
    return r < 0 ? r : store_backup(store, path, err);
}

/*** Which there are ***/

/* When a backup made by the clock was made, from its name; false for any other name. */
static bool time_of_name(const char *name, time_t *ret)
{
    struct tm utc = {0};
    const char *rest = strptime(name, "prepd-%Y%m%d-%H%M%S.db", &utc);
    if (!rest || *rest || strlen(name) != strlen("prepd-YYYYMMDD-HHMMSS.db"))
        return false;
    *ret = timegm(&utc);
    return true;
}

static int is_clock_backup(const struct dirent *entry)
{
    time_t unused;
    return time_of_name(entry->d_name, &unused);
}

static int is_backup(const struct dirent *entry)
{
    const char *name = entry->d_name;
    size_t len = strlen(name);
    return len > 9 && len < STORE_NAME_MAX && strncmp(name, "prepd-", 6) == 0 &&
           strcmp(name + len - 3, ".db") == 0;
}

static int newest_first(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*b)->d_name, (*a)->d_name);
}

/* Lists backups/, newest first; a folder that is missing is empty. */
static int list_backups(const struct store *store, int (*filter)(const struct dirent *),
                        struct dirent ***ret)
{
    cleanup_free char *dir = NULL;
    *ret = NULL;
    if (asprintf(&dir, "%s/backups", store->dir) < 0)
        return 0;
    int n = scandir(dir, ret, filter, newest_first);
    return n < 0 ? 0 : n;
}

static void free_list(struct dirent **list, int n)
{
    for (int i = 0; i < n; i++)
        free(list[i]);
    free(list);
}

void care_newest_backup(const struct store *store, char ret_name[static STORE_NAME_MAX])
{
    struct dirent **list;
    int n = list_backups(store, is_backup, &list);
    snprintf(ret_name, STORE_NAME_MAX, "%.*s", STORE_NAME_MAX - 1, n > 0 ? list[0]->d_name : "");
    free_list(list, n);
}

/*** By the day ***/

/* Keeps the newest of each of the last KEEP_DAYS days that have one, then of KEEP_WEEKS weeks. */
static void drop_old(const struct store *store, struct dirent **list, int n)
{
    long last_day = -1, last_week = -1;
    int days = 0, weeks = 0;
    for (int i = 0; i < n; i++) {
        time_t made = 0;
        (void)time_of_name(list[i]->d_name, &made);
        long day = made / DAY_SECONDS, week = (day + 3) / 7; /* 1970 began on a Thursday */
        bool keep = false;
        if (days < KEEP_DAYS)
            keep = day != last_day && ++days;
        else if (weeks < KEEP_WEEKS)
            keep = week != last_week && ++weeks;
        last_day = day;
        last_week = week;
        cleanup_free char *path = NULL;
        if (!keep && asprintf(&path, "%s/backups/%s", store->dir, list[i]->d_name) > 0)
            unlink(path);
    }
}

int care_backup_daily(struct store *store, struct err *err)
{
    struct dirent **list;
    time_t newest = 0;
    int n = list_backups(store, is_clock_backup, &list);
    if (n > 0)
        (void)time_of_name(list[0]->d_name, &newest);
    free_list(list, n);
    /* A name from the future (the clock was wrong) must not end backups until then. */
    if (n > 0 && llabs((long long)(time(NULL) - newest)) < DAY_SECONDS)
        return 0;
    int r = care_backup_now(store, "", err);
    if (r < 0)
        return r;
    n = list_backups(store, is_clock_backup, &list);
    drop_old(store, list, n);
    free_list(list, n);
    return 0;
}
