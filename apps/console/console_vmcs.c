/* SPDX-License-Identifier: ISC */
#include "apps/console/console_vmcs.h"
#include "sdk/format.h"

/*
 * Exactly the fields that the core's walk of the entry checks can name (arch/x86_64/intel/check.c), by their encoding:
 * those of the segment registers are a table of registers by a table of properties, 2 apart.
 */
#define REGISTERS 8u

static const char *plain(uint64_t field)
{
	static const struct {
		uint32_t field;
		const char *name;
	} names[] = {
	        {0x2800, "VMCS link pointer"},
	        {0x2802, "IA32_DEBUGCTL"},
	        {0x2804, "IA32_PAT"},
	        {0x2806, "IA32_EFER"},
	        {0x4824, "interruptibility state"},
	        {0x4826, "activity state"},
	        {0x6800, "CR0"},
	        {0x6802, "CR3"},
	        {0x6804, "CR4"},
	        {0x6816, "GDTR base"},
	        {0x6818, "IDTR base"},
	        {0x681a, "DR7"},
	        {0x681e, "RIP"},
	        {0x6820, "RFLAGS"},
	        {0x6822, "pending debug exceptions"},
	        {0x6824, "IA32_SYSENTER_ESP"},
	        {0x6826, "IA32_SYSENTER_EIP"},
	};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].field == field)
			return names[i].name;
	return 0;
}

void console_vmcs_field(char *to, size_t size, uint64_t field)
{
	static const char *const registers[REGISTERS] = {"ES", "CS", "SS", "DS", "FS", "GS", "LDTR", "TR"};
	static const struct {
		uint32_t first;
		const char *name;
	} properties[] = {{0x0800, "selector"}, {0x4814, "access rights"}, {0x6806, "base"}};
	const char *name = plain(field);

	if (name) {
		format(to, size, "%s", name);
		return;
	}
	for (unsigned i = 0; i < sizeof(properties) / sizeof(properties[0]); i++)
		if (field - properties[i].first < 2 * REGISTERS && field % 2 == 0) {
			format(to, size, "%s %s", registers[(field - properties[i].first) / 2], properties[i].name);
			return;
		}
	if (field)
		format(to, size, "VMCS field 0x%lx", field);
	else
		format(to, size, "none that the core knows");
}
