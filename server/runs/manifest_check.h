/* manifest_check.h - checks of JSON values by tables of fields; internal to runs/.
 *
 * DESIGN  A check is a function of a value and its place, and says what is wrong with it. The place
 * is a chain of keys and indices on the stack, written out only on failure. To add a field to the
 * manifest: one row in the table of the object that has it. */
#ifndef PREPD_RUNS_MANIFEST_CHECK_H
#define PREPD_RUNS_MANIFEST_CHECK_H

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"
#include "runs/catalogue.h"

#define NAME_BYTES "abcdefghijklmnopqrstuvwxyz0123456789_"

struct place {
    const struct place *up; /* NULL: the manifest itself */
    const char *key;        /* NULL: an element of a list */
    size_t index;
};

/* 0, or -EINVAL with "PLACE must be …". */
typedef int check_fn(const json_t *value, const struct place *at, struct err *err);

struct field {
    const char *key;
    check_fn *check;
    bool optional;
};

/* Says "PLACE what" and returns -EINVAL. */
int check_failed(const struct place *at, struct err *err, const char *what);

int check_object(const json_t *value, const struct field *fields, size_t n, const struct place *at,
                 struct err *err);
/* A list of `element`s; where `unique` is given, no two have the same string under that key. */
int check_list(const json_t *value, check_fn *element, const char *unique, const struct place *at,
               struct err *err);

check_fn check_string, check_true_or_false, check_count;
check_fn check_id, check_preset_id, check_scale;
check_fn check_text, check_texts;    /* {zh, en}; a list of them */
check_fn check_entry, check_entries; /* {id, label, …}; a list of them, ids unique */
check_fn check_entries_some;         /* as above, and not empty */
check_fn check_topics, check_params, check_presets, check_views, check_sysctls;

/* The type of a parameter that check_params has passed. */
enum param_type check_param_type(const json_t *param);

/* What check_sysctls cannot see: each parameter that a value is made of exists, and only a demo
 * that needs a network has settings of it. Fills demo->n_sysctls. (manifest_sysctls.c) */
int sysctls_read(struct demo *demo, struct err *err);

#endif
