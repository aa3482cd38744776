/* run.h - one run from the inside; internal to runs/.
 *
 * DESIGN  runs.c decides when a run starts and who is told; run.c holds what a run is and ends it;
 * run_events.c writes what prepd itself says in the log; run_launch.c hands it to the runner;
 * run_output.c reads what the demo says. A run has ended when three things have come, in any order:
 * the runner's account of the exit, the end of its output, the end of its errors. Only then is
 * `exit` written, so nothing comes after it. */
#ifndef PREPD_RUNS_RUN_H
#define PREPD_RUNS_RUN_H

#include "base/loop.h"
#include "base/util.h"
#include "runs/lines.h"
#include "runs/runs.h"
#include "runs/wire.h"

enum {
    /* All that a demo may print, errors included: 100 000 events of 600 bytes each. It bounds what
     * a run takes on disk; in memory its log is bounded by RUNLOG_KEEP_BYTES. */
    OUTPUT_BYTES_MAX = 64 << 20,
    LINES_PER_SECOND = 5000, /* that it may print in the long run */
    LINES_BURST = 20000,
    FAULTS_SHOWN_MAX = 50, /* bad lines that get an `error` event each */
    STDERR_TAIL = 2048,
    DRAIN_MS = 250, /* for output that somebody else holds open after the demo ended */
};

/* One of the demo's two pipes. */
struct run_pipe {
    struct run *run;
    int fd; /* -1: at its end */
    struct loop_watch *watch;
};

struct run {
    int refs;
    struct runs *runs; /* NULL once those are freed */
    char id[ID_SIZE];
    uint32_t number; /* for the runner */
    const struct demo *demo;
    json_t *params;
    enum run_state state;
    int64_t created_wall_ms;
    int64_t started; /* clock_ms of the launch, 0 before */
    struct runlog *log;

    struct run_pipe out, err;
    struct lines lines;
    char tail[STDERR_TAIL]; /* the end of its standard error */
    size_t tail_len;
    size_t bytes, n_lines, n_faults;
    int64_t line_tokens, tokens_at; /* how many lines it may still print; as of clock_ms */

    bool stopped;    /* by a reader */
    bool exit_known; /* exit says how it ended */
    struct wire_exit exit;
    enum run_limit limit; /* set by prepd, or by the runner with the exit */
    struct loop_timer *drain;

    json_t *metrics, *checks; /* for the summary: by id */
    json_t *exit_json;
    struct run *next; /* in one of the lists of struct runs */
};

/* ---- run.c ---- */
struct run *run_new(struct runs *runs, const struct demo *demo, const json_t *params);
/* Tells the run what the runner said of its end. */
void run_exited(struct run *run, const struct wire_exit *exit);
/* Ends it if all has come that must: writes the last events, closes the log, tells runs. */
void run_settle(struct run *run);
/* Ends it now, whatever has come: without further events unless the exit is known. */
void run_abandon(struct run *run);

/* ---- run_events.c: each appends one event ---- */
bool run_append(struct run *run, const char *kind, json_t *event);
void run_say_queued(struct run *run, size_t place);
void run_say_start(struct run *run);
void run_say_error(struct run *run, size_t line, const char *zh, const char *en);
void run_say_end(struct run *run); /* stderr, limit, exit */
const char *run_limit_name(enum run_limit limit);

/* ---- run_output.c ---- */
/* Takes over the reading ends and reads them as the loop turns. */
int run_output_open(struct run *run, int out_fd, int err_fd, struct err *err);
void run_output_close(struct run *run);

/* ---- run_launch.c ---- */
/* Starts it over the runner's link under that number; its log gets `start`. */
int run_launch(struct run *run, int link, uint32_t number, struct err *err);

/* ---- runs.c ---- */
void runs_run_ended(struct runs *runs, struct run *run);
/* Kills the run because of what it printed. */
void runs_run_kill(struct runs *runs, struct run *run);
struct loop *runs_loop(const struct runs *runs);

#endif
