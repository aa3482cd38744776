/* demo_verify.c - what is wrong with a demo's tables, found when the build calls --describe.
 *
 * Each rule here is one that prepd's catalogue or the page relies on (PROTOCOL.md). */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "demo_internal.h"

struct verdict {
    const struct demo_manifest *manifest;
    int problems;
};

__attribute__((format(printf, 3, 4))) static void require(struct verdict *verdict, bool holds,
                                                          const char *format, ...)
{
    if (holds)
        return;
    va_list ap;
    va_start(ap, format);
    fprintf(stderr, "%s: manifest: ", verdict->manifest->id ? verdict->manifest->id : "?");
    vfprintf(stderr, format, ap);
    fputc('\n', stderr);
    va_end(ap);
    verdict->problems++;
}

static void require_id(struct verdict *verdict, const char *id, const char *extra)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
    char allowed[64];
    snprintf(allowed, sizeof allowed, "%s0123456789_%s", letters, extra);
    bool good = id && *id && strchr(letters, *id) && !id[strspn(id, allowed)] && strlen(id) <= 31;
    require(verdict, good, "\"%s\" is no id: [a-z][a-z0-9_]*, at most 31 bytes", id ? id : "");
}

static bool is_utf8(const char *s)
{
    size_t len;
    while ((len = demo_utf8_char(s)) > 0)
        s += len;
    return *s == '\0';
}

static void require_text(struct verdict *verdict, const char *where, const char *what,
                         struct demo_text text)
{
    bool both = text.zh && *text.zh && text.en && *text.en;
    require(verdict, both, "%s: %s needs a text in both languages", where, what);
    if (both)
        require(verdict, is_utf8(text.zh) && is_utf8(text.en), "%s: %s is not UTF-8", where, what);
}

static void optional_text(struct verdict *verdict, const char *where, const char *what,
                          struct demo_text text)
{
    if (text.zh || text.en)
        require_text(verdict, where, what, text);
}

/*** Parameters ***/

static void verify_pair(struct verdict *verdict, const char *where, const char *pair)
{
    struct demo_arg args[DEMO_PARAMS_MAX];
    char why[400] = "";
    int result = demo_args_set(verdict->manifest, args, pair, why, sizeof why);
    require(verdict, result == 0, "%s: %s", where, why);
}

static void verify_param(struct verdict *verdict, const struct demo_param *param)
{
    static const char *const taken[] = {"preset", "quick", "describe", "help", "json", "report"};
    char pair[128];
    bool number = param->type == DEMO_INT || param->type == DEMO_FLOAT;
    require_id(verdict, param->name, "");
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        require(verdict, strcmp(param->name, taken[i]) != 0, "%s: the name is taken", param->name);
    require_text(verdict, param->name, "label", param->label);
    optional_text(verdict, param->name, "help", param->help);
    require(verdict, !number || param->min < param->max, "%s: min < max", param->name);
    require(verdict, !param->log || param->min > 0, "%s: log needs min > 0", param->name);
    require(verdict, (param->type == DEMO_ENUM) == (param->choices != NULL),
            "%s: an enum, and only an enum, has choices", param->name);
    require(verdict, param->init && strlen(param->init) < 64, "%s: no default", param->name);
    for (const struct demo_choice *choice = param->choices; choice && choice->value; choice++) {
        require_id(verdict, choice->value, "-");
        require_text(verdict, param->name, choice->value, choice->label);
    }
    if (verdict->problems == 0) {
        snprintf(pair, sizeof pair, "%s=%s", param->name, param->init);
        verify_pair(verdict, "default", pair);
    }
}

static void verify_params(struct verdict *verdict)
{
    size_t n = demo_params_count(verdict->manifest);
    for (size_t i = 0; i < n; i++) {
        const struct demo_param *param = &verdict->manifest->params[i];
        verify_param(verdict, param);
        require(verdict, demo_param_find(verdict->manifest, param->name) == (int)i,
                "%s: two parameters of this name", param->name);
    }
    require(verdict, n == 0 || !verdict->manifest->params[n].name, "too many parameters");
}

static void verify_presets(struct verdict *verdict)
{
    const struct demo_preset *preset = verdict->manifest->presets;
    for (; preset && preset->id; preset++) {
        require_id(verdict, preset->id, "-");
        require_text(verdict, preset->id, "label", preset->label);
        require_text(verdict, preset->id, "expect", preset->expect);
        for (const char *const *pair = preset->params; pair && *pair; pair++)
            verify_pair(verdict, preset->id, *pair);
    }
    for (const char *const *pair = verdict->manifest->quick; pair && *pair; pair++)
        verify_pair(verdict, "quick", *pair);
}

/*** Views ***/

static bool has_item(const struct demo_item *item, const char *id)
{
    for (; item && item->id; item++)
        if (strcmp(item->id, id) == 0)
            return true;
    return false;
}

static void verify_items(struct verdict *verdict, const char *where, const struct demo_item *items)
{
    for (const struct demo_item *item = items; item && item->id; item++) {
        require_id(verdict, item->id, "");
        require_text(verdict, where, item->id, item->label);
        require(verdict, !has_item(item + 1, item->id), "%s: %s twice", where, item->id);
        require(verdict, !item->low == !item->high, "%s: a band has two bounds", where);
        if (item->low && item->high)
            require(verdict, has_item(items, item->low) && has_item(items, item->high),
                    "%s: the band of %s names no series", where, item->id);
    }
}

/* What lies on each other must be such that heights can be added. */
static void verify_stack(struct verdict *verdict, const struct demo_view *view)
{
    bool some = false, bands = false;
    for (const struct demo_item *item = view->items; item && item->id; item++) {
        some = some || (!item->dash && !item->hidden);
        bands = bands || item->low;
    }
    require(verdict, view->kind == DEMO_LINE, "%s: only a line view is stacked", view->id);
    require(verdict, !view->y.log,
            "%s: a stacked view has no log y axis: areas do not add up on it", view->id);
    require(verdict, !bands, "%s: a stacked view has no bands", view->id);
    require(verdict, some, "%s: a stacked view needs a series that is not dashed", view->id);
}

static void verify_view(struct verdict *verdict, const struct demo_view *view)
{
    require_id(verdict, view->id, "");
    require_text(verdict, view->id, "title", view->title);
    optional_text(verdict, view->id, "x", view->x.label);
    optional_text(verdict, view->id, "y", view->y.label);
    require(verdict, view->items && view->items->id, "%s: an empty list", view->id);
    require(verdict, view->kind != DEMO_TIMELINE || view->kinds,
            "%s: a timeline needs the kinds of its spans", view->id);
    require(verdict, (view->kind == DEMO_GRID) == (view->cells > 0 && view->width > 0),
            "%s: a grid, and only a grid, has cells and a width", view->id);
    verify_items(verdict, view->id, view->items);
    verify_items(verdict, view->id, view->kinds);
    if (view->stacked)
        verify_stack(verdict, view);
    for (const struct demo_view *next = view + 1; next->id; next++)
        require(verdict, strcmp(next->id, view->id) != 0, "%s: two views of this id", view->id);
}

static void verify_results(struct verdict *verdict)
{
    const struct demo_metric *metric = verdict->manifest->metrics;
    const struct demo_check *check = verdict->manifest->checks;
    int metrics = 0, checks = 0;
    for (; metric && metric->id; metric++, metrics++) {
        require_id(verdict, metric->id, "");
        require_text(verdict, metric->id, "label", metric->label);
        optional_text(verdict, metric->id, "expect", metric->expect);
    }
    for (; check && check->id; check++, checks++) {
        require_id(verdict, check->id, "");
        require_text(verdict, check->id, "label", check->label);
    }
    require(verdict, metrics <= DEMO_RESULTS_MAX && checks <= DEMO_RESULTS_MAX,
            "at most %d metrics and %d checks", DEMO_RESULTS_MAX, DEMO_RESULTS_MAX);
}

int demo_verify(const struct demo_manifest *manifest)
{
    struct verdict verdict = {.manifest = manifest};
    require_id(&verdict, manifest->id, "");
    require_text(&verdict, "demo", "title", manifest->title);
    require_text(&verdict, "demo", "summary", manifest->summary);
    optional_text(&verdict, "demo", "insight", manifest->insight);
    require(&verdict, manifest->seconds_max >= 1 && manifest->seconds_max <= 600,
            "seconds_max is from 1 to 600");
    require(&verdict, manifest->memory_max_mb >= 1, "memory_max_mb is missing");
    verify_params(&verdict);
    verify_presets(&verdict);
    for (const struct demo_view *view = manifest->views; view && view->id; view++)
        verify_view(&verdict, view);
    verify_results(&verdict);
    for (const struct demo_text *text = manifest->real; text && (text->zh || text->en); text++)
        require_text(&verdict, "real", "a sentence", *text);
    for (const struct demo_text *text = manifest->simplified; text && (text->zh || text->en);
         text++)
        require_text(&verdict, "simplified", "a sentence", *text);
    return verdict.problems;
}
