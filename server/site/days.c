/* days.c - the store's days as an array; see days.h. */
#include "site/days.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

enum { DAY_SECONDS = 86400, WEEK = 7 };

/* Of a date, whatever the time zone: as many days as UTC has until then. */
static int64_t number_of(int year, int month, int day)
{
    struct tm date = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
    return timegm(&date) / DAY_SECONDS;
}

int64_t days_number(int64_t wall_ms)
{
    time_t seconds = wall_ms / 1000;
    struct tm here;
    localtime_r(&seconds, &here);
    return number_of(here.tm_year + 1900, here.tm_mon + 1, here.tm_mday);
}

void days_date(int64_t number, int *ret_year, int *ret_month, int *ret_day)
{
    time_t seconds = number * DAY_SECONDS;
    struct tm date;
    gmtime_r(&seconds, &date);
    *ret_year = date.tm_year + 1900;
    *ret_month = date.tm_mon + 1;
    *ret_day = date.tm_mday;
}

/* When it begins here. */
static int64_t wall_ms_of(int64_t number)
{
    struct tm date = {.tm_isdst = -1};
    days_date(number, &date.tm_year, &date.tm_mon, &date.tm_mday);
    date.tm_year -= 1900;
    date.tm_mon -= 1;
    return (int64_t)mktime(&date) * 1000;
}

static int take_day(const struct store_day *day, void *ud)
{
    struct days *days = ud;
    int year, month, of_month;
    if (sscanf(day->date, "%d-%d-%d", &year, &month, &of_month) != 3)
        return 0;
    int64_t number = number_of(year, month, of_month);
    if (number >= days->first && number <= days->today)
        days->of[number - days->first] = (struct day_count){day->items, day->runs};
    return 0;
}

int days_read(struct store *store, int64_t wall_ms, struct days *ret, struct err *err)
{
    memset(ret, 0, sizeof *ret);
    ret->today = days_number(wall_ms);
    int64_t weekday = (ret->today + 3) % WEEK; /* 1970-01-01 was a Thursday; Monday is 0 */
    ret->first = ret->today - weekday - (DAYS_WEEKS - 1) * WEEK;
    return store_days(store, wall_ms_of(ret->first), take_day, ret, err);
}
