/* SPDX-License-Identifier: ISC */
#include "abi/audit.h"
#include "core/audit.h"
#include "core/console.h"
#include "core/cpu.h"
#include "core/interrupt.h"
#include "core/machine.h"
#include "core/panic.h"
#include "core/scheduler.h"
#include "core/subject.h"
#include "core/system.h"

/* The table of contents: from here on, everything that will ever exist is made once, in this order. */
static void load_subjects(void)
{
	struct cpu *cpu = &cpus[0];
	uint64_t from = machine_now();

	for (uint32_t i = 0; i < subject_count; i++) {
		struct subject *subject = &subjects[i];
		if (subject->leader != subject || !(subject->config->flags & SUBJECT_START))
			continue;
		(void)subject_command(cpu, subject, COMMAND_START, 0xffff);
		while (subject_step(cpu, subject)) /* ends: the cursor only grows */
			;
	}
	the_system.stats->load_ticks += machine_now() - from;
}

void core_main(const struct boot_info *boot)
{
	const struct crash_record *crash = panic_record();

	console_text("Bulkhead\n");
	system_build(boot); /* configuration checked, everything placed and built */
	audit_open();
	audit_core(&cpus[0], 0xffff,
	           AUDIT(AUDIT_SYSTEM, AUDIT_BOOT, boot->entry_tsc, subject_count, the_system.config->cpu_count));
	if (crash)
		audit_core(&cpus[0], 0xffff, AUDIT(AUDIT_SAFETY, AUDIT_CRASH, crash->vector, crash->error, crash->rip));
	interrupt_open();
	if (machine_cpus_start(the_system.config->cpu_count) != OK)
		system_refuse("a CPU does not start, or its time stamp counter is not in step", the_system.config->name,
		              the_system.config->cpu_count);
	system_protect();                                   /* from here on nothing is mapped but what stays */
	load_subjects();                                    /* the same steps as a restart takes, without the limit */
	scheduler_start(machine_now() + system_ticks(500)); /* all CPUs begin their first frame together */
}

void core_cpu_main(unsigned cpu)
{
	if (cpu)
		machine_cpu_open(cpu);
	scheduler_run(&cpus[cpu]);
}
