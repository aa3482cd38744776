/* catalogue.c - finding NAME and NAME.json in the demo folders; see catalogue.h.
 *
 * A demo that cannot run is kept in the list with the reason, so that its page can say it.
 * Everything a demo points to is owned here: its JSON owns the strings and parameters, the rest is
 * freed with the list. */
#include "runs/catalogue.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "base/util.h"
#include "runs/manifest.h"

enum { MANIFEST_BYTES_MAX = 4 << 20 };

struct catalogue {
    struct demo *demos; /* sorted by id */
    size_t n;
};

static void demo_clear(struct demo *demo)
{
    free((char *)demo->id);
    free((char *)demo->program);
    free((struct demo_param *)demo->params);
    json_decref((json_t *)demo->manifest);
}

/*** One demo ***/

/* Stands in for a manifest that cannot be used, so that pages always have a title. */
static json_t *manifest_stand_in(const char *id)
{
    return json_pack("{s:s, s:{s:s, s:s}, s:{s:s, s:s}}", "id", id, "title", "zh", id, "en", id,
                     "summary", "zh", "", "en", "");
}

static int manifest_load(const char *path, struct demo *demo, struct err *err)
{
    cleanup_free char *bytes = NULL;
    size_t len;
    int r = file_read(path, MANIFEST_BYTES_MAX, 0, &bytes, &len, err);
    if (r < 0)
        return r;
    json_error_t error;
    demo->manifest = json_loadb(bytes, len, JSON_REJECT_DUPLICATES, &error);
    if (!demo->manifest)
        return err_set(err, EINVAL, "line %d: %s", error.line, error.text);
    return manifest_read(demo, err);
}

static int program_check(const char *program, struct err *err)
{
    struct stat st;
    if (stat(program, &st) < 0)
        return err_set(err, errno, "the program %s: %s", program, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return err_set(err, EINVAL, "the program %s is not a regular file", program);
    if (!(st.st_mode & S_IXUSR))
        return err_set(err, EACCES, "the program %s is not executable", program);
    return 0;
}

/* Fills *demo; only running out of memory is a failure. */
static int demo_load(const char *dir, const char *id, struct demo *demo, struct err *err)
{
    cleanup_free char *path = NULL;
    struct err why = {0};
    demo->id = strdup(id);
    if (!demo->id || asprintf((char **)&demo->program, "%s/%s", dir, id) < 0 ||
        asprintf(&path, "%s/%s.json", dir, id) < 0)
        return err_set(err, ENOMEM, "out of memory");
    int r = manifest_load(path, demo, &why);
    if (r < 0) {
        err_prefix(&why, "%s.json", id);
        json_decref((json_t *)demo->manifest);
        demo->manifest = manifest_stand_in(id);
        demo->n_params = 0;
    } else {
        r = program_check(demo->program, &why);
    }
    demo->available = r == 0;
    size_t len = utf8_valid_len(why.text, strnlen(why.text, sizeof demo->why - 1));
    memcpy(demo->why, why.text, len);
    return demo->manifest ? 0 : err_set(err, ENOMEM, "out of memory");
}

/*** A folder of them ***/

static struct demo *catalogue_get(const struct catalogue *catalogue, const char *id)
{
    for (size_t i = 0; i < catalogue->n; i++)
        if (!strcmp(catalogue->demos[i].id, id))
            return &catalogue->demos[i];
    return NULL;
}

static int catalogue_add(struct catalogue *catalogue, const char *dir, const char *id,
                         struct err *err)
{
    const struct demo *first = catalogue_get(catalogue, id);
    if (first) {
        log_warning("%s/%s.json: %s is already there, from %s", dir, id, id, first->program);
        return 0;
    }
    struct demo *demos = reallocarray(catalogue->demos, catalogue->n + 1, sizeof *catalogue->demos);
    if (!demos)
        return err_set(err, ENOMEM, "out of memory");
    catalogue->demos = demos;
    struct demo *demo = &demos[catalogue->n++];
    *demo = (struct demo){0};
    return demo_load(dir, id, demo, err);
}

/* The NAME of "NAME.json" in ret_id; false for any other file. */
static bool name_of_manifest(const char *file, char ret_id[static MANIFEST_ID_MAX + 1])
{
    size_t len = strlen(file);
    if (len < 6 || strcmp(file + len - 5, ".json") || len - 5 > MANIFEST_ID_MAX)
        return false;
    memcpy(ret_id, file, len - 5);
    ret_id[len - 5] = '\0';
    return manifest_id_is_valid(ret_id);
}

static int folder_load(struct catalogue *catalogue, const char *folder, struct err *err)
{
    char dir[PATH_MAX];
    DIR *entries = realpath(folder, dir) ? opendir(dir) : NULL;
    if (!entries)
        return err_set(err, errno, "%s: cannot read the demo folder: %s", folder, strerror(errno));
    int r = 0;
    struct dirent *entry;
    while (r == 0 && (entry = readdir(entries))) {
        char id[MANIFEST_ID_MAX + 1];
        const char *dot = strrchr(entry->d_name, '.');
        if (name_of_manifest(entry->d_name, id))
            r = catalogue_add(catalogue, dir, id, err);
        else if (dot && dot != entry->d_name && !strcmp(dot, ".json"))
            log_warning("%s/%s: not a demo: its name must be a-z, then a-z 0-9 _", dir,
                        entry->d_name);
    }
    closedir(entries);
    return r;
}

/*** The catalogue ***/

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct demo *)a)->id, ((const struct demo *)b)->id);
}

int catalogue_load(const char *const *dirs, size_t n_dirs, struct catalogue **ret, struct err *err)
{
    struct catalogue *catalogue = calloc(1, sizeof *catalogue);
    int r = catalogue ? 0 : err_set(err, ENOMEM, "out of memory");
    for (size_t i = 0; r == 0 && i < n_dirs; i++)
        r = folder_load(catalogue, dirs[i], err);
    if (r < 0) {
        catalogue_free(catalogue);
        return r;
    }
    if (catalogue->n)
        qsort(catalogue->demos, catalogue->n, sizeof *catalogue->demos, by_id);
    *ret = catalogue;
    return 0;
}

void catalogue_free(struct catalogue *catalogue)
{
    if (!catalogue)
        return;
    for (size_t i = 0; i < catalogue->n; i++)
        demo_clear(&catalogue->demos[i]);
    free(catalogue->demos);
    free(catalogue);
}

const struct demo *catalogue_demos(const struct catalogue *catalogue, size_t *ret_n)
{
    *ret_n = catalogue->n;
    return catalogue->demos;
}

const struct demo *catalogue_find(const struct catalogue *catalogue, const char *id)
{
    struct demo key = {.id = id};
    return catalogue->n ? bsearch(&key, catalogue->demos, catalogue->n, sizeof key, by_id) : NULL;
}
