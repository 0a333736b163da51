/* SPDX-License-Identifier: ISC */
#ifndef LIB_CONFIG_RULES_H
#define LIB_CONFIG_RULES_H

/*
 * What can be wrong with a binary configuration, by number: the core prints the number, table and record; whoever has
 * room for sentences (tool, tests) asks config_rule_text(). New rules go to the end: a number keeps its meaning.
 */
#define CONFIG_RULES(RULE)                                                                                    \
	RULE(ALIGNMENT, "the configuration does not lie on a multiple of 8")                                  \
	RULE(MAGIC, "this is no configuration")                                                               \
	RULE(VERSION, "the configuration has another version")                                                \
	RULE(CUT_OFF, "the configuration is cut off")                                                         \
	RULE(TOO_LARGE, "the configuration is larger than 4 MiB")                                             \
	RULE(PACKAGE_SIZE, "the size of the package is not whole pages that hold the configuration")          \
	RULE(POOL_RANGE, "the string pool lies outside the configuration")                                    \
	RULE(POOL_END, "the string pool does not end with a NUL")                                             \
	RULE(TABLE_LONG, "a table has more records than the core can hold")                                   \
	RULE(TABLE_ALIGNMENT, "a table does not begin on a multiple of 8 bytes")                              \
	RULE(TABLE_RANGE, "a table lies outside the configuration")                                           \
	RULE(TABLE_OVERLAP, "two tables overlap")                                                             \
	RULE(RUN_LONG, "a run of records is longer than the core can hold")                                   \
	RULE(RUN_RANGE, "a run of records lies outside its table")                                            \
	RULE(RUN_SHARED, "a record belongs to two owners")                                                    \
	RULE(RUN_LOST, "a record belongs to no owner")                                                        \
	RULE(SYSTEM_NAME, "the system has no name")                                                           \
	RULE(SYSTEM_CPUS, "the number of CPUs is not 1 to 16")                                                \
	RULE(SYSTEM_SCHEDULE, "the first schedule does not exist")                                            \
	RULE(SYSTEM_EMPTY, "the system has no subject")                                                       \
	RULE(SYSTEM_SWITCH, "the shortest delay of a schedule switch is not 1 us to 10 s")                    \
	RULE(SYSTEM_FLAGS, "a flag of the system is unknown")                                                 \
	RULE(SYSTEM_POWER, "a port for reset or power-off is out of range")                                   \
	RULE(SUBJECT_NAME, "a subject has no name")                                                           \
	RULE(SUBJECT_TWICE, "two subjects have the same name")                                                \
	RULE(SUBJECT_KIND, "the kind of a subject is unknown")                                                \
	RULE(SUBJECT_VCPUS, "a subject has no vCPU")                                                          \
	RULE(SUBJECT_APP, "an application has a partner")                                                     \
	RULE(SUBJECT_ALONE, "a guest has no layer or a layer no guest")                                       \
	RULE(SUBJECT_PARTNER, "a guest and its layer do not name each other")                                 \
	RULE(SUBJECT_UNEQUAL, "a layer has not as many vCPUs as its guest")                                   \
	RULE(SUBJECT_RIGHTS, "a subject has an unknown right")                                                \
	RULE(SUBJECT_GUEST_RIGHT, "a guest has a right: only its layer can use one")                          \
	RULE(SUBJECT_FLAGS, "a flag of a subject is unknown")                                                 \
	RULE(SUBJECT_FPU, "the FPU state of a subject is none of x87, SSE, AVX")                              \
	RULE(SUBJECT_FPU_KIND, "a layer has FPU state, or a guest has none")                                  \
	RULE(SUBJECT_APIC, "the mode of the local APIC is neither xAPIC nor x2APIC")                          \
	RULE(SUBJECT_INFO_GUEST, "a guest has an information page")                                           \
	RULE(SUBJECT_INFO, "a subject has no information page of its own")                                    \
	RULE(SUBJECT_INFO_PLACE, "the information page is not mapped at its fixed address")                   \
	RULE(SUBJECT_STAGING_NONE, "a subject may load images but has no staging region")                     \
	RULE(SUBJECT_STAGING, "the staging region is not memory of its subject")                              \
	RULE(VCPU_OWNER, "a vCPU names a subject that is not its owner")                                      \
	RULE(VCPU_HALT, "a subject halts for real on a CPU that it shares")                                   \
	RULE(VCPU_CPU, "a vCPU's CPU does not exist")                                                         \
	RULE(VCPU_START, "a vCPU has a start state that its kind of subject does not permit")                 \
	RULE(VCPU_START_FIRST, "the first vCPU of a subject waits for another one to start it")               \
	RULE(VCPU_APIC_ID, "the local-APIC ids of a subject do not count from 0")                             \
	RULE(VCPU_APP, "a vCPU of an application has a partner")                                              \
	RULE(VCPU_PARTNER, "a vCPU and its partner do not name each other")                                   \
	RULE(VCPU_PARTNER_CPU, "a vCPU and its partner are on different CPUs")                                \
	RULE(VCPU_ENTRY_HIGH, "an entry point is beyond 4 GiB")                                               \
	RULE(VCPU_ENTRY, "an entry point is not mapped executable")                                           \
	RULE(VCPU_PAGES_NO_LAYER, "a vCPU without a layer has an exit frame or a local-APIC page")            \
	RULE(VCPU_FRAME, "a guest's vCPU has no exit frame")                                                  \
	RULE(VCPU_LAPIC, "a guest's vCPU has no local-APIC page")                                             \
	RULE(VCPU_PAGES_SHARED, "two vCPUs share an exit frame or a local-APIC page")                         \
	RULE(REGION_NAME, "a region has no name")                                                             \
	RULE(REGION_KIND, "the kind of a region is unknown")                                                  \
	RULE(REGION_OWNER, "a region's owner does not exist")                                                 \
	RULE(REGION_SIZE, "the size of a region is not whole pages")                                          \
	RULE(REGION_FIXED_SIZE, "a region that the core writes has not the size of its kind")                 \
	RULE(REGION_ALIGNMENT, "the alignment of a region is not a power of two from 4 KiB to 1 GiB")         \
	RULE(REGION_FILE, "a file region has no place in the package")                                        \
	RULE(REGION_NO_PAYLOAD, "a payload has no place in the package")                                      \
	RULE(REGION_PAYLOAD_KIND, "a region of this kind cannot have a payload")                              \
	RULE(REGION_PAYLOAD_LARGE, "a payload is larger than its region")                                     \
	RULE(REGION_FILE_SIZE, "a file region has not the size of its file")                                  \
	RULE(REGION_PAYLOAD, "a payload lies outside the package's payload pages")                            \
	RULE(REGION_DEVICE, "a device region has no host address")                                            \
	RULE(REGION_FILE_PINNED, "a file region cannot be pinned")                                            \
	RULE(REGION_PIN, "the host address of a region is not aligned or beyond the address space")           \
	RULE(REGION_CONTROLLERS, "a region covers the interrupt controllers")                                 \
	RULE(REGION_PINS_OVERLAP, "two pinned regions overlap")                                               \
	RULE(MAPPING_OWNER, "a mapping names a subject that is not its owner")                                \
	RULE(MAPPING_REGION, "a mapping's region does not exist")                                             \
	RULE(MAPPING_PAGES, "a mapping is not whole pages")                                                   \
	RULE(MAPPING_RANGE, "a mapping reaches beyond its region")                                            \
	RULE(MAPPING_HIGH, "a mapping reaches beyond the guest-physical address space")                       \
	RULE(MAPPING_READ, "a mapping has no read right or an unknown one")                                   \
	RULE(MAPPING_RIGHTS, "a mapping has a right that its kind of region does not permit")                 \
	RULE(MAPPING_WX, "a page of an application or a layer is writable and executable")                    \
	RULE(MAPPING_OWNED, "a device or information region is mapped by a subject that does not own it")     \
	RULE(MAPPING_MEMORY, "memory is mapped by a subject that is neither its owner nor its owner's layer") \
	RULE(MAPPING_PAGE, "an exit frame or local-APIC page is mapped by a subject that is not its guest's " \
	                   "layer")                                                                           \
	RULE(MAPPING_AUDIT, "an audit region is mapped by a subject that is not its consumer")                \
	RULE(MAPPING_WRITERS, "a page of a channel has two writers")                                          \
	RULE(MAPPING_OVERLAP, "two mappings of a subject overlap")                                            \
	RULE(MAPPING_ALIAS, "a page is writable at one address and executable at another")                    \
	RULE(FAULT_ACTION, "a fault has an action that its kind does not permit")                             \
	RULE(FAULT_EVENT, "a fault signals an event that its subject does not have")                          \
	RULE(EVENT_ACTION, "the action of an event is unknown")                                               \
	RULE(EVENT_SCHEDULE, "an event's schedule does not exist")                                            \
	RULE(EVENT_TARGET, "an event's target does not exist")                                                \
	RULE(EVENT_BIT, "an event's bit does not exist at its target")                                        \
	RULE(EVENT_IN_BIT, "the bits of a subject's incoming events are not different ones of 0 to 63")       \
	RULE(EVENT_IN_VECTOR, "an event's interrupt vector is not 32 to 255")                                 \
	RULE(EVENT_IN_LAYER, "an event interrupts a layer, which has no interrupt handlers")                  \
	RULE(EVENT_IN_VCPU, "an event's vCPU does not exist")                                                 \
	RULE(EVENT_IN_FLAGS, "a flag of an event is unknown")                                                 \
	RULE(LINE_FLAGS, "a flag of an interrupt line is unknown")                                            \
	RULE(LINE_EVENT, "an interrupt line raises an event that its owner does not have")                    \
	RULE(LINE_BUDGET, "an interrupt line has no budget")                                                  \
	RULE(LINE_SHARED, "an interrupt line has two owners")                                                 \
	RULE(PORT_RANGE, "a range of ports is empty or reaches beyond 65535")                                 \
	RULE(PORT_SHARED, "a port has two owners")                                                            \
	RULE(PORT_POWER, "a port for reset or power-off is granted to a subject")                             \
	RULE(MSR_ORDER, "the MSRs of a subject are not sorted")                                               \
	RULE(MSR_SWITCHED, "an MSR of the local APIC or of the switched state stands in the table")           \
	RULE(MSR_ACTION, "the action or a flag of an MSR is unknown")                                         \
	RULE(MSR_LAYER, "an MSR is handed to a layer that does not exist")                                    \
	RULE(MSR_STORED, "a subject stores more than 8 MSRs")                                                 \
	RULE(CPUID_FLAGS, "a flag of a CPUID leaf is unknown")                                                \
	RULE(CPUID_ORDER, "the CPUID leaves of a subject are not sorted")                                     \
	RULE(CPUID_MIXED, "a CPUID leaf that stands for every sub-leaf is not the only one")                  \
	RULE(FEATURE_NAME, "a CPU feature has no name")                                                       \
	RULE(FEATURE_BIT, "a CPU feature names no CPUID bit")                                                 \
	RULE(FEATURE_SUBJECT, "a CPU feature is needed by a subject that does not exist")                     \
	RULE(MANAGE_SUBJECT, "a right is over a subject that does not exist")                                 \
	RULE(MANAGE_RIGHTS, "a right over another subject is unknown")                                        \
	RULE(EPOCH_GUEST, "a guest has epoch words but no information page")                                  \
	RULE(EPOCH_PLACE, "an epoch word lies outside the information page")                                  \
	RULE(EPOCH_PEER, "an epoch word counts the restarts of a subject that does not exist")                \
	RULE(CONSUMER_SUBJECT, "an audit consumer does not exist")                                            \
	RULE(CONSUMER_REGION, "an audit consumer has no audit region")                                        \
	RULE(CONSUMER_SHARED, "two audit consumers share a region")                                           \
	RULE(CONSUMER_RINGS, "the audit rings of a consumer do not fit in its region")                        \
	RULE(SOURCE_SUBJECT, "an audit source does not exist")                                                \
	RULE(SOURCE_CLASSES, "an audit class is unknown")                                                     \
	RULE(CHANNEL_NAME, "a channel has no name")                                                           \
	RULE(CHANNEL_END, "an end of a channel does not exist")                                               \
	RULE(CHANNEL_REGION, "a channel has no channel region")                                               \
	RULE(SCHEDULE_NAME, "a schedule has no name")                                                         \
	RULE(SCHEDULE_TWICE, "two schedules have the same name")                                              \
	RULE(SCHEDULE_MAJOR, "the major frame of a schedule is not 1 us to 71 minutes")                       \
	RULE(SCHEDULE_CPUS, "a schedule does not plan every CPU")                                             \
	RULE(SCHEDULE_ORDER, "the plans of a schedule are not in the order of the CPUs")                      \
	RULE(SCHEDULE_SUM, "the minor frames of a CPU do not add up to the major frame")                      \
	RULE(FRAME_LENGTH, "a minor frame has no length")                                                     \
	RULE(FRAME_GROUP, "a minor frame's group does not exist")                                             \
	RULE(FRAME_FLAGS, "a flag of a minor frame is unknown")                                               \
	RULE(FRAME_HOLD, "a minor frame is held until its end")                                               \
	RULE(FRAME_CPU, "a minor frame's group belongs to another CPU")                                       \
	RULE(GROUP_NAME, "a group has no name")                                                               \
	RULE(GROUP_CPU, "a group's CPU does not exist")                                                       \
	RULE(GROUP_EMPTY, "a group has no member")                                                            \
	RULE(GROUP_MEMBER, "a group's vCPU does not exist")                                                   \
	RULE(GROUP_MEMBER_CPU, "a group's vCPU is on another CPU")                                            \
	RULE(GROUP_SUBJECT, "two vCPUs of a subject share a group")                                           \
	RULE(GROUP_ORDER, "a layer's vCPU does not stand directly before its guest's")                        \
	RULE(GROUP_BACKGROUND, "a group's background vCPU does not exist")                                    \
	RULE(GROUP_BACKGROUND_CPU, "a group's background vCPU is on another CPU")                             \
	RULE(GROUP_BACKGROUND_LAYER, "a group's background vCPU is a layer's")                                \
	RULE(GROUP_BACKGROUND_TWICE, "a group's background vCPU is also its member")

#define CONFIG_RULE_NUMBER(name, text) BAD_##name,
enum config_rule { CONFIG_FINE, CONFIG_RULES(CONFIG_RULE_NUMBER) CONFIG_RULE_COUNT };

/* The sentence, without a full stop; "" for CONFIG_FINE and unknown numbers. Not linked into the core. */
const char *config_rule_text(unsigned rule);

#endif
