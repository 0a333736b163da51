/* SPDX-License-Identifier: ISC */
#include "arch/x86_64/hw/ioapic.h"
#include "abi/config.h"
#include "arch/x86_64/hw/apic.h"
#include "arch/x86_64/hw/idt.h"
#include "arch/x86_64/hw/percpu.h"
#include "arch/x86_64/insn.h"
#include "core/machine.h"

/*
 * Physical interrupt lines (82093AA data sheet). A level line is masked here before it is acknowledged, else it would
 * come again at once; an edge line is only acknowledged. The index and data registers are a pair that CPUs share:
 * the lock is held for one access, with interrupts off, and never by an NMI.
 */
enum { INDEX = 0, DATA = 0x10, VERSION = 1, ENTRY = 0x10 };
#define ENTRY_LOW (1u << 13)
#define ENTRY_LEVEL (1u << 15)
#define ENTRY_MASKED (1u << 16)

static struct {
	uint64_t address;
	uint32_t gsi, lines;
} ioapics[ACPI_IOAPICS] ONCE;
static unsigned count ONCE;
static const struct acpi *firmware ONCE;
static struct line {
	uint32_t gsi;
	bool level;
} lines[CONFIG_MAX_LINES] ONCE;
static uint32_t lock;

static volatile uint32_t *at(unsigned index, unsigned offset)
{
	return (volatile uint32_t *)(uintptr_t)(ioapics[index].address + offset);
}

static void take(void)
{
	while (__atomic_exchange_n(&lock, 1, __ATOMIC_ACQUIRE))
		__asm__ volatile("pause");
}

static void give(void)
{
	__atomic_store_n(&lock, 0, __ATOMIC_RELEASE);
}

static uint32_t reg_read(unsigned index, unsigned reg)
{
	*at(index, INDEX) = reg;
	return *at(index, DATA);
}

static void reg_write(unsigned index, unsigned reg, uint32_t value)
{
	*at(index, INDEX) = reg;
	*at(index, DATA) = value;
}

/* Which IOAPIC has this line? `count` if none. */
static unsigned find(unsigned gsi)
{
	unsigned i = 0;
	while (i < count && (gsi < ioapics[i].gsi || gsi - ioapics[i].gsi >= ioapics[i].lines))
		i++;
	return i;
}

void machine_line_mask(unsigned gsi, bool masked)
{
	unsigned i = find(gsi);
	if (i == count)
		return;
	unsigned reg = ENTRY + 2 * (gsi - ioapics[i].gsi);
	take();
	uint32_t entry = reg_read(i, reg);
	reg_write(i, reg, masked ? entry | ENTRY_MASKED : entry & ~ENTRY_MASKED);
	give();
}

void ioapic_interrupt(unsigned line)
{
	if (lines[line].level)
		machine_line_mask(lines[line].gsi, true);
	apic_write(APIC_EOI, 0);
	core_interrupt_line(percpu_number(), line);
}

enum status machine_line_open(unsigned gsi, unsigned flags, unsigned cpu, unsigned line)
{
	unsigned i = find(gsi);
	if (line >= CONFIG_MAX_LINES || cpu >= CONFIG_MAX_CPUS)
		return ERR_INDEX;
	if (i == count || percpu[cpu].apic_id > 0xff)
		return ERR_FEATURE;
	flags = acpi_line_flags(firmware, gsi, flags);
	lines[line] = (struct line){.gsi = gsi, .level = flags & MACHINE_LINE_LEVEL};
	unsigned reg = ENTRY + 2 * (gsi - ioapics[i].gsi);
	take();
	reg_write(i, reg, ENTRY_MASKED);
	reg_write(i, reg + 1, percpu[cpu].apic_id << 24);
	reg_write(i, reg,
	          ENTRY_MASKED | (VECTOR_LINE + line) | (flags & MACHINE_LINE_LOW ? ENTRY_LOW : 0) |
	                  (flags & MACHINE_LINE_LEVEL ? ENTRY_LEVEL : 0));
	give();
	return OK;
}

INIT_TEXT void ioapic_init(const struct acpi *acpi)
{
	firmware = acpi;
	out8(0x21, 0xff);
	out8(0xa1, 0xff);
	for (unsigned i = 0; i < acpi->ioapic_count; i++, count++) {
		ioapics[i].address = acpi->ioapic[i].address;
		ioapics[i].gsi = acpi->ioapic[i].gsi;
		ioapics[i].lines = (reg_read(i, VERSION) >> 16 & 0xff) + 1;
		for (unsigned line = 0; line < ioapics[i].lines; line++)
			reg_write(i, ENTRY + 2 * line, ENTRY_MASKED);
	}
}

unsigned ioapic_count(void)
{
	return count;
}

uint64_t ioapic_address(unsigned index)
{
	return ioapics[index].address;
}
