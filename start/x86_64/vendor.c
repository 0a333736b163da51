/* SPDX-License-Identifier: ISC */
#include "start/x86_64/vendor.h"
#include "arch/x86_64/hw/given.h"
#include "start/x86_64/insn.h"
#include "core/console.h"
#include "start/x86_64/image.h"

uint8_t vendor_area[CONFIG_MAX_CPUS][2][4096] __attribute__((aligned(4096)));

/* start/machine.h, as far as it is a matter of the vendor: the one whose core has been chosen. */
void capability_show(const char *name, bool has, const char *lost)
{
	console_text(has ? "  has " : "  has no ");
	console_text(name);
	console_text(has ? "" : ": ");
	console_text(has ? "" : lost ? lost : "it cannot do without");
	console_text("\n");
}

const char *features_check(const struct feature *used, unsigned count)
{
	uint32_t regs[4];

	for (const struct feature *f = used; f < used + count; f++) {
		cpuid(f->leaf, 0, regs);
		bool has = regs[f->reg] & f->bit;
		capability_show(f->name, has, f->lost);
		if (!has && !f->lost)
			return f->name;
	}
	return 0;
}

void machine_cpuid(uint32_t leaf, uint32_t subleaf, uint32_t regs[4])
{
	cpuid(leaf, subleaf, regs);
}

enum status machine_check(const char **what)
{
	uint32_t regs[4];

	if (image_vendor->check(what) != OK)
		return ERR_FEATURE;
	cpuid(0xd, 0, regs);
	given.xcr0 = regs[CPUID_EAX] | (uint64_t)regs[CPUID_EDX] << 32;
	return OK;
}

uint32_t machine_vendor(void)
{
	return image_vendor->number;
}

uint32_t machine_tags(void)
{
	return given.tags;
}

const struct placement_costs *machine_costs(void)
{
	return image_vendor->costs;
}

const struct table_format *machine_table_format(void)
{
	return image_vendor->format;
}

uint64_t machine_leaf_max(void)
{
	return image_vendor->leaf_max();
}

void machine_permissions(const struct config_header *config, uint32_t subject, uint8_t *pages)
{
	image_vendor->permissions(config, subject, pages);
}
