/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_IMAGE_H
#define TOOLS_IMAGE_H

#include "tools/description.h"

/*
 * The package being made: the binary tables, row by row, and the payloads behind them. Tables have room for their
 * maximum from the start, so that a row's address stays valid. Runs of one owner are added one after another.
 */
struct payload {
	const void *bytes;
	uint64_t size, offset; /* from the first payload */
};
struct image {
	struct compiler *compiler;
	uint8_t *row[TABLE_COUNT];
	uint32_t count[TABLE_COUNT];
	struct payload payload[CONFIG_MAX_REGIONS];
	uint32_t payload_count;
	uint64_t payload_bytes;
	char *names; /* string pool */
	uint32_t names_size;
	uint8_t *package; /* the result */
	uint64_t package_size;
};

struct image *image_new(struct compiler *compiler);
/* A zeroed row at the end of a table; if the table is full, a problem is reported and a spare row comes back. */
void *image_row(struct image *image, enum config_table table);
#define IMAGE_ROW(image, type, table) ((struct type *)image_row(image, table))
#define IMAGE_TABLE(image, type, table) ((struct type *)(void *)(image)->row[table])
/* The run from `first` to the table's present end. */
struct config_span image_span(const struct image *image, enum config_table table, uint32_t first);
/* Puts bytes into the package, page-aligned; the same (address, size) only once. Returns the value for
 * config_region.payload_offset, which image_finish() turns into the final one. Bytes may change until then. */
uint64_t image_payload(struct image *image, const void *bytes, uint64_t size);
void image_name(char to[CONFIG_NAME_BYTES], const char *name);
/* Lays the package out, with its digest. */
void image_finish(struct image *image);

#endif
