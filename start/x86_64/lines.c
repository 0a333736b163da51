/* SPDX-License-Identifier: ISC */
#include "start/x86_64/lines.h"
#include "arch/x86_64/hw/ioapic.h"
#include "start/x86_64/insn.h"
#include "start/machine.h"

/* Physical interrupt lines, as the firmware describes them: the core masks and opens them (hw/ioapic.c). */
enum { VERSION = 1, ENTRY = 0x10 };
static const struct acpi *firmware;
static uint32_t line_count[ACPI_IOAPICS];

unsigned lines_ioapics(void)
{
	return firmware->ioapic_count;
}

uint64_t lines_ioapic(unsigned index)
{
	return firmware->ioapic[index].address;
}

void lines_init(const struct acpi *acpi)
{
	firmware = acpi;
	out8(0x21, 0xff);
	out8(0xa1, 0xff);
	for (unsigned i = 0; i < acpi->ioapic_count; i++) {
		line_count[i] = (*ioapic_select(lines_ioapic(i), VERSION) >> 16 & 0xff) + 1;
		for (unsigned line = 0; line < line_count[i]; line++)
			ioapic_write(lines_ioapic(i), ENTRY + 2 * line, IOAPIC_MASKED);
	}
}

/* Which IOAPIC has this line? ioapic_count if none. */
static unsigned find(unsigned gsi)
{
	unsigned i = 0;

	while (i < firmware->ioapic_count &&
	       (gsi < firmware->ioapic[i].gsi || gsi - firmware->ioapic[i].gsi >= line_count[i]))
		i++;
	return i;
}

enum status machine_line_open(unsigned gsi, unsigned flags, unsigned cpu, unsigned line)
{
	const unsigned i = find(gsi);

	if (i == firmware->ioapic_count || given.percpu[cpu].apic_id > 0xff)
		return ERR_FEATURE;
	flags = acpi_line_flags(firmware, gsi, flags);
	struct given_line *l = &given.line[line];
	*l = (struct given_line){
	        .ioapic = lines_ioapic(i),
	        .entry = ENTRY + 2 * (gsi - firmware->ioapic[i].gsi),
	        .level = flags & MACHINE_LINE_LEVEL,
	        .low = flags & MACHINE_LINE_LOW,
	};
	ioapic_write(l->ioapic, l->entry, IOAPIC_MASKED);
	ioapic_write(l->ioapic, l->entry + 1, given.percpu[cpu].apic_id << 24);
	ioapic_write(l->ioapic, l->entry, ioapic_entry(l, line) | IOAPIC_MASKED);
	return OK;
}
