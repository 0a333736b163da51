/* SPDX-License-Identifier: ISC */
/*
 * The ACPI tables of a guest's PC: RSDP, RSDT, XSDT, FADT, FACS, MADT, HPET, MCFG, DSDT.
 *
 * The machine is the plain PC the models make: ACPI mode always on (no SMI port), SCI on line 9, PM timer, reset by
 * CF9, I/O APIC with the usual two overrides. It is not hardware-reduced, because that would take PIC, PIT and RTC away.
 * The power button is the fixed one (PM1 status bit 8); there is no sleep button and no RTC wake-up. Where PCI interrupts
 * arrive is fixed: pins 16 to 19 of the I/O APIC, or, to a guest on the PIC, lines 10 and 11 as firmware routes them.
 *
 * The bus can also be configured by memory, which no i440FX could: MCFG names the place, and a motherboard resource
 * (PNP0C02) reserves it, because systems use it only then (PCI Firmware 3.2, 4.1.2).
 *
 * Left out: SRAT, processor objects (MADT suffices), PCI link devices.
 * Specification: ACPI 6.4, 5.2 (tables), 6.4 (resources), 7.4.2.6 (_S5), 20 (AML).
 */
#include "devices/acpi.h"
#include "devices/acpi_writer.h"
#include "devices/hpet.h"
#include "devices/ioapic.h"
#include "devices/pci.h"
#include "devices/pm.h"

enum { FADT_SIZE = 276, RSDP_SIZE = ACPI_RSDP_SIZE, FACS_SIZE = 64, LAPIC_BASE = 0xfee00000 };
enum { PCI_WINDOW_LAST = 0xfebfffff };
enum { FADT_WBINVD = 0x001, FADT_PROC_C1 = 0x004, FADT_NO_SLEEP_BUTTON = 0x020, FADT_NO_FIXED_RTC = 0x040 };
enum { FADT_RESET_REG = 0x400 };
enum { BOOT_LEGACY_DEVICES = 1, BOOT_8042 = 2, BOOT_NO_VGA = 4 };
enum { AML_STORE = 0x70, AML_ARG0 = 0x68, AML_RETURN = 0xa4 };
enum { PCI_DEVICES_ROUTED = 31, PINS = 4, APIC_FIRST = 16, PIC_FIRST = 10 };
enum { RESET_PORT = 0xcf9, RESET_VALUE = 6, CENTURY = 0x32 };

/* --- DSDT --- */

static void write_device(struct acpi_writer *writer, const char *hid, uint32_t uid)
{
	aml_name(writer, "_HID");
	aml_eisa_id(writer, hid);
	aml_name(writer, "_UID");
	aml_integer(writer, uid);
}

/* Which global interrupt each pin of each device arrives at. 1.3 is the power management's own line. */
static void write_routes(struct acpi_writer *writer, const char *name, bool apic)
{
	size_t package;

	aml_name(writer, name);
	package = aml_begin(writer, AML_PACKAGE);
	acpi_put(writer, PCI_DEVICES_ROUTED * PINS, 1);
	for (uint32_t device = 1; device <= PCI_DEVICES_ROUTED; device++)
		for (uint32_t pin = 0; pin < PINS; pin++) {
			uint32_t wire = (device - 1 + pin) % PINS;
			uint32_t line = apic ? APIC_FIRST + wire : PIC_FIRST + wire / 2;
			size_t route = aml_begin(writer, AML_PACKAGE);

			acpi_put(writer, 4, 1);
			aml_integer(writer, device << 16 | 0xffff);
			aml_integer(writer, pin);
			aml_integer(writer, 0);
			aml_integer(writer, device == 1 && pin == 0 ? PM_SCI_IRQ : line);
			aml_end(writer, route);
		}
	aml_end(writer, package);
}

/* The system says by \_PIC whether it uses the I/O APIC; _PRT answers for that. */
static void write_pic_method(struct acpi_writer *writer)
{
	size_t method;

	aml_name(writer, "PICF");
	aml_integer(writer, 0);
	method = aml_begin(writer, AML_METHOD);
	acpi_put_text(writer, "_PIC", 4);
	acpi_put(writer, 1, 1); /* one argument */
	acpi_put(writer, AML_STORE, 1);
	acpi_put(writer, AML_ARG0, 1);
	acpi_put_text(writer, "PICF", 4);
	aml_end(writer, method);
}

static void write_prt(struct acpi_writer *writer)
{
	size_t method = aml_begin(writer, AML_METHOD), branch;

	acpi_put_text(writer, "_PRT", 4);
	acpi_put(writer, 0, 1);
	branch = aml_begin(writer, AML_IF);
	acpi_put_text(writer, "PICF", 4);
	acpi_put(writer, AML_RETURN, 1);
	acpi_put_text(writer, "PRA_", 4);
	aml_end(writer, branch);
	acpi_put(writer, AML_RETURN, 1);
	acpi_put_text(writer, "PRP_", 4);
	aml_end(writer, method);
}

static void write_pci_root(struct acpi_writer *writer, uint32_t window, bool vga)
{
	size_t device = aml_begin(writer, AML_DEVICE), resources;

	acpi_put_text(writer, "PCI0", 4);
	write_device(writer, "PNP0A03", 0);
	resources = aml_resources_begin(writer);
	aml_window(writer, AML_WINDOW_BUS, 0, 0);
	aml_io(writer, 0xcf8, 8);
	aml_window(writer, AML_WINDOW_IO, 0, 0xcf7);
	aml_window(writer, AML_WINDOW_IO, 0xd00, 0xffff);
	if (vga)
		aml_window(writer, AML_WINDOW_MEMORY, 0xa0000, 0xbffff);
	aml_window(writer, AML_WINDOW_MEMORY, window, PCI_WINDOW_LAST);
	aml_resources_end(writer, resources);
	write_routes(writer, "PRA_", true);
	write_routes(writer, "PRP_", false);
	write_prt(writer);
	aml_end(writer, device);
}

static void write_isa_device(struct acpi_writer *writer, const char *name, const char *hid, uint32_t uid,
                             struct serial_place place, uint8_t ports)
{
	size_t device = aml_begin(writer, AML_DEVICE), resources;

	acpi_put_text(writer, name, 4);
	write_device(writer, hid, uid);
	resources = aml_resources_begin(writer);
	aml_io(writer, place.base, ports);
	aml_irq(writer, place.irq);
	aml_resources_end(writer, resources);
	aml_end(writer, device);
}

static void write_keyboard(struct acpi_writer *writer)
{
	size_t device = aml_begin(writer, AML_DEVICE), resources;

	acpi_put_text(writer, "KBD_", 4);
	write_device(writer, "PNP0303", 0);
	resources = aml_resources_begin(writer);
	aml_io(writer, 0x60, 1);
	aml_io(writer, 0x64, 1);
	aml_irq(writer, 1);
	aml_resources_end(writer, resources);
	aml_end(writer, device);
	device = aml_begin(writer, AML_DEVICE);
	acpi_put_text(writer, "MOU_", 4);
	write_device(writer, "PNP0F13", 0);
	resources = aml_resources_begin(writer);
	aml_irq(writer, 12);
	aml_resources_end(writer, resources);
	aml_end(writer, device);
}

/* What the memory of the configuration space is: in use. */
static void write_board(struct acpi_writer *writer)
{
	size_t device = aml_begin(writer, AML_DEVICE), resources;

	acpi_put_text(writer, "ECAM", 4);
	write_device(writer, "PNP0C02", 0);
	resources = aml_resources_begin(writer);
	aml_memory(writer, PCI_ECAM_BASE, PCI_ECAM_BYTES);
	aml_resources_end(writer, resources);
	aml_end(writer, device);
}

static void write_s5(struct acpi_writer *writer)
{
	size_t package;

	aml_name(writer, "_S5_");
	package = aml_begin(writer, AML_PACKAGE);
	acpi_put(writer, 4, 1);
	aml_integer(writer, PM_SLP_TYP_S5);
	for (unsigned i = 0; i < 3; i++)
		aml_integer(writer, 0);
	aml_end(writer, package);
}

static size_t write_dsdt(struct acpi_writer *writer, const struct acpi_machine *machine)
{
	static const char names[SERIAL_PLACES][5] = {"COM1", "COM2", "COM3", "COM4"};
	size_t table = acpi_table_begin(writer, "DSDT", 2), scope;

	write_s5(writer);
	write_pic_method(writer);
	scope = aml_begin(writer, AML_SCOPE);
	acpi_put_text(writer, "_SB_", 4);
	write_pci_root(writer, machine->pci_window, machine->vga);
	write_board(writer);
	write_isa_device(writer, "RTC_", "PNP0B00", 0, (struct serial_place){0x70, 8}, 2);
	if (machine->keyboard)
		write_keyboard(writer);
	for (uint32_t i = 0; i < machine->serial_count; i++)
		write_isa_device(writer, names[i], "PNP0501", i + 1, machine->serial[i], 8);
	aml_end(writer, scope);
	acpi_table_end(writer, table);
	return table;
}

/* --- the other tables --- */

/* A generic address structure in I/O space; width 0 is no register. */
static void write_register(struct acpi_writer *writer, uint16_t port, uint8_t bits)
{
	acpi_put(writer, bits ? 1 : 0, 1);
	acpi_put(writer, bits, 1);
	acpi_put(writer, 0, 1);
	acpi_put(writer, bits == 8 ? 1 : bits == 16 ? 2 : bits == 32 ? 3 : 0, 1);
	acpi_put(writer, port, 8);
}

static void write_fadt_ports(struct acpi_writer *writer, uint16_t base)
{
	acpi_put(writer, base, 4);      /* PM1a events */
	acpi_put(writer, 0, 4);         /* PM1b events */
	acpi_put(writer, base + 4u, 4); /* PM1a control */
	acpi_put(writer, 0, 8);         /* PM1b and PM2 control */
	acpi_put(writer, base + 8u, 4); /* timer */
	acpi_put(writer, 0, 8);         /* GPE 0 and 1 */
	acpi_put(writer, 4, 1);         /* lengths in the same order: events */
	acpi_put(writer, 2, 1);         /* control */
	acpi_put(writer, 0, 1);
	acpi_put(writer, 4, 1); /* timer */
	acpi_put(writer, 0, 4);
	acpi_put(writer, 0xfff, 2); /* latencies: no C2, no C3 */
	acpi_put(writer, 0xfff, 2);
	acpi_put(writer, 0, 8); /* cache flush by WBINVD; no duty cycle; no alarm day or month */
}

static void write_fadt_extended(struct acpi_writer *writer, uint16_t base)
{
	write_register(writer, base, 32);
	write_register(writer, 0, 0);
	write_register(writer, (uint16_t)(base + 4), 16);
	write_register(writer, 0, 0);
	write_register(writer, 0, 0);
	write_register(writer, (uint16_t)(base + 8), 32);
	for (unsigned i = 0; i < 4; i++) /* GPE 0 and 1, sleep control and status */
		write_register(writer, 0, 0);
	acpi_put(writer, 0, 8); /* hypervisor vendor */
}

static size_t write_fadt(struct acpi_writer *writer, const struct acpi_machine *machine, uint64_t facs, uint64_t dsdt)
{
	size_t table = acpi_table_begin(writer, "FACP", 6);

	acpi_put_pointer(writer, facs, 4);
	acpi_put_pointer(writer, dsdt, 4);
	acpi_put(writer, 0, 2); /* reserved; no preferred profile */
	acpi_put(writer, PM_SCI_IRQ, 2);
	acpi_put(writer, 0, 8); /* no SMI command port and no commands: always in ACPI mode */
	write_fadt_ports(writer, machine->pm_base);
	acpi_put(writer, CENTURY, 1);
	acpi_put(writer, BOOT_LEGACY_DEVICES | (machine->keyboard ? BOOT_8042 : 0u) | (machine->vga ? 0u : BOOT_NO_VGA),
	         2);
	acpi_put(writer, 0, 1);
	acpi_put(writer, FADT_WBINVD | FADT_PROC_C1 | FADT_NO_SLEEP_BUTTON | FADT_NO_FIXED_RTC | FADT_RESET_REG, 4);
	write_register(writer, RESET_PORT, 8);
	acpi_put(writer, RESET_VALUE, 1);
	acpi_put(writer, 0, 2); /* Arm boot flags */
	acpi_put(writer, 4, 1); /* version 6.4 */
	acpi_put(writer, 0, 8); /* FACS lies below 4 GiB: its 32-bit address holds */
	acpi_put_pointer(writer, dsdt, 8);
	write_fadt_extended(writer, machine->pm_base);
	acpi_table_end(writer, table);
	return table;
}

static void write_override(struct acpi_writer *writer, uint8_t irq, uint8_t pin, uint16_t flags)
{
	acpi_put(writer, 2, 1);
	acpi_put(writer, 10, 1);
	acpi_put(writer, 0, 1); /* ISA */
	acpi_put(writer, irq, 1);
	acpi_put(writer, pin, 4);
	acpi_put(writer, flags, 2);
}

static void write_local_apic(struct acpi_writer *writer, uint32_t id)
{
	acpi_put(writer, 0, 1);
	acpi_put(writer, 8, 1);
	acpi_put(writer, id, 1); /* processor UID */
	acpi_put(writer, id, 1);
	acpi_put(writer, 1, 4); /* enabled */
}

static size_t write_madt(struct acpi_writer *writer, const struct acpi_machine *machine)
{
	size_t table = acpi_table_begin(writer, "APIC", 5);

	acpi_put(writer, LAPIC_BASE, 4);
	acpi_put(writer, 1, 4); /* there is a PIC pair too */
	for (uint32_t id = 0; id < machine->cpu_count; id++)
		write_local_apic(writer, id);
	acpi_put(writer, 1, 1);
	acpi_put(writer, 12, 1);
	acpi_put(writer, machine->ioapic_id, 2);
	acpi_put(writer, IOAPIC_BASE, 4);
	acpi_put(writer, 0, 4); /* its first global interrupt */
	write_override(writer, 0, 2, 0);
	write_override(writer, PM_SCI_IRQ, PM_SCI_IRQ, 0x0d); /* level, active high */
	acpi_put(writer, 4, 1);                               /* NMI at LINT1 of all */
	acpi_put(writer, 6, 1);
	acpi_put(writer, 0xff, 1);
	acpi_put(writer, 0, 2);
	acpi_put(writer, 1, 1);
	acpi_table_end(writer, table);
	return table;
}

static size_t write_hpet(struct acpi_writer *writer)
{
	size_t table = acpi_table_begin(writer, "HPET", 1);

	acpi_put(writer, HPET_BLOCK_ID, 4);
	acpi_put(writer, 0, 4); /* memory, of no stated width */
	acpi_put(writer, HPET_BASE, 8);
	acpi_put(writer, 0, 1);    /* its number */
	acpi_put(writer, 0x80, 2); /* least ticks of a periodic timer */
	acpi_put(writer, 0, 1);
	acpi_table_end(writer, table);
	return table;
}

static size_t write_mcfg(struct acpi_writer *writer)
{
	size_t table = acpi_table_begin(writer, "MCFG", 1);

	acpi_put(writer, 0, 8);
	acpi_put(writer, PCI_ECAM_BASE, 8);
	acpi_put(writer, 0, 2); /* segment */
	acpi_put(writer, 0, 2); /* first and last bus */
	acpi_put(writer, 0, 4);
	acpi_table_end(writer, table);
	return table;
}

static size_t write_root(struct acpi_writer *writer, const char *signature, const uint64_t *tables, unsigned count,
                         unsigned width)
{
	size_t table = acpi_table_begin(writer, signature, 1);

	for (unsigned i = 0; i < count; i++)
		acpi_put_pointer(writer, tables[i], width);
	acpi_table_end(writer, table);
	return table;
}

/* The pointer is reserved at the start of the buffer and filled in when the addresses are known. */
static void write_rsdp(struct acpi_writer *writer, uint64_t rsdt, uint64_t xsdt)
{
	struct acpi_writer rsdp = {.bytes = writer->bytes, .size = RSDP_SIZE};

	acpi_put_text(&rsdp, "RSD PTR ", 8);
	acpi_put(&rsdp, 0, 1);
	acpi_put_text(&rsdp, "BULKHD", 6);
	acpi_put(&rsdp, 2, 1);
	acpi_put(&rsdp, rsdt, 4);
	acpi_put(&rsdp, RSDP_SIZE, 4);
	acpi_put(&rsdp, xsdt, 8);
	acpi_put(&rsdp, 0, 4);
	acpi_patch(&rsdp, 8, acpi_checksum(&rsdp, 0, 20), 1);
	acpi_patch(&rsdp, 32, acpi_checksum(&rsdp, 0, RSDP_SIZE), 1);
}

static size_t write_facs(struct acpi_writer *writer)
{
	size_t table;

	acpi_align(writer, 64);
	table = writer->used;
	acpi_put_text(writer, "FACS", 4);
	acpi_put(writer, FACS_SIZE, 4);
	for (unsigned i = 8; i < FACS_SIZE; i++)
		acpi_put(writer, i == 32 ? 2 : 0, 1); /* version */
	return table;
}

static enum status check(const struct acpi_machine *machine, size_t size)
{
	if (machine->base % 64 || machine->base > UINT32_MAX - ACPI_MAX_SIZE)
		return ERR_ARGUMENT;
	if (!machine->cpu_count || machine->cpu_count > 255 || machine->ioapic_id > 15)
		return ERR_ARGUMENT;
	if (machine->serial_count > SERIAL_PLACES || machine->pci_window > PCI_WINDOW_LAST)
		return ERR_ARGUMENT;
	for (uint32_t i = 0; i < machine->serial_count; i++)
		if (machine->serial[i].irq > 15)
			return ERR_ARGUMENT;
	return size < RSDP_SIZE ? ERR_FULL : OK;
}

enum status acpi_build(const struct acpi_machine *machine, uint8_t *buffer, size_t size, size_t *used,
                       struct acpi_map *map)
{
	struct acpi_writer writer = {.bytes = buffer, .size = size, .map = map};
	enum status status = check(machine, size);
	uint64_t tables[4];
	unsigned count = 3;
	size_t facs, dsdt, rsdt, xsdt;

	if (status)
		return status;
	if (map)
		*map = (struct acpi_map){0};
	for (unsigned i = 0; i < RSDP_SIZE; i++)
		acpi_put(&writer, 0, 1);
	facs = write_facs(&writer);
	dsdt = write_dsdt(&writer, machine);
	tables[0] = machine->base + write_fadt(&writer, machine, machine->base + facs, machine->base + dsdt);
	tables[1] = machine->base + write_madt(&writer, machine);
	tables[2] = machine->base + write_mcfg(&writer);
	if (machine->hpet)
		tables[count++] = machine->base + write_hpet(&writer);
	rsdt = write_root(&writer, "RSDT", tables, count, 4);
	xsdt = write_root(&writer, "XSDT", tables, count, 8);
	if (writer.full)
		return ERR_FULL;
	write_rsdp(&writer, machine->base + rsdt, machine->base + xsdt);
	if (used)
		*used = writer.used;
	return OK;
}
