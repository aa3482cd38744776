/* strings.c - the pages' sentences; see strings.h. A new one is an id and a row. */
#include "site/strings.h"

#include "base/html.h"

#include <string.h>

static const char *const strings[STRING_COUNT][LANG_COUNT] = {
    [S_SKIP] = {"跳到正文", "Skip to the text"},
    [S_MENU] = {"目录", "Topics"},
    [S_TOPICS] = {"主题", "Topics"},
    [S_PLACES] = {"页面", "Places"},
    [S_HOME] = {"首页", "Home"},
    [S_DEMOS] = {"演示", "Demos"},
    [S_OUTLINE] = {"本页内容", "On this page"},
    [S_OTHER_LANGUAGE] = {"English", "中文"},
    [S_THEME] = {"切换明暗", "Light or dark"},
    [S_KEYS_HELP] = {"快捷键", "Keys"},
    [S_HOME_LEAD] = {"读笔记、勾清单、跑演示：每一个数字都是在你这台机器上测出来的。",
                     "Read the notes, tick what you know, run the demos: every figure is measured "
                     "on your machine."},
    [S_OVERALL] = {"总进度", "Progress in all"},
    [S_CONTINUE] = {"接着读", "Where you left off"},
    [S_WEAK_SPOTS] = {"需要再看", "To look at again"},
    [S_NO_WEAK_SPOTS] = {"还没有标记为“需再看”的条目。在条目上按 s 标记。",
                         "Nothing is marked as shaky. Press s on an item to mark it."},
    [S_YEAR] = {"过去一年", "The last year"},
    [S_YEAR_SUM] = {"{} 天有记录：标记条目 {} 次，运行演示 {} 次。",
                    "Days with anything done: {}. Items marked: {}. Demos run: {}."},
    [S_YEAR_EMPTY] = {"还没有记录。标记一条，或者运行一个演示，今天这一格就会有颜色。",
                      "Nothing yet. Mark an item or run a demo, and today has its colour."},
    [S_DAY] = {"标记 {} 条，运行 {} 次", "items marked: {}, demos run: {}"},
    [S_DAY_BY_DAY] = {"逐日列出", "Day by day"},
    [S_DATE] = {"日期", "Date"},
    [S_DAY_ITEMS] = {"标记的条目", "Items marked"},
    [S_DAY_RUNS] = {"运行的演示", "Demos run"},
    [S_RECENT] = {"最近的运行", "Last runs"},
    [S_RECENT_NEED_SCRIPT] = {"这份列表需要 JavaScript；没有它也能运行演示",
                              "This list needs JavaScript; demos run without it too"},
    [S_NO_TOPICS] = {"没有找到笔记。用 --notes 指定一个放 Markdown 文件的文件夹。",
                     "No notes were found. Name a folder of Markdown files with --notes."},
    [S_NO_DEMOS] = {"没有找到演示程序。用 --demos 指定放演示程序的文件夹。",
                    "No demos were found. Name their folder with --demos."},
    [S_DEMOS_LEAD] = {"每个演示都是一个真正运行的 C 程序，在沙箱里跑，边跑边画。",
                      "Each demo is a C program that really runs, in a sandbox, and draws what it "
                      "measures as it goes."},
    [S_UNAVAILABLE] = {"无法运行", "Can't run here"},
    [S_UNSAFE_RUN] =
        {"演示正在没有沙箱的情况下运行（--unsafe-run）：它们能做这个用户能做的一切。",
         "Demos run without a sandbox (--unsafe-run): they can do whatever this user can."},
    [S_UNAVAILABLE_DEMO] = {"这个演示在这台机器上无法运行：", "This demo can't run here: "},
    [S_BELONGS_TO] = {"相关笔记", "Notes"},
    [S_STATE] = {"掌握程度", "How well you know it"},
    [S_TODO] = {"待学", "To do"},
    [S_SHAKY] = {"需再看", "Shaky"},
    [S_DONE] = {"已掌握", "Done"},
    [S_CHANGED] = {"已改写", "changed"},
    [S_CHANGED_HELP] = {"你勾选之后，这一条的文字改过。",
                        "Its text has changed since you ticked it."},
    [S_READ_THEN] = {"勾选时", "Then"},
    [S_READ_NOW] = {"现在", "Now"},
    [S_CHANGE_SEEN] = {"看过了，保留我的标记", "Seen: keep my mark"},
    [S_MORE_STATES] = {"选择掌握程度", "Choose a state"},
    [S_FILE_PROBLEM] = {"这个文件无法作为笔记显示，下面是原文。",
                        "This file can't be shown as a note; its text stands below as it is."},
    [S_HELD] = {"这个文件一下子少了 {} 个清单条目，已掌握的记录先保留着。确实删掉了吗？",
                "This file lost {} checklist items at once, so their ticks are kept for now. Were "
                "they meant to go?"},
    [S_HELD_CONFIRM] = {"是的，条目已删除", "Yes, they were removed"},
    [S_SLUG_TWICE] = {"同一个标识在这个文件里出现了两次，第 {} 行的这一条不使用标识：",
                      "An id stands twice in this file; the item in line {} goes without it: "},
    [S_UNCLOSED] = {"第 {} 行起的这一段有 {} 个「[」没有配对的「]」，都按文字显示。",
                    "Line {}: {} opening brackets of this paragraph are never closed and are shown "
                    "as text."},
    [S_NO_ENGLISH] = {"此页暂无英文版，下面是中文版。",
                      "This page is not available in English yet; the Chinese text follows."},
    [S_NO_CHINESE] = {"此页暂无中文版，下面是英文版。",
                      "This page is not available in Chinese yet; the English text follows."},
    [S_PREVIOUS] = {"上一个主题", "Previous topic"},
    [S_NEXT] = {"下一个主题", "Next topic"},
    [S_UNKNOWN_DEMO] = {"没有这个演示：", "There is no such demo: "},
    [S_INSIGHT] = {"一句话", "In a sentence"},
    [S_EXPECT] = {"会看到", "Expect"},
    [S_EXPECT_OWN] = {"自定参数，没有写好的预期：看测出来的是什么。",
                      "Parameters of your own: nothing is foretold, see what is measured."},
    [S_PRESETS] = {"预设", "Presets"},
    [S_KNOBS] = {"参数", "Parameters"},
    [S_RESET] = {"恢复默认", "Reset"},
    [S_RUN] = {"运行", "Run"},
    [S_STOP] = {"停止", "Stop"},
    [S_CHARTS] = {"图表", "Charts"},
    [S_LOG] = {"日志", "Log"},
    [S_SOURCE] = {"源码", "Source"},
    [S_HISTORY] = {"历史", "History"},
    [S_METRICS] = {"指标", "Metrics"},
    [S_METRIC] = {"指标", "Metric"},
    [S_MEASURED] = {"实测", "Measured"},
    [S_EXPECTED] = {"预期", "Expected"},
    [S_DIFFERENCE] = {"偏差", "Difference"},
    [S_CHECKS] = {"检查", "Checks"},
    [S_NOT_CHECKED] = {"未检查", "not checked yet"},
    [S_REAL_OR_NOT] = {"哪些是真实的，哪些做了简化", "What is real, what is simplified"},
    [S_NEVER_RUN] = {"还没有运行过", "Not run yet"},
    [S_CHART_NEEDS_SCRIPT] = {"图表需要 JavaScript；没有它，运行后仍能看到指标、检查和日志。",
                              "Charts need JavaScript; without it a run still shows its metrics, "
                              "checks and log."},
    [S_RUN_TITLE] = {"运行记录", "Run"},
    [S_RUN_DEMO_GONE] = {"这个演示程序已经不在了，只剩它的记录。",
                         "The demo program is no longer there; this is what it left."},
    [S_RUN_QUEUED] = {"排队中", "Queued"},
    [S_RUN_RUNNING] = {"运行中", "Running"},
    [S_RUN_DONE] = {"正常结束", "Ended by itself"},
    [S_RUN_STOPPED] = {"你停止了它", "Stopped by you"},
    [S_RUN_LIMIT] = {"达到限制而结束：", "Ended by a limit: "},
    [S_RUN_FAILED] = {"异常结束：", "Failed: "},
    [S_RUN_LOST] = {"没有结束的记录：prepd 在它运行时停了。",
                    "Its end was not recorded: prepd stopped while it ran."},
    [S_RELOAD] = {"刷新", "Reload"},
    [S_PARAMETERS] = {"参数", "Parameters"},
    [S_CHECK_PASSED] = {"通过", "held"},
    [S_CHECK_FAILED] = {"未通过", "failed"},
    [S_GOT] = {"得到", "got"},
    [S_WANT] = {"应为", "want"},
    [S_WHOLE_LOG] = {"完整日志 (NDJSON)", "The whole log (NDJSON)"},
    [S_ERROR_404] = {"这里没有页面", "There is no page here"},
    [S_ERROR_404_HELP] = {"这个地址没有对应的内容，它可能改了名或被删掉了。",
                          "Nothing belongs to this address; it may have been renamed or removed."},
    [S_ERROR_OTHER] = {"出错了", "Something went wrong"},
    [S_BACK_HOME] = {"回到首页", "Back home"},
    [S_ITEMS] = {"已掌握 {} 项，需再看 {} 项，共 {} 项", "{} done, {} shaky, of {}"},
};

const char *tr(enum lang lang, enum string_id id)
{
    return strings[id][lang];
}

const char *lang_code(enum lang lang)
{
    return lang == LANG_EN ? "en" : "zh";
}

enum lang lang_other(enum lang lang)
{
    return lang == LANG_EN ? LANG_ZH : LANG_EN;
}

const char *label_of(const json_t *object, const char *key, enum lang lang)
{
    const json_t *label = json_object_get(object, key);
    const char *text = json_string_value(json_object_get(label, lang_code(lang)));
    if (!text || !*text)
        text = json_string_value(json_object_get(label, lang_code(lang_other(lang))));
    return text ? text : "";
}

void tr_numbers(struct text *out, enum lang lang, enum string_id id, const size_t *numbers)
{
    const char *p = tr(lang, id);
    for (const char *hole; (hole = strstr(p, "{}")); p = hole + 2) {
        text_add(out, p, (size_t)(hole - p));
        text_printf(out, "%zu", *numbers++);
    }
    text_puts(out, p);
}
