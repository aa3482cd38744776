/* test_notes_normalise.c - which differences between two wordings do not count. */
#include "note_fixture.h"

static void assert_normal(const char *text, const char *expected)
{
    char *norm = note_normalise(text);
    assert_non_null(norm);
    assert_string_equal(norm, expected);
    free(norm);
}

static void ascii_case_is_folded(void **state)
{
    (void)state;
    assert_normal("GOGC Tuning", "gogc tuning");
    assert_normal("ÄÖ", "ÄÖ"); /* and only that */
}

static void white_space_collapses(void **state)
{
    (void)state;
    assert_normal("  a \t b\nc\xc2\xa0"
                  "d　e ",
                  "a b c d e");
}

static void white_space_beside_cjk_is_dropped(void **state)
{
    (void)state;
    assert_normal("GMP 模型", "gmp模型");
    assert_normal("GMP模型", "gmp模型");
    assert_normal("并发 调度 Go", "并发调度go");
}

static void full_width_forms_become_half_width(void **state)
{
    (void)state;
    assert_normal("判重，删除（空间换时间）：ＧＣ１", "判重,删除(空间换时间):gc1");
    assert_normal("“引号” ‘x’ 【注】一、二", "\"引号\" 'x'[注]一,二");
}

static void punctuation_at_the_end_is_dropped(void **state)
{
    (void)state;
    assert_normal("什么是 GC？", "什么是gc");
    assert_normal("What is GC?!...", "what is gc");
    assert_normal("C++", "c++");
    assert_normal("???", "???"); /* else it would be nothing */
    assert_normal("。", ".");
}

static void composed_and_decomposed_characters_are_the_same(void **state)
{
    (void)state;
    assert_normal("cafe\xcc\x81 x", "caf\xc3\xa9 x");
    assert_normal("\xe1\x84\x80\xe1\x85\xa1", "\xea\xb0\x80"); /* Hangul */
    assert_normal("か\xe3\x82\x99", "が");
}

static void control_characters_are_left_out(void **state)
{
    (void)state;
    assert_normal("a\x01"
                  "b\x7f",
                  "ab");
}

static void opposite_orders_stay_different(void **state)
{
    (void)state;
    char *a = note_normalise("先更新数据库再删缓存"), *b = note_normalise("先删缓存再更新数据库");
    assert_string_not_equal(a, b);
    free(a);
    free(b);
}

static void nothing_stays_nothing(void **state)
{
    (void)state;
    assert_normal("", "");
    assert_normal(" \n", "");
}

static void normalising_twice_changes_nothing(void **state)
{
    (void)state;
    const char *const texts[] = {"GMP 模型：是什么？", "Cafe\xcc\x81 ， A", "a . b .", "１ ２"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        char *once = note_normalise(texts[i]);
        assert_normal(once, once);
        free(once);
    }
}

/* Text is read in sixteens, whose edges must not matter. */
static void words_are_folded_alike_wherever_they_stand(void **state)
{
    (void)state;
    static const char before[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    for (int n = 1; n < 40; n++) {
        char text[200], norm[200];
        snprintf(text, sizeof text, "%.*s  B 缓存 穿透击穿 雪崩C D，E\x7f F ", n, before);
        snprintf(norm, sizeof norm, "%.*s b缓存穿透击穿雪崩c d,e f", n, before);
        assert_normal(text, norm);
        snprintf(text, sizeof text, "- [ ] %.*s  B `C`\tD\x7f\x01 E", n, before);
        snprintf(norm, sizeof norm, "%.*s B C D E", n, before);
        struct note *note = parse(text);
        assert_string_equal(note->items[0].text, norm);
        note_unref(note);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ascii_case_is_folded),
        cmocka_unit_test(white_space_collapses),
        cmocka_unit_test(white_space_beside_cjk_is_dropped),
        cmocka_unit_test(full_width_forms_become_half_width),
        cmocka_unit_test(punctuation_at_the_end_is_dropped),
        cmocka_unit_test(composed_and_decomposed_characters_are_the_same),
        cmocka_unit_test(control_characters_are_left_out),
        cmocka_unit_test(opposite_orders_stay_different),
        cmocka_unit_test(nothing_stays_nothing),
        cmocka_unit_test(normalising_twice_changes_nothing),
        cmocka_unit_test(words_are_folded_alike_wherever_they_stand),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
