/* runs_world.h - what tests of runs share: a world with a runner, demos that misbehave, runs to
 * their end, and counting what they leave behind. */
#ifndef PREPD_TESTS_RUNS_WORLD_H
#define PREPD_TESTS_RUNS_WORLD_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "runs/run.h"
#include "runs/runner.h"
#include "runs_demos.h"

enum { DEADLINE_MS = 20000 }; /* when to give up, not what is measured */

static enum sandbox_mode mode; /* the kind of sandbox that this group is about */

/*** A world: loop, catalogue, runner, runs ***/

struct world {
    struct loop *loop;
    struct catalogue *catalogue;
    struct runner_link *link;
    struct runs *runs;
    int started, ended;
};

static inline void count_started(struct run *run, void *ud)
{
    struct world *world = ud;
    assert_true(runlog_count(run_log(run)) > 0);
    world->started++;
}

static inline void count_ended(struct run *run, void *ud)
{
    struct world *world = ud;
    assert_true(runlog_is_closed(run_log(run)));
    assert_int_equal(run_state(run), RUN_ENDED);
    world->ended++;
}

static inline void world_open(struct world *world, int max_running, int max_queued)
{
    struct err err = {0};
    const char *dirs[] = {demo_dir};
    *world = (struct world){0};
    int forked = mode == SANDBOX_UNSAFE ? runs_fork_unsafe(&world->link, &err)
                                        : runs_fork(&world->link, &err);
    if (forked < 0 || loop_new(&world->loop, &err) < 0 ||
        catalogue_load(dirs, 1, &world->catalogue, &err) < 0)
        fail_msg("%s", err.text);
    struct runs_options options = {
        .loop = world->loop,
        .catalogue = world->catalogue,
        .link = world->link,
        .max_running = max_running,
        .max_queued = max_queued,
        .ud = world,
        .started = count_started,
        .ended = count_ended,
    };
    if (runs_new(&options, &world->runs, &err) < 0)
        fail_msg("%s", err.text);
}

static inline int setup(void **state)
{
    struct world *world = malloc(sizeof *world);
    world_open(world, 2, 2);
    *state = world;
    return 0;
}

static inline int teardown(void **state)
{
    struct world *world = *state;
    runs_free(world->runs);
    catalogue_free(world->catalogue);
    loop_free(world->loop);
    free(world);
    return 0;
}

/* The demo that may do everything where there are namespaces, else the one without needs. */
static inline const struct demo *the_demo(const struct world *world)
{
    const struct demo *demo =
        catalogue_find(world->catalogue, mode == SANDBOX_PROCESS ? "plain" : "selftest");
    if (!demo->available)
        fail_msg("%s", demo->why);
    return demo;
}

static inline struct run *start_demo(struct world *world, const char *id, const char *act, int n,
                                     int tag)
{
    struct err err = {0};
    struct run *run = NULL;
    const struct demo *demo = catalogue_find(world->catalogue, id);
    json_t *given = json_pack("{s:s, s:i, s:i}", "act", act, "n", n, "tag", tag), *params;
    if (demo_params_check(demo, given, &params, &err) < 0 ||
        runs_start(world->runs, demo, params, &run, &err) < 0)
        fail_msg("%s: %s", demo->why, err.text);
    json_decref(given);
    json_decref(params);
    return run;
}

static inline struct run *start_tagged(struct world *world, const char *act, int n, int tag)
{
    return start_demo(world, the_demo(world)->id, act, n, tag);
}

static inline struct run *start(struct world *world, const char *act, int n)
{
    return start_tagged(world, act, n, 0);
}

static inline void turn_until_ended(struct world *world, struct run *run)
{
    int64_t deadline = clock_ms() + DEADLINE_MS;
    while (run_state(run) != RUN_ENDED && clock_ms() < deadline)
        loop_turn(world->loop, 100);
    assert_int_equal(run_state(run), RUN_ENDED);
}

/* Until its log has an event of that kind. */
static inline void turn_until_said(struct world *world, struct run *run, const char *kind)
{
    char line[32];
    int64_t deadline = clock_ms() + DEADLINE_MS;
    snprintf(line, sizeof line, "\"event\":\"%s\"", kind);
    for (;;) {
        cleanup_text struct text log = {0};
        assert_int_equal(runlog_ndjson(run_log(run), 1, UINT64_MAX, &log), 0);
        if (log.data && strstr(log.data, line))
            return;
        if (clock_ms() > deadline)
            fail_msg("no %s in: %s", kind, log.data);
        loop_turn(world->loop, 100);
    }
}

/* A run that has ended, and what is known of it. */
struct outcome {
    struct run *run;
    json_t *summary;
    struct text log;
};

static inline struct outcome outcome_of(struct world *world, struct run *run)
{
    struct outcome outcome = {.run = run};
    turn_until_ended(world, run);
    outcome.summary = run_summary(run);
    assert_int_equal(runlog_ndjson(run_log(run), 1, UINT64_MAX, &outcome.log), 0);
    return outcome;
}

static inline struct outcome run_to_end(struct world *world, const char *act, int n)
{
    return outcome_of(world, start(world, act, n));
}

static inline void outcome_free(struct outcome *outcome)
{
    json_decref(outcome->summary);
    text_free(&outcome->log);
    run_unref(outcome->run);
}

static inline json_int_t exit_field(const struct outcome *outcome, const char *name)
{
    const json_t *value = json_object_get(json_object_get(outcome->summary, "exit"), name);
    if (!value)
        fail_msg("exit has no %s: %s", name, outcome->log.data);
    return json_is_boolean(value) ? json_is_true(value) : json_integer_value(value);
}

static inline void assert_killed_by(const struct outcome *outcome, const char *signal)
{
    const json_t *exit = json_object_get(outcome->summary, "exit");
    const char *got = json_string_value(json_object_get(exit, "signal"));
    if (!got)
        fail_msg("exit has no signal: %s", outcome->log.data);
    assert_string_equal(got, signal);
}

static inline double metric_of(const struct outcome *outcome)
{
    const json_t *metric = json_object_get(json_object_get(outcome->summary, "metrics"), "value");
    if (!metric)
        fail_msg("no metric in: %s", outcome->log.data);
    return json_number_value(json_object_get(metric, "value"));
}

static inline void assert_limit(const struct outcome *outcome, const char *limit)
{
    const char *got = json_string_value(json_object_get(outcome->summary, "limit"));
    assert_string_equal(got ? got : "none", limit);
    assert_true(!got || strstr(outcome->log.data, "\"event\":\"limit\""));
}

static inline void assert_says(const struct outcome *outcome, const char *bytes)
{
    if (!outcome->log.data || !strstr(outcome->log.data, bytes))
        fail_msg("%s is not in: %s", bytes, outcome->log.data);
}

/*** Counting what is left ***/

static inline bool cmdline_has(const char *pid, const char *arg)
{
    char path[300], buf[4096];
    snprintf(path, sizeof path, "/proc/%s/cmdline", pid);
    cleanup_close int fd = open(path, O_RDONLY);
    ssize_t n = fd < 0 ? 0 : read(fd, buf, sizeof buf - 1);
    buf[n > 0 ? n : 0] = '\0';
    for (const char *at = buf; at < buf + n; at += strlen(at) + 1)
        if (!strcmp(at, arg))
            return true;
    return false;
}

static inline int count_tagged(int tag)
{
    char arg[32];
    int n = 0;
    snprintf(arg, sizeof arg, "--tag=%d", tag);
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    while ((entry = readdir(proc)))
        n += entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && cmdline_has(entry->d_name, arg);
    closedir(proc);
    return n;
}

static inline void assert_none_left(int tag)
{
    int64_t deadline = clock_ms() + 500;
    while (count_tagged(tag) && clock_ms() < deadline)
        usleep(2000);
    assert_int_equal(count_tagged(tag), 0);
}

static inline int new_tag(void)
{
    static int n;
    return (int)(getpid() % 100000) * 1000 + ++n;
}

static inline int count_descriptors(void)
{
    int n = 0;
    for (int fd = 0; fd < 1024; fd++)
        n += fcntl(fd, F_GETFD) >= 0;
    return n;
}

static inline enum sandbox_mode mode_here(void)
{
    struct world *world = malloc(sizeof *world);
    world_open(world, 1, 0);
    enum sandbox_mode here = runs_sandbox(world->runs)->mode;
    print_message("%s\n", runs_sandbox(world->runs)->text);
    teardown((void **)&world);
    return here;
}

/* As a service manager gives them to a program that it starts; without further care they go through
 * every exec, into the demo. */
static inline bool raise_ambient_capabilities(void)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct caps[_LINUX_CAPABILITY_U32S_3];
    if (syscall(SYS_capget, &header, caps) < 0)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(caps); i++)
        caps[i].inheritable = caps[i].permitted;
    return syscall(SYS_capset, &header, caps) == 0 &&
           prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW, 0, 0) == 0;
}

/* Goes where no user namespace can be made: into one that allows none, as a user that is not root.
 */
static inline bool forbid_namespaces(void)
{
    char map[64];
    if (geteuid() == 0 && (setgroups(0, NULL) < 0 || setresgid(65534, 65534, 65534) < 0 ||
                           setresuid(65534, 65534, 65534) < 0))
        return false;
    prctl(PR_SET_DUMPABLE, 1);
    snprintf(map, sizeof map, "%u %u 1", geteuid(), geteuid());
    if (unshare(CLONE_NEWUSER) < 0)
        return errno != EINVAL; /* forbidden already; or this process has threads, a sanitizer's */
    const char *const writes[][2] = {{"/proc/self/uid_map", map},
                                     {"/proc/sys/user/max_user_namespaces", "0"}};
    for (size_t i = 0; i < ARRAY_LEN(writes); i++) {
        cleanup_close int fd = open(writes[i][0], O_WRONLY);
        if (fd < 0 || write(fd, writes[i][1], strlen(writes[i][1])) < 0)
            return false;
    }
    return raise_ambient_capabilities();
}

/*** Other worlds: each is entered for good, in a process of its own ***/

static inline bool as_nobody(void)
{
    return geteuid() != 0 ||
           (setgroups(0, NULL) == 0 && setresgid(65534, 65534, 65534) == 0 &&
            setresuid(65534, 65534, 65534) == 0 && prctl(PR_SET_DUMPABLE, 1) == 0);
}

/* A kernel before 5.12, as far as prepd can tell: bubblewrap does without that call. */
static inline bool forbid_mount_setattr(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mount_setattr, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog filter = {.len = ARRAY_LEN(code), .filter = code};
    return as_nobody() && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

/* No process with threads may enter a user namespace, and that sanitizer has one of its own. */
#ifdef __SANITIZE_THREAD__
enum { NAMESPACES_POSSIBLE = false };
#else
enum { NAMESPACES_POSSIBLE = true };
#endif

static inline bool can_be_had(enum sandbox_mode wanted)
{
    return wanted == SANDBOX_BWRAP        ? access("/usr/bin/bwrap", X_OK) == 0
           : wanted == SANDBOX_NAMESPACES ? NAMESPACES_POSSIBLE
                                          : true;
}

/* Runs the group in a child that has entered its world; its exit status, 0 if that kind of sandbox
 * cannot be had on this machine at all. */
static inline int run_group(enum sandbox_mode wanted, bool (*enter)(void), int (*group)(void))
{
    int status = 1;
    pid_t pid = fork();
    if (pid == 0) {
        mode = wanted;
        if (enter && !enter()) {
            print_message("skipped: %s: cannot be forced here\n", sandbox_mode_name(wanted));
            exit(0);
        }
        enum sandbox_mode here = mode_here();
        if (here != wanted && can_be_had(wanted)) {
            print_message("%s was wanted\n", sandbox_mode_name(wanted));
            exit(1);
        }
        exit(here == wanted ? group() : 0);
    }
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

#endif
