/* SPDX-License-Identifier: ISC */
#ifndef LIB_CONFIG_RULES_H
#define LIB_CONFIG_RULES_H

/*
 * Why the starter refuses a configuration, by number: it prints the number, table and record; the sentences are for the
 * tool and the tests, rule_text() in tools/rules/rules.h. What the tool asks beyond these stands there too.
 */
#define CONFIG_RULES(RULE)                                                                                            \
	RULE(ALIGNMENT, "the configuration does not lie on a multiple of 8")                                          \
	RULE(MAGIC, "this is no configuration")                                                                       \
	RULE(VERSION, "the configuration has another version")                                                        \
	RULE(SIZE, "the configuration is cut off, or larger than 4 MiB")                                              \
	RULE(PACKAGE_SIZE, "the size of the package is not whole pages that hold the configuration")                  \
	RULE(TABLE, "a table does not lie inside the configuration on a multiple of 8 bytes")                         \
	RULE(RUN, "runs of records do not follow one another: a record has two owners or none")                       \
	RULE(TABLE_LONG, "a table has more records than the core can hold")                                           \
	RULE(NAME, "a name does not end")                                                                             \
	RULE(CPUS, "the number of CPUs is not 1 to 16")                                                               \
	RULE(FIRST_SCHEDULE, "the first schedule does not exist")                                                     \
	RULE(SUBJECT_KIND, "the kind of a subject is unknown")                                                        \
	RULE(PARTNER, "a guest and its layer do not name each other, or have not as many vCPUs")                      \
	RULE(SUBJECT_VCPUS, "a subject has not 1 to 64 vCPUs")                                                        \
	RULE(FPU, "the FPU state of a subject is none of x87, SSE, AVX")                                              \
	RULE(INFO, "the information region of a subject is of another kind, or another one's too")                    \
	RULE(STAGING, "the staging region of a subject is no memory, or another one's too")                           \
	RULE(VCPU_OWNER, "a vCPU names a subject that is not its owner")                                              \
	RULE(VCPU_CPU, "a vCPU's CPU does not exist")                                                                 \
	RULE(PARTNER_CPU, "a vCPU and its partner are on different CPUs")                                             \
	RULE(FRAME_PAGE, "the exit frame of a vCPU is missing, of another kind, or another one's too")                \
	RULE(LAPIC_PAGE, "the local-APIC page of a vCPU is of another kind, or another one's too")                    \
	RULE(REGION_KIND, "the kind of a region is unknown")                                                          \
	RULE(REGION_SIZE, "the size of a region is not whole pages, or not that of its kind")                         \
	RULE(REGION_ALIGNMENT, "the alignment of a region is not a power of two from 4 KiB to 1 GiB")                 \
	RULE(PAYLOAD, "a payload does not lie in the payload pages, is larger than its region, or is a file at more " \
	              "than 4 KiB")                                                                                   \
	RULE(PIN, "the host address of a region is not aligned")                                                      \
	RULE(CONTROLLERS, "a region covers the interrupt controllers")                                                \
	RULE(MAPPING_REGION, "a mapping's region does not exist")                                                     \
	RULE(MAPPING_PAGES, "a mapping is not whole pages")                                                           \
	RULE(MAPPING_RANGE, "a mapping reaches beyond its region or the guest-physical address space")                \
	RULE(MAPPING_WRITE, "a region that only the core writes is mapped writable")                                  \
	RULE(FAULT_EVENT, "a fault signals an event that its subject does not have")                                  \
	RULE(EVENT_ACTION, "the action of an event is unknown")                                                       \
	RULE(EVENT_TARGET, "an event's target does not exist")                                                        \
	RULE(EVENT_IN_BIT, "the bit of an incoming event is not 0 to 63")                                             \
	RULE(EVENT_IN_VECTOR, "an event's interrupt vector is not 32 to 255")                                         \
	RULE(EVENT_IN_VCPU, "an event's vCPU does not exist")                                                         \
	RULE(LINE_EVENT, "an interrupt line raises an event that its owner does not have")                            \
	RULE(PORT_RANGE, "a range of ports is empty or reaches beyond 65535")                                         \
	RULE(PORT_POWER, "a port for reset or power-off is granted to a subject")                                     \
	RULE(FEATURE_BIT, "a CPU feature names no CPUID bit")                                                         \
	RULE(EPOCH_PLACE, "an epoch word lies outside the information page")                                          \
	RULE(CONSUMER_REGION, "an audit consumer has no audit region, or another one's too")                          \
	RULE(RINGS, "the audit rings of a consumer do not fit in its region")                                         \
	RULE(SOURCE_SUBJECT, "an audit source does not exist")                                                        \
	RULE(MAJOR, "the major frame of a schedule is not 1 us to 71 minutes")                                        \
	RULE(PLANS, "a schedule does not plan every CPU, in their order")                                             \
	RULE(FRAMES, "a schedule has a CPU with no minor frame, or more than 1024")                                   \
	RULE(FRAME_GROUP, "a minor frame's group does not exist")                                                     \
	RULE(FRAME_CPU, "a minor frame's group belongs to another CPU")                                               \
	RULE(MEMBER, "a group's vCPU does not exist")                                                                 \
	RULE(MEMBER_CPU, "a group's vCPU is on another CPU")                                                          \
	RULE(BACKGROUND, "a group's background vCPU does not exist")

#define CONFIG_RULE_NUMBER(name, text) BAD_##name,
enum config_rule { CONFIG_FINE, CONFIG_RULES(CONFIG_RULE_NUMBER) CONFIG_RULE_COUNT };

#endif
