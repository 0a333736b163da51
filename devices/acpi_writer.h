/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_ACPI_WRITER_H
#define DEVICES_ACPI_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "devices/acpi.h"

/* Bytes appended to a buffer. What does not fit is dropped and remembered in `full`, to be asked once at the end. */
struct acpi_writer {
	uint8_t *bytes;
	size_t size, used;
	bool full;
	struct acpi_map *map; /* or 0 */
};

void acpi_put(struct acpi_writer *writer, uint64_t value, unsigned bytes);         /* little-endian */
void acpi_put_pointer(struct acpi_writer *writer, uint64_t value, unsigned bytes); /* an address of a table */
void acpi_put_text(struct acpi_writer *writer, const char *text, unsigned bytes);  /* padded with spaces */
void acpi_align(struct acpi_writer *writer, size_t alignment);                     /* with zeroes */
/* Overwrites what was put at `at`. */
void acpi_patch(struct acpi_writer *writer, size_t at, uint64_t value, unsigned bytes);
/* The byte that makes the sum of [from, from + length) zero. */
uint8_t acpi_checksum(const struct acpi_writer *writer, size_t from, size_t length);

/* A table with the standard header (ACPI 6.4, 5.2.6), aligned; the end sets length and checksum. Gives its offset. */
size_t acpi_table_begin(struct acpi_writer *writer, const char *signature, uint8_t revision);
void acpi_table_end(struct acpi_writer *writer, size_t table);

/* AML (ACPI 6.4, chapter 20). A block is an object with a length: close it with what opening it returned. */
enum aml_block {
	AML_SCOPE = 0x10,
	AML_BUFFER = 0x11,
	AML_PACKAGE = 0x12,
	AML_METHOD = 0x14,
	AML_IF = 0xa0,
	AML_DEVICE = 0x825b
};
size_t aml_begin(struct acpi_writer *writer, enum aml_block kind);
void aml_end(struct acpi_writer *writer, size_t block);
void aml_name(struct acpi_writer *writer, const char *name); /* NameOp and four characters; the value follows */
void aml_integer(struct acpi_writer *writer, uint32_t value);
void aml_eisa_id(struct acpi_writer *writer, const char *id); /* "PNP0501" */

/* Resource descriptors (ACPI 6.4, 6.4), between these two. */
size_t aml_resources_begin(struct acpi_writer *writer); /* Name (_CRS, ResourceTemplate () ... */
void aml_resources_end(struct acpi_writer *writer, size_t resources);
void aml_io(struct acpi_writer *writer, uint16_t base, uint8_t count);
void aml_memory(struct acpi_writer *writer, uint32_t base, uint32_t size); /* fixed */
void aml_irq(struct acpi_writer *writer, unsigned irq);                    /* edge, active high */
enum aml_window { AML_WINDOW_MEMORY = 0, AML_WINDOW_IO = 1, AML_WINDOW_BUS = 2 };
/* What a bridge passes on; memory is written with 32 bits, I/O and bus numbers with 16. */
void aml_window(struct acpi_writer *writer, enum aml_window kind, uint32_t first, uint32_t last);

#endif
