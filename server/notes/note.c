/* note.c - from a file's bytes to a note: checks, one pass of the parser, one arena; see note.h.
 *
 * While the parser runs, the note grows in a few buffers (struct render) whose strings are in the
 * arena already. At the end the note takes these buffers over, cut to size, and the parts get their
 * pointers into the HTML. Nothing is copied: that would cost a good part of the rendering. */
#include "notes/note.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/util.h"
#include "notes/arena.h"
#include "notes/refuse.h"
#include "notes/render.h"

struct note_block {
    struct note note; /* first: a struct note * is a struct note_block * */
    atomic_uint references;
    char *html;         /* allocated, as are the note's arrays */
    struct arena arena; /* all the rest, this struct too */
};

/*** Checks ***/

static size_t line_at(const char *bytes, size_t offset)
{
    size_t line = 1;
    for (const char *p = bytes; (p = memchr(p, '\n', (size_t)(bytes + offset - p))); p++)
        line++;
    return line;
}

/* "NAME: line N: WHY", or without a line where it is about the whole. */
static int note_check(const char *name, const char *bytes, size_t len, struct err *err)
{
    struct refusal refusal;
    if (note_refuse(bytes, len, &refusal) == 0)
        return 0;
    if (!refusal.has_place)
        return err_set(err, refusal.code, "%s: %s", name, refusal.why);
    return err_set(err, refusal.code, "%s: line %zu: %s", name, line_at(bytes, refusal.offset),
                   refusal.why);
}

static inline uint64_t rotate(uint64_t x, int bits)
{
    return x << bits | x >> (64 - bits);
}

/* A hash of the bytes, in four lanes for speed; the padding makes the last words whole. A step can
 * be undone, so two texts that differ in one word differ in its lane. */
static uint64_t revision_of(const char *bytes, size_t len)
{
    uint64_t lanes[4] = {len, 1, 2, 3}, words[4], h = 0;
    _Static_assert(sizeof words <= NOTE_PAD, "the last words are read from the padding");
    for (size_t i = 0; i < len; i += sizeof words) {
        memcpy(words, bytes + i, sizeof words);
#pragma GCC unroll 4
        for (int k = 0; k < 4; k++)
            lanes[k] = rotate((lanes[k] ^ words[k]) * 0x9e3779b97f4a7c15u, 29);
    }
    for (int k = 0; k < 4; k++) {
        h = (h ^ lanes[k]) * 0xd6e8feb86659fd93u;
        h ^= h >> 32;
    }
    return h;
}

/* What an image does to the note's revision: its address has the file's own in it. */
static uint64_t image_revision(const struct note_image *image)
{
    const char *text = image->url ? image->url : image->problem ? image->problem : "";
    return hash_bytes(text, strlen(text));
}

/*** Making the note ***/

static void set_parts_html(struct note_part *parts, size_t n, const char *html)
{
    for (size_t i = 0; i < n; i++) {
        if (parts[i].kind != NOTE_HTML)
            continue;
        parts[i].html = html;
        html += parts[i].len;
    }
}

/* Takes an array of things of this size out of a text, and gives back the room it did not need.
 * NULL if out of memory. */
static void *array_steal(struct text *text, size_t size, size_t *ret_n)
{
    size_t len;
    char *array = text_steal(text, &len);
    *ret_n = len / size;
    char *fitting = array ? realloc(array, len + 1) : NULL;
    return fitting ? fitting : array;
}

static void buffers_free(struct note_block *block)
{
    free(block->html);
    free((void *)block->note.parts);
    free((void *)block->note.items);
    free((void *)block->note.demos);
    free((void *)block->note.images);
    free((void *)block->note.headings);
    free((void *)block->note.warnings);
}

/* Moves what was rendered into a note, and at last the arena. NULL if out of memory. */
static struct note *note_finish(struct render *r, uint64_t revision)
{
    struct note_block *block = arena_alloc(r->arena, sizeof *block);
    if (!block)
        return NULL;
    *block = (struct note_block){
        .note = {.title = r->title, .summary = r->summary ? r->summary : "", .revision = revision}};
    struct note *note = &block->note;
    size_t html_len;
    struct note_part *parts = array_steal(&r->parts, sizeof *parts, &note->n_parts);
    note->parts = parts;
    note->items = array_steal(&r->items, sizeof *note->items, &note->n_items);
    note->demos = array_steal(&r->demos, sizeof *note->demos, &note->n_demos);
    note->images = array_steal(&r->images, sizeof *note->images, &note->n_images);
    note->headings = array_steal(&r->headings, sizeof *note->headings, &note->n_headings);
    note->warnings = array_steal(&r->warnings, sizeof *note->warnings, &note->n_warnings);
    block->html = array_steal(&r->html, 1, &html_len);
    if (!parts || !note->items || !note->demos || !note->images || !note->headings ||
        !note->warnings || !block->html) {
        buffers_free(block);
        return NULL;
    }
    set_parts_html(parts, note->n_parts, block->html);
    for (size_t i = 0; i < note->n_images; i++)
        note->revision = rotate(note->revision, 1) ^ image_revision(&note->images[i]);
    atomic_init(&block->references, 1);
    block->arena = *r->arena;
    return note;
}

static int note_render(const char *name, const char *bytes, size_t len,
                       const struct note_pictures *pictures, struct note **ret, struct err *err)
{
    struct arena arena;
    arena_init(&arena);
    struct render r = {.bytes = bytes, .len = len, .pictures = pictures, .arena = &arena};
    int status = render_run(&r);
    struct note *note = status == 0 ? note_finish(&r, revision_of(bytes, len)) : NULL;
    const char *why = r.why;
    size_t line = status < 0 ? render_line(&r, r.pos) : 0;
    render_free(&r);
    if (!note) {
        arena_free(&arena);
        status = status < 0 ? status : -ENOMEM;
        return why ? err_set(err, -status, "%s: line %zu: %s", name, line, why)
                   : err_set(err, -status, "%s: out of memory", name);
    }
    *ret = note;
    return 0;
}

int note_parse(const char *name, const char *bytes, size_t len,
               const struct note_pictures *pictures, struct note **ret, struct err *err)
{
    int status = note_check(name, bytes, len, err);
    if (status < 0)
        return status;
    static const char byte_order_mark[] = "\xef\xbb\xbf";
    size_t skip = len >= 3 && memcmp(bytes, byte_order_mark, 3) == 0 ? 3 : 0;
    return note_render(name, bytes + skip, len - skip, pictures, ret, err);
}

/*** Sharing ***/

struct note *note_ref(struct note *note)
{
    struct note_block *block = (struct note_block *)note;
    atomic_fetch_add_explicit(&block->references, 1, memory_order_relaxed);
    return note;
}

void note_unref(struct note *note)
{
    struct note_block *block = (struct note_block *)note;
    if (!block || atomic_fetch_sub_explicit(&block->references, 1, memory_order_acq_rel) > 1)
        return;
    buffers_free(block);
    struct arena arena = block->arena; /* freeing it frees the block */
    arena_free(&arena);
}
