/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_RTC_DATE_H
#define DEVICES_RTC_DATE_H

#include <stdint.h>

/* The proleptic Gregorian calendar; day 0 is 1970-01-01, a Thursday. */
struct rtc_date {
	int64_t year;
	unsigned month, day; /* from 1 */
};
struct rtc_date rtc_date_of(int64_t days);
/* A day beyond its month counts on into the next. month is 1..12. */
int64_t rtc_days_of(struct rtc_date date);

#endif
