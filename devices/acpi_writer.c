/* SPDX-License-Identifier: ISC */
/*
 * Writes ACPI tables and the little AML they need. All lengths are patched in afterwards, so they are all written in
 * one form wide enough for any table here: AML's package length with three bytes, buffer sizes as words.
 */
#include "devices/acpi_writer.h"

enum { HEADER_LENGTH = 4, HEADER_CHECKSUM = 9 };
enum { AML_NAME = 0x08, AML_BYTE = 0x0a, AML_WORD = 0x0b, AML_DWORD = 0x0c };
enum { LENGTH_BYTES = 3, LENGTH_FORM = 2 << 6 };

void acpi_put(struct acpi_writer *writer, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++) {
		if (writer->used >= writer->size) {
			writer->full = true;
			return;
		}
		writer->bytes[writer->used++] = (uint8_t)(value >> 8 * i);
	}
}

void acpi_put_pointer(struct acpi_writer *writer, uint64_t value, unsigned bytes)
{
	struct acpi_map *map = writer->map;

	if (map && map->pointer_count < ACPI_POINTERS) {
		map->pointer[map->pointer_count].at = (uint32_t)writer->used;
		map->pointer[map->pointer_count++].bytes = bytes;
	}
	acpi_put(writer, value, bytes);
}

void acpi_put_text(struct acpi_writer *writer, const char *text, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++)
		acpi_put(writer, *text ? (uint8_t)*text++ : ' ', 1);
}

void acpi_align(struct acpi_writer *writer, size_t alignment)
{
	while (writer->used % alignment && !writer->full)
		acpi_put(writer, 0, 1);
}

void acpi_patch(struct acpi_writer *writer, size_t at, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes && at + i < writer->used; i++)
		writer->bytes[at + i] = (uint8_t)(value >> 8 * i);
}

uint8_t acpi_checksum(const struct acpi_writer *writer, size_t from, size_t length)
{
	uint8_t sum = 0;

	for (size_t i = from; i < from + length && i < writer->used; i++)
		sum = (uint8_t)(sum + writer->bytes[i]);
	return (uint8_t)-sum;
}

size_t acpi_table_begin(struct acpi_writer *writer, const char *signature, uint8_t revision)
{
	size_t table;

	acpi_align(writer, 16);
	table = writer->used;
	acpi_put_text(writer, signature, 4);
	acpi_put(writer, 0, 4); /* length */
	acpi_put(writer, revision, 1);
	acpi_put(writer, 0, 1); /* checksum */
	acpi_put_text(writer, "BULKHD", 6);
	acpi_put_text(writer, "BULKHEAD", 8);
	acpi_put(writer, 1, 4);
	acpi_put_text(writer, "BULK", 4);
	acpi_put(writer, 1, 4);
	return table;
}

void acpi_table_end(struct acpi_writer *writer, size_t table)
{
	acpi_patch(writer, table + HEADER_LENGTH, writer->used - table, 4);
	acpi_patch(writer, table + HEADER_CHECKSUM, 0, 1);
	acpi_patch(writer, table + HEADER_CHECKSUM, acpi_checksum(writer, table, writer->used - table), 1);
	struct acpi_map *map = writer->map;
	if (!map || map->part_count == ACPI_PARTS)
		return;
	map->part[map->part_count].from = (uint32_t)table;
	map->part[map->part_count].length = (uint32_t)(writer->used - table);
	map->part[map->part_count++].checksum_at = HEADER_CHECKSUM;
}

size_t aml_begin(struct acpi_writer *writer, enum aml_block kind)
{
	if (kind > 0xff)
		acpi_put(writer, 0x5b, 1); /* ExtOpPrefix */
	acpi_put(writer, kind > 0xff ? kind >> 8 : kind, 1);
	acpi_put(writer, 0, LENGTH_BYTES);
	return writer->used - LENGTH_BYTES;
}

/* The length counts its own bytes. Its first byte holds the form and the low four bits (20.2.4). */
void aml_end(struct acpi_writer *writer, size_t block)
{
	size_t length = writer->used - block;

	acpi_patch(writer, block, LENGTH_FORM | (length & 15), 1);
	acpi_patch(writer, block + 1, length >> 4, 2);
}

void aml_name(struct acpi_writer *writer, const char *name)
{
	acpi_put(writer, AML_NAME, 1);
	acpi_put_text(writer, name, 4);
}

void aml_integer(struct acpi_writer *writer, uint32_t value)
{
	if (value <= 1) {
		acpi_put(writer, value, 1); /* ZeroOp, OneOp */
		return;
	}
	acpi_put(writer, value <= 0xff ? AML_BYTE : value <= 0xffff ? AML_WORD : AML_DWORD, 1);
	acpi_put(writer, value, value <= 0xff ? 1 : value <= 0xffff ? 2 : 4);
}

static unsigned hex_digit(char c)
{
	return c <= '9' ? (unsigned)(c - '0') : (unsigned)(c - 'A' + 10);
}

/* Three letters with five bits each, four hexadecimal digits; the first byte in memory is the highest. */
void aml_eisa_id(struct acpi_writer *writer, const char *id)
{
	unsigned letters = 0;

	for (unsigned i = 0; i < 3; i++)
		letters = letters << 5 | ((unsigned)id[i] & 31);
	acpi_put(writer, AML_DWORD, 1);
	acpi_put(writer, letters >> 8, 1);
	acpi_put(writer, letters & 0xff, 1);
	acpi_put(writer, hex_digit(id[3]) << 4 | hex_digit(id[4]), 1);
	acpi_put(writer, hex_digit(id[5]) << 4 | hex_digit(id[6]), 1);
}

size_t aml_resources_begin(struct acpi_writer *writer)
{
	size_t buffer;

	aml_name(writer, "_CRS");
	buffer = aml_begin(writer, AML_BUFFER);
	acpi_put(writer, AML_WORD, 1);
	acpi_put(writer, 0, 2); /* the buffer's size */
	return buffer;
}

void aml_resources_end(struct acpi_writer *writer, size_t resources)
{
	size_t size_at = resources + LENGTH_BYTES + 1;

	acpi_put(writer, 0x79, 1); /* end tag; a checksum of 0 means none */
	acpi_put(writer, 0, 1);
	acpi_patch(writer, size_at, writer->used - size_at - 2, 2);
	aml_end(writer, resources);
}

void aml_io(struct acpi_writer *writer, uint16_t base, uint8_t count)
{
	acpi_put(writer, 0x47, 1);
	acpi_put(writer, 1, 1); /* decodes 16 bits */
	acpi_put(writer, base, 2);
	acpi_put(writer, base, 2);
	acpi_put(writer, 1, 1);
	acpi_put(writer, count, 1);
}

void aml_memory(struct acpi_writer *writer, uint32_t base, uint32_t size)
{
	acpi_put(writer, 0x86, 1);
	acpi_put(writer, 9, 2);
	acpi_put(writer, 1, 1); /* writable */
	acpi_put(writer, base, 4);
	acpi_put(writer, size, 4);
}

void aml_irq(struct acpi_writer *writer, unsigned irq)
{
	acpi_put(writer, 0x22, 1);
	acpi_put(writer, UINT64_C(1) << irq, 2);
}

void aml_window(struct acpi_writer *writer, enum aml_window kind, uint32_t first, uint32_t last)
{
	static const uint8_t type_flags[] = {[AML_WINDOW_MEMORY] = 1 /* writable */, [AML_WINDOW_IO] = 3 /* all */, 0};
	unsigned width = kind == AML_WINDOW_MEMORY ? 4 : 2;

	acpi_put(writer, width == 4 ? 0x87 : 0x88, 1);
	acpi_put(writer, 3 + 5 * width, 2);
	acpi_put(writer, kind, 1);
	acpi_put(writer, 0x0c, 1); /* producer, both ends fixed */
	acpi_put(writer, type_flags[kind], 1);
	acpi_put(writer, 0, width); /* granularity */
	acpi_put(writer, first, width);
	acpi_put(writer, last, width);
	acpi_put(writer, 0, width); /* translation */
	acpi_put(writer, (uint64_t)last - first + 1, width);
}
