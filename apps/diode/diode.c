/* SPDX-License-Identifier: ISC */
#include "apps/diode/diode.h"
#include "sdk/audit.h"

/*
 * The description already makes the way back impossible; the check at start makes a wrong description a visible
 * mistake. Writing to a one-way channel always takes everything, so the diode keeps no state that depends on a reader.
 */
#define COPY_BYTES 512u

enum status diode_open(struct diode *diode)
{
	enum status status = channel_open_option(&diode->in, "in");

	diode->passed = diode->lost = 0;
	if (status == OK)
		status = channel_open_option(&diode->out, "out");
	if (status != OK)
		return status;
	if ((diode->out.info->flags & (CHANNEL_ONE_WAY | CHANNEL_OUT | CHANNEL_IN)) != (CHANNEL_ONE_WAY | CHANNEL_OUT))
		return ERR_ARGUMENT;
	return OK;
}

bool diode_step(struct diode *diode)
{
	uint8_t bytes[COPY_BYTES];
	uint64_t lost;

	for (unsigned moved = 0; moved < DIODE_STEP; moved += COPY_BYTES) {
		size_t length = channel_read(&diode->in, bytes, sizeof(bytes));
		lost = channel_lost(&diode->in);
		diode->lost += lost;
		if (lost)
			audit_write(DIODE_LOST, lost, diode->lost);
		if (!length)
			return false;
		diode->passed += channel_write(&diode->out, bytes, length);
	}
	return true;
}

uint64_t diode_events(const struct diode *diode)
{
	return channel_event(&diode->in);
}
