/* Demo folders, manifests good and bad, and the parameters that a reader may enter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"
#include "runs/catalogue.h"

/*** Folders ***/

struct folder {
    char path[40];
    int n;
    char *files[8];
};

static void folder_make(struct folder *folder)
{
    *folder = (struct folder){.path = "/tmp/prepd-test-XXXXXX"};
    assert_non_null(mkdtemp(folder->path));
}

static void folder_add(struct folder *folder, const char *name, const char *text, mode_t mode)
{
    char *path;
    assert_true(asprintf(&path, "%s/%s", folder->path, name) > 0);
    folder->files[folder->n++] = path;
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    chmod(path, mode);
}

static void folder_remove(struct folder *folder)
{
    while (folder->n) {
        unlink(folder->files[--folder->n]);
        free(folder->files[folder->n]);
    }
    rmdir(folder->path);
}

static struct catalogue *catalogue_of(const struct folder *folder)
{
    const char *dirs[] = {folder->path};
    struct catalogue *catalogue;
    struct err err = {0};
    if (catalogue_load(dirs, 1, &catalogue, &err) < 0)
        fail_msg("%s", err.text);
    return catalogue;
}

/*** Manifests: the fixture, changed in one place ***/

static json_t *fixture(void)
{
    json_t *manifest = json_load_file(PREPD_FIXTURES "/runs/selftest.json", 0, NULL);
    assert_non_null(manifest);
    return manifest;
}

/* Puts the JSON text `value` where `path` leads ("views.0.kind"); NULL takes away what is there. */
static void change(json_t *manifest, const char *path, const char *value)
{
    char copy[100], *save, *step;
    json_t *at = manifest, *new = value ? json_loads(value, JSON_DECODE_ANY, NULL) : NULL;
    snprintf(copy, sizeof copy, "%s", path);
    step = strtok_r(copy, ".", &save);
    for (char *next; (next = strtok_r(NULL, ".", &save)); step = next)
        at = json_is_array(at) ? json_array_get(at, (size_t)atoi(step)) : json_object_get(at, step);
    if (!new)
        json_object_del(at, step);
    else if (json_is_array(at))
        json_array_set_new(at, (size_t)atoi(step), new);
    else
        json_object_set_new(at, step, new);
}

/* A folder that has the changed fixture and a program; the caller frees both. */
static struct catalogue *catalogue_with(struct folder *folder, const char *path, const char *value)
{
    json_t *manifest = fixture();
    if (path)
        change(manifest, path, value);
    char *text = json_dumps(manifest, 0);
    folder_make(folder);
    folder_add(folder, "selftest.json", text, 0644);
    folder_add(folder, "selftest", "#!/bin/sh\n", 0755);
    free(text);
    json_decref(manifest);
    return catalogue_of(folder);
}

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
    {"metrics.0.id", NULL, "metrics[0].id is missing"},
    {"metrics.0.unit", "1", "metrics[0].unit must be a string"},
    {"checks", "[1]", "checks[0] must be an object"},
    {"real", "[\"x\"]", "real[0] must be an object"},
    {"sources", "[{\"file\":\"a.c\"}]", "sources[0].text is missing"},
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

/*** Parameters ***/

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

#define PARAM_TEST(f) cmocka_unit_test_setup_teardown(f, load, unload)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_manifest_makes_an_available_demo),
        cmocka_unit_test(a_broken_manifest_makes_its_demo_unavailable_and_says_where),
        cmocka_unit_test(a_manifest_that_is_not_json_makes_its_demo_unavailable),
        cmocka_unit_test(a_program_that_is_missing_or_no_program_makes_its_demo_unavailable),
        cmocka_unit_test(demos_are_sorted_and_other_files_are_no_demos),
        cmocka_unit_test(of_two_demos_of_one_name_the_first_folder_wins),
        cmocka_unit_test(a_folder_that_does_not_exist_is_an_error),
        PARAM_TEST(no_parameters_are_all_defaults),
        PARAM_TEST(given_parameters_replace_defaults_and_whole_reals_are_integers),
        PARAM_TEST(a_bad_parameter_is_refused_with_its_name_and_range),
        PARAM_TEST(text_is_read_by_the_type_of_its_parameter),
        PARAM_TEST(a_preset_is_applied_before_what_stands_beside_it),
        PARAM_TEST(bad_text_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
