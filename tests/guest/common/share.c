/* SPDX-License-Identifier: ISC */
#include "tests/guest/common/share.h"
#include "sdk/clock.h"
#include "sdk/info.h"

uint64_t share_ticks(uint64_t us)
{
	return us * info_get()->tsc_khz / 1000;
}

uint64_t share_distance(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

static void extremes(uint64_t value, uint64_t *min, uint64_t *max)
{
	if (value < *min)
		*min = value;
	if (value > *max)
		*max = value;
}

/* Spins to the next gap; returns when it began, *after when it was over. */
static uint64_t next_gap(uint64_t now, uint64_t gap, uint64_t *after)
{
	for (;;) {
		uint64_t next = clock_tsc();
		if (next - now > gap) {
			*after = next;
			return now;
		}
		now = next;
	}
}

void share_measure(struct share *share, uint64_t gap, uint64_t period, uint64_t count, bool (*stop)(void *),
                   void *context)
{
	uint64_t begin, first;

	*share = (struct share){.run_min = ~UINT64_C(0), .gap_min = ~UINT64_C(0)};
	next_gap(clock_tsc(), gap, &begin);
	first = begin;
	while (share->runs < count && !(stop && stop(context))) {
		uint64_t after, end = next_gap(begin, gap, &after);
		share->runs++;
		share->own += end - begin;
		share->total = end - first;
		extremes(end - begin, &share->run_min, &share->run_max);
		extremes(after - end, &share->gap_min, &share->gap_max);
		uint64_t late = share_distance(after, first + share->runs * period);
		if (late > share->start_late)
			share->start_late = late;
		begin = after;
	}
}
