/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_DECODE_EMULATE_H
#define DEVICES_DECODE_EMULATE_H

#include "abi/frame.h"
#include "devices/decode/decode.h"

/*
 * Executes a decoded instruction on the registers of an exit frame; memory operands go through two functions that are
 * given linear addresses. Needs the frame's FRAME_HAS_GPR, _CONTROL and _SEGMENTS.
 * EMULATE_OK: frame.rip, rflags and gpr are as after the instruction, after OP_MOV_SEGMENT the segment, too; a repeated
 *   string instruction may stand at its own address with less left to do, as after an interrupt.
 * EMULATE_FAULT: frame.inject holds the exception; rip is at the instruction, registers as architecture has them.
 * EMULATE_AGAIN: nothing changed; let the guest execute it again.
 * EMULATE_UNKNOWN: nothing changed; this form is not emulated.
 */
enum emulate_answer { EMULATE_OK, EMULATE_FAULT, EMULATE_AGAIN, EMULATE_UNKNOWN };

/* What an access is for. */
#define EMULATE_TO_WRITE 1u /* the end of it follows, at the same place: the right to write is checked too */
#define EMULATE_SYSTEM 2u   /* of a descriptor: with the rights of CPL 0, whatever it is */

struct emulate_memory {
	void *owner;
	/* On EMULATE_FAULT they have put the exception into frame.inject (and frame.cr2). size is 1, 2, 4 or 8; `how` is
	   of EMULATE_*. */
	enum emulate_answer (*read)(void *owner, uint64_t linear, unsigned size, unsigned how, uint64_t *value);
	enum emulate_answer (*write)(void *owner, uint64_t linear, unsigned size, uint64_t value);
	/* Puts `value` where a read with TO_WRITE found `expected`, with no write of another CPU in between; EMULATE_AGAIN:
	   there was one. size may also be 16, aligned: two words each. */
	enum emulate_answer (*exchange)(void *owner, uint64_t linear, unsigned size, unsigned how,
	                                const uint64_t *expected, const uint64_t *value);
};

#define EMULATE_REPEATS 512u /* rounds of a repeated string instruction in one go */

enum emulate_answer emulate(struct exit_frame *frame, const struct instruction *instruction,
                            const struct emulate_memory *memory);

/* How the code at CS:RIP is to be decoded. */
static inline enum decode_mode emulate_mode(const struct exit_frame *frame)
{
	enum { CR0_PE = 1u, EFER_LMA = 1u << 10, CS_L = 1u << 9, CS_D = 1u << 10 };
	unsigned attributes = frame->segment[FRAME_CS].attributes;
	if ((frame->efer & EFER_LMA) && (attributes & CS_L))
		return DECODE_64;
	return (frame->cr0 & CR0_PE) && (attributes & CS_D) ? DECODE_32 : DECODE_16;
}
/*
 * Linear address of `size` bytes at `offset` in a segment; false: #GP(0) or #SS(0) is in frame.inject.
 * The limit of an expand-down segment and the right to read or write by segment type are not checked: the hardware did
 * before the access became an exit.
 */
bool emulate_linear(struct exit_frame *frame, unsigned segment, uint64_t offset, unsigned size, uint64_t *linear);

#endif
