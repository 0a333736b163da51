/* SPDX-License-Identifier: ISC */
#include "abi/config.h"
#include "apps/console/console_names.h"
#include "apps/console/console_stats.h"
#include "sdk/clock.h"
#include "sdk/format.h"
#include "sdk/info.h"
#include "sdk/subject.h"

/*
 * Measured shares are differences: of each vCPU's run time and of the TSC, since the moment this console noticed the last
 * switch (at most a millisecond late for its own switches; see console_app.c). A guest and its layer count as one.
 */
_Static_assert(sizeof(((struct console_shares *)0)->runtime) == CONFIG_MAX_VCPUS * sizeof(uint64_t), "one per vCPU");
#define PLAN_COLUMNS 5u /* schedules in a line of 80 characters */

static void measure_from_now(struct console_shares *shares, const struct stats *stats)
{
	shares->switches = stats_read(&stats->switches);
	shares->since = clock_tsc();
	for (uint32_t i = 0; i < CONFIG_MAX_VCPUS; i++)
		shares->runtime[i] = stats_read(&stats->vcpu[i].runtime);
}

void console_shares_open(struct console_shares *shares)
{
	const struct stats *stats = stats_get();

	*shares = (struct console_shares){0};
	if (!stats)
		return;
	if (stats_read(&stats->switches))
		measure_from_now(shares, stats);
	else
		shares->since = stats->first_tsc;
}

bool console_shares_update(struct console_shares *shares)
{
	const struct stats *stats = stats_get();

	if (!stats || stats_read(&stats->switches) == shares->switches)
		return false;
	measure_from_now(shares, stats);
	return true;
}

static uint64_t ran(const struct console_shares *shares, const struct stats *stats, const struct info_subject *subject)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; subject && i < subject->vcpu_count; i++) {
		uint32_t vcpu = subject->vcpu_first + i;
		if (vcpu < CONFIG_MAX_VCPUS)
			sum += stats_read(&stats->vcpu[vcpu].runtime) - shares->runtime[vcpu];
	}
	return sum;
}

static void format_share(char *to, size_t size, uint64_t part, uint64_t whole)
{
	/* In hundredths of a percent, the whole scaled instead of the part: no overflow. */
	uint64_t share = whole >= 10000 ? part / (whole / 10000) : 0;

	format(to, size, "%lu.%02lu %%", share / 100, share % 100);
}

static void format_plan(char *to, size_t size, uint32_t schedule, uint32_t subject)
{
	const struct info_share *share = INFO_TABLE(info_share, shares);
	uint64_t share_us = 0, major_us = 0;

	for (uint32_t i = 0; i < info_get()->shares.count; i++)
		if (share[i].schedule == schedule && share[i].subject == subject) {
			share_us += share[i].share_us * 10000;
			major_us = share[i].major_us * 10000;
		}
	format_share(to, size, share_us, major_us);
}

static void schedules(struct console_output *output, const struct stats *stats)
{
	const struct info_schedule *schedule = INFO_TABLE(info_schedule, schedules);
	uint32_t now = stats ? stats->schedule : info_get()->schedule, next = stats ? stats->schedule_next : now;

	for (uint32_t i = 0; i < info_get()->schedules.count; i++)
		console_output_print(output, "%c %-16s %8lu us%s\n", i == now ? '*' : ' ', schedule[i].name,
		                     schedule[i].major_us, i == next && i != now ? "  (switch pending)" : "");
	console_output_text(output, "\n");
}

static void heading(struct console_output *output, uint32_t columns)
{
	char plan[NAME_BYTES + 8];

	console_output_print(output, "%-16s", "subject");
	for (uint32_t i = 0; i < columns; i++) {
		format(plan, sizeof(plan), "plan %s", console_names_schedule(i));
		console_output_print(output, " %9.9s", plan);
	}
	console_output_print(output, "  %9s\n", "measured");
}

static void row(struct console_output *output, const struct console_shares *shares, const struct stats *stats,
                const struct info_subject *subject, uint32_t columns)
{
	const struct info_subject *partner = subject->kind == KIND_GUEST ? info_subject_id(subject->partner) : 0;
	char text[24] = "-";

	console_output_print(output, "%-16s", subject->name);
	for (uint32_t i = 0; i < columns; i++) {
		format_plan(text, sizeof(text), i, subject->id);
		console_output_print(output, " %9s", text);
	}
	format(text, sizeof(text), "-");
	if (stats)
		format_share(text, sizeof(text), ran(shares, stats, subject) + ran(shares, stats, partner),
		             clock_tsc() - shares->since);
	console_output_print(output, "  %9s\n", text);
}

void console_stats_schedule(struct console_output *output, const struct console_shares *shares)
{
	const struct stats *stats = stats_get();
	const struct info_subject *subject = INFO_TABLE(info_subject, subjects);
	uint32_t count = info_get()->schedules.count, columns = count < PLAN_COLUMNS ? count : PLAN_COLUMNS;
	uint64_t ms = clock_ns_from_tsc(clock_tsc() - shares->since) / CLOCK_MS;

	schedules(output, stats);
	heading(output, columns);
	for (uint32_t i = 0; i < info_get()->subjects.count; i++)
		if (subject[i].kind != KIND_LAYER)
			row(output, shares, stats, &subject[i], columns);
	if (stats)
		console_output_print(output,
		                     "measured over %lu.%03lu s, in percent of one CPU, layers with their guests\n",
		                     ms / 1000, ms % 1000);
}
