/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "abi/hypercall.h"
#include "lib/config.h"
#include "tools/rules/rules.h"
#include "tests/unit/sample.h"

/* Each case spoils one thing of the valid sample; its name is the sentence that the checker must answer with.
 * ONE starts from the system with one CPU, TWO from that with two. */
#define SET(field, to)                                                                              \
	{                                                                                           \
		offsetof(struct sample, field), sizeof(((struct sample *)0)->field), (uint64_t)(to) \
	}
struct change {
	size_t offset, size;
	uint64_t value;
};
#define ONE(sentence, ...)                                 \
	{                                                  \
		.what = (sentence), .set = { __VA_ARGS__ } \
	}
#define TWO(sentence, ...)                                                 \
	{                                                                  \
		.what = (sentence), .set = {__VA_ARGS__}, .two_cpus = true \
	}
static const struct spoiled {
	const char *what;
	struct change set[5];
	bool two_cpus;
} cases[] = {
        /* header and tables */
        ONE("this is no configuration", SET(header.magic, 1)),
        ONE("the configuration has another version", SET(header.version, CONFIG_VERSION + 1)),
        ONE("the configuration is cut off, or larger than 4 MiB", SET(header.size, sizeof(struct sample) + 8)),
        ONE("the configuration is cut off, or larger than 4 MiB", SET(header.size, 8)),
        ONE("the size of the package is not whole pages that hold the configuration", SET(header.package_size, 4096)),
        ONE("the size of the package is not whole pages that hold the configuration",
            SET(header.package_size, sizeof(struct sample) + 1)),
        ONE("the string pool lies outside the configuration", SET(header.names_size, 0xffffffff)),
        ONE("the string pool does not end with a NUL", SET(names[15], 'x')),
        ONE("the system has no name", SET(header.name[0], 0)),
        ONE("the number of CPUs is not 1 to 16", SET(header.cpu_count, 0)),
        ONE("the number of CPUs is not 1 to 16", SET(header.cpu_count, 17)),
        ONE("the first schedule does not exist", SET(header.schedule, 2)),
        ONE("the shortest delay of a schedule switch is not 1 us to 10 s", SET(header.switch_us, 0)),
        ONE("a flag of the system is unknown", SET(header.flags, 1)),
        ONE("a port for reset or power-off is out of range", SET(header.pm_reset_port, 0x10000)),
        ONE("a table has more records than the core can hold", SET(header.table[TABLE_CONSUMER].count, 9)),
        ONE("a table has more records than the core can hold", SET(header.table[TABLE_LINE].count, 25)),
        ONE("a table has more records than the core can hold", SET(header.table[TABLE_GROUP].count, 65)),
        ONE("a table does not lie inside the configuration on a multiple of 8 bytes",
            SET(header.table[TABLE_MSR].offset, 1001)),
        ONE("a table does not lie inside the configuration on a multiple of 8 bytes",
            SET(header.table[TABLE_MSR].offset, 0xfffffff8)),
        ONE("a table does not lie inside the configuration on a multiple of 8 bytes",
            SET(header.table[TABLE_MSR].count, 65536)),
        ONE("two tables overlap", SET(header.table[TABLE_MSR].offset, 0)),
        ONE("two tables overlap", SET(header.table[TABLE_CHANNEL].offset, offsetof(struct sample, msr))),

        /* runs */
        ONE("a run of records is longer than the core can hold",
            SET(header.table[TABLE_EPOCH].offset, offsetof(struct sample, spare)),
            SET(header.table[TABLE_EPOCH].count, 66), SET(subject[0].epoch.count, 65), SET(subject[2].epoch.first, 65)),
        ONE("runs of records do not follow one another: a record has two owners or none",
            SET(subject[0].event.count, 4)),
        ONE("runs of records do not follow one another: a record has two owners or none",
            SET(subject[0].vcpu.first, 0xffffffff)),
        ONE("runs of records do not follow one another: a record has two owners or none", SET(plan[0].frame.first, 3)),
        ONE("runs of records do not follow one another: a record has two owners or none",
            SET(subject[1].vcpu.first, 0)),
        ONE("runs of records do not follow one another: a record has two owners or none",
            SET(group[1].member.first, 1)),
        ONE("runs of records do not follow one another: a record has two owners or none",
            SET(subject[0].event.count, 2)),
        ONE("runs of records do not follow one another: a record has two owners or none",
            SET(consumer[0].source.count, 1)),

        /* subjects */
        ONE("a subject has no name", SET(subject[2].name[0], 0)),
        ONE("two subjects have the same name", SET(subject[2].name[5], 0)),
        ONE("the kind of a subject is unknown", SET(subject[0].kind, 3)),
        ONE("a subject has not 1 to 64 vCPUs", SET(subject[2].vcpu.count, 0), SET(subject[1].vcpu.count, 2),
            SET(subject[1].vcpu.first, 1)),
        ONE("a guest and its layer do not name each other, or have not as many vCPUs", SET(subject[0].partner, 1)),
        ONE("a guest and its layer do not name each other, or have not as many vCPUs",
            SET(subject[1].partner, CONFIG_NONE)),
        ONE("a guest and its layer do not name each other, or have not as many vCPUs", SET(subject[1].partner, 0)),
        ONE("a guest and its layer do not name each other, or have not as many vCPUs",
            SET(subject[1].kind, KIND_LAYER)),
        ONE("a guest and its layer do not name each other, or have not as many vCPUs",
            SET(header.table[TABLE_VCPU].count, 4), SET(subject[2].vcpu.count, 2),
            SET(vcpu[3].frame_region, CONFIG_NONE), SET(vcpu[3].lapic_region, CONFIG_NONE)),
        ONE("a vCPU names a subject that is not its owner", SET(vcpu[0].subject, 1)),
        ONE("a mapping names a subject that is not its owner", SET(mapping[0].subject, 0xffffffff)),
        ONE("a subject has an unknown right", SET(subject[0].rights, RIGHT_START)),
        ONE("a guest has a right: only its layer can use one", SET(subject[1].rights, RIGHT_REBOOT)),
        ONE("a flag of a subject is unknown", SET(subject[0].flags, 16)),
        ONE("a flag of a subject is unknown", SET(subject[0].flags, SUBJECT_EXIT_HALT | SUBJECT_HIDE_TIME)),
        ONE("the FPU state of a subject is none of x87, SSE, AVX", SET(subject[0].xcr0, 5)),
        ONE("a layer has FPU state, or a guest has none", SET(subject[2].xcr0, 3)),
        ONE("a layer has FPU state, or a guest has none", SET(subject[1].xcr0, 0)),
        ONE("the mode of the local APIC is neither xAPIC nor x2APIC", SET(subject[0].apic_mode, 2)),
        ONE("a guest has an information page", SET(subject[1].info_region, SAMPLE_TO_APP),
            SET(region[SAMPLE_TO_APP].kind, REGION_INFO), SET(mapping[SAMPLE_MAP_LAYER_OUT].rights, MAP_READ)),
        ONE("the information region of a subject is of another kind, or another one's too",
            SET(subject[2].info_region, SAMPLE_APP_INFO)),
        ONE("the information region of a subject is of another kind, or another one's too",
            SET(subject[2].info_region, SAMPLE_AUDIT)),
        ONE("a subject has no information page of its own", SET(subject[0].info_region, CONFIG_NONE),
            SET(header.table[TABLE_EPOCH].count, 1), SET(subject[0].epoch.count, 0), SET(subject[2].epoch.first, 0)),
        ONE("the information page is not mapped at its fixed address",
            SET(mapping[SAMPLE_MAP_APP_INFO].gpa, INFO_GPA + 4096)),
        ONE("a subject may load images but has no staging region", SET(subject[0].rights, RIGHT_IMAGE_LOAD)),
        ONE("the staging region is not memory of its subject", SET(subject[0].staging_region, SAMPLE_GUEST_RAM)),
        ONE("a subject halts for real on a CPU that it shares", SET(subject[0].flags, SUBJECT_START)),

        /* vCPUs */
        ONE("a vCPU's CPU does not exist", SET(vcpu[0].cpu, 1)),
        ONE("a vCPU has a start state that its kind of subject does not permit", SET(vcpu[0].start, START_LAYER)),
        ONE("a vCPU has a start state that its kind of subject does not permit", SET(vcpu[1].start, START_FLAT32)),
        ONE("a vCPU has a start state that its kind of subject does not permit", SET(vcpu[0].start, 99)),
        ONE("the first vCPU of a subject waits for another one to start it", SET(vcpu[0].start, START_SIPI)),
        ONE("the local-APIC ids of a subject do not count from 0", SET(vcpu[0].apic_id, 1)),
        ONE("a vCPU of an application has a partner", SET(vcpu[0].partner, 1)),
        ONE("a vCPU and its partner do not name each other", SET(vcpu[1].partner, 0)),
        ONE("a vCPU and its partner do not name each other", SET(vcpu[1].partner, 3)),
        TWO("a vCPU and its partner are on different CPUs", SET(vcpu[2].cpu, 1)),
        ONE("an entry point is beyond 4 GiB", SET(vcpu[0].entry, UINT64_C(1) << 32)),
        ONE("an entry point is not mapped executable", SET(vcpu[0].entry, APP_IMAGE_GPA + 4096)),
        ONE("a vCPU without a layer has an exit frame or a local-APIC page", SET(vcpu[0].frame_region, SAMPLE_TO_APP),
            SET(region[SAMPLE_TO_APP].kind, REGION_FRAME)),
        ONE("the exit frame of a vCPU is missing, of another kind, or another one's too",
            SET(vcpu[1].frame_region, SAMPLE_LAPIC)),
        ONE("a guest's vCPU has no local-APIC page", SET(vcpu[1].lapic_region, CONFIG_NONE)),

        /* regions */
        ONE("a region has no name", SET(region[3].name[0], 0)),
        ONE("the kind of a region is unknown", SET(region[SAMPLE_TO_APP].kind, 10)),
        ONE("a region's owner does not exist", SET(region[SAMPLE_GUEST_RAM].owner, CONFIG_NONE)),
        ONE("a region's owner does not exist", SET(region[SAMPLE_KERNEL].owner, 3)),
        ONE("the size of a region is not whole pages, or not that of its kind", SET(region[0].size, 4095)),
        ONE("the size of a region is not whole pages, or not that of its kind", SET(region[0].size, 0)),
        ONE("a region that the core writes has not the size of its kind", SET(region[SAMPLE_FRAME].size, 8192)),
        ONE("the size of a region is not whole pages, or not that of its kind", SET(region[SAMPLE_STATS].size, 4096)),
        ONE("the alignment of a region is not a power of two from 4 KiB to 1 GiB", SET(region[0].alignment, 12288)),
        ONE("the alignment of a region is not a power of two from 4 KiB to 1 GiB", SET(region[0].alignment, 2048)),
        ONE("a payload does not lie in the payload pages, is larger than its region, or is a file at more than 4 KiB",
            SET(region[SAMPLE_KERNEL].payload_offset, 0)),
        ONE("a payload does not lie in the payload pages, is larger than its region, or is a file at more than 4 KiB",
            SET(region[SAMPLE_GUEST_RAM].payload_size, 1)),
        ONE("a region of this kind cannot have a payload", SET(region[SAMPLE_TO_APP].payload_offset, 65536)),
        ONE("a payload does not lie in the payload pages, is larger than its region, or is a file at more than 4 KiB",
            SET(region[SAMPLE_APP_INFO].payload_size, 4097)),
        ONE("a file region has not the size of its file", SET(region[SAMPLE_KERNEL].payload_size, 4096)),
        ONE("a payload does not lie in the payload pages, is larger than its region, or is a file at more than 4 KiB",
            SET(region[0].payload_offset, 4097)),
        ONE("a payload does not lie in the payload pages, is larger than its region, or is a file at more than 4 KiB",
            SET(region[0].payload_offset, 4096)),
        ONE("a payload does not lie in the payload pages, is larger than its region, or is a file at more than 4 KiB",
            SET(region[0].payload_offset, sizeof(struct sample))),
        ONE("a device region has no host address", SET(region[SAMPLE_VGA].hpa, UINT64_MAX)),
        ONE("a file region cannot be pinned", SET(region[SAMPLE_KERNEL].hpa, 0x100000)),
        ONE("the host address of a region is not aligned", SET(region[SAMPLE_GUEST_RAM].hpa, 0x1000)),
        ONE("the host address of a region is beyond the address space",
            SET(region[SAMPLE_VGA].hpa, (UINT64_C(1) << 52) - 4096)),
        ONE("a region covers the interrupt controllers", SET(region[SAMPLE_VGA].hpa, 0xfee00000)),
        ONE("a region covers the interrupt controllers", SET(region[SAMPLE_VGA].hpa, 0xfebff000)),
        ONE("two pinned regions overlap", SET(region[0].hpa, 0xb0000)),

        /* mappings */
        ONE("a mapping's region does not exist", SET(mapping[0].region, SAMPLE_REGIONS)),
        ONE("a mapping is not whole pages", SET(mapping[1].gpa, 1)),
        ONE("a mapping is not whole pages", SET(mapping[1].size, 0)),
        ONE("a mapping reaches beyond its region or the guest-physical address space", SET(mapping[1].offset, 8192)),
        ONE("a mapping reaches beyond its region or the guest-physical address space",
            SET(mapping[1].offset, UINT64_C(0xfffffffffffff000))),
        ONE("a mapping reaches beyond its region or the guest-physical address space",
            SET(mapping[1].gpa, (UINT64_C(1) << 48) - 4096)),
        ONE("a mapping has no read right or an unknown one", SET(mapping[1].rights, MAP_WRITE)),
        ONE("a mapping has no read right or an unknown one", SET(mapping[1].rights, 17)),
        ONE("a region that only the core writes is mapped writable", SET(mapping[SAMPLE_MAP_APP_INFO].rights, 3)),
        ONE("a region that only the core writes is mapped writable", SET(mapping[SAMPLE_MAP_APP_AUDIT].rights, 3)),
        ONE("a region that only the core writes is mapped writable", SET(mapping[SAMPLE_MAP_APP_STATS].rights, 3)),
        ONE("a region that only the core writes is mapped writable", SET(mapping[SAMPLE_MAP_LAYER_LAPIC].rights, 3)),
        ONE("a region that only the core writes is mapped writable", SET(mapping[SAMPLE_MAP_LAYER_KERNEL].rights, 3)),
        ONE("a mapping has a right that its kind of region does not permit",
            SET(mapping[SAMPLE_MAP_APP_DATA].rights, 3 | MAP_UNCACHED)),
        ONE("a mapping has a right that its kind of region does not permit",
            SET(mapping[SAMPLE_MAP_APP_OUT].rights, 5)),
        ONE("a page of an application or a layer is writable and executable", SET(mapping[0].rights, 7)),
        ONE("a page of an application or a layer is writable and executable",
            SET(mapping[SAMPLE_MAP_LAYER_GUEST].rights, 7)),
        ONE("a device or information region is mapped by a subject that does not own it",
            SET(region[SAMPLE_VGA].owner, SAMPLE_LAYER)),
        ONE("memory is mapped by a subject that is neither its owner nor its owner's layer",
            SET(mapping[SAMPLE_MAP_APP_DATA].region, SAMPLE_GUEST_RAM)),
        ONE("memory is mapped by a subject that is neither its owner nor its owner's layer",
            SET(region[SAMPLE_LAYER_IMAGE].owner, SAMPLE_APP)),
        ONE("an exit frame or local-APIC page is mapped by a subject that is not its guest's layer",
            SET(mapping[SAMPLE_MAP_APP_IN].region, SAMPLE_FRAME), SET(mapping[SAMPLE_MAP_APP_IN].size, 4096)),
        ONE("an audit region is mapped by a subject that is not its consumer", SET(consumer[0].subject, SAMPLE_LAYER)),
        ONE("a page of a channel has two writers", SET(mapping[SAMPLE_MAP_APP_IN].rights, 3)),
        ONE("two mappings of a subject overlap", SET(mapping[SAMPLE_MAP_APP_OUT].gpa, APP_WINDOW_GPA + 4096)),
        ONE("a page is writable at one address and executable at another", SET(mapping[SAMPLE_MAP_APP_DATA].offset, 0)),

        /* access */
        ONE("a fault has an action that its kind does not permit", SET(subject[0].fault[FAULT_SHUTDOWN].action, 0)),
        ONE("a fault has an action that its kind does not permit",
            SET(subject[0].fault[FAULT_MEMORY].action, ACTION_IGNORE)),
        ONE("a fault has an action that its kind does not permit", SET(subject[0].fault[FAULT_IO].action, 6)),
        ONE("a fault signals an event that its subject does not have", SET(subject[0].fault[FAULT_MEMORY].event, 3)),
        ONE("the action of an event is unknown", SET(event[0].action, 5)),
        ONE("an event's target does not exist", SET(event[2].target, 2)),
        ONE("an event's target does not exist", SET(event[1].target, 3)),
        ONE("an event's bit does not exist at its target", SET(event[0].bit, 1)),
        ONE("an event's bit does not exist at its target", SET(event[0].target, SAMPLE_GUEST)),
        ONE("the bit of an incoming event is not 0 to 63", SET(event_in[1].bit, 64)),
        ONE("two incoming events of a subject have the same bit", SET(event_in[1].bit, 0)),
        ONE("an event's interrupt vector is one of the exceptions, 1 to 31", SET(event_in[0].vector, 31)),
        ONE("an event's interrupt vector is not 32 to 255", SET(event_in[0].vector, 256)),
        ONE("an event interrupts a layer, which has no interrupt handlers", SET(event_in[2].vector, 64)),
        ONE("an event's vCPU does not exist", SET(event_in[0].vcpu, 1)),
        ONE("a flag of an event is unknown", SET(event_in[0].flags, 2)),
        ONE("a flag of an interrupt line is unknown", SET(line[0].flags, 4)),
        ONE("an interrupt line raises an event that its owner does not have", SET(line[0].bit, 1)),
        ONE("an interrupt line has no budget", SET(line[0].budget, 0)),
        ONE("an interrupt line has two owners", SET(header.table[TABLE_LINE].count, 2), SET(subject[0].line.count, 2),
            SET(line[1].gsi, 4), SET(line[1].budget, 1)),
        ONE("a range of ports is empty or reaches beyond 65535", SET(port[0].count, 0)),
        ONE("a range of ports is empty or reaches beyond 65535", SET(port[0].base, 0xfff9)),
        ONE("a port has two owners", SET(port[1].base, 0x3ff)),
        ONE("a port for reset or power-off is granted to a subject", SET(port[1].base, 0x605)),
        ONE("the MSRs of a subject are not sorted", SET(msr[1].msr, 0x10a)),
        ONE("an MSR of the local APIC or of the switched state stands in the table", SET(msr[1].msr, 0x8ff)),
        ONE("the action or a flag of an MSR is unknown", SET(msr[1].action, 3)),
        ONE("the action or a flag of an MSR is unknown", SET(msr[1].flags, 2)),
        ONE("an MSR is handed to a layer that does not exist", SET(subject[1].msr.count, 0),
            SET(subject[0].msr.count, 3)),
        ONE("a flag of a CPUID leaf is unknown", SET(cpuid[0].flags, 2)),
        ONE("a subject has not as many CPUID leaves for one vendor as for the other",
            SET(subject[SAMPLE_GUEST].cpuid.count, 5), SET(header.table[TABLE_CPUID].count, 5)),
        ONE("the CPUID leaves of a subject are not sorted", SET(cpuid[0].leaf, 5)),
        ONE("the CPUID leaves of a subject are not sorted", SET(cpuid[2].subleaf, 0)),
        ONE("the CPUID leaves of a subject are not sorted", SET(cpuid[3].leaf, 5)),
        ONE("the CPUID leaves of a subject are not sorted", SET(cpuid[5].subleaf, 0)),
        ONE("a CPUID leaf that stands for every sub-leaf is not the only one", SET(cpuid[1].flags, 0)),
        ONE("a CPUID leaf that stands for every sub-leaf is not the only one", SET(cpuid[4].flags, 0)),
        ONE("a CPU feature has no name", SET(feature[0].name[0], 0)),
        ONE("a CPU feature names no CPUID bit", SET(feature[0].reg, 4)),
        ONE("a CPU feature is needed by a subject that does not exist", SET(feature[0].subject, 3)),
        ONE("a right is over a subject that does not exist", SET(manage[0].subject, 3)),
        ONE("a right over another subject is unknown", SET(manage[0].rights, 1)),
        ONE("an epoch word lies outside the information page", SET(subject[2].epoch.count, 0),
            SET(subject[1].epoch.first, 1), SET(subject[1].epoch.count, 1)),
        ONE("an epoch word lies outside the information page", SET(epoch[0].offset, 4096)),
        ONE("an epoch word lies outside the information page", SET(epoch[0].offset, 2)),
        ONE("an epoch word counts the restarts of a subject that does not exist", SET(epoch[0].peer, 3)),
        ONE("an audit consumer does not exist", SET(consumer[0].subject, 3),
            SET(mapping[SAMPLE_MAP_APP_AUDIT].region, SAMPLE_KERNEL), SET(mapping[SAMPLE_MAP_APP_AUDIT].size, 4096)),
        ONE("an audit consumer has no audit region, or another one's too", SET(consumer[0].region, SAMPLE_TO_APP),
            SET(mapping[SAMPLE_MAP_APP_AUDIT].region, SAMPLE_KERNEL), SET(mapping[SAMPLE_MAP_APP_AUDIT].size, 4096)),
        ONE("the audit rings of a consumer do not fit in its region", SET(consumer[0].ring_bytes, 16448)),
        ONE("the audit rings of a consumer do not fit in its region", SET(consumer[0].ring_bytes, 64)),
        TWO("the audit rings of a consumer do not fit in its region", SET(consumer[0].ring_bytes, 16384)),
        ONE("an audit consumer has no audit region, or another one's too", SET(header.table[TABLE_CONSUMER].count, 2),
            SET(consumer[1].region, SAMPLE_AUDIT), SET(consumer[1].ring_bytes, 4096)),
        ONE("an audit source does not exist", SET(source[0].subject, 3)),
        ONE("an audit class is unknown", SET(source[0].classes, 16)),
        ONE("a channel has no name", SET(channel[0].name[0], 0)),
        ONE("an end of a channel does not exist", SET(channel[0].to, 3)),
        ONE("a channel has no channel region", SET(channel[0].region_out, SAMPLE_AUDIT)),
        ONE("a channel has no channel region", SET(channel[0].region_back, 99)),

        /* schedules */
        ONE("a schedule has no name", SET(schedule[0].name[0], 0)),
        ONE("two schedules have the same name", SET(schedule[1].name[0], 'a')),
        ONE("the major frame of a schedule is not 1 us to 71 minutes", SET(schedule[0].major_us, 0)),
        ONE("a schedule does not plan every CPU, in their order", SET(header.cpu_count, 2)),
        TWO("a schedule does not plan every CPU, in their order", SET(plan[1].cpu, 0)),
        ONE("a minor frame has no length", SET(frame[0].length_us, 0)),
        ONE("a minor frame's group does not exist", SET(frame[0].group, 2)),
        ONE("a flag of a minor frame is unknown", SET(frame[0].flags, 2)),
        ONE("a minor frame is held until its end", SET(frame[0].hold_ticks_us, 7500)),
        ONE("a group's vCPU does not exist", SET(member[0].vcpu, 3)),
        ONE("a group has no name", SET(group[0].name[0], 0)),
        ONE("a group's CPU does not exist", SET(group[1].cpu, 1), SET(group[1].member.count, 0),
            SET(header.table[TABLE_MEMBER].count, 2), SET(frame[1].group, CONFIG_NONE),
            SET(frame[3].group, CONFIG_NONE)),
        ONE("a group has no member", SET(group[1].member.count, 0), SET(group[0].member.count, 3)),
        TWO("a group's vCPU is on another CPU", SET(vcpu[0].cpu, 1)),
        ONE("two vCPUs of a subject share a group", SET(member[1].vcpu, SAMPLE_LAYER)),
        ONE("a layer's vCPU does not stand directly before its guest's", SET(member[0].vcpu, SAMPLE_GUEST),
            SET(member[1].vcpu, SAMPLE_LAYER)),
        ONE("a layer's vCPU does not stand directly before its guest's", SET(member[0].vcpu, SAMPLE_APP),
            SET(member[2].vcpu, SAMPLE_LAYER)),
        ONE("a layer's vCPU does not stand directly before its guest's", SET(member[2].vcpu, SAMPLE_LAYER)),
        ONE("the minor frames of a CPU do not add up to the major frame", SET(frame[0].length_us, 7499)),
        ONE("the minor frames of a CPU do not add up to the major frame", SET(schedule[1].major_us, 20000)),
        TWO("a minor frame's group belongs to another CPU", SET(frame[2].group, SAMPLE_GROUP_APP)),
        ONE("a group's background vCPU does not exist", SET(group[0].background, 3)),
        TWO("a group's vCPU is on another CPU", SET(group[0].background, SAMPLE_APP), SET(vcpu[0].cpu, 1),
            SET(group[1].cpu, 1), SET(frame[1].group, CONFIG_NONE), SET(frame[4].group, CONFIG_NONE)),
        ONE("a group's background vCPU is a layer's", SET(group[1].background, SAMPLE_LAYER)),
        ONE("a group's background vCPU is also its member", SET(group[1].background, SAMPLE_APP)),
};
#define CASES (sizeof(cases) / sizeof(cases[0]))

static void spoil(struct sample *sample, const struct change *change)
{
	if (change->size <= sizeof(change->value))
		memcpy((uint8_t *)sample + change->offset, &change->value, change->size);
	else
		memset((uint8_t *)sample + change->offset, (int)change->value, change->size);
}

static void refuses(void **state)
{
	const struct spoiled *spoiled = *state;
	struct sample *sample = sample_new();
	struct config_problem problem;

	if (spoiled->two_cpus)
		sample_add_cpu(sample);
	for (size_t i = 0; i < 5; i++)
		spoil(sample, &spoiled->set[i]);
	assert_int_not_equal(rules_check(sample, sizeof(*sample), &problem), OK);
	assert_string_equal(rule_text(problem.rule), spoiled->what);
	assert_true(problem.table <= TABLE_COUNT);
	free(sample);
}

int main(void)
{
	struct CMUnitTest refusals[CASES];

	for (size_t i = 0; i < CASES; i++)
		refusals[i] = (struct CMUnitTest){cases[i].what, refuses, 0, 0, (void *)(uintptr_t)&cases[i]};
	return cmocka_run_group_tests_name("the checker says", refusals, 0, 0);
}
