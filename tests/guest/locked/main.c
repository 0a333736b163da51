/* SPDX-License-Identifier: ISC */
/* A guest with two vCPUs changes memory that its layer emulates (guest.c) and says for each step what went wrong. */
#include "sdk/sdk.h"
#include "tests/guest/common/judge.h"
#include "tests/guest/locked/steps.h"

static const char *const names[STEPS] = {[STEP_INC] = "LOCK INC",
                                         [STEP_XADD] = "LOCK XADD",
                                         [STEP_CMPXCHG] = "LOCK CMPXCHG",
                                         [STEP_CMPXCHG16] = "LOCK CMPXCHG16B",
                                         [STEP_BITS] = "LOCK BTS of a bit string",
                                         [STEP_XCHG] = "XCHG as a spin lock",
                                         [STEP_ACROSS] = "LOCK INC across RAM and a device",
                                         [STEP_HALF] = "LOCK INC across both, and of the half in RAM",
                                         [STEP_LOAD] = "MOVS from RAM that changes as a whole",
                                         [STEP_STORE] = "MOVS to RAM, seen as a whole"};

/* The next number that the guest says; false: nothing for a minute. */
static bool next_number(struct channel *pawn, uint64_t *number)
{
	uint64_t until = clock_deadline(60 * CLOCK_S);
	*number = 0;
	while (clock_tsc() < until) {
		char byte;
		if (!channel_read(pawn, &byte, 1))
			event_wait(channel_event(pawn), clock_deadline(CLOCK_MS));
		else if (byte == '\n')
			return true;
		else
			*number = *number * 10 + (uint64_t)(byte - '0');
	}
	return false;
}

int main(void)
{
	struct channel pawn;
	uint64_t wrong;
	report_open(&pawn, "pawn");
	(void)next_number(&pawn, &wrong);
	judge(wrong == 0, "the second vCPU starts with its CPU's signature in EDX: bits %lx differ", wrong);
	for (unsigned step = 0; step < STEPS; step++) {
		if (!judge(next_number(&pawn, &wrong), "%s by two vCPUs, %u rounds each", names[step], ROUNDS))
			break;
		judge(wrong == 0, "%lu of them were wrong", wrong);
	}
	judge_end();
	return 0;
}
