/* bench_notes_render.c - what a note costs beside bare md4c.
 *
 * note_parse (items, anchors, callouts, safe links, plain text, checks) against md_html into a
 * growing buffer, on the same bytes, in interleaved rounds on one core; the best round of each side
 * counts, since noise only ever adds. Notes are the files named on the command line, or else a
 * generated one of 150 KB with the mixture of a big checklist. */
#include <md4c-html.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "base/util.h"
#include "notes/note.h"

enum { ROUNDS = 40, GENERATED_BYTES = 150000 };

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

static size_t run_note_parse(const struct source *s)
{
    struct note *note;
    struct err err = {0};
    if (note_parse("bench", s->bytes, s->len, &note, &err) < 0) {
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

static double round_ms(size_t (*run)(const struct source *), const struct source *sources, size_t n,
                       size_t *ret_out)
{
    double from = cpu_ms();
    *ret_out = 0;
    for (size_t i = 0; i < n; i++)
        *ret_out += run(&sources[i]);
    return cpu_ms() - from;
}

int main(int argc, char **argv)
{
    struct source *sources = calloc((size_t)argc + 1, sizeof *sources);
    size_t n = sources ? read_sources(argc, argv, sources) : 0, bytes = 0, out_md4c, out_note;
    for (size_t i = 0; i < n; i++)
        bytes += sources[i].len;
    double best_md4c = 1e9, best_note = 1e9;
    for (int i = 0; i < ROUNDS; i++) {
        double md4c = round_ms(run_md_html, sources, n, &out_md4c);
        double note = round_ms(run_note_parse, sources, n, &out_note);
        best_md4c = md4c < best_md4c ? md4c : best_md4c;
        best_note = note < best_note ? note : best_note;
    }
    printf("{\"bench\":\"notes_render\",\"bytes\":%zu,\"md_html_ms\":%.3f,\"note_parse_ms\":%.3f,"
           "\"ratio\":%.3f,\"html_md_html\":%zu,\"html_note\":%zu}\n",
           bytes, best_md4c, best_note, best_md4c / best_note, out_md4c, out_note);
    for (size_t i = 0; i < n; i++)
        free(sources[i].bytes);
    free(sources);
    return 0;
}
