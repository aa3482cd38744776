/* manifest_sysctls.c - the settings of its own network that a demo may have; see PROTOCOL.md.
 *
 *     "sysctls": [{"name": "net.ipv4.tcp_tw_reuse", "value": "{reuse}"},
 *                 {"name": "net.ipv4.ip_local_port_range", "value": "10000 {9999+ports}"}]
 *
 * A value is text in which {NAME} stands for a parameter and {N+NAME} for the sum of a number and
 * an integer parameter; a bool is 0 or 1. Names are one level below net.ipv4, which is the demo's
 * own in a network namespace, or net.core.somaxconn; so no other setting of the machine can be
 * named. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "runs/manifest_check.h"
#include "runs/wire.h"

#define PREFIX "net.ipv4."

static int check_name(const json_t *value, const struct place *at, struct err *err)
{
    const char *name = json_string_value(value), *last = name ? name + strlen(PREFIX) : NULL;
    bool ours = name && !strncmp(name, PREFIX, strlen(PREFIX)) && *last && strlen(name) < 64 &&
                strspn(last, NAME_BYTES) == strlen(last);
    return ours || (name && !strcmp(name, "net.core.somaxconn"))
               ? 0
               : check_failed(at, err, "must be net.ipv4.NAME or net.core.somaxconn");
}

static int check_sysctl(const json_t *value, const struct place *at, struct err *err)
{
    static const struct field fields[] = {{"name", check_name}, {"value", check_string}};
    return check_object(value, fields, ARRAY_LEN(fields), at, err);
}

int check_sysctls(const json_t *value, const struct place *at, struct err *err)
{
    if (json_array_size(value) > WIRE_SYSCTLS_MAX)
        return check_failed(at, err, "must not have more than 16 entries");
    return check_list(value, check_sysctl, "name", at, err);
}

/*** Values ***/

/* What stands between braces: {NAME} or {NUMBER+NAME}. */
struct hole {
    long long plus;
    char name[32];
};

/* Reads the hole that begins at `at` and returns where it ends; NULL if it is none. */
static const char *hole_read(const char *at, struct hole *ret)
{
    char *plus;
    const char *end = strchr(at, '}');
    *ret = (struct hole){.plus = strtoll(at + 1, &plus, 10)};
    const char *name = plus > at + 1 && *plus == '+' ? plus + 1 : at + 1;
    size_t len = end ? (size_t)(end - name) : 0;
    if (!end || len == 0 || len >= sizeof ret->name || strspn(name, NAME_BYTES) != len ||
        ret->plus < 0 || ret->plus > INT32_MAX)
        return NULL;
    memcpy(ret->name, name, len);
    return end + 1;
}

static int hole_fill(const struct hole *hole, const json_t *value, char *ret, size_t size)
{
    int n = -1;
    if (hole->plus && !json_is_integer(value))
        return -1; /* a sum with something that is no integer */
    if (json_is_integer(value))
        n = snprintf(ret, size, "%lld", hole->plus + (long long)json_integer_value(value));
    else if (json_is_boolean(value))
        n = snprintf(ret, size, "%d", json_is_true(value));
    else if (json_is_string(value))
        n = snprintf(ret, size, "%s", json_string_value(value));
    return n;
}

/* Writes the value with its holes filled from `params`. Length, or -1. */
static int value_write(const char *value, const json_t *params, char *ret, size_t size)
{
    size_t len = 0;
    while (*value && len + 1 < size) {
        struct hole hole;
        if (*value != '{') {
            ret[len++] = *value++;
            continue;
        }
        value = hole_read(value, &hole);
        int n = value ? hole_fill(&hole, json_object_get(params, hole.name), ret + len, size - len)
                      : -1;
        if (n < 0)
            return -1;
        len += (size_t)n;
    }
    if (*value || len >= size)
        return -1;
    ret[len] = '\0';
    return (int)len;
}

int demo_sysctl_write(const struct demo *demo, size_t i, const json_t *params, char *ret,
                      size_t size)
{
    const json_t *entry = json_array_get(json_object_get(demo->manifest, "sysctls"), i);
    const char *name = json_string_value(json_object_get(entry, "name"));
    int n = snprintf(ret, size, "%s=", name);
    for (char *dot = ret; (dot = strchr(dot, '.'));)
        *dot = '/';
    if (n >= (int)size || value_write(json_string_value(json_object_get(entry, "value")), params,
                                      ret + n, size - (size_t)n) < 0)
        return -ENAMETOOLONG;
    return 0;
}

/* With the defaults filled in: so every hole names a parameter, and one that can be written. */
int sysctls_read(struct demo *demo, struct err *err)
{
    const json_t *list = json_object_get(demo->manifest, "sysctls");
    json_t *defaults = NULL;
    char setting[256];
    demo->n_sysctls = json_array_size(list);
    if (demo->n_sysctls == 0)
        return 0;
    if (!(demo->needs & DEMO_NEEDS_NET))
        return err_set(err, EINVAL, "sysctls are for demos that need net");
    int r = demo_params_check(demo, NULL, &defaults, err);
    for (size_t i = 0; r == 0 && i < demo->n_sysctls; i++)
        if (demo_sysctl_write(demo, i, defaults, setting, sizeof setting) < 0)
            r = err_set(err, EINVAL,
                        "sysctls[%zu].value must be made of text, {PARAMETER} and {N+PARAMETER}",
                        i);
    json_decref(defaults);
    return r;
}
