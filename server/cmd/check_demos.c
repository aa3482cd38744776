/* check_demos.c - links to demos: what a page would make of them, asked of the same functions. */
#include "cmd/check.h"
#include "site/knobs.h"

#include <string.h>

/* "demo:gc?gogc=50" as "gc" and "gogc=50". */
static void split(char *address, char **ret_id, char **ret_query)
{
    address[strcspn(address, "#")] = '\0';
    char *query = strchr(address, '?');
    if (query)
        *query++ = '\0';
    *ret_id = address + strlen("demo:");
    *ret_query = query ? query : address + strlen(address);
}

static void unknown_demo(struct checked *checked, const struct sight *sight, const char *id)
{
    size_t n;
    const struct demo *demos = catalogue_demos(checked->checker->catalogue, &n);
    struct proposal proposal = {0};
    char text[96];
    for (size_t i = 0; i < n; i++)
        propose(&proposal, id, demos[i].id);
    FOUND(checked, sight->offset, "there is no demo \"%.64s\"%s (prepd demos lists them)", id,
          proposal_text(&proposal, text, sizeof text));
}

/* "; presets: default, two" */
static void list_presets(const struct demo *demo, struct text *out)
{
    const json_t *presets = json_object_get(demo->manifest, "presets");
    for (size_t i = 0; i < json_array_size(presets); i++)
        text_printf(out, "%s%s", i ? ", " : "; presets: ",
                    json_string_value(json_object_get(json_array_get(presets, i), "id")));
}

static void list_params(const struct demo *demo, struct text *out)
{
    for (size_t i = 0; i < demo->n_params; i++)
        text_printf(out, "%s%s", i ? ", " : "; parameters: ", demo->params[i].name);
}

static void check_query(struct checked *checked, const struct sight *sight, const struct demo *demo,
                        const char *query)
{
    json_t *full = NULL;
    struct err err = {0};
    cleanup_text struct text allowed = {0};
    int r = knobs_params(demo, query, &full, &err);
    json_decref(full);
    if (r == 0)
        return;
    if (strcmp(err.field, "params.preset") == 0)
        list_presets(demo, &allowed);
    else if (strstr(err.text, "has no parameter"))
        list_params(demo, &allowed);
    FOUND(checked, sight->offset, "%s%s", err.text, allowed.data ? allowed.data : "");
}

void check_sight_of_demo(struct checked *checked, const struct sight *sight)
{
    char *id, *query, *address = strndup(sight->text, sight->len);
    if (!address) {
        checked->checker->findings.words.failed = true;
        return;
    }
    split(address, &id, &query);
    const struct demo *demo = catalogue_find(checked->checker->catalogue, id);
    if (!demo)
        unknown_demo(checked, sight, id);
    else if (!demo->available)
        FOUND(checked, sight->offset, "the demo %s cannot be had: %s", id, demo->why);
    else
        check_query(checked, sight, demo, query);
    free(address);
}
