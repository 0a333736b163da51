/* SPDX-License-Identifier: ISC */
#include "core/interrupt.h"
#include "core/audit.h"
#include "core/event.h"
#include "core/subject.h"
#include "core/system.h"
#include "core/vcpu.h"

/*
 * Physical lines. A line that fires is masked and becomes an event of its owner, who unmasks it when it has served the
 * device: so a line interrupts the machine once per service, and its owner cannot be flooded. A budget per major frame
 * bounds what an owner that unmasks in a loop can take from others; beyond it the line stays masked until the next major
 * frame begins.
 */
static const struct config_line *lines(void)
{
	return CONFIG_TABLE(the_system.config, config_line, TABLE_LINE);
}

void core_interrupt_line(unsigned cpu_index, unsigned line)
{
	struct cpu *cpu = &cpus[cpu_index];

	if (line >= the_system.config->table[TABLE_LINE].count)
		return;
	machine_line_mask(line, true);
	cpu->line_count[line]++;
	event_post(cpu, &subjects[the_system.line[line].subject], lines()[line].bit);
	cpu->resched = 1;
}

void interrupt_unmask(struct cpu *here, const struct subject *subject, uint32_t index)
{
	uint32_t line = subject->config->line.first + index;
	const struct config_line *l = &lines()[line];
	struct cpu *cpu = &cpus[the_system.line[line].cpu];

	if (cpu->line_count[line] >= l->budget) {
		uint32_t before = __atomic_fetch_or(&cpu->line_waiting, 1u << line, __ATOMIC_SEQ_CST);
		if (!(before & 1u << line))
			audit_core(here, subject->index, AUDIT(AUDIT_SAFETY, AUDIT_LINE_STORM, l->gsi, 0, 0));
		return;
	}
	machine_line_mask(line, false);
}

void interrupt_close(const struct subject *subject)
{
	const struct config_span span = subject->config->line;

	for (uint32_t line = span.first; line < span.first + span.count; line++) {
		struct cpu *cpu = &cpus[the_system.line[line].cpu];
		__atomic_fetch_and(&cpu->line_waiting, ~(1u << line), __ATOMIC_SEQ_CST);
		machine_line_mask(line, true);
	}
}

void interrupt_major(struct cpu *cpu)
{
	uint32_t waiting = __atomic_exchange_n(&cpu->line_waiting, 0, __ATOMIC_SEQ_CST);

	for (uint32_t line = 0; line < the_system.config->table[TABLE_LINE].count; line++) {
		cpu->line_count[line] = 0;
		if (waiting & 1u << line)
			machine_line_mask(line, false);
	}
}

void core_interrupt_nmi(unsigned cpu_index)
{
	__atomic_store_n(&cpus[cpu_index].nmi, 1, __ATOMIC_SEQ_CST);
	__atomic_store_n(&cpus[cpu_index].frame_end, 0, __ATOMIC_SEQ_CST); /* advance() asks: a decision need not */
	__atomic_store_n(&cpus[cpu_index].resched, 1, __ATOMIC_SEQ_CST);
}
