/* SPDX-License-Identifier: ISC */
#ifndef TESTS_GUEST_COMMON_ATTACK_H
#define TESTS_GUEST_COMMON_ATTACK_H

#include "tests/guest/common/denials.h"
#include "tests/guest/common/judge.h"

/*
 * The shape of an attack test: a `hostile` application attacks when told and reports, word 0 being the number of its
 * attempts that were refused; a `victim` (victim.h) lives beside it; the judge reads the audit records meanwhile.
 */
struct attack {
	struct channel hostile, victim;
	struct denials denials;
	struct report report; /* of the hostile application */
	uint64_t written;     /* user records that it wrote: they share its budget */
};
/* The judge: starts the attack, waits for its report and reads the audit records meanwhile. */
void attack_run(struct attack *attack, unsigned seconds);
/* Every refusal is a record or counted in one, and the core's own counter agrees. */
void attack_audited(struct attack *attack);
/* Looks at the victim (`frame_us` long frames) and ends the test. */
void attack_end(struct attack *attack, uint64_t frame_us, uint64_t slack);

/* The hostile application: opens its channel, traps and CPL 3, and waits until told. */
void hostile_begin(struct channel *channel);
/* Reports; one more refused call in a later major frame before that makes the core report what it has suppressed. */
void hostile_end(struct channel *channel, struct report *report);

#endif
