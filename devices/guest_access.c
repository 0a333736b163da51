/* SPDX-License-Identifier: ISC */
/*
 * A device is mostly accessed by the same few instructions at the same few pages, again and again. So the last walks and
 * the last decoding are kept, with everything they depend on: the CPU's state and each table entry as it was read, or
 * the bytes. What is found unchanged gives the same answer; nobody has to tell the layer of a change.
 */
#include "devices/guest_access.h"
#include "devices/decode/walk.h"
#include "devices/exit.h"
#include "devices/mmio.h"

enum { VECTOR_PF = 14, PHYSICAL_BITS = 52, PAGE = 4096, RFLAGS_AC = 1 << 18 };

struct piece {
	uint64_t gpa;
	unsigned size;
};

static uint64_t flags_of(const struct exit_frame *frame, unsigned access)
{
	return (frame->rflags & RFLAGS_AC) | (uint64_t)frame->cpl << 8 | access;
}

static struct walk_memo *memo_of(struct layer_vcpu *vcpu, uint64_t linear, unsigned access)
{
	return &vcpu->walked[access == WALK_FETCH ? 0 : 1 + linear / PAGE % (MACHINE_WALKS - 1)];
}

static bool remembered(const struct walk_memo *memo, const struct exit_frame *frame, uint64_t linear, unsigned access)
{
	return memo->page == linear / PAGE && memo->cr3 == frame->cr3 && memo->flags == flags_of(frame, access) &&
	       memo->cr0 == frame->cr0 && memo->cr4 == frame->cr4 && memo->efer == frame->efer &&
	       walk_same(&memo->result);
}

static void remember(struct walk_memo *memo, const struct exit_frame *frame, uint64_t linear, unsigned access,
                     const struct walk_result *result)
{
	memo->page = linear / PAGE;
	memo->cr0 = frame->cr0;
	memo->cr3 = frame->cr3;
	memo->cr4 = frame->cr4;
	memo->efer = frame->efer;
	memo->flags = flags_of(frame, access);
	memo->result = *result;
	memo->result.gpa -= linear % PAGE;
}

static enum emulate_answer walk_anew(struct layer_vcpu *vcpu, uint64_t linear, unsigned access,
                                     struct walk_result *result)
{
	struct exit_frame *frame = vcpu->frame;
	struct walk_cpu cpu = {frame->cr0,    frame->cr3, frame->cr4,   frame->efer,
	                       frame->rflags, frame->cpl, PHYSICAL_BITS};
	switch (walk(&vcpu->machine->memory, &cpu, linear, access, result)) {
	case WALK_OK:
		remember(memo_of(vcpu, linear, access), frame, linear, access, result);
		return EMULATE_OK;
	case WALK_FAULT:
		frame->inject = FRAME_INJECT_EXCEPTION(VECTOR_PF) | FRAME_INJECT_ERROR(result->error);
		frame->cr2 = linear;
		vcpu->cr2_changed = true;
		return EMULATE_FAULT;
	case WALK_AGAIN:
		return EMULATE_AGAIN;
	default:
		exit_fault(vcpu, LAYER_FAULT_PAGING, frame->rip, frame->cr4);
		return EMULATE_AGAIN;
	}
}

static enum emulate_answer translate(struct layer_vcpu *vcpu, uint64_t linear, unsigned access,
                                     struct walk_result *result)
{
	const struct walk_memo *memo = memo_of(vcpu, linear, access);
	if (!remembered(memo, vcpu->frame, linear, access))
		return walk_anew(vcpu, linear, access, result);
	result->gpa = memo->result.gpa + linear % PAGE;
	return EMULATE_OK;
}

/* One or two pieces, each inside a page. */
static enum emulate_answer split(struct layer_vcpu *vcpu, uint64_t linear, unsigned size, unsigned access,
                                 struct piece piece[2])
{
	struct walk_result result;
	enum emulate_answer answer = translate(vcpu, linear, access, &result);
	if (answer != EMULATE_OK)
		return answer;
	unsigned left = PAGE - (unsigned)(linear % PAGE);
	piece[0] = (struct piece){result.gpa, size < left ? size : left};
	piece[1] = (struct piece){0, size - piece[0].size};
	if (!piece[1].size)
		return EMULATE_OK;
	answer = translate(vcpu, linear + piece[0].size, access, &result);
	piece[1].gpa = result.gpa;
	return answer;
}

static uint64_t mask_of(unsigned size)
{
	return size ? ~UINT64_C(0) >> (64 - 8 * size) : 0;
}

enum emulate_answer guest_access_read(struct layer_vcpu *vcpu, uint64_t linear, unsigned size, bool to_write,
                                      uint64_t *value)
{
	struct piece piece[2];
	enum emulate_answer answer = split(vcpu, linear, size, to_write ? WALK_WRITE : WALK_READ, piece);
	if (answer != EMULATE_OK)
		return answer;
	*value = mmio_read(vcpu, piece[0].gpa, piece[0].size) & mask_of(piece[0].size);
	if (piece[1].size)
		*value |= (mmio_read(vcpu, piece[1].gpa, piece[1].size) & mask_of(piece[1].size)) << 8 * piece[0].size;
	return EMULATE_OK;
}

enum emulate_answer guest_access_write(struct layer_vcpu *vcpu, uint64_t linear, unsigned size, uint64_t value)
{
	struct piece piece[2];
	enum emulate_answer answer = split(vcpu, linear, size, WALK_WRITE, piece);
	if (answer != EMULATE_OK)
		return answer;
	mmio_write(vcpu, piece[0].gpa, piece[0].size, value & mask_of(piece[0].size));
	if (piece[1].size)
		mmio_write(vcpu, piece[1].gpa, piece[1].size, value >> 8 * piece[0].size & mask_of(piece[1].size));
	return EMULATE_OK;
}

static enum emulate_answer read_callback(void *owner, uint64_t linear, unsigned size, bool to_write, uint64_t *value)
{
	return guest_access_read(owner, linear, size, to_write, value);
}

static enum emulate_answer write_callback(void *owner, uint64_t linear, unsigned size, uint64_t value)
{
	return guest_access_write(owner, linear, size, value);
}

struct emulate_memory guest_access_memory(struct layer_vcpu *vcpu)
{
	return (struct emulate_memory){vcpu, read_callback, write_callback};
}

/* Bytes of code from one page; how many there were, 0 with an answer other than EMULATE_OK. */
static unsigned fetch(struct layer_vcpu *vcpu, uint64_t linear, uint8_t *bytes, unsigned wanted,
                      enum emulate_answer *answer)
{
	struct walk_result result;
	unsigned left = PAGE - (unsigned)(linear % PAGE), size = wanted < left ? wanted : left;
	*answer = translate(vcpu, linear, WALK_FETCH, &result);
	if (*answer == EMULATE_OK && !guest_memory_fetch(&vcpu->machine->memory, result.gpa, bytes, size))
		*answer = EMULATE_UNKNOWN;
	return *answer == EMULATE_OK ? size : 0;
}

enum emulate_answer guest_access_decode(struct layer_vcpu *vcpu, uint8_t bytes[INSTRUCTION_BYTES],
                                        struct instruction *instruction)
{
	struct exit_frame *frame = vcpu->frame;
	enum decode_mode mode = emulate_mode(frame);
	uint64_t linear = frame->rip + (mode == DECODE_64 ? 0 : frame->segment[FRAME_CS].base);
	unsigned have = frame->instruction_length;
	enum emulate_answer answer = EMULATE_OK;
	__builtin_memset(bytes, 0, INSTRUCTION_BYTES);
	if (have > 0 && have <= INSTRUCTION_BYTES)
		__builtin_memcpy(bytes, frame->instruction, have);
	else
		have = fetch(vcpu, mode == DECODE_64 ? linear : (uint32_t)linear, bytes, INSTRUCTION_BYTES, &answer);
	if (answer != EMULATE_OK)
		return answer;
	struct decode_memo *memo = &vcpu->decoded;
	uint64_t words[2] = {0};
	__builtin_memcpy(words, bytes, INSTRUCTION_BYTES);
	if (have == INSTRUCTION_BYTES && memo->valid && memo->bytes[0] == words[0] && memo->bytes[1] == words[1] &&
	    memo->mode == mode) {
		*instruction = memo->instruction;
		return EMULATE_OK;
	}
	enum decode_answer decoded = decode(bytes, have, mode, instruction);
	if (decoded == DECODE_OK && have == INSTRUCTION_BYTES)
		*memo = (struct decode_memo){{words[0], words[1]}, mode, 1, *instruction};
	if (decoded == DECODE_SHORT &&
	    have < INSTRUCTION_BYTES) { /* it goes on in the next page: only then touch that */
		linear += have;
		have += fetch(vcpu, mode == DECODE_64 ? linear : (uint32_t)linear, bytes + have,
		              INSTRUCTION_BYTES - have, &answer);
		if (answer != EMULATE_OK)
			return answer;
		decoded = decode(bytes, have, mode, instruction);
	}
	return decoded == DECODE_OK ? EMULATE_OK : EMULATE_UNKNOWN;
}
