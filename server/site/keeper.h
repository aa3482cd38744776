/* keeper.h - runs → store: a run's log is written as it grows, its end when it ends.
 *
 * Each second what was added since is handed to the worker, so that a run which prepd did not
 * survive is kept up to its last second; sooner if it is much, since what is stored can leave
 * memory. */
#ifndef PREPD_SITE_KEEPER_H
#define PREPD_SITE_KEEPER_H

#include "site/site.h"

/* The `started` and `ended` callbacks for struct runs_options; ud is the site. */
void keeper_started(struct run *run, void *ud);
void keeper_ended(struct run *run, void *ud);

enum { KEPT_LOG_MAX = 4 << 20 };

/* What is known of a run that is no longer in memory. */
struct kept_run {
    struct store_run run; /* strings owned */
    char *ndjson;         /* the first KEPT_LOG_MAX bytes of its log; NULL if not asked for */
    size_t ndjson_len;
};
void kept_run_clear(struct kept_run *kept);

/* Has the worker read a run; done(ud, kept, err) comes on the loop's thread, with err NULL or
 * (ENOENT: never kept) the reason. 0 or -ENOMEM. */
int keeper_load(struct site *site, const char *run_id, bool with_log,
                void (*done)(void *ud, struct kept_run *kept, const struct err *err), void *ud);

/* A stored run in the form of run_summary(). NULL if out of memory. */
json_t *kept_run_summary(const struct kept_run *kept);

#endif
