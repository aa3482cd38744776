/* Files embedded by cmake/embed.cmake: fixtures/http/assets, put into this program when it was
 * built. */
#define TESTSERVER_ASSETS
#include "../http/testserver.h"

static struct served served;

static int start(void **state)
{
    (void)state;
    served = serve_start((struct http_options){0});
    return 0;
}

static int stop(void **state)
{
    (void)state;
    return serve_stop(&served);
}

static const struct asset *find(const char *name)
{
    for (size_t i = 0; i < embedded_assets_len; i++) {
        if (strcmp(embedded_assets[i].name, name) == 0)
            return &embedded_assets[i];
    }
    return NULL;
}

static void the_table_holds_the_folder_without_source_maps(void **state)
{
    (void)state;
    assert_int_equal(embedded_assets_len, 3);
    assert_non_null(find("app.js"));
    assert_non_null(find("fonts/mark.svg"));
    assert_null(find("app.js.map"));
}

static void the_bytes_are_those_of_the_file(void **state)
{
    const struct asset *asset = find("app.js");
    char *data;
    size_t len;
    (void)state;
    assert_int_equal(file_read(PREPD_FIXTURES "/http/assets/app.js", 1 << 20, 0, &data, &len, NULL),
                     0);
    assert_int_equal(asset->bytes_end - asset->bytes, len);
    assert_memory_equal(asset->bytes, data, len);
    free(data);
}

static void only_what_shrinks_is_kept_compressed(void **state)
{
    const struct asset *large = find("app.js"), *small = find("tiny.txt");
    (void)state;
    assert_true(large->gzip_end > large->gzip);
    assert_true(large->gzip_end - large->gzip < large->bytes_end - large->bytes);
    assert_ptr_equal(small->gzip, small->gzip_end);
}

static void a_url_names_the_content(void **state)
{
    const char *url = asset_url("fonts/mark.svg");
    (void)state;
    assert_int_equal(strlen(url), strlen("/assets/fonts/mark.01234567.svg"));
    assert_memory_equal(url, "/assets/fonts/mark.", 19);
    assert_string_equal(url + strlen(url) - 4, ".svg");
}

static void an_asset_is_served_for_ever_with_its_type(void **state)
{
    cleanup_text struct text plain = {0}, gzip = {0}, svg = {0};
    (void)state;
    client_exchange(&served, &plain, "GET %s HTTP/1.1\r\n\r\n", asset_url("app.js"));
    assert_int_equal(reply_status(&plain), 200);
    assert_non_null(strstr(plain.data, "\r\nContent-Type: text/javascript; charset=utf-8\r\n"));
    assert_non_null(
        strstr(plain.data, "\r\nCache-Control: public, max-age=31536000, immutable\r\n"));
    assert_non_null(strstr(plain.data, "\r\nETag: \""));
    assert_int_equal(strlen(reply_body(&plain)), find("app.js")->bytes_end - find("app.js")->bytes);
    client_exchange(&served, &gzip, "GET %s HTTP/1.1\r\nAccept-Encoding: gzip\r\n\r\n",
                    asset_url("app.js"));
    assert_non_null(strstr(gzip.data, "\r\nContent-Encoding: gzip\r\n"));
    assert_true(gzip.len < plain.len);
    client_exchange(&served, &svg, "GET %s HTTP/1.1\r\nAccept-Encoding: gzip\r\n\r\n",
                    asset_url("fonts/mark.svg"));
    assert_non_null(strstr(svg.data, "\r\nContent-Type: image/svg+xml\r\n"));
}

static void a_name_without_its_hash_is_not_found(void **state)
{
    cleanup_text struct text reply = {0};
    (void)state;
    client_exchange(&served, &reply, "GET /assets/app.js HTTP/1.1\r\n\r\n");
    assert_int_equal(reply_status(&reply), 404);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_holds_the_folder_without_source_maps),
        cmocka_unit_test(the_bytes_are_those_of_the_file),
        cmocka_unit_test(only_what_shrinks_is_kept_compressed),
        cmocka_unit_test(a_url_names_the_content),
        cmocka_unit_test(an_asset_is_served_for_ever_with_its_type),
        cmocka_unit_test(a_name_without_its_hash_is_not_found),
    };
    return cmocka_run_group_tests(tests, start, stop);
}
