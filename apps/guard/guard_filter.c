/* SPDX-License-Identifier: ISC */
#include "apps/guard/guard_filter.h"

/* A line is either collected or, once it cannot be a record any more, skipped: never both. */
void guard_filter_reset(struct guard_filter *filter)
{
	filter->used = 0;
	filter->spoilt = false;
}

void guard_filter_gap(struct guard_filter *filter)
{
	filter->spoilt = true;
	filter->reason = GUARD_LOST;
}

static enum guard_verdict judge(struct guard_filter *filter)
{
	uint32_t length = filter->used;

	if (filter->spoilt)
		return filter->reason;
	if (filter->line[length - 1] == '\r')
		length--;
	return guard_record_parse(filter->line, length, &filter->record);
}

static bool blank(const struct guard_filter *filter)
{
	return !filter->spoilt && (filter->used == 0 || (filter->used == 1 && filter->line[0] == '\r'));
}

static void collect(struct guard_filter *filter, char byte)
{
	if (filter->spoilt)
		return;
	if (filter->used < sizeof(filter->line)) {
		filter->line[filter->used++] = byte;
		return;
	}
	filter->spoilt = true;
	filter->reason = GUARD_TOO_LONG;
}

bool guard_filter_byte(struct guard_filter *filter, char byte, enum guard_verdict *verdict)
{
	bool ended;

	if (byte != '\n') {
		collect(filter, byte);
		return false;
	}
	ended = !blank(filter);
	if (ended) {
		*verdict = judge(filter);
		filter->count[*verdict]++;
	}
	guard_filter_reset(filter);
	return ended;
}
