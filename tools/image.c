/* SPDX-License-Identifier: ISC */
/* Rows to bytes. Nothing here depends on addresses of this process, the clock or the order of a hash table: same rows, same
 * bytes. */
#include <string.h>
#include "lib/hash.h"
#include "tools/image.h"

static const struct {
	uint32_t size, room;
} tables[TABLE_COUNT] = {
        [TABLE_SUBJECT] = {sizeof(struct config_subject), CONFIG_MAX_SUBJECTS},
        [TABLE_VCPU] = {sizeof(struct config_vcpu), CONFIG_MAX_VCPUS},
        [TABLE_REGION] = {sizeof(struct config_region), CONFIG_MAX_REGIONS},
        [TABLE_MAPPING] = {sizeof(struct config_mapping), CONFIG_MAX_MAPPINGS},
        [TABLE_EVENT] = {sizeof(struct config_event), CONFIG_MAX_EVENTS *CONFIG_MAX_SUBJECTS},
        [TABLE_EVENT_IN] = {sizeof(struct config_event_in), CONFIG_MAX_EVENTS *CONFIG_MAX_SUBJECTS},
        [TABLE_LINE] = {sizeof(struct config_line), CONFIG_MAX_LINES},
        [TABLE_PORT] = {sizeof(struct config_port), MAX_PORTS},
        [TABLE_MSR] = {sizeof(struct config_msr), 64 * CONFIG_MAX_SUBJECTS},
        [TABLE_CPUID] = {sizeof(struct config_cpuid), 64 * CONFIG_MAX_SUBJECTS},
        [TABLE_FEATURE] = {sizeof(struct config_feature), 32 * CONFIG_MAX_SUBJECTS},
        [TABLE_MANAGE] = {sizeof(struct config_manage), CONFIG_MAX_SUBJECTS *CONFIG_MAX_SUBJECTS},
        [TABLE_EPOCH] = {sizeof(struct config_epoch), 2 * MAX_CHANNELS},
        [TABLE_SCHEDULE] = {sizeof(struct config_schedule), CONFIG_MAX_SCHEDULES},
        [TABLE_PLAN] = {sizeof(struct config_plan), CONFIG_MAX_SCHEDULES *CONFIG_MAX_CPUS},
        [TABLE_FRAME] = {sizeof(struct config_frame), 65536},
        [TABLE_GROUP] = {sizeof(struct config_group), CONFIG_MAX_GROUPS},
        [TABLE_MEMBER] = {sizeof(struct config_member), CONFIG_MAX_VCPUS},
        [TABLE_CONSUMER] = {sizeof(struct config_consumer), CONFIG_MAX_CONSUMERS},
        [TABLE_SOURCE] = {sizeof(struct config_source), CONFIG_MAX_CONSUMERS *(CONFIG_MAX_SUBJECTS + 1)},
        [TABLE_CHANNEL] = {sizeof(struct config_channel), MAX_CHANNELS},
};

struct image *image_new(struct compiler *compiler)
{
	struct image *image = report_alloc(&compiler->report, sizeof(*image));
	image->compiler = compiler;
	for (unsigned i = 0; i < TABLE_COUNT; i++)
		image->row[i] = report_alloc(&compiler->report, (size_t)tables[i].size * (tables[i].room + 1));
	return image;
}

void *image_row(struct image *image, enum config_table table)
{
	uint8_t *row = image->row[table] + (size_t)tables[table].size * image->count[table];
	if (image->count[table] < tables[table].room) {
		image->count[table]++;
		return row;
	}
	problem(&image->compiler->report, 1, "E-too-large",
	        "the system needs more than %u records of kind %u; describe a smaller one", tables[table].room, table);
	return memset(row, 0, tables[table].size);
}

struct config_span image_span(const struct image *image, enum config_table table, uint32_t first)
{
	return (struct config_span){first, image->count[table] - first};
}

static uint64_t pages(uint64_t size)
{
	return (size + 4095) / 4096 * 4096;
}

uint64_t image_payload(struct image *image, const void *bytes, uint64_t size)
{
	for (uint32_t i = 0; i < image->payload_count; i++)
		if (image->payload[i].bytes == bytes && image->payload[i].size == size)
			return image->payload[i].offset + 1;
	if (!size || image->payload_count == CONFIG_MAX_REGIONS)
		return 0;
	image->payload[image->payload_count++] = (struct payload){bytes, size, image->payload_bytes};
	image->payload_bytes += pages(size);
	return image->payload_bytes - pages(size) + 1;
}

void image_name(char to[CONFIG_NAME_BYTES], const char *name)
{
	size_t length = strlen(name);
	memcpy(to, name, length < CONFIG_NAME_BYTES ? length : CONFIG_NAME_BYTES - 1);
}

static uint32_t table_offsets(const struct image *image, struct config_header *header)
{
	uint32_t at = sizeof(*header);
	for (unsigned i = 0; i < TABLE_COUNT; i++) {
		header->table[i].offset = at;
		header->table[i].count = image->count[i];
		at = (at + tables[i].size * image->count[i] + 7) / 8 * 8;
	}
	return at;
}

static void header_fill(struct image *image, struct config_header *header)
{
	const struct description *d = image->compiler->description;
	header->magic = CONFIG_MAGIC;
	header->version = CONFIG_VERSION;
	image_name(header->name, d->name);
	header->cpu_count = d->cpu_count;
	header->schedule = d->first_schedule;
	header->switch_us = (uint32_t)d->switch_us;
	header->pm_reset_port = (uint32_t)d->board.reset_port;
	header->pm_reset_value = (uint32_t)d->board.reset_value;
	header->pm_off_port = (uint32_t)d->board.off_port;
	header->pm_off_value = (uint32_t)d->board.off_value;
	header->names = table_offsets(image, header);
	header->names_size = image->names_size;
	header->size = (header->names + header->names_size + 7) / 8 * 8;
	header->package_size = pages(header->size) + image->payload_bytes;
}

static void place_payloads(struct image *image, uint64_t first)
{
	struct config_region *regions = IMAGE_TABLE(image, config_region, TABLE_REGION);
	for (uint32_t i = 0; i < image->count[TABLE_REGION]; i++)
		if (regions[i].payload_offset)
			regions[i].payload_offset += first - 1;
}

void image_finish(struct image *image)
{
	struct config_header header = {0};
	header_fill(image, &header);
	uint64_t first = pages(header.size);
	place_payloads(image, first);
	uint8_t *package = report_alloc(&image->compiler->report, header.package_size);
	for (unsigned i = 0; i < TABLE_COUNT; i++)
		memcpy(package + header.table[i].offset, image->row[i], (size_t)tables[i].size * image->count[i]);
	if (image->names_size)
		memcpy(package + header.names, image->names, image->names_size);
	for (uint32_t i = 0; i < image->payload_count; i++)
		memcpy(package + first + image->payload[i].offset, image->payload[i].bytes, image->payload[i].size);
	memcpy(package, &header, sizeof(header));
	struct hash hash;
	hash_init(&hash);
	hash_update(&hash, package, header.package_size);
	hash_final(&hash, ((struct config_header *)(void *)package)->digest);
	image->package = package;
	image->package_size = header.package_size;
}
