/* SPDX-License-Identifier: ISC */
#include "core/panic.h"
#include "core/console.h"
#include "core/machine.h"
#include "core/system.h"

/*
 * The end. Nothing here may fail or take long: no lock, no allocation, bounded loops. The check word makes a record
 * that was half written, or memory that only looks like one, no record.
 */
static uint64_t sum(const struct crash_record *record)
{
	const uint64_t *word = (const uint64_t *)record;
	uint64_t total = 0;

	for (unsigned i = 2; i < sizeof(*record) / sizeof(*word); i++)
		total = (total << 1 | total >> 63) + word[i];
	return total;
}

static void remember(unsigned vector, uint64_t error, uint64_t rip, uint64_t detail)
{
	struct crash_record *record = machine_crash_page();
	unsigned id = machine_cpu();

	record->magic = 0;
	record->vector = vector;
	record->error = error;
	record->rip = rip;
	record->detail = detail;
	record->cpu = id;
	record->time = machine_now();
	record->flight_next = cpus[id].flight_at ? (uint64_t)(cpus[id].flight_at - cpus[id].flight) : 0;
	for (unsigned i = 0; i < FLIGHT_COUNT; i++)
		record->flight[i] = cpus[id].flight[i];
	record->check = sum(record);
	record->magic = CRASH_MAGIC;
}

/* They find `nmi` at their next decision, and here that somebody was first. */
static void stop_others(void)
{
	for (unsigned i = 0; the_system.config && i < the_system.config->cpu_count; i++) {
		if (i == machine_cpu())
			continue;
		core_interrupt_nmi(i);
		machine_kick(i);
	}
}

void core_panic(unsigned vector, uint64_t error, uint64_t rip, uint64_t detail)
{
	static uint32_t stopping;

	if (__atomic_exchange_n(&stopping, 1, __ATOMIC_SEQ_CST))
		machine_stop();
	stop_others();
	remember(vector, error, rip, detail);
	console_line("bulkhead: core stopped in the safe state: vector", vector);
	console_line("  error ", error);
	console_line("  rip   ", rip);
	console_line("  detail", detail);
	machine_stop();
}

void panic_check(const char *file, unsigned line)
{
	console_text("bulkhead: broken promise in ");
	console_text(file);
	console_line(" line", line);
	core_panic(PANIC_CHECK, line, 0, 0);
}

const struct crash_record *panic_record(void)
{
	struct crash_record *record = machine_crash_page();

	if (record->magic != CRASH_MAGIC || record->check != sum(record))
		return 0;
	record->magic = 0;
	return record;
}
