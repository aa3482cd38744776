/* render_image.c - images: pictures in a line, figures, and what stands in for those not shown.
 *
 * A picture is an <img> with the size that its file says, so that the page does not jump when it
 * comes. A paragraph that is nothing but a picture becomes a <figure>, and the image's title its
 * caption. An image from elsewhere becomes a link, since the page's policy would not load it; one
 * that cannot be shown leaves its alternative text. That text may hold any markup in Markdown and
 * none in HTML. */
#include "notes/render.h"

#include <errno.h>

#include "notes/entity.h"
#include "notes/plain.h"

/*** What it is ***/

/* Asks where the image is; fills in why it is not shown, or *ret. */
static void image_find(struct render *r, struct note_image *image, struct note_picture *ret)
{
    struct err err = {0};
    int status = -ENOENT;
    if (r->image.kind == URL_EXTERNAL)
        err_set(&err, EINVAL, "images from elsewhere are not loaded");
    else if (r->image.kind != URL_LOCAL)
        err_set(&err, EINVAL, "such an address is not allowed");
    else if (!r->pictures)
        err_set(&err, ENOENT, "there is no folder to look in");
    else
        status = r->pictures->find(r->pictures->ud, image->src, ret, &err);
    if (status == -ENOMEM)
        render_fail(r, -ENOMEM, NULL);
    if (status < 0)
        image->problem = arena_string(r->arena, err.text, strlen(err.text));
    else
        image->url = arena_string(r->arena, ret->url, strlen(ret->url));
}

static void image_add(struct render *r, struct note_picture *ret)
{
    r->image.index = r->images.len / sizeof(struct note_image);
    if (r->image.index == NOTE_IMAGES_MAX)
        render_fail(r, -EFBIG, "it has more than 500 images");
    struct note_image image = {0};
    image.src = arena_string(r->arena, r->url.data ? r->url.data : "", r->url.len);
    if (!r->failed && image.src)
        image_find(r, &image, ret);
    r->image.is_shown = image.url != NULL;
    text_add(&r->images, &image, sizeof image);
}

/*** How it is written ***/

static void picture_open(struct render *r, const struct note_picture *picture)
{
    out(&r->html, "<img src=\"");
    out_string(&r->html, picture->url); /* percent-encoded by whoever found it */
    out(&r->html, "\"");
    if (picture->width && picture->height) {
        out(&r->html, " width=\"");
        out_number(&r->html, picture->width);
        out(&r->html, "\" height=\"");
        out_number(&r->html, picture->height);
        out(&r->html, "\"");
    }
    out(&r->html, " loading=\"lazy\" alt=\"");
}

static void image_open(struct render *r, const struct note_picture *picture)
{
    if (r->image.is_shown) {
        picture_open(r, picture);
    } else if (r->image.kind == URL_EXTERNAL && !r->image.in_link) {
        out(&r->html, "<a class=\"image-link\" href=\"");
        url_write(&r->html, &r->url, URL_EXTERNAL);
        out(&r->html, "\" rel=\"noopener noreferrer\">");
    } else if (r->image.kind == URL_LOCAL) {
        out(&r->html, "<span class=\"image-missing\">");
    }
}

static void picture_close(struct render *r)
{
    bool begins_paragraph =
        r->image.open == r->p.body && !r->item.open && !r->in_callout_title && !r->image.in_link;
    out(&r->html, "\"");
    if (begins_paragraph)
        r->p.figure_body = r->html.len;
    if (r->caption.len) {
        out(&r->html, " title=\"");
        out_bytes(&r->html, r->caption.data, r->caption.len);
        out(&r->html, "\"");
    }
    out(&r->html, ">");
    if (begins_paragraph)
        r->p.figure_end = r->html.len;
}

static void image_close(struct render *r)
{
    if (r->image.is_shown) {
        picture_close(r);
        return;
    }
    if (r->image.html == r->html.len) /* no text: the address is better than nothing */
        out_escaped(&r->html, r->url.data ? r->url.data : "", r->url.len);
    if (r->image.kind == URL_EXTERNAL && !r->image.in_link)
        out(&r->html, "</a>");
    else if (r->image.kind == URL_LOCAL)
        out(&r->html, "</span>");
}

/*** md4c's span ***/

/* Where an image stands in the source: at its address, unless that is elsewhere, in a reference's
 * definition; else at the text before. */
static size_t find_position(const struct render *r, const MD_ATTRIBUTE *src)
{
    size_t at = (uintptr_t)src->text - (uintptr_t)r->bytes;
    bool is_here = at > r->pos && at < r->len && strchr("(<", r->bytes[at - 1]);
    return is_here ? at : r->pos;
}

void image_enter(struct render *r, const MD_SPAN_IMG_DETAIL *detail)
{
    if (r->image.depth++ > 0)
        return;
    struct note_picture picture = {0};
    r->image.kind = url_read(&detail->src, &r->url);
    r->image.in_link = r->link.kind != URL_REFUSED;
    r->image.at = find_position(r, &detail->src);
    r->image.open = r->html.len;
    r->caption.len = 0;
    attribute_escape(&r->caption, &detail->title);
    image_add(r, &picture);
    image_open(r, &picture);
    r->image.html = r->html.len;
    r->image.plain = plain_begin(r);
}

void image_leave(struct render *r)
{
    if (--r->image.depth > 0)
        return;
    size_t len;
    const char *collected = plain_end(r, r->image.plain, &len);
    if (!r->images.failed) {
        struct note_image *image = (struct note_image *)(void *)r->images.data + r->image.index;
        image->alt = plain_text(r->arena, collected, len);
        image->line = render_line(r, r->image.at > r->pos ? r->image.at : r->pos);
    }
    image_close(r);
}

/*** Figures ***/

void paragraph_become_figure(struct render *r)
{
    r->scratch.len = 0;
    out_bytes(&r->scratch, r->html.data + r->p.body, r->p.figure_body - r->p.body);
    r->html.len = r->p.from;
    out(&r->html, "<figure>");
    out_bytes(&r->html, r->scratch.data, r->scratch.len);
    out(&r->html, ">");
    if (r->caption.len) {
        out(&r->html, "<figcaption>");
        out_bytes(&r->html, r->caption.data, r->caption.len);
        out(&r->html, "</figcaption>");
    }
    out(&r->html, "</figure>\n");
}
