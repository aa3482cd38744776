/* bench_notes_render.c - what a note costs beside bare md4c.
 *
 * Three sides work on the same bytes, in interleaved rounds on one core; the best round of each
 * counts, since noise only ever adds:
 *   md_html     md4c with its own renderer, into a growing buffer
 *   render      md4c with ours: also items with their plain and normalised text, anchors, callouts,
 *               safe links, line numbers, limits
 *   note_parse  the whole: also the checks (UTF-8, the guard), the revision, and the note itself
 * Both ratios are md_html's time divided by ours. Notes are the files named on the command line, or
 * else a generated one of 150 KB of which more than half is checklist items, each with an id and a
 * link: what costs ours most. */
#include <md4c-html.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "base/util.h"
#include "notes/note.h"
#include "notes/render.h"

enum { ROUNDS = 100, GENERATED_BYTES = 150000 };

struct source {
    char *bytes;
    size_t len;
};

static double cpu_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void add_html(const MD_CHAR *bytes, MD_SIZE len, void *ud)
{
    text_add(ud, bytes, len);
}

static size_t run_md_html(const struct source *s)
{
    struct text html = {0};
    md_html(s->bytes, (MD_SIZE)s->len, add_html, &html, MD_DIALECT_GITHUB | MD_FLAG_NOHTML, 0);
    size_t len = html.len;
    text_free(&html);
    return len;
}

static size_t run_render(const struct source *s)
{
    struct arena arena;
    arena_init(&arena);
    struct render r = {.bytes = s->bytes, .len = s->len, .arena = &arena};
    if (render_run(&r) < 0) {
        fprintf(stderr, "render_run failed\n");
        exit(1);
    }
    size_t len = r.html.len;
    render_free(&r);
    arena_free(&arena);
    return len;
}

static size_t run_note_parse(const struct source *s)
{
    struct note *note;
    struct err err = {0};
    if (note_parse("bench", s->bytes, s->len, NULL, &note, &err) < 0) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    size_t len = 0;
    for (size_t i = 0; i < note->n_parts; i++)
        len += note->parts[i].len;
    note_unref(note);
    return len;
}

static void generate(struct source *s)
{
    struct text t = {0};
    for (int i = 0; t.len < GENERATED_BYTES; i++) {
        text_printf(&t,
                    "## %d. 并发调度 Scheduling, part %d\n\nThe scheduler `findRunnable` looks at "
                    "the **local** queue first, then at the *global* one; see "
                    "[the design](https://go.dev/s/go11sched \"G, M, P\").\n"
                    "调度器先看本地队列，再看全局队列，最后去偷：一次偷走一半。\n\n",
                    i, i);
        for (int k = 0; k < 8; k++)
            text_printf(&t,
                        "- [%c] [逃逸分析 %d](https://example.com/escape/%d): 变量分配在 "
                        "`stack` 还是 `heap`，由编译器决定 ^e-%d-%d\n",
                        k % 3 ? ' ' : 'x', k, k, i, k);
        text_puts(&t,
                  "\n```go\nfunc main() {\n\tp := sync.Pool{New: func() any { return new([]byte) "
                  "}}\n\tif b := p.Get(); b != nil && 1 < 2 {\n\t\tp.Put(b)\n\t}\n}\n```\n\n"
                  "| pool | ns/op | allocs |\n|---|--:|--:|\n| `sync.Pool` | 8.4 | 0 |\n"
                  "| new | 108 | 1 |\n\n> [!trap] sync.Pool 会被每次 GC 清空\n> Since Go 1.13 a "
                  "victim cache keeps it for one more cycle.\n\n");
    }
    text_add(&t, (char[NOTE_PAD]){0}, NOTE_PAD);
    s->len = t.len - NOTE_PAD;
    s->bytes = text_steal(&t, NULL);
}

static size_t read_sources(int argc, char **argv, struct source *sources)
{
    if (argc < 2) {
        generate(&sources[0]);
        return 1;
    }
    for (int i = 1; i < argc; i++) {
        struct err err = {0};
        struct source *s = &sources[i - 1];
        if (file_read(argv[i], NOTE_BYTES_MAX, NOTE_PAD, &s->bytes, &s->len, &err) < 0) {
            fprintf(stderr, "%s\n", err.text);
            exit(1);
        }
    }
    return (size_t)argc - 1;
}

/*** Measuring ***/

enum { MD_HTML, RENDER, NOTE_PARSE, N_SIDES };

struct side {
    size_t (*run)(const struct source *source);
    double best_ms;
    size_t html; /* bytes */
};

static void run_round(struct side *side, const struct source *sources, size_t n)
{
    double from = cpu_ms();
    side->html = 0;
    for (size_t i = 0; i < n; i++)
        side->html += side->run(&sources[i]);
    double ms = cpu_ms() - from;
    if (ms < side->best_ms)
        side->best_ms = ms;
}

static void print(const struct side *sides, const struct source *sources, size_t n)
{
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++)
        bytes += sources[i].len;
    double md_html = sides[MD_HTML].best_ms, render = sides[RENDER].best_ms,
           note_parse = sides[NOTE_PARSE].best_ms;
    printf("{\"bench\":\"notes_render\",\"bytes\":%zu,\"md_html_ms\":%.3f,\"render_ms\":%.3f,"
           "\"note_parse_ms\":%.3f,\"ratio_render\":%.3f,\"ratio\":%.3f,\"html_md_html\":%zu,"
           "\"html_note\":%zu}\n",
           bytes, md_html, render, note_parse, md_html / render, md_html / note_parse,
           sides[MD_HTML].html, sides[NOTE_PARSE].html);
}

int main(int argc, char **argv)
{
    struct source *sources = calloc((size_t)argc + 1, sizeof *sources);
    size_t n = sources ? read_sources(argc, argv, sources) : 0;
    struct side sides[N_SIDES] = {[MD_HTML] = {run_md_html, .best_ms = 1e9},
                                  [RENDER] = {run_render, .best_ms = 1e9},
                                  [NOTE_PARSE] = {run_note_parse, .best_ms = 1e9}};
    for (int round = 0; round < ROUNDS; round++)
        for (size_t ours = RENDER; ours < N_SIDES; ours++) {
            run_round(&sides[MD_HTML], sources, n); /* so that none of ours warms the other */
            run_round(&sides[ours], sources, n);
        }
    print(sides, sources, n);
    for (size_t i = 0; i < n; i++)
        free(sources[i].bytes);
    free(sources);
    return 0;
}
