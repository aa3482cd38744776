/* knobs.c - a demo's parameters as form fields; see knobs.h.
 *
 * A number is a slider (scripts move it; it has no name and is not sent) beside a number field; an
 * enum is a row of radio buttons; a bool is a checkbox, which is not sent when it is off: the
 * form's handler reads that as false. The fields stand outside of their form and name it. */
#include "site/knobs.h"

#include "base/html.h"
#include "site/strings.h"

#include <string.h>

enum {
    QUERY_PAIRS_MAX = 64,
    WIDE_FROM = 100000000 /* a number of nine digits needs a wider field */
};

/* ---- a link's query ---- */

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c | 0x20) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* Decodes %XX and + in place; what is no escape stays as it is. */
static void url_decode(char *s)
{
    char *to = s;
    for (; *s; s++) {
        int high = *s == '%' ? hex_digit(s[1]) : -1;
        int low = high >= 0 ? hex_digit(s[2]) : -1;
        if (low >= 0) {
            *to++ = (char)(high << 4 | low);
            s += 2;
        } else {
            *to++ = *s == '+' ? ' ' : *s;
        }
    }
    *to = '\0';
}

int knobs_params(const struct demo *demo, const char *query, json_t **ret, struct err *err)
{
    cleanup_text struct text copy = {0};
    text_puts(&copy, query);
    const char *names[QUERY_PAIRS_MAX], *values[QUERY_PAIRS_MAX];
    size_t n = 0;
    char *rest = NULL;
    for (char *pair = copy.data ? strtok_r(copy.data, "&", &rest) : NULL;
         pair && n < QUERY_PAIRS_MAX; pair = strtok_r(NULL, "&", &rest)) {
        char *value = strchr(pair, '=');
        if (value)
            *value++ = '\0';
        else
            value = pair + strlen(pair);
        url_decode(pair);
        url_decode(value);
        names[n] = pair;
        values[n++] = value;
    }
    return demo_params_from_strings(demo, names, values, n, ret, err);
}

/* ---- presets ---- */

/* What to expect of each preset, all in one place, of which scripts show one: so the place has the
 * size of the longest, and a choice moves nothing. */
void knobs_write_expectations(struct text *out, const struct demo *demo, enum lang lang)
{
    const json_t *presets = json_object_get(demo->manifest, "presets");
    text_puts(out, "<div class=\"expectations js-only\">");
    for (size_t i = 0; i < json_array_size(presets); i++) {
        const json_t *preset = json_array_get(presets, i);
        const char *expect = label_of(preset, "expect", lang);
        if (*expect)
            html_printf(out, "<p data-expect=\"%s\"><strong>%s</strong> %s</p>",
                        json_string_value(json_object_get(preset, "id")), tr(lang, S_EXPECT),
                        expect);
    }
    html_printf(out, "<p data-expect=\"\">%s</p>", tr(lang, S_EXPECT_OWN));
    text_puts(out, "</div>");
}

void knobs_write_presets(struct text *out, const struct demo *demo, enum lang lang)
{
    const json_t *presets = json_object_get(demo->manifest, "presets");
    if (!json_array_size(presets))
        return;
    html_printf(out, "<div class=\"presets\" role=\"group\" aria-label=\"%s\">",
                tr(lang, S_PRESETS));
    for (size_t i = 0; i < json_array_size(presets); i++) {
        const json_t *preset = json_array_get(presets, i);
        const char *id = json_string_value(json_object_get(preset, "id"));
        html_printf(out, "<a class=\"chip\" href=\"/demos/%s?preset=%s\" data-preset=\"%s\">%s</a>",
                    demo->id, id, id, label_of(preset, "label", lang));
    }
    text_puts(out, "</div>");
}

/* ---- fields ---- */

/* What to show for a parameter: its value as text, as a form would send it. */
static void value_text(const struct demo_param *param, const json_t *params, struct text *ret)
{
    const json_t *value = json_object_get(params, param->name);
    if (!value)
        value = json_object_get(param->manifest, "default");
    if (json_is_string(value))
        text_puts(ret, json_string_value(value));
    else if (json_is_boolean(value))
        text_puts(ret, json_is_true(value) ? "true" : "false");
    else if (json_is_integer(value))
        text_printf(ret, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else
        text_printf(ret, "%.10g", json_number_value(value));
}

static void write_radio(struct text *out, const struct demo *demo, const struct demo_param *param,
                        const json_t *choice, const char *current, enum lang lang)
{
    const char *value = json_string_value(json_object_get(choice, "value"));
    const char *label = label_of(choice, "label", lang);
    html_printf(out,
                "<label><input type=\"radio\" form=\"demo.%s.form\" name=\"%s\" value=\"%s\""
                " autocomplete=\"off\"%s><span>%s</span></label>",
                demo->id, param->name, value, strcmp(value, current) == 0 ? " checked" : "",
                *label ? label : value);
}

static void write_choice(struct text *out, const struct demo *demo, const struct demo_param *param,
                         const char *current, enum lang lang)
{
    html_printf(out,
                "<fieldset class=\"knob knob-choice\" data-param=\"%s\"><legend>%s</legend>"
                "<div class=\"segments\">",
                param->name, label_of(param->manifest, "label", lang));
    const json_t *values = json_object_get(param->manifest, "values");
    for (size_t i = 0; i < json_array_size(values); i++)
        write_radio(out, demo, param, json_array_get(values, i), current, lang);
    text_puts(out, "</div>");
}

static void write_switch(struct text *out, const struct demo *demo, const struct demo_param *param,
                         const char *current, enum lang lang)
{
    html_printf(out,
                "<div class=\"knob knob-switch\" data-param=\"%s\"><label><input type=\"checkbox\""
                " form=\"demo.%s.form\" name=\"%s\" value=\"true\" autocomplete=\"off\"%s>"
                " %s</label>",
                param->name, demo->id, param->name, strcmp(current, "true") == 0 ? " checked" : "",
                label_of(param->manifest, "label", lang));
}

static void write_number(struct text *out, const struct demo *demo, const struct demo_param *param,
                         const char *current, enum lang lang)
{
    const char *unit = json_string_value(json_object_get(param->manifest, "unit"));
    const char *scale = json_string_value(json_object_get(param->manifest, "scale"));
    html_printf(out,
                "<div class=\"knob%s\" data-param=\"%s\"><label for=\"demo.%s.p.%s\">%s</label>"
                "<span class=\"knob-value\"><input type=\"number\" form=\"demo.%s.form\""
                " id=\"demo.%s.p.%s\" name=\"%s\"",
                param->max >= WIDE_FROM ? " knob-wide" : "", param->name, demo->id, param->name,
                label_of(param->manifest, "label", lang), demo->id, demo->id, param->name,
                param->name);
    html_printf(out,
                " min=\"%.15g\" max=\"%.15g\" step=\"%s\" value=\"%s\" autocomplete=\"off\">"
                "<span class=\"unit\">%s</span></span>",
                param->min, param->max, param->type == PARAM_INT ? "1" : "any", current, unit);
    html_printf(out,
                "<input class=\"js-only\" type=\"range\" min=\"0\" max=\"1000\" value=\"0\""
                " autocomplete=\"off\" data-scale=\"%s\" aria-label=\"%s\">",
                scale ? scale : "linear", label_of(param->manifest, "label", lang));
}

static void write_knob(struct text *out, const struct demo *demo, const struct demo_param *param,
                       const json_t *params, enum lang lang)
{
    cleanup_text struct text current = {0};
    value_text(param, params, &current);
    const char *value = current.data ? current.data : "";
    const char *help = label_of(param->manifest, "help", lang);
    if (param->type == PARAM_ENUM)
        write_choice(out, demo, param, value, lang);
    else if (param->type == PARAM_BOOL)
        write_switch(out, demo, param, value, lang);
    else
        write_number(out, demo, param, value, lang);
    if (*help)
        html_printf(out, "<p class=\"knob-help\">%s</p>", help);
    text_puts(out, param->type == PARAM_ENUM ? "</fieldset>" : "</div>");
}

void knobs_write(struct text *out, const struct demo *demo, const json_t *params, enum lang lang)
{
    if (!demo->n_params)
        return;
    html_printf(out,
                "<details class=\"panel-knobs\" open><summary>%s</summary>"
                "<div class=\"knobs-head\"><span class=\"knobs-title\">%s</span>"
                "<button type=\"button\" class=\"quiet js-only\" data-do=\"reset\">%s</button>"
                "</div><div class=\"knobs\" role=\"group\" aria-label=\"%s\">",
                tr(lang, S_KNOBS), tr(lang, S_KNOBS), tr(lang, S_RESET), tr(lang, S_KNOBS));
    for (size_t i = 0; i < demo->n_params; i++)
        write_knob(out, demo, &demo->params[i], params, lang);
    text_puts(out, "</div></details>");
}
