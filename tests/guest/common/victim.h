/* SPDX-License-Identifier: ISC */
#ifndef TESTS_GUEST_COMMON_VICTIM_H
#define TESTS_GUEST_COMMON_VICTIM_H

#include "sdk/channel.h"

/*
 * The neighbour of an attack: until the judge's report comes on its channel it measures its frames, holds canaries in
 * all its registers and in its memory, and then reports what it saw. Options: major, frame (us), loops (canary_hold).
 */
void victim(void);
/* The judge's side: asks, and checks that nothing happened to it. `frame_us`: as planned; `slack` in ticks. */
void victim_check(struct channel *channel, uint64_t frame_us, uint64_t slack);

#endif
