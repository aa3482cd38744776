/* What a demo cannot do, probe by probe (tests/sandbox/escape.c), in each kind of sandbox that this
 * machine can be brought to, as root and as an ordinary user: not one may get through. */
#include "runs_world.h"

#include <sys/socket.h>
#include <sys/un.h>

enum { PROBES_MIN = 60 };

static const char *demo_for(bool needs)
{
    return needs ? "escape" : "escape_plain";
}

/* Bits that escape.c knows: 1: it needs nothing; 2: in bubblewrap; 4: without namespaces. */
static int tag_for(bool needs)
{
    return (needs ? 0 : 1) | (mode == SANDBOX_BWRAP ? 2 : 0) | (mode == SANDBOX_PROCESS ? 4 : 0);
}

static void assert_no_escape(struct world *world, bool needs)
{
    struct outcome outcome =
        outcome_of(world, start_demo(world, demo_for(needs), "ok", 0, tag_for(needs)));
    if (strstr(outcome.log.data, "\"bad\""))
        fail_msg("%s", outcome.log.data);
    assert_true(metric_of(&outcome) >= PROBES_MIN);
    outcome_free(&outcome);
}

/* Each in a run of its own: it must end by SIGSYS. */
static void assert_all_deadly(struct world *world, bool needs)
{
    int k = 1;
    for (; k < 100; k++) {
        struct outcome outcome =
            outcome_of(world, start_demo(world, demo_for(needs), "ok", k, tag_for(needs)));
        bool lived = json_object_get(json_object_get(outcome.summary, "metrics"), "value") != NULL;
        int n = lived ? (int)metric_of(&outcome) : 0;
        if (!lived)
            assert_killed_by(&outcome, "SIGSYS");
        outcome_free(&outcome);
        if (lived) {
            assert_int_equal(k, n + 1); /* the first that there is not */
            break;
        }
    }
    assert_true(k > 10);
}

static void a_demo_that_needs_nothing_gets_nowhere(void **state)
{
    assert_no_escape(*state, false);
}

static void a_demo_that_needs_everything_gets_nowhere_either(void **state)
{
    assert_no_escape(*state, true);
}

static void an_attack_on_the_kernel_ends_the_demo(void **state)
{
    assert_all_deadly(*state, mode >= SANDBOX_BWRAP);
}

#define RUN_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static int all_needs(void)
{
    const struct CMUnitTest tests[] = {
        RUN_TEST(a_demo_that_needs_nothing_gets_nowhere),
        RUN_TEST(a_demo_that_needs_everything_gets_nowhere_either),
        RUN_TEST(an_attack_on_the_kernel_ends_the_demo),
    };
    return cmocka_run_group_tests_name(sandbox_mode_name(mode), tests, NULL, NULL);
}

static int no_needs(void)
{
    const struct CMUnitTest tests[] = {
        RUN_TEST(a_demo_that_needs_nothing_gets_nowhere),
        RUN_TEST(an_attack_on_the_kernel_ends_the_demo),
    };
    return cmocka_run_group_tests_name(sandbox_mode_name(mode), tests, NULL, NULL);
}

/* A socket of the machine's, which a demo must not reach. */
static int listen_outside(void)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX, .sun_path = "\0prepd-test-escape"};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    socklen_t len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 18);
    if (fd < 0 || bind(fd, (struct sockaddr *)&at, len) < 0 || listen(fd, 4) < 0)
        fail_msg("cannot listen: %s", strerror(errno));
    return fd;
}

/* A file of the user as whom demos run, who must keep it as it is. */
static void users_file_make(const char *path)
{
    uid_t owner = geteuid() ? geteuid() : 65534;
    unlink(path);
    cleanup_close int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, "notes\n", 6) != 6 || fchown(fd, owner, (gid_t)-1) < 0)
        fail_msg("%s: %s", path, strerror(errno));
}

static int users_file_unmake(const char *path)
{
    struct stat st;
    bool as_it_was = stat(path, &st) == 0 && st.st_size == 6 && (st.st_mode & 07777) == 0600;
    unlink(path);
    return as_it_was ? 0 : 1;
}

int main(void)
{
    static const char users_file[] = "/tmp/prepd-test-users-file";
    demo_dir_make();
    users_file_make(users_file);
    chmod(demo_dir, 0755);
    int outside = listen_outside();
    int failed = run_group(SANDBOX_NAMESPACES, NULL, all_needs);
    if (geteuid() == 0) /* and as an ordinary user */
        failed += run_group(SANDBOX_NAMESPACES, as_nobody, all_needs);
    failed += run_group(SANDBOX_BWRAP, forbid_mount_setattr, all_needs);
    failed += run_group(SANDBOX_PROCESS, forbid_namespaces, no_needs);
    close(outside);
    failed += users_file_unmake(users_file);
    demo_dir_remove();
    return failed;
}
