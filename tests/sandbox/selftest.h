/* selftest.h - what the demo that misbehaves on request can do; an act is a row here and a function
 * act_NAME in the file that fits. */
#ifndef PREPD_TESTS_SELFTEST_H
#define PREPD_TESTS_SELFTEST_H

/* how it goes on and ends: selftest.c */
#define ACTS_OF_LIFE(A)                                                                            \
    A(ok) A(stack) A(exit) A(crash) A(abort) A(sleep) A(spin) A(polite) A(ignore_term) A(stop_self)
/* selftest_processes.c */
#define ACTS_WITH_PROCESSES(A) A(fork_bomb) A(daemon) A(hopper) A(zombies) A(spin_children)
/* selftest_output.c */
#define ACTS_OF_OUTPUT(A) A(flood) A(flood_errors) A(long_line) A(no_newline) A(binary) A(bad_json)
/* selftest_resources.c */
#define ACTS_OF_GREED(A)                                                                           \
    A(memory)                                                                                      \
    A(memory_of_thread)                                                                            \
    A(socket_queue)                                                                                \
    A(memory_of_children) A(memfds) A(memfds_closed) A(leak_files) A(large_file) A(many_files)
/* selftest_sight.c */
#define ACTS_OF_SIGHT(A)                                                                           \
    A(sysctl)                                                                                      \
    A(surroundings)                                                                                \
    A(oom)                                                                                         \
    A(pid) A(uid) A(privileges) A(escape) A(network) A(diag) A(socket_buffers) A(socket_kinds)

#define ACTS(A)                                                                                    \
    ACTS_OF_LIFE(A)                                                                                \
    ACTS_WITH_PROCESSES(A) ACTS_OF_OUTPUT(A) ACTS_OF_GREED(A) ACTS_OF_SIGHT(A)

#define DECLARE(name) void act_##name(void);
ACTS(DECLARE)
#undef DECLARE

extern long n; /* --n: what it counts depends on the act */

/* One metric for the test to read. */
void metric(double value);

#endif
