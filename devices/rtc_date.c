/* SPDX-License-Identifier: ISC */
/*
 * Days and dates without tables or loops. Years are counted from March, so that the leap day is the last of its year
 * and the months' lengths follow one line, (153 * month + 2) / 5; an era is 400 years, after which all repeats.
 */
#include "devices/rtc_date.h"

struct rtc_date rtc_date_of(int64_t days)
{
	int64_t shifted = days + 719468, era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	unsigned in_era = (unsigned)(shifted - era * 146097);
	unsigned year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
	unsigned in_year = in_era - (365 * year + year / 4 - year / 100), month = (5 * in_year + 2) / 153;

	return (struct rtc_date){.year = (int64_t)year + era * 400 + (month >= 10),
	                         .month = month < 10 ? month + 3 : month - 9,
	                         .day = in_year - (153 * month + 2) / 5 + 1};
}

int64_t rtc_days_of(struct rtc_date date)
{
	int64_t year = date.year - (date.month <= 2), era = (year >= 0 ? year : year - 399) / 400;
	unsigned in_era = (unsigned)(year - era * 400), month = date.month > 2 ? date.month - 3 : date.month + 9;
	unsigned in_year = (153 * month + 2) / 5 + date.day - 1;

	return era * 146097 + in_era * 365 + in_era / 4 - in_era / 100 + in_year - 719468;
}
