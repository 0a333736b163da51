/* SPDX-License-Identifier: ISC */
#include "sdk/event.h"
#include "sdk/hypercall.h"

enum status event_signal(uint32_t index)
{
	return index == EVENT_NONE ? OK : hypercall_void(HC_EVENT_SIGNAL, index, 0, 0);
}

uint64_t event_wait(uint64_t mask, uint64_t deadline)
{
	uint64_t result[3] = {0};

	return hypercall(HC_EVENT_WAIT, mask, deadline, 0, result) == OK ? result[0] : 0;
}

enum status event_enable(uint64_t mask)
{
	return hypercall_void(HC_EVENT_MASK, mask, 0, 0);
}
