/* SPDX-License-Identifier: ISC */
/*
 * Days and dates. A date becomes days by counting leap years; days become a date by guessing the year from the mean
 * length of one, which is wrong by one at most, and asking the other direction. 400 years, 146097 days, repeat.
 */
#include <stdbool.h>
#include "devices/rtc_date.h"

enum { CYCLE_YEARS = 400, CYCLE_DAYS = 146097, EPOCH = 719162 /* days from 0001-01-01 to 1970-01-01 */ };

static const uint16_t days_before[13] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};

static bool leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static unsigned before_month(int64_t year, unsigned month)
{
	unsigned leap_day = month > 2 && leap(year);

	return days_before[month - 1] + leap_day;
}

int64_t rtc_days_of(struct rtc_date date)
{
	int64_t whole = date.year - 1, cycles = whole / CYCLE_YEARS, rest;

	if (whole % CYCLE_YEARS < 0)
		cycles--;
	rest = whole - cycles * CYCLE_YEARS;
	return cycles * CYCLE_DAYS + rest * 365 + rest / 4 - rest / 100 + before_month(date.year, date.month) +
	       date.day - 1 - EPOCH;
}

static int64_t new_year(int64_t year)
{
	return rtc_days_of((struct rtc_date){year, 1, 1});
}

struct rtc_date rtc_date_of(int64_t days)
{
	int64_t scaled = days * CYCLE_YEARS;
	struct rtc_date date = {.year = 1970 + scaled / CYCLE_DAYS - (scaled % CYCLE_DAYS < 0), .month = 12};
	unsigned in_year;

	if (new_year(date.year) > days)
		date.year--;
	else if (new_year(date.year + 1) <= days)
		date.year++;
	in_year = (unsigned)(days - new_year(date.year));
	while (before_month(date.year, date.month) > in_year)
		date.month--;
	date.day = in_year - before_month(date.year, date.month) + 1;
	return date;
}
