/* sandbox_calls.h - the system calls that a demo may make; internal to runs/.
 *
 * DESIGN  An allowlist. What is not in the tables is ENOSYS, as on a kernel that does not have it
 * yet, so that libraries fall back; what an honest program may try without harm is EPERM; what only
 * an attack would call ends the process. clone3 is ENOSYS, since its flags stand behind a pointer,
 * where no filter can read them; glibc then calls clone, whose flags are checked. To allow a call:
 * its name in a table, the narrowest that fits. */
#ifndef PREPD_RUNS_SANDBOX_CALLS_H
#define PREPD_RUNS_SANDBOX_CALLS_H

#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>

/* Adds the rules for demos of these needs (enum demo_needs) to a filter whose default is ENOSYS.
 * `own_files`: what a demo finds in the file system is its own or read-only, whatever Landlock says
 * of it. 0 or a negative errno. */
int calls_add_rules(scmp_filter_ctx ctx, unsigned needs, bool own_files);

/* The part of it for demos with a network (sandbox_sockets.c). */
int sockets_add_rules(scmp_filter_ctx ctx);

/* One rule for each of n calls; those that this processor has not are left out. */
int calls_add_list(scmp_filter_ctx ctx, uint32_t action, const int *calls, size_t n);

#endif
