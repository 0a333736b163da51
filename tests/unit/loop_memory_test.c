/* SPDX-License-Identifier: ISC */
#include "devices/loop.h"
#include "tests/unit/loop_fixture.h"

/* Exits by accesses to memory: what is decoded, walked for, read and written. */
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

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
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
	};
	return cmocka_run_group_tests(tests, 0, 0);
}
