/* demo_internal.h - what the library's files share; a demo does not include it.
 *
 * DESIGN  demo.c is the life of a run. demo_args.c reads the command line, demo_describe.c prints
 * the manifest, demo_verify.c finds what is wrong with its tables. A call of demo.h goes to
 * demo_emit.c, which checks its ids against the manifest, takes the lock and the time, and hands it
 * to a writer: demo_ndjson.c (events) or demo_report.c (a terminal). To add an event, add it to
 * demo.h, demo_emit.c, the writers and PROTOCOL.md. */
#ifndef PREPD_DEMO_INTERNAL_H
#define PREPD_DEMO_INTERNAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "demo.h"
#include "demo_json.h"

enum { DEMO_LINE_BYTES_MAX = 4096, DEMO_OUT_BYTES = 65536, DEMO_NOTE_BYTES = 1024 };

struct demo_arg {
    int64_t integer; /* int; bool: 0, 1; enum: its index */
    double real;     /* float */
};

struct demo_point {
    const struct demo_view *view;
    const char *category; /* bars */
    double x;             /* NAN: time */
    const struct demo_pair *pairs;
};

struct demo_span_event {
    const struct demo_view *view;
    const char *lane, *to_lane, *kind, *label;
    double from, to;
};

/* The last metric and check of each id, for the report. */
struct demo_result {
    bool seen, ok;
    double value, expected, low, high;
    char got[48], want[48];
};

/* How a run is told; each is called with the lock held, `t` is the time in ms. */
struct demo_writer {
    void (*begin)(struct demo *demo);
    void (*sample)(struct demo *demo, double t, const struct demo_point *point);
    void (*row)(struct demo *demo, double t, const struct demo_view *view,
                const struct demo_cell *cells);
    void (*note)(struct demo *demo, double t, enum demo_level level, const char *anchor,
                 const char *zh, const char *en);
    void (*span)(struct demo *demo, double t, const struct demo_span_event *span);
    void (*cells)(struct demo *demo, double t, const struct demo_view *view, int from,
                  const struct demo_cells *runs, size_t n);
    void (*metric)(struct demo *demo, double t, size_t index);
    void (*check)(struct demo *demo, double t, size_t index);
    void (*progress)(struct demo *demo, double t, double done);
    void (*flush)(struct demo *demo);
    void (*end)(struct demo *demo);
};

extern const struct demo_writer demo_ndjson, demo_report;

struct demo {
    const struct demo_manifest *manifest;
    const struct demo_writer *writer;
    struct demo_arg args[DEMO_PARAMS_MAX];
    int64_t start_ns;
    pthread_mutex_t lock; /* guards what follows */
    struct demo_json out;
    double written_ms; /* when the buffer was last written out */
    int dropped;       /* events longer than a line may be */
    atomic_bool deaf;  /* nobody reads */
    struct demo_result metrics[DEMO_RESULTS_MAX], checks[DEMO_RESULTS_MAX];
    bool status_shown; /* report: the last line is a status that will be overwritten */
    bool terminal, chinese;
    char buf[DEMO_OUT_BYTES];
};

/*** demo_args.c ***/

enum demo_act { DEMO_RUN, DEMO_DESCRIBE, DEMO_HELP };
enum demo_form { DEMO_AUTO, DEMO_JSON, DEMO_REPORT };

struct demo_command {
    enum demo_act act;
    enum demo_form form;
};

/* Fills demo->args from defaults, preset, --quick and arguments. -1: a sentence is on stderr. */
int demo_args_parse(struct demo *demo, int argc, char **argv, struct demo_command *ret);
/* Sets one parameter from "name=value". -1 and the reason in `why`. */
int demo_args_set(const struct demo_manifest *manifest, struct demo_arg *args, const char *pair,
                  char *why, size_t size);
void demo_help(const struct demo_manifest *manifest);
/* "n=1000 kind=classic", cut if it is too long. */
void demo_args_text(const struct demo *demo, char *text, size_t size);
/* Index of the parameter that "name" or "name=value" names, or -1. */
int demo_param_find(const struct demo_manifest *manifest, const char *pair);
size_t demo_params_count(const struct demo_manifest *manifest);

/*** the rest ***/

/* -1 if it can't be written. */
int demo_describe(const struct demo_manifest *manifest, int fd);
/* Prints each thing wrong with the manifest on stderr and returns how many there are. */
int demo_verify(const struct demo_manifest *manifest);
/* Writes all of it, and sets *deaf if that can't be. */
void demo_write_all(int fd, const char *bytes, size_t len, atomic_bool *deaf);
/* The text of the run's language. */
const char *demo_pick(const struct demo *demo, struct demo_text text);

#endif
