/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_RULES_RULES_H
#define TOOLS_RULES_RULES_H

#include <stdbool.h>
#include "lib/config.h"
#include "lib/range.h"

/*
 * The full set of rules for a binary configuration: what the starter checks (lib/config.h), and beyond it everything that
 * makes a description sensible and its subjects separate. `bulkhead build` asks before it writes, `bulkhead inspect`
 * of any image. The numbers follow the core's.
 */
#define TOOL_RULES(RULE)                                                                                            \
	RULE(POOL_RANGE, "the string pool lies outside the configuration")                                          \
	RULE(POOL_END, "the string pool does not end with a NUL")                                                   \
	RULE(TABLE_OVERLAP, "two tables overlap")                                                                   \
	RULE(RUN_LONG, "a run of records is longer than the core can hold")                                         \
	RULE(SYSTEM_NAME, "the system has no name")                                                                 \
	RULE(SYSTEM_EMPTY, "the system has no subject")                                                             \
	RULE(SYSTEM_SWITCH, "the shortest delay of a schedule switch is not 1 us to 10 s")                          \
	RULE(SYSTEM_FLAGS, "a flag of the system is unknown")                                                       \
	RULE(SYSTEM_POWER, "a port for reset or power-off is out of range")                                         \
	RULE(SUBJECT_NAME, "a subject has no name")                                                                 \
	RULE(SUBJECT_TWICE, "two subjects have the same name")                                                      \
	RULE(SUBJECT_RIGHTS, "a subject has an unknown right")                                                      \
	RULE(SUBJECT_GUEST_RIGHT, "a guest has a right: only its layer can use one")                                \
	RULE(SUBJECT_FLAGS, "a flag of a subject is unknown")                                                       \
	RULE(SUBJECT_FPU_KIND, "a layer has FPU state, or a guest has none")                                        \
	RULE(SUBJECT_APIC, "the mode of the local APIC is neither xAPIC nor x2APIC")                                \
	RULE(SUBJECT_INFO_GUEST, "a guest has an information page")                                                 \
	RULE(SUBJECT_INFO, "a subject has no information page of its own")                                          \
	RULE(SUBJECT_INFO_PLACE, "the information page is not mapped at its fixed address")                         \
	RULE(SUBJECT_STAGING_NONE, "a subject may load images but has no staging region")                           \
	RULE(SUBJECT_STAGING, "the staging region is not memory of its subject")                                    \
	RULE(VCPU_HALT, "a subject halts for real on a CPU that it shares")                                         \
	RULE(VCPU_START, "a vCPU has a start state that its kind of subject does not permit")                       \
	RULE(VCPU_START_FIRST, "the first vCPU of a subject waits for another one to start it")                     \
	RULE(VCPU_APIC_ID, "the local-APIC ids of a subject do not count from 0")                                   \
	RULE(VCPU_APP, "a vCPU of an application has a partner")                                                    \
	RULE(VCPU_PARTNER, "a vCPU and its partner do not name each other")                                         \
	RULE(VCPU_ENTRY_HIGH, "an entry point is beyond 4 GiB")                                                     \
	RULE(VCPU_ENTRY, "an entry point is not mapped executable")                                                 \
	RULE(VCPU_PAGES_NO_LAYER, "a vCPU without a layer has an exit frame or a local-APIC page")                  \
	RULE(VCPU_LAPIC, "a guest's vCPU has no local-APIC page")                                                   \
	RULE(REGION_NAME, "a region has no name")                                                                   \
	RULE(REGION_OWNER, "a region's owner does not exist")                                                       \
	RULE(REGION_FIXED_SIZE, "a region that the core writes has not the size of its kind")                       \
	RULE(REGION_PAYLOAD_KIND, "a region of this kind cannot have a payload")                                    \
	RULE(REGION_FILE_SIZE, "a file region has not the size of its file")                                        \
	RULE(REGION_DEVICE, "a device region has no host address")                                                  \
	RULE(REGION_FILE_PINNED, "a file region cannot be pinned")                                                  \
	RULE(REGION_PIN_HIGH, "the host address of a region is beyond the address space")                           \
	RULE(REGION_PINS_OVERLAP, "two pinned regions overlap")                                                     \
	RULE(MAPPING_OWNER, "a mapping names a subject that is not its owner")                                      \
	RULE(MAPPING_READ, "a mapping has no read right or an unknown one")                                         \
	RULE(MAPPING_RIGHTS, "a mapping has a right that its kind of region does not permit")                       \
	RULE(MAPPING_WX, "a page of an application or a layer is writable and executable")                          \
	RULE(MAPPING_OWNED, "a device or information region is mapped by a subject that does not own it")           \
	RULE(MAPPING_MEMORY, "memory is mapped by a subject that is neither its owner nor its owner's layer")       \
	RULE(MAPPING_PAGE, "an exit frame or local-APIC page is mapped by a subject that is not its guest's layer") \
	RULE(MAPPING_AUDIT, "an audit region is mapped by a subject that is not its consumer")                      \
	RULE(MAPPING_WRITERS, "a page of a channel has two writers")                                                \
	RULE(MAPPING_OVERLAP, "two mappings of a subject overlap")                                                  \
	RULE(MAPPING_ALIAS, "a page is writable at one address and executable at another")                          \
	RULE(FAULT_ACTION, "a fault has an action that its kind does not permit")                                   \
	RULE(EVENT_BIT, "an event's bit does not exist at its target")                                              \
	RULE(EVENT_IN_TWICE, "two incoming events of a subject have the same bit")                                  \
	RULE(EVENT_IN_EXCEPTION, "an event's interrupt vector is one of the exceptions, 1 to 31")                   \
	RULE(EVENT_IN_LAYER, "an event interrupts a layer, which has no interrupt handlers")                        \
	RULE(EVENT_IN_FLAGS, "a flag of an event is unknown")                                                       \
	RULE(LINE_FLAGS, "a flag of an interrupt line is unknown")                                                  \
	RULE(LINE_BUDGET, "an interrupt line has no budget")                                                        \
	RULE(LINE_SHARED, "an interrupt line has two owners")                                                       \
	RULE(PORT_SHARED, "a port has two owners")                                                                  \
	RULE(MSR_ORDER, "the MSRs of a subject are not sorted")                                                     \
	RULE(MSR_SWITCHED, "an MSR of the local APIC or of the switched state stands in the table")                 \
	RULE(MSR_ACTION, "the action or a flag of an MSR is unknown")                                               \
	RULE(MSR_LAYER, "an MSR is handed to a layer that does not exist")                                          \
	RULE(MSR_STORED, "a subject stores more than 8 MSRs")                                                       \
	RULE(CPUID_FLAGS, "a flag of a CPUID leaf is unknown")                                                      \
	RULE(CPUID_HALVES, "a subject has not as many CPUID leaves for one vendor as for the other")                \
	RULE(CPUID_ORDER, "the CPUID leaves of a subject are not sorted")                                           \
	RULE(CPUID_MIXED, "a CPUID leaf that stands for every sub-leaf is not the only one")                        \
	RULE(FEATURE_NAME, "a CPU feature has no name")                                                             \
	RULE(FEATURE_SUBJECT, "a CPU feature is needed by a subject that does not exist")                           \
	RULE(MANAGE_SUBJECT, "a right is over a subject that does not exist")                                       \
	RULE(MANAGE_RIGHTS, "a right over another subject is unknown")                                              \
	RULE(EPOCH_PEER, "an epoch word counts the restarts of a subject that does not exist")                      \
	RULE(CONSUMER_SUBJECT, "an audit consumer does not exist")                                                  \
	RULE(SOURCE_CLASSES, "an audit class is unknown")                                                           \
	RULE(CHANNEL_NAME, "a channel has no name")                                                                 \
	RULE(CHANNEL_END, "an end of a channel does not exist")                                                     \
	RULE(CHANNEL_REGION, "a channel has no channel region")                                                     \
	RULE(SCHEDULE_NAME, "a schedule has no name")                                                               \
	RULE(SCHEDULE_TWICE, "two schedules have the same name")                                                    \
	RULE(SCHEDULE_SUM, "the minor frames of a CPU do not add up to the major frame")                            \
	RULE(FRAME_LENGTH, "a minor frame has no length")                                                           \
	RULE(FRAME_FLAGS, "a flag of a minor frame is unknown")                                                     \
	RULE(FRAME_HOLD, "a minor frame is held until its end")                                                     \
	RULE(GROUP_NAME, "a group has no name")                                                                     \
	RULE(GROUP_CPU, "a group's CPU does not exist")                                                             \
	RULE(GROUP_EMPTY, "a group has no member")                                                                  \
	RULE(GROUP_SUBJECT, "two vCPUs of a subject share a group")                                                 \
	RULE(GROUP_ORDER, "a layer's vCPU does not stand directly before its guest's")                              \
	RULE(GROUP_BACKGROUND_LAYER, "a group's background vCPU is a layer's")                                      \
	RULE(GROUP_BACKGROUND_TWICE, "a group's background vCPU is also its member")
#define TOOL_RULE_NUMBER(name, text) BAD_##name,
enum tool_rule { TOOL_RULES_BEFORE = CONFIG_RULE_COUNT - 1, TOOL_RULES(TOOL_RULE_NUMBER) RULE_COUNT };
/* The sentence, without a full stop; "" for CONFIG_FINE and unknown numbers. */
const char *rule_text(uint32_t rule);
enum status rules_check(const void *bytes, size_t size, struct config_problem *problem);

/*
 * Inside: three kinds of question, asked in this order, each over all records of a table: bounds of one field (a row of
 * the table in fields.c), how records fit together (a function), and that what names things is unique (rows again). A
 * function may rely on the core's check, on fields, and on the functions before it. 0: nothing is broken.
 */
struct pass {
	enum config_table table;
	uint32_t (*broken)(const struct config_header *config, const void *record, uint32_t index);
};
#define PASS(name) uint32_t name##_broken(const struct config_header *config, const void *record, uint32_t index)
PASS(subject);
PASS(vcpu);
PASS(region);
PASS(mapping);
PASS(rights); /* of a subject: faults, incoming events, MSRs, CPUID */
PASS(event);
PASS(port);
PASS(channel);
PASS(schedule);
PASS(frame);
PASS(group);

/* Fields: the header's are those of TABLE_COUNT. On a refusal fills `problem`. */
enum status fields_check(const struct config_header *config, bool unique, struct config_problem *problem);

static inline uint32_t config_count(const struct config_header *config, enum config_table table)
{
	return config->table[table].count;
}
/* Is this the index of a record of that table? */
static inline bool config_has(const struct config_header *config, enum config_table table, uint32_t index)
{
	return index < config_count(config, table);
}
static inline bool config_in_run(struct config_span span, uint32_t index)
{
	return index - span.first < span.count; /* below the first it wraps to far above */
}
bool config_region_is(const struct config_header *config, uint32_t region, uint32_t kind);
/* Does the subject have this bit among its incoming events? */
bool config_takes_event(const struct config_header *config, uint32_t subject, uint32_t bit);

#endif
