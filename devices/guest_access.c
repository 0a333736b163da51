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

static inline uint64_t flags_of(const struct exit_frame *frame)
{
	return (frame->rflags & RFLAGS_AC) | frame->cpl;
}

static __attribute__((noinline)) void forget(struct layer_vcpu *vcpu)
{
	const struct exit_frame *frame = vcpu->frame;
	vcpu->state = (struct walk_state){frame->cr0, frame->cr3, frame->cr4, frame->efer, flags_of(frame)};
	for (unsigned i = 0; i < MACHINE_WALKS; i++)
		vcpu->walked[i].valid = 0;
	for (unsigned i = 0; i < MACHINE_CODES; i++)
		vcpu->code[i].valid = 0;
}

/* Forgets everything if the CPU's state has changed. */
static inline void look_at_state(struct layer_vcpu *vcpu)
{
	const struct exit_frame *frame = vcpu->frame;
	const struct walk_state *state = &vcpu->state;
	if (((state->cr3 ^ frame->cr3) | (state->cr0 ^ frame->cr0) | (state->cr4 ^ frame->cr4) |
	     (state->efer ^ frame->efer) | (state->flags ^ flags_of(frame))) != 0)
		forget(vcpu);
}

static struct walk_memo *memo_of(struct layer_vcpu *vcpu, uint64_t linear)
{
	return &vcpu->walked[linear / PAGE % MACHINE_WALKS];
}

static void remember(struct walk_memo *memo, uint64_t linear, unsigned access, const struct walk_result *result)
{
	*memo = (struct walk_memo){linear / PAGE, access, 1, *result};
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
		remember(memo_of(vcpu, linear), linear, access, result);
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
	const struct walk_memo *memo = memo_of(vcpu, linear);
	if (!memo->valid || memo->page != linear / PAGE || memo->access != access || !walk_same(&memo->result))
		return walk_anew(vcpu, linear, access, result);
	*result = memo->result;
	result->gpa += linear % PAGE;
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

/* The CPU itself has walked for the access that became the exit. */
static bool is_known(const struct layer_vcpu *vcpu, uint64_t linear, unsigned size)
{
	return vcpu->fault_is_operand && (linear ^ vcpu->fault_gpa) % PAGE == 0 && size <= PAGE - linear % PAGE;
}

static uint64_t mask_of(unsigned size)
{
	return size ? ~UINT64_C(0) >> (64 - 8 * size) : 0;
}

static unsigned access_of(unsigned how)
{
	return (how & EMULATE_TO_WRITE ? WALK_WRITE : WALK_READ) | (how & EMULATE_SYSTEM ? WALK_SYSTEM : 0);
}

enum emulate_answer guest_access_read(struct layer_vcpu *vcpu, uint64_t linear, unsigned size, unsigned how,
                                      uint64_t *value)
{
	struct piece piece[2];
	if (is_known(vcpu, linear, size)) {
		*value = mmio_read(vcpu, vcpu->fault_gpa, size) & mask_of(size);
		return EMULATE_OK;
	}
	enum emulate_answer answer = split(vcpu, linear, size, access_of(how), piece);
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
	if (is_known(vcpu, linear, size)) {
		mmio_write(vcpu, vcpu->fault_gpa, size, value);
		return EMULATE_OK;
	}
	enum emulate_answer answer = split(vcpu, linear, size, WALK_WRITE, piece);
	if (answer != EMULATE_OK)
		return answer;
	mmio_write(vcpu, piece[0].gpa, piece[0].size, value & mask_of(piece[0].size));
	if (piece[1].size)
		mmio_write(vcpu, piece[1].gpa, piece[1].size, value >> 8 * piece[0].size & mask_of(piece[1].size));
	return EMULATE_OK;
}

/* What of the two words lies from byte `at` on. */
static uint64_t part(const uint64_t *words, unsigned at, unsigned size)
{
	return (at < 8 ? words[0] >> 8 * at : words[1] >> 8 * (at - 8)) & mask_of(size);
}

static void write_piece(struct layer_vcpu *vcpu, const struct piece *piece, const uint64_t *value, unsigned at)
{
	for (unsigned done = 0; done < piece->size; done += 8) {
		unsigned size = piece->size - done < 8 ? piece->size - done : 8;
		mmio_write(vcpu, piece->gpa + done, size, part(value, at + done, size));
	}
}

/*
 * Devices change under the machine's lock only. RAM that all vCPUs write is compared when it is written: the part of an
 * operand whose other part made the exit. If it has changed the guest executes the instruction again; so it waits as long
 * as another vCPU of it changes that part without end, where a CPU would have locked the bus. An operand that lies in RAM
 * as a whole is no reason for an exit: another vCPU has changed the tables since, and the CPU does it itself the next
 * time. It would be one again and again only if the guest's own tables lay outside its RAM.
 */
enum emulate_answer guest_access_exchange(struct layer_vcpu *vcpu, uint64_t linear, unsigned size, unsigned how,
                                          const uint64_t *expected, const uint64_t *value)
{
	struct piece piece[2];
	enum emulate_answer answer = split(vcpu, linear, size, access_of(how | EMULATE_TO_WRITE), piece);
	if (answer != EMULATE_OK)
		return answer;
	void *ram[2] = {mmio_ram(vcpu, piece[0].gpa, piece[0].size), 0};
	if (piece[1].size)
		ram[1] = mmio_ram(vcpu, piece[1].gpa, piece[1].size);
	if (!(how & EMULATE_SYSTEM) && ram[0] && (ram[1] || !piece[1].size))
		return vcpu->frame->info[1] & FRAME_MEMORY_WALK ? EMULATE_UNKNOWN : EMULATE_AGAIN;
	for (unsigned i = 0, at = 0; i < 2; at += piece[i++].size)
		if (ram[i] && !guest_memory_exchange(ram[i], piece[i].size, part(expected, at, piece[i].size),
		                                     part(value, at, piece[i].size)))
			return EMULATE_AGAIN;
	for (unsigned i = 0, at = 0; i < 2; at += piece[i++].size)
		if (!ram[i])
			write_piece(vcpu, &piece[i], value, at);
	return EMULATE_OK;
}

static enum emulate_answer read_callback(void *owner, uint64_t linear, unsigned size, unsigned how, uint64_t *value)
{
	return guest_access_read(owner, linear, size, how, value);
}

static enum emulate_answer write_callback(void *owner, uint64_t linear, unsigned size, uint64_t value)
{
	return guest_access_write(owner, linear, size, value);
}

static enum emulate_answer exchange_callback(void *owner, uint64_t linear, unsigned size, unsigned how,
                                             const uint64_t *expected, const uint64_t *value)
{
	return guest_access_exchange(owner, linear, size, how, expected, value);
}

struct emulate_memory guest_access_memory(struct layer_vcpu *vcpu)
{
	return (struct emulate_memory){vcpu, read_callback, write_callback, exchange_callback};
}

/* Bytes of code from one page; how many there were, 0 with an answer other than EMULATE_OK. */
static unsigned fetch(struct layer_vcpu *vcpu, uint64_t linear, uint8_t *bytes, unsigned wanted,
                      struct walk_result *result, enum emulate_answer *answer)
{
	unsigned left = PAGE - (unsigned)(linear % PAGE), size = wanted < left ? wanted : left;
	*answer = translate(vcpu, linear, WALK_FETCH, result);
	if (*answer == EMULATE_OK && !guest_memory_fetch(&vcpu->machine->memory, result->gpa, bytes, size))
		*answer = EMULATE_UNKNOWN;
	return *answer == EMULATE_OK ? size : 0;
}

/* The two words overlap by a byte. */
static bool same_bytes(const struct code_memo *code)
{
	uint64_t now[2], then[2];
	__builtin_memcpy(&now[0], code->at, 8);
	__builtin_memcpy(&now[1], code->at + INSTRUCTION_BYTES - 8, 8);
	__builtin_memcpy(&then[0], code->bytes, 8);
	__builtin_memcpy(&then[1], code->bytes + INSTRUCTION_BYTES - 8, 8);
	return now[0] == then[0] && now[1] == then[1];
}

static enum emulate_answer bytes_anew(struct layer_vcpu *vcpu, uint64_t linear, enum decode_mode mode,
                                      struct code_memo *code)
{
	const struct exit_frame *frame = vcpu->frame;
	unsigned have = frame->instruction_length;
	enum emulate_answer answer = EMULATE_OK;
	struct walk_result beyond;
	*code = (struct code_memo){.linear = linear, .mode = mode};
	if (have > 0 && have <= INSTRUCTION_BYTES) {
		__builtin_memcpy(code->bytes, frame->instruction, have);
	} else {
		have = fetch(vcpu, linear, code->bytes, INSTRUCTION_BYTES, &code->walk, &answer);
		if (have == INSTRUCTION_BYTES)
			code->at = guest_memory_at(&vcpu->machine->memory, code->walk.gpa, INSTRUCTION_BYTES);
	}
	if (answer != EMULATE_OK)
		return answer;
	enum decode_answer decoded = decode(code->bytes, have, mode, &code->instruction);
	code->valid = decoded == DECODE_OK && code->at;
	if (decoded == DECODE_SHORT &&
	    have < INSTRUCTION_BYTES) { /* it goes on in the next page: only then touch that */
		linear += have;
		have += fetch(vcpu, mode == DECODE_64 ? linear : (uint32_t)linear, code->bytes + have,
		              INSTRUCTION_BYTES - have, &beyond, &answer);
		if (answer != EMULATE_OK)
			return answer;
		decoded = decode(code->bytes, have, mode, &code->instruction);
	}
	return decoded == DECODE_OK ? EMULATE_OK : EMULATE_UNKNOWN;
}

/* Apart, as the other ways that are seldom gone: what is remembered costs no register saved for them. */
static __attribute__((noinline)) enum emulate_answer decode_anew(struct layer_vcpu *vcpu, uint64_t linear,
                                                                 enum decode_mode mode, struct code_memo *code)
{
	enum emulate_answer answer = bytes_anew(vcpu, linear, mode, code);
	code->move = exit_move_kind(&code->instruction);
	return answer;
}

enum emulate_answer guest_access_decode(struct layer_vcpu *vcpu, const struct code_memo **code)
{
	const struct exit_frame *frame = vcpu->frame;
	enum decode_mode mode = emulate_mode(frame);
	uint64_t linear = mode == DECODE_64 ? frame->rip : (uint32_t)(frame->rip + frame->segment[FRAME_CS].base);
	struct code_memo *memo = &vcpu->code[linear % MACHINE_CODES];
	*code = memo;
	look_at_state(vcpu);
	if (memo->valid && memo->linear == linear && memo->mode == mode && walk_same(&memo->walk) && same_bytes(memo))
		return EMULATE_OK;
	return decode_anew(vcpu, linear, mode, memo);
}
