/* SPDX-License-Identifier: ISC */
/* One table of words per enumeration of the ABI; the tables are the file. */
#include "tools/inspect/words.h"
#include <stdio.h>
#include <string.h>
#include "abi/config.h"
#include "abi/hypercall.h"
#include "abi/status.h"
#include "tools/inspect/model.h"

#define WORD_COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define LOOK_UP(table, index) ((index) < WORD_COUNT(table) && (table)[index] ? (table)[index] : "?")

static const char *const subject_kinds[] = {[KIND_APP] = "app", [KIND_GUEST] = "guest", [KIND_LAYER] = "layer"};
static const char *const region_kinds[] = {
        [REGION_RAM] = "ram",          [REGION_FILE] = "file",
        [REGION_DEVICE] = "device",    [REGION_CHANNEL] = "channel",
        [REGION_INFO] = "info",        [REGION_FRAME] = "exit frame",
        [REGION_LAPIC] = "lapic",      [REGION_AUDIT] = "audit",
        [REGION_STATS] = "statistics", [REGION_PERSISTENT] = "persistent",
};
static const char *const starts[] = {[START_FLAT32] = "flat 32-bit",
                                     [START_LAYER] = "set by its layer",
                                     [START_SIPI] = "waits for SIPI",
                                     [START_RESET] = "reset vector"};
static const char *const faults[] = {
        [FAULT_MEMORY] = "memory",
        [FAULT_IO] = "io",
        [FAULT_MSR] = "msr",
        [FAULT_INSTRUCTION] = "instruction",
        [FAULT_SHUTDOWN] = "shutdown",
        [FAULT_ENTRY] = "entry",
        [FAULT_MACHINE_CHECK] = "machine check",
        [FAULT_LAYER] = "layer",
};
static const char *const fault_actions[] = {
        [ACTION_INJECT] = "inject",   [ACTION_IGNORE] = "ignore", [ACTION_STOP] = "stop",
        [ACTION_RESTART] = "restart", [ACTION_NOTIFY] = "notify", [ACTION_SYSTEM] = "safe state"};
static const char *const event_actions[] = {[EVENT_NOTIFY] = "notify",
                                            [EVENT_START] = "start",
                                            [EVENT_STOP] = "stop",
                                            [EVENT_RESTART] = "restart",
                                            [EVENT_SCHEDULE] = "schedule"};
static const char *const flows[] = {
        [FLOW_MEMORY] = "memory",   [FLOW_EVENT] = "event",   [FLOW_PARTNER] = "partner",   [FLOW_CONTROL] = "control",
        [FLOW_STATUS] = "status",   [FLOW_EPOCH] = "epoch",   [FLOW_SCHEDULE] = "schedule", [FLOW_TIME] = "time",
        [FLOW_MACHINE] = "machine", [FLOW_DEVICE] = "device",
};
static const char *const flows_long[] = {
        [FLOW_MEMORY] = "writes memory that the other reads",
        [FLOW_EVENT] = "signals an event to the other",
        [FLOW_PARTNER] = "guest and its virtualization layer",
        [FLOW_CONTROL] = "starts, stops, pauses, restarts or loads the other",
        [FLOW_STATUS] = "its state is seen: status, statistics, audit records",
        [FLOW_EPOCH] = "its restarts are seen in an epoch word",
        [FLOW_SCHEDULE] = "may switch the schedule",
        [FLOW_TIME] = "runs before the other in the same frame",
        [FLOW_MACHINE] = "may reboot, power off or stop the machine",
        [FLOW_DEVICE] = "holds the same I/O ports",
};
static const char *const extents[] = {
        [EXTENT_FREE] = "free",       [EXTENT_RESERVED] = "reserved",  [EXTENT_CORE] = "core image",
        [EXTENT_POOL] = "core pool",  [EXTENT_TABLES] = "core tables", [EXTENT_CONFIG] = "configuration",
        [EXTENT_PAYLOAD] = "payload", [EXTENT_REGION] = "region",      [EXTENT_DEVICE] = "device",
};
static const char *const tables[] = {
        [TABLE_SUBJECT] = "subject",
        [TABLE_VCPU] = "vcpu",
        [TABLE_REGION] = "region",
        [TABLE_MAPPING] = "mapping",
        [TABLE_EVENT] = "event",
        [TABLE_EVENT_IN] = "incoming event",
        [TABLE_LINE] = "line",
        [TABLE_PORT] = "port",
        [TABLE_MSR] = "msr",
        [TABLE_CPUID] = "cpuid",
        [TABLE_FEATURE] = "feature",
        [TABLE_MANAGE] = "manage",
        [TABLE_EPOCH] = "epoch",
        [TABLE_SCHEDULE] = "schedule",
        [TABLE_PLAN] = "plan",
        [TABLE_FRAME] = "frame",
        [TABLE_GROUP] = "group",
        [TABLE_MEMBER] = "member",
        [TABLE_CONSUMER] = "audit consumer",
        [TABLE_SOURCE] = "audit source",
        [TABLE_CHANNEL] = "channel",
        [TABLE_COUNT] = "header",
};
static const char *const statuses[] = {
        [OK] = "ok",
        [ERR_NUMBER] = "no such call",
        [ERR_RIGHT] = "right missing",
        [ERR_INDEX] = "index beyond its table",
        [ERR_ARGUMENT] = "value outside its range",
        [ERR_STATE] = "wrong state",
        [ERR_RANGE] = "outside its container",
        [ERR_FEATURE] = "feature missing",
        [ERR_MEMORY] = "too little memory",
        [ERR_CORRUPT] = "corrupt",
        [ERR_VERSION] = "another version",
};

const char *word_subject_kind(uint32_t kind)
{
	return LOOK_UP(subject_kinds, kind);
}
const char *word_region_kind(uint32_t kind)
{
	return LOOK_UP(region_kinds, kind);
}
const char *word_start(uint32_t start)
{
	return LOOK_UP(starts, start);
}
const char *word_fault(uint32_t fault)
{
	return LOOK_UP(faults, fault);
}
const char *word_fault_action(uint32_t action)
{
	return LOOK_UP(fault_actions, action);
}
const char *word_event_action(uint32_t action)
{
	return LOOK_UP(event_actions, action);
}
const char *word_flow(uint32_t kind)
{
	return LOOK_UP(flows, kind);
}
const char *word_flow_long(uint32_t kind)
{
	return LOOK_UP(flows_long, kind);
}
const char *word_extent(uint32_t kind)
{
	return LOOK_UP(extents, kind);
}
const char *word_table(uint32_t table)
{
	return LOOK_UP(tables, table);
}
const char *word_status(uint32_t status)
{
	return LOOK_UP(statuses, status);
}

void word_map_rights(char text[16], uint32_t rights)
{
	snprintf(text, 16, "%c%c%c%s", rights & MAP_READ ? 'r' : '-', rights & MAP_WRITE ? 'w' : '-',
	         rights & MAP_EXECUTE ? 'x' : '-', rights & MAP_UNCACHED ? " uncached" : "");
}

struct bit_word {
	uint64_t bit;
	const char *word;
};
static const struct bit_word right_words[] = {
        {RIGHT_AUDIT_WRITE, "audit.write"},
        {RIGHT_AUDIT_MASK, "audit.mask"},
        {RIGHT_SCHEDULE_SWITCH, "schedule.switch"},
        {RIGHT_SELF_TEST, "self-test"},
        {RIGHT_IMAGE_LOAD, "image.load"},
        {RIGHT_REBOOT, "reboot"},
        {RIGHT_POWER_OFF, "power-off"},
        {RIGHT_TIME_SET, "time.set"},
        {RIGHT_START, "start"},
        {RIGHT_STOP, "stop"},
        {RIGHT_PAUSE, "pause"},
        {RIGHT_RESUME, "resume"},
        {RIGHT_RESTART, "restart"},
        {RIGHT_STATUS, "status"},
};
static const struct bit_word class_words[] = {
        {AUDIT_SECURITY, "security"},
        {AUDIT_SAFETY, "safety"},
        {AUDIT_USER, "user"},
        {AUDIT_SYSTEM, "system"},
};

static void join(char text[WORD_RIGHTS_TEXT], uint64_t bits, const struct bit_word *words, size_t count)
{
	text[0] = 0;
	for (size_t i = 0; i < count; i++) {
		size_t used = strlen(text);
		if (bits & words[i].bit)
			snprintf(text + used, WORD_RIGHTS_TEXT - used, "%s%s", used ? " " : "", words[i].word);
	}
	if (!text[0])
		snprintf(text, WORD_RIGHTS_TEXT, "none");
}
void word_rights(char text[WORD_RIGHTS_TEXT], uint64_t rights)
{
	join(text, rights, right_words, WORD_COUNT(right_words));
}
void word_classes(char text[WORD_RIGHTS_TEXT], uint32_t classes)
{
	join(text, classes, class_words, WORD_COUNT(class_words));
}
