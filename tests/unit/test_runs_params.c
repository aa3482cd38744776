/* The parameters that a reader may enter: as JSON, as text, and by a preset. */
#include "catalogue_fixture.h"

struct loaded {
    struct folder folder;
    struct catalogue *catalogue;
    const struct demo *demo;
};

static int load(void **state)
{
    struct loaded *loaded = calloc(1, sizeof *loaded);
    loaded->catalogue = catalogue_with(&loaded->folder, NULL, NULL);
    loaded->demo = catalogue_find(loaded->catalogue, "selftest");
    *state = loaded;
    return 0;
}

static int unload(void **state)
{
    struct loaded *loaded = *state;
    catalogue_free(loaded->catalogue);
    folder_remove(&loaded->folder);
    free(loaded);
    return 0;
}

static const struct demo *demo_of(void **state)
{
    return ((struct loaded *)*state)->demo;
}

static void assert_full(json_t *full, const char *want)
{
    char *text = json_dumps(full, JSON_COMPACT);
    assert_string_equal(text, want);
    free(text);
    json_decref(full);
}

static void no_parameters_are_all_defaults(void **state)
{
    json_t *full;
    struct err err = {0};
    assert_int_equal(demo_params_check(demo_of(state), NULL, &full, &err), 0);
    assert_full(full, "{\"act\":\"ok\",\"n\":0,\"tag\":0,\"ratio\":0.5,\"loud\":false}");
}

static void given_parameters_replace_defaults_and_whole_reals_are_integers(void **state)
{
    json_t *given = json_loads("{\"loud\":true,\"n\":5.0,\"ratio\":1,\"act\":\"sleep\"}", 0, NULL);
    json_t *full;
    struct err err = {0};
    assert_int_equal(demo_params_check(demo_of(state), given, &full, &err), 0);
    assert_full(full, "{\"act\":\"sleep\",\"n\":5,\"tag\":0,\"ratio\":1.0,\"loud\":true}");
    json_decref(given);
}

static const struct {
    const char *params, *field, *says;
} refused[] = {
    {"[]", "params", "params must be an object"},
    {"{\"m\":1}", "params.m", "selftest has no parameter m"},
    {"{\"<b>\":1}", "params", "selftest has no parameter of that name"},
    {"{\"\":1}", "params", "no parameter of that name"},
    {"{\"n\":-1}", "params.n", "params.n must be an integer from 0 to 100000000, not -1"},
    {"{\"n\":100000001}", "params.n", "from 0 to 100000000, not 100000001"},
    {"{\"n\":9223372036854775807}", "params.n", "not 9223372036854775807"},
    {"{\"n\":1.5}", "params.n", "must be an integer from 0 to 100000000, not 1.5"},
    {"{\"n\":1e300}", "params.n", "must be an integer"},
    {"{\"n\":\"5\"}", "params.n", "must be an integer from 0 to 100000000, not \"5\""},
    {"{\"n\":null}", "params.n", "not null"},
    {"{\"n\":true}", "params.n", "not true"},
    {"{\"n\":[[[]]]}", "params.n", "not [[[]]]"},
    {"{\"ratio\":1.0001}", "params.ratio", "must be a number from 0 to 1, not 1.0001"},
    {"{\"loud\":1}", "params.loud", "params.loud must be true or false, not 1"},
    {"{\"act\":\"dance\"}", "params.act", "params.act must be one of ok, exit, crash"},
    {"{\"act\":0}", "params.act", "must be one of"},
    {"{\"n\":\"这是一个很长很长很长很长很长很长很长的字符串\"}", "params.n", "…"},
};

static void a_bad_parameter_is_refused_with_its_name_and_range(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
        json_t *given = json_loads(refused[i].params, 0, NULL), *full;
        struct err err = {0};
        if (demo_params_check(demo_of(state), given, &full, &err) != -EINVAL)
            fail_msg("taken: %s", refused[i].params);
        assert_string_equal(err.field, refused[i].field);
        if (!strstr(err.text, refused[i].says))
            fail_msg("%s: %s", refused[i].params, err.text);
        assert_int_equal(utf8_valid_len(err.text, strlen(err.text)), strlen(err.text));
        json_decref(given);
    }
}

static int check_pair(void **state, const char *name, const char *value, json_t **ret,
                      struct err *err)
{
    return demo_params_from_strings(demo_of(state), &name, &value, 1, ret, err);
}

static void text_is_read_by_the_type_of_its_parameter(void **state)
{
    const char *names[] = {"n", "ratio", "loud", "act"};
    const char *values[] = {"42", "1e-1", "true", "exit"};
    json_t *full;
    struct err err = {0};
    assert_int_equal(demo_params_from_strings(demo_of(state), names, values, 4, &full, &err), 0);
    assert_full(
        full, "{\"act\":\"exit\",\"n\":42,\"tag\":0,\"ratio\":0.10000000000000001,\"loud\":true}");
}

static void a_preset_is_applied_before_what_stands_beside_it(void **state)
{
    const char *names[] = {"n", "preset"}, *values[] = {"3", "ten-lines"};
    json_t *full;
    struct err err = {0};
    assert_int_equal(demo_params_from_strings(demo_of(state), names, values, 2, &full, &err), 0);
    assert_int_equal(json_integer_value(json_object_get(full, "n")), 3);
    json_decref(full);
    assert_int_equal(
        demo_params_from_strings(demo_of(state), names + 1, values + 1, 1, &full, &err), 0);
    assert_int_equal(json_integer_value(json_object_get(full, "n")), 10);
    json_decref(full);
    assert_int_equal(check_pair(state, "preset", "none", &full, &err), -EINVAL);
    assert_string_equal(err.field, "params.preset");
}

static void bad_text_is_refused(void **state)
{
    static const char *const pairs[][2] = {
        {"n", ""},         {"n", "1 "},      {"n", "0x10000000"}, {"n", "99999999999999999999"},
        {"n", "1.5"},      {"ratio", "nan"}, {"ratio", "inf"},    {"ratio", "1e999"},
        {"ratio", "half"}, {"loud", "yes"},  {"act", "exit "},    {"act", ""},
        {"m", "1"},        {"n", "\xff"},    {"\xff", "1"},
    };
    for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
        json_t *full;
        struct err err = {0};
        if (check_pair(state, pairs[i][0], pairs[i][1], &full, &err) != -EINVAL)
            fail_msg("taken: %s=%s", pairs[i][0], pairs[i][1]);
        assert_true(err.text[0] != '\0');
    }
}

#define RUN_TEST(f) cmocka_unit_test_setup_teardown(f, load, unload)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN_TEST(no_parameters_are_all_defaults),
        RUN_TEST(given_parameters_replace_defaults_and_whole_reals_are_integers),
        RUN_TEST(a_bad_parameter_is_refused_with_its_name_and_range),
        RUN_TEST(text_is_read_by_the_type_of_its_parameter),
        RUN_TEST(a_preset_is_applied_before_what_stands_beside_it),
        RUN_TEST(bad_text_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
