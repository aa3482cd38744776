/* runs_demos.h - the folder of demos that tests of runs start: the programs of tests/sandbox, each
 * under several names whose manifests differ in what they need. selftest needs everything, plain
 * the same program nothing. */
#ifndef PREPD_TESTS_RUNS_DEMOS_H
#define PREPD_TESTS_RUNS_DEMOS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/util.h"

static char demo_dir[] = "/tmp/prepd-test-XXXXXX";

static const struct test_demo {
    const char *name, *program;
    bool needs;   /* everything, or nothing */
    bool sysctls; /* it has settings of its network */
    bool polite;  /* it is asked before it is ended */
    int seconds;  /* of wall clock: enough on a busy machine, but where that is what is tested */
} test_demos[] = {
    {"selftest", "selftest", true, false, true, 30},
    {"plain", "selftest", false, false, true, 30},
    {"settings", "selftest", true, true, true, 30},
    {"hasty", "selftest", false, false, true, 1},
    {"rude", "selftest", false, false, false, 30},
    {"escape", "escape", true, false, true, 30},
    {"escape_plain", "escape", false, false, true, 30},
};

static inline void copy_program(const char *from, const char *name)
{
    char source[300], path[300], *bytes;
    size_t len;
    struct err err = {0};
    snprintf(source, sizeof source, "%s/%s", PREPD_TEST_PROGRAMS, from);
    snprintf(path, sizeof path, "%s/%s", demo_dir, name);
    if (file_read(source, 64 << 20, 0, &bytes, &len, &err) < 0)
        fail_msg("%s", err.text);
    int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0755);
    if (fd < 0 || write(fd, bytes, len) != (ssize_t)len)
        fail_msg("cannot write %s", path);
    close(fd);
    free(bytes);
}

static inline void write_manifest(const struct test_demo *demo)
{
    char path[300];
    json_t *manifest = json_load_file(PREPD_FIXTURES "/runs/selftest.json", 0, NULL);
    json_object_set_new(manifest, "id", json_string(demo->name));
    json_object_set_new(json_object_get(manifest, "limits"), "seconds",
                        json_integer(demo->seconds));
    json_object_set_new(json_object_get(manifest, "limits"), "cpu_seconds", json_integer(1));
    if (!demo->needs)
        json_object_del(manifest, "needs");
    json_object_set_new(manifest, "polite", json_boolean(demo->polite));
    if (demo->sysctls)
        json_object_set_new(manifest, "sysctls",
                            json_pack("[{s:s, s:s}, {s:s, s:s}]", "name",
                                      "net.ipv4.ip_local_port_range", "value", "10000 {10999+n}",
                                      "name", "net.ipv4.tcp_of_another_kernel", "value", "{loud}"));
    snprintf(path, sizeof path, "%s/%s.json", demo_dir, demo->name);
    json_dump_file(manifest, path, 0);
    json_decref(manifest);
}

static inline void demo_dir_make(void)
{
    if (!mkdtemp(demo_dir))
        abort();
    for (size_t i = 0; i < ARRAY_LEN(test_demos); i++) {
        copy_program(test_demos[i].program, test_demos[i].name);
        write_manifest(&test_demos[i]);
    }
}

static inline void demo_dir_remove(void)
{
    for (size_t i = 0; i < ARRAY_LEN(test_demos); i++) {
        char path[300];
        snprintf(path, sizeof path, "%s/%s", demo_dir, test_demos[i].name);
        unlink(path);
        strcat(path, ".json");
        unlink(path);
    }
    rmdir(demo_dir);
}

#endif
