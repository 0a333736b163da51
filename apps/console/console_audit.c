/* SPDX-License-Identifier: ISC */
#include "abi/frame.h"
#include "abi/info.h"
#include "apps/console/console_audit.h"
#include "apps/console/console_names.h"
#include "apps/console/console_vmcs.h"
#include "lib/text.h"
#include "sdk/audit.h"
#include "sdk/clock.h"
#include "sdk/format.h"
#include "sdk/hypercall.h"
#include "sdk/info.h"
#include "sdk/subject.h"

/*
 * One line a record: time, CPU, who, class, event, and its arguments by name, as abi/audit.h describes them. A table has
 * one function for each event; what it does not know shows its raw arguments.
 */
typedef size_t detail(char *to, size_t size, const struct audit_record *record);

static size_t boot(char *to, size_t size, const struct audit_record *record)
{
	return format(to, size, "%lu subjects, %lu CPUs", record->argument[1], record->argument[2]);
}

static size_t subject_state(char *to, size_t size, const struct audit_record *record)
{
	char by[NAME_BYTES];

	console_names_subject(by, sizeof(by), record->argument[2]);
	return format(to, size, "%s -> %s, asked by %s", subject_state_name((uint32_t)record->argument[1]),
	              subject_state_name((uint32_t)record->argument[0]), by);
}

static size_t schedule(char *to, size_t size, const struct audit_record *record)
{
	return format(to, size, "%s -> %s", console_names_schedule(record->argument[1]),
	              console_names_schedule(record->argument[0]));
}

static size_t denied_hypercall(char *to, size_t size, const struct audit_record *record)
{
	return format(to, size, "%s(0x%lx): %s", console_names_hypercall(record->argument[0]), record->argument[2],
	              hypercall_status((enum status)record->argument[1]));
}

static size_t denied_memory(char *to, size_t size, const struct audit_record *record)
{
	uint64_t how = record->argument[1];
	const char *kind = how & FRAME_MEMORY_FETCH ? "fetch" : how & FRAME_MEMORY_WRITE ? "write" : "read";

	return format(to, size, "%s of 0x%lx%s%s, near region %lu", kind, record->argument[0],
	              how & FRAME_MEMORY_PRESENT ? ", mapped" : "", how & FRAME_MEMORY_WALK ? ", page walk" : "",
	              record->argument[2]);
}

static size_t denied_port(char *to, size_t size, const struct audit_record *record)
{
	uint64_t how = record->argument[1];

	return format(to, size, "%s port 0x%lx, %lu bytes%s%s", how & FRAME_IO_IN ? "in" : "out", record->argument[0],
	              how >> 8 & 0xff, how & FRAME_IO_STRING ? ", string" : "", how & FRAME_IO_REP ? ", rep" : "");
}

static size_t denied_msr(char *to, size_t size, const struct audit_record *record)
{
	if (record->argument[1])
		return format(to, size, "write MSR 0x%lx = 0x%lx", record->argument[0], record->argument[2]);
	return format(to, size, "read MSR 0x%lx", record->argument[0]);
}

static size_t denied_instruction(char *to, size_t size, const struct audit_record *record)
{
	return format(to, size, "hardware exit code 0x%lx", record->argument[0]);
}

static size_t fault(char *to, size_t size, const struct audit_record *record)
{
	char field[NAME_BYTES];

	if (record->argument[0] == FAULT_ENTRY && info_get()->cpu_vendor == VENDOR_INTEL) {
		console_vmcs_field(field, sizeof(field), record->argument[2]);
		return format(to, size, "%s: %s, wrong field: %s", console_names_fault(FAULT_ENTRY),
		              console_names_action(record->argument[1]), field);
	}
	return format(to, size, "%s: %s, detail 0x%lx", console_names_fault(record->argument[0]),
	              console_names_action(record->argument[1]), record->argument[2]);
}

static size_t line_storm(char *to, size_t size, const struct audit_record *record)
{
	return format(to, size, "GSI %lu masked until its budget refills", record->argument[0]);
}

static size_t self_test(char *to, size_t size, const struct audit_record *record)
{
	return format(to, size, "step %lu: %s", record->argument[0],
	              hypercall_status((enum status)record->argument[1]));
}

static size_t rate(char *to, size_t size, const struct audit_record *record)
{
	return format(to, size, "%lu records of this subject", record->argument[0]);
}

static size_t timing(char *to, size_t size, const struct audit_record *record)
{
	return format(to, size, "%lu ns, more than ever before", clock_ns_from_tsc(record->argument[0]));
}

static size_t crash(char *to, size_t size, const struct audit_record *record)
{
	return format(to, size, "code 0x%lx, detail 0x%lx", record->argument[0], record->argument[1]);
}

static size_t time_set(char *to, size_t size, const struct audit_record *record)
{
	return format(to, size, "%lu s since 1970 at power on", record->argument[0] / CLOCK_S);
}

/* The bytes in the order in which they stand in the guest's memory. */
static size_t instruction(char *to, size_t size, const struct audit_record *record)
{
	size_t used = format(to, size, "not emulated:");

	for (unsigned i = 0; i < 15; i++)
		used += format(to + used, size - used, " %x%x",
		               (unsigned)(record->argument[1 + i / 8] >> (i % 8 * 8 + 4) & 15),
		               (unsigned)(record->argument[1 + i / 8] >> i % 8 * 8 & 15));
	return used;
}

static size_t guest(char *to, size_t size, const struct audit_record *record)
{
	static const char *const what[] = {
	        [LAYER_FAULT_BOOT] = "it cannot be started",
	        [LAYER_FAULT_MEMORY] = "neither memory nor a device: address 0x%lx, rip 0x%lx",
	        [LAYER_FAULT_EXIT] = "an exit that nobody knows: reason 0x%lx, detail 0x%lx",
	        [LAYER_FAULT_RUN] = "the core refused to run it: status 0x%lx, flags 0x%lx",
	        [LAYER_FAULT_PAGING] = "page tables of 5 levels: rip 0x%lx, CR4 0x%lx",
	        [LAYER_FAULT_PANIC] = "its kernel has failed",
	        [LAYER_FAULT_WATCHDOG] = "its watchdog was not fed",
	};
	uint64_t code = record->argument[0];

	if (code == LAYER_FAULT_INSTRUCTION)
		return instruction(to, size, record);
	if (code >= sizeof(what) / sizeof(what[0]) || !what[code])
		return format(to, size, "code 0x%lx: 0x%lx 0x%lx", code, record->argument[1], record->argument[2]);
	return format(to, size, what[code], record->argument[1], record->argument[2]);
}

static size_t raw(char *to, size_t size, const struct audit_record *record)
{
	return format(to, size, "event %u: 0x%lx 0x%lx 0x%lx", record->event, record->argument[0], record->argument[1],
	              record->argument[2]);
}

static size_t user(char *to, size_t size, const struct audit_record *record)
{
	return format(to, size, "event %u: 0x%lx 0x%lx", record->event - AUDIT_USER_EVENT, record->argument[0],
	              record->argument[1]);
}

static detail *const details[] = {
        [AUDIT_BOOT] = boot,
        [AUDIT_SUBJECT_STATE] = subject_state,
        [AUDIT_SCHEDULE] = schedule,
        [AUDIT_HYPERCALL_DENIED] = denied_hypercall,
        [AUDIT_MEMORY_DENIED] = denied_memory,
        [AUDIT_IO_DENIED] = denied_port,
        [AUDIT_MSR_DENIED] = denied_msr,
        [AUDIT_INSTRUCTION_DENIED] = denied_instruction,
        [AUDIT_FAULT] = fault,
        [AUDIT_LINE_STORM] = line_storm,
        [AUDIT_SELF_TEST] = self_test,
        [AUDIT_RATE] = rate,
        [AUDIT_TIMING] = timing,
        [AUDIT_CRASH] = crash,
        [AUDIT_TIME_SET] = time_set,
        [AUDIT_GUEST] = guest,
};

static detail *detail_of(uint32_t event)
{
	if (event >= AUDIT_USER_EVENT)
		return user;
	return event < sizeof(details) / sizeof(details[0]) && details[event] ? details[event] : raw;
}

void console_audit_line(char *line, size_t size, const struct audit_record *record)
{
	uint64_t us = clock_ns_from_tsc(record->time) / CLOCK_US;
	char who[NAME_BYTES + 8];
	size_t used;

	console_names_vcpu(who, sizeof(who), record->subject, record->vcpu);
	used = format(line, size, "%5lu.%06lu cpu%u %-16s %-8s %s: ", us / 1000000, us % 1000000, record->cpu, who,
	              audit_class_name(record->class), audit_event_name(record->event));
	used += detail_of(record->event)(line + used, size - used, record);
	if (record->rip)
		format(line + used, size - used, ", rip 0x%lx", record->rip);
}

void console_audit_show(struct console_output *output, uint32_t count)
{
	static struct audit_record last[CONSOLE_AUDIT_MOST];
	struct audit_reader reader;
	char line[CONSOLE_AUDIT_LINE];
	uint64_t found = 0, older = 0;
	enum status status = audit_open(&reader, false);

	if (status != OK) {
		console_output_print(output, "no audit trail here: %s\n", hypercall_status(status));
		return;
	}
	for (uint32_t i = 0; i < reader.count; i++)
		older += reader.next[i] - 1;
	/* One pass is at most what the rings hold now; what is written meanwhile may be seen or not. */
	for (uint64_t limit = 1u << 20; limit && audit_next(&reader, &last[found % count]); limit--)
		found++;
	for (uint64_t at = found > count ? found - count : 0; at < found; at++) {
		console_audit_line(line, sizeof(line), &last[at % count]);
		console_output_text(output, line);
		console_output_text(output, "\n");
	}
	console_output_print(output, "%lu of %lu records\n", found < count ? found : (uint64_t)count,
	                     found + older + reader.lost);
}
