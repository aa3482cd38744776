/* catalogue.h - the demos that can be run, from the manifests made at build time.
 *
 * A demo folder holds, for each demo, a program NAME and the manifest NAME.json that `NAME
 * --describe` printed. The server reads the manifest and never runs a program to learn of it. A
 * broken manifest makes that one demo unavailable, with the reason.
 *
 * A catalogue is immutable after loading and may be read by any thread; demos live as long as it
 * does. */
#ifndef PREPD_RUNS_CATALOGUE_H
#define PREPD_RUNS_CATALOGUE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/text.h"

enum param_type { PARAM_INT, PARAM_FLOAT, PARAM_BOOL, PARAM_ENUM };

struct demo_param {
    const char *name;
    enum param_type type;
    double min, max;        /* int and float */
    const json_t *manifest; /* the whole entry: labels, unit, step, default, values */
};

enum demo_needs {
    DEMO_NEEDS_NET = 1,
    DEMO_NEEDS_THREADS = 2,
    DEMO_NEEDS_FORK = 4,
    DEMO_NEEDS_MEMFD = 8,
};

struct demo {
    const char *id;
    const char *program;    /* absolute path */
    const json_t *manifest; /* as printed by --describe */
    unsigned needs;         /* bits of enum demo_needs */
    bool polite;            /* a stop asks by SIGTERM first */
    int seconds_max;        /* wall clock limit, 1–600 */
    int cpu_seconds_max;    /* of all its processes */
    size_t memory_max;      /* bytes */
    size_t n_sysctls;       /* settings of its network that the manifest names */
    const struct demo_param *params;
    size_t n_params;
    bool available;
    char why[256]; /* why not, when !available */
};

struct catalogue;

/* Reads every *.json of each folder; a folder that does not exist is an error, a broken manifest is
 * not. A name found twice: the first wins and the second is logged. */
int catalogue_load(const char *const *dirs, size_t n_dirs, struct catalogue **ret, struct err *err);
void catalogue_free(struct catalogue *catalogue);

const struct demo *catalogue_demos(const struct catalogue *catalogue,
                                   size_t *ret_n); /* sorted by id */
const struct demo *catalogue_find(const struct catalogue *catalogue, const char *id);

/* Checks a JSON object of parameters against the manifest. *ret_full gets a new object with every
 * parameter, defaults filled in. -EINVAL with err->field = "params.NAME" and the allowed range in
 * err->text: unknown name, wrong type, out of range, not finite, not a value of the enum. `params`
 * may be NULL: all defaults. */
int demo_params_check(const struct demo *demo, const json_t *params, json_t **ret_full,
                      struct err *err);

/* As above from text, "name=value" pairs: for query strings, command lines and presets (`preset=ID`
 * names one of the manifest's). */
int demo_params_from_strings(const struct demo *demo, const char *const *names,
                             const char *const *values, size_t n, json_t **ret_full,
                             struct err *err);

/* The i-th of its n_sysctls settings as "net/ipv4/NAME=VALUE", the value made from these parameters
 * (complete, as demo_params_check gives them). -ENAMETOOLONG if it does not fit. */
int demo_sysctl_write(const struct demo *demo, size_t i, const json_t *params, char *ret,
                      size_t size);

#endif
