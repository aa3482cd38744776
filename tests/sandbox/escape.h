/* escape.h - probes of the demo that tries to get out, where one is more than a call. Each gives 0
 * or more if it got through, else a negative errno. */
#ifndef PREPD_TESTS_ESCAPE_H
#define PREPD_TESTS_ESCAPE_H

#define CALL(...)         ((syscall(__VA_ARGS__)) < 0 ? -errno : 0)
#define OPEN(path, flags) (open(path, (flags), 0600) < 0 ? -errno : 0)

int signal_pid_1(void);
int run_own_file(void);
int run_another_program(void);
int follow_own_link(void);
int clone_with(unsigned long flags);
int clone3_with(unsigned long flags);
int socket_of(int family, int type, int protocol);
int reach_outside(void);
int reach_abstract_socket(void);
int limit_raise(void);
int limit_of_parent(void);
int slow_parent_down(void);
int own_signal_of_a_descriptor(void);
int shared_memory_without_name(void);
int huge_page(void);
int null_page(void);
int write_to(const char *path, const char *text);

#endif
