/* SPDX-License-Identifier: ISC */
#include "tests/unit/console_help.h"
#include "abi/audit.h"
#include "abi/frame.h"
#include "abi/hypercall.h"
#include "apps/console/console_audit.h"
#include "apps/console/console_names.h"
#include "apps/console/console_vmcs.h"
#include "arch/x86_64/intel/vmcs.h"
#include "sdk/mock/mock.h"

static struct console_output output;
static struct terminal terminal;

static int boot(void **state)
{
	(void)state;
	mock_reset();
	memset(&output, 0, sizeof(output));
	terminal_clear(&terminal);
	mock_add_subject("linux-a", 1, 0);
	mock_subject(1)->vcpu_first = 4;
	mock_subject(1)->vcpu_count = 2;
	mock_add_subject("console", 3, 0);
	mock_add_schedule("a", 10000);
	mock_add_schedule("b", 10000);
	return 0;
}

static const char *line_of(uint32_t event, uint64_t a, uint64_t b, uint64_t c, uint64_t rip)
{
	static char line[CONSOLE_AUDIT_LINE];
	struct audit_record record = {.time = 12345678000,
	                              .cpu = 2,
	                              .subject = 1,
	                              .vcpu = 5,
	                              .class = AUDIT_SECURITY,
	                              .event = event,
	                              .rip = rip,
	                              .argument = {a, b, c}};

	console_audit_line(line, sizeof(line), &record);
	return line;
}

static void every_event_is_decoded(void **state)
{
	(void)state;
	static const struct {
		uint32_t event;
		uint64_t a, b, c;
		const char *text;
	} cases[] = {
	        {AUDIT_BOOT, 5, 6, 2, "boot: 6 subjects, 2 CPUs"},
	        {AUDIT_SUBJECT_STATE, SUBJECT_SCRUB, SUBJECT_STOPPING, 3,
	         "subject state: stopping -> scrubbing, asked by console"},
	        {AUDIT_SUBJECT_STATE, SUBJECT_RUNNING, SUBJECT_LOAD, 0xffff,
	         "subject state: loading -> running, asked by core"},
	        {AUDIT_SCHEDULE, 1, 0, 0, "schedule: a -> b"},
	        {AUDIT_SCHEDULE, 9, 0, 0, "schedule: a -> ?"},
	        {AUDIT_HYPERCALL_DENIED, HC_REBOOT, ERR_RIGHT, 0,
	         "denied hypercall: reboot(0x0): not permitted by the system description"},
	        {AUDIT_HYPERCALL_DENIED, 77, ERR_NUMBER, 5, "denied hypercall: ?(0x5): no such call"},
	        {AUDIT_MEMORY_DENIED, 0xfed00000, FRAME_MEMORY_WRITE | FRAME_MEMORY_PRESENT, 12,
	         "denied memory access: write of 0xfed00000, mapped, near region 12"},
	        {AUDIT_MEMORY_DENIED, 0x1000, FRAME_MEMORY_FETCH, 0, "fetch of 0x1000, near region 0"},
	        {AUDIT_MEMORY_DENIED, 0x1000, FRAME_MEMORY_WALK, 0, "read of 0x1000, page walk, near region 0"},
	        {AUDIT_IO_DENIED, 0x80, 1 << 8, 0, "denied port access: out port 0x80, 1 bytes"},
	        {AUDIT_IO_DENIED, 0x511, 4 << 8 | 7, 0, "in port 0x511, 4 bytes, string, rep"},
	        {AUDIT_MSR_DENIED, 0x1a0, 0, 0, "denied MSR access: read MSR 0x1a0"},
	        {AUDIT_MSR_DENIED, 0x1a0, 1, 0x55, "denied MSR access: write MSR 0x1a0 = 0x55"},
	        {AUDIT_INSTRUCTION_DENIED, 0x80, 0, 0, "denied instruction: hardware exit code 0x80"},
	        {AUDIT_FAULT, FAULT_SHUTDOWN, ACTION_RESTART, 0, "fault: triple fault: restarted, detail 0x0"},
	        {AUDIT_FAULT, 99, 99, 0, "fault: ?: ?, detail 0x0"},
	        {AUDIT_LINE_STORM, 4, 0, 0, "interrupt storm cut: GSI 4 masked until its budget refills"},
	        {AUDIT_SELF_TEST, 3, ERR_CORRUPT, 0, "self-test: step 3: corrupt"},
	        {AUDIT_RATE, 1000, 0, 0, "records suppressed: 1000 records of this subject"},
	        {AUDIT_TIMING, 2000, 0, 0, "late frame: 2000 ns, more than ever before"},
	        {AUDIT_CRASH, 0xdead, 1, 0, "earlier crash: code 0xdead, detail 0x1"},
	        {AUDIT_TIME_SET, 1767225600000000000, 0, 0, "time of day set: 1767225600 s since 1970 at power on"},
	        {AUDIT_GUEST, LAYER_FAULT_INSTRUCTION, 0x0807060504030fc5, 0x0f0e0d0c0b0a09,
	         "guest's fault: not emulated: c5 0f 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f"},
	        {AUDIT_GUEST, LAYER_FAULT_MEMORY, 0x500000000, 0x1000,
	         "guest's fault: neither memory nor a device: address 0x500000000, rip 0x1000"},
	        {AUDIT_GUEST, LAYER_FAULT_PANIC, 0, 0, "guest's fault: its kernel has failed"},
	        {AUDIT_GUEST, 99, 1, 2, "guest's fault: code 0x63: 0x1 0x2"},
	        {200, 1, 2, 3, "?: event 200: 0x1 0x2 0x3"},
	        {AUDIT_USER_EVENT + 7, 1, 2, 0, "user: event 7: 0x1 0x2"},
	};
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *line = line_of(cases[i].event, cases[i].a, cases[i].b, cases[i].c, 0);
		if (!strstr(line, cases[i].text))
			fail_msg("\"%s\" is not in \"%s\"", cases[i].text, line);
	}
}

/* Each field that arch/x86_64/intel/check.c walks: intel_test holds that it names them. */
static void the_field_that_vt_x_refused_has_a_name(void **state)
{
	static const uint32_t walked[] = {VMCS_cr0,
	                                  VMCS_cr4,
	                                  VMCS_DEBUGCTL,
	                                  VMCS_cr3,
	                                  VMCS_dr7,
	                                  VMCS_SYSENTER_ESP,
	                                  VMCS_SYSENTER_EIP,
	                                  VMCS_pat,
	                                  VMCS_efer,
	                                  VMCS_GUEST_BASE + 16,
	                                  VMCS_GUEST_BASE + 18,
	                                  VMCS_rip,
	                                  VMCS_rflags,
	                                  VMCS_ACTIVITY,
	                                  VMCS_SHADOW,
	                                  VMCS_PENDING_DEBUG};
	static const uint32_t by_register[] = {VMCS_GUEST_SELECTOR, VMCS_GUEST_RIGHTS, VMCS_GUEST_BASE};
	char name[32], before[32] = "";

	(void)state;
	for (unsigned i = 0; i < sizeof(walked) / sizeof(walked[0]); i++) {
		console_vmcs_field(name, sizeof(name), walked[i]);
		assert_null(strstr(name, "0x"));
		assert_string_not_equal(name, before);
		strcpy(before, name);
	}
	for (unsigned i = 0; i < 3 * 8; i++) {
		console_vmcs_field(name, sizeof(name), by_register[i / 8] + i % 8 * 2);
		assert_null(strstr(name, "0x"));
		assert_string_not_equal(name, before);
		strcpy(before, name);
	}
	console_vmcs_field(name, sizeof(name), VMCS_GUEST_BASE + 2 * 7);
	assert_string_equal(name, "TR base");
	console_vmcs_field(name, sizeof(name), VMCS_SS_RIGHTS);
	assert_string_equal(name, "SS access rights");
	console_vmcs_field(name, sizeof(name), 0x6828);
	assert_string_equal(name, "VMCS field 0x6828");
}

static void only_on_vt_x_is_the_detail_of_an_invalid_state_a_field(void **state)
{
	(void)state;
	mock_vendor(VENDOR_INTEL);
	assert_non_null(strstr(line_of(AUDIT_FAULT, FAULT_ENTRY, ACTION_STOP, VMCS_rflags, 0),
	                       "fault: invalid state: stopped, wrong field: RFLAGS"));
	assert_non_null(
	        strstr(line_of(AUDIT_FAULT, FAULT_ENTRY, ACTION_STOP, 0, 0), "wrong field: none that the core"));
	assert_non_null(strstr(line_of(AUDIT_FAULT, FAULT_IO, ACTION_STOP, 0x80, 0), "stopped, detail 0x80"));
	mock_vendor(VENDOR_AMD);
	assert_non_null(strstr(line_of(AUDIT_FAULT, FAULT_ENTRY, ACTION_STOP, 5, 0), "stopped, detail 0x5"));
}

static void a_line_says_when_where_who_and_at_which_instruction(void **state)
{
	(void)state;
	assert_string_equal(
	        line_of(AUDIT_IO_DENIED, 0x80, 0x100, 0, 0xffffffff81000000),
	        "   12.345678 cpu2 linux-a/1        security denied port access: out port 0x80, 1 bytes, rip "
	        "0xffffffff81000000");
}

static void unknown_subjects_and_the_core_have_a_name_too(void **state)
{
	(void)state;
	char name[32];
	console_names_subject(name, sizeof(name), 0xffff);
	assert_string_equal(name, "core");
	console_names_subject(name, sizeof(name), 42);
	assert_string_equal(name, "#42");
	console_names_vcpu(name, sizeof(name), 1, 0xffff);
	assert_string_equal(name, "linux-a");
	console_names_vcpu(name, sizeof(name), 1, 3);
	assert_string_equal(name, "linux-a");
	console_names_vcpu(name, sizeof(name), 3, 0);
	assert_string_equal(name, "console");
}

static void numbers_without_a_name_show_a_question_mark(void **state)
{
	(void)state;
	assert_string_equal(console_names_hypercall(~UINT64_C(0)), "?");
	assert_string_equal(console_names_hypercall(6), "?");
	assert_string_equal(console_names_exit(1000), "?");
	assert_string_equal(console_names_kind(3), "?");
	assert_string_equal(console_names_hypercall(HC_GUEST_FAULT), "guest fault");
}

/* --- the trail --- */

#define CAPACITY 8u
#define RING_BYTES (sizeof(struct audit_ring) + CAPACITY * sizeof(struct audit_record))
static uint64_t trail[2 * RING_BYTES / 8];

static struct audit_ring *ring_of(unsigned cpu)
{
	return (struct audit_ring *)(void *)(trail + cpu * RING_BYTES / 8);
}

static void write_record(unsigned cpu, uint64_t time)
{
	uint64_t sequence = ring_of(cpu)->next++;

	ring_of(cpu)->record[(sequence - 1) % CAPACITY] =
	        (struct audit_record){.sequence = sequence,
	                              .time = time,
	                              .cpu = (uint16_t)cpu,
	                              .subject = 0xffff,
	                              .vcpu = 0xffff,
	                              .class = AUDIT_SYSTEM,
	                              .event = AUDIT_USER_EVENT + (uint32_t)time};
}

static void add_trail(void)
{
	memset(trail, 0, sizeof(trail));
	for (unsigned cpu = 0; cpu < 2; cpu++)
		*ring_of(cpu) = (struct audit_ring){.magic = AUDIT_MAGIC, .capacity = CAPACITY, .next = 1};
	mock_add_memory("audit", INFO_AUDIT, trail, sizeof(trail), RING_BYTES);
}

static void the_last_records_of_all_cpus_come_in_order(void **state)
{
	(void)state;
	add_trail();
	for (unsigned i = 1; i <= 6; i++)
		write_record(i % 2, i);
	console_audit_show(&output, 4);
	terminal_show(&terminal, &output);
	const char *third = strstr(terminal.text, "user: event 3:"), *last = strstr(terminal.text, "user: event 6:");
	assert_true(third && last && third < last);
	assert_hides(&terminal, "user: event 2:");
	assert_shows(&terminal, "4 of 6 records\n");
}

static void overwritten_records_are_counted(void **state)
{
	(void)state;
	add_trail();
	for (unsigned i = 1; i <= 20; i++)
		write_record(0, i);
	console_audit_show(&output, 20);
	terminal_show(&terminal, &output);
	assert_shows(&terminal, "8 of 20 records\n");
	assert_hides(&terminal, "user: event 12:");
	assert_shows(&terminal, "user: event 13:");
}

static void without_a_trail_it_says_so(void **state)
{
	(void)state;
	console_audit_show(&output, 20);
	terminal_show(&terminal, &output);
	assert_shows(&terminal, "no audit trail here: no such object\n");
	add_trail();
	console_audit_show(&output, 20);
	terminal_show(&terminal, &output);
	assert_shows(&terminal, "0 of 0 records\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(every_event_is_decoded, boot),
	        cmocka_unit_test_setup(the_field_that_vt_x_refused_has_a_name, boot),
	        cmocka_unit_test_setup(only_on_vt_x_is_the_detail_of_an_invalid_state_a_field, boot),
	        cmocka_unit_test_setup(a_line_says_when_where_who_and_at_which_instruction, boot),
	        cmocka_unit_test_setup(unknown_subjects_and_the_core_have_a_name_too, boot),
	        cmocka_unit_test_setup(numbers_without_a_name_show_a_question_mark, boot),
	        cmocka_unit_test_setup(the_last_records_of_all_cpus_come_in_order, boot),
	        cmocka_unit_test_setup(overwritten_records_are_counted, boot),
	        cmocka_unit_test_setup(without_a_trail_it_says_so, boot),
	};
	return cmocka_run_group_tests(tests, 0, 0);
}
