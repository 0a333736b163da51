/* SPDX-License-Identifier: ISC */
#include "abi/audit.h"
#include "core/audit.h"
#include "core/cpu.h"
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

static uint64_t started;

void core_main(void)
{
	const struct crash_record *crash = panic_record();

	system_open();
	audit_open();
	audit_core(&cpus[0], 0xffff,
	           AUDIT(AUDIT_SYSTEM, AUDIT_BOOT, the_system.stats->entry_tsc, subject_count,
	                 the_system.config->cpu_count));
	if (crash)
		audit_core(&cpus[0], 0xffff, AUDIT(AUDIT_SAFETY, AUDIT_CRASH, crash->vector, crash->error, crash->rip));
	load_subjects();                                    /* the same steps as a restart takes, without the limit */
	scheduler_start(machine_now() + system_ticks(500)); /* all CPUs begin their first frame together */
	__atomic_store_n(&started, 1, __ATOMIC_SEQ_CST);
	for (uint32_t i = 1; i < the_system.config->cpu_count; i++)
		machine_kick(i);
}

void core_cpu_main(unsigned cpu)
{
	if (cpu == 0)
		core_main();
	while (!__atomic_load_n(&started, __ATOMIC_SEQ_CST))
		machine_wait(0, &started);
	scheduler_run(&cpus[cpu]);
}
