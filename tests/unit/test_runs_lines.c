/* Cutting what a demo prints into lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "runs/lines.h"

/* Writes each line as it came, between brackets; '!' marks one that was too long. */
struct taken {
    struct text text;
    int wanted; /* lines after which it has enough; 0: never */
    int n;
};

static bool take(void *ud, const char *bytes, size_t len, bool overlong)
{
    struct taken *taken = ud;
    text_char(&taken->text, '[');
    text_add(&taken->text, bytes, len < 20 ? len : 20);
    text_puts(&taken->text, overlong ? "!]" : "]");
    return ++taken->n != taken->wanted;
}

static void feed_in_pieces(struct taken *taken, const char *bytes, size_t len, size_t piece)
{
    struct lines *lines = calloc(1, sizeof *lines);
    struct line_taker taker = {.line = take, .ud = taken};
    for (size_t at = 0; at < len; at += piece)
        assert_true(lines_feed(lines, bytes + at, piece < len - at ? piece : len - at, &taker));
    assert_true(lines_end(lines, &taker));
    free(lines);
}

static void pieces_of_any_size_give_the_same_lines(void **state)
{
    const char bytes[] = "one\n\ntwo three\nfour\nlast";
    (void)state;
    for (size_t piece = 1; piece < sizeof bytes; piece++) {
        struct taken taken = {0};
        feed_in_pieces(&taken, bytes, sizeof bytes - 1, piece);
        assert_string_equal(taken.text.data, "[one][][two three][four][last]");
        text_free(&taken.text);
    }
}

static void a_line_may_have_exactly_the_most_bytes(void **state)
{
    size_t sizes[] = {1, 7, 4096, 4097, 9000};
    char *bytes = malloc(EVENT_BYTES_MAX + 3);
    (void)state;
    memset(bytes, 'x', EVENT_BYTES_MAX + 1);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct taken taken = {0};
        memcpy(bytes + EVENT_BYTES_MAX, "\nz", 2);
        feed_in_pieces(&taken, bytes, EVENT_BYTES_MAX + 2, sizes[i]);
        memcpy(bytes + EVENT_BYTES_MAX, "x\nz", 3);
        feed_in_pieces(&taken, bytes, EVENT_BYTES_MAX + 3, sizes[i]);
        assert_string_equal(taken.text.data, "[xxxxxxxxxxxxxxxxxxxx][z][xxxxxxxxxxxxxxxxxxxx!][z]");
        text_free(&taken.text);
    }
    free(bytes);
}

static void a_taker_that_has_enough_gets_no_more(void **state)
{
    struct lines *lines = calloc(1, sizeof *lines);
    struct taken taken = {.wanted = 2};
    struct line_taker taker = {.line = take, .ud = &taken};
    (void)state;
    assert_false(lines_feed(lines, "a\nb\nc\n", 6, &taker));
    assert_string_equal(taken.text.data, "[a][b]");
    text_free(&taken.text);
    free(lines);
}

static void no_output_is_no_line(void **state)
{
    struct taken taken = {0};
    (void)state;
    feed_in_pieces(&taken, "", 0, 1);
    assert_int_equal(taken.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_of_any_size_give_the_same_lines),
        cmocka_unit_test(a_line_may_have_exactly_the_most_bytes),
        cmocka_unit_test(a_taker_that_has_enough_gets_no_more),
        cmocka_unit_test(no_output_is_no_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
