/* catalogue_fixture.h - what tests of manifests share: demo folders that are made for a test, and
 * the fixture's manifest, changed where a test wants it. */
#ifndef PREPD_TESTS_CATALOGUE_FIXTURE_H
#define PREPD_TESTS_CATALOGUE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"
#include "runs/catalogue.h"

/*** Folders ***/

struct folder {
    char path[40];
    int n;
    char *files[8];
};

static inline void folder_make(struct folder *folder)
{
    *folder = (struct folder){.path = "/tmp/prepd-test-XXXXXX"};
    assert_non_null(mkdtemp(folder->path));
}

static inline void folder_add(struct folder *folder, const char *name, const char *text,
                              mode_t mode)
{
    char *path;
    assert_true(asprintf(&path, "%s/%s", folder->path, name) > 0);
    folder->files[folder->n++] = path;
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    chmod(path, mode);
}

static inline void folder_remove(struct folder *folder)
{
    while (folder->n) {
        unlink(folder->files[--folder->n]);
        free(folder->files[folder->n]);
    }
    rmdir(folder->path);
}

static inline struct catalogue *catalogue_of(const struct folder *folder)
{
    const char *dirs[] = {folder->path};
    struct catalogue *catalogue;
    struct err err = {0};
    if (catalogue_load(dirs, 1, &catalogue, &err) < 0)
        fail_msg("%s", err.text);
    return catalogue;
}

/*** Manifests: the fixture, changed in one place ***/

static inline json_t *fixture(void)
{
    json_t *manifest = json_load_file(PREPD_FIXTURES "/runs/selftest.json", 0, NULL);
    assert_non_null(manifest);
    return manifest;
}

/* Puts the JSON text `value` where `path` leads ("views.0.kind"); NULL takes away what is there. */
static inline void change(json_t *manifest, const char *path, const char *value)
{
    char copy[100], *save, *step;
    json_t *at = manifest, *new = value ? json_loads(value, JSON_DECODE_ANY, NULL) : NULL;
    snprintf(copy, sizeof copy, "%s", path);
    step = strtok_r(copy, ".", &save);
    for (char *next; (next = strtok_r(NULL, ".", &save)); step = next)
        at = json_is_array(at) ? json_array_get(at, (size_t)atoi(step)) : json_object_get(at, step);
    if (!new)
        json_object_del(at, step);
    else if (json_is_array(at))
        json_array_set_new(at, (size_t)atoi(step), new);
    else
        json_object_set_new(at, step, new);
}

/* A folder that has that manifest, which is consumed, and a program; the caller frees both. */
static inline struct catalogue *catalogue_of_manifest(struct folder *folder, json_t *manifest)
{
    char *text = json_dumps(manifest, 0);
    folder_make(folder);
    folder_add(folder, "selftest.json", text, 0644);
    folder_add(folder, "selftest", "#!/bin/sh\n", 0755);
    free(text);
    json_decref(manifest);
    return catalogue_of(folder);
}

/* The same with the fixture, changed in one place. */
static inline struct catalogue *catalogue_with(struct folder *folder, const char *path,
                                               const char *value)
{
    json_t *manifest = fixture();
    if (path)
        change(manifest, path, value);
    return catalogue_of_manifest(folder, manifest);
}

#endif
