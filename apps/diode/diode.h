/* SPDX-License-Identifier: ISC */
#ifndef DIODE_DIODE_H
#define DIODE_DIODE_H

#include <stdbool.h>
#include "sdk/channel.h"

/*
 * A data diode: bytes of the channel "in" (option in=NAME) go to the channel "out" (option out=NAME), which must be
 * one-way, so that its reader has no page and no event to answer with: not what it says, nor when or how fast it reads,
 * can come back. The sender may be held back by the diode, never by the reader. Lost bytes are counted and audited.
 */
#define DIODE_STARTED 1u
#define DIODE_LOST 2u /* bytes now, bytes so far */
struct diode {
	struct channel in, out;
	uint64_t passed, lost;
};
/* ERR_ARGUMENT if the channel out is not one-way or is itself readable; ERR_INDEX if a channel is missing. */
enum status diode_open(struct diode *diode);
/* Moves at most DIODE_STEP bytes. True: there may be more. */
#define DIODE_STEP 4096u
bool diode_step(struct diode *diode);
uint64_t diode_events(const struct diode *diode);

#endif
