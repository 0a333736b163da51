/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>
#include "devices/decode/alu.h"
#include "devices/decode/emulate.h"

/*
 * The emulator against the CPU that runs this test: random instructions of every form in the decoder's table, random
 * registers and memory, executed by both; registers, defined flags, memory and length must be the same.
 */
#define BUFFER 4096u
#define ROUNDS 40000u
#define STATUS_FLAGS (FLAG_CF | FLAG_PF | FLAG_AF | FLAG_ZF | FLAG_SF | FLAG_OF)

struct native {
	uint64_t gpr[16], flags;
};
void native_run(const uint8_t *code, struct native *state);
/* All registers but RSP and RBP are loaded, the code is called, all are stored. */
__asm__("native_run:\n"
        "push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
        "push %rsi; push %rdi\n"
        "mov %rsi, %rbp\n"
        "mov 0(%rbp), %rax; mov 8(%rbp), %rcx; mov 16(%rbp), %rdx; mov 24(%rbp), %rbx\n"
        "mov 48(%rbp), %rsi; mov 56(%rbp), %rdi; mov 64(%rbp), %r8; mov 72(%rbp), %r9\n"
        "mov 80(%rbp), %r10; mov 88(%rbp), %r11; mov 96(%rbp), %r12; mov 104(%rbp), %r13\n"
        "mov 112(%rbp), %r14; mov 120(%rbp), %r15\n"
        "pushq 128(%rbp); popfq\n"
        "call *(%rsp)\n"
        "pushfq\n"
        "mov 16(%rsp), %rbp\n"
        "mov %rax, 0(%rbp); mov %rcx, 8(%rbp); mov %rdx, 16(%rbp); mov %rbx, 24(%rbp)\n"
        "mov %rsi, 48(%rbp); mov %rdi, 56(%rbp); mov %r8, 64(%rbp); mov %r9, 72(%rbp)\n"
        "mov %r10, 80(%rbp); mov %r11, 88(%rbp); mov %r12, 96(%rbp); mov %r13, 104(%rbp)\n"
        "mov %r14, 112(%rbp); mov %r15, 120(%rbp)\n"
        "popq 128(%rbp); cld\n"
        "add $16, %rsp\n"
        "pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx; ret\n");

static uint8_t buffer[BUFFER] __attribute__((aligned(64)));
static uint64_t seed = 1;

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

static enum emulate_answer read_host(void *owner, uint64_t linear, unsigned size, bool to_write, uint64_t *value)
{
	(void)owner;
	(void)to_write;
	assert_true(linear - (uintptr_t)buffer <= BUFFER - size);
	*value = 0;
	memcpy(value, (const void *)(uintptr_t)linear, size);
	return EMULATE_OK;
}

static enum emulate_answer write_host(void *owner, uint64_t linear, unsigned size, uint64_t value)
{
	(void)owner;
	assert_true(linear - (uintptr_t)buffer <= BUFFER - size);
	memcpy((void *)(uintptr_t)linear, &value, size);
	return EMULATE_OK;
}

enum kind { PLAIN, LOGIC, BITS, STRING, GROUP_ALU, GROUP_NOT, GROUP_BT, MOVE_IMMEDIATE };
struct form {
	uint8_t map, first, count, kind; /* map: 0 or 0x0f; opcodes first..first+count-1 */
	uint8_t immediate; /* 0 none, 1 byte, 4: by operand size, 5: byte opcode has one byte, else by size */
	uint8_t low, high; /* ModRM.reg for groups */
};
static const struct form forms[] = {
        {0, 0x00, 4, PLAIN, 0, 0, 7},          {0, 0x08, 4, LOGIC, 0, 0, 7},     {0, 0x10, 4, PLAIN, 0, 0, 7},
        {0, 0x18, 4, PLAIN, 0, 0, 7},          {0, 0x20, 4, LOGIC, 0, 0, 7},     {0, 0x28, 4, PLAIN, 0, 0, 7},
        {0, 0x30, 4, LOGIC, 0, 0, 7},          {0, 0x38, 4, PLAIN, 0, 0, 7},     {0, 0x63, 1, PLAIN, 0, 0, 7},
        {0, 0x80, 2, GROUP_ALU, 5, 0, 7},      {0, 0x83, 1, GROUP_ALU, 1, 0, 7}, {0, 0x84, 2, LOGIC, 0, 0, 7},
        {0, 0x86, 6, PLAIN, 0, 0, 7},          {0, 0xa4, 4, STRING, 0, 0, 0},    {0, 0xaa, 6, STRING, 0, 0, 0},
        {0, 0xc6, 2, MOVE_IMMEDIATE, 5, 0, 0}, {0, 0xf6, 2, LOGIC, 5, 0, 0},     {0, 0xf6, 2, GROUP_NOT, 0, 2, 3},
        {0, 0xfe, 2, PLAIN, 0, 0, 1},          {0x0f, 0xa3, 1, BITS, 0, 0, 7},   {0x0f, 0xab, 1, BITS, 0, 0, 7},
        {0x0f, 0xb3, 1, BITS, 0, 0, 7},        {0x0f, 0xbb, 1, BITS, 0, 0, 7},   {0x0f, 0xba, 1, GROUP_BT, 1, 4, 7},
        {0x0f, 0xb0, 2, PLAIN, 0, 0, 7},       {0x0f, 0xb6, 2, PLAIN, 0, 0, 7},  {0x0f, 0xbe, 2, PLAIN, 0, 0, 7},
        {0x0f, 0xc0, 2, PLAIN, 0, 0, 7},
};

struct sample {
	uint8_t code[16];
	unsigned length;
	bool memory;
	uint8_t reg; /* number of ModRM.reg */
	uint64_t flags_mask;
	const struct form *form;
};

static void emit(struct sample *sample, uint8_t byte)
{
	sample->code[sample->length++] = byte;
}

static void emit_modrm(struct sample *sample, uint8_t reg, uint8_t rex)
{
	static const uint8_t registers[] = {0, 1, 2, 3, 6, 7};
	reg = (uint8_t)(reg << 3);
	sample->memory = true;
	switch (below(5)) {
	case 0: /* register */
		sample->memory = false;
		emit(sample, 0xc0 | reg | registers[below(6)]);
		return;
	case 1: /* [rdi] or [r15] */
		emit(sample, reg | 7);
		return;
	case 2:
		emit(sample, 0x40 | reg | 7);
		emit(sample, (uint8_t)random64());
		return;
	case 3:
		emit(sample, 0x80 | reg | 7);
		emit(sample, (uint8_t)random64());
		emit(sample, 0);
		emit(sample, 0);
		emit(sample, 0);
		return;
	default: /* [base + index * scale + disp8], index rcx or r9, absent without REX.X for 4 */
		emit(sample, 0x44 | reg);
		emit(sample, (uint8_t)(below(4) << 6 | (rex & 2 || below(2) ? 1 << 3 : 4 << 3) | 7));
		emit(sample, (uint8_t)random64());
		return;
	}
}

static void make(struct sample *sample)
{
	const struct form *form = &forms[below(sizeof forms / sizeof *forms)];
	uint8_t opcode = (uint8_t)(form->first + below(form->count)), rex = 0;
	bool word = below(3) == 0, byte = !(opcode & 1) && opcode != 0x83 && opcode != 0xba && opcode != 0x63;
	*sample = (struct sample){.form = form, .flags_mask = STATUS_FLAGS};
	if (form->kind == STRING && below(2))
		emit(sample, below(2) ? 0xf3 : 0xf2);
	if (word)
		emit(sample, 0x66);
	if (below(2)) {
		rex = (uint8_t)(0x40 | below(16));
		emit(sample, rex);
	}
	if (form->map)
		emit(sample, form->map);
	emit(sample, opcode);
	if (form->kind != STRING) {
		uint8_t reg = (uint8_t)(form->low + below(form->high - form->low + 1u));
		bool group = form->kind >= GROUP_ALU || form->first == 0xf6 || form->first == 0xfe;
		if (!group && (reg == 4 || reg == 5)) /* RSP and RBP belong to the test; AH and CH are fine */
			reg = (uint8_t)(reg - 4);
		emit_modrm(sample, reg, rex);
		sample->reg = (uint8_t)(reg | (rex & 4 ? 8 : 0));
		unsigned bytes = form->immediate == 5 ? (byte ? 1 : word && !(rex & 8) ? 2 : 4) : form->immediate;
		for (unsigned i = 0; i < bytes; i++)
			emit(sample, (uint8_t)random64());
	}
	if (form->kind == LOGIC || form->kind == GROUP_ALU)
		sample->flags_mask &= ~FLAG_AF;
	if (form->kind == BITS || form->kind == GROUP_BT)
		sample->flags_mask = FLAG_CF | FLAG_ZF;
	sample->code[sample->length] = 0xc3;
}

static void make_state(const struct sample *sample, struct native *state)
{
	for (unsigned i = 0; i < BUFFER; i++)
		buffer[i] = (uint8_t)random64();
	for (unsigned i = 0; i < 16; i++)
		state->gpr[i] = random64();
	state->flags = 0x202 | (random64() & (STATUS_FLAGS | (sample->form->kind == STRING ? FLAG_DF : 0)));
	state->gpr[FRAME_RCX] = state->gpr[FRAME_R9] = below(16);
	state->gpr[FRAME_RDI] = state->gpr[FRAME_R15] = (uintptr_t)buffer + BUFFER / 2;
	if (sample->form->kind == STRING)
		state->gpr[FRAME_RSI] = (uintptr_t)buffer + BUFFER / 2 + below(2) * 64;
	if (sample->form->kind == BITS && sample->memory && sample->reg != FRAME_RDI && sample->reg != FRAME_R15)
		state->gpr[sample->reg] = below(1024) - UINT64_C(512);
	if (sample->form->first == 0xb0 && below(2))
		memcpy(&state->gpr[FRAME_RAX], buffer + BUFFER / 2, 8);
}

/* A bit number that is also the base register would reach anywhere. */
static bool usable(const struct sample *sample)
{
	if (sample->form->kind != BITS || !sample->memory)
		return true;
	return sample->reg != FRAME_RDI && sample->reg != FRAME_R15 && sample->reg != FRAME_RCX &&
	       sample->reg != FRAME_R9;
}

static void explain(const struct sample *sample, const char *what)
{
	fprintf(stderr, "%s differs for:", what);
	for (unsigned i = 0; i < sample->length; i++)
		fprintf(stderr, " %02x", sample->code[i]);
	fprintf(stderr, "\n");
	fail();
}

static void compare(const struct sample *sample, uint8_t *code)
{
	static uint8_t before[BUFFER], after[BUFFER];
	struct native native;
	struct instruction instruction;
	struct emulate_memory memory = {0, read_host, write_host};
	make_state(sample, &native);
	struct exit_frame frame = {.cr0 = UINT64_C(0x80000001), .efer = 0x500, .rip = 0x1000, .rflags = native.flags};
	frame.segment[FRAME_CS].attributes = 0xa9b;
	memcpy(frame.gpr, native.gpr, sizeof frame.gpr);
	memcpy(before, buffer, BUFFER);
	memcpy(code, sample->code, sizeof sample->code);
	native_run(code, &native);
	memcpy(after, buffer, BUFFER);
	memcpy(buffer, before, BUFFER);
	if (decode(sample->code, sample->length, DECODE_64, &instruction) != DECODE_OK)
		explain(sample, "decoding");
	if (emulate(&frame, &instruction, &memory) != EMULATE_OK)
		explain(sample, "answer");
	if (frame.rip != 0x1000 + sample->length)
		explain(sample, "length");
	for (unsigned i = 0; i < 16; i++)
		if (i != FRAME_RSP && i != FRAME_RBP && frame.gpr[i] != native.gpr[i])
			explain(sample, "register");
	if ((frame.rflags ^ native.flags) & sample->flags_mask)
		explain(sample, "flags");
	if (memcmp(buffer, after, BUFFER) != 0)
		explain(sample, "memory");
}

static void instructions_do_what_this_cpu_does(void **state)
{
	(void)state;
	uint8_t *code = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(code, MAP_FAILED);
	for (unsigned i = 0; i < ROUNDS; i++) {
		struct sample sample;
		make(&sample);
		if (usable(&sample))
			compare(&sample, code);
	}
	munmap(code, 4096);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(instructions_do_what_this_cpu_does)};
	return cmocka_run_group_tests(tests, 0, 0);
}
