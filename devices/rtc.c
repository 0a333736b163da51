/* SPDX-License-Identifier: ISC */
/*
 * An MC146818 real-time clock with 128 bytes of CMOS.
 *
 * The time is one number, seconds since 1970; the ten time registers are its picture. They are drawn when read, and
 * read back into the number when one was written. While register B's SET bit holds updates they are plain memory, and
 * count when SET is cleared. Flags in register C are settled from the clock before every look at them, so a deadline is
 * only needed for an interrupt that is enabled and not yet reported.
 *
 * Left out: daylight saving, square wave, the NMI mask in port 70, the second bank (ports 72-73). The day of the week
 * follows from the date. The divider runs always, but leaving its reset state starts half a second, as on the chip.
 * Data sheet: Motorola MC146818A; Intel PIIX3 (290550) for the ports; CMOS places as in Bochs and SeaBIOS.
 */
#include "devices/rtc.h"
#include "devices/rtc_date.h"

enum { SECONDS, SECONDS_ALARM, MINUTES, MINUTES_ALARM, HOURS, HOURS_ALARM, WEEKDAY, DAY, MONTH, YEAR, A, B, C, D };
enum { CENTURY = 0x32 };
enum { A_UIP = 0x80, A_DIVIDER = 0x70, A_RESET = 0x60, A_RATE = 0x0f };
enum { B_SET = 0x80, B_PIE = 0x40, B_AIE = 0x20, B_UIE = 0x10, B_BINARY = 0x04, B_24 = 0x02 };
enum { C_IRQF = 0x80, C_PF = 0x40, C_AF = 0x20, C_UF = 0x10 }; /* PF, AF, UF lie where their enables are in B */
enum { D_VALID = 0x80, PM = 0x80, ANY = 0xc0, NMI_MASK = 0x80 };
#define BASE_HZ 32768
#define UIP_NS 244000 /* the update comes this soon once UIP is set */
#define DAY_SECONDS 86400

/* --- register formats --- */

static uint8_t encode(const struct rtc *rtc, unsigned value)
{
	return (uint8_t)(rtc->cmos[B] & B_BINARY ? value : value / 10 % 10 << 4 | value % 10);
}

static unsigned decode(const struct rtc *rtc, uint8_t value)
{
	return rtc->cmos[B] & B_BINARY ? value : (value >> 4) * 10u + (value & 15);
}

static uint8_t encode_hour(const struct rtc *rtc, unsigned hour)
{
	if (rtc->cmos[B] & B_24)
		return encode(rtc, hour);
	return (uint8_t)(encode(rtc, hour % 12 ? hour % 12 : 12) | (hour >= 12 ? PM : 0));
}

static unsigned decode_hour(const struct rtc *rtc, uint8_t value)
{
	if (rtc->cmos[B] & B_24)
		return decode(rtc, value);
	return decode(rtc, value & (uint8_t)~PM) % 12 + (value & PM ? 12 : 0);
}

static bool is_time(unsigned index)
{
	return index == CENTURY ||
	       (index <= YEAR && index != SECONDS_ALARM && index != MINUTES_ALARM && index != HOURS_ALARM);
}

/* --- the number and its picture --- */

static int64_t second_at(const struct rtc *rtc, uint64_t now_ns)
{
	return rtc->base_s + (int64_t)((now_ns - rtc->base_ns) / CLOCK_SECOND);
}

static unsigned time_of_day(int64_t second)
{
	int64_t rest = second % DAY_SECONDS;

	return (unsigned)(rest < 0 ? rest + DAY_SECONDS : rest);
}

static void draw(struct rtc *rtc, int64_t second)
{
	unsigned of_day = time_of_day(second);
	int64_t days = (second - of_day) / DAY_SECONDS;
	struct rtc_date date = rtc_date_of(days);

	if (rtc->cmos[B] & B_SET)
		return;
	rtc->cmos[SECONDS] = encode(rtc, of_day % 60);
	rtc->cmos[MINUTES] = encode(rtc, of_day / 60 % 60);
	rtc->cmos[HOURS] = encode_hour(rtc, of_day / 3600);
	rtc->cmos[WEEKDAY] = encode(rtc, (unsigned)((days % 7 + 11) % 7) + 1);
	rtc->cmos[DAY] = encode(rtc, date.day);
	rtc->cmos[MONTH] = encode(rtc, date.month);
	rtc->cmos[YEAR] = encode(rtc, (unsigned)((date.year % 100 + 100) % 100));
	rtc->cmos[CENTURY] = encode(rtc, (unsigned)((date.year / 100 % 100 + 100) % 100));
}

/* Whatever bytes the guest wrote give some time: the sum of its parts. */
static int64_t picture(const struct rtc *rtc)
{
	unsigned month = decode(rtc, rtc->cmos[MONTH]), day = decode(rtc, rtc->cmos[DAY]);
	struct rtc_date date = {.year = decode(rtc, rtc->cmos[CENTURY]) * INT64_C(100) + decode(rtc, rtc->cmos[YEAR]),
	                        .month = month < 1    ? 1
	                                 : month > 12 ? 12
	                                              : month,
	                        .day = day < 1 ? 1 : day};

	return rtc_days_of(date) * DAY_SECONDS + decode_hour(rtc, rtc->cmos[HOURS]) * INT64_C(3600) +
	       decode(rtc, rtc->cmos[MINUTES]) * INT64_C(60) + decode(rtc, rtc->cmos[SECONDS]);
}

/* --- alarm: seconds from a time of day to the next match, at most a day --- */

static bool matches(const struct rtc *rtc, unsigned alarm, unsigned value)
{
	uint8_t wanted = rtc->cmos[alarm];

	if ((wanted & ANY) == ANY)
		return true;
	return (alarm == HOURS_ALARM ? decode_hour(rtc, wanted) : decode(rtc, wanted)) == value;
}

/* Skips whole hours, then whole minutes, that do not match: at most 24 + 60 + 60 steps, twice. 0: never. */
static unsigned until_alarm(const struct rtc *rtc, unsigned of_day)
{
	unsigned delta = 1;

	while (delta <= DAY_SECONDS) {
		unsigned at = (of_day + delta) % DAY_SECONDS;

		if (!matches(rtc, HOURS_ALARM, at / 3600))
			delta += 3600 - at % 3600;
		else if (!matches(rtc, MINUTES_ALARM, at / 60 % 60))
			delta += 60 - at % 60;
		else if (!matches(rtc, SECONDS_ALARM, at % 60))
			delta++;
		else
			return delta;
	}
	return 0;
}

/* --- flags and interrupts --- */

/* Periods are 1/32768 s shifted by this; 0 is off (data sheet, table 5: rates 1 and 2 are those of 8 and 9). */
static unsigned rate_shift(const struct rtc *rtc)
{
	unsigned rate = rtc->cmos[A] & A_RATE;

	if (!rate)
		return 0;
	return rate <= 2 ? rate + 6 : rate - 1;
}

static void settle_alarm(struct rtc *rtc, int64_t second)
{
	unsigned delta;

	rtc->cmos[C] |= C_UF;
	delta = until_alarm(rtc, time_of_day(rtc->second));
	if (delta && second - rtc->second >= delta)
		rtc->cmos[C] |= C_AF;
}

static void settle(struct rtc *rtc, uint64_t now_ns)
{
	int64_t second = second_at(rtc, now_ns);
	uint64_t tick = clock_ticks(now_ns, BASE_HZ);
	unsigned shift = rate_shift(rtc);

	if (shift && tick >> shift != rtc->tick >> shift)
		rtc->cmos[C] |= C_PF;
	if (second > rtc->second && !(rtc->cmos[B] & B_SET))
		settle_alarm(rtc, second);
	rtc->tick = tick;
	rtc->second = second;
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static uint64_t ns_of_second(const struct rtc *rtc, int64_t second)
{
	return rtc->base_ns + (uint64_t)(second - rtc->base_s) * CLOCK_SECOND;
}

static uint64_t next_deadline(const struct rtc *rtc)
{
	uint64_t deadline = CLOCK_NEVER;
	uint8_t enabled = rtc->cmos[B];
	unsigned shift = rate_shift(rtc), delta;

	if (enabled & B_PIE && shift)
		deadline = clock_ns(((rtc->tick >> shift) + 1) << shift, BASE_HZ);
	if (enabled & B_SET)
		return deadline;
	if (enabled & B_UIE)
		deadline = earlier(deadline, ns_of_second(rtc, rtc->second + 1));
	delta = enabled & B_AIE ? until_alarm(rtc, time_of_day(rtc->second)) : 0;
	return delta ? earlier(deadline, ns_of_second(rtc, rtc->second + delta)) : deadline;
}

/* A reported interrupt stays until register C is read; until then there is nothing to wait for. */
static void update(struct rtc *rtc)
{
	bool irq = rtc->cmos[C] & rtc->cmos[B] & (C_PF | C_AF | C_UF);

	rtc->cmos[C] = (uint8_t)((rtc->cmos[C] & ~C_IRQF) | (irq ? C_IRQF : 0));
	clock_set_deadline(rtc->clock, &rtc->deadline, irq ? CLOCK_NEVER : next_deadline(rtc));
	pin_set(&rtc->pin, irq);
}

void rtc_run(struct rtc *rtc, uint64_t now_ns)
{
	if (now_ns < rtc->deadline)
		return;
	settle(rtc, now_ns);
	update(rtc);
}

/* --- ports --- */

static uint8_t read_a(const struct rtc *rtc, uint64_t now_ns)
{
	bool soon = (now_ns - rtc->base_ns) % CLOCK_SECOND >= CLOCK_SECOND - UIP_NS;

	return (uint8_t)(rtc->cmos[A] | (soon && !(rtc->cmos[B] & B_SET) ? A_UIP : 0));
}

static uint8_t read_data(struct rtc *rtc)
{
	uint64_t now = clock_now(rtc->clock);
	unsigned index = rtc->index;
	uint8_t value;

	if (index == A)
		return read_a(rtc, now);
	if (is_time(index))
		draw(rtc, second_at(rtc, now));
	if (index == C)
		settle(rtc, now);
	update(rtc);
	value = rtc->cmos[index];
	if (index == C) {
		rtc->cmos[C] = 0;
		update(rtc);
	}
	return value;
}

static void set_time(struct rtc *rtc, uint64_t now_ns)
{
	rtc->base_s = rtc->second = picture(rtc);
	rtc->base_ns = now_ns;
}

static void write_a(struct rtc *rtc, uint8_t value, uint64_t now_ns)
{
	bool was_reset = (rtc->cmos[A] & A_RESET) == A_RESET, is_reset = (value & A_RESET) == A_RESET;

	rtc->cmos[A] = value & (A_DIVIDER | A_RATE);
	if (!was_reset || is_reset)
		return;
	rtc->base_s = rtc->second; /* the first update comes half a second from now */
	rtc->base_ns = now_ns - CLOCK_SECOND / 2;
}

static void write_b(struct rtc *rtc, uint8_t value, uint64_t now_ns)
{
	uint8_t old = rtc->cmos[B];

	if (value & B_SET)
		draw(rtc, rtc->second);
	rtc->cmos[B] = value & B_SET ? value & (uint8_t)~B_UIE : value;
	/* The picture is read in the format that is in force from now on. */
	if (old & B_SET && !(value & B_SET))
		set_time(rtc, now_ns);
}

static void write_data(struct rtc *rtc, uint8_t value)
{
	uint64_t now = clock_now(rtc->clock);
	unsigned index = rtc->index;

	settle(rtc, now);
	if (is_time(index)) {
		draw(rtc, rtc->second);
		rtc->cmos[index] = value;
		if (!(rtc->cmos[B] & B_SET))
			set_time(rtc, now);
	} else if (index == A) {
		write_a(rtc, value, now);
	} else if (index == B) {
		write_b(rtc, value, now);
	} else if (index != C && index != D) {
		rtc->cmos[index] = value;
	}
	update(rtc);
}

static uint32_t port_read(void *owner, uint16_t offset, unsigned size)
{
	struct rtc *rtc = owner;

	(void)size;
	return offset ? read_data(rtc) : UINT32_MAX; /* the index is write-only */
}

static void port_write(void *owner, uint16_t offset, unsigned size, uint32_t value)
{
	struct rtc *rtc = owner;

	(void)size;
	if (offset)
		write_data(rtc, (uint8_t)value);
	else
		rtc->index = (uint8_t)(value & (RTC_BYTES - 1));
}

static void put_word(struct rtc *rtc, unsigned index, uint64_t value)
{
	rtc->cmos[index] = (uint8_t)value;
	rtc->cmos[index + 1] = (uint8_t)(value >> 8);
}

static uint64_t at_most(uint64_t value, uint64_t limit)
{
	return value < limit ? value : limit;
}

void rtc_set_memory(struct rtc *rtc, uint64_t below_4g, uint64_t above_4g)
{
	const uint64_t kib = 1024, mib = 1024 * kib, block = 64 * kib;
	uint64_t extended = below_4g > mib ? at_most((below_4g - mib) / kib, 0xffff) : 0;
	uint64_t high = below_4g > 16 * mib ? at_most((below_4g - 16 * mib) / block, 0xffff) : 0;

	put_word(rtc, 0x15, at_most(below_4g / kib, 640));
	put_word(rtc, 0x17, extended);
	put_word(rtc, 0x30, extended);
	put_word(rtc, 0x34, high);
	put_word(rtc, 0x5b, above_4g / block);
	rtc->cmos[0x5d] = (uint8_t)(above_4g / block >> 16);
}

void rtc_init(struct rtc *rtc, const struct device_clock *clock, const struct pin *pin, int64_t unix_seconds)
{
	uint64_t now = clock_now(clock);

	*rtc = (struct rtc){
	        .clock = clock, .pin = *pin, .base_s = unix_seconds, .base_ns = now, .second = unix_seconds};
	rtc->tick = clock_ticks(now, BASE_HZ);
	rtc->cmos[A] = 0x26; /* 32.768 kHz, 1024 Hz: what firmware sets */
	rtc->cmos[B] = B_24;
	rtc->cmos[D] = D_VALID;
	update(rtc);
}

enum status rtc_attach(struct rtc *rtc, struct bus *bus)
{
	return bus_add(bus, &(struct bus_range){0x70, 2, rtc, port_read, port_write, 1});
}
