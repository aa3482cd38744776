/* What a demo may print, line by line, against tests/fixtures/runs/selftest.json. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <string.h>

#include "base/util.h"
#include "runs/event.h"

static struct demo demo;

static int load(void **state)
{
    (void)state;
    demo.id = "selftest";
    demo.manifest = json_load_file(PREPD_FIXTURES "/runs/selftest.json", 0, NULL);
    return demo.manifest ? 0 : -1;
}

static int unload(void **state)
{
    (void)state;
    json_decref((json_t *)demo.manifest);
    return 0;
}

#define SPAN_TIME "{\"event\":\"span\",\"t\":1,\"view\":\"time\",\"lane\":\"p0\","
#define CELLS     "{\"event\":\"cells\",\"t\":1,\"view\":\"pages\","

/* Each is taken, and written again byte for byte. */
static const char *const good[] = {
    "{\"event\":\"sample\",\"t\":12.345,\"view\":\"line\",\"values\":{\"a\":4096,\"low\":0.1,"
    "\"high\":null}}",
    "{\"event\":\"sample\",\"t\":0,\"view\":\"line\",\"values\":{\"a\":-1e-30},\"x\":3}",
    "{\"event\":\"sample\",\"t\":1,\"view\":\"bars\",\"x\":\"map\",\"values\":{\"a\":1}}",
    "{\"event\":\"note\",\"t\":1,\"zh\":\"第 12 轮 GC 启动\",\"en\":\"cycle "
    "12\",\"level\":\"good\",\"anchor\":\"gc\"}",
    "{\"event\":\"note\",\"t\":1,\"zh\":\"\xe2\x80\xa8\xe2\x80\xa9\",\"en\":\"\\u0001\\n\x7f</"
    "script>\"}",
    SPAN_TIME "\"from\":1,\"to\":1,\"kind\":\"run\"}",
    SPAN_TIME "\"from\":1.5,\"to\":2,\"kind\":\"run\",\"label\":\"g1\",\"to_lane\":\"p1\"}",
    "{\"event\":\"span\",\"t\":1,\"view\":\"talk\",\"lane\":\"client\",\"to_lane\":\"server\","
    "\"from\":1,\"to\":2,\"kind\":\"syn\"}",
    CELLS "\"from\":0,\"runs\":[[\"clean\",99],[\"dirty\",1]]}",
    "{\"event\":\"row\",\"t\":1,\"view\":\"table\",\"values\":{\"name\":\"map\",\"value\":1.5}}",
    "{\"event\":\"metric\",\"t\":1,\"id\":\"value\",\"value\":1,\"expected\":2,\"low\":0,\"high\":"
    "3}",
    "{\"event\":\"check\",\"t\":1,\"id\":\"fine\",\"ok\":false,\"got\":\"1\",\"want\":2}",
    "{\"event\":\"progress\",\"t\":1,\"done\":1}",
};

static void a_good_line_is_written_again_as_it_was(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(good); i++) {
        struct event event;
        struct err err = {0};
        cleanup_text struct text out = {0};
        if (event_parse(&demo, good[i], strlen(good[i]), &event, &err) < 0)
            fail_msg("%s: %s", good[i], err.text);
        assert_non_null(strstr(good[i] + 10, event.kind));
        assert_int_equal(event_write(&event, &out), 0);
        /* jansson writes exponents in full; nothing else may change */
        if (!strstr(good[i], "1e-30"))
            assert_string_equal(out.data, good[i]);
        event_clear(&event);
    }
}

static void white_space_is_not_written_again(void **state)
{
    struct event event;
    struct err err = {0};
    cleanup_text struct text out = {0};
    const char *line = " { \"done\" : 0.5 ,\t\"event\": \"progress\", \"t\" : 1 } \r";
    (void)state;
    assert_int_equal(event_parse(&demo, line, strlen(line), &event, &err), 0);
    assert_int_equal(event_write(&event, &out), 0);
    assert_string_equal(out.data, "{\"done\":0.5,\"event\":\"progress\",\"t\":1}");
    event_clear(&event);
}

static const struct {
    const char *line, *says;
} bad[] = {
    {"", "not JSON"},
    {"hello", "not JSON at byte"},
    {"{\"event\":\"progress\",\"t\":1,\"done\":1", "not JSON"},
    {"{\"event\":\"progress\",\"t\":1,\"done\":1}{}", "not JSON"},
    {"{\"event\":\"progress\",\"t\":1,\"t\":2,\"done\":1}", "duplicate"},
    {"{\"event\":\"note\",\"t\":1,\"zh\":\"\\u0000\",\"en\":\"\"}", "not JSON"},
    {"{\"event\":\"note\",\"t\":1,\"zh\":\"\xff\",\"en\":\"\"}", "not UTF-8 at byte 29"},
    {"{\"event\":\"note\",\"t\":1,\"zh\":\"\xed\xa0\x80\",\"en\":\"\"}", "not UTF-8"},
    {"[]", "not a JSON object"},
    {"null", "not JSON"},
    {"{}", "event must be a kind"},
    {"{\"event\":1}", "event must be a kind"},
    {"{\"event\":\"exit\",\"t\":1,\"code\":0}", "event must be a kind that a demo may print"},
    {"{\"event\":\"start\",\"t\":1}", "event must be a kind"},
    {"{\"event\":\"progress\",\"done\":1}", "t is missing"},
    {"{\"event\":\"progress\",\"t\":-1,\"done\":1}", "t must be"},
    {"{\"event\":\"progress\",\"t\":\"1\",\"done\":1}", "t must be"},
    {"{\"event\":\"progress\",\"t\":1e999,\"done\":1}", "not JSON"},
    {"{\"event\":\"progress\",\"t\":NaN,\"done\":1}", "not JSON"},
    {"{\"event\":\"progress\",\"t\":1,\"done\":1.01}", "done must be a number from 0 to 1"},
    {"{\"event\":\"progress\",\"t\":1,\"done\":1,\"donne\":1}", "a progress has no field donne"},
    {"{\"event\":\"sample\",\"t\":1,\"values\":{\"a\":1}}", "view must be a view"},
    {"{\"event\":\"sample\",\"t\":1,\"view\":\"nope\",\"values\":{\"a\":1}}",
     "view must be a view"},
    {"{\"event\":\"sample\",\"t\":1,\"view\":[],\"values\":{\"a\":1}}", "view must be a view"},
    {"{\"event\":\"sample\",\"t\":1,\"view\":\"time\",\"values\":{\"a\":1}}",
     "does not feed a view of kind timeline"},
    {"{\"event\":\"sample\",\"t\":1,\"view\":\"line\",\"values\":{}}", "values must be"},
    {"{\"event\":\"sample\",\"t\":1,\"view\":\"line\",\"values\":{\"b\":1}}", "values must be"},
    {"{\"event\":\"sample\",\"t\":1,\"view\":\"line\",\"values\":{\"a\":\"1\"}}", "values must be"},
    {"{\"event\":\"sample\",\"t\":1,\"view\":\"line\",\"values\":[1]}", "values must be"},
    {"{\"event\":\"sample\",\"t\":1,\"view\":\"line\",\"values\":{\"a\":1},\"x\":\"one\"}",
     "x must be"},
    {"{\"event\":\"sample\",\"t\":1,\"view\":\"bars\",\"values\":{\"a\":1}}", "x is missing"},
    {"{\"event\":\"sample\",\"t\":1,\"view\":\"bars\",\"values\":{\"a\":1},\"x\":1}", "x must be"},
    {"{\"event\":\"note\",\"t\":1,\"zh\":\"x\"}", "en is missing"},
    {"{\"event\":\"note\",\"t\":1,\"zh\":\"x\",\"en\":\"x\",\"level\":\"loud\"}",
     "level must be info, good or bad"},
    {SPAN_TIME "\"from\":2,\"to\":1,\"kind\":\"run\"}", "to must not be before from"},
    {SPAN_TIME "\"from\":1,\"to\":2,\"kind\":\"walk\"}", "kind must be a kind of the view"},
    {SPAN_TIME "\"from\":1,\"to\":2,\"kind\":\"run\",\"to_lane\":\"p9\"}",
     "to_lane must be a lane"},
    {"{\"event\":\"span\",\"t\":1,\"view\":\"talk\",\"lane\":\"client\",\"from\":1,\"to\":2,"
     "\"kind\":\"syn\"}",
     "to_lane is missing"},
    {"{\"event\":\"span\",\"t\":1,\"view\":\"talk\",\"lane\":\"client\",\"to_lane\":\"server\","
     "\"from\":1,\"to\":2,\"kind\":\"<b>\"}",
     "kind must be"},
    {CELLS "\"from\":100,\"runs\":[[\"clean\",1]]}", "from must be the number of a cell"},
    {CELLS "\"from\":-1,\"runs\":[[\"clean\",1]]}", "from must be"},
    {CELLS "\"from\":0.5,\"runs\":[[\"clean\",1]]}", "from must be"},
    {CELLS "\"from\":0,\"runs\":[]}", "runs must be"},
    {CELLS "\"from\":0,\"runs\":[[\"clean\",0]]}", "runs must be"},
    {CELLS "\"from\":0,\"runs\":[[\"clean\",9223372036854775807],[\"clean\",9223372036854775807]]}",
     "runs must be"},
    {CELLS "\"from\":0,\"runs\":[[\"odd\",1]]}", "runs must be"},
    {CELLS "\"from\":0,\"runs\":[[\"clean\",1,1]]}", "runs must be"},
    {CELLS "\"from\":50,\"runs\":[[\"clean\",50],[\"dirty\",1]]}", "runs must not go beyond"},
    {"{\"event\":\"row\",\"t\":1,\"view\":\"table\",\"values\":{\"name\":true}}", "values must be"},
    {"{\"event\":\"metric\",\"t\":1,\"id\":\"other\",\"value\":1}", "id must be a metric"},
    {"{\"event\":\"metric\",\"t\":1,\"id\":\"value\",\"value\":null}", "value must be a number"},
    {"{\"event\":\"check\",\"t\":1,\"id\":\"fine\",\"ok\":1}", "ok must be true or false"},
    {"{\"event\":\"check\",\"t\":1,\"id\":\"fine\",\"ok\":true,\"got\":[]}", "got must be"},
};

static void a_bad_line_is_refused_with_the_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct event event;
        struct err err = {0};
        if (event_parse(&demo, bad[i].line, strlen(bad[i].line), &event, &err) != -EINVAL)
            fail_msg("taken: %s", bad[i].line);
        if (!strstr(err.text, bad[i].says))
            fail_msg("%s: %s, not %s", bad[i].line, err.text, bad[i].says);
        assert_int_equal(utf8_valid_len(err.text, strlen(err.text)), strlen(err.text));
    }
}

static void a_line_of_more_than_4096_bytes_is_refused(void **state)
{
    char line[EVENT_BYTES_MAX + 1];
    struct event event;
    struct err err = {0};
    (void)state;
    memset(line, ' ', sizeof line);
    memcpy(line, good[12], strlen(good[12]));
    assert_int_equal(event_parse(&demo, line, EVENT_BYTES_MAX, &event, &err), 0);
    event_clear(&event);
    assert_int_equal(event_parse(&demo, line, sizeof line, &event, &err), -EMSGSIZE);
}

static void a_line_nested_as_deep_as_it_fits_is_refused(void **state)
{
    char line[EVENT_BYTES_MAX];
    struct event event;
    struct err err = {0};
    (void)state;
    memset(line, '[', sizeof line);
    assert_int_equal(event_parse(&demo, line, sizeof line, &event, &err), -EINVAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_line_is_written_again_as_it_was),
        cmocka_unit_test(white_space_is_not_written_again),
        cmocka_unit_test(a_bad_line_is_refused_with_the_reason),
        cmocka_unit_test(a_line_of_more_than_4096_bytes_is_refused),
        cmocka_unit_test(a_line_nested_as_deep_as_it_fits_is_refused),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
