/* event.h - one line that a demo printed, checked.
 *
 * A demo is untrusted: its line is parsed, its fields are checked against the manifest (view,
 * series, metric and check ids exist, numbers are finite, a span ends after it begins), and what
 * goes on is JSON that *we* wrote. A field that PROTOCOL.md does not name is refused, since it is
 * most likely a misspelt one. A bad line becomes an `error` event that says what is wrong with it;
 * the raw bytes never reach a browser. */
#ifndef PREPD_RUNS_EVENT_H
#define PREPD_RUNS_EVENT_H

#include <stddef.h>

#include "base/err.h"
#include "base/text.h"
#include "runs/catalogue.h"

enum { EVENT_BYTES_MAX = 4096 };

struct event {
    char kind[16]; /* "sample", "note", … */
    json_t *json;  /* owned; NULL after event_clear */
};

/* Parses one line without its '\n'. -EINVAL with a reason: not UTF-8, not JSON, not an object,
 * unknown kind, a field missing, of the wrong type, unknown to the protocol or naming what the
 * manifest has not; -EMSGSIZE: longer than EVENT_BYTES_MAX. Kinds that prepd itself writes (start,
 * exit …) are unknown here. */
int event_parse(const struct demo *demo, const char *line, size_t len, struct event *ret,
                struct err *err);
void event_clear(struct event *event);

/* Adds the event as one compact JSON line, without '\n'; numbers have at most 15 significant
 * digits. */
int event_write(const struct event *event, struct text *out);

#endif
