/* test_notes_limits.c - notes made to exhaust: each is parsed within the limits of note.h or
 * refused for one of them.
 *
 * What is checked is the answer and the size of what came out. No test measures time against a
 * clock on the wall; that the parser is stopped shows in -ETIME, -EFBIG, or a small result. A hang
 * would run into ctest's time limit. */
#include "note_fixture.h"

#include <errno.h>

#include "base/util.h"
#include "html_scanner.h"

struct pattern {
    const char *head;   /* once */
    const char *repeat; /* n times */
    const char *middle; /* once */
    const char *again;  /* n times */
    const char *tail;   /* once */
};

/* Of these md4c 0.4.8 takes quadratic time for some, and makes quadratic HTML of others; the rest
 * are the classics of its own test suite and of other parsers'. */
static const struct pattern patterns[] = {
    {.repeat = "[", .again = "]", .tail = "\n\n[a]: b\n"},
    {.repeat = "[", .again = "](", .tail = "\n\n[a]: b\n"},
    {.repeat = "![", .again = "]", .tail = "\n\n[a]: b\n"},
    {.repeat = "[\n", .again = "]", .tail = "\n\n[a]: b\n"},
    {.repeat = "[*", .again = "]*", .tail = "\n\n[a]: b\n"},
    {.repeat = "[`a`", .again = "]", .tail = "\n\n[a]: b\n"},
    {.repeat = "[\\]", .again = "]", .tail = "\n\n[a]: b\n"},
    {.head = "> ", .repeat = "[", .again = "]", .tail = "\n\n[a]: b\n"},
    {.head = "- [ ] ", .repeat = "[", .again = "]", .tail = "\n\n[a]: b\n"},
    {.head = "# ", .repeat = "[", .again = "]", .tail = "\n\n[a]: b\n"},
    {.repeat = "[", .again = "]"},
    {.repeat = "["},
    {.repeat = "]"},
    {.repeat = "[a]"},
    {.repeat = "[a] ", .tail = "\n\n[a]: b\n"},
    {.head = "[x]: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n\n", .repeat = "[x]"},
    {.head = "[x]: <", .repeat = "y", .middle = ">\n\n", .again = "[x]"},
    {.head = "[x]: y '", .repeat = "z", .middle = "'\n\n", .again = "[x]"},
    {.repeat = "[a]: b\n"},
    {.repeat = "[a](b"},
    {.repeat = "[a](<b"},
    {.repeat = "[a](b \""},
    {.repeat = "[a](b ("},
    {.repeat = "[]("},
    {.repeat = "![](a)"},
    {.repeat = "!["},
    {.repeat = "](\\[\n"},
    {.repeat = "[](\\[\n"},
    {.repeat = "www._"},
    {.repeat = "www."},
    {.repeat = "www.a.b("},
    {.repeat = "www.a.b "},
    {.repeat = "http://"},
    {.repeat = "http://a.b("},
    {.repeat = "http://a.b "},
    {.repeat = "https://a.b/c\n"},
    {.repeat = "ftp://a.b("},
    {.repeat = "a@b.c"},
    {.repeat = "a@b.c "},
    {.repeat = "a@b_"},
    {.repeat = "a_@"},
    {.repeat = "<a@b.c"},
    {.repeat = "<http://"},
    {.repeat = "<"},
    {.repeat = "<a "},
    {.repeat = "<!--"},
    {.repeat = "<?"},
    {.repeat = "<![CDATA["},
    {.repeat = "&"},
    {.repeat = "&a"},
    {.repeat = "&#1"},
    {.repeat = "&#x10ffff;"},
    {.repeat = "&amp;"},
    {.repeat = "\""},
    {.repeat = "*a "},
    {.repeat = "*a **b "},
    {.repeat = "a**b"},
    {.repeat = "*", .middle = "a", .again = "*"},
    {.repeat = "*a_ "},
    {.repeat = "_a__b "},
    {.repeat = "~a~~ "},
    {.repeat = "`"},
    {.repeat = "`a"},
    {.repeat = "``a`"},
    {.repeat = "\\"},
    {.repeat = "a  \n"},
    {.repeat = ">"},
    {.repeat = "> ", .again = "a\n"},
    {.repeat = ">", .middle = "a\n", .again = ">\n"},
    {.repeat = "- "},
    {.repeat = "- ", .middle = "a", .again = "\n a"},
    {.repeat = "- [ ] "},
    {.repeat = "1. "},
    {.repeat = "* a\n\n"},
    {.repeat = "* a\n *b\n"},
    {.repeat = "- [ ] [a](demo:gc)\n"},
    {.repeat = "[a](demo:gc)\n\n"},
    {.repeat = "# a\n"},
    {.repeat = "a\n-\n"},
    {.repeat = "# item-1-text\n"},
    {.head = "# ", .repeat = "long ", .middle = "\n", .again = "## b\n- [ ] a\n"},
    {.repeat = "> [!trap] a\n\n"},
    {.repeat = "> [!trap] "},
    {.repeat = "|"},
    {.repeat = "a|\n-|\n"},
    {.repeat = "a|", .middle = "\n", .again = "---|"},
    {.head = "|a\n---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---\n",
     .repeat = "x\n"},
    {.repeat = "|a", .middle = "|\n|-", .again = "|-"},
    {.repeat = "```\n"},
    {.repeat = "~~~a\n"},
    {.repeat = "    a\n"},
    {.repeat = "\t"},
    {.repeat = "\r"},
    {.repeat = "\xe4\xb8\xad"},
    {.repeat = "\xef\xbf\xbe"},
    {.repeat = "e\xcc\x81"},
    {.head = "- [ ] ", .repeat = "\xe2\x80\xaf\xcc\x81"},
    {.head = "- [ ] a ^", .repeat = "b"},
};

static void add_times(struct text *t, const char *bytes, size_t n)
{
    size_t len = bytes ? strlen(bytes) : 0;
    for (size_t i = 0; len && i < n; i++)
        text_add(t, bytes, len);
}

/* About `size` bytes of the pattern. */
static void build(const struct pattern *p, size_t size, struct text *t)
{
    size_t unit = strlen(p->repeat) + (p->again ? strlen(p->again) : 0);
    add_times(t, p->head, 1);
    add_times(t, p->repeat, size / unit);
    add_times(t, p->middle, 1);
    add_times(t, p->again, size / unit);
    add_times(t, p->tail, 1);
}

static size_t html_len(const struct note *note)
{
    size_t len = 0;
    for (size_t i = 0; i < note->n_parts; i++)
        len += note->parts[i].len;
    return len;
}

static void assert_bounded(const struct text *t, const char *name)
{
    struct note *note = NULL;
    struct err err = {0};
    int r = parse_bytes(t->data, t->len, &note, &err);
    if (r < 0) {
        bool is_limit = r == -ETIME || r == -EFBIG || (r == -EINVAL && strstr(err.text, "empty"));
        if (!is_limit || !err.text[0])
            fail_msg("%.20s: %d %s", name, r, err.text);
        return;
    }
    struct scanner scanner;
    if (!html_is_safe(note, &scanner))
        fail_msg("%.20s: %s", name, scanner.why);
    assert_true(html_len(note) <= NOTE_HTML_MAX);
    note_unref(note);
}

static void every_pattern_stays_within_the_limits(void **state)
{
    (void)state;
    static const size_t sizes[] = {1000, 60000, NOTE_BYTES_MAX - 200};
    for (size_t i = 0; i < ARRAY_LEN(patterns); i++)
        for (size_t k = 0; k < ARRAY_LEN(sizes); k++) {
            struct text t = {0};
            build(&patterns[i], sizes[k], &t);
            assert_bounded(&t, patterns[i].repeat);
            text_free(&t);
        }
}

static int parse_text(const struct text *t, struct err *err)
{
    struct note *note = NULL;
    int r = parse_bytes(t->data, t->len, &note, err);
    note_unref(note);
    return r;
}

static void brackets_that_would_take_seconds_are_refused_beforehand(void **state)
{
    (void)state;
    struct text t = {0};
    struct err err = {0};
    text_puts(&t, "fine\n\n");
    build(&patterns[0], 64 << 10, &t);
    assert_int_equal(parse_text(&t, &err), -ETIME);
    assert_non_null(strstr(err.text, "line 3: too many brackets"));
    text_free(&t);
}

static struct note_warning only_warning(const char *markdown)
{
    struct note *note = parse(markdown);
    assert_int_equal(note->n_warnings, 1);
    struct note_warning warning = note->warnings[0];
    note_unref(note);
    return warning;
}

static void brackets_that_nothing_closes_are_warned_of_with_line_column_and_count(void **state)
{
    (void)state;
    struct note_warning w = only_warning("# t\n\n中文 [a](b) [x] [[[[[ more\n[ ] [");
    assert_int_equal(w.line, 3);
    assert_int_equal(w.column, 15);
    assert_int_equal(w.unclosed, 6);
    w = only_warning("> - a\n>   - [ ] [[ [[\n\n[] [1, 2) [3, f(4)) [5)\n");
    assert_int_equal(w.line, 2);
    assert_int_equal(w.column, 11);
    assert_int_equal(w.unclosed, 4);
    w = only_warning("a | b\n---|---\n[[[ | [[[\n[[[[ | [[[\n");
    assert_int_equal(w.line, 4);
}

static void brackets_of_code_links_and_intervals_are_not_warned_of(void **state)
{
    (void)state;
    struct note *note = parse("```c\n[[[[[[\n```\n\n`[[[[[[` [[1, 2], [3]] \\[ \\[\n\n"
                              "[0,1) [1,2) [2,3) [3,4) [4,5)\n\n[a](b) [c](d) [e](f) [g](h)\n\n"
                              "[[[\n\n[[[\n\n    [[[[[\n");
    assert_int_equal(note->n_warnings, 0);
    note_unref(note);
}

static void warnings_are_few_however_many_reasons_there_are(void **state)
{
    (void)state;
    struct text t = {0};
    add_times(&t, "[[[[[\n\n", 1000);
    struct note *note = parse(t.data);
    assert_int_equal(note->n_warnings, NOTE_WARNINGS_MAX);
    note_unref(note);
    text_free(&t);
}

static void html_that_grows_without_end_is_cut_off(void **state)
{
    (void)state;
    struct text t = {0};
    struct err err = {0};
    add_times(&t, "a|", 120);
    text_puts(&t, "\n");
    add_times(&t, "---|", 120);
    text_puts(&t, "\n");
    add_times(&t, "x\n", 200000);
    int r = parse_text(&t, &err);
    assert_true(r == -EFBIG || r == -ETIME); /* whichever comes first here */
    assert_non_null(strstr(err.text, ": line "));
    text_free(&t);
}

static void a_long_checklist_full_of_links_is_no_attack(void **state)
{
    (void)state;
    struct text t = {0};
    struct err err = {0};
    text_puts(&t, "[r]: https://example.com/\n\n");
    for (int i = 0; i < 1500; i++)
        text_printf(&t,
                    "- [ ] [item %d](https://example.com/%d) and [one][r] more [[%d]](x) `a[%d]`\n",
                    i, i, i, i);
    assert_int_equal(parse_text(&t, &err), 0);
    text_free(&t);
}

static void a_long_piece_of_code_full_of_brackets_is_no_attack(void **state)
{
    (void)state;
    struct text t = {0};
    struct err err = {0};
    text_puts(&t, "```c\n");
    for (int i = 0; i < 2000; i++)
        text_printf(&t, "    table[i][%d] = other[table[%d]]; /* https://example.com/ */\n", i, i);
    text_puts(&t, "```\n");
    assert_int_equal(parse_text(&t, &err), 0);
    text_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pattern_stays_within_the_limits),
        cmocka_unit_test(brackets_that_would_take_seconds_are_refused_beforehand),
        cmocka_unit_test(brackets_that_nothing_closes_are_warned_of_with_line_column_and_count),
        cmocka_unit_test(brackets_of_code_links_and_intervals_are_not_warned_of),
        cmocka_unit_test(warnings_are_few_however_many_reasons_there_are),
        cmocka_unit_test(html_that_grows_without_end_is_cut_off),
        cmocka_unit_test(a_long_checklist_full_of_links_is_no_attack),
        cmocka_unit_test(a_long_piece_of_code_full_of_brackets_is_no_attack),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
