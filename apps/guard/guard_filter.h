/* SPDX-License-Identifier: ISC */
#ifndef GUARD_FILTER_H
#define GUARD_FILTER_H

#include "apps/guard/guard_record.h"

/*
 * Bytes in, at most one finished line's verdict out. Bounded: no line, however long, takes more than the buffer.
 */
struct guard_filter {
	char line[GUARD_LINE + 1]; /* room for the CR */
	uint32_t used;
	bool spoilt; /* skip to the next LF, then report `reason` */
	enum guard_verdict reason;
	struct guard_record record; /* the last one that passed */
	uint64_t count[GUARD_VERDICTS];
};
void guard_filter_reset(struct guard_filter *filter); /* counts stay */
/* Bytes are missing here: the line they belong to does not count. */
void guard_filter_gap(struct guard_filter *filter);
/* True if this byte ended a line: *verdict, and with GUARD_PASS filter->record. Empty lines are nothing at all. */
bool guard_filter_byte(struct guard_filter *filter, char byte, enum guard_verdict *verdict);

#endif
