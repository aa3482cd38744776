/* demo.h - all that a demo includes of prepd: it runs an experiment and reports what was measured.
 *
 *     static int run(struct demo *demo)
 *     {
 *         int64_t n = demo_int(demo, "n");
 *         for (int64_t i = 0; i < n && !demo_stopping(demo); i++) {
 *             ... the work ...
 *             if (demo_due(demo, &timer, 20))
 *                 demo_sample(demo, "heap", {"live", live}, {"goal", goal});
 *         }
 *         demo_metric(demo, "pause", worst_pause_us);
 *         demo_check(demo, "nothing_lost", lost == 0, lost, 0);
 *         return 0;
 *     }
 *
 *     int main(int argc, char **argv)
 *     {
 *         return demo_main(&manifest, run, argc, argv);
 *     }
 *
 * On a terminal the run is a report to read; on a pipe it is NDJSON events (PROTOCOL.md). Both are
 * made of the same calls. An id that the manifest does not have is a bug of the demo: it says so
 * and aborts. Every function may be called by any thread. None allocates: an event is written into
 * a buffer that exists already, and the buffer goes out with one write(2) at most every 10 ms, so
 * what was printed just before long silent work should be followed by demo_flush. */
#ifndef PREPD_DEMO_H
#define PREPD_DEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "demo_manifest.h"
#include "demo_random.h"
#include "demo_stats.h"

struct demo; /* one run */

/* Does what the command line says: --describe, --help, or run(demo) with its parameters checked.
 * Returns the exit code: 0, what run returned, or 2 with a sentence on stderr for a wrong argument.
 */
int demo_main(const struct demo_manifest *manifest, int (*run)(struct demo *), int argc,
              char **argv);

/* The parameters. An enum is the index of its choice in the manifest's list. */
int64_t demo_int(const struct demo *demo, const char *name);
double demo_float(const struct demo *demo, const char *name);
bool demo_bool(const struct demo *demo, const char *name);
int demo_enum(const struct demo *demo, const char *name);

/* Says that this combination of parameters can't be run, and which one to change; both texts are
 * printf formats for the same arguments. Returns 2, run's exit code: `return demo_refuse(…)`. */
int demo_refuse(struct demo *demo, const char *param, const char *zh, const char *en, ...)
    __attribute__((format(printf, 3, 5), format(printf, 4, 5)));

/* Milliseconds since the program started. Nanoseconds, for measuring. */
double demo_ms(const struct demo *demo);
int64_t demo_now_ns(void);

/* True once the run should end: SIGTERM, Ctrl-C, or nobody reads any more. Look at least every
 * 50 ms, then report what was measured so far and return. */
bool demo_stopping(const struct demo *demo);

/* True at most once every `ms` for this timer, and at its first call. Start with {0}. */
struct demo_timer {
    double due_ms;
};
bool demo_due(struct demo *demo, struct demo_timer *timer, double ms);

/* Slows the run so that a person can follow it. Only for a parameter that the reader sees. Returns
 * early when stopping. */
void demo_pause(struct demo *demo, double ms);

void demo_flush(struct demo *demo);
void demo_progress(struct demo *demo, double done); /* 0–1 */

/* A point on a line view; on its x axis if it has one; a group of bars. A value that is not finite
 * is a gap (null). */
struct demo_pair {
    const char *id;
    double value;
};
#define demo_sample(demo, view, ...)                                                               \
    demo_put_sample(demo, view, (const struct demo_pair[]){__VA_ARGS__, {0}})
#define demo_sample_x(demo, view, x, ...)                                                          \
    demo_put_sample_x(demo, view, x, (const struct demo_pair[]){__VA_ARGS__, {0}})
#define demo_bar(demo, view, category, ...)                                                        \
    demo_put_bar(demo, view, category, (const struct demo_pair[]){__VA_ARGS__, {0}})
void demo_put_sample(struct demo *demo, const char *view, const struct demo_pair *pairs);
void demo_put_sample_x(struct demo *demo, const char *view, double x,
                       const struct demo_pair *pairs);
void demo_put_bar(struct demo *demo, const char *view, const char *category,
                  const struct demo_pair *pairs);

/* A row of a table: {"name", .text = "…"} or {"size", 42}. */
struct demo_cell {
    const char *id;
    double number;
    const char *text;
};
#define demo_row(demo, view, ...)                                                                  \
    demo_put_row(demo, view, (const struct demo_cell[]){__VA_ARGS__, {0}})
void demo_put_row(struct demo *demo, const char *view, const struct demo_cell *cells);

/* Words at the moment that matters. Both texts are printf formats for the same arguments (use %2$d
 * where the languages differ in order). `anchor` names a heading or item of the note, or is NULL.
 */
enum demo_level { DEMO_INFO, DEMO_GOOD, DEMO_BAD };
void demo_note(struct demo *demo, enum demo_level level, const char *zh, const char *en, ...)
    __attribute__((format(printf, 3, 5), format(printf, 4, 5)));
void demo_note_at(struct demo *demo, enum demo_level level, const char *anchor, const char *zh,
                  const char *en, ...) __attribute__((format(printf, 4, 6), format(printf, 5, 6)));

/* What a lane did from one moment to another (demo_ms), and a message between two actors of a
 * sequence, whose kinds may be left out of the manifest. `label` may be NULL. */
void demo_span(struct demo *demo, const char *view, const char *lane, const char *kind, double from,
               double to, const char *label);
void demo_message(struct demo *demo, const char *view, const char *lane, const char *to_lane,
                  const char *kind, double from, double to, const char *label);

/* The states of a grid's cells from cell `from` on, run-length coded. As many events as it takes.
 */
struct demo_cells {
    const char *state;
    int count;
};
void demo_put_cells(struct demo *demo, const char *view, int from, const struct demo_cells *runs,
                    size_t n);

/* A result; with the value that theory or documentation gives; with its 95 % interval. Not a number
 * is not a result: such a metric is not printed, and NAN for expected, low or high leaves it out.
 */
void demo_metric(struct demo *demo, const char *id, double value);
void demo_metric_expected(struct demo *demo, const char *id, double value, double expected);
void demo_metric_interval(struct demo *demo, const char *id, double value, double expected,
                          double low, double high);

/* An invariant that held or failed; with what was found and what was wanted, as numbers or text. */
void demo_check(struct demo *demo, const char *id, bool ok, double got, double want);
void demo_check_text(struct demo *demo, const char *id, bool ok, const char *got, const char *want);

#endif
