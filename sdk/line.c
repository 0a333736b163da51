/* SPDX-License-Identifier: ISC */
#include "sdk/event.h"
#include "sdk/hypercall.h"
#include "sdk/line.h"

uint64_t line_event(const struct info_line *line)
{
	return line ? event_bit(line->event) : 0;
}

enum status line_unmask(const struct info_line *line)
{
	return line ? hypercall_void(HC_LINE_UNMASK, line->index, 0, 0) : ERR_INDEX;
}
