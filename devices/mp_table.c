/* SPDX-License-Identifier: ISC */
/*
 * The MP configuration table, for kernels that do not read ACPI: processors, buses 0 (PCI) and 1 (ISA), the I/O APIC, and
 * which of its pins each interrupt arrives at. It says the same as the ACPI tables. With firmware that builds its own.
 *
 * Left out: the extended entries (address spaces), default configurations, the IMCR.
 * Specification: Intel MultiProcessor Specification 1.4, chapter 4.
 */
#include "devices/mp_table.h"
#include "devices/acpi_writer.h"
#include "devices/ioapic.h"
#include "devices/pm.h"

enum { FLOATING_SIZE = 16, HEADER_SIZE = 44, CHECKSUM_IN_FLOATING = 10, CHECKSUM_IN_HEADER = 7 };
enum { LENGTH_IN_HEADER = 4, COUNT_IN_HEADER = 34 };
enum { ENTRY_PROCESSOR, ENTRY_BUS, ENTRY_IOAPIC, ENTRY_INTERRUPT, ENTRY_LOCAL };
enum { PROCESSOR_ENABLED = 1, PROCESSOR_BOOTS = 2, FEATURE_FPU = 1, FEATURE_APIC = 0x200 };
enum { KIND_INT = 0, KIND_NMI = 1, KIND_EXTINT = 3 };
enum { BUS_PCI, BUS_ISA, AS_BUS_SAYS = 0, LEVEL_HIGH = 0xd };
enum { LAPIC_BASE = 0xfee00000, LAPIC_VERSION = 0x14, IOAPIC_VERSION = 0x11, ALL = 0xff };
enum { PCI_DEVICES = 32, PINS = 4, FIRST_PCI_PIN = 16, ISA_IRQS = 16, CASCADE = 2, MAX_CPUS = 16 };

static void write_processor(struct acpi_writer *writer, uint32_t id)
{
	acpi_put(writer, ENTRY_PROCESSOR, 1);
	acpi_put(writer, id, 1);
	acpi_put(writer, LAPIC_VERSION, 1);
	acpi_put(writer, PROCESSOR_ENABLED | (id ? 0u : PROCESSOR_BOOTS), 1);
	acpi_put(writer, 0, 4); /* signature: CPUID says it */
	acpi_put(writer, FEATURE_FPU | FEATURE_APIC, 4);
	acpi_put(writer, 0, 8);
}

static void write_bus(struct acpi_writer *writer, unsigned id, const char *type)
{
	acpi_put(writer, ENTRY_BUS, 1);
	acpi_put(writer, id, 1);
	acpi_put_text(writer, type, 6);
}

static void write_ioapic(struct acpi_writer *writer, uint32_t id)
{
	acpi_put(writer, ENTRY_IOAPIC, 1);
	acpi_put(writer, id, 1);
	acpi_put(writer, IOAPIC_VERSION, 1);
	acpi_put(writer, 1, 1); /* usable */
	acpi_put(writer, IOAPIC_BASE, 4);
}

/* ENTRY_INTERRUPT: to a pin of an I/O APIC; ENTRY_LOCAL: to a LINT pin of local APICs. */
static void write_interrupt(struct acpi_writer *writer, unsigned entry, unsigned kind, unsigned flags, unsigned bus,
                            unsigned irq, uint32_t apic, unsigned pin)
{
	acpi_put(writer, entry, 1);
	acpi_put(writer, kind, 1);
	acpi_put(writer, flags, 2);
	acpi_put(writer, bus, 1);
	acpi_put(writer, irq, 1);
	acpi_put(writer, apic, 1);
	acpi_put(writer, pin, 1);
}

static unsigned write_interrupts(struct acpi_writer *writer, uint32_t ioapic)
{
	unsigned count = 0;

	for (unsigned irq = 0; irq < ISA_IRQS; irq++) {
		if (irq == CASCADE)
			continue;
		write_interrupt(writer, ENTRY_INTERRUPT, KIND_INT, irq == PM_SCI_IRQ ? LEVEL_HIGH : AS_BUS_SAYS,
		                BUS_ISA, irq, ioapic, irq ? irq : 2);
		count++;
	}
	for (unsigned device = 1; device < PCI_DEVICES; device++)
		for (unsigned pin = 0; pin < PINS; pin++) {
			write_interrupt(writer, ENTRY_INTERRUPT, KIND_INT, AS_BUS_SAYS, BUS_PCI, device << 2 | pin,
			                ioapic, FIRST_PCI_PIN + (device - 1 + pin) % PINS);
			count++;
		}
	write_interrupt(writer, ENTRY_LOCAL, KIND_EXTINT, AS_BUS_SAYS, BUS_ISA, 0, 0, 0);
	write_interrupt(writer, ENTRY_LOCAL, KIND_NMI, AS_BUS_SAYS, BUS_ISA, 0, ALL, 1);
	return count + 2;
}

static void write_floating(struct acpi_writer *writer, uint32_t table)
{
	acpi_put_text(writer, "_MP_", 4);
	acpi_put(writer, table, 4);
	acpi_put(writer, FLOATING_SIZE / 16, 1);
	acpi_put(writer, 4, 1); /* version 1.4 */
	acpi_put(writer, 0, 6); /* checksum; there is a table; no IMCR */
	acpi_patch(writer, CHECKSUM_IN_FLOATING, acpi_checksum(writer, 0, FLOATING_SIZE), 1);
}

static void write_header(struct acpi_writer *writer)
{
	acpi_put_text(writer, "PCMP", 4);
	acpi_put(writer, 0, 2);
	acpi_put(writer, 4, 1); /* version 1.4 */
	acpi_put(writer, 0, 1);
	acpi_put_text(writer, "BULKHEAD", 8);
	acpi_put_text(writer, "PC", 12);
	acpi_put(writer, 0, 4 + 2 + 2); /* no table of the maker's; entries */
	acpi_put(writer, LAPIC_BASE, 4);
	acpi_put(writer, 0, 4);
}

enum status mp_table_build(const struct mp_machine *machine, uint8_t *buffer, size_t size, size_t *used)
{
	struct acpi_writer writer = {.bytes = buffer, .size = size};
	const size_t table = FLOATING_SIZE;
	unsigned count = 0;

	if (machine->base % 16 || !machine->cpu_count || machine->cpu_count > MAX_CPUS || machine->ioapic_id > 255)
		return ERR_ARGUMENT;
	write_floating(&writer, machine->base + FLOATING_SIZE);
	write_header(&writer);
	for (; count < machine->cpu_count; count++)
		write_processor(&writer, count);
	write_bus(&writer, BUS_PCI, "PCI");
	write_bus(&writer, BUS_ISA, "ISA");
	write_ioapic(&writer, machine->ioapic_id);
	count += 3 + write_interrupts(&writer, machine->ioapic_id);
	if (writer.full)
		return ERR_FULL;
	acpi_patch(&writer, table + LENGTH_IN_HEADER, writer.used - table, 2);
	acpi_patch(&writer, table + COUNT_IN_HEADER, count, 2);
	acpi_patch(&writer, table + CHECKSUM_IN_HEADER, acpi_checksum(&writer, table, writer.used - table), 1);
	if (used)
		*used = writer.used;
	return OK;
}
