/* SPDX-License-Identifier: ISC */
#include "sdk/audit.h"

const char *audit_event_name(uint32_t event)
{
	static const char *const names[] = {
	        [AUDIT_BOOT] = "boot",
	        [AUDIT_SUBJECT_STATE] = "subject state",
	        [AUDIT_SCHEDULE] = "schedule",
	        [AUDIT_HYPERCALL_DENIED] = "denied hypercall",
	        [AUDIT_MEMORY_DENIED] = "denied memory access",
	        [AUDIT_IO_DENIED] = "denied port access",
	        [AUDIT_MSR_DENIED] = "denied MSR access",
	        [AUDIT_INSTRUCTION_DENIED] = "denied instruction",
	        [AUDIT_FAULT] = "fault",
	        [AUDIT_LINE_STORM] = "interrupt storm cut",
	        [AUDIT_SELF_TEST] = "self-test",
	        [AUDIT_RATE] = "records suppressed",
	        [AUDIT_TIMING] = "late frame",
	        [AUDIT_CRASH] = "earlier crash",
	        [AUDIT_TIME_SET] = "time of day set",
	        [AUDIT_GUEST] = "guest's fault",
	};

	if (event >= AUDIT_USER_EVENT)
		return "user";
	return event < sizeof(names) / sizeof(names[0]) && names[event] ? names[event] : "?";
}

const char *audit_class_name(uint32_t class_bit)
{
	switch (class_bit) {
	case AUDIT_SECURITY:
		return "security";
	case AUDIT_SAFETY:
		return "safety";
	case AUDIT_USER:
		return "user";
	case AUDIT_SYSTEM:
		return "system";
	default:
		return "?";
	}
}
