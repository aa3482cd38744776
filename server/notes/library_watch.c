/* library_watch.c - inotify on the event loop; see library_watch.h.
 *
 * A folder is watched, not its files: editors replace files, and a watch on the old one would see
 * nothing more. Which folders there are is asked anew after each change (inotify gives a folder
 * that is watched already the same number), so a zh/ that appears, or a book that was moved away
 * and came back, is watched from then on. A folder that is gone is looked for once a second. */
#include "notes/library_watch.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"

enum {
    QUIET_MS = 100,     /* a change is over when nothing has happened for so long … */
    PATIENCE_MS = 2000, /* … or when this is how long it has been going on */
    SEARCH_MS = 1000,
};

/* Of a folder: itself, and these if they are there. */
static const char *const inner_folders[] = {"zh", "en", "img", "zh/img", "en/img"};

enum { FOLDERS_PER_SOURCE = 1 + ARRAY_LEN(inner_folders) };

struct watched {
    char *path;      /* of a folder */
    char *only_name; /* the file that matters in it; NULL: all do */
    bool required;   /* a book's own folder: the inner ones may be missing */
    int wd;          /* -1: not there */
};

struct library_watch {
    struct loop *loop;
    int fd;
    struct loop_watch *events;
    struct loop_timer *quiet, *search;
    int64_t changed_since; /* clock_ms; 0: nothing has changed */
    struct watched *folders;
    size_t n_folders;
    void (*changed)(void *ud);
    void *ud;
};

/*** Folders ***/

/* Asks for events of every folder that is there. Returns how many are. */
static size_t watch_folders(struct library_watch *watch)
{
    const uint32_t mask = IN_CLOSE_WRITE | IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVE |
                          IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
    size_t n = 0;
    for (size_t i = 0; i < watch->n_folders; i++) {
        struct watched *folder = &watch->folders[i];
        folder->wd = inotify_add_watch(watch->fd, folder->path, mask);
        n += folder->wd >= 0;
    }
    return n;
}

static bool is_any_missing(const struct library_watch *watch)
{
    for (size_t i = 0; i < watch->n_folders; i++)
        if (watch->folders[i].required && watch->folders[i].wd < 0)
            return true;
    return false;
}

/*** Timers ***/

static void report(void *ud)
{
    struct library_watch *watch = ud;
    watch->quiet = NULL;
    watch->changed_since = 0;
    watch_folders(watch); /* before the reader looks, so that nothing is missed in between */
    watch->changed(watch->ud);
}

static void note_change(struct library_watch *watch)
{
    int64_t now = clock_ms();
    if (!watch->changed_since)
        watch->changed_since = now;
    if (watch->quiet && now - watch->changed_since > PATIENCE_MS)
        return;
    loop_cancel(watch->loop, watch->quiet);
    watch->quiet = loop_after(watch->loop, QUIET_MS, report, watch);
}

static void search(void *ud)
{
    struct library_watch *watch = ud;
    watch->search = NULL;
    watch_folders(watch);
    if (is_any_missing(watch))
        watch->search = loop_after(watch->loop, SEARCH_MS, search, watch);
    else
        note_change(watch); /* it is back */
}

/*** Events ***/

static bool is_of_interest(const struct library_watch *watch, const struct inotify_event *event)
{
    if (event->mask & (IN_Q_OVERFLOW | IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF))
        return true;
    if (event->len && event->name[0] == '.') /* an editor's own */
        return false;
    for (size_t i = 0; i < watch->n_folders; i++) {
        const struct watched *folder = &watch->folders[i];
        if (folder->wd != event->wd)
            continue;
        if (!folder->only_name || (event->len && strcmp(folder->only_name, event->name) == 0))
            return true;
    }
    return false;
}

/* A folder that is gone has no watch any more; one that was moved must lose it, for its path is now
 * another's. */
static void forget_folder(struct library_watch *watch, const struct inotify_event *event)
{
    for (size_t i = 0; i < watch->n_folders; i++)
        if (watch->folders[i].wd == event->wd)
            watch->folders[i].wd = -1;
    if (event->mask & IN_MOVE_SELF)
        inotify_rm_watch(watch->fd, event->wd);
    if (is_any_missing(watch) && !watch->search)
        watch->search = loop_after(watch->loop, SEARCH_MS, search, watch);
}

static void on_events(void *ud, uint32_t ready)
{
    (void)ready;
    struct library_watch *watch = ud;
    union {
        struct inotify_event event;
        char bytes[16 * (sizeof(struct inotify_event) + NAME_MAX + 1)];
    } buffer;
    bool changed = false;
    for (ssize_t n; (n = read(watch->fd, &buffer, sizeof buffer)) > 0;) {
        const struct inotify_event *event;
        for (char *p = buffer.bytes; p < buffer.bytes + n; p += sizeof *event + event->len) {
            event = (const void *)p; /* the kernel aligns them */
            changed |= is_of_interest(watch, event);
            if (event->mask & (IN_DELETE_SELF | IN_MOVE_SELF))
                forget_folder(watch, event);
        }
    }
    if (changed)
        note_change(watch);
}

/*** Construction ***/

static int add_folder(struct library_watch *watch, char *path, char *only_name, bool required)
{
    watch->folders[watch->n_folders++] =
        (struct watched){.path = path, .only_name = only_name, .required = required, .wd = -1};
    return path ? 0 : -ENOMEM;
}

static char *join(const char *folder, const char *name)
{
    char *path;
    return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

static int add_file(struct library_watch *watch, const char *path)
{
    const char *name = basename(path);
    size_t folder_len = (size_t)(name - path);
    char *only_name = strdup(name);
    int r =
        add_folder(watch, folder_len ? strndup(path, folder_len) : strdup("."), only_name, true);
    return only_name ? r : -ENOMEM;
}

static int add_source(struct library_watch *watch, const char *path)
{
    struct stat st;
    if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
        return add_file(watch, path);
    int r = add_folder(watch, strdup(path), NULL, true);
    for (size_t i = 0; i < ARRAY_LEN(inner_folders); i++)
        r = add_folder(watch, join(path, inner_folders[i]), NULL, false) < 0 ? -ENOMEM : r;
    return r;
}

static int watch_start(struct library_watch *watch, const struct library_source *sources,
                       size_t n_sources, struct err *err)
{
    watch->folders = calloc(FOLDERS_PER_SOURCE * n_sources + 1, sizeof *watch->folders);
    int r = watch->folders ? 0 : -ENOMEM;
    for (size_t i = 0; r == 0 && i < n_sources; i++)
        r = add_source(watch, sources[i].path);
    if (r < 0)
        return err_set(err, -r, "watching notes: out of memory");
    watch->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (watch->fd < 0)
        return err_set(err, errno, "watching notes: inotify: %s", strerror(errno));
    if (watch_folders(watch) == 0 && n_sources > 0)
        return err_set(err, errno, "watching notes: %s: %s", sources[0].path, strerror(errno));
    if (is_any_missing(watch))
        watch->search = loop_after(watch->loop, SEARCH_MS, search, watch);
    return loop_watch(watch->loop, watch->fd, EPOLLIN, on_events, watch, &watch->events, err);
}

int library_watch_new(struct loop *loop, const struct library_source *sources, size_t n_sources,
                      void (*changed)(void *ud), void *ud, struct library_watch **ret,
                      struct err *err)
{
    struct library_watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        return err_set(err, ENOMEM, "watching notes: out of memory");
    *watch = (struct library_watch){.loop = loop, .fd = -1, .changed = changed, .ud = ud};
    int r = watch_start(watch, sources, n_sources, err);
    if (r < 0) {
        library_watch_free(watch);
        return r;
    }
    *ret = watch;
    return 0;
}

void library_watch_free(struct library_watch *watch)
{
    if (!watch)
        return;
    loop_unwatch(watch->loop, watch->events);
    loop_cancel(watch->loop, watch->quiet);
    loop_cancel(watch->loop, watch->search);
    if (watch->fd >= 0)
        close(watch->fd);
    for (size_t i = 0; i < watch->n_folders; i++) {
        free(watch->folders[i].path);
        free(watch->folders[i].only_name);
    }
    free(watch->folders);
    free(watch);
}
