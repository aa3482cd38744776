/* wire.h - the messages between prepd and its runner; internal to runs/.
 *
 * One message is one datagram on a SOCK_SEQPACKET socketpair, so nothing is ever half read. Both
 * ends are the same program, forked, so the messages are plain structs. prepd says START, STOP,
 * KILL; the runner says SANDBOX (once, first) and EXIT (once for each START). */
#ifndef PREPD_RUNS_WIRE_H
#define PREPD_RUNS_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "runs/sandbox_report.h"

enum wire_kind { WIRE_START = 1, WIRE_STOP, WIRE_KILL, WIRE_SANDBOX, WIRE_EXIT };

enum { WIRE_STRINGS_MAX = 16 * 1024, WIRE_ARGS_MAX = 128, WIRE_SYSCTLS_MAX = 16 };

/* The descriptors that come with START, in this order. */
enum wire_fd { WIRE_FD_OUT, WIRE_FD_ERR, WIRE_FD_PROGRAM, WIRE_FDS };

/* What ended a run before its time; the last two are prepd's to find out, the others the runner's.
 */
enum run_limit {
    LIMIT_NONE,
    LIMIT_WALL,
    LIMIT_CPU,
    LIMIT_MEMORY,
    LIMIT_PROCESSES,
    LIMIT_FILES,
    LIMIT_FILE_SIZE,
    LIMIT_OUTPUT,
    LIMIT_RATE,
};

struct wire_start {
    uint32_t kind;
    uint32_t run; /* prepd's number for it, never used twice */
    uint32_t needs;
    int32_t seconds, cpu_seconds;
    uint32_t polite;
    uint64_t memory;
    uint32_t n_args, n_sysctls;
    uint32_t strings_len;
    /* the program's path, n_args arguments, n_sysctls settings, each with its NUL */
    char strings[WIRE_STRINGS_MAX];
};

/* STOP: ends the whole tree; a polite demo gets SIGTERM first and a moment. KILL: SIGKILL now. */
struct wire_end {
    uint32_t kind;
    uint32_t run;
};

struct wire_sandbox {
    uint32_t kind;
    struct sandbox_report report;
};

struct wire_exit {
    uint32_t kind;
    uint32_t run;
    char step[32];  /* of the sandbox, if it could not be made: the demo never ran */
    int32_t code;   /* the errno of that step */
    int32_t status; /* as from waitpid, otherwise */
    uint32_t limit; /* enum run_limit */
    int64_t wall_ms, cpu_ms;
    uint64_t max_rss; /* bytes */
};

union wire_message {
    uint32_t kind;
    struct wire_start start;
    struct wire_end end;
    struct wire_sandbox sandbox;
    struct wire_exit exit;
};

/* 0 or a negative errno; never blocks (-EAGAIN) unless `wait`. */
int wire_send(int fd, const void *message, size_t len, const int *fds, size_t n_fds, bool wait);

/* Bytes received; 0 at the end of file; or a negative errno (-EAGAIN). ret_fds (WIRE_FDS of them)
 * get the descriptors that came, close-on-exec, or -1; a message that is not whole and well-formed
 * gives -EBADMSG. ret_fds may be NULL where none is expected. */
ssize_t wire_receive(int fd, union wire_message *message, int *ret_fds);

#endif
