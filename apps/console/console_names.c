/* SPDX-License-Identifier: ISC */
#include "abi/audit.h"
#include "abi/config.h"
#include "abi/exit.h"
#include "abi/hypercall.h"
#include "apps/console/console_names.h"
#include "sdk/format.h"
#include "sdk/info.h"

/* Tables in the order of the enumerations; a static assertion notices a new member. */
#define CORE_ID 0xffffu
#define NO_VCPU 0xffffu
#define NAME(table, number) ((number) < sizeof(table) / sizeof((table)[0]) && (table)[number] ? (table)[number] : "?")

const char *console_names_hypercall(uint64_t number)
{
	static const char *const names[HYPERCALL_COUNT] = {
	        [HC_VERSION] = "version",
	        [HC_EVENT_SIGNAL] = "event signal",
	        [HC_EVENT_WAIT] = "event wait",
	        [HC_EVENT_MASK] = "event mask",
	        [HC_LINE_UNMASK] = "line unmask",
	        [HC_TIME_SET] = "time set",
	        [HC_SUBJECT_START] = "subject start",
	        [HC_SUBJECT_STOP] = "subject stop",
	        [HC_SUBJECT_PAUSE] = "subject pause",
	        [HC_SUBJECT_RESUME] = "subject resume",
	        [HC_SUBJECT_RESTART] = "subject restart",
	        [HC_SUBJECT_STATUS] = "subject status",
	        [HC_AUDIT_WRITE] = "audit write",
	        [HC_AUDIT_MASK] = "audit mask",
	        [HC_SCHEDULE_SWITCH] = "schedule switch",
	        [HC_SELF_TEST] = "self-test",
	        [HC_IMAGE_LOAD] = "image load",
	        [HC_REBOOT] = "reboot",
	        [HC_POWER_OFF] = "power off",
	        [HC_VCPU_RUN] = "vcpu run",
	        [HC_VCPU_GET] = "vcpu get",
	        [HC_VCPU_SET] = "vcpu set",
	        [HC_LAPIC_ASSERT] = "lapic assert",
	        [HC_LAPIC_READ] = "lapic read",
	        [HC_LAPIC_WRITE] = "lapic write",
	        [HC_LINE_EXTINT] = "line extint",
	        [HC_GUEST_RESTART] = "guest restart",
	        [HC_GUEST_STOP] = "guest stop",
	        [HC_GUEST_FAULT] = "guest fault",
	};

	return NAME(names, number);
}

const char *console_names_exit(uint32_t reason)
{
	static const char *const names[] = {
	        [EXIT_HYPERCALL] = "hypercall",
	        [EXIT_CPUID] = "cpuid",
	        [EXIT_MSR] = "msr",
	        [EXIT_IO] = "port",
	        [EXIT_MEMORY] = "memory",
	        [EXIT_HALT] = "halt",
	        [EXIT_INTERRUPT] = "interrupt",
	        [EXIT_WINDOW] = "interrupt window",
	        [EXIT_NMI] = "nmi",
	        [EXIT_CONTROL] = "control register",
	        [EXIT_EXCEPTION] = "exception",
	        [EXIT_SHUTDOWN] = "shutdown",
	        [EXIT_PAUSE] = "pause",
	        [EXIT_INSTRUCTION] = "instruction",
	        [EXIT_ENTRY] = "invalid state",
	        [EXIT_EOI] = "end of interrupt",
	        [EXIT_TIMER] = "(timer fired)",
	        [EXIT_HANDOVER] = "(handover to layer)",
	};
	_Static_assert(sizeof(names) / sizeof(names[0]) == EXIT_COUNT, "a name for every exit");

	return NAME(names, reason);
}

const char *console_names_fault(uint64_t number)
{
	static const char *const names[] = {
	        [FAULT_MEMORY] = "stray memory access", [FAULT_IO] = "port not granted",
	        [FAULT_MSR] = "MSR not offered",        [FAULT_INSTRUCTION] = "instruction not offered",
	        [FAULT_SHUTDOWN] = "triple fault",      [FAULT_ENTRY] = "invalid state",
	        [FAULT_LAYER] = "virtualization layer", [FAULT_MACHINE_CHECK] = "machine check",
	};
	_Static_assert(sizeof(names) / sizeof(names[0]) == FAULT_COUNT, "a name for every fault");

	return NAME(names, number);
}

const char *console_names_action(uint64_t action)
{
	static const char *const names[] = {
	        [ACTION_INJECT] = "fault injected",
	        [ACTION_IGNORE] = "ignored",
	        [ACTION_STOP] = "stopped",
	        [ACTION_RESTART] = "restarted",
	        [ACTION_NOTIFY] = "stopped and notified",
	        [ACTION_SYSTEM] = "system safe state",
	};
	_Static_assert(sizeof(names) / sizeof(names[0]) == ACTION_COUNT, "a name for every action");

	return NAME(names, action);
}

const char *console_names_kind(uint32_t kind)
{
	static const char *const names[] = {[KIND_APP] = "app", [KIND_GUEST] = "guest", [KIND_LAYER] = "layer"};

	return NAME(names, kind);
}

const char *console_names_schedule(uint64_t schedule)
{
	return schedule < info_get()->schedules.count ? INFO_TABLE(info_schedule, schedules)[schedule].name : "?";
}

void console_names_subject(char *to, size_t size, uint64_t id)
{
	const struct info_subject *subject = info_subject_id((uint32_t)id);

	if (id == CORE_ID)
		format(to, size, "core");
	else if (id == info_get()->subject)
		format(to, size, "%s", info_get()->name);
	else if (subject)
		format(to, size, "%s", subject->name);
	else
		format(to, size, "#%lu", id);
}

void console_names_vcpu(char *to, size_t size, uint32_t subject, uint32_t vcpu)
{
	const struct info_subject *info = info_subject_id(subject);
	char name[NAME_BYTES];

	console_names_subject(name, sizeof(name), subject);
	if (info && vcpu != NO_VCPU && info->vcpu_count > 1 && vcpu - info->vcpu_first < info->vcpu_count)
		format(to, size, "%s/%u", name, vcpu - info->vcpu_first);
	else
		format(to, size, "%s", name);
}
