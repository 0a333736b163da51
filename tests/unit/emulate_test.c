/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "devices/decode/alu.h"
#include "devices/decode/emulate.h"

/* What the comparison with the real CPU cannot show: faults, segments, stacks and the modes other than 64 bits. */
static uint8_t ram[0x10000];
static struct exit_frame frame;
static unsigned writes_left; /* then a write faults */

static enum emulate_answer read_ram(void *owner, uint64_t linear, unsigned size, unsigned how, uint64_t *value)
{
	(void)owner;
	if ((how & EMULATE_TO_WRITE) && !writes_left)
		return EMULATE_FAULT;
	assert_true(linear <= sizeof ram - size);
	*value = 0;
	memcpy(value, ram + linear, size);
	return EMULATE_OK;
}

static enum emulate_answer write_ram(void *owner, uint64_t linear, unsigned size, uint64_t value)
{
	(void)owner;
	if (!writes_left)
		return EMULATE_FAULT;
	writes_left--;
	assert_true(linear <= sizeof ram - size);
	memcpy(ram + linear, &value, size);
	return EMULATE_OK;
}

static bool changed_meanwhile;

static enum emulate_answer exchange_ram(void *owner, uint64_t linear, unsigned size, unsigned how,
                                        const uint64_t *expected, const uint64_t *value)
{
	(void)how;
	(void)owner;
	if (!writes_left)
		return EMULATE_FAULT;
	if (changed_meanwhile)
		return EMULATE_AGAIN;
	assert_memory_equal(ram + linear, expected, size);
	memcpy(ram + linear, value, size);
	return EMULATE_OK;
}

static int setup(void **state)
{
	(void)state;
	memset(ram, 0, sizeof ram);
	memset(&frame, 0, sizeof frame);
	frame.cr0 = 1;
	frame.rip = 0x100;
	frame.rflags = 2;
	frame.segment[FRAME_CS].attributes = 0xc9b;
	frame.segment[FRAME_SS].attributes = 0xc93;
	for (unsigned i = FRAME_ES; i <= FRAME_GS; i++)
		frame.segment[i].limit = 0xffffffff;
	writes_left = ~0u;
	changed_meanwhile = false;
	return 0;
}

static void long_mode(void)
{
	frame.cr0 = UINT64_C(0x80000001);
	frame.efer = 0x500;
	frame.segment[FRAME_CS].attributes = 0xa9b;
}

static void sixteen_bit(void)
{
	frame.segment[FRAME_CS].attributes = 0x9b;
	frame.segment[FRAME_SS].attributes = 0x93;
}

static enum emulate_answer run(const uint8_t *bytes, size_t count)
{
	struct instruction in;
	const struct emulate_memory memory = {0, read_ram, write_ram, exchange_ram};
	assert_int_equal(decode(bytes, (unsigned)count, emulate_mode(&frame), &in), DECODE_OK);
	return emulate(&frame, &in, &memory);
}
#define RUN(...) run((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static uint64_t word(unsigned at, unsigned size)
{
	uint64_t value = 0;
	memcpy(&value, ram + at, size);
	return value;
}

static void the_mode_follows_the_code_segment(void **state)
{
	(void)state;
	assert_int_equal(emulate_mode(&frame), DECODE_32);
	sixteen_bit();
	assert_int_equal(emulate_mode(&frame), DECODE_16);
	long_mode();
	assert_int_equal(emulate_mode(&frame), DECODE_64);
	frame.segment[FRAME_CS].attributes = 0xc9b;
	assert_int_equal(emulate_mode(&frame), DECODE_32);
	frame.cr0 = 0;
	frame.efer = 0;
	assert_int_equal(emulate_mode(&frame), DECODE_16);
}

static void segment_bases_count_outside_long_mode(void **state)
{
	(void)state;
	frame.segment[FRAME_DS].base = 0x1000;
	frame.gpr[FRAME_RDI] = 0x20;
	frame.gpr[FRAME_RAX] = 0x11223344;
	assert_int_equal(RUN(0x89, 0x07), EMULATE_OK);
	assert_int_equal(word(0x1020, 4), 0x11223344);
	long_mode();
	frame.segment[FRAME_GS].base = 0x2000;
	assert_int_equal(RUN(0x65, 0x89, 0x07), EMULATE_OK);
	assert_int_equal(word(0x2020, 4), 0x11223344);
	assert_int_equal(RUN(0x89, 0x07), EMULATE_OK);
	assert_int_equal(word(0x20, 4), 0x11223344);
}

static void an_offset_beyond_the_limit_is_a_protection_fault(void **state)
{
	(void)state;
	frame.segment[FRAME_DS].limit = 0x1002;
	frame.gpr[FRAME_RDI] = 0x1000;
	assert_int_equal(RUN(0x89, 0x07), EMULATE_FAULT);
	assert_int_equal(frame.inject, FRAME_INJECT_EXCEPTION(13) | FRAME_INJECT_ERROR(0));
	assert_int_equal(frame.rip, 0x100);
	frame.segment[FRAME_SS].limit = 0xfff;
	frame.gpr[FRAME_RBP] = 0x1000;
	assert_int_equal(RUN(0x89, 0x45, 0x00), EMULATE_FAULT);
	assert_int_equal(frame.inject & 0xff, 12);
}

static void a_non_canonical_address_is_a_protection_fault(void **state)
{
	(void)state;
	long_mode();
	frame.gpr[FRAME_RDI] = UINT64_C(0x800000000000);
	assert_int_equal(RUN(0x89, 0x07), EMULATE_FAULT);
	assert_int_equal(frame.inject & 0xff, 13);
}

static void addresses_wrap_at_the_address_size(void **state)
{
	(void)state;
	sixteen_bit();
	frame.gpr[FRAME_RBX] = 0xffff;
	frame.gpr[FRAME_RSI] = 0x11;
	frame.gpr[FRAME_RAX] = 0xabcd;
	assert_int_equal(RUN(0x89, 0x00), EMULATE_OK); /* mov [bx+si], ax */
	assert_int_equal(word(0x10, 2), 0xabcd);
}

static void a_fault_leaves_registers_and_flags(void **state)
{
	(void)state;
	writes_left = 0;
	frame.gpr[FRAME_RAX] = 5;
	struct exit_frame before = frame;
	assert_int_equal(RUN(0x01, 0x07), EMULATE_FAULT);       /* add [edi], eax */
	assert_int_equal(RUN(0x87, 0x07), EMULATE_FAULT);       /* xchg */
	assert_int_equal(RUN(0x0f, 0xb1, 0x0f), EMULATE_FAULT); /* cmpxchg */
	assert_int_equal(RUN(0xff, 0x37), EMULATE_FAULT);       /* push [edi] */
	assert_memory_equal(&before, &frame, sizeof frame);
}

static void an_operand_that_has_changed_meanwhile_is_tried_again(void **state)
{
	(void)state;
	long_mode();
	changed_meanwhile = true;
	frame.gpr[FRAME_RAX] = 5;
	frame.gpr[FRAME_RSI] = 0x200;
	struct exit_frame before = frame;
	assert_int_equal(RUN(0x01, 0x07), EMULATE_AGAIN);                   /* add [rdi], eax: with LOCK or without */
	assert_int_equal(RUN(0xf0, 0xff, 0x07), EMULATE_AGAIN);             /* lock inc */
	assert_int_equal(RUN(0x87, 0x07), EMULATE_AGAIN);                   /* xchg */
	assert_int_equal(RUN(0x0f, 0xc1, 0x07), EMULATE_AGAIN);             /* xadd */
	assert_int_equal(RUN(0x0f, 0xb1, 0x0f), EMULATE_AGAIN);             /* cmpxchg */
	assert_int_equal(RUN(0x0f, 0xc7, 0x0f), EMULATE_AGAIN);             /* cmpxchg8b */
	assert_int_equal(RUN(0xf0, 0x48, 0x0f, 0xc7, 0x0e), EMULATE_AGAIN); /* cmpxchg16b */
	assert_int_equal(RUN(0x0f, 0xab, 0x07), EMULATE_AGAIN);             /* bts */
	assert_int_equal(RUN(0xd1, 0x17), EMULATE_AGAIN);                   /* rcl */
	assert_memory_equal(&before, &frame, sizeof frame);
	assert_int_equal(RUN(0x39, 0x07), EMULATE_OK); /* cmp writes nothing */
}

static enum emulate_answer idiv_byte(uint16_t dividend, int8_t divisor)
{
	frame.inject = 0;
	frame.gpr[FRAME_RAX] = 0xaabb0000 | dividend;
	ram[0] = (uint8_t)divisor;
	frame.gpr[FRAME_RDI] = 0;
	return RUN(0xf6, 0x3f);
}

static void a_quotient_that_has_no_room_is_a_divide_error(void **state)
{
	(void)state;
	assert_int_equal(idiv_byte(0xff80, 1), EMULATE_OK); /* -128 has */
	assert_int_equal(frame.gpr[FRAME_RAX], 0xaabb0080);
	assert_int_equal(idiv_byte(0x80, -1), EMULATE_OK);
	assert_int_equal(frame.gpr[FRAME_RAX], 0xaabb0080);
	assert_int_equal(idiv_byte(0xff9c, 30), EMULATE_OK); /* -100: -3, and -10 are left */
	assert_int_equal(frame.gpr[FRAME_RAX], 0xaabbf6fd);
	static const struct {
		uint16_t dividend;
		int8_t divisor;
	} bad[] = {{0x80, 1}, {0xff80, -1}, {5, 0}, {0x7fff, 1}, {0x8000, -128}};
	for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
		uint64_t rip = frame.rip;
		assert_int_equal(idiv_byte(bad[i].dividend, bad[i].divisor), EMULATE_FAULT);
		assert_int_equal(frame.inject, FRAME_INJECT_EXCEPTION(0));
		assert_int_equal(frame.rip, rip);
		assert_int_equal(frame.gpr[FRAME_RAX], 0xaabb0000 | bad[i].dividend);
	}
	frame.gpr[FRAME_RAX] = 0xaabbff00; /* DIV: 255 is the largest */
	ram[0] = 0xff;
	assert_int_equal(RUN(0xf6, 0x37), EMULATE_FAULT);
	frame.gpr[FRAME_RAX] = 0xaabbfeff;
	assert_int_equal(RUN(0xf6, 0x37), EMULATE_OK);
	assert_int_equal(frame.gpr[FRAME_RAX], 0xaabbfeff); /* feffh = ffh * ffh + feh */
}

static void sixteen_bytes_are_exchanged_only_where_they_are_aligned(void **state)
{
	(void)state;
	long_mode();
	frame.gpr[FRAME_RSI] = 0x208;
	frame.gpr[FRAME_RBX] = 1;
	frame.gpr[FRAME_RCX] = 2;
	assert_int_equal(RUN(0xf0, 0x48, 0x0f, 0xc7, 0x0e), EMULATE_FAULT);
	assert_int_equal(frame.inject, FRAME_INJECT_EXCEPTION(13) | FRAME_INJECT_ERROR(0));
	frame.inject = 0;
	frame.gpr[FRAME_RBP] = UINT64_C(0x800000000008); /* by the stack segment, and where nothing can be */
	assert_int_equal(RUN(0x48, 0x0f, 0xc7, 0x4d, 0x00), EMULATE_FAULT);
	assert_int_equal(frame.inject & 0xff, 13);
	assert_int_equal(RUN(0x48, 0x0f, 0xc7, 0x4d, 0x08), EMULATE_FAULT); /* aligned: a stack fault */
	assert_int_equal(frame.inject & 0xff, 12);
	frame.gpr[FRAME_RSI] = 0x210;
	assert_int_equal(RUN(0xf0, 0x48, 0x0f, 0xc7, 0x0e), EMULATE_OK);
	assert_true((frame.rflags & FLAG_ZF) && word(0x210, 8) == 1 && word(0x218, 8) == 2);
	assert_int_equal(RUN(0xf0, 0x48, 0x0f, 0xc7, 0x0e), EMULATE_OK);
	assert_true(!(frame.rflags & FLAG_ZF) && frame.gpr[FRAME_RAX] == 1 && frame.gpr[FRAME_RDX] == 2);
}

/* A descriptor of 9abcd pages and one from 12345678 on, at `selector` of a table at 800 (GDT) or 900 (LDT). */
static void describe(uint16_t selector, unsigned rights)
{
	uint64_t base = 0x12345678, limit = 0x9abcd;
	uint64_t descriptor = (limit & 0xffff) | (base & 0xffffff) << 16 | (uint64_t)rights << 40 |
	                      (limit >> 16) << 48 | UINT64_C(0xc) << 52 | base >> 24 << 56;
	memcpy(ram + (selector & 4 ? 0x900 : 0x800) + (selector & ~7u), &descriptor, 8);
}

/* mov ds, [edi], mov ss, [edi] or mov es, [edi] */
static enum emulate_answer load_segment(unsigned number, uint16_t selector, unsigned rights)
{
	frame.segment[FRAME_GDTR] = (struct frame_segment){.base = 0x800, .limit = 0x27};
	frame.segment[FRAME_LDTR] = (struct frame_segment){.base = 0x900, .limit = 0x17, .attributes = 0x82};
	frame.segment[FRAME_DS] = (struct frame_segment){.limit = 0xffffffff};
	frame.inject = 0;
	frame.gpr[FRAME_RDI] = 0x300;
	memcpy(ram + 0x300, &selector, 2);
	if (selector >> 3 < 8)
		describe(selector, rights);
	return RUN(0x8e, (uint8_t)(number << 3 | 7));
}

static void a_segment_register_gets_what_its_descriptor_says(void **state)
{
	(void)state;
	assert_int_equal(load_segment(FRAME_DS, 0x08, 0x92), EMULATE_OK);
	const struct frame_segment *ds = &frame.segment[FRAME_DS];
	assert_true(ds->selector == 8 && ds->base == 0x12345678 && ds->limit == 0x9abcdfff);
	assert_int_equal(ds->attributes, 0xc93);
	assert_int_equal(ram[0x800 + 8 + 5], 0x93); /* accessed */
	assert_int_equal(frame.rip, 0x102);
	writes_left = 0; /* it is already: nothing is written */
	assert_int_equal(load_segment(FRAME_ES, 0x14, 0x9b), EMULATE_OK);
	assert_true(frame.segment[FRAME_ES].selector == 0x14 && frame.segment[FRAME_ES].attributes == 0xc9b);
	assert_int_equal(load_segment(FRAME_SS, 0x08, 0x93), EMULATE_OK);
	assert_int_equal(frame.segment[FRAME_SS].selector, 8);
	changed_meanwhile = true;
	writes_left = 1;
	struct exit_frame before = frame;
	assert_int_equal(load_segment(FRAME_DS, 0x08, 0x92), EMULATE_AGAIN);
	assert_memory_equal(before.segment, frame.segment, sizeof frame.segment);
}

static void a_descriptor_that_does_not_fit_is_a_fault_with_its_selector(void **state)
{
	static const struct {
		uint8_t number, cpl;
		uint16_t selector;
		uint8_t rights, vector;
	} bad[] = {{FRAME_DS, 0, 0x28, 0x93, 13},  /* beyond the GDT */
	           {FRAME_DS, 0, 0x1c, 0x93, 13},  /* beyond the LDT */
	           {FRAME_DS, 0, 0x08, 0x83, 13},  /* a system's */
	           {FRAME_DS, 0, 0x08, 0x99, 13},  /* code that cannot be read */
	           {FRAME_DS, 0, 0x08, 0x13, 11},  /* not present */
	           {FRAME_DS, 3, 0x0b, 0x93, 13},  /* of CPL 0 */
	           {FRAME_DS, 0, 0x09, 0x93, 13},  /* asked for as CPL 1 */
	           {FRAME_DS, 3, 0x0b, 0xd1, 13},  /* of CPL 2 */
	           {FRAME_SS, 0, 0x08, 0x91, 13},  /* a stack is written */
	           {FRAME_SS, 0, 0x08, 0x9b, 13},  /* and is no code */
	           {FRAME_SS, 0, 0x08, 0xf3, 13},  /* of its own CPL */
	           {FRAME_SS, 3, 0x08, 0xf3, 13},  /* asked for as such */
	           {FRAME_SS, 0, 0x08, 0x13, 12},  /* not present: a stack fault */
	           {FRAME_SS, 0, 0x00, 0x93, 13}}; /* null */
	(void)state;
	for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct frame_segment before = frame.segment[bad[i].number];
		frame.cpl = bad[i].cpl;
		assert_int_equal(load_segment(bad[i].number, bad[i].selector, bad[i].rights), EMULATE_FAULT);
		assert_int_equal(frame.inject,
		                 FRAME_INJECT_EXCEPTION(bad[i].vector) | FRAME_INJECT_ERROR(bad[i].selector & ~3u));
		assert_memory_equal(&before, &frame.segment[bad[i].number], sizeof before);
		assert_int_equal(frame.rip, 0x100);
	}
	frame.cpl = 3; /* conforming code is for everybody */
	assert_int_equal(load_segment(FRAME_DS, 0x0b, 0x9f), EMULATE_OK);
	frame.segment[FRAME_DS] = (struct frame_segment){.limit = 0xffffffff};
	frame.segment[FRAME_LDTR].attributes = 0; /* no LDT */
	ram[0x300] = 0x0c;
	assert_int_equal(RUN(0x8e, 0x1f), EMULATE_FAULT);
}

static void a_null_selector_empties_a_segment_register(void **state)
{
	(void)state;
	assert_int_equal(load_segment(FRAME_DS, 3, 0), EMULATE_OK);
	assert_true(frame.segment[FRAME_DS].selector == 3 && frame.segment[FRAME_DS].attributes == 0);
	long_mode();
	assert_int_equal(load_segment(FRAME_SS, 0, 0), EMULATE_OK); /* SS too, of CPL 0 in long mode */
	assert_int_equal(load_segment(FRAME_SS, 1, 0), EMULATE_FAULT);
	frame.cpl = 3;
	assert_int_equal(load_segment(FRAME_SS, 3, 0), EMULATE_FAULT);
	assert_int_equal(frame.inject, FRAME_INJECT_EXCEPTION(13) | FRAME_INJECT_ERROR(0));
}

static void a_segment_register_of_real_mode_is_a_base(void **state)
{
	(void)state;
	for (unsigned v86 = 0; v86 < 2; v86++) {
		sixteen_bit();
		frame.cr0 = v86;
		frame.rflags = v86 ? 0x20002 : 2;
		frame.segment[FRAME_DS] = (struct frame_segment){.limit = 0xfffff, .attributes = 0x93};
		frame.gpr[FRAME_RBX] = 0x300;
		memcpy(ram + 0x300, "\x34\x12", 2);
		assert_int_equal(RUN(0x8e, 0x1f), EMULATE_OK); /* mov ds, [bx] */
		const struct frame_segment *ds = &frame.segment[FRAME_DS];
		assert_true(ds->selector == 0x1234 && ds->base == 0x12340);
		assert_true(ds->limit == 0xfffff && ds->attributes == 0x93); /* as big as it was */
	}
}

static void push_and_pop_move_the_stack_by_its_own_width(void **state)
{
	(void)state;
	frame.gpr[FRAME_RSP] = 0x2000;
	frame.gpr[FRAME_RDI] = 0x300;
	ram[0x300] = 0x77;
	assert_int_equal(RUN(0xff, 0x37), EMULATE_OK);
	assert_int_equal(frame.gpr[FRAME_RSP], 0x1ffc);
	assert_int_equal(word(0x1ffc, 4), 0x77);
	frame.gpr[FRAME_RDI] = 0x400;
	assert_int_equal(RUN(0x8f, 0x07), EMULATE_OK);
	assert_int_equal(frame.gpr[FRAME_RSP], 0x2000);
	assert_int_equal(ram[0x400], 0x77);
	sixteen_bit();
	frame.gpr[FRAME_RSP] = 0x50000;
	frame.gpr[FRAME_RBX] = 0x300;
	assert_int_equal(RUN(0xff, 0x37), EMULATE_OK); /* push word [bx] */
	assert_int_equal(frame.gpr[FRAME_RSP], 0x5fffe);
	assert_int_equal(word(0xfffe, 2), 0x77);
}

static void calls_and_jumps_through_memory_go_where_it_says(void **state)
{
	(void)state;
	frame.segment[FRAME_CS].limit = 0xfffff;
	frame.gpr[FRAME_RSP] = 0x800;
	frame.gpr[FRAME_RDI] = 0x200;
	memcpy(ram + 0x200, (const uint32_t[]){0x12345, 0x100000}, 8);
	assert_int_equal(RUN(0xff, 0x17), EMULATE_OK); /* call [edi] */
	assert_int_equal(frame.rip, 0x12345);
	assert_int_equal(frame.gpr[FRAME_RSP], 0x7fc);
	assert_int_equal(word(0x7fc, 4), 0x102);
	assert_int_equal(RUN(0x66, 0xff, 0x27), EMULATE_OK); /* jmp word [edi] */
	assert_int_equal(frame.rip, 0x2345);
	assert_int_equal(frame.gpr[FRAME_RSP], 0x7fc);
	assert_int_equal(RUN(0xff, 0x57, 0x04), EMULATE_FAULT); /* beyond the code segment: nothing is pushed */
	assert_int_equal(frame.inject, FRAME_INJECT_EXCEPTION(13) | FRAME_INJECT_ERROR(0));
	assert_int_equal(frame.rip, 0x2345);
	assert_int_equal(frame.gpr[FRAME_RSP], 0x7fc);
	assert_int_equal(word(0x7f8, 4), 0);
	writes_left = 0;
	assert_int_equal(RUN(0xff, 0x17), EMULATE_FAULT);
	assert_int_equal(frame.rip, 0x2345);
	long_mode();
	memcpy(ram + 0x200, (const uint64_t[]){UINT64_C(0xffff800000000000), UINT64_C(0x800000000000)}, 16);
	assert_int_equal(RUN(0xff, 0x27), EMULATE_OK);
	assert_int_equal(frame.rip, UINT64_C(0xffff800000000000));
	assert_int_equal(RUN(0xff, 0x67, 0x08), EMULATE_FAULT); /* not canonical */
	assert_int_equal(frame.inject, FRAME_INJECT_EXCEPTION(13) | FRAME_INJECT_ERROR(0));
}

static void pop_to_an_address_by_the_stack_pointer_uses_the_new_one(void **state)
{
	(void)state;
	frame.gpr[FRAME_RSP] = 0x2000;
	ram[0x2000] = 0x5a;
	assert_int_equal(RUN(0x8f, 0x04, 0x24), EMULATE_OK); /* pop [esp] */
	assert_int_equal(ram[0x2004], 0x5a);
}

static void a_repeated_move_stops_at_a_fault_with_what_is_done(void **state)
{
	(void)state;
	frame.gpr[FRAME_RCX] = 8;
	frame.gpr[FRAME_RSI] = 0x100;
	frame.gpr[FRAME_RDI] = 0x200;
	writes_left = 3;
	assert_int_equal(RUN(0xf3, 0xa5), EMULATE_FAULT);
	assert_int_equal(frame.gpr[FRAME_RCX], 5);
	assert_int_equal(frame.gpr[FRAME_RDI], 0x20c);
	assert_int_equal(frame.gpr[FRAME_RSI], 0x10c);
	assert_int_equal(frame.rip, 0x100);
}

static void a_long_repetition_is_done_in_portions(void **state)
{
	(void)state;
	frame.gpr[FRAME_RCX] = EMULATE_REPEATS + 10;
	frame.gpr[FRAME_RDI] = 0x200;
	assert_int_equal(RUN(0xf3, 0xaa), EMULATE_OK);
	assert_int_equal(frame.gpr[FRAME_RCX], 10);
	assert_int_equal(frame.rip, 0x100);
	assert_int_equal(RUN(0xf3, 0xaa), EMULATE_OK);
	assert_int_equal(frame.gpr[FRAME_RCX], 0);
	assert_int_equal(frame.rip, 0x102);
	assert_int_equal(RUN(0xf3, 0xaa), EMULATE_OK);
	assert_int_equal(frame.rip, 0x104);
}

static void instruction_pointers_wrap_at_32_bits_and_forget_the_resume_flag(void **state)
{
	(void)state;
	frame.rip = 0xffffffff;
	frame.rflags |= FLAG_RF;
	assert_int_equal(RUN(0x8b, 0x07), EMULATE_OK);
	assert_int_equal(frame.rip, 1);
	assert_int_equal(frame.rflags, 2);
}

static void control_registers_and_port_strings_are_for_others(void **state)
{
	(void)state;
	assert_int_equal(RUN(0x6c), EMULATE_UNKNOWN);
	long_mode();
	assert_int_equal(RUN(0x44, 0x0f, 0x22, 0xc0), EMULATE_UNKNOWN);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
	        TEST(the_mode_follows_the_code_segment),
	        TEST(segment_bases_count_outside_long_mode),
	        TEST(an_offset_beyond_the_limit_is_a_protection_fault),
	        TEST(a_non_canonical_address_is_a_protection_fault),
	        TEST(addresses_wrap_at_the_address_size),
	        TEST(a_fault_leaves_registers_and_flags),
	        TEST(an_operand_that_has_changed_meanwhile_is_tried_again),
	        TEST(a_quotient_that_has_no_room_is_a_divide_error),
	        TEST(sixteen_bytes_are_exchanged_only_where_they_are_aligned),
	        TEST(a_segment_register_gets_what_its_descriptor_says),
	        TEST(a_descriptor_that_does_not_fit_is_a_fault_with_its_selector),
	        TEST(a_null_selector_empties_a_segment_register),
	        TEST(a_segment_register_of_real_mode_is_a_base),
	        TEST(calls_and_jumps_through_memory_go_where_it_says),
	        TEST(push_and_pop_move_the_stack_by_its_own_width),
	        TEST(pop_to_an_address_by_the_stack_pointer_uses_the_new_one),
	        TEST(a_repeated_move_stops_at_a_fault_with_what_is_done),
	        TEST(a_long_repetition_is_done_in_portions),
	        TEST(instruction_pointers_wrap_at_32_bits_and_forget_the_resume_flag),
	        TEST(control_registers_and_port_strings_are_for_others),
	};
	return cmocka_run_group_tests(tests, 0, 0);
}
