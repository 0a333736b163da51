/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>
#include <asm/ldt.h>
#include <cmocka.h>
#include "devices/decode/alu.h"
#include "devices/decode/emulate.h"

/*
 * The decoder and the emulator against the CPU that runs this test, on random bytes in 64-, 32- and 16-bit code: what
 * the decoder takes for an instruction is single-stepped, with the same registers and memory. It has to have the same
 * length and effect, or the same exception at the same address; what the CPU calls undefined must be unknown.
 * Memory is 64 KiB between two guards; what would reach beyond the guards is not tried. 16-bit code runs in a segment
 * of the LDT. Descriptors are what the CPU says of them by LAR and LSL; those it says nothing of are CPL 0's.
 */
#define BUFFER 0x10000u
#define SAMPLES 60000u
#define SEEN 30u /* of each operation, at least */
#define STATUS_FLAGS (FLAG_CF | FLAG_PF | FLAG_AF | FLAG_ZF | FLAG_SF | FLAG_OF)
#define REPEATS 40u
enum { FLAT_CODE32 = 0x23, FLAT_CODE64 = 0x33, FLAT_DATA = 0x2b, LDT_CODE16 = 1, LDT_DATA16, LDT_GS, LDT_OTHERS };
enum { TABLE_ENTRIES = 16, LDT_OTHER_COUNT = 6, NOP = 0x90, VECTORS = 32 };
#define TABLES UINT64_C(0x7e0000000000) /* where the emulator finds GDT and LDT; nobody is there */
enum { GS_OFFSET = 0x40, CODE_AT = 0x100 };
#define LDT_SELECTOR(entry) ((uint16_t)((entry) << 3 | 7))

static uint8_t *arena, *buffer, *code; /* all below 4 GiB */
static uint8_t start[BUFFER], ours[BUFFER];
static uint64_t seed = 88172645463325252u;

static uint64_t random64(void)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed;
}

static unsigned below(unsigned limit)
{
	return (unsigned)(random64() >> 11) % limit;
}

/* --- the CPU: a breakpoint's handler loads the registers, that of what comes then stores them --- */

static const int register_of[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                                    REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
static struct {
	enum { IDLE, ENTER, STEP } phase;
	uint16_t cs, ss;
	unsigned steps;
	gregset_t saved;
	struct exit_frame frame; /* in and out */
	int signal;
	uint64_t trap, error, cr2;
} native;

static void load(greg_t *regs)
{
	memcpy(native.saved, regs, sizeof native.saved);
	for (unsigned i = 0; i < 16; i++)
		regs[register_of[i]] = (greg_t)native.frame.gpr[i];
	regs[REG_RIP] = (greg_t)native.frame.rip;
	regs[REG_EFL] = (greg_t)(native.frame.rflags | FLAG_TF);
	uint64_t segments = (uint64_t)regs[REG_CSGSFS] & UINT64_C(0x0000ffffffff0000);
	regs[REG_CSGSFS] = (greg_t)(segments | native.cs | (uint64_t)native.ss << 48);
	native.phase = STEP;
}

static void store(int signal, greg_t *regs)
{
	for (unsigned i = 0; i < 16; i++)
		native.frame.gpr[i] = (uint64_t)regs[register_of[i]];
	native.frame.rip = (uint64_t)regs[REG_RIP];
	native.frame.rflags = (uint64_t)regs[REG_EFL];
	native.signal = signal;
	native.trap = (uint64_t)regs[REG_TRAPNO];
	native.error = (uint64_t)regs[REG_ERR];
	native.cr2 = (uint64_t)regs[REG_CR2];
	native.frame.segment[FRAME_SS].selector = (uint16_t)((uint64_t)regs[REG_CSGSFS] >> 48);
	__asm__("mov %%ds, %0" : "=r"(native.frame.segment[FRAME_DS].selector));
	__asm__("mov %%es, %0" : "=r"(native.frame.segment[FRAME_ES].selector));
	__asm__("mov %%gs, %0" : "=r"(native.frame.segment[FRAME_GS].selector));
	memcpy(regs, native.saved, sizeof native.saved);
	native.phase = IDLE;
}

static void on_signal(int number, siginfo_t *info, void *context)
{
	greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;
	(void)info;
	if (native.phase == IDLE)
		_exit(3);
	if (native.phase == ENTER)
		load(regs);
	else if (number != SIGTRAP || (uint64_t)regs[REG_RIP] != native.frame.rip || native.steps++ == REPEATS)
		store(number, regs);
}

static void run_native(uint16_t cs, uint16_t data)
{
	native.cs = cs;
	native.ss = data;
	native.steps = 0;
	native.phase = ENTER;
	__asm__ volatile(
	        "mov %0, %%ds\n\tmov %0, %%es\n\tmov %1, %%gs\n\tint3\n\tmov %2, %%ds\n\tmov %2, %%es\n\tmov %2, %%gs"
	        :
	        : "r"((uint32_t)data), "r"((uint32_t)LDT_SELECTOR(LDT_GS)), "r"(0)
	        : "memory", "cc");
}

static bool describe(unsigned entry, const void *base, unsigned limit, bool is_code, bool wide)
{
	struct user_desc desc = {.entry_number = entry,
	                         .base_addr = (unsigned)(uintptr_t)base,
	                         .limit = limit,
	                         .seg_32bit = wide,
	                         .contents = is_code ? 2 : 0,
	                         .limit_in_pages = wide,
	                         .useable = 1};
	return syscall(SYS_modify_ldt, 1, &desc, sizeof desc) == 0;
}

/* Not present; read only; code; expanding down; conforming code that is not present; code, not present. */
static bool describe_others(void)
{
	for (unsigned i = 0; i < LDT_OTHER_COUNT; i++) {
		struct user_desc desc = {.entry_number = LDT_OTHERS + i,
		                         .base_addr = (unsigned)(uintptr_t)buffer,
		                         .limit = 0x100 + i,
		                         .seg_32bit = 1,
		                         .contents = i == 2 || i == 5 ? 2
		                                     : i == 3         ? 1
		                                     : i == 4         ? 3
		                                                      : 0,
		                         .read_exec_only = i == 1 || i == 2,
		                         .seg_not_present = i == 0 || i >= 4,
		                         .useable = 1};
		if (syscall(SYS_modify_ldt, 0x11, &desc, sizeof desc) != 0)
			return false;
	}
	return true;
}

static uint64_t tables[2][TABLE_ENTRIES];

static void look_up_tables(void)
{
	for (unsigned i = 0; i < 2 * TABLE_ENTRIES; i++) {
		uint32_t selector = i % TABLE_ENTRIES << 3 | i / TABLE_ENTRIES << 2 | 3, rights = 0x9300, limit = 0;
		bool told;
		__asm__("lar %2, %0" : "+r"(rights), "=@ccz"(told) : "r"(selector));
		if (told)
			__asm__("lsl %1, %0" : "+r"(limit) : "r"(selector) : "cc");
		if (told && (rights & 0x800000))
			limit >>= 12;
		if (told)
			rights &= 0xf0ff00;
		tables[i / TABLE_ENTRIES][i % TABLE_ENTRIES] =
		        (uint64_t)rights << 32 | (limit & 0xffff) | (uint64_t)(limit >> 16 & 0xf) << 48;
	}
}

static int set_up(void **state)
{
	(void)state;
	static uint8_t stack[0x10000];
	stack_t alternative = {.ss_sp = stack, .ss_size = sizeof stack};
	arena = mmap(0, 4 * BUFFER, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	code = mmap(0, BUFFER, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	assert_ptr_not_equal(arena, MAP_FAILED);
	assert_ptr_not_equal(code, MAP_FAILED);
	buffer = arena + BUFFER;
	assert_int_equal(mprotect(buffer, BUFFER, PROT_READ | PROT_WRITE), 0);
	assert_int_equal(sigaltstack(&alternative, 0), 0);
	for (unsigned i = 0; i < BUFFER; i++)
		start[i] = (uint8_t)random64();
	bool described = describe(LDT_CODE16, code, BUFFER - 1, true, false) &&
	                 describe(LDT_DATA16, buffer, BUFFER - 1, false, false) &&
	                 describe(LDT_GS, buffer + GS_OFFSET, 0xfffff, false, true) && describe_others();
	look_up_tables();
	return !described;
}

/* --- the emulator, on a copy --- */

static struct {
	bool outside; /* of the arena */
	uint64_t fault;
} reach;

/* Where in the buffer; BUFFER: nowhere. */
static unsigned place(uint64_t linear, unsigned size)
{
	uint64_t offset = linear - (uintptr_t)buffer;
	if (offset <= BUFFER - size)
		return (unsigned)offset;
	uint64_t in_arena = linear - (uintptr_t)arena;
	reach.outside = reach.outside || in_arena > 3 * BUFFER - size;
	reach.fault = offset < BUFFER ? (uintptr_t)buffer + BUFFER : linear;
	return BUFFER;
}

/* What the operand is to be, where random memory would never be it: put there as it is first read. */
static struct {
	unsigned size; /* 0: nothing */
	uint64_t value[2];
} plant;

static void put_plant(unsigned at, unsigned size)
{
	if (plant.size <= BUFFER - at && plant.size >= size) {
		memcpy(start + at, plant.value, plant.size);
		memcpy(ours + at, plant.value, plant.size);
	}
	plant.size = 0;
}

static enum emulate_answer read_ours(void *owner, uint64_t linear, unsigned size, unsigned how, uint64_t *value)
{
	(void)owner;
	if (how & EMULATE_SYSTEM) {
		assert_true(size == 8 && linear - TABLES <= sizeof tables - 8);
		memcpy(value, (uint8_t *)tables + (linear - TABLES), 8);
		return EMULATE_OK;
	}
	unsigned at = place(linear, size);
	if (at == BUFFER)
		return EMULATE_FAULT;
	put_plant(at, size);
	*value = 0;
	memcpy(value, ours + at, size);
	return EMULATE_OK;
}

static enum emulate_answer write_ours(void *owner, uint64_t linear, unsigned size, uint64_t value)
{
	(void)owner;
	unsigned at = place(linear, size);
	if (at == BUFFER)
		return EMULATE_FAULT;
	memcpy(ours + at, &value, size);
	return EMULATE_OK;
}

static enum emulate_answer exchange_ours(void *owner, uint64_t linear, unsigned size, unsigned how,
                                         const uint64_t *expected, const uint64_t *value)
{
	(void)owner;
	if (how & EMULATE_SYSTEM)
		return EMULATE_OK; /* the CPU has done so long ago */
	unsigned at = place(linear, size);
	if (at == BUFFER)
		return EMULATE_FAULT;
	assert_memory_equal(ours + at, expected, size);
	memcpy(ours + at, value, size);
	return EMULATE_OK;
}

/* --- samples --- */

struct sample {
	uint8_t bytes[INSTRUCTION_BYTES];
	struct instruction in;
	enum decode_mode mode;
	struct exit_frame frame;
	uint64_t rcx; /* before it */
};

/* Opcodes that random bytes hit too seldom; 0 ends one. */
static const uint8_t rare[][4] = {{0x0f, 0x38, 0xf0},
                                  {0x0f, 0x38, 0xf1},
                                  {0x0f, 0xb8},
                                  {0x0f, 0xbc},
                                  {0x0f, 0xbd},
                                  {0xf3, 0x0f, 0xbc},
                                  {0xf3, 0x0f, 0xbd},
                                  {0x0f, 0xc7},
                                  {0x0f, 0xaf},
                                  {0x0f, 0xa4},
                                  {0x0f, 0xa5},
                                  {0x0f, 0xac},
                                  {0x0f, 0xad},
                                  {0xc0},
                                  {0xc1},
                                  {0xd0},
                                  {0xd1},
                                  {0xd2},
                                  {0xd3},
                                  {0xf6},
                                  {0xf7},
                                  {0x63},
                                  {0x69},
                                  {0x6b},
                                  {0xff},
                                  {0x8e},
                                  {0x8e}, /* of many kinds */
                                  {0x48, 0x0f, 0xc7, 0x0e}};

static unsigned make_opcode(uint8_t *bytes)
{
	unsigned count = 0, which = below(3 * sizeof rare / sizeof *rare);
	if (which < sizeof rare / sizeof *rare)
		while (count < 4 && rare[which][count]) {
			bytes[count] = rare[which][count];
			count++;
		}
	else if (below(3) == 0)
		bytes[count++] = 0x0f;
	return count;
}

static void make_bytes(struct sample *sample)
{
	static const uint8_t prefixes[] = {0x66, 0x67, 0xf0, 0xf2, 0xf3, 0x65, 0x36, 0x2e};
	unsigned at = 0;
	while (at < 4 && below(3) == 0)
		sample->bytes[at++] = prefixes[below(sizeof prefixes)];
	if (sample->mode == DECODE_64 && below(2))
		sample->bytes[at++] = (uint8_t)(0x40 | below(16));
	at += make_opcode(sample->bytes + at);
	bool small = below(2);
	for (unsigned i = at; i < INSTRUCTION_BYTES; i++)
		sample->bytes[i] = i > at + 3 && small ? 0 : (uint8_t)random64();
}

/* An address that stands alone in the instruction is made one of the buffer. */
static void aim(struct sample *sample)
{
	const struct instruction *in = &sample->in;
	if (in->has_base || in->has_index || in->rm_is_register || !in->displacement || sample->mode == DECODE_16)
		return;
	uint64_t target = (uintptr_t)buffer + below(BUFFER), bytes = in->address_size == 8 ? 8 : 4;
	if (in->segment == FRAME_GS)
		target -= (uintptr_t)buffer + GS_OFFSET;
	if (in->rip_relative)
		target -= sample->frame.rip + in->length;
	for (unsigned size = (unsigned)bytes; size >= 4; size -= 4)
		for (unsigned i = 1; i + size <= in->length; i++)
			if (memcmp(sample->bytes + i, &in->displacement, size) == 0) {
				memcpy(sample->bytes + i, &target, size);
				return;
			}
}

static void make_state(struct sample *sample)
{
	bool sixteen = sample->mode == DECODE_16, wide = sample->mode == DECODE_64;
	struct exit_frame *frame = &sample->frame;
	for (unsigned i = 0; i < 16; i++) {
		uint64_t near = (sixteen ? 0 : (uintptr_t)buffer) + below(BUFFER), any = random64();
		unsigned what = below(8);
		frame->gpr[i] = what < 4    ? near
		                : what < 6  ? below(REPEATS)
		                : what == 6 ? any
		                            : ~UINT64_C(0) - below(64);
		if (!wide)
			frame->gpr[i] = (uint32_t)frame->gpr[i];
	}
	if (below(2))
		frame->gpr[FRAME_RCX] = below(REPEATS);
	if (below(4) == 0) /* a comparison that finds what it looks for */
		memset(start + below(BUFFER - 64), (int)(uint8_t)frame->gpr[FRAME_RAX], 64);
	if (below(2)) /* CMPXCHG16B */
		frame->gpr[FRAME_RSI] &= ~UINT64_C(15);
	frame->rflags = 0x202 | (random64() & (STATUS_FLAGS | FLAG_DF));
	frame->cr0 = UINT64_C(0x80000001);
	frame->efer = 0x500;
	frame->cpl = 3;
	frame->segment[FRAME_GDTR] = (struct frame_segment){.base = TABLES, .limit = 8 * TABLE_ENTRIES - 1};
	frame->segment[FRAME_LDTR] = (struct frame_segment){
	        .base = TABLES + sizeof tables[0], .limit = 8 * (LDT_OTHERS + LDT_OTHER_COUNT) - 1, .attributes = 0x82};
	frame->rip = (sixteen ? 0 : (uintptr_t)code) + CODE_AT;
	uint16_t attributes[] = {[DECODE_16] = 0x9b, [DECODE_32] = 0xc9b, [DECODE_64] = 0xa9b};
	struct frame_segment data = {.selector = sixteen ? LDT_SELECTOR(LDT_DATA16) : FLAT_DATA,
	                             .attributes = sixteen ? 0x93 : 0xc93,
	                             .limit = sixteen ? BUFFER - 1 : UINT32_MAX,
	                             .base = sixteen ? (uintptr_t)buffer : 0};
	frame->segment[FRAME_DS] = frame->segment[FRAME_ES] = frame->segment[FRAME_SS] = data;
	frame->segment[FRAME_CS] = (struct frame_segment){.selector = wide      ? FLAT_CODE64
	                                                              : sixteen ? LDT_SELECTOR(LDT_CODE16)
	                                                                        : FLAT_CODE32,
	                                                  .attributes = attributes[sample->mode],
	                                                  .limit = sixteen ? BUFFER - 1 : UINT32_MAX,
	                                                  .base = sixteen ? (uintptr_t)code : 0};
	frame->segment[FRAME_GS] =
	        (struct frame_segment){LDT_SELECTOR(LDT_GS), 0xc93, UINT32_MAX, (uintptr_t)buffer + GS_OFFSET};
}

/* What a test may execute: nothing privileged, nothing that writes to its own code, no FS of the C library. */
static bool usable(const struct sample *sample)
{
	const struct instruction *in = &sample->in;
	uint64_t mask = alu_mask(in->address_size);
	bool repeated = (in->repeat || in->repeat_not_equal) && in->operation >= OP_MOVS;
	if (in->operation == OP_MOV_SEGMENT && in->reg == FRAME_FS)
		return false;
	if (in->operation == OP_MOV_CR || in->operation == OP_INS || in->operation == OP_OUTS)
		return false;
	if (in->segment == FRAME_FS || in->segment == FRAME_CS || in->source == OPERAND_SEGMENT)
		return in->source == OPERAND_SEGMENT && in->reg != FRAME_FS && in->segment != FRAME_FS &&
		       in->segment != FRAME_CS;
	return !repeated || (sample->frame.gpr[FRAME_RCX] & mask) < REPEATS;
}

/* Manuals leave OF open after more than one step, CF when nothing of the operand is left, and AF always. */
static uint64_t defined_by_shift(const struct instruction *in, uint64_t rcx)
{
	unsigned count = (uint8_t)(in->by_cl ? rcx : in->immediate) & (in->size == 8 ? 63 : 31);
	uint64_t defined = STATUS_FLAGS | FLAG_DF;
	if (count == 0)
		return defined;
	if (count > 1)
		defined &= ~FLAG_OF;
	if (in->operation >= OP_SHL)
		defined &= ~FLAG_AF;
	if (in->operation >= OP_SHL && in->operation <= OP_SAL && count >= 8u * in->size)
		defined &= ~FLAG_CF;
	return in->operation >= OP_SHLD && count > 8u * in->size ? FLAG_DF : defined;
}

/* Has the instruction a result that no manual promises? */
static bool undefined(const struct sample *sample)
{
	const struct instruction *in = &sample->in;
	unsigned count = (uint8_t)(in->by_cl ? sample->frame.gpr[FRAME_RCX] : in->immediate) & 31;
	return (in->operation == OP_SHLD || in->operation == OP_SHRD) && in->size == 2 && count > 16;
}

static uint64_t defined_flags(const struct sample *sample)
{
	unsigned operation = sample->in.operation;
	if (operation >= OP_ROL && operation <= OP_SHRD)
		return defined_by_shift(&sample->in, sample->rcx);
	if (operation == OP_DIV || operation == OP_IDIV)
		return FLAG_DF;
	if (operation == OP_MUL || operation == OP_IMUL || operation == OP_IMUL_REG || operation == OP_IMUL_IMMEDIATE)
		return FLAG_CF | FLAG_OF | FLAG_DF;
	if (operation == OP_BSF || operation == OP_BSR)
		return FLAG_ZF | FLAG_DF;
	if (operation == OP_TZCNT || operation == OP_LZCNT)
		return FLAG_CF | FLAG_ZF | FLAG_DF;
	if (operation == OP_AND || operation == OP_OR || operation == OP_XOR || operation == OP_TEST)
		return (STATUS_FLAGS & ~FLAG_AF) | FLAG_DF;
	if (operation >= OP_BT && operation <= OP_BTC)
		return FLAG_CF | FLAG_ZF | FLAG_DF;
	return STATUS_FLAGS | FLAG_DF;
}

static void explain(const struct sample *sample, const char *what)
{
	fprintf(stderr, "%s differs in %d-bit code for:", what, 16 << sample->mode);
	for (unsigned i = 0; i < sample->in.length; i++)
		fprintf(stderr, " %02x", sample->bytes[i]);
	fprintf(stderr,
	        "\n  the CPU: signal %d, trap %lu, cr2 %lx, rip %lx, flags %lx; emulated: rip %lx, flags %lx, inject "
	        "%lx, fault %lx\n",
	        native.signal, native.trap, native.cr2, native.frame.rip, native.frame.rflags, sample->frame.rip,
	        sample->frame.rflags, sample->frame.inject, reach.fault);
	for (unsigned i = 0; i < 16; i++)
		if (sample->frame.gpr[i] != native.frame.gpr[i])
			fprintf(stderr, "  register %u: the CPU %lx, emulated %lx\n", i, native.frame.gpr[i],
			        sample->frame.gpr[i]);
	fail();
}

/* A return to CPL 3 makes any null selector 0. */
static unsigned no_null(unsigned selector)
{
	return selector > 3 ? selector : 0;
}

static void compare(const struct sample *sample, enum emulate_answer answer)
{
	enum { BAD_STACK = 12, BAD_TARGET = 13, PAGE_FAULT = 14 };
	bool trapped = native.signal == SIGTRAP;
	if (trapped != (answer == EMULATE_OK))
		explain(sample, "answer");
	if (!trapped && (sample->in.operation == OP_CMPS || sample->in.operation == OP_MOVS))
		return; /* which of two operands faults first is the CPU's choice, and with it what the exception is */
	bool bad_target = sample->in.operation == OP_CALL && (sample->frame.inject & 0xff) == BAD_TARGET;
	if (!trapped && bad_target && (native.trap == PAGE_FAULT || native.trap == BAD_STACK))
		return; /* both are bad: the same */
	if (!trapped && native.trap == PAGE_FAULT && (sample->frame.inject || native.cr2 != reach.fault))
		explain(sample, "address");
	if (!trapped && native.trap != PAGE_FAULT &&
	    (native.trap != (sample->frame.inject & 0xff) || native.error != sample->frame.inject >> 32))
		explain(sample, "exception");
	bool loads = sample->in.operation == OP_MOV_SEGMENT && trapped, stack = loads && sample->in.reg == FRAME_SS;
	if (loads && no_null(native.frame.segment[sample->in.reg].selector) !=
	                     no_null(sample->frame.segment[sample->in.reg].selector))
		explain(sample, "selector");
	if (native.frame.rip != sample->frame.rip + (stack ? 1 : 0)) /* no trap after it, but after the NOP */
		explain(sample, "length");
	uint64_t mask = sample->mode == DECODE_64 ? UINT64_MAX : UINT32_MAX;
	bool scan = sample->in.operation == OP_BSF || sample->in.operation == OP_BSR;
	for (unsigned i = 0; i < (sample->mode == DECODE_64 ? 16 : 8); i++)
		if (scan && i == sample->in.reg && (sample->frame.rflags & FLAG_ZF))
			continue; /* of nothing: whatever the CPU likes */
		else if ((native.frame.gpr[i] ^ sample->frame.gpr[i]) & mask)
			explain(sample, "register");
	if (trapped && (native.frame.rflags ^ sample->frame.rflags) & defined_flags(sample))
		explain(sample, "flags");
	if (memcmp(buffer, ours, BUFFER) != 0)
		explain(sample, "memory");
}

/* Every other comparison finds what it looks for; a segment's selector is one, and often of the odd ones. */
static void make_plant(const struct sample *sample)
{
	const struct instruction *in = &sample->in;
	const uint64_t *gpr = sample->frame.gpr;
	bool eight = in->operation == OP_CMPXCHG8B && in->size == 8;
	plant.size = 0;
	if ((in->operation == OP_CALL || in->operation == OP_JMP) && below(2)) { /* near, or anywhere */
		plant.size = in->size;
		plant.value[0] = sample->frame.rip + below(BUFFER / 2);
		return;
	}
	if (in->operation == OP_MOV_SEGMENT) {
		plant.size = 2;
		plant.value[0] = below(2) ? below(TABLE_ENTRIES + 2) << 3 | below(8)
		                          : LDT_SELECTOR(LDT_OTHERS + below(LDT_OTHER_COUNT));
		return;
	}
	if ((in->operation != OP_CMPXCHG && in->operation != OP_CMPXCHG8B) || below(2))
		return;
	plant.size = in->size;
	plant.value[0] = eight ? gpr[FRAME_RDX] << 32 | (uint32_t)gpr[FRAME_RAX] : gpr[FRAME_RAX];
	plant.value[1] = gpr[FRAME_RDX];
	if (below(4) == 0) /* nearly */
		plant.value[below(2)] ^= 1;
}

/* false: not one that can be tried. */
static bool try_one(struct sample *sample)
{
	const struct emulate_memory memory = {0, read_ours, write_ours, exchange_ours};
	make_bytes(sample);
	make_state(sample);
	if (decode(sample->bytes, INSTRUCTION_BYTES, sample->mode, &sample->in) != DECODE_OK)
		return false;
	aim(sample);
	if (decode(sample->bytes, INSTRUCTION_BYTES, sample->mode, &sample->in) != DECODE_OK || !usable(sample))
		return false;
	if (undefined(sample))
		return false;
	native.frame = sample->frame;
	sample->rcx = sample->frame.gpr[FRAME_RCX];
	memcpy(ours, start, BUFFER);
	memset(&reach, 0, sizeof reach);
	make_plant(sample);
	enum emulate_answer answer = emulate(&sample->frame, &sample->in, &memory);
	if (reach.outside)
		return false;
	memcpy(buffer, start, BUFFER);
	memcpy(code + CODE_AT, sample->bytes, INSTRUCTION_BYTES);
	code[CODE_AT + sample->in.length] = NOP;
	run_native(native.frame.segment[FRAME_CS].selector, native.frame.segment[FRAME_SS].selector);
	compare(sample, answer);
	return true;
}

/* cmocka takes the signals at the start of each test, so they are taken from it in the test. */
static void take_signals(void)
{
	struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK};
	static const int signals[] = {SIGTRAP, SIGSEGV, SIGILL, SIGBUS, SIGFPE};
	for (unsigned i = 0; i < sizeof signals / sizeof *signals; i++)
		assert_int_equal(sigaction(signals[i], &action, 0), 0);
}

static void as_the_cpu_does(enum decode_mode mode)
{
	unsigned seen[OP_MOV_CR] = {0}, wide[2] = {0}, faults = 0; /* CMPXCHG16B that found it, or not */
	unsigned loads[VECTORS] = {0};                             /* of segments, by what the CPU said: 1 is success */
	take_signals();
	for (unsigned tried = 0; tried < SAMPLES;) {
		struct sample sample = {.mode = mode};
		if (!try_one(&sample))
			continue;
		tried++;
		seen[sample.in.operation]++;
		if (sample.in.operation == OP_MOV_SEGMENT)
			loads[native.trap % VECTORS]++;
		if (sample.in.size == 16 && native.signal == SIGTRAP)
			wide[!(native.frame.rflags & FLAG_ZF)]++;
		faults += native.signal != SIGTRAP;
	}
	for (unsigned i = OP_MOV; i < OP_MOV_CR; i++)
		if (i != OP_INS && i != OP_OUTS && (i != OP_ARPL || mode != DECODE_64))
			assert_in_range(seen[i], SEEN, SAMPLES);
	static const unsigned answers[] = {1, 11, 12, 13}; /* #NP, #SS, #GP */
	for (unsigned i = 0; i < sizeof answers / sizeof *answers; i++)
		assert_in_range(loads[answers[i]], SEEN / 10, SAMPLES);
	for (unsigned i = 0; i < 2 && mode == DECODE_64; i++)
		assert_in_range(wide[i], SEEN, SAMPLES);
	assert_in_range(faults, SAMPLES / 100, SAMPLES / 2);
}

static void random_64_bit_code_does_what_this_cpu_does(void **state)
{
	(void)state;
	as_the_cpu_does(DECODE_64);
}

static void random_32_bit_code_does_what_this_cpu_does(void **state)
{
	(void)state;
	as_the_cpu_does(DECODE_32);
}

static void random_16_bit_code_does_what_this_cpu_does(void **state)
{
	(void)state;
	as_the_cpu_does(DECODE_16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(random_64_bit_code_does_what_this_cpu_does),
	                                   cmocka_unit_test(random_32_bit_code_does_what_this_cpu_does),
	                                   cmocka_unit_test(random_16_bit_code_does_what_this_cpu_does)};
	return cmocka_run_group_tests(tests, set_up, 0);
}
