/* What prepd says where the best sandbox cannot be had: the step, its errno, the reason, and the
 * command that mends it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "runs/sandbox.h"

#define NO_SETTINGS                                                                                \
    {                                                                                              \
        -1, -1, -1                                                                                 \
    }

static const struct {
    const char *step;
    int code;
    struct sandbox_machine machine;
    const char *failed, *reason, *mend;
} cases[] = {
    {"user map",
     EPERM,
     {1, 1, 10000},
     "user map: Operation not permitted (EPERM)",
     "AppArmor forbids user namespaces",
     "mend: install packaging/apparmor/prepd as /etc/apparmor.d/prepd, then sudo apparmor_parser "
     "-r "
     "/etc/apparmor.d/prepd"},
    {"namespaces",
     EPERM,
     {-1, 0, 10000},
     "namespaces: Operation not permitted (EPERM)",
     "user namespaces are off",
     "mend: sudo sysctl kernel.unprivileged_userns_clone=1"},
    {"namespaces",
     ENOSPC,
     {0, 1, 0},
     "namespaces: No space left on device (ENOSPC)",
     "no more user namespaces are allowed",
     "mend: sudo sysctl user.max_user_namespaces=10000"},
    {"clone", ENOSPC, NO_SETTINGS, "clone: No space left on device (ENOSPC)",
     "no more user namespaces are allowed", "mend: sudo sysctl user.max_user_namespaces=10000"},
    {"namespaces",
     EPERM,
     {0, 1, 10000},
     "namespaces: Operation not permitted (EPERM)",
     "a container's seccomp profile or a unit's RestrictNamespaces forbids it",
     "mend: docker run --security-opt seccomp=unconfined"},
    {"clone", EPERM, NO_SETTINGS, "clone: Operation not permitted (EPERM)",
     "a container's seccomp profile or a unit's RestrictNamespaces forbids it",
     "mend: docker run --security-opt seccomp=unconfined"},
    {"files", EPERM, NO_SETTINGS, "files: Operation not permitted (EPERM)",
     "a container or a unit has masked or mounted over /proc, or forbids mounts",
     "mend: docker run --security-opt systempaths=unconfined, or no ProtectKernelTunables"},
    {"seccomp", EINVAL, NO_SETTINGS, "seccomp: Invalid argument (EINVAL)", "",
     "mend: run prepd outside of a container and look at dmesg"},
};

static void assert_says(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is not in: %s", part, text);
}

/* Whatever is left to demos: the text is longest where that takes the most words. */
static void every_step_is_told_with_errno_reason_and_the_command_that_mends_it(void **state)
{
    static const enum sandbox_mode left[] = {SANDBOX_NONE, SANDBOX_PROCESS, SANDBOX_BWRAP};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases) * ARRAY_LEN(left); i++) {
        size_t k = i / ARRAY_LEN(left);
        struct sandbox_report report = {.mode = left[i % ARRAY_LEN(left)], .code = cases[k].code};
        snprintf(report.step, sizeof report.step, "%s", cases[k].step);
        sandbox_report_write(&report, &cases[k].machine);
        assert_says(report.text, cases[k].failed);
        assert_says(report.text, cases[k].reason);
        const char *mend = strstr(report.text, "mend: ");
        assert_non_null(mend);
        assert_string_equal(mend, cases[k].mend);
    }
}

static void where_nothing_failed_there_is_nothing_to_mend(void **state)
{
    struct sandbox_report report = {.mode = SANDBOX_NAMESPACES};
    (void)state;
    sandbox_report_write(&report, &(struct sandbox_machine){1, 0, 0});
    assert_string_equal(report.text, "demos run in namespaces of their own");
    sandbox_report_unsafe(&report);
    assert_says(report.text, "WITHOUT a sandbox (--unsafe-run)");
    assert_null(strstr(report.text, "mend"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_step_is_told_with_errno_reason_and_the_command_that_mends_it),
        cmocka_unit_test(where_nothing_failed_there_is_nothing_to_mend),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
