/* days.h - what was done day by day in the year that ends today: 53 weeks, Monday first, by the
 * clock on the wall here. Plain data. */
#ifndef PREPD_SITE_DAYS_H
#define PREPD_SITE_DAYS_H

#include "store/store.h"

enum { DAYS_WEEKS = 53, DAYS_MAX = DAYS_WEEKS * 7 };

struct days {
    int64_t first; /* the first day's number: days since 1970-01-01; a Monday */
    int64_t today; /* … and the last one's */
    struct day_count {
        size_t items, runs; /* as in struct store_day */
    } of[DAYS_MAX];         /* of[i] belongs to day first + i */
};

/* The number of the day that it is at a moment. */
int64_t days_number(int64_t wall_ms);
/* A day's year, month (1–12) and day of the month. */
void days_date(int64_t number, int *ret_year, int *ret_month, int *ret_day);
/* Asks the store, whose thread it must be called on. What is stored for days after `wall_ms` is
 * left out. 0, or store_days' error. */
int days_read(struct store *store, int64_t wall_ms, struct days *ret, struct err *err);

#endif
