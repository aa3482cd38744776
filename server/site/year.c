/* year.c - a year of days as a picture and as a table; see parts.h.
 *
 * DESIGN  A column for each week, a square for each day, darker the more was done: by fixed steps,
 * so that a day looks the same tomorrow. Days on which nothing was done are one path. The picture
 * is for the eye alone: the sentence above says what it amounts to, the table below tells each day
 * to those who read by ear or by keyboard. */
#include "base/html.h"
#include "site/parts.h"
#include "site/strings.h"

enum { STEP = 11, SIDE = 9, LEFT = 26, TOP = 14, WEEK = 7, NAMED_DAYS = 5 };

static int x_of(int64_t i)
{
    return LEFT + (int)(i / WEEK) * STEP;
}

static int y_of(int64_t i)
{
    return TOP + (int)(i % WEEK) * STEP;
}

/* 0: nothing was done; to 4. */
static int level_of(const struct day_count *day)
{
    static const size_t more_than[] = {0, 2, 5, 10};
    size_t n = day->items + day->runs;
    int level = 0;
    while (level < 4 && n > more_than[level])
        level++;
    return level;
}

static void write_date(struct text *out, int64_t number)
{
    int year, month, day;
    days_date(number, &year, &month, &day);
    text_printf(out, "%04d-%02d-%02d", year, month, day);
}

/* ---- the picture ---- */

static void write_empty_days(struct text *out, const struct days *days)
{
    text_puts(out, "<path class=\"day-0\" d=\"");
    for (int64_t i = 0; days->first + i <= days->today; i++)
        if (!level_of(&days->of[i]))
            text_printf(out, "M%d %dh%dv%dh-%dz", x_of(i), y_of(i), SIDE, SIDE, SIDE);
    text_puts(out, "\"/>");
}

static void write_days(struct text *out, const struct days *days, enum lang lang)
{
    for (int64_t i = 0; days->first + i <= days->today; i++) {
        const struct day_count *day = &days->of[i];
        if (!level_of(day))
            continue;
        html_printf(out, "<rect class=\"day-%d\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\">",
                    level_of(day), x_of(i), y_of(i), SIDE, SIDE);
        text_puts(out, "<title>");
        write_date(out, days->first + i);
        text_puts(out, lang == LANG_EN ? ": " : "：");
        tr_numbers(out, lang, S_DAY, (const size_t[]){day->items, day->runs});
        text_puts(out, "</title></rect>");
    }
}

static void write_month_name(struct text *out, int month, enum lang lang)
{
    static const char *const names[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    if (lang == LANG_EN)
        text_puts(out, names[month - 1]);
    else
        text_printf(out, "%d月", month);
}

/* Above the week in which a month begins; the last weeks have no room for one. */
static void write_months(struct text *out, const struct days *days, enum lang lang)
{
    int year, month, day, before;
    days_date(days->first + WEEK - 1, &year, &before, &day);
    for (int64_t week = 1; week < DAYS_WEEKS - 1; week++) {
        days_date(days->first + week * WEEK + WEEK - 1, &year, &month, &day);
        if (month != before) {
            text_printf(out, "<text x=\"%d\" y=\"%d\">", x_of(week * WEEK), TOP - 4);
            write_month_name(out, month, lang);
            text_puts(out, "</text>");
        }
        before = month;
    }
}

static void write_weekdays(struct text *out, enum lang lang)
{
    static const char *const names[LANG_COUNT][NAMED_DAYS] = {
        [LANG_ZH] = {"一", "", "三", "", "五"}, [LANG_EN] = {"Mon", "", "Wed", "", "Fri"}};
    for (int i = 0; i < NAMED_DAYS; i += 2)
        text_printf(out, "<text x=\"0\" y=\"%d\">%s</text>", y_of(i) + SIDE - 1, names[lang][i]);
}

static void write_picture(struct text *out, const struct days *days, enum lang lang)
{
    text_printf(out, "<svg viewBox=\"0 0 %d %d\" aria-hidden=\"true\">", x_of(DAYS_MAX),
                y_of(WEEK - 1) + STEP);
    write_months(out, days, lang);
    write_weekdays(out, lang);
    write_empty_days(out, days);
    write_days(out, days, lang);
    text_puts(out, "</svg>");
}

/* ---- the table ---- */

static void write_row(struct text *out, const struct days *days, int64_t i)
{
    text_puts(out, "<tr><th scope=\"row\">");
    write_date(out, days->first + i);
    text_printf(out, "</th><td>%zu</td><td>%zu</td></tr>", days->of[i].items, days->of[i].runs);
}

static void write_table(struct text *out, const struct days *days, enum lang lang)
{
    html_printf(out,
                "<details><summary>%s</summary><div class=\"table-wrap\"><table><thead><tr>"
                "<th scope=\"col\">%s</th><th scope=\"col\">%s</th><th scope=\"col\">%s</th></tr>"
                "</thead><tbody>",
                tr(lang, S_DAY_BY_DAY), tr(lang, S_DATE), tr(lang, S_DAY_ITEMS),
                tr(lang, S_DAY_RUNS));
    for (int64_t i = days->today - days->first; i >= 0; i--)
        if (level_of(&days->of[i]))
            write_row(out, days, i);
    text_puts(out, "</tbody></table></div></details>");
}

void part_year(struct text *out, const struct days *days, enum lang lang)
{
    size_t n = 0, items = 0, runs = 0;
    for (int64_t i = 0; days->first + i <= days->today; i++) {
        n += level_of(&days->of[i]) > 0;
        items += days->of[i].items;
        runs += days->of[i].runs;
    }
    html_printf(out, "<section class=\"year\"><h2 id=\"p.year\">%s</h2><p>", tr(lang, S_YEAR));
    if (n)
        tr_numbers(out, lang, S_YEAR_SUM, (const size_t[]){n, items, runs});
    else
        text_puts(out, tr(lang, S_YEAR_EMPTY));
    text_puts(out, "</p><div class=\"year-picture\" tabindex=\"0\" role=\"group\""
                   " aria-labelledby=\"p.year\">");
    write_picture(out, days, lang);
    text_puts(out, "</div>");
    if (n)
        write_table(out, days, lang);
    text_puts(out, "</section>");
}
