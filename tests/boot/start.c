/* SPDX-License-Identifier: ISC */
#include "core/console.h"
#include "start/system.h"
#include "tests/boot/handed.h"

/* Stands in for start/system.c: shows what the starter has found, builds nothing, and lets the core of main.c run. */
static void show_boot(const struct boot_info *info)
{
	for (unsigned i = 0; i < info->memory_count; i++) {
		console_line("memory base", info->memory[i].base);
		console_line("memory size", info->memory[i].size);
	}
	for (unsigned i = 0; i < info->reserved_count; i++) {
		console_line("reserved base", info->reserved[i].base);
		console_line("reserved size", info->reserved[i].size);
	}
	console_line("package at", info->package);
	console_line("package size", info->package_size);
	console_line("cpus", info->cpu_count);
	console_line("phys_limit", info->phys_limit);
	console_line("ticks since entry", machine_now() - info->entry_tsc);
}

/* The last page of RAM is where the map says: the starter has mapped all that it does not give up. */
static void show_reach(const struct boot_info *info)
{
	const struct placement_range *last = &info->memory[info->memory_count - 1];
	uint64_t end = last->base + last->size;
	volatile uint64_t *word =
	        (volatile uint64_t *)(uintptr_t)((end < info->phys_limit ? end : info->phys_limit) - 8);

	*word = 0x5a5a;
	console_text(*word == 0x5a5a ? "high memory: fine\n" : "high memory: NOT THERE\n");
}

void system_seal(struct system *system)
{
	(void)system;
}

void system_build(const struct boot_info *boot, struct system *system, struct system_maps *maps)
{
	show_boot(boot);
	show_reach(boot);
	system->package = boot->package;
	system->tsc_khz = boot->tsc_khz;
	system->HANDED_CPUS = boot->cpu_count;
	console_line("line status", machine_line_open(2, 0, 0, 3));
	const uint64_t start = machine_now();
	console_line("smp status", machine_cpus_start(boot->cpu_count));
	console_line("smp us", (machine_now() - start) * 1000 / boot->tsc_khz);
	*maps = (struct system_maps){
	        {{boot->package, 4096, false}, {SMALL_RANGE, 0x2000, true}, {LARGE_RANGE, 0x400000, true}}, 3};
}
