/* test_notes_parse.c - a note as a whole: items, headings, demos, callouts, errors. How Markdown
 * looks as HTML is told in tests/spec. */
#include "note_fixture.h"

#include <errno.h>

#include "base/util.h"
#include "html_scanner.h"

static const char filler[] = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz";

static void assert_safe(const struct note *note)
{
    struct scanner scanner;
    if (!html_is_safe(note, &scanner))
        fail_msg("%s", scanner.why);
}

/* Text is read in sixteens, whose edges must not matter. */
static void what_html_escapes_is_escaped_wherever_it_stands(void **state)
{
    (void)state;
    for (int before = 0; before < 40; before++)
        for (int between = 0; between < 20; between++) {
            char text[100], html[200];
            snprintf(text, sizeof text, "%.*s&%.*s\"<%.*s>", before, filler, between, filler,
                     between, filler);
            snprintf(html, sizeof html, "<p>%.*s&amp;%.*s&quot;&lt;%.*s&gt;</p>\n", before, filler,
                     between, filler, between, filler);
            assert_renders(text, html);
        }
}

/*** The notebook this project began with ***/

static struct note *notebook(void)
{
    char *bytes;
    size_t len;
    struct err err = {0};
    assert_int_equal(
        file_read(PREPD_FIXTURES "/notes/seed.txt", NOTE_BYTES_MAX, NOTE_PAD, &bytes, &len, &err),
        0);
    struct note *note;
    assert_int_equal(note_parse("seed.txt", bytes, len, NULL, &note, &err), 0);
    free(bytes);
    return note;
}

static void the_notebook_has_its_seventeen_items(void **state)
{
    (void)state;
    static const char *const texts[] = {"出现的原因",
                                        "解决方案",
                                        "具体案例",
                                        "内存区域",
                                        "内存管理单元",
                                        "内存组件",
                                        "内存分配原则",
                                        "总结",
                                        "GMP 模型",
                                        "channl 消息传递和时间通知",
                                        "sync.pool 对象复用 sync.pool深度揭秘",
                                        "逃逸分析 内存逃逸",
                                        "map",
                                        "sync.map",
                                        "是什么",
                                        "做什么",
                                        "boolfilter 布隆过滤"};
    struct note *note = notebook();
    assert_int_equal(note->n_items, 17);
    for (size_t i = 0; i < note->n_items; i++) {
        assert_string_equal(note->items[i].text, texts[i]);
        assert_false(note->items[i].checked);
    }
    assert_int_equal(note->items[13].line, 71); /* "- [ ]  sync.map" */
    assert_int_equal(note->items[14].line, 73); /* "-  [ ] 是什么" */
    assert_safe(note);
    note_unref(note);
}

static void the_notebook_has_nine_headings_and_no_title(void **state)
{
    (void)state;
    struct note *note = notebook();
    assert_int_equal(note->n_headings, 9);
    for (size_t i = 0; i < note->n_headings; i++)
        assert_int_equal(note->headings[i].level, 3);
    assert_string_equal(note->headings[0].text, "GC");
    assert_string_equal(note->headings[8].text, "radis和mysql 缓存一致性");
    assert_int_equal(note->headings[8].line, 87);
    assert_null(note->title);
    note_unref(note);
}

/*** Items ***/

static void an_item_knows_its_line_heading_and_state(void **state)
{
    (void)state;
    struct note *note = parse("# GC\n\n## Pacing\n\n- [ ] one\n- [x] two\n- [X] three\n");
    assert_int_equal(note->n_items, 3);
    assert_int_equal(note->items[1].line, 6);
    assert_string_equal(note->items[1].heading, "GC / Pacing");
    assert_string_equal(note->items[1].anchor, "pacing");
    assert_false(note->items[0].checked);
    assert_true(note->items[1].checked);
    assert_true(note->items[2].checked);
    note_unref(note);
}

static void a_heading_closes_the_deeper_ones_before_it(void **state)
{
    (void)state;
    struct note *note = parse("- [ ] z\n\n# A\n### B\n- [ ] x\n## C\n- [ ] y\n");
    assert_string_equal(note->items[0].heading, "");
    assert_string_equal(note->items[0].anchor, "");
    assert_string_equal(note->items[1].heading, "A / B");
    assert_string_equal(note->items[2].heading, "A / C");
    note_unref(note);
}

static void items_are_found_at_any_depth_and_in_any_list(void **state)
{
    (void)state;
    struct note *note =
        parse("- [ ] a\n  - [ ] b\n    1. [ ] c\n\n> * [ ] d\n\n- plain\n  + [ ] e\n");
    const char *const texts[] = {"a", "b", "c", "d", "e"};
    assert_int_equal(note->n_items, 5);
    for (size_t i = 0; i < 5; i++)
        assert_string_equal(note->items[i].text, texts[i]);
    assert_safe(note);
    note_unref(note);
}

static void extra_blanks_around_the_box_do_not_matter(void **state)
{
    (void)state;
    struct note *note = parse("- [ ] a\n-  [ ] b\n-   [ ]   c\n");
    assert_int_equal(note->n_items, 3);
    assert_string_equal(note->items[2].text, "c");
    note_unref(note);
}

static void an_items_text_is_its_first_paragraph_only(void **state)
{
    (void)state;
    struct note *note = parse(
        "- [ ] **first** `code`\n  goes on\n\n  second\n\n- [ ] next\n  ```\n  code\n  ```\n");
    assert_string_equal(note->items[0].text, "first code goes on");
    assert_string_equal(note->items[1].text, "next");
    note_unref(note);
}

static void an_explicit_id_is_taken_and_not_shown(void **state)
{
    (void)state;
    struct note *note =
        parse("- [ ] tight ^id-1\n- [ ] `x` **b** ^B2  \n\n1. [ ] loose ^c\n\n   more\n");
    assert_string_equal(note->items[0].slug, "id-1");
    assert_string_equal(note->items[0].text, "tight");
    assert_string_equal(note->items[1].slug, "B2");
    assert_string_equal(note->items[1].text, "x b");
    assert_string_equal(note->items[2].slug, "c");
    char *shown = show(note);
    assert_null(strchr(shown, '^'));
    free(shown);
    note_unref(note);
}

static void what_only_resembles_an_explicit_id_is_text(void **state)
{
    (void)state;
    const char *const items[] = {
        "- [ ] x^2\n",
        "- [ ] a ^b c\n",
        "- [ ] a \\^b\n",
        "- [ ] a `^b`\n",
        "- [ ] a ^\n",
        "- [ ] a ^b_c\n",
        "- [ ] a ^中\n",
        "- [ ] ^alone\n",
        "- [ ] a *^b*\n",
        "- [ ] a ^aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff12345\n",
    };
    for (size_t i = 0; i < sizeof items / sizeof *items; i++) {
        struct note *note = parse(items[i]);
        assert_null(note->items[0].slug);
        assert_non_null(strchr(note->items[0].text, '^'));
        note_unref(note);
    }
}

static void of_an_id_given_twice_the_first_item_keeps_it(void **state)
{
    (void)state;
    struct note *note = parse("- [ ] a ^x\n- [ ] b ^x\n- [ ] c ^y\n");
    assert_string_equal(note->items[0].slug, "x");
    assert_false(note->items[0].slug_twice);
    assert_null(note->items[1].slug);
    assert_true(note->items[1].slug_twice);
    assert_string_equal(note->items[1].text, "b");
    assert_string_equal(note->items[2].slug, "y");
    note_unref(note);
}

static void code_in_an_item_keeps_its_case_in_the_normalised_text(void **state)
{
    (void)state;
    struct note *note = parse("- [ ] The `GOMEMLIMIT` Variable\n");
    assert_string_equal(note->items[0].norm, "the GOMEMLIMIT variable");
    note_unref(note);
}

static void the_holes_come_in_the_order_of_the_items(void **state)
{
    (void)state;
    struct note *note = parse("- [ ] a\n- [ ] b\n\n[run](demo:gc)\n");
    size_t holes = 0;
    for (size_t i = 0; i < note->n_parts; i++)
        if (note->parts[i].kind == NOTE_ITEM)
            assert_int_equal(note->parts[i].index, holes++);
    assert_int_equal(holes, 2);
    assert_int_equal(note->parts[note->n_parts - 1].kind, NOTE_DEMO);
    note_unref(note);
}

/*** Headings and titles ***/

static void anchors_are_made_as_github_makes_them_and_are_unique(void **state)
{
    (void)state;
    struct note *note =
        parse("# Go 卖点\n## What's `sync.Pool`?\n## What's `sync.Pool`?\n## What's sync.Pool 1\n"
              "## ？！\n## item 0 text\n## ÄÖ_x - y\n## whats-syncpool-1\n");
    const char *const anchors[] = {
        "go-卖点", "whats-syncpool", "whats-syncpool-1", "whats-syncpool-1-1",
        "section", "item-0-text",    "äö_x---y",         "whats-syncpool-1-2"};
    assert_int_equal(note->n_headings, 8);
    for (size_t i = 0; i < 8; i++)
        if (i != 5)
            assert_string_equal(note->headings[i].anchor, anchors[i]);
    assert_string_not_equal(note->headings[5].anchor, anchors[5]); /* it is an item's */
    note_unref(note);
}

static void many_equal_headings_are_numbered_without_searching(void **state)
{
    (void)state;
    struct text many = {0};
    for (int i = 0; i < 20000; i++)
        text_puts(&many, "# a\n");
    struct note *note = parse(many.data);
    assert_string_equal(note->headings[19999].anchor, "a-19999");
    note_unref(note);
    text_free(&many);
}

static void the_title_is_the_first_heading_of_level_one(void **state)
{
    (void)state;
    struct note *note = parse("## before\n\n*GC* `Go`\n===\n\n# other\n");
    assert_string_equal(note->title, "GC Go");
    note_unref(note);
}

static void the_summary_is_the_first_paragraph_cut_at_a_character(void **state)
{
    (void)state;
    struct text t = {0};
    text_puts(&t, "# T\n\n[run](demo:gc)\n\n- [ ] item\n\n");
    for (int i = 0; i < 100; i++)
        text_puts(&t, "调度");
    struct note *note = parse(t.data);
    assert_int_equal(strlen(note->summary), 198);
    assert_int_equal(utf8_valid_len(note->summary, 198), 198);
    note_unref(note);
    text_free(&t);
}

static void a_callouts_title_is_no_summary(void **state)
{
    (void)state;
    struct note *note = parse("> [!short] 30 秒回答\n> Go 的 GC 是并发的。\n");
    assert_string_equal(note->summary, "Go 的 GC 是并发的。");
    note_unref(note);
}

/*** Demos ***/

static void a_demo_alone_in_its_paragraph_is_a_hole(void **state)
{
    (void)state;
    assert_renders("a\n\n[Run **it**](demo:gc?gogc=50&x=a%20b)\n\nb\n",
                   "<p>a</p>\n{demo 0}<p>b</p>\n");
    struct note *note = parse("\n[Run **it**](demo:gc?gogc=50&x=a%20b)\n");
    assert_string_equal(note->demos[0].id, "gc");
    assert_string_equal(note->demos[0].query, "gogc=50&x=a%20b");
    assert_string_equal(note->demos[0].label, "Run it");
    assert_int_equal(note->demos[0].line, 2);
    assert_true(note->demos[0].block);
    note_unref(note);
}

static void a_demo_among_text_is_a_link(void **state)
{
    (void)state;
    struct note *note =
        parse("See [it](demo:time_wait) run.\n\n- [ ] [x](demo:gc)\n\n[a](demo:gc) [b](demo:gc)\n");
    assert_int_equal(note->n_demos, 4);
    for (size_t i = 0; i < note->n_demos; i++)
        assert_false(note->demos[i].block);
    for (size_t i = 0; i < note->n_parts; i++)
        assert_int_not_equal(note->parts[i].kind, NOTE_DEMO);
    assert_safe(note);
    note_unref(note);
}

static void a_demo_with_an_impossible_name_is_only_text(void **state)
{
    (void)state;
    const char *const links[] = {"[x](demo:)",     "[x](demo:../gc)", "[x](demo:GC)",
                                 "[x](demo:g%63)", "[x](demo:-a)",    "[x](demo:a/b)"};
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        assert_renders(links[i], "<p>x</p>\n");
}

/*** The bytes ***/

static void a_byte_order_mark_is_passed_over(void **state)
{
    (void)state;
    struct note *note = parse("\xef\xbb\xbf# T\n");
    assert_string_equal(note->title, "T");
    note_unref(note);
}

static void a_digit_at_the_very_end_is_read_within_bounds(void **state)
{
    (void)state;
    assert_renders("8", "<p>8</p>\n");
}

static void equal_bytes_have_equal_revisions_and_others_do_not(void **state)
{
    (void)state;
    struct note *a = parse("- [ ] one"), *b = parse("- [ ] one"), *c = parse("- [ ] onf"),
                *d = parse("- [ ] one\n");
    assert_true(a->revision == b->revision);
    assert_true(a->revision != c->revision);
    assert_true(a->revision != d->revision);
    note_unref(a);
    note_unref(b);
    note_unref(c);
    note_unref(d);
}

static void a_note_lives_until_its_last_reference(void **state)
{
    (void)state;
    struct note *note = parse("# T\n");
    assert_ptr_equal(note_ref(note), note);
    note_unref(note);
    assert_string_equal(note->title, "T");
    note_unref(note);
    note_unref(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_html_escapes_is_escaped_wherever_it_stands),
        cmocka_unit_test(the_notebook_has_its_seventeen_items),
        cmocka_unit_test(the_notebook_has_nine_headings_and_no_title),
        cmocka_unit_test(an_item_knows_its_line_heading_and_state),
        cmocka_unit_test(a_heading_closes_the_deeper_ones_before_it),
        cmocka_unit_test(items_are_found_at_any_depth_and_in_any_list),
        cmocka_unit_test(extra_blanks_around_the_box_do_not_matter),
        cmocka_unit_test(an_items_text_is_its_first_paragraph_only),
        cmocka_unit_test(an_explicit_id_is_taken_and_not_shown),
        cmocka_unit_test(what_only_resembles_an_explicit_id_is_text),
        cmocka_unit_test(of_an_id_given_twice_the_first_item_keeps_it),
        cmocka_unit_test(code_in_an_item_keeps_its_case_in_the_normalised_text),
        cmocka_unit_test(the_holes_come_in_the_order_of_the_items),
        cmocka_unit_test(anchors_are_made_as_github_makes_them_and_are_unique),
        cmocka_unit_test(many_equal_headings_are_numbered_without_searching),
        cmocka_unit_test(the_title_is_the_first_heading_of_level_one),
        cmocka_unit_test(the_summary_is_the_first_paragraph_cut_at_a_character),
        cmocka_unit_test(a_callouts_title_is_no_summary),
        cmocka_unit_test(a_demo_alone_in_its_paragraph_is_a_hole),
        cmocka_unit_test(a_demo_among_text_is_a_link),
        cmocka_unit_test(a_demo_with_an_impossible_name_is_only_text),
        cmocka_unit_test(a_byte_order_mark_is_passed_over),
        cmocka_unit_test(a_digit_at_the_very_end_is_read_within_bounds),
        cmocka_unit_test(equal_bytes_have_equal_revisions_and_others_do_not),
        cmocka_unit_test(a_note_lives_until_its_last_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
