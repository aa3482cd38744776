/* Demo folders, and manifests good and bad. */
#include "catalogue_fixture.h"

static void a_good_manifest_makes_an_available_demo(void **state)
{
    struct folder folder;
    struct catalogue *catalogue = catalogue_with(&folder, NULL, NULL);
    const struct demo *demo = catalogue_find(catalogue, "selftest");
    (void)state;
    assert_non_null(demo);
    assert_string_equal(demo->why, "");
    assert_true(demo->available);
    assert_int_equal(demo->needs, DEMO_NEEDS_NET | DEMO_NEEDS_FORK | DEMO_NEEDS_MEMFD);
    assert_true(demo->polite);
    assert_true(demo->cpu_seconds_max > demo->seconds_max);
    assert_int_equal(demo->seconds_max, 2);
    assert_int_equal(demo->memory_max, 256 << 20);
    assert_int_equal(demo->n_params, 5);
    assert_string_equal(demo->params[1].name, "n");
    assert_true(demo->params[1].max == 100000000);
    assert_int_equal(demo->program[0], '/');
    assert_null(catalogue_find(catalogue, "nothing"));
    catalogue_free(catalogue);
    folder_remove(&folder);
}

static const struct {
    const char *path, *value, *says;
} broken[] = {
    {"id", "\"other\"", "id must be the file's name"},
    {"id", "\"Selftest\"", "id must be a name"},
    {"id", "7", "id must be a name"},
    {"title", NULL, "title is missing"},
    {"title.en", NULL, "title.en is missing"},
    {"summary", "\"text\"", "summary must be an object"},
    {"topics", "[\"\"]", "topics[0] must be a note's slug"},
    {"needs", "[\"net\",\"root\"]", "needs[1] must be net, threads, fork or memfd"},
    {"needs", "{}", "needs must be a list"},
    {"limits", NULL, "limits is missing"},
    {"limits.seconds", "0", "limits.seconds must be an integer from 1 to 600"},
    {"limits.seconds", "601", "limits.seconds must be"},
    {"limits.seconds", "1.5", "limits.seconds must be"},
    {"limits.memory_mb", "1000000", "limits.memory_mb must be"},
    {"params.1.name", "\"act\"", "params[1] has the name of another"},
    {"params.1.name", "\"a b\"", "params[1].name must be a name"},
    {"params.1.name", "\"a123456789b123456789c123456789de\"", "params[1].name must be a name"},
    {"params.1.name", "\"preset\"", "params[1] is named preset"},
    {"params.1.type", "\"string\"", "params[1].type must be"},
    {"params.1.min", "\"0\"", "params[1].min must be an integer"},
    {"params.1.min", "0.5", "params[1].min must be an integer"},
    {"params.1.max", "-1", "params[1] has a min above its max"},
    {"params.1.max", NULL, "params[1].max must be an integer"},
    {"params.1.step", "0", "params[1] has a step"},
    {"params.1.scale", "\"cubic\"", "params[1].scale must be"},
    {"params.1.scale", "\"log\"", "params[1] has a log scale"},
    {"params.1.label", "\"n\"", "params[1].label must be an object"},
    {"params.1.default", NULL, "params[1].default is missing"},
    {"params.1.default", "-1", "a default is not allowed: params.n must be"},
    {"params.0.default", "\"nothing\"", "a default is not allowed: params.act must be one of"},
    {"params.0.values", "[]", "params[0].values must not be empty"},
    {"params.0.values.0.value", "\"a b\"", "params[0].values[0] must have a value"},
    {"params.0.values.1.value", "\"ok\"", "params[0].values[1] has the name"},
    {"params.4.default", "1", "a default is not allowed: params.loud must be true or false"},
    {"presets.0.id", "\"-x\"", "presets[0].id must be a name"},
    {"presets.0.params", "{\"n\":-5}", "presets[0]: params.n must be an integer from 0"},
    {"presets.0.params", "{\"m\":1}", "presets[0]: selftest has no parameter m"},
    {"presets.0.params", "[]", "presets[0] must have an object"},
    {"views.0.kind", "\"pie\"", "views[0].kind must be line"},
    {"views.0.series", "[]", "views[0].series must not be empty"},
    {"views.0.series.1.id", "\"a\"", "views[0].series[1] has the name"},
    {"views.0.series.0.band", "[\"low\"]", "views[0].series[0].band must be a list of two"},
    {"views.0.series.0.band", "[\"low\",\"top\"]", "views[0].series[0].band must name two"},
    {"views.0.series.1.hidden", "1", "views[0].series[1].hidden must be true or false"},
    {"views.0.x", "{\"scale\":1}", "views[0].x.scale must be"},
    {"views.1.id", "\"line\"", "views[1] has the name of another"},
    {"views.2.kinds", NULL, "views[2].kinds is missing"},
    {"views.3.lanes", NULL, "views[3].lanes is missing"},
    {"views.4.cells", "0", "views[4].cells must be an integer from 1"},
    {"views.4.states.0", "7", "views[4].states[0] must be an object"},
    {"views.5.columns", "\"name\"", "views[5].columns must be a list"},
    {"views.6.stacked", "1", "views[6].stacked must be true or false"},
    {"views.6.y.scale", "\"log\"", "views[6].stacked needs a linear y scale"},
    {"views.6.kind", "\"bars\"", "views[6].stacked is only for a line view"},
    {"views.6.series.0.band", "[\"b\",\"c\"]", "views[6].stacked allows no bands"},
    {"views.6.series", "[{\"id\":\"a\",\"label\":{\"zh\":\"a\",\"en\":\"a\"},\"dash\":true}]",
     "views[6].stacked needs a series that is not dashed"},
    {"metrics.0.id", NULL, "metrics[0].id is missing"},
    {"metrics.0.unit", "1", "metrics[0].unit must be a string"},
    {"checks", "[1]", "checks[0] must be an object"},
    {"real", "[\"x\"]", "real[0] must be an object"},
    {"sources", "[{\"file\":\"a.c\"}]", "sources[0].text is missing"},
#define NAME                "sysctls[0].name must be net.ipv4.NAME or net.core.somaxconn"
#define VALUE               "sysctls[0].value must be made of text, {PARAMETER} and {N+PARAMETER}"
#define SYSCTL(name, value) "[{\"name\":\"" name "\",\"value\":\"" value "\"}]"
    {"sysctls", "{}", "sysctls must be a list"},
    {"sysctls", "[{\"value\":\"1\"}]", "sysctls[0].name is missing"},
    {"sysctls", "[{\"name\":\"net.ipv4.tcp_sack\"}]", "sysctls[0].value is missing"},
    {"sysctls", "[{\"name\":\"net.ipv4.tcp_sack\",\"value\":1}]",
     "sysctls[0].value must be a string"},
    {"sysctls", SYSCTL("kernel.core_pattern", "1"), NAME},
    {"sysctls", SYSCTL("net.core.rmem_max", "1"), NAME},
    {"sysctls", SYSCTL("net.ipv4.", "1"), NAME},
    {"sysctls", SYSCTL("net.ipv4.conf.all.forwarding", "1"), NAME},
    {"sysctls", SYSCTL("net.ipv4.../kernel/domainname", "1"), NAME},
    {"sysctls", SYSCTL("net.ipv4.tcp_sack", "{nothing}"), VALUE},
    {"sysctls", SYSCTL("net.ipv4.tcp_sack", "{n"), VALUE},
    {"sysctls", SYSCTL("net.ipv4.tcp_sack", "{}"), VALUE},
    {"sysctls", SYSCTL("net.ipv4.tcp_sack", "{-1+n}"), VALUE},
    {"sysctls", SYSCTL("net.ipv4.tcp_sack", "{ratio}"), VALUE},
    {"sysctls", SYSCTL("net.ipv4.tcp_sack", "{1+loud}"), VALUE},
    {"sysctls", SYSCTL("net.ipv4.tcp_sack", "{1+act}"), VALUE},
};

static void a_broken_manifest_makes_its_demo_unavailable_and_says_where(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
        struct folder folder;
        struct catalogue *catalogue = catalogue_with(&folder, broken[i].path, broken[i].value);
        const struct demo *demo = catalogue_find(catalogue, "selftest");
        if (demo->available || !strstr(demo->why, broken[i].says))
            fail_msg("%s = %s: \"%s\", not \"%s\"", broken[i].path, broken[i].value, demo->why,
                     broken[i].says);
        const json_t *title = json_object_get(demo->manifest, "title");
        assert_string_equal(json_string_value(json_object_get(title, "en")), "selftest");
        catalogue_free(catalogue);
        folder_remove(&folder);
    }
}

/* Both changes, and what the manifest is then told. */
static void assert_refused(const char *needs, json_t *sysctls, const char *says)
{
    struct folder folder;
    json_t *manifest = fixture();
    change(manifest, "needs", needs);
    json_object_set_new(manifest, "sysctls", sysctls);
    struct catalogue *catalogue = catalogue_of_manifest(&folder, manifest);
    const struct demo *demo = catalogue_find(catalogue, "selftest");
    assert_false(demo->available);
    if (!strstr(demo->why, says))
        fail_msg("\"%s\", not \"%s\"", demo->why, says);
    catalogue_free(catalogue);
    folder_remove(&folder);
}

static json_t *many_sysctls(int n)
{
    json_t *list = json_array();
    for (int i = 0; i < n; i++) {
        char name[40];
        snprintf(name, sizeof name, "net.ipv4.setting_%d", i);
        json_array_append_new(list, json_pack("{s:s, s:s}", "name", name, "value", "1"));
    }
    return list;
}

static void settings_of_a_network_are_for_demos_that_have_one(void **state)
{
    (void)state;
    assert_refused("[\"fork\"]", many_sysctls(1), "sysctls are for demos that need net");
}

static void there_are_no_more_than_16_settings_and_each_only_once(void **state)
{
    json_t *twice = many_sysctls(1), *again = many_sysctls(1);
    (void)state;
    assert_refused("[\"net\"]", many_sysctls(17), "sysctls must not have more than 16 entries");
    json_array_extend(twice, again);
    json_decref(again);
    assert_refused("[\"net\"]", twice, "sysctls[1] has the name of another");
}

static void a_setting_is_made_of_text_and_parameters(void **state)
{
    struct folder folder;
    char setting[64], small[20];
    struct err err = {0};
    json_t *params, *given = json_pack("{s:i, s:b}", "n", 500, "loud", 1);
    (void)state;
    struct catalogue *catalogue = catalogue_with(
        &folder, "sysctls", SYSCTL("net.ipv4.ip_local_port_range", "10000 {9999+n} {loud}"));
    const struct demo *demo = catalogue_find(catalogue, "selftest");
    assert_string_equal(demo->why, "");
    assert_int_equal(demo_params_check(demo, given, &params, &err), 0);
    assert_int_equal(demo_sysctl_write(demo, 0, params, setting, sizeof setting), 0);
    assert_string_equal(setting, "net/ipv4/ip_local_port_range=10000 10499 1");
    assert_int_equal(demo_sysctl_write(demo, 0, params, small, sizeof small), -ENAMETOOLONG);
    json_decref(given);
    json_decref(params);
    catalogue_free(catalogue);
    folder_remove(&folder);
}

static void a_manifest_that_is_not_json_makes_its_demo_unavailable(void **state)
{
    const char *const texts[] = {"", "{", "[]", "{\"id\":\"a\",\"id\":\"a\"}", "\xff"};
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        struct folder folder;
        folder_make(&folder);
        folder_add(&folder, "selftest.json", texts[i], 0644);
        struct catalogue *catalogue = catalogue_of(&folder);
        assert_false(catalogue_find(catalogue, "selftest")->available);
        assert_non_null(strstr(catalogue_find(catalogue, "selftest")->why, "selftest.json: "));
        catalogue_free(catalogue);
        folder_remove(&folder);
    }
}

static void a_program_that_is_missing_or_no_program_makes_its_demo_unavailable(void **state)
{
    json_t *manifest = fixture();
    char *text = json_dumps(manifest, 0);
    struct folder folder;
    (void)state;
    folder_make(&folder);
    folder_add(&folder, "selftest.json", text, 0644);
    struct catalogue *catalogue = catalogue_of(&folder);
    assert_non_null(strstr(catalogue_find(catalogue, "selftest")->why, "No such file"));
    catalogue_free(catalogue);
    folder_add(&folder, "selftest", "", 0644);
    catalogue = catalogue_of(&folder);
    assert_non_null(strstr(catalogue_find(catalogue, "selftest")->why, "is not executable"));
    assert_false(catalogue_find(catalogue, "selftest")->available);
    catalogue_free(catalogue);
    folder_remove(&folder);
    free(text);
    json_decref(manifest);
}

static void demos_are_sorted_and_other_files_are_no_demos(void **state)
{
    struct folder folder;
    size_t n;
    (void)state;
    folder_make(&folder);
    folder_add(&folder, "pool.json", "{}", 0644);
    folder_add(&folder, "bloom.json", "{}", 0644);
    folder_add(&folder, "gc.json", "{}", 0644);
    folder_add(&folder, "README.md", "", 0644);
    folder_add(&folder, "Bad-Name.json", "{}", 0644);
    folder_add(&folder, ".json", "{}", 0644);
    struct catalogue *catalogue = catalogue_of(&folder);
    const struct demo *demos = catalogue_demos(catalogue, &n);
    assert_int_equal(n, 3);
    assert_string_equal(demos[0].id, "bloom");
    assert_string_equal(demos[2].id, "pool");
    catalogue_free(catalogue);
    folder_remove(&folder);
}

static void of_two_demos_of_one_name_the_first_folder_wins(void **state)
{
    struct folder first, second;
    struct catalogue *both;
    struct err err = {0};
    size_t n;
    (void)state;
    catalogue_free(catalogue_with(&second, NULL, NULL));
    catalogue_free(catalogue_with(&first, NULL, NULL));
    const char *dirs[] = {first.path, second.path};
    assert_int_equal(catalogue_load(dirs, 2, &both, &err), 0);
    assert_int_equal(strncmp(catalogue_demos(both, &n)->program, first.path, strlen(first.path)),
                     0);
    assert_int_equal(n, 1);
    catalogue_free(both);
    folder_remove(&first);
    folder_remove(&second);
}

static void a_folder_that_does_not_exist_is_an_error(void **state)
{
    const char *dirs[] = {"/nonexistent/demos"};
    struct catalogue *catalogue;
    struct err err = {0};
    (void)state;
    assert_int_equal(catalogue_load(dirs, 1, &catalogue, &err), -ENOENT);
    assert_non_null(strstr(err.text, "/nonexistent/demos"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_manifest_makes_an_available_demo),
        cmocka_unit_test(a_broken_manifest_makes_its_demo_unavailable_and_says_where),
        cmocka_unit_test(settings_of_a_network_are_for_demos_that_have_one),
        cmocka_unit_test(there_are_no_more_than_16_settings_and_each_only_once),
        cmocka_unit_test(a_setting_is_made_of_text_and_parameters),
        cmocka_unit_test(a_manifest_that_is_not_json_makes_its_demo_unavailable),
        cmocka_unit_test(a_program_that_is_missing_or_no_program_makes_its_demo_unavailable),
        cmocka_unit_test(demos_are_sorted_and_other_files_are_no_demos),
        cmocka_unit_test(of_two_demos_of_one_name_the_first_folder_wins),
        cmocka_unit_test(a_folder_that_does_not_exist_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
