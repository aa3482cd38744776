/* demo_manifest.h - the tables in which a demo says what it is.
 *
 * A demo is described by data, not by calls: its author fills these structs as `static const`, and
 * the library makes the command line, the manifest (--describe), the checks of what is printed and
 * the report from them. Every list ends with an element of zeros. The rules of ids (letters, digits
 * and _, at most 31 bytes) and everything else that can be wrong in a table is found by --describe,
 * which the build runs: a wrong table does not build. The JSON is described in PROTOCOL.md. */
#ifndef PREPD_DEMO_MANIFEST_H
#define PREPD_DEMO_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>

enum { DEMO_PARAMS_MAX = 48, DEMO_RESULTS_MAX = 48 }; /* parameters; metrics, checks */

/* What a reader reads, in both languages. Both are needed wherever a text is given. */
struct demo_text {
    const char *zh, *en;
};

enum demo_type { DEMO_INT, DEMO_FLOAT, DEMO_BOOL, DEMO_ENUM };

struct demo_choice {
    const char *value;
    struct demo_text label;
};

struct demo_param {
    const char *name;
    enum demo_type type;
    const char *init;                  /* the default, as on the command line: "1000", "true" */
    double min, max, step;             /* int, float; step is for the page's slider */
    bool log;                          /* int, float: the slider is logarithmic */
    const struct demo_choice *choices; /* enum */
    const char *unit;                  /* or NULL */
    struct demo_text label, help;      /* help may be missing */
};

/* A named configuration that tells a story. */
struct demo_preset {
    const char *id;
    struct demo_text label;
    struct demo_text expect;   /* what the reader will see, said before the run */
    const char *const *params; /* "name=value"…, NULL at the end; NULL: all defaults */
};

enum demo_view_kind { DEMO_LINE, DEMO_BARS, DEMO_TIMELINE, DEMO_GRID, DEMO_TABLE, DEMO_SEQUENCE };

/* A series of a line or bars view, a lane or kind of a timeline, a state of a grid, a column. */
struct demo_item {
    const char *id;
    struct demo_text label;
    const char *unit;
    const char *low, *high; /* series: ids of the series that bound its band */
    bool dash;              /* series: computed, not measured (a limit, a formula): drawn dashed */
    bool hidden;            /* series: drawn only as the bound of a band */
};

struct demo_axis {
    struct demo_text label;
    const char *unit;
    bool log;
};

struct demo_view {
    const char *id;
    enum demo_view_kind kind;
    struct demo_text title;
    struct demo_axis x, y;         /* line: without an x label, x is time */
    bool stacked;                  /* line: areas on each other, the first series undermost; one
                                      that is dashed stays a line over them */
    const struct demo_item *items; /* series, lanes, states or columns, as the kind has them */
    const struct demo_item *kinds; /* timeline, sequence: of its spans */
    int cells, width;              /* grid */
};

struct demo_metric {
    const char *id;
    struct demo_text label;
    const char *unit;
    struct demo_text expect; /* what the expected value is: "the formula's", "documented" */
};

struct demo_check {
    const char *id;
    struct demo_text label;
};

struct demo_source {
    const char *file;
    const char *text;
};

enum demo_needs { DEMO_NET = 1, DEMO_THREADS = 2, DEMO_FORK = 4, DEMO_MEMFD = 8 };

/* A setting of the demo's own network, set before it starts: "net.ipv4.tcp_tw_reuse", "{reuse}".
 * In the value {NAME} stands for a parameter and {N+NAME} for a number plus an int parameter. */
struct demo_sysctl {
    const char *name, *value;
};

struct demo_manifest {
    const char *id;
    struct demo_text title, summary;
    struct demo_text insight;          /* the sentence a candidate can say afterwards */
    const char *const *topics;         /* slugs of the notes it belongs to */
    unsigned needs;                    /* bits of enum demo_needs */
    const struct demo_sysctl *sysctls; /* or NULL; for demos that need DEMO_NET */
    int seconds_max, memory_max_mb;    /* the limits prepd runs it under */
    const struct demo_param *params;
    const struct demo_preset *presets;
    const struct demo_view *views;
    const struct demo_metric *metrics;
    const struct demo_check *checks;
    const struct demo_text *real;       /* what is the real thing here */
    const struct demo_text *simplified; /* and what is not, honestly */
    const struct demo_source *sources;  /* demo_sources */
    const char *const *quick;           /* "name=value"…: what --quick sets, for tests */
};

/* The text of the folder's .h and .c files, put in by the build (demos/CMakeLists.txt). */
extern const struct demo_source demo_sources[];

#endif
