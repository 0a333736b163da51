/* SPDX-License-Identifier: ISC */
/*
 * A periodic subject beside others on its CPU. It has a frame in each period and waits in it for its deadline, which
 * lies a little after the frame's start; what is between the deadline and the next instruction is jitter, and a period
 * without one is missed. With option restart=NAME it keeps restarting that subject, with drain=1 it reads the
 * heartbeats of a guest, so that this never waits.
 */
#include "sdk/sdk.h"
#include "tests/guest/common/judge.h"

#define EXIT_PORT 0xf4
#define SLOTS 16u /* of the histogram: bounds are powers of two */

static uint32_t histogram[SLOTS];
static uint64_t period, offset, late_max, late_sum, missed, beats;

static void note(uint64_t late)
{
	unsigned slot = 0;

	late_max = late > late_max ? late : late_max;
	late_sum += late;
	while (late >> slot > 32 && slot + 1 < SLOTS)
		slot++;
	histogram[slot]++;
}

/* Waits for period n's deadline; a deadline that passed before we came here has been missed. */
static uint64_t next(uint64_t n)
{
	uint64_t deadline = stats_get()->cpu[0].schedule_since + n * period + offset, now = clock_tsc();

	if (now >= deadline) {
		uint64_t behind = (now - deadline) / period + 1;
		missed += behind;
		return n + behind;
	}
	do
		event_wait(0, deadline);
	while ((now = clock_tsc()) < deadline);
	if (now - deadline >= period / 2)
		missed++;
	note(now - deadline);
	return n + 1;
}

static void drain(struct channel *channel)
{
	char bytes[64];
	size_t count;

	while ((count = channel_read(channel, bytes, sizeof(bytes))) != 0)
		for (size_t i = 0; i < count; i++)
			beats += bytes[i] == '\n';
}

static void run(uint64_t count, const struct info_subject *victim, struct channel *heart)
{
	uint64_t n = (clock_tsc() - stats_get()->cpu[0].schedule_since) / period + 2, end = n + count, begun = 0;
	uint64_t restarts = 0, longest = 0;

	while (n < end) {
		n = next(n);
		if (heart->info)
			drain(heart);
		if (!victim || stats_get()->subject[victim->id].state != SUBJECT_RUNNING)
			continue;
		if (begun && n - begun > longest)
			longest = n - begun;
		restarts += begun != 0;
		begun = n;
		if (restarts == info_option_number("restarts", 0))
			break;
		subject_restart(victim->id);
	}
	print("PERIODS n=%lu missed=%lu late_max=%lu late_sum=%lu restarts=%lu longest=%lu beats=%lu\n",
	      count - (end > n ? end - n : 0), missed, late_max, late_sum, restarts, longest, beats);
}

int main(void)
{
	struct channel heart = {0};
	char name[NAME_BYTES] = "";

	period = info_option_number("period", 1000) * info_get()->tsc_khz / 1000;
	offset = info_option_number("offset", 20) * info_get()->tsc_khz / 1000;
	info_option("restart", name, sizeof(name));
	channel_open_role(&heart, ROLE_HEARTBEAT, 0);
	run(info_option_number("periods", 1000), info_subject(name), &heart);
	print("JITTER");
	for (unsigned i = 0; i < SLOTS; i++)
		print(" %u", histogram[i]);
	print("\nCPU late_max=%lu frames=%lu\nEND\n", stats_get()->cpu[0].late_max, stats_get()->cpu[0].frames);
	port_write32(EXIT_PORT, 0);
	return 0;
}
