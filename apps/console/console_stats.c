/* SPDX-License-Identifier: ISC */
#include "abi/config.h"
#include "apps/console/console_names.h"
#include "apps/console/console_stats.h"
#include "lib/text.h"
#include "sdk/clock.h"
#include "sdk/format.h"
#include "sdk/info.h"
#include "sdk/subject.h"

/* Each line is put together in one buffer and printed at once. Counters move meanwhile: each is read once. */
static uint32_t subject_count(void)
{
	return info_get()->subjects.count;
}

static const struct info_subject *subject_at(uint32_t n)
{
	return &INFO_TABLE(info_subject, subjects)[n];
}

static void format_memory(char *to, size_t size, uint64_t bytes)
{
	const uint64_t tenths = (bytes & 0xfffff) * 10 >> 20;

	if (bytes >= 1 << 20 && bytes < 10 << 20 && tenths)
		format(to, size, "%lu.%lu MiB", bytes >> 20, tenths);
	else if (bytes >= 1 << 20)
		format(to, size, "%lu MiB", bytes >> 20);
	else
		format(to, size, "%lu KiB", bytes >> 10);
}

/* "0", "0-1", "0,2": the CPUs of a mask. */
static void format_cpus(char *to, size_t size, uint32_t mask)
{
	size_t used = format(to, size, mask ? "" : "-");

	for (unsigned cpu = 0; cpu < 32; cpu++)
		if (mask >> cpu & 1)
			used += format(to + used, size - used, used ? ",%u" : "%u", cpu);
}

struct life {
	const char *state;
	char restarts[12];
};

static struct life life_of(const struct info_subject *subject)
{
	const struct stats *stats = stats_get();
	struct subject_status status;
	struct life life = {"-", "-"};

	if (stats && subject->id < CONFIG_MAX_SUBJECTS) {
		status.state = (enum subject_state)stats->subject[subject->id].state;
		status.restarts = stats->subject[subject->id].restarts;
	} else if (subject_status(subject->id, &status) != OK) {
		return life;
	}
	life.state = subject_state_name(status.state);
	format(life.restarts, sizeof(life.restarts), "%u", status.restarts);
	return life;
}

const char *console_stats_state(const struct info_subject *subject)
{
	return life_of(subject).state;
}

static const struct console_guest *console_of(const struct console_guests *guests, const char *name)
{
	for (uint32_t i = 0; i < guests->count; i++)
		if (text_equal(guests->guest[i].name, name))
			return &guests->guest[i];
	return 0;
}

void console_stats_subjects(struct console_output *output, const struct console_guests *guests, bool layers)
{
	console_output_print(output, "%-16s %-6s %-8s %9s  %-9s %8s  %s\n", "name", "kind", "cpu", "memory", "state",
	                     "restarts", "console");
	for (uint32_t i = 0; i < subject_count(); i++) {
		const struct info_subject *subject = subject_at(i);
		const struct console_guest *guest = console_of(guests, subject->name);
		struct life life = life_of(subject);
		char memory[16], cpus[24], unread[24] = "-";
		if (subject->kind == KIND_LAYER && !layers)
			continue;
		format_memory(memory, sizeof(memory), subject->memory);
		format_cpus(cpus, sizeof(cpus), subject->cpu_mask);
		if (guest)
			format(unread, sizeof(unread), "%lu bytes new", console_guests_unread(guest));
		console_output_print(output, "%-16s %-6s %-8s %9s  %-9s %8s  %s\n", subject->name,
		                     console_names_kind(subject->kind), cpus, memory, life.state, life.restarts,
		                     unread);
	}
}

/* --- exits --- */

#define VCPU_COLUMNS 4u /* of a line of 80 characters; more vCPUs go into the next table */

static uint64_t exits_of(const struct stats *stats, uint32_t vcpu, uint32_t reason)
{
	return vcpu < CONFIG_MAX_VCPUS ? stats_read(&stats->vcpu[vcpu].exits[reason]) : 0;
}

static void exits_line(struct console_output *output, const struct stats *stats, uint32_t first, uint32_t count,
                       uint32_t reason)
{
	char line[128];
	uint64_t sum = 0;
	size_t used = format(line, sizeof(line), "%-20s", console_names_exit(reason));

	for (uint32_t i = 0; i < count; i++) {
		uint64_t exits = exits_of(stats, first + i, reason);
		sum += exits;
		used += format(line + used, sizeof(line) - used, " %12lu", exits);
	}
	if (sum)
		console_output_print(output, "%s\n", line);
}

static void exits_table(struct console_output *output, const struct stats *stats, const struct info_subject *subject,
                        uint32_t first, uint32_t count)
{
	console_output_print(output, "%-20s", subject->name);
	for (uint32_t i = 0; i < count; i++)
		console_output_print(output, "       vcpu %u", first - subject->vcpu_first + i);
	console_output_text(output, "\n");
	for (uint32_t reason = 0; reason < EXIT_COUNT; reason++)
		exits_line(output, stats, first, count, reason);
	console_output_print(output, "%-20s", "(frame entries)");
	for (uint32_t i = 0; i < count && first + i < CONFIG_MAX_VCPUS; i++)
		console_output_print(output, " %12lu", stats_read(&stats->vcpu[first + i].entries));
	console_output_text(output, "\n");
}

/* What is no exit because the processor does it, on this machine. */
static void exits_assists(struct console_output *output, uint64_t bits)
{
	static const struct {
		uint32_t bit;
		const char *name;
	} assist[] = {{STATS_ASSIST_PRIORITY, "task priority"},
	              {STATS_ASSIST_READS, "reads"},
	              {STATS_ASSIST_ENDS, "ends of interrupts"}};
	char line[80];
	size_t used = 0;

	for (unsigned i = 0; i < sizeof(assist) / sizeof(*assist); i++)
		if (bits & assist[i].bit)
			used += format(line + used, sizeof(line) - used, used ? ", %s" : "%s", assist[i].name);
	if (used)
		console_output_print(output, "no exits in x2APIC mode: %s\n", line);
	if (bits & STATS_ASSIST_CR8)
		console_output_text(output, "no exits in any mode: CR8\n");
}

void console_stats_exits(struct console_output *output, const struct info_subject *subject)
{
	const struct stats *stats = stats_get();

	if (!stats) {
		console_output_text(output, "the description gives this console no statistics\n");
		return;
	}
	for (uint32_t done = 0; done < subject->vcpu_count; done += VCPU_COLUMNS) {
		uint32_t left = subject->vcpu_count - done;
		exits_table(output, stats, subject, subject->vcpu_first + done,
		            left < VCPU_COLUMNS ? left : VCPU_COLUMNS);
	}
	if (subject->vcpu_first < CONFIG_MAX_VCPUS)
		exits_assists(output, stats_read(&stats->vcpu[subject->vcpu_first].assists));
}

/* --- info --- */

static void info_time(struct console_output *output)
{
	uint64_t up = clock_ns() / CLOCK_S, unix_s = clock_unix_ns() / CLOCK_S, second = unix_s % 86400;

	console_output_print(output, "up          %lu s, TSC %lu kHz\n", up, info_get()->tsc_khz);
	if (unix_s)
		console_output_print(output, "time        %02lu:%02lu:%02lu UTC, %lu s since 1970\n", second / 3600,
		                     second / 60 % 60, second % 60, unix_s);
}

static void info_core(struct console_output *output, const struct stats *stats)
{
	char core[16], pristine[16];

	format_memory(core, sizeof(core), stats->core_bytes);
	format_memory(pristine, sizeof(pristine), stats->pristine_bytes);
	console_output_print(output, "core        %s of RAM, pristine images %s\n", core, pristine);
	console_output_print(output, "start       %lu us from entry to the first subject, %lu us of it loading\n",
	                     clock_ns_from_tsc(stats->first_tsc - stats->entry_tsc) / CLOCK_US,
	                     clock_ns_from_tsc(stats->load_ticks) / CLOCK_US);
	console_output_print(output, "schedule    %s, %lu switches so far\n", console_names_schedule(stats->schedule),
	                     stats_read(&stats->switches));
}

static void info_cpu(struct console_output *output, const struct stats_cpu *cpu, uint32_t number, uint64_t first_tsc)
{
	uint64_t frames = stats_read(&cpu->frames), span = (clock_tsc() - first_tsc) / 1000;

	console_output_print(
	        output, "cpu %u       %lu.%lu %% idle, %lu frames, late by %lu ns on average, %lu ns at most\n", number,
	        span ? stats_read(&cpu->idle) / span / 10 : 0, span ? stats_read(&cpu->idle) / span % 10 : 0, frames,
	        frames ? clock_ns_from_tsc(stats_read(&cpu->late_sum) / frames) : 0,
	        clock_ns_from_tsc(stats_read(&cpu->late_max)));
}

void console_stats_info(struct console_output *output, uint64_t lost)
{
	const struct info *info = info_get();
	const struct stats *stats = stats_get();

	console_output_print(output, "system      %s, %u CPUs, %s\n", info->system, info->cpu_count,
	                     info->cpu_vendor == VENDOR_INTEL ? "Intel VT-x" : "AMD-V");
	console_output_print(output, "this app    %s, started %u times\n", info->name, info->epoch + 1);
	info_time(output);
	if (stats)
		info_core(output, stats);
	for (uint32_t i = 0; stats && i < info->cpu_count && i < CONFIG_MAX_CPUS; i++)
		info_cpu(output, &stats->cpu[i], i, stats->first_tsc);
	if (lost)
		console_output_print(output, "terminal    %lu bytes lost\n", lost);
}
