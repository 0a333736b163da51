/* SPDX-License-Identifier: ISC */
#include "devices/loop.h"
#include "tests/unit/loop_fixture.h"

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
