/* Text, HTML, errors, UTF-8: what everything that prepd writes goes through. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/err.h"
#include "base/html.h"
#include "base/text.h"
#include "base/util.h"

static void a_text_grows_by_what_is_added(void **state)
{
    (void)state;
    struct text text = {0};
    for (int i = 0; i < 10000; i++)
        text_printf(&text, "%d,", i);
    assert_false(text.failed);
    assert_int_equal(text.len, 48890);
    assert_int_equal(strlen(text.data), text.len);
    assert_memory_equal(text.data + text.len - 5, "9999,", 5);
    text_free(&text);
}

static void an_empty_text_is_stolen_as_an_empty_string(void **state)
{
    (void)state;
    struct text text = {0};
    size_t len = 7;
    char *string = text_steal(&text, &len);
    assert_string_equal(string, "");
    assert_int_equal(len, 0);
    free(string);
}

static void a_text_that_cannot_grow_stays_failed_and_is_stolen_as_null(void **state)
{
    (void)state;
    struct text text = {0};
    text_puts(&text, "kept");
    assert_null(text_reserve(&text, SIZE_MAX - 2));
    text_puts(&text, "lost");
    assert_true(text.failed);
    assert_null(text_steal(&text, NULL));
}

static void html_printf_escapes_arguments_and_leaves_the_format(void **state)
{
    (void)state;
    struct text text = {0};
    html_printf(&text, "<a href=\"/%s\">%s</a>", "x\"y", "<b>&'c'");
    assert_string_equal(text.data, "<a href=\"/x&quot;y\">&lt;b&gt;&amp;&#39;c&#39;</a>");
    text_free(&text);
}

static void html_printf_formats_numbers_like_printf(void **state)
{
    (void)state;
    struct text text = {0};
    html_printf(&text, "%d|%5d|%-3u|%02x|%zu|%lld|%.2f|%g|%%|%c|%.*s|%.2s", -7, 42, 8u, 10u,
                (size_t)9, -5LL, 1.005, 0.25, '<', 2, "abc", "xyz");
    assert_string_equal(text.data, "-7|   42|8  |0a|9|-5|1.00|0.25|%|&lt;|ab|xy");
    text_free(&text);
}

static void html_printf_writes_nothing_for_a_null_string(void **state)
{
    (void)state;
    struct text text = {0};
    const char *volatile none = NULL; /* volatile: the compiler would warn of what is tried here */
    html_printf(&text, "[%s]", none);
    assert_string_equal(text.data, "[]");
    text_free(&text);
}

static void url_escape_keeps_only_unreserved_characters(void **state)
{
    (void)state;
    struct text text = {0};
    const char *path = "a-b_c.~/缓 ?";
    url_escape(&text, path, strlen(path));
    assert_string_equal(text.data, "a-b_c.~%2F%E7%BC%93%20%3F");
    text_free(&text);
}

static void utf8_is_refused_at_the_first_bad_byte(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t valid;
    } cases[] = {
        {"plain", 5},
        {"内存", 6},
        {"\xf0\x9f\x98\x80", 4},
        {"a\x80", 1},
        {"\xc0\xaf", 0},
        {"\xe0\x80\xaf", 0},
        {"\xed\xa0\x80", 0},
        {"\xf4\x90\x80\x80", 0},
        {"ok\xe5\x86", 2},
        {"\xf5\x80\x80\x80", 0},
        {"\xff", 0},
        {"", 0},
        {"\xef\xbf\xbf", 3},
        {"\xf0\x80\x80\x80", 0},
        {"x\xc2", 1},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_equal(utf8_valid_len(cases[i].bytes, strlen(cases[i].bytes)), cases[i].valid);
}

/* `before` times the filler, the bytes in question, and the filler again, in a buffer of exactly
 * that size. */
static size_t valid_len_within(const char *filler, size_t before, const char *tried)
{
    struct text text = {0};
    for (size_t i = 0; i < before; i++)
        text_puts(&text, filler);
    text_puts(&text, tried);
    for (size_t i = 0; i < 20; i++)
        text_puts(&text, filler);
    char *exact = malloc(text.len);
    assert_non_null(exact);
    memcpy(exact, text.data, text.len);
    size_t valid = utf8_valid_len(exact, text.len);
    free(exact);
    text_free(&text);
    return valid;
}

/* It is checked in sixteens, whose edges must not matter. */
static void utf8_is_judged_alike_wherever_it_stands(void **state)
{
    (void)state;
    static const char *const fillers[] = {"a", "é", "缓", "a缓", "é缓"};
    static const char *const good[] = {
        "x", "é", "内", "\xe0\xa0\x80", "\xed\x9f\xbf", "\xee\x80\x80", "😀", "\xf4\x8f\xbf\xbf"};
    static const char *const bad[] = {"\x80",
                                      "\xc1\xbf",
                                      "\xc3x",
                                      "\xe5\x86x",
                                      "\xe0\x9f\xbf",
                                      "\xed\xa0\x80",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf8",
                                      "\xff"};
    for (size_t f = 0; f < ARRAY_LEN(fillers); f++)
        for (size_t before = 0; before < 40; before++) {
            size_t n = strlen(fillers[f]), from = before * n;
            for (size_t i = 0; i < ARRAY_LEN(good); i++)
                assert_int_equal(valid_len_within(fillers[f], before, good[i]),
                                 from + strlen(good[i]) + 20 * n);
            for (size_t i = 0; i < ARRAY_LEN(bad); i++)
                assert_int_equal(valid_len_within(fillers[f], before, bad[i]), from);
        }
}

static void an_error_too_long_is_cut_between_characters(void **state)
{
    (void)state;
    struct err err = {0};
    char long_text[2000] = "";
    for (int i = 0; i < 600; i++)
        strcat(long_text, "缓");
    assert_int_equal(err_set(&err, EINVAL, "%s", long_text), -EINVAL);
    assert_int_equal(utf8_valid_len(err.text, strlen(err.text)), strlen(err.text));
    assert_in_range(strlen(err.text), sizeof err.text - 4, sizeof err.text - 1);
}

static void a_prefix_says_where_an_error_happened(void **state)
{
    (void)state;
    struct err err = {0};
    err_field(&err, ERANGE, "params.n", "too large");
    assert_int_equal(err_prefix(&err, "demo %s", "gc"), -ERANGE);
    assert_string_equal(err.text, "demo gc: too large");
    assert_string_equal(err.field, "params.n");
}

static void ids_are_distinct_and_recognised(void **state)
{
    (void)state;
    char a[ID_SIZE], b[ID_SIZE];
    id_new(a);
    id_new(b);
    assert_true(id_is_valid(a));
    assert_string_not_equal(a, b);
    assert_false(id_is_valid("0123456789abcdef0123456789abcdeF"));
    assert_false(id_is_valid("0123"));
    assert_false(id_is_valid(""));
}

static void numbers_are_parsed_strictly(void **state)
{
    (void)state;
    uint64_t v = 0;
    assert_true(parse_u64("18446744073709551615", UINT64_MAX, &v));
    assert_true(v == UINT64_MAX);
    assert_true(parse_u64("0", 0, &v));
    static const char *const bad[] = {"",    "-1",
                                      "+1",  " 1",
                                      "1 ",  "01",
                                      "0x1", "18446744073709551616",
                                      "1e3", "99999999999999999999999"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(parse_u64(bad[i], UINT64_MAX, &v));
    assert_false(parse_u64("11", 10, &v));
}

static void a_fifo_or_folder_is_not_read_as_a_file(void **state)
{
    (void)state;
    char dir[] = "/tmp/prepd-test-XXXXXX", fifo[64];
    assert_non_null(mkdtemp(dir));
    snprintf(fifo, sizeof fifo, "%s/fifo", dir);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    struct err err = {0};
    char *data = NULL;
    size_t len;
    assert_int_equal(file_read(fifo, 100, 0, &data, &len, &err), -EINVAL);
    assert_int_equal(file_read(dir, 100, 0, &data, &len, &err), -EINVAL);
    assert_non_null(strstr(err.text, dir));
    unlink(fifo);
    rmdir(dir);
}

static void a_file_too_large_is_refused_with_its_size(void **state)
{
    (void)state;
    char path[] = "/tmp/prepd-test-XXXXXX";
    int fd = mkstemp(path);
    assert_int_equal(write(fd, "0123456789", 10), 10);
    close(fd);
    struct err err = {0};
    char *data = NULL;
    size_t len;
    assert_int_equal(file_read(path, 9, 0, &data, &len, &err), -EFBIG);
    assert_non_null(strstr(err.text, "10 bytes"));
    assert_int_equal(file_read(path, 10, 64, &data, &len, &err), 0);
    assert_int_equal(len, 10);
    for (int i = 0; i < 64; i++)
        assert_int_equal(data[10 + i], 0);
    free(data);
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_grows_by_what_is_added),
        cmocka_unit_test(an_empty_text_is_stolen_as_an_empty_string),
        cmocka_unit_test(a_text_that_cannot_grow_stays_failed_and_is_stolen_as_null),
        cmocka_unit_test(html_printf_escapes_arguments_and_leaves_the_format),
        cmocka_unit_test(html_printf_formats_numbers_like_printf),
        cmocka_unit_test(html_printf_writes_nothing_for_a_null_string),
        cmocka_unit_test(url_escape_keeps_only_unreserved_characters),
        cmocka_unit_test(utf8_is_refused_at_the_first_bad_byte),
        cmocka_unit_test(utf8_is_judged_alike_wherever_it_stands),
        cmocka_unit_test(an_error_too_long_is_cut_between_characters),
        cmocka_unit_test(a_prefix_says_where_an_error_happened),
        cmocka_unit_test(ids_are_distinct_and_recognised),
        cmocka_unit_test(numbers_are_parsed_strictly),
        cmocka_unit_test(a_fifo_or_folder_is_not_read_as_a_file),
        cmocka_unit_test(a_file_too_large_is_refused_with_its_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
