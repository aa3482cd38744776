/* test_notes_refuse.c - what is no note: each is refused with the line and the reason. */
#include "note_fixture.h"

#include <errno.h>

#include "base/util.h"

static void assert_refused(const char *bytes, size_t len, int code, const char *why)
{
    struct note *note = NULL;
    struct err err = {0};
    assert_int_equal(parse_bytes(bytes, len, &note, &err), -code);
    assert_null(note);
    assert_int_equal(err.code, code);
    if (!strstr(err.text, why))
        fail_msg("\"%s\" does not say \"%s\"", err.text, why);
}

static void an_empty_note_is_refused(void **state)
{
    (void)state;
    assert_refused("", 0, EINVAL, "note.md: empty");
    assert_refused(" \n\t\r\n", 5, EINVAL, "empty");
}

static void bytes_that_are_no_text_are_refused_with_their_line(void **state)
{
    (void)state;
    assert_refused("a\nb\0c\n", 6, EINVAL, "line 2");
    assert_refused("a\n\nb\xff\n", 6, EINVAL, "line 3: not UTF-8");
    assert_refused("\xe4\xb8", 2, EINVAL, "line 1");
    assert_refused("\xed\xa0\x80", 3, EINVAL, "line 1");                   /* a surrogate */
    assert_refused("abcdefgh\xe0\x80\x80 abcdefgh", 20, EINVAL, "line 1"); /* an overlong form */
    assert_refused("PK\3\4\x14\0\0\0", 8, EINVAL, "NUL");
}

static void a_note_that_is_too_large_is_refused(void **state)
{
    (void)state;
    const size_t len = 10 << 20;
    char *bytes = malloc(len);
    assert_non_null(bytes);
    memset(bytes, 'a', len);
    assert_refused(bytes, len, EFBIG, "allowed");
    free(bytes);
}

static void a_note_with_too_many_items_is_refused(void **state)
{
    (void)state;
    struct text many = {0};
    for (int i = 0; i <= NOTE_ITEMS_MAX; i++)
        text_puts(&many, "- [ ] a\n");
    assert_refused(many.data, many.len, EFBIG, "items");
    text_free(&many);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_note_is_refused),
        cmocka_unit_test(bytes_that_are_no_text_are_refused_with_their_line),
        cmocka_unit_test(a_note_that_is_too_large_is_refused),
        cmocka_unit_test(a_note_with_too_many_items_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
