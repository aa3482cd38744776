/* test_notes_spec.c - runs the examples of tests/spec/NAME.md: each is a block
 *
 *     ````example
 *     Markdown
 *     .
 *     HTML, with {item 0} and {demo 0} for the holes
 *     ````
 *
 * The name of the test is the file's. All examples of a file are tried, and all that fail are told.
 */
#include "note_fixture.h"

#include <dirent.h>

#include "base/util.h"
#include "html_scanner.h"

static const char fence[] = "````example\n", separator[] = "\n.\n", end_fence[] = "\n````\n";

static size_t line_of(const char *text, const char *at)
{
    size_t line = 1;
    for (const char *p = text; p < at; p++)
        line += *p == '\n';
    return line;
}

/* One example from `p`, just behind its fence. Returns what follows it. */
static const char *run_example(const char *file, const char *text, const char *p, int *failures)
{
    const char *dot = strstr(p, separator), *end = strstr(p, end_fence);
    if (!dot || !end || dot > end)
        fail_msg("%s:%zu: an example without an end", file, line_of(text, p));
    struct note *note = NULL;
    struct err err = {0};
    struct scanner scanner = {0};
    char *shown = NULL;
    size_t len = (size_t)(dot + 1 - p);
    const char *html = dot + strlen(separator);
    size_t html_len = end > html ? (size_t)(end + 1 - html) : 0;
    if (parse_bytes(p, len, &note, &err) == 0)
        shown = show(note);
    bool same = shown && strlen(shown) == html_len && memcmp(shown, html, html_len) == 0;
    bool safe = note && html_is_safe(note, &scanner);
    if (!same || !safe) {
        print_error("%s:%zu: %s\n%s\n", file, line_of(text, p), same ? scanner.why : "got",
                    shown ? shown : err.text);
        ++*failures;
    }
    free(shown);
    note_unref(note);
    return end + strlen(end_fence);
}

static void the_examples_hold(void **state)
{
    const char *file = *state;
    char *text;
    size_t len;
    struct err err = {0};
    if (file_read(file, 1 << 20, 1, &text, &len, &err) < 0)
        fail_msg("%s", err.text);
    int failures = 0, examples = 0;
    for (const char *p = text; (p = strstr(p, fence)); examples++)
        p = run_example(file, text, p + strlen(fence), &failures);
    free(text);
    assert_int_equal(failures, 0);
    assert_int_not_equal(examples, 0);
}

int main(void)
{
    static const char folder[] = PREPD_SOURCE "/tests/spec";
    struct CMUnitTest tests[64];
    size_t n = 0;
    DIR *dir = opendir(folder);
    for (struct dirent *entry; dir && n < 64 && (entry = readdir(dir));) {
        if (!strstr(entry->d_name, ".md"))
            continue;
        char *path;
        if (asprintf(&path, "%s/%s", folder, entry->d_name) < 0)
            abort();
        tests[n++] = (struct CMUnitTest){
            .name = path + sizeof folder, .test_func = the_examples_hold, .initial_state = path};
    }
    if (dir)
        closedir(dir);
    int failed = n == 0 || _cmocka_run_group_tests("spec", tests, n, NULL, NULL);
    for (size_t i = 0; i < n; i++)
        free(tests[i].initial_state);
    return failed;
}
