/* strings.h - what the pages say, in Chinese and English side by side.
 *
 * The table stands in strings.c; a sentence that a script shows stands in web/src/strings.ts. */
#ifndef PREPD_SITE_STRINGS_H
#define PREPD_SITE_STRINGS_H

#include <jansson.h>

#include "base/text.h"
#include "notes/library.h"

enum string_id {
    S_SKIP,
    S_MENU,
    S_TOPICS,
    S_PLACES,
    S_HOME,
    S_DEMOS,
    S_OUTLINE,
    S_OTHER_LANGUAGE,
    S_THEME,
    S_KEYS_HELP,
    S_HOME_LEAD,
    S_OVERALL,
    S_CONTINUE,
    S_WEAK_SPOTS,
    S_NO_WEAK_SPOTS,
    S_YEAR,
    S_YEAR_SUM,
    S_YEAR_EMPTY,
    S_DAY,
    S_DAY_BY_DAY,
    S_DATE,
    S_DAY_ITEMS,
    S_DAY_RUNS,
    S_RECENT,
    S_RECENT_NEED_SCRIPT,
    S_NO_TOPICS,
    S_NO_DEMOS,
    S_DEMOS_LEAD,
    S_UNAVAILABLE,
    S_UNAVAILABLE_DEMO,
    S_UNSAFE_RUN,
    S_BELONGS_TO,
    S_STATE,
    S_TODO,
    S_SHAKY,
    S_DONE,
    S_CHANGED,
    S_CHANGED_HELP,
    S_READ_THEN,
    S_READ_NOW,
    S_CHANGE_SEEN,
    S_MORE_STATES,
    S_FILE_PROBLEM,
    S_HELD,
    S_HELD_CONFIRM,
    S_SLUG_TWICE,
    S_UNCLOSED,
    S_NO_ENGLISH,
    S_NO_CHINESE,
    S_PREVIOUS,
    S_NEXT,
    S_UNKNOWN_DEMO,
    S_INSIGHT,
    S_EXPECT,
    S_EXPECT_OWN,
    S_PRESETS,
    S_KNOBS,
    S_RESET,
    S_RUN,
    S_STOP,
    S_CHARTS,
    S_LOG,
    S_SOURCE,
    S_HISTORY,
    S_METRICS,
    S_METRIC,
    S_MEASURED,
    S_EXPECTED,
    S_DIFFERENCE,
    S_CHECKS,
    S_NOT_CHECKED,
    S_REAL_OR_NOT,
    S_NEVER_RUN,
    S_CHART_NEEDS_SCRIPT,
    S_RUN_TITLE,
    S_RUN_DEMO_GONE,
    S_RUN_QUEUED,
    S_RUN_RUNNING,
    S_RUN_DONE,
    S_RUN_STOPPED,
    S_RUN_LIMIT,
    S_RUN_FAILED,
    S_RUN_LOST,
    S_RELOAD,
    S_PARAMETERS,
    S_CHECK_PASSED,
    S_CHECK_FAILED,
    S_GOT,
    S_WANT,
    S_WHOLE_LOG,
    S_ERROR_404,
    S_ERROR_404_HELP,
    S_ERROR_OTHER,
    S_BACK_HOME,
    S_ITEMS,
    STRING_COUNT
};

const char *tr(enum lang lang, enum string_id id);
/* Adds the sentence with each {} in it replaced by the next of `numbers`. */
void tr_numbers(struct text *out, enum lang lang, enum string_id id, const size_t *numbers);

/* "zh" | "en", for paths and attributes. */
const char *lang_code(enum lang lang);
enum lang lang_other(enum lang lang);

/* The text of a manifest's {"zh": …, "en": …} in a language, else in the other, else "". */
const char *label_of(const json_t *object, const char *key, enum lang lang);

#endif
