/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "abi/exit.h"
#include "devices/exit.h"
#include "devices/guest_window.h"
#include "devices/interrupt.h"
#include "devices/loop.h"
#include "devices/machine.h"
#include "sdk/mock/mock.h"

/* The test is the core: each HC_VCPU_RUN gets the next outcome of a script, and how the layer resumed is kept. */
#define RAM 0x200000u
#define STEPS 16u
struct step {
	uint64_t kind, detail, rax;
};
struct resumed {
	uint64_t flags, rax, timer;
};
static struct step script[STEPS];
static struct resumed resumed[STEPS + 1];
static unsigned step_count, step_at;
static struct machine *machine;
static struct exit_frame *frame;
static struct channel console;
static uint8_t *ram;
static uint64_t lapic_register[64];

const char *guest_window_open(struct guest_memory *memory)
{
	return guest_memory_add(memory, 0, RAM, ram) ? 0 : "no room";
}

static enum status core_run(const uint64_t *argument, uint64_t *result)
{
	resumed[step_at] = (struct resumed){argument[0], argument[1], argument[2]};
	if (step_at == step_count)
		return ERR_STATE;
	result[0] = script[step_at].kind;
	result[1] = script[step_at].detail;
	result[2] = script[step_at].rax;
	step_at++;
	return OK;
}

static enum status core_lapic_read(const uint64_t *argument, uint64_t *result)
{
	result[0] = lapic_register[argument[1] >> 4];
	return OK;
}

static enum status core_lapic_write(const uint64_t *argument, uint64_t *result)
{
	bool is_entry = argument[1] >= 0x320 && argument[1] <= 0x370, is_enabled = lapic_register[0xf] & 0x100;
	lapic_register[argument[1] >> 4] = argument[2] | (is_entry && !is_enabled ? 0x10000 : 0);
	if (argument[1] == 0xb0)
		result[0] = 0x31;
	return OK;
}

static int setup(void **state)
{
	(void)state;
	mock_reset();
	mock_guest(2, BOOT_LINUX);
	ram = calloc(1, RAM);
	frame = calloc(1, 4096);
	machine = calloc(1, sizeof *machine);
	mock_add_memory("frame0", INFO_FRAME, frame, 4096, 0);
	mock_add_memory("frame1", INFO_FRAME, frame, 4096, 1);
	mock_add_channel(&(struct mock_channel){.name = "console",
	                                        .peer = "console",
	                                        .in_bytes = 256,
	                                        .out_bytes = 256,
	                                        .role = ROLE_SERIAL,
	                                        .role_index = 0},
	                 &console);
	mock_answer(HC_VCPU_RUN, core_run);
	mock_answer(HC_LAPIC_READ, core_lapic_read);
	mock_answer(HC_LAPIC_WRITE, core_lapic_write);
	memset(script, 0, sizeof script);
	memset(lapic_register, 0, sizeof lapic_register);
	step_count = step_at = 0;
	assert_null(machine_init(machine));
	assert_null(machine_without_firmware(machine));
	/* a flat 64-bit guest without paging would be none: 32-bit protected mode it is */
	frame->valid = FRAME_HAS_GPR | FRAME_HAS_CONTROL | FRAME_HAS_SEGMENTS;
	frame->cr0 = 1;
	frame->rflags = 2;
	frame->rip = 0x1000;
	frame->segment[FRAME_CS].attributes = 0xc9b;
	for (unsigned i = FRAME_ES; i <= FRAME_GS; i++)
		frame->segment[i].limit = 0xffffffff;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	free(machine);
	free(frame);
	free(ram);
	return 0;
}

static void add(uint64_t kind, uint64_t detail, uint64_t rax)
{
	script[step_count++] = (struct step){kind, detail, rax};
}

static uint64_t io(uint16_t port, unsigned size, unsigned flags)
{
	return EXIT_IO | (uint64_t)(port | size << 16 | flags << 24) << 32;
}

static void run(void)
{
	loop(&machine->vcpu[0]);
}

static void out(uint16_t port, uint8_t value)
{
	add(RUN_OUT_EXIT, io(port, 1, 0), value);
}

static void memory_exit(uint64_t gpa, unsigned bits, const uint8_t *code, size_t bytes)
{
	frame->reason = EXIT_MEMORY;
	frame->info[0] = gpa;
	frame->info[1] = bits;
	memcpy(ram + frame->rip, code, bytes);
	add(RUN_OUT_EXIT, EXIT_MEMORY, 0);
}
#define CODE(...) (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})

static void nobodys_ports_read_as_ones_in_the_width_of_the_access(void **state)
{
	(void)state;
	add(RUN_OUT_EXIT, io(0x3e0, 1, FRAME_IO_IN), 0x1122334455667788);
	add(RUN_OUT_EXIT, io(0x3e0, 2, FRAME_IO_IN), 0x1122334455667788);
	add(RUN_OUT_EXIT, io(0x3e0, 4, FRAME_IO_IN), 0x1122334455667788);
	run();
	assert_int_equal(resumed[0].flags, 0);
	for (unsigned i = 1; i <= 3; i++)
		assert_int_equal(resumed[i].flags, RUN_ADVANCE | RUN_SET_RAX);
	assert_int_equal(resumed[1].rax, 0x11223344556677ff);
	assert_int_equal(resumed[2].rax, 0x112233445566ffff);
	assert_int_equal(resumed[3].rax, 0xffffffff);
}

static void a_model_answers_reads_and_takes_writes(void **state)
{
	(void)state;
	out(0x21, 0xa5); /* the PIC's mask */
	add(RUN_OUT_EXIT, io(0x21, 1, FRAME_IO_IN), 0);
	run();
	assert_int_equal(resumed[1].flags, RUN_ADVANCE);
	assert_int_equal(resumed[2].rax, 0xa5);
}

static void a_refused_run_is_reported_and_ends_the_loop(void **state)
{
	(void)state;
	run();
	assert_int_equal(mock_calls(HC_GUEST_FAULT), 1);
	assert_int_equal(mock_arguments(HC_GUEST_FAULT)[0], LAYER_FAULT_RUN);
	assert_int_equal(mock_arguments(HC_GUEST_FAULT)[1], ERR_STATE);
}

static void characters_go_to_the_console_and_come_back(void **state)
{
	(void)state;
	char text[8] = {0};
	assert_int_equal(channel_write(&console, "x", 1), 1);
	out(0x3f8, 'h');
	out(0x3f8, 'i');
	add(RUN_OUT_EVENT, 1, 0);
	add(RUN_OUT_EXIT, io(0x3f8, 1, FRAME_IO_IN), 0);
	run();
	assert_int_equal(channel_read(&console, text, 8), 2);
	assert_string_equal(text, "hi");
	assert_int_equal(resumed[4].rax, 'x');
}

static void debug_text_comes_in_lines_or_at_the_end(void **state)
{
	(void)state;
	char text[16] = {0};
	out(0xe9, 'a');
	run();
	assert_int_equal(channel_read(&console, text, 16), 0);
	step_count = step_at = 0;
	machine->ended = false;
	out(0xe9, '\n');
	run();
	assert_int_equal(channel_read(&console, text, 16), 2);
	step_count = step_at = 0;
	machine->ended = false;
	out(0xe9, 'z');
	add(RUN_OUT_EXIT, io(0xf4, 4, 0), 0);
	run();
	assert_int_equal(channel_read(&console, text, 16), 1);
	assert_int_equal(mock_calls(HC_GUEST_STOP), 1);
}

static void the_end_of_a_guest_ends_the_loop_at_once(void **state)
{
	(void)state;
	out(0x64, 0xfe);
	out(0x80, 0);
	run();
	assert_int_equal(mock_calls(HC_GUEST_RESTART), 1);
	assert_int_equal(step_at, 1);
	step_count = step_at = 0;
	machine->ended = false;
	add(RUN_OUT_EXIT, io(PM_BASE + 4, 2, 0), PM_SLP_TYP_S5 << 10 | 0x2000);
	out(0x80, 0);
	run();
	assert_int_equal(mock_calls(HC_GUEST_STOP), 1);
	assert_int_equal(step_at, 1);
}

static void the_timer_of_the_pit_is_asked_for_and_raises_its_interrupt(void **state)
{
	(void)state;
	/* PIC: vectors from 20h, line 0 open; PIT: 100 Hz */
	out(0x20, 0x11);
	out(0x21, 0x20);
	out(0x21, 0x04);
	out(0x21, 0x01);
	out(0x21, 0xfe);
	out(0x43, 0x34);
	out(0x40, 0x9c);
	out(0x40, 0x2e);
	run();
	uint64_t timer = resumed[8].timer;
	assert_in_range(timer, 9900000, 10100000);
	step_count = step_at = 0;
	machine->ended = false;
	mock_time(timer);
	add(RUN_OUT_TIMER, 0, 0);
	add(RUN_OUT_INTA, 0, 0);
	run();
	assert_int_equal(mock_calls(HC_LINE_EXTINT), 2);
	assert_int_equal(mock_arguments(HC_LINE_EXTINT)[1], 0);
	assert_int_equal(resumed[2].flags, RUN_EXTINT | RUN_VECTOR(0x20));
	assert_in_range(resumed[2].timer, timer + 9900000, timer + 10100000);
}

/* A period of 1.7 us, shorter than any way to the layer and back. */
static void between_two_firings_the_guest_has_twenty_microseconds(void **state)
{
	enum { REST_NS = 20000, FIRINGS = 3 };
	(void)state;
	out(0x43, 0x34);
	out(0x40, 2);
	out(0x40, 0);
	run();
	uint64_t timer = resumed[3].timer;
	assert_in_range(timer, 1, 2000); /* the first one is when it is due */
	for (unsigned i = 0; i < FIRINGS; i++) {
		step_count = step_at = 0;
		machine->ended = false;
		mock_time(timer);
		add(RUN_OUT_TIMER, 0, 0);
		out(0x43, 0x00); /* what the guest does meanwhile moves the deadline no nearer */
		out(0x61, 0x01);
		run();
		for (unsigned turn = 1; turn <= 3; turn++)
			assert_in_range(resumed[turn].timer, timer + REST_NS, timer + REST_NS + 2000);
		timer = resumed[3].timer;
	}
}

static void the_io_apic_is_reached_by_memory_and_asserts_vectors(void **state)
{
	(void)state;
	frame->gpr[FRAME_RDI] = IOAPIC_BASE;
	memory_exit(IOAPIC_BASE, FRAME_MEMORY_WRITE, CODE(0xc7, 0x07, 0x18, 0, 0, 0)); /* select pin 4, low half */
	run();
	assert_int_equal(resumed[1].flags, RUN_TAKE(FRAME_HAS_GPR));
	assert_int_equal(frame->rip, 0x1006);
	step_count = step_at = 0;
	machine->ended = false;
	memory_exit(IOAPIC_BASE + 16, FRAME_MEMORY_WRITE, CODE(0xc7, 0x47, 0x10, 0x41, 0, 0, 0));
	run();
	isa_set(&machine->isa, 4, true);
	assert_int_equal(mock_calls(HC_LAPIC_ASSERT), 1);
	assert_int_equal(mock_arguments(HC_LAPIC_ASSERT)[0], 0);
	assert_int_equal(mock_arguments(HC_LAPIC_ASSERT)[1], 0x41);
}

static void a_level_interrupt_comes_again_until_its_line_falls(void **state)
{
	(void)state;
	ioapic_write(&machine->ioapic, 0, 4, 0x10 + 2 * 9);
	ioapic_write(&machine->ioapic, 0x10, 4, 0x8000 | 0x51);
	isa_set(&machine->isa, 9, true);
	assert_int_equal(mock_arguments(HC_LAPIC_ASSERT)[1], LAPIC_LEVEL | 0x51);
	add(RUN_OUT_EOI, 0x51, 0);
	run();
	assert_int_equal(mock_calls(HC_LAPIC_ASSERT), 2);
}

static void the_local_apic_is_read_and_written_by_memory(void **state)
{
	(void)state;
	lapic_register[2] = 0x05000000;
	frame->gpr[FRAME_RDI] = 0xfee00020;
	memory_exit(0xfee00020, 0, CODE(0x8b, 0x07));
	run();
	assert_int_equal(frame->gpr[FRAME_RAX], 0x05000000);
	step_count = step_at = 0;
	machine->ended = false;
	frame->gpr[FRAME_RDI] = 0xfee000d0;
	frame->gpr[FRAME_RAX] = 0x02000000;
	memory_exit(0xfee000d0, FRAME_MEMORY_WRITE, CODE(0x89, 0x07));
	run();
	assert_int_equal(lapic_register[0xd], 0x02000000);
	assert_int_equal(machine->vcpu[0].ldr, 0x02000000);
}

static void an_empty_place_below_4_gib_reads_as_ones_and_above_is_a_fault(void **state)
{
	(void)state;
	frame->gpr[FRAME_RDI] = 0xfed80000;
	memory_exit(0xfed80000, 0, CODE(0x8b, 0x07));
	run();
	assert_int_equal(frame->gpr[FRAME_RAX], 0xffffffff);
	assert_int_equal(mock_arguments(HC_GUEST_FAULT)[0], LAYER_FAULT_RUN);
	step_count = step_at = 0;
	machine->ended = false;
	/* PAE: page tables that lead beyond 4 GiB */
	frame->cr0 = UINT64_C(0x80000001);
	frame->cr4 = 1 << 5;
	frame->cr3 = 0x8000;
	uint64_t pointer = 0x9001, low = 0x83, high = UINT64_C(0x4000000083);
	memcpy(ram + 0x8000, &pointer, 8);
	memcpy(ram + 0x9000, &low, 8);
	memcpy(ram + 0x9008, &high, 8);
	frame->gpr[FRAME_RDI] = 0x200010;
	memory_exit(UINT64_C(0x4000000010), 0, CODE(0x8b, 0x07));
	run();
	assert_int_equal(mock_arguments(HC_GUEST_FAULT)[0], LAYER_FAULT_MEMORY);
	assert_int_equal(mock_arguments(HC_GUEST_FAULT)[1], UINT64_C(0x4000000010));
}

/* OR of memory to a zero: a form for which the layer walks. */
static uint64_t read_again(uint64_t gpa)
{
	step_count = step_at = 0;
	machine->ended = false;
	frame->rip = 0x1000;
	frame->gpr[FRAME_RAX] = 0;
	memory_exit(gpa, 0, CODE(0x0b, 0x07));
	run();
	return frame->gpr[FRAME_RAX];
}

static void a_walk_that_is_remembered_ends_with_the_entry_it_read(void **state)
{
	(void)state;
	/* PAE: the second 2 MiB are the I/O APIC's, then the HPET's, then nobody's, then gone */
	frame->cr0 = UINT64_C(0x80000001);
	frame->cr4 = 1 << 5;
	frame->cr3 = 0x8000;
	uint64_t pointer = 0x9001, entry[2] = {0x83, IOAPIC_BASE | 0x83};
	memcpy(ram + 0x8000, &pointer, 8);
	memcpy(ram + 0x9000, entry, 16);
	frame->gpr[FRAME_RDI] = 0x200010;
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(read_again(IOAPIC_BASE + 0x10), 0x02000000);
	assert_int_equal(ram[0x9008] & 0x20, 0x20); /* accessed */
	ram[0x9008] = 0x83;
	assert_int_equal(read_again(IOAPIC_BASE + 0x10), 0x02000000);
	assert_int_equal(ram[0x9008] & 0x20, 0x20); /* again */
	entry[1] = HPET_BASE / 0x200000 * 0x200000 | 0x83;
	memcpy(ram + 0x9000, entry, 16);
	frame->gpr[FRAME_RDI] = 0x200010 + HPET_BASE % 0x200000;
	assert_int_equal(read_again(HPET_BASE + 0x10), 0);
	ram[0x9008] = 0;
	read_again(HPET_BASE + 0x10);
	assert_int_equal(resumed[1].flags & RUN_INJECT, RUN_INJECT);
	assert_int_equal(frame->cr2, 0x200010 + HPET_BASE % 0x200000);
}

static void paging_with(uint64_t second)
{
	uint64_t pointer = 0x9001, entry[2] = {0x83, second};
	frame->cr0 = UINT64_C(0x80000001);
	frame->cr4 = 1 << 5; /* PAE, pages of 2 MiB */
	frame->cr3 = 0x8000;
	memcpy(ram + 0x8000, &pointer, 8);
	memcpy(ram + 0x9000, entry, 16);
}

static void a_move_goes_where_the_cpu_walked(void **state)
{
	(void)state;
	paging_with(0); /* another vCPU has taken the page away since */
	frame->gpr[FRAME_RDI] = 0x200010;
	memory_exit(IOAPIC_BASE + 0x10, 0, CODE(0x8b, 0x07));
	run();
	assert_int_equal(resumed[1].flags, RUN_TAKE(FRAME_HAS_GPR));
	assert_int_equal(frame->gpr[FRAME_RAX], 0x02000000);
}

static void a_move_is_walked_for_if_the_exit_was_for_something_else(void **state)
{
	static const struct {
		uint64_t rdi, gpa;
		unsigned bits;
	} other[] = {{0x200010, IOAPIC_BASE + 0x20, 0},  /* another place in the page */
	             {0x200ffe, IOAPIC_BASE + 0xffe, 0}, /* it goes on in the next page */
	             {0x200010, IOAPIC_BASE + 0x10, FRAME_MEMORY_WRITE},
	             {0x200010, IOAPIC_BASE + 0x10, FRAME_MEMORY_WALK}};
	(void)state;
	for (unsigned i = 0; i < sizeof other / sizeof *other; i++) {
		paging_with(0);
		step_count = step_at = 0;
		machine->ended = false;
		frame->gpr[FRAME_RDI] = other[i].rdi;
		memory_exit(other[i].gpa, other[i].bits, CODE(0x8b, 0x07));
		run();
		assert_int_equal(resumed[1].flags & RUN_INJECT, RUN_INJECT);
		assert_int_equal(frame->cr2, other[i].rdi);
	}
}

static void an_operand_across_two_pages_is_walked_whole_before_it_is_touched(void **state)
{
	(void)state;
	paging_with(IOAPIC_BASE | 0x83);
	frame->gpr[FRAME_RAX] = 0x11223344;
	frame->gpr[FRAME_RDI] = 0x3ffffe; /* the second half lies in a page that is not there */
	memory_exit(IOAPIC_BASE / 0x200000 * 0x200000 + 0x1ffffe, FRAME_MEMORY_WRITE, CODE(0x89, 0x07));
	run();
	assert_int_equal(resumed[1].flags & RUN_INJECT, RUN_INJECT);
	assert_int_equal(frame->cr2, 0x400000);
	assert_int_equal(frame->rip, 0x1000);
	/* from memory into a device's page: RAM gets its half */
	step_count = step_at = 0;
	machine->ended = false;
	frame->cr2 = 0;
	frame->gpr[FRAME_RDI] = 0x1ffffe;
	memory_exit(IOAPIC_BASE, FRAME_MEMORY_WRITE, CODE(0x89, 0x07));
	run();
	assert_int_equal(resumed[1].flags, RUN_TAKE(FRAME_HAS_GPR));
	assert_memory_equal(ram + 0x1ffffe, "\x44\x33", 2);
}

/* A device whose register is a word, and beside which another vCPU is at work: each read changes RAM at 1ffffe. */
static struct {
	uint64_t word;
	uint16_t ram;
	unsigned writes;
} shared;

static uint64_t shared_read(void *device, uint32_t offset, unsigned size)
{
	(void)device;
	(void)size;
	memcpy(ram + 0x1ffffe, &shared.ram, 2);
	return shared.word >> 8 * offset;
}

static void shared_write(void *device, uint32_t offset, unsigned size, uint64_t value)
{
	(void)device;
	memcpy((uint8_t *)&shared.word + offset, &value, size);
	shared.writes++;
}

static void increment_across(uint64_t rdi, uint64_t gpa)
{
	step_count = step_at = 0;
	machine->ended = false;
	frame->rip = 0x1000;
	frame->gpr[FRAME_RDI] = rdi;
	memory_exit(gpa, FRAME_MEMORY_WRITE, CODE(0xf0, 0xff, 0x07)); /* lock inc dword [edi] */
	run();
}

static void an_operand_half_in_ram_is_changed_only_if_that_half_has_not_been(void **state)
{
	enum { DEVICE = 0xd0000000 };
	const struct window window = {0, shared_read, shared_write};
	(void)state;
	paging_with(DEVICE | 0x83);
	memset(&shared, 0, sizeof shared);
	assert_int_equal(mmio_map_fixed(&machine->mmio, DEVICE, 4096, &window), OK);
	memcpy(ram + 0x1ffffa, "\1\2\3\4\xfe\xff", 6);
	shared.ram = 0xffff;
	increment_across(0x1ffffe, DEVICE); /* between its two halves' reads it became ffff */
	assert_int_equal(resumed[1].flags, 0);
	assert_int_equal(frame->rip, 0x1000);
	assert_int_equal(shared.writes, 0);
	assert_memory_equal(ram + 0x1ffffa, "\1\2\3\4\xff\xff", 6);
	increment_across(0x1ffffe, DEVICE); /* the same again: now it is */
	assert_int_equal(resumed[1].flags, RUN_TAKE(FRAME_HAS_GPR));
	assert_int_equal(frame->rip, 0x1003);
	assert_true(shared.writes == 1 && shared.word == 1);
	assert_memory_equal(ram + 0x1ffffa, "\1\2\3\4\0\0", 6);
}

static void an_operand_half_in_a_device_before_ram_is_changed_in_both(void **state)
{
	enum { DEVICE = 0xd0000000 };
	const struct window window = {0, shared_read, shared_write};
	(void)state;
	paging_with(0x83);
	uint64_t device = DEVICE | 0x83;
	memcpy(ram + 0x9010, &device, 8); /* third: the device; fourth: RAM again */
	memcpy(ram + 0x9018, ram + 0x9008, 8);
	memset(&shared, 0, sizeof shared);
	shared.word = UINT64_C(0xffffff);
	ram[0] = 6;
	assert_int_equal(mmio_map_fixed(&machine->mmio, DEVICE + 0x1ff000 + 0xffd, 3, &window), OK);
	increment_across(0x5ffffd, DEVICE + 0x1ffffd);
	assert_int_equal(resumed[1].flags, RUN_TAKE(FRAME_HAS_GPR));
	assert_true(shared.word == 0 && ram[0] == 7);
}

static void an_operand_that_is_ram_by_now_is_left_to_the_cpu(void **state)
{
	(void)state;
	paging_with(0x83);
	ram[0x30] = 9;
	increment_across(0x30, IOAPIC_BASE + 0x30); /* another vCPU has changed the tables since the exit */
	assert_int_equal(resumed[1].flags, 0);
	assert_int_equal(frame->rip, 0x1000);
	assert_int_equal(ram[0x30], 9);
	memory_exit(IOAPIC_BASE, FRAME_MEMORY_WRITE | FRAME_MEMORY_WALK, CODE(0xf0, 0xff, 0x07));
	step_at = 0;
	step_count = 1;
	machine->ended = false;
	run(); /* it would come back for ever */
	assert_int_equal(mock_arguments(HC_GUEST_FAULT)[0], LAYER_FAULT_INSTRUCTION);
}

static void a_shadow_of_rom_is_changed_only_as_pam_says(void **state)
{
	enum { PLACE = 0xf0030, PAM0 = 0x59 };
	(void)state;
	host_bridge_init(&machine->host_bridge, true);
	for (unsigned writable = 0; writable < 2; writable++) {
		machine->host_bridge.config[PAM0] = writable ? 0x30 : 0x10;
		ram[PLACE] = 9;
		increment_across(PLACE, PLACE);
		assert_int_equal(resumed[1].flags, RUN_TAKE(FRAME_HAS_GPR));
		assert_int_equal(frame->rip, 0x1003);
		assert_int_equal(ram[PLACE], 9 + writable);
		step_count = step_at = 0;
		frame->rip = 0x1000;
		frame->gpr[FRAME_RDI] = PLACE - 2;
		frame->gpr[FRAME_RAX] = 0x11223344;
		memory_exit(PLACE - 2, FRAME_MEMORY_WRITE, CODE(0x89, 0x07)); /* mov [edi], eax */
		run();
		assert_int_equal(frame->rip, 0x1002);
		assert_int_equal(ram[PLACE], writable ? 0x22 : 9);
	}
}

static void an_exchange_with_rom_reads_it_and_changes_nothing(void **state)
{
	enum { ROM = 0xfffff000 };
	static const uint8_t rom[4096] = {[0x10] = 0x78, 0x56, 0x34, 0x12};
	(void)state;
	assert_true(guest_memory_add_rom(&machine->memory, ROM, sizeof rom, rom));
	frame->gpr[FRAME_RDI] = ROM + 0x10;
	frame->gpr[FRAME_RAX] = 0;
	memory_exit(ROM + 0x10, FRAME_MEMORY_PRESENT | FRAME_MEMORY_WRITE, CODE(0x87, 0x07)); /* xchg [edi], eax */
	run();
	assert_int_equal(resumed[1].flags, RUN_TAKE(FRAME_HAS_GPR));
	assert_int_equal(frame->gpr[FRAME_RAX], 0x12345678);
	assert_int_equal(rom[0x10], 0x78);
}

/* The I/O APIC's register 10h reads as 02000000: two bytes of it, at 12h, are the selector 200h. */
static void load_from_device(uint8_t modrm, uint64_t rdi, uint64_t table)
{
	step_count = step_at = 0;
	machine->ended = false;
	frame->rip = 0x1000;
	frame->segment[FRAME_GDTR] = (struct frame_segment){.base = table, .limit = 0x3ff};
	memcpy(ram + 0x5200, "\xff\xff\0\0\0\xf2\xcf\0", 8);
	frame->segment[FRAME_DS] = (struct frame_segment){.limit = 0xffffffff};
	frame->gpr[FRAME_RDI] = rdi;
	memory_exit(IOAPIC_BASE + 0x12, 0, CODE(0x8e, modrm));
	run();
}

static void a_segment_loaded_from_a_device_reaches_the_core(void **state)
{
	(void)state;
	load_from_device(0x1f, IOAPIC_BASE + 0x12, 0x5000);
	assert_int_equal(resumed[1].flags, RUN_TAKE(FRAME_HAS_GPR | FRAME_HAS_SEGMENTS));
	assert_int_equal(frame->segment[FRAME_DS].selector, 0x200);
	assert_int_equal(ram[0x5205], 0xf3); /* accessed, though it lies in RAM as a whole */
}

static void after_a_load_of_ss_an_interrupt_or_trap_waits(void **state)
{
	(void)state;
	frame->cr0 = 0;
	frame->segment[FRAME_CS].attributes = 0x9b;
	frame->rflags |= 0x100;
	step_count = step_at = 0;
	frame->gpr[FRAME_RBX] = 0x12;
	frame->segment[FRAME_DS] = (struct frame_segment){.base = IOAPIC_BASE, .limit = 0xffff};
	memory_exit(IOAPIC_BASE + 0x12, 0, CODE(0x8e, 0x17)); /* mov ss, [bx] */
	run();
	assert_int_equal(resumed[1].flags, RUN_TAKE(FRAME_HAS_GPR | FRAME_HAS_SEGMENTS | FRAME_HAS_CONTROL));
	assert_int_equal(frame->segment[FRAME_SS].base, 0x2000);
	assert_int_equal(frame->shadow, 1);
	assert_int_equal(frame->dr6, 0);
}

/* The code, the device and RAM at 0 are the user's; the same RAM at 400000 is the supervisor's. */
static void a_descriptor_is_read_with_the_rights_of_the_supervisor(void **state)
{
	enum { SMAP = 1 << 21, AC = 1 << 18 };
	const uint64_t supervisor = 0x83;
	(void)state;
	paging_with(IOAPIC_BASE | 0x87);
	ram[0x9000] |= 4;
	memcpy(ram + 0x9010, &supervisor, 8);
	frame->cpl = 3;
	load_from_device(0x1f, 0x200012, 0x405000);
	assert_int_equal(resumed[1].flags, RUN_TAKE(FRAME_HAS_GPR | FRAME_HAS_SEGMENTS));
	frame->cpl = 0;
	frame->cr4 |= SMAP;
	frame->rflags |= AC;
	load_from_device(0x1f, 0x200012, 0x405000);
	assert_int_equal(resumed[1].flags, RUN_TAKE(FRAME_HAS_GPR | FRAME_HAS_SEGMENTS));
	load_from_device(0x1f, 0x200012, 0x5000); /* AC is for the program's own accesses */
	assert_int_equal(resumed[1].flags & RUN_INJECT, RUN_INJECT);
	assert_int_equal(frame->cr2, 0x5200);
}

static void part_of_a_word_is_exchanged_where_it_lies(void **state)
{
	(void)state;
	uint64_t word = UINT64_C(0x8877665544332211);
	uint8_t *at = (uint8_t *)&word;
	assert_false(guest_memory_exchange(at + 5, 3, 0x887765, 1));
	assert_int_equal(word, UINT64_C(0x8877665544332211));
	assert_true(guest_memory_exchange(at + 5, 3, 0x887766, 0xabcdef));
	assert_int_equal(word, UINT64_C(0xabcdef5544332211));
	assert_true(guest_memory_exchange(at, 8, UINT64_C(0xabcdef5544332211), 0));
	assert_int_equal(word, 0);
}

static void code_that_was_changed_is_decoded_again(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		step_count = step_at = 0;
		machine->ended = false;
		frame->rip = 0x1000;
		frame->gpr[FRAME_RDI] = IOAPIC_BASE + 0x10;
		if (i == 2)
			memory_exit(IOAPIC_BASE + 0x10, 0, CODE(0x8b, 0x17)); /* to EDX now */
		else
			memory_exit(IOAPIC_BASE + 0x10, 0, CODE(0x8b, 0x07));
		run();
		assert_int_equal(frame->rip, 0x1002);
	}
	assert_int_equal(frame->gpr[FRAME_RDX], 0x02000000);
}

/* Every form leaves of the register what the architecture leaves; the second time, too, when it is remembered. */
static void a_move_sets_as_much_of_its_register_as_it_is_wide(void **state)
{
	static const struct {
		uint8_t code[6];
		uint64_t at, rax;
	} form[] = {{{0x8a, 0x47, 0x03}, 0x13, 0x1122334455667702},       /* AL */
	            {{0x8a, 0x67, 0x03}, 0x13, 0x1122334455660288},       /* AH */
	            {{0x66, 0x8b, 0x47, 0x02}, 0x12, 0x1122334455660200}, /* AX */
	            {{0x8b, 0x07}, 0x10, 0x02000000},
	            {{0x8b, 0x44, 0x8f, 0xfc}, 0x10, 0x02000000}, /* [EDI + 4 * ECX - 4] */
	            {{0xa1, 0x10, 0x00, 0xc0, 0xfe}, 0x10, 0x02000000},
	            {{0x65, 0x8b, 0x47, 0xf0}, 0x10, 0x02000000}, /* [GS: EDI - 16] */
	            {{0x0f, 0xb6, 0x47, 0x03}, 0x13, 2},          /* MOVZX */
	            {{0x66, 0x0f, 0xb6, 0x47, 0x03}, 0x13, 0x1122334455660002},
	            {{0x0f, 0xbe, 0x47, 0x03}, 0x13, 2}}; /* MOVSX */
	(void)state;
	frame->gpr[FRAME_RDI] = IOAPIC_BASE + 0x10;
	frame->gpr[FRAME_RCX] = 1;
	frame->segment[FRAME_GS].base = 0x10;
	for (unsigned i = 0; i < 2 * sizeof form / sizeof *form; i++) {
		step_count = step_at = 0;
		machine->ended = false;
		frame->rip = 0x1000;
		frame->gpr[FRAME_RAX] = 0x1122334455667788;
		memory_exit(IOAPIC_BASE + form[i / 2].at, 0, form[i / 2].code, sizeof form->code);
		run();
		assert_int_equal(resumed[1].flags, RUN_TAKE(FRAME_HAS_GPR));
		assert_int_equal(frame->gpr[FRAME_RAX], form[i / 2].rax);
	}
}

/* Which register a MOV at 0x1000 sets. */
static enum frame_register register_set(void)
{
	step_count = step_at = 0;
	machine->ended = false;
	frame->rip = 0x1000;
	frame->gpr[FRAME_RAX] = frame->gpr[FRAME_RDX] = 0;
	frame->gpr[FRAME_RDI] = IOAPIC_BASE + 0x10;
	frame->reason = EXIT_MEMORY;
	frame->info[0] = IOAPIC_BASE + 0x10;
	add(RUN_OUT_EXIT, EXIT_MEMORY, 0);
	run();
	return frame->gpr[FRAME_RDX] ? FRAME_RDX : FRAME_RAX;
}

static void code_in_another_page_is_decoded_again(void **state)
{
	/* PAE with 4 KiB pages, twice; to EAX in page 1, to EDX in page 3 */
	uint64_t tables[2] = {0x9001, 0}, other = 0xb001, directory = 0xa003, other_directory = 0xc003;
	uint64_t page = 0x1003, other_page = 0x3003;
	(void)state;
	memcpy(ram + 0x1000, "\x8b\x07", 2);
	memcpy(ram + 0x3000, "\x8b\x17", 2);
	memcpy(ram + 0x8000, tables, 16);
	memcpy(ram + 0x8020, &other, 8);
	memcpy(ram + 0x9000, &directory, 8);
	memcpy(ram + 0xb000, &other_directory, 8);
	memcpy(ram + 0xa008, &page, 8);
	memcpy(ram + 0xc008, &other_page, 8);
	frame->cr0 = UINT64_C(0x80000001);
	frame->cr4 = 1 << 5;
	frame->cr3 = 0x8000;
	assert_int_equal(register_set(), FRAME_RAX);
	assert_int_equal(register_set(), FRAME_RAX);
	memcpy(ram + 0xa008, &other_page, 8); /* the page */
	assert_int_equal(register_set(), FRAME_RDX);
	memcpy(ram + 0xa008, &page, 8);
	assert_int_equal(register_set(), FRAME_RAX);
	memcpy(ram + 0x9000, &other_directory, 8); /* the table above */
	assert_int_equal(register_set(), FRAME_RDX);
	memcpy(ram + 0x9000, &directory, 8);
	assert_int_equal(register_set(), FRAME_RAX);
	frame->cr3 = 0x8020;
	assert_int_equal(register_set(), FRAME_RDX);
	frame->cr0 = 1; /* no paging */
	assert_int_equal(register_set(), FRAME_RAX);
	frame->cr0 = UINT64_C(0x80000001);
	assert_int_equal(register_set(), FRAME_RDX);
	frame->cpl = 3; /* the page is the supervisor's */
	register_set();
	assert_int_equal(resumed[1].flags & RUN_INJECT, RUN_INJECT);
}

/* machine_init again, with devices that the description names. */
static void rebuild_with(const struct info_device *device)
{
	mock_add_device(device);
	memset(machine, 0, sizeof *machine);
	assert_null(machine_init(machine));
}

static void a_panic_told_by_the_device_is_a_fault_of_the_guest(void **state)
{
	(void)state;
	rebuild_with(&(struct info_device){.kind = DEVICE_PANIC, .channel = ~0u, .memory = ~0u, .place = 6 * 8});
	assert_int_equal(pci_config_read(&machine->pci, 6 * 8, 0, 4), 0x00111b36);
	pci_config_write(&machine->pci, 6 * 8, PCI_BAR, 4, 0xe0000000);
	pci_config_write(&machine->pci, 6 * 8, PCI_COMMAND, 2, PCI_COMMAND_MEMORY);
	frame->gpr[FRAME_RDI] = 0xe0000000;
	memory_exit(0xe0000000, 0, CODE(0x8a, 0x07));
	run();
	assert_int_equal(frame->gpr[FRAME_RAX], 1);
	step_count = step_at = 0;
	machine->ended = false;
	memory_exit(0xe0000000, FRAME_MEMORY_WRITE, CODE(0xc6, 0x07, 0x01));
	run();
	assert_int_equal(mock_arguments(HC_GUEST_FAULT)[0], LAYER_FAULT_PANIC);
}

static void debug_text_goes_to_a_channel_of_its_own(void **state)
{
	struct channel far;
	char text[8] = {0};
	(void)state;
	mock_add_channel(
	        &(struct mock_channel){
	                .name = "debug", .peer = "console", .in_bytes = 256, .out_bytes = 256, .role = ROLE_DEVICE},
	        &far);
	rebuild_with(&(struct info_device){.kind = DEVICE_DEBUG, .channel = 1, .memory = ~0u});
	out(0x402, '!');
	out(0xe9, '\n');
	run();
	assert_int_equal(channel_read(&far, text, 8), 2);
	assert_string_equal(text, "!\n");
	assert_int_equal(channel_read(&console, text, 8), 0);
}

static void a_device_the_layer_does_not_know_is_refused(void **state)
{
	(void)state;
	mock_add_device(&(struct info_device){.kind = DEVICE_KINDS, .channel = ~0u});
	memset(machine, 0, sizeof *machine);
	assert_string_equal(machine_init(machine), "this layer knows no such device");
}

static void an_unknown_instruction_is_reported_with_its_bytes(void **state)
{
	(void)state;
	memory_exit(IOAPIC_BASE, 0, CODE(0xf3, 0x0f, 0x6f, 0x07, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
	run();
	assert_int_equal(mock_calls(HC_GUEST_FAULT), 1);
	assert_int_equal(mock_arguments(HC_GUEST_FAULT)[0], LAYER_FAULT_INSTRUCTION);
	assert_int_equal(mock_arguments(HC_GUEST_FAULT)[1], UINT64_C(0x04030201076f0ff3));
	assert_int_equal(mock_arguments(HC_GUEST_FAULT)[2], UINT64_C(0x0b0a0908070605));
	/* and the user reads it where the guest's own words are */
	char text[160] = {0};
	channel_read(&console, text, sizeof text - 1);
	assert_string_equal(text,
	                    "\r\nbulkhead: this guest cannot go on: an instruction that is not emulated, its bytes: "
	                    "0x4030201076f0ff3 0xb0a0908070605\r\n");
}

static void a_page_that_went_away_is_a_page_fault(void **state)
{
	(void)state;
	frame->cr0 = UINT64_C(0x80000001);
	frame->cr3 = 0x8000;
	frame->reason = EXIT_MEMORY;
	add(RUN_OUT_EXIT, EXIT_MEMORY, 0);
	run();
	assert_int_equal(resumed[1].flags, RUN_INJECT | RUN_TAKE(FRAME_HAS_GPR | FRAME_HAS_CONTROL));
	assert_int_equal(frame->inject, FRAME_INJECT_EXCEPTION(14) | FRAME_INJECT_ERROR(0));
	assert_int_equal(frame->cr2, 0x1000);
}

static void an_emulated_instruction_ends_the_interrupt_shadow_and_traps_when_stepped(void **state)
{
	(void)state;
	frame->shadow = 1;
	frame->rflags |= 0x100;
	frame->gpr[FRAME_RDI] = 0xfed00000;
	memory_exit(0xfed00000, 0, CODE(0x8b, 0x07));
	run();
	assert_int_equal(frame->shadow, 0);
	assert_int_equal(resumed[1].flags, RUN_INJECT | RUN_TAKE(FRAME_HAS_GPR | FRAME_HAS_CONTROL));
	assert_int_equal(frame->inject, FRAME_INJECT_EXCEPTION(1));
	assert_int_equal(frame->dr6 & 0x4000, 0x4000);
}

static void port_strings_are_done_as_a_whole(void **state)
{
	(void)state;
	char text[16] = {0};
	memcpy(ram + 0x2000, "hello\n", 6);
	memcpy(ram + 0x1000, "\xf3\x6e", 2);
	frame->gpr[FRAME_RSI] = 0x2000;
	frame->gpr[FRAME_RCX] = 6;
	add(RUN_OUT_EXIT, io(0xe9, 1, FRAME_IO_STRING | FRAME_IO_REP), 0);
	run();
	assert_int_equal(channel_read(&console, text, 16), 6);
	assert_string_equal(text, "hello\n");
	assert_int_equal(frame->gpr[FRAME_RCX], 0);
	assert_int_equal(frame->gpr[FRAME_RSI], 0x2006);
	assert_int_equal(frame->rip, 0x1002);
	assert_int_equal(resumed[1].flags, RUN_TAKE(FRAME_HAS_GPR));
}

static void port_strings_read_into_memory_and_stop_in_portions(void **state)
{
	(void)state;
	memcpy(ram + 0x1000, "\xf3\x66\x6d", 3);
	frame->gpr[FRAME_RDI] = 0x4000;
	frame->gpr[FRAME_RCX] = 2000;
	add(RUN_OUT_EXIT, io(0x3e0, 2, FRAME_IO_IN | FRAME_IO_STRING | FRAME_IO_REP), 0);
	run();
	assert_int_equal(frame->gpr[FRAME_RCX], 2000 - 1024);
	assert_int_equal(frame->rip, 0x1000);
	assert_int_equal(ram[0x4000 + 2047], 0xff);
	assert_int_equal(ram[0x4000 + 2048], 0);
	step_count = step_at = 0;
	machine->ended = false;
	add(RUN_OUT_EXIT, io(0x3e0, 2, FRAME_IO_IN | FRAME_IO_STRING | FRAME_IO_REP), 0);
	run();
	assert_int_equal(frame->gpr[FRAME_RCX], 0);
	assert_int_equal(frame->rip, 0x1003);
}

static void the_clock_msr_fills_the_page_and_reads_back(void **state)
{
	(void)state;
	frame->reason = EXIT_MSR;
	frame->info[0] = KVM_MSR_SYSTEM_TIME | UINT64_C(1) << 32;
	frame->info[1] = 0x3001;
	add(RUN_OUT_EXIT, EXIT_MSR, 0);
	run();
	assert_int_equal(resumed[1].flags, RUN_ADVANCE);
	uint32_t version, mul;
	memcpy(&version, ram + 0x3000, 4);
	memcpy(&mul, ram + 0x3000 + 24, 4);
	assert_true(version && version % 2 == 0);
	assert_int_equal(mul, 0x80000000); /* 1 GHz: one shift left, half a nanosecond each */
	assert_int_equal(ram[0x3000 + 28], 1);
	assert_int_equal(ram[0x3000 + 29], 1);
	step_count = step_at = 0;
	machine->ended = false;
	frame->info[0] = KVM_MSR_SYSTEM_TIME;
	add(RUN_OUT_EXIT, EXIT_MSR, 0);
	run();
	assert_int_equal(resumed[1].flags, RUN_ADVANCE | RUN_TAKE(FRAME_HAS_GPR));
	assert_int_equal(frame->gpr[FRAME_RAX], 0x3001);
}

static void other_msrs_and_bad_clock_addresses_are_protection_faults(void **state)
{
	(void)state;
	static const uint64_t bad[][2] = {{0x4b564d02, 0},
	                                  {KVM_MSR_SYSTEM_TIME | UINT64_C(1) << 32, RAM | 1},
	                                  {KVM_MSR_WALL_CLOCK | UINT64_C(1) << 32, RAM - 4}};
	for (unsigned i = 0; i < 3; i++) {
		step_count = step_at = 0;
		machine->ended = false;
		frame->inject = 0;
		frame->info[0] = bad[i][0];
		frame->info[1] = bad[i][1];
		add(RUN_OUT_EXIT, EXIT_MSR, 0);
		run();
		assert_int_equal(resumed[1].flags, RUN_INJECT);
		assert_int_equal(frame->inject, FRAME_INJECT_EXCEPTION(13) | FRAME_INJECT_ERROR(0));
	}
}

static void cr8_is_the_task_priority(void **state)
{
	(void)state;
	frame->cr0 = UINT64_C(0x80000001);
	frame->efer = 0x500;
	frame->cr4 = 1 << 5;
	frame->cr3 = 0x8000;
	frame->segment[FRAME_CS].attributes = 0xa9b;
	uint64_t table[] = {0x9003, 0xa003, 0x83};
	for (unsigned i = 0; i < 3; i++)
		memcpy(ram + 0x8000 + i * 0x1000, &table[i], 8);
	memcpy(ram + 0x1000, "\x44\x0f\x22\xc0", 4); /* mov cr8, rax */
	frame->gpr[FRAME_RAX] = 9;
	frame->info[0] = 0x108;
	add(RUN_OUT_EXIT, EXIT_CONTROL, 0);
	run();
	assert_int_equal(lapic_register[8], 0x90);
	assert_int_equal(frame->rip, 0x1004);
	step_count = step_at = 0;
	machine->ended = false;
	memcpy(ram + 0x1004, "\x44\x0f\x20\xc3", 4); /* mov rbx, cr8 */
	add(RUN_OUT_EXIT, EXIT_CONTROL, 0);
	run();
	assert_int_equal(frame->gpr[FRAME_RBX], 9);
	step_count = step_at = 0;
	machine->ended = false;
	frame->rip = 0x1000;
	frame->gpr[FRAME_RAX] = 16;
	add(RUN_OUT_EXIT, EXIT_CONTROL, 0);
	run();
	assert_int_equal(frame->inject & 0xff, 13);
	assert_int_equal(frame->rip, 0x1000);
}

static void exits_nobody_expects_are_reported(void **state)
{
	(void)state;
	frame->reason = EXIT_SHUTDOWN;
	add(RUN_OUT_EXIT, EXIT_SHUTDOWN, 0);
	run();
	assert_int_equal(mock_arguments(HC_GUEST_FAULT)[0], LAYER_FAULT_EXIT);
	assert_int_equal(mock_arguments(HC_GUEST_FAULT)[1], EXIT_SHUTDOWN);
}

static void destinations_are_physical_or_logical(void **state)
{
	(void)state;
	uint64_t physical = UINT64_C(3) << 56, flat = UINT64_C(2) << 56 | IOAPIC_RTE_LOGICAL;
	assert_true(interrupt_matches(physical, 3, 0, ~0u));
	assert_false(interrupt_matches(physical, 2, 0, ~0u));
	assert_true(interrupt_matches(UINT64_C(0xff) << 56, 2, 0, ~0u));
	assert_true(interrupt_matches(flat, 0, 0x02000000, ~0u));
	assert_false(interrupt_matches(flat, 0, 0x01000000, ~0u));
	assert_true(interrupt_matches(flat, 1, 0, ~0u));
	assert_false(interrupt_matches(flat, 0, 0, ~0u));
	uint64_t cluster = UINT64_C(0x12) << 56 | IOAPIC_RTE_LOGICAL;
	assert_true(interrupt_matches(cluster, 0, 0x1a000000, 0x0fffffff));
	assert_false(interrupt_matches(cluster, 0, 0x2a000000, 0x0fffffff));
}

static void only_the_vcpu_that_moved_the_deadline_keeps_a_timer(void **state)
{
	(void)state;
	out(0x43, 0x34);
	out(0x40, 0x9c);
	out(0x40, 0x2e);
	run();
	assert_true(machine->vcpu[0].timer != 0);
	assert_int_equal(machine->timer_owner, 0);
	step_count = step_at = 0;
	machine->ended = false;
	out(0x43, 0x34);
	loop(&machine->vcpu[1]);
	assert_int_equal(machine->timer_owner, 1);
	step_count = step_at = 0;
	machine->ended = false;
	add(2, 0, 0); /* no outcome */
	run();
	assert_int_equal(resumed[0].timer, 0);
}

static void hold_lock_once(uint64_t deadline)
{
	(void)deadline;
	__atomic_store_n(&machine->lock, 0, __ATOMIC_RELEASE);
}

static void a_taken_lock_is_waited_for_without_spinning(void **state)
{
	(void)state;
	machine->lock = 1;
	mock_on_wait(hold_lock_once);
	machine_lock(machine);
	assert_int_equal(machine->lock, 1);
	assert_int_equal(mock_calls(HC_EVENT_WAIT), 1);
	machine_unlock(machine);
	assert_int_equal(machine->lock, 0);
}

static void an_init_takes_the_clock_and_logical_id_away(void **state)
{
	(void)state;
	machine->vcpu[0].clock_msr[1] = 0x3001;
	machine->vcpu[0].ldr = 1 << 24;
	add(RUN_OUT_STARTED, 0, 0);
	run();
	assert_int_equal(machine->vcpu[0].clock_msr[1], 0);
	assert_int_equal(machine->vcpu[0].ldr, 0);
}

static void without_firmware_the_pic_reaches_the_first_cpu_through_its_local_apic(void **state)
{
	(void)state;
	assert_int_equal(lapic_register[0xf], 0x1ff);  /* enabled by software */
	assert_int_equal(lapic_register[0x35], 0x700); /* LINT0: ExtINT, not masked */
	assert_int_equal(lapic_register[0x36], 0x400); /* LINT1: NMI */
}

static void acpi_tables_name_the_wired_serial_port(void **state)
{
	(void)state;
	assert_null(machine_without_firmware(machine));
	assert_memory_equal(ram + MACHINE_ACPI_BASE, "RSD PTR ", 8);
	assert_int_equal(machine->serial_count, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	        TEST(nobodys_ports_read_as_ones_in_the_width_of_the_access),
	        TEST(a_model_answers_reads_and_takes_writes),
	        TEST(a_refused_run_is_reported_and_ends_the_loop),
	        TEST(characters_go_to_the_console_and_come_back),
	        TEST(debug_text_comes_in_lines_or_at_the_end),
	        TEST(the_end_of_a_guest_ends_the_loop_at_once),
	        TEST(the_timer_of_the_pit_is_asked_for_and_raises_its_interrupt),
	        TEST(between_two_firings_the_guest_has_twenty_microseconds),
	        TEST(the_io_apic_is_reached_by_memory_and_asserts_vectors),
	        TEST(a_level_interrupt_comes_again_until_its_line_falls),
	        TEST(the_local_apic_is_read_and_written_by_memory),
	        TEST(an_empty_place_below_4_gib_reads_as_ones_and_above_is_a_fault),
	        TEST(a_walk_that_is_remembered_ends_with_the_entry_it_read),
	        TEST(a_move_goes_where_the_cpu_walked),
	        TEST(a_move_is_walked_for_if_the_exit_was_for_something_else),
	        TEST(an_operand_across_two_pages_is_walked_whole_before_it_is_touched),
	        TEST(an_operand_half_in_ram_is_changed_only_if_that_half_has_not_been),
	        TEST(an_operand_half_in_a_device_before_ram_is_changed_in_both),
	        TEST(an_operand_that_is_ram_by_now_is_left_to_the_cpu),
	        TEST(a_shadow_of_rom_is_changed_only_as_pam_says),
	        TEST(an_exchange_with_rom_reads_it_and_changes_nothing),
	        TEST(a_segment_loaded_from_a_device_reaches_the_core),
	        TEST(after_a_load_of_ss_an_interrupt_or_trap_waits),
	        TEST(a_descriptor_is_read_with_the_rights_of_the_supervisor),
	        TEST(part_of_a_word_is_exchanged_where_it_lies),
	        TEST(code_that_was_changed_is_decoded_again),
	        TEST(a_move_sets_as_much_of_its_register_as_it_is_wide),
	        TEST(code_in_another_page_is_decoded_again),
	        TEST(a_panic_told_by_the_device_is_a_fault_of_the_guest),
	        TEST(debug_text_goes_to_a_channel_of_its_own),
	        TEST(a_device_the_layer_does_not_know_is_refused),
	        TEST(an_unknown_instruction_is_reported_with_its_bytes),
	        TEST(a_page_that_went_away_is_a_page_fault),
	        TEST(an_emulated_instruction_ends_the_interrupt_shadow_and_traps_when_stepped),
	        TEST(port_strings_are_done_as_a_whole),
	        TEST(port_strings_read_into_memory_and_stop_in_portions),
	        TEST(the_clock_msr_fills_the_page_and_reads_back),
	        TEST(other_msrs_and_bad_clock_addresses_are_protection_faults),
	        TEST(cr8_is_the_task_priority),
	        TEST(exits_nobody_expects_are_reported),
	        TEST(destinations_are_physical_or_logical),
	        TEST(only_the_vcpu_that_moved_the_deadline_keeps_a_timer),
	        TEST(a_taken_lock_is_waited_for_without_spinning),
	        TEST(an_init_takes_the_clock_and_logical_id_away),
	        TEST(without_firmware_the_pic_reaches_the_first_cpu_through_its_local_apic),
	        TEST(acpi_tables_name_the_wired_serial_port),
	};
	return cmocka_run_group_tests(tests, 0, 0);
}
