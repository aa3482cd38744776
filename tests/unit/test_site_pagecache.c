/* Pages that are kept: by revision, and by what they say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "site/pagecache.h"

static struct text text_of(const char *string)
{
    struct text text = {0};
    text_puts(&text, string);
    return text;
}

static struct http_page *same(struct pagecache *cache, const char *path, const char *string)
{
    struct text body = text_of(string);
    struct http_page *page = pagecache_same(cache, path, "text/html", &body);
    assert_non_null(page);
    assert_int_equal(body.len, 0);
    return page;
}

static void a_page_is_kept_as_long_as_both_revisions_stand(void **state)
{
    struct pagecache *cache = pagecache_new();
    struct text body = text_of("a");
    struct http_page *page = http_page_new("text/html", "no-cache", &body);
    (void)state;
    assert_int_equal(pagecache_put(cache, "/a", 1, 2, page), 0);
    assert_ptr_equal(pagecache_get(cache, "/a", 1, 2), page);
    assert_null(pagecache_get(cache, "/a", 1, 3));
    assert_null(pagecache_get(cache, "/a", 2, 2));
    assert_null(pagecache_get(cache, "/b", 1, 2));
    pagecache_free(cache);
}

static void a_page_written_again_is_the_one_that_is_kept(void **state)
{
    struct pagecache *cache = pagecache_new();
    (void)state;
    struct http_page *first = same(cache, "/demos", "<p>one");
    assert_ptr_equal(same(cache, "/demos", "<p>one"), first);
    struct http_page *other = same(cache, "/demos/gc", "<p>one");
    assert_ptr_not_equal(other, first);
    assert_ptr_equal(same(cache, "/demos", "<p>one"), first);
    pagecache_free(cache);
}

static void a_page_that_says_something_else_takes_the_place_of_the_last(void **state)
{
    struct pagecache *cache = pagecache_new();
    struct text one = text_of("<p>one"), two = text_of("<p>two");
    (void)state;
    same(cache, "/demos", "<p>one");
    struct http_page *page = same(cache, "/demos", "<p>two");
    assert_true(http_page_has(page, &two));
    assert_false(http_page_has(page, &one));
    assert_ptr_equal(same(cache, "/demos", "<p>two"), page);
    text_free(&one);
    text_free(&two);
    pagecache_free(cache);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_page_is_kept_as_long_as_both_revisions_stand),
        cmocka_unit_test(a_page_written_again_is_the_one_that_is_kept),
        cmocka_unit_test(a_page_that_says_something_else_takes_the_place_of_the_last),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
