/* render.c - md4c's callbacks, the limits, and the list of parts; see render.h. */
#include "notes/render.h"

#include <errno.h>
#include <time.h>

#include "base/sixteen.h"
#include "base/util.h"
#include "notes/plain.h"

/* Reading the thread's CPU clock is a system call. But a callback may have a link's address of half
 * a megabyte to look through, for each use of a reference: at 4096, such a note took 850 ms to be
 * stopped, at 1024 it takes 240. */
enum { CALLBACKS_PER_CLOCK = 1024 };

/*** Limits ***/

static int64_t cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void render_fail(struct render *r, int code, const char *why)
{
    if (r->failed)
        return;
    r->failed = code;
    r->why = why;
}

void render_check_limits(struct render *r)
{
    if (r->html.len > NOTE_HTML_MAX)
        render_fail(r, -EFBIG, "its HTML is larger than 8 MiB");
    if (r->until_clock == 0) {
        r->until_clock = CALLBACKS_PER_CLOCK;
        if (cpu_ns() > r->deadline_ns)
            render_fail(r, -ETIME, "it takes longer to parse than 200 ms");
    }
}

/*** Parts ***/

static void part_add(struct render *r, const struct note_part *part)
{
    out_bytes(&r->parts, (const char *)part, sizeof *part);
}

/* Ends the open HTML part. Its pointer is set by note.c, when the HTML has its final place. */
static void part_cut(struct render *r)
{
    size_t len = r->html.len - r->part_from;
    if (len)
        part_add(r, &(struct note_part){.kind = NOTE_HTML, .len = len});
    r->part_from = r->html.len;
}

void render_hole(struct render *r, enum note_part_kind kind, size_t index)
{
    part_cut(r);
    part_add(r, &(struct note_part){.kind = kind, .index = index});
}

/* Counts the line ends; reads up to sixteen bytes behind, which the padding allows. */
static size_t count_lines(const char *p, const char *end)
{
    size_t n = 0;
    for (; p < end; p += sizeof(sixteen)) {
        unsigned found = sixteen_bits(sixteen_at(p) == '\n');
        if ((size_t)(end - p) < sizeof(sixteen))
            found &= (1u << (end - p)) - 1;
        for (; found; found &= found - 1) /* takes the lowest bit away */
            n++;
    }
    return n;
}

size_t render_line(struct render *r, size_t pos)
{
    if (pos > r->line_pos) {
        r->line += count_lines(r->bytes + r->line_pos, r->bytes + pos);
        r->line_pos = pos;
    }
    return r->line;
}

size_t plain_begin(struct render *r)
{
    r->collecting++;
    return r->plain.len;
}

const char *plain_end(struct render *r, size_t from, size_t *ret_len)
{
    static const char nothing[PLAIN_PAD] = "";
    bool padded = out_room(&r->plain, PLAIN_PAD); /* else out of memory, which is told at the end */
    *ret_len = padded ? r->plain.len - from : 0;
    if (--r->collecting == 0)
        r->plain.len = 0;
    return padded ? r->plain.data + from : nothing;
}

/*** Entry ***/

static bool render_out_of_memory(const struct render *r)
{
    return r->html.failed || r->parts.failed || r->items.failed || r->demos.failed ||
           r->images.failed || r->caption.failed || r->headings.failed || r->warnings.failed ||
           r->plain.failed || r->quotes.failed || r->spans.failed || r->url.failed ||
           r->scratch.failed || r->arena->failed;
}

/* Room that is enough for most notes and for a checklist, so that growing seldom copies. What is
 * not used is not touched, and is given back at the end. */
static void reserve(struct render *r)
{
    text_reserve(&r->html, 2 * r->len);
    text_reserve(&r->parts, r->len / 2);
    text_reserve(&r->items, r->len / 2);
}

int render_run(struct render *r)
{
    static const MD_PARSER parser = {
        .flags = MD_DIALECT_GITHUB | MD_FLAG_NOHTML,
        .enter_block = on_enter_block,
        .leave_block = on_leave_block,
        .enter_span = on_enter_span,
        .leave_span = on_leave_span,
        .text = on_text,
    };
    r->line = 1;
    r->until_clock = CALLBACKS_PER_CLOCK;
    r->deadline_ns = cpu_ns() + (int64_t)NOTE_MS_MAX * 1000000;
    r->heading.anchor = "";
    reserve(r);
    int status = md_parse(r->bytes, (MD_SIZE)r->len, &parser, r);
    part_cut(r);
    if (r->failed)
        return r->failed;
    return status != 0 || render_out_of_memory(r) ? -ENOMEM : 0;
}

void render_free(struct render *r)
{
    struct text *texts[] = {&r->html,     &r->parts,    &r->items,   &r->demos, &r->images,
                            &r->headings, &r->warnings, &r->caption, &r->plain, &r->quotes,
                            &r->spans,    &r->url,      &r->scratch};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++)
        text_free(texts[i]);
    names_free(&r->anchors);
    names_free(&r->slugs);
}
