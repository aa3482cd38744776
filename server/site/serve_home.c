/* serve_home.c - requests for the home page.
 *
 * All that it shows is in memory but for the year of days, which the store is asked for when
 * anything in it may have changed: an item was marked, a run started or deleted, a day passed. Each
 * of these only grows, so their sum stands still while all of them do. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "site/days.h"
#include "site/handlers.h"
#include "site/pages.h"
#include "site/progress.h"

void serve_root(struct http_request *req)
{
    http_set_header(req, "Vary", "Accept-Language, Cookie");
    http_reply_redirect(req, 302, request_lang(req) == LANG_EN ? "/en/" : "/zh/");
}

static uint64_t home_revision(const struct site *site)
{
    return progress_revision(site->progress) + site->runs_revision +
           (uint64_t)days_number(clock_wall_ms());
}

static void write_home(struct text *out, const struct site *site, const struct topic *topic,
                       enum lang lang)
{
    (void)topic;
    page_home(out, site, lang);
}

/*** The days, from the store ***/

struct home_job {
    struct http_request *req;
    struct site *site;
    uint64_t revision;
    struct days *days;
    struct err err;
};

static int home_work(void *ud)
{
    struct home_job *job = ud;
    return days_read(job->site->store, clock_wall_ms(), job->days, &job->err);
}

/* Without its days the page is still a page. */
static void home_done(void *ud, int status)
{
    struct home_job *job = ud;
    struct site *site = job->site;
    if (status < 0)
        log_warning("the year of days could not be read: %s",
                    job->err.text[0] ? job->err.text : strerror(-status));
    free(site->days);
    site->days = status < 0 ? NULL : steal_ptr(&job->days);
    site->days_revision = job->revision;
    serve_kept(job->req, NULL, job->revision, write_home);
    free(job->days);
    free(job);
}

static int home_submit(struct http_request *req, uint64_t revision)
{
    struct home_job *job = calloc(1, sizeof *job);
    struct days *days = calloc(1, sizeof *days);
    if (job && days) {
        *job =
            (struct home_job){.req = req, .site = site_of(req), .revision = revision, .days = days};
        if (worker_submit(job->site->worker, home_work, home_done, job) == 0)
            return 0;
    }
    free(days);
    free(job);
    return -ENOMEM;
}

void serve_home(struct http_request *req)
{
    if (switch_language(req))
        return;
    uint64_t revision = home_revision(site_of(req));
    if (site_of(req)->days_revision == revision)
        serve_kept(req, NULL, revision, write_home);
    else if (home_submit(req, revision) == 0)
        http_defer(req);
    else
        reply_err(req, &(struct err){.code = ENOMEM});
}
