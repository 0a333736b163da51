/* SPDX-License-Identifier: ISC */
#include "start/x86_64/acpi.h"
#include "start/machine.h"

/*
 * A table is used only after table_at() has seen it whole inside the view with a good checksum; from then on offsets
 * are compared with its length alone.
 */
#define TABLES_MAX 256u
#define RECORDS_MAX 1024u
#define HEADER 36u
#define RSDP_SIGNATURE UINT64_C(0x2052545020445352) /* "RSD PTR " */
#define SIGNATURE(a, b, c, d) ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)

enum madt_record { MADT_LAPIC = 0, MADT_IOAPIC = 1, MADT_OVERRIDE = 2, MADT_LAPIC_ADDRESS = 5, MADT_X2APIC = 9 };
#define MADT_CPU_ENABLED 1u
#define FADT_RESET_SUPPORTED (1u << 10)
#define SPACE_IO 1u

static uint8_t sum(const uint8_t *bytes, uint32_t size)
{
	uint8_t total = 0;
	for (uint32_t i = 0; i < size; i++)
		total = (uint8_t)(total + bytes[i]);
	return total;
}

static const uint8_t *rsdp_at(const struct phys_view *view, uint64_t at)
{
	const uint8_t *rsdp = phys_at(view, at, 20);

	return rsdp && phys_u64(rsdp) == RSDP_SIGNATURE && sum(rsdp, 20) == 0 ? rsdp : NULL;
}

static uint64_t find_in(const struct phys_view *view, uint64_t from, uint64_t to)
{
	for (uint64_t at = from; at < to; at += 16)
		if (rsdp_at(view, at))
			return at;
	return 0;
}

uint64_t acpi_find(const struct phys_view *view)
{
	const uint8_t *segment = phys_at(view, 0x40e, 2);
	uint64_t ebda = segment ? (uint64_t)phys_u16(segment) << 4 : 0;
	uint64_t found = ebda ? find_in(view, ebda, ebda + 1024) : 0;
	return found ? found : find_in(view, 0xe0000, 0x100000);
}

static const uint8_t *table_at(const struct phys_view *view, uint64_t at, uint32_t *length)
{
	const uint8_t *table = phys_at(view, at, HEADER);
	if (!table)
		return NULL;
	*length = phys_u32(table + 4);
	if (*length < HEADER || *length > (1u << 20))
		return NULL;
	table = phys_at(view, at, *length);
	return table && sum(table, *length) == 0 ? table : NULL;
}

static void add_cpu(struct acpi *acpi, uint32_t id, uint32_t flags)
{
	for (uint32_t i = 0; i < acpi->cpu_count; i++)
		if (acpi->cpu[i] == id)
			return; /* listed as xAPIC and x2APIC */
	if ((flags & MADT_CPU_ENABLED) && acpi->cpu_count < ACPI_CPUS)
		acpi->cpu[acpi->cpu_count++] = id;
}

static void madt_record(struct acpi *acpi, const uint8_t *record, uint8_t size)
{
	if (record[0] == MADT_LAPIC && size >= 8 && record[3] != 0xff) {
		add_cpu(acpi, record[3], phys_u32(record + 4));
	} else if (record[0] == MADT_X2APIC && size >= 16) {
		add_cpu(acpi, phys_u32(record + 4), phys_u32(record + 8));
	} else if (record[0] == MADT_IOAPIC && size >= 12 && acpi->ioapic_count < ACPI_IOAPICS) {
		struct acpi_ioapic *ioapic = &acpi->ioapic[acpi->ioapic_count++];
		ioapic->address = phys_u32(record + 4);
		ioapic->gsi = phys_u32(record + 8);
	} else if (record[0] == MADT_OVERRIDE && size >= 10 && acpi->override_count < ACPI_OVERRIDES) {
		struct acpi_override *override = &acpi->override[acpi->override_count++];
		override->gsi = phys_u32(record + 4);
		override->flags = phys_u16(record + 8);
	} else if (record[0] == MADT_LAPIC_ADDRESS && size >= 12) {
		acpi->lapic = phys_u64(record + 4);
	}
}

static void madt_read(struct acpi *acpi, const uint8_t *madt, uint32_t length)
{
	if (length < HEADER + 8)
		return;
	acpi->lapic = phys_u32(madt + HEADER);
	uint32_t at = HEADER + 8;
	for (unsigned i = 0; i < RECORDS_MAX && length - at >= 2; i++) {
		uint8_t size = madt[at + 1];
		if (size < 2 || size > length - at)
			return;
		madt_record(acpi, madt + at, size);
		at += size;
	}
}

static void fadt_read(struct acpi *acpi, const uint8_t *fadt, uint32_t length)
{
	if (length < 129 || !(phys_u32(fadt + 112) & FADT_RESET_SUPPORTED) || fadt[116] != SPACE_IO)
		return;
	acpi->reset_port = phys_u16(fadt + 120);
	acpi->reset_value = fadt[128];
}

enum status acpi_parse(const struct phys_view *view, uint64_t at, struct acpi *acpi)
{
	*acpi = (struct acpi){0};
	const uint8_t *rsdp = rsdp_at(view, at);
	if (!rsdp)
		return ERR_RANGE;
	bool extended = rsdp[15] >= 2 && phys_at(view, at, 36) && sum(rsdp, 36) == 0 && phys_u64(rsdp + 24) != 0;
	uint32_t width = extended ? 8 : 4, length = 0;
	const uint8_t *root = table_at(view, extended ? phys_u64(rsdp + 24) : phys_u32(rsdp + 16), &length);
	if (!root)
		return ERR_CORRUPT;
	bool found = false;
	for (uint32_t i = 0; i < TABLES_MAX && HEADER + (i + 1) * width <= length; i++) {
		const uint8_t *entry = root + HEADER + i * width;
		uint32_t table_length = 0;
		const uint8_t *table = table_at(view, extended ? phys_u64(entry) : phys_u32(entry), &table_length);
		if (table && phys_u32(table) == SIGNATURE('A', 'P', 'I', 'C') && !found) {
			madt_read(acpi, table, table_length);
			found = true;
		}
		if (table && phys_u32(table) == SIGNATURE('F', 'A', 'C', 'P'))
			fadt_read(acpi, table, table_length);
	}
	return found ? OK : ERR_EMPTY;
}

unsigned acpi_line_flags(const struct acpi *acpi, uint32_t gsi, unsigned flags)
{
	for (uint32_t i = 0; i < acpi->override_count; i++) {
		if (acpi->override[i].gsi != gsi)
			continue;
		unsigned polarity = acpi->override[i].flags & 3u, trigger = acpi->override[i].flags >> 2 & 3u;
		if (polarity != 0)
			flags = (flags & ~MACHINE_LINE_LOW) | (polarity == 3 ? MACHINE_LINE_LOW : 0);
		if (trigger != 0)
			flags = (flags & ~MACHINE_LINE_LEVEL) | (trigger == 3 ? MACHINE_LINE_LEVEL : 0);
	}
	return flags;
}
