/* test_notes_xss.c - hostile notes: whatever is written, the page holds only what html_scanner.h
 * allows.
 *
 * tests/fixtures/notes/xss.txt holds the notes, between lines "%%". To add one, append it. */
#include "note_fixture.h"

#include "base/util.h"
#include "html_scanner.h"

static bool note_is_safe(const char *bytes, size_t len)
{
    struct note *note = NULL;
    struct err err = {0};
    struct scanner scanner = {0};
    int r = parse_bytes(bytes, len, &note, &err);
    bool safe = r < 0 || html_is_safe(note, &scanner); /* a refused note shows nothing */
    if (!safe)
        print_error("%s\n  in the page of:\n%.*s\n", scanner.why, (int)len, bytes);
    note_unref(note);
    return safe;
}

static void no_hostile_note_gets_through(void **state)
{
    (void)state;
    static const char separator[] = "\n%%\n";
    char *text;
    size_t len, notes = 0, unsafe = 0;
    struct err err = {0};
    assert_int_equal(file_read(PREPD_FIXTURES "/notes/xss.txt", 1 << 20, 1, &text, &len, &err), 0);
    for (char *note = text, *end; note; note = end ? end + strlen(separator) : NULL, notes++) {
        end = strstr(note, separator);
        unsafe += !note_is_safe(note, end ? (size_t)(end - note) : strlen(note));
    }
    free(text);
    assert_true(notes > 100);
    assert_int_equal(unsafe, 0);
}

/* The judge itself must see what it is there to see. */
static void the_scanner_sees_what_is_unsafe(void **state)
{
    (void)state;
    static const char *const pages[] = {
        "<script>x</script>",
        "<p onclick=\"x\">a</p>",
        "<a href=\"javascript:x\">a</a>",
        "<a href=\" JaVascript:x\">a</a>",
        "<a href=\"java&#115;cript:x\">a</a>",
        "<a href=\"data:x\">a</a>",
        "<img src=\"https://h/x\">",
        "<img src=\"//h/x\">",
        "<p>a",
        "</p>",
        "<em><strong>a</em></strong>",
        "a < b",
        "a > b",
        "a & b",
        "<a href=\"x\"onclick=\"y\">a</a>",
        "<p class=\"a\" style=\"b\">a</p>",
        "<a href=x>a</a>",
        "\xff",
        "<a title=\"a\"b\">a</a>",
    };
    for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
        struct note_part part = {.kind = NOTE_HTML, .html = pages[i], .len = strlen(pages[i])};
        struct note note = {.parts = &part, .n_parts = 1};
        struct scanner scanner;
        if (html_is_safe(&note, &scanner))
            fail_msg("passed: %s", pages[i]);
    }
}

static void a_refused_link_leaves_its_text(void **state)
{
    (void)state;
    assert_renders("[a *b*](javascript:x)", "<p>a <em>b</em></p>\n");
    assert_renders("![a](data:image/png;base64,x)", "<p>a</p>\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_hostile_note_gets_through),
        cmocka_unit_test(the_scanner_sees_what_is_unsafe),
        cmocka_unit_test(a_refused_link_leaves_its_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
