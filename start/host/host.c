/* SPDX-License-Identifier: ISC */
#include "arch/host/host.h"
#include <string.h>
#include "start/machine.h"

/* start/machine.h on top of struct host of arch/host. */
enum status machine_check(const char **what)
{
	*what = host.missing_feature;
	return host.missing_feature ? ERR_FEATURE : OK;
}

uint32_t machine_vendor(void)
{
	return 0;
}

uint32_t machine_tags(void)
{
	return 3;
}

const struct placement_costs *machine_costs(void)
{
	return &placement_costs_amd;
}

const struct table_format *machine_table_format(void)
{
	return &table_format_npt;
}

uint64_t machine_leaf_max(void)
{
	return host.leaf_max ? host.leaf_max : placement_costs_amd.leaf_max;
}

void machine_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t regs[4])
{
	(void)leaf;
	(void)subleaf;
	for (unsigned i = 0; i < 4; i++)
		regs[i] = host.cpuid_value;
}

void machine_permissions(const struct config_header *config, uint32_t subject, uint8_t *pages)
{
	(void)config;
	memset(pages, (int)subject, placement_costs_amd.subject_pages * 4096u);
}

enum status machine_line_open(unsigned gsi, unsigned flags, unsigned cpu, unsigned line)
{
	if (gsi >= HOST_LINES)
		return ERR_FEATURE;
	host.line[gsi].open = host.line[gsi].masked = true;
	host.line[gsi].cpu = cpu;
	host.line[gsi].line = line;
	host.line[gsi].flags = flags;
	return OK;
}

enum status machine_cpus_start(unsigned count)
{
	return host.cpus_fail || count > CONFIG_MAX_CPUS ? ERR_FEATURE : OK;
}
