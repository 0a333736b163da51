/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_DECODE_EMULATE_WORK_H
#define DEVICES_DECODE_EMULATE_WORK_H

#include "devices/decode/emulate.h"

/* Between the files of the emulator: one instruction under way. Flags and rip go into the frame when it has succeeded. */
struct work {
	struct exit_frame *frame;
	const struct instruction *in;
	const struct emulate_memory *memory;
	enum decode_mode mode;
	uint64_t next_rip, flags;
};

/* A general register; a 32-bit result clears its upper half, 8- and 16-bit results leave the rest alone. */
uint64_t work_get(const struct work *work, unsigned number, bool high, unsigned size);
void work_set(const struct work *work, unsigned number, bool high, unsigned size, uint64_t value);
/* The operand that ModRM.rm names, memory or register. `to_write`: work_replace_rm follows, with what was read. */
enum emulate_answer work_read_rm(struct work *work, unsigned size, bool to_write, uint64_t *value);
enum emulate_answer work_write_rm(struct work *work, uint64_t value);
enum emulate_answer work_replace_rm(struct work *work, uint64_t expected, uint64_t value);
/* Where it is, if it is memory; false: an exception is in frame.inject. */
bool work_linear_rm(const struct work *work, unsigned size, uint64_t *linear);
/* Operands that are not in memory. */
uint64_t work_source(const struct work *work);
void work_set_destination(const struct work *work, uint64_t value);

/* XCHG, XADD, CMPXCHG, CMPXCHG8B, CMPXCHG16B */
enum emulate_answer emulate_exchange(struct work *work);
/* ROL to SHRD, MUL to IDIV, IMUL_REG to ARPL */
enum emulate_answer emulate_arithmetic(struct work *work);
/* MOV to a segment register */
enum emulate_answer emulate_segment(struct work *work);
/* PUSH, POP, CALL, JMP */
enum emulate_answer emulate_stack(struct work *work);

#endif
