/* SPDX-License-Identifier: ISC */
#ifndef TESTS_GUEST_LOCKED_STEPS_H
#define TESTS_GUEST_LOCKED_STEPS_H

/* What the guest tries, in this order; it says for each how many rounds were wrong. */
enum step {
	STEP_INC,       /* both: LOCK INC of the same dword in the window */
	STEP_XADD,      /* LOCK XADD of a quadword */
	STEP_CMPXCHG,   /* LOCK CMPXCHG of a word, until it succeeds */
	STEP_CMPXCHG16, /* LOCK CMPXCHG16B */
	STEP_BITS,      /* LOCK BTS, a bit number that reaches beyond the operand: each bit is set by one of both */
	STEP_XCHG,      /* a spin lock in the window, by XCHG, and a number that it guards */
	STEP_ACROSS,    /* both: LOCK INC of a dword whose lower half is RAM and whose upper half is the window's */
	/* one vCPU is answered by the layer, the other one does something without an exit all the time: */
	STEP_HALF,  /* LOCK INC across both; LOCK INC of the half in RAM */
	STEP_LOAD,  /* MOVS of a dword from RAM to the window; writes of it, as a whole */
	STEP_STORE, /* MOVS of one of two dwords from the window to RAM; reads of it, as a whole */
	STEPS
};
#define ROUNDS 2000u /* of each vCPU in each step; below 16,384, so that no half overflows */

#endif
