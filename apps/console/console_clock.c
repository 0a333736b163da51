/* SPDX-License-Identifier: ISC */
#include "apps/console/console_clock.h"
#include <stdbool.h>
#include "sdk/clock.h"
#include "sdk/port.h"
#include "sdk/system.h"

/*
 * The board's clock, an MC146818 or what stands for it. Its registers change while they are read, so they are read until
 * two looks agree. The clock tells UTC, in the years 2000 to 2099. Data sheet: Motorola MC146818A.
 */
#define CMOS_PORT 0x70u
#define ATTEMPTS 1000000u
enum { SECOND, MINUTE, HOUR, DAY, MONTH, YEAR, PARTS };
enum { REGISTER_A = 10, REGISTER_B = 11, UPDATING = 0x80, BINARY = 4, HOURS_24 = 2, PM = 0x80 };
static const uint8_t place[PARTS] = {0, 2, 4, 7, 8, 9};

static uint8_t cmos(uint8_t index)
{
	port_write8(CMOS_PORT, index);
	return port_read8(CMOS_PORT + 1);
}

static bool read_twice(uint8_t now[PARTS])
{
	bool same = true;

	for (unsigned i = 0; i < ATTEMPTS && cmos(REGISTER_A) & UPDATING; i++)
		;
	for (unsigned i = 0; i < PARTS; i++)
		now[i] = cmos(place[i]);
	for (unsigned i = 0; i < PARTS; i++)
		same &= now[i] == cmos(place[i]);
	return same;
}

static unsigned number(uint8_t value, uint8_t format)
{
	return format & BINARY ? value : (value >> 4) * 10u + (value & 15u);
}

static unsigned hour(uint8_t value, uint8_t format)
{
	if (format & HOURS_24)
		return number(value, format);
	return number(value & (uint8_t)~PM, format) % 12 + (value & PM ? 12 : 0);
}

/* Days before the first of the month since 1970, for 2000 to 2099: every fourth year is a leap year. */
static uint64_t days(unsigned year, unsigned month)
{
	static const uint16_t before[12] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};

	return 10957 + year * 365u + (year + 3) / 4 + before[month - 1] + (month > 2 && year % 4 == 0);
}

void console_clock_start(void)
{
	uint8_t now[PARTS];

	if (!port_granted(CMOS_PORT, 2))
		return;
	for (unsigned i = 0; !read_twice(now); i++)
		if (i == ATTEMPTS)
			return;
	uint8_t format = cmos(REGISTER_B);
	unsigned month = number(now[MONTH], format), day = number(now[DAY], format);
	if (month < 1 || month > 12 || day < 1)
		return; /* no clock answers */
	uint64_t seconds = (days(number(now[YEAR], format), month) + day - 1) * 86400 +
	                   hour(now[HOUR], format) * 3600u + number(now[MINUTE], format) * 60u +
	                   number(now[SECOND], format);
	(void)system_time(seconds * CLOCK_S);
}
