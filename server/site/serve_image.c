/* serve_image.c - GET /images/…: a picture that a note shows.
 *
 * Only what a note of the library names is there. The file is read on the worker each time it is
 * asked for: browsers ask with the ETag they have, and prepd keeps no second copy of what the
 * system's page cache holds. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "site/handlers.h"

/* Has copies of what the library says: it may be swapped meanwhile. */
struct image_job {
    struct http_request *req;
    char *folder, *path;
    enum image_kind kind;
    struct http_page *page;
    struct err err;
};

static void job_free(struct image_job *job)
{
    if (!job)
        return;
    free(job->folder);
    free(job->path);
    http_page_free(job->page);
    free(job);
}

static struct image_job *job_new(struct http_request *req, const struct library_image *image)
{
    struct image_job *job = calloc(1, sizeof *job);
    if (!job)
        return NULL;
    *job = (struct image_job){.req = req,
                              .kind = image->kind,
                              .folder = strdup(image->folder),
                              .path = strdup(image->path)};
    if (job->folder && job->path)
        return job;
    job_free(job);
    return NULL;
}

/* The page is made here, too: its tag is a hash of all the bytes. */
static int read_work(void *ud)
{
    struct image_job *job = ud;
    struct text body = {0};
    int r = image_read(job->folder, job->path, job->kind, &body.data, &body.len, &job->err);
    if (r < 0)
        return r;
    body.cap = body.len + 1;
    job->page = http_page_new_foreign(image_content_type(job->kind), "no-cache", &body);
    return job->page ? 0 : -ENOMEM;
}

static void read_done(void *ud, int status)
{
    struct image_job *job = ud;
    if (status == -ENOMEM)
        reply_err(job->req, &(struct err){.code = ENOMEM});
    else if (status < 0)
        http_reply_error(job->req, 404, "not_found", "image", "this image is not shown: %s",
                         job->err.text);
    else
        http_reply_page(job->req, job->page);
    job_free(job);
}

void serve_image(struct http_request *req)
{
    const struct library_image *image = library_image(site_of(req)->library, http_path(req));
    if (!image) {
        http_reply_error(req, 404, "not_found", "image", "no note shows an image of this name");
        return;
    }
    struct image_job *job = job_new(req, image);
    if (!job || worker_submit(site_of(req)->worker, read_work, read_done, job) < 0) {
        job_free(job);
        reply_err(req, &(struct err){.code = ENOMEM});
        return;
    }
    http_defer(req);
}
