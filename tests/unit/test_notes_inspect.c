/* test_notes_inspect.c - where the walk says that things stand: each sight as "line:column kind
 * text". */
#include "note_fixture.h"

#include "base/util.h"
#include "notes/inspect.h"

struct seen {
    const char *bytes;
    struct text out;
    bool words; /* they are left out otherwise */
};

static const char *const kinds[] = {
    [SIGHT_HEADING] = "heading", [SIGHT_ITEM] = "item",        [SIGHT_ID] = "id",
    [SIGHT_IMAGE] = "image",     [SIGHT_LINK] = "link",        [SIGHT_DEMO] = "demo",
    [SIGHT_REFUSED] = "refused", [SIGHT_NO_LANGUAGE] = "bare", [SIGHT_WORDS] = "words",
};

static void see(const struct sight *sight, void *ud)
{
    struct seen *seen = ud;
    size_t line = 1, column = 1;
    for (size_t i = 0; i < sight->offset; i++) {
        column = seen->bytes[i] == '\n' ? 1 : column + 1;
        line += seen->bytes[i] == '\n';
    }
    if (sight->kind != SIGHT_WORDS || seen->words)
        text_printf(&seen->out, "%zu:%zu %s %.*s\n", line, column, kinds[sight->kind],
                    (int)sight->len, sight->text);
}

static void assert_walk(const char *markdown, bool words, const char *expected)
{
    size_t len = strlen(markdown);
    char *padded = calloc(1, len + NOTE_PAD);
    assert_non_null(padded);
    memcpy(padded, markdown, len);
    struct seen seen = {.bytes = padded, .words = words};
    assert_int_equal(note_inspect(padded, len, see, &seen), 0);
    assert_string_equal(seen.out.data ? seen.out.data : "", expected);
    text_free(&seen.out);
    free(padded);
}

static void headings_are_found_at_their_mark(void **state)
{
    (void)state;
    assert_walk("# a\n\n> - ## *b*\n\nc\nd\n===\n\n  ### \n\n#### `x` ##\n", false,
                "1:1 heading \n3:5 heading \n5:1 heading \n9:3 heading \n11:1 heading \n");
}

static void links_are_found_at_their_address(void **state)
{
    (void)state;
    assert_walk("[a](b.md) <http://x.y> [c][r] www.a.b *[d](<e f> \"t\")*\n\n[r]: #g\n", false,
                "1:5 link b.md\n3:6 link #g\n1:45 link e f\n");
    assert_walk("x [a](demo:gc?a=1&b=2) [b](demo:gc?x&amp;y) [](c\\d) [e]()\n", false,
                "1:7 demo demo:gc?a=1&b=2\n1:28 demo demo:gc?x&y\n1:48 link c\\d\n1:57 link \n");
    assert_walk("[a](javascript:x) [b ![c [d](e)](f)](g)\n", false,
                "1:5 refused javascript:x\n1:34 image \n");
}

static void items_and_their_ids_are_found(void **state)
{
    (void)state;
    assert_walk(
        "- [ ] a ^b\n- [x] `c ^d`\n\n  * [ ] e\n    f ^g \n\n    h ^i\n- [ ] *j* ^k\n- [ ] ^l\n",
        false,
        "1:3 item \n1:9 id b\n2:3 item \n4:5 item \n5:7 id g\n8:3 item \n8:11 id k\n"
        "9:3 item \n");
}

static void a_fence_without_language_is_found_even_if_it_is_empty(void **state)
{
    (void)state;
    assert_walk("```\n```\n\n~~~\n\n\n~~~\n```c\n```\n> ```\n>\n> a\n\n1. ```\n   ```\n", false,
                "1:1 bare \n4:1 bare \n10:3 bare \n14:4 bare \n");
}

static void words_are_prose_and_not_code(void **state)
{
    (void)state;
    assert_walk("a `b` *c*\nd\n\n    e\n\n| f | g |\n|---|---|\n| `h` | ![i](j) |\n", true,
                "1:1 words a \n1:6 words  \n1:8 words c\n2:1 words d\n6:3 words f\n6:7 words g\n"
                "8:14 image \n8:11 words i\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headings_are_found_at_their_mark),
        cmocka_unit_test(links_are_found_at_their_address),
        cmocka_unit_test(items_and_their_ids_are_found),
        cmocka_unit_test(a_fence_without_language_is_found_even_if_it_is_empty),
        cmocka_unit_test(words_are_prose_and_not_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
