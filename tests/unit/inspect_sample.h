/* SPDX-License-Identifier: ISC */
#ifndef TESTS_UNIT_INSPECT_SAMPLE_H
#define TESTS_UNIT_INSPECT_SAMPLE_H

#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "abi/channel.h"
#include "abi/config.h"
#include "abi/hypercall.h"
#include "abi/info.h"
#include "abi/stats.h"
#include "lib/hash.h"

/*
 * A package like that of the demo system, built without the compiler: a console, two guests with their layers, a guard
 * between them, a health monitor, three schedules. Tables are collected first and packed at the end.
 */
#define SAMPLE_PACKAGE (1u << 20)
#define SAMPLE_FILE 0x40000u /* offset of the first payload */

struct sample {
	uint8_t *rows[TABLE_COUNT];
	size_t size[TABLE_COUNT];
	uint32_t count[TABLE_COUNT];
	uint64_t payload; /* next free offset */
};
enum { CONSOLE, LINUX_A, LAYER_A, LINUX_B, LAYER_B, GUARD, HEALTH, SAMPLE_SUBJECTS };

static uint32_t sample_add(struct sample *sample, enum config_table table, const void *row, size_t size)
{
	sample->size[table] = size;
	sample->rows[table] = realloc(sample->rows[table], (sample->count[table] + 1) * size);
	assert(sample->rows[table]);
	memcpy(sample->rows[table] + sample->count[table] * size, row, size);
	return sample->count[table]++;
}
#define SAMPLE_ADD(sample, table, type, ...) sample_add(sample, table, &(struct type){__VA_ARGS__}, sizeof(struct type))

static struct config_subject *sample_subject(struct sample *sample, uint32_t subject)
{
	return &((struct config_subject *)(void *)sample->rows[TABLE_SUBJECT])[subject];
}

static uint32_t sample_region(struct sample *sample, const char *name, uint32_t kind, uint32_t owner, uint64_t size,
                              uint64_t alignment)
{
	struct config_region region = {
	        .kind = kind, .owner = owner, .size = size, .alignment = alignment, .hpa = ~UINT64_C(0)};
	strncpy(region.name, name, sizeof(region.name) - 1);
	region.line_number = 10 + sample->count[TABLE_REGION];
	return sample_add(sample, TABLE_REGION, &region, sizeof(region));
}

/* Mappings must be added subject by subject: the span of the subject grows. */
static void sample_map(struct sample *sample, uint32_t subject, uint32_t region, uint64_t gpa, uint32_t rights)
{
	const struct config_region *r = &((struct config_region *)(void *)sample->rows[TABLE_REGION])[region];
	struct config_subject *s = sample_subject(sample, subject);
	uint32_t index = SAMPLE_ADD(sample, TABLE_MAPPING, config_mapping, .subject = subject, .region = region,
	                            .gpa = gpa, .size = r->size, .rights = rights);
	if (!s->mapping.count++)
		s->mapping.first = index;
	assert(index == s->mapping.first + s->mapping.count - 1);
}

static void sample_payload(struct sample *sample, uint32_t region, uint64_t bytes)
{
	struct config_region *r = &((struct config_region *)(void *)sample->rows[TABLE_REGION])[region];
	r->payload_offset = sample->payload;
	r->payload_size = bytes;
	sample->payload += (bytes + 4095) / 4096 * 4096;
}

static void sample_event(struct sample *sample, uint32_t from, uint32_t to, uint32_t bit, uint32_t action)
{
	struct config_subject *s = sample_subject(sample, from);
	uint32_t index = SAMPLE_ADD(sample, TABLE_EVENT, config_event, .target = to, .bit = bit, .action = action);
	if (!s->event.count++)
		s->event.first = index;
	assert(index == s->event.first + s->event.count - 1);
}

static void sample_bits(struct sample *sample, uint32_t subject, uint32_t count)
{
	struct config_subject *s = sample_subject(sample, subject);
	s->event_in.first = sample->count[TABLE_EVENT_IN];
	s->event_in.count = count;
	for (uint32_t bit = 0; bit < count; bit++)
		SAMPLE_ADD(sample, TABLE_EVENT_IN, config_event_in, .bit = bit);
}

static void sample_subjects(struct sample *sample)
{
	static const struct {
		const char *name;
		uint32_t kind, partner;
		uint64_t xcr0, rights;
	} list[SAMPLE_SUBJECTS] = {
	        [CONSOLE] = {"console", KIND_APP, CONFIG_NONE, 1,
	                     RIGHT_SCHEDULE_SWITCH | RIGHT_REBOOT | RIGHT_POWER_OFF | RIGHT_AUDIT_MASK},
	        [LINUX_A] = {"linux-a", KIND_GUEST, LAYER_A, 7, 0},
	        [LAYER_A] = {"linux-a.layer", KIND_LAYER, LINUX_A, 0, 0},
	        [LINUX_B] = {"linux-b", KIND_GUEST, LAYER_B, 7, 0},
	        [LAYER_B] = {"linux-b.layer", KIND_LAYER, LINUX_B, 0, 0},
	        [GUARD] = {"guard", KIND_APP, CONFIG_NONE, 1, RIGHT_AUDIT_WRITE},
	        [HEALTH] = {"health", KIND_APP, CONFIG_NONE, 1, 0},
	};
	for (uint32_t i = 0; i < SAMPLE_SUBJECTS; i++) {
		struct config_subject s = {.kind = list[i].kind,
		                           .partner = list[i].partner,
		                           .rights = list[i].rights,
		                           .xcr0 = list[i].xcr0,
		                           .vcpu = {i, 1},
		                           .flags = SUBJECT_START | SUBJECT_EXIT_HALT,
		                           .info_region = CONFIG_NONE,
		                           .staging_region = CONFIG_NONE,
		                           .line_number = 3 + i};
		strncpy(s.name, list[i].name, sizeof(s.name) - 1);
		for (unsigned fault = 0; fault < FAULT_COUNT; fault++)
			s.fault[fault] = (struct config_fault){.action = ACTION_STOP};
		s.fault[FAULT_MSR].action = ACTION_INJECT;
		if (i == LINUX_B)
			s.fault[FAULT_SHUTDOWN] =
			        (struct config_fault){.action = ACTION_RESTART, .times = 3, .within_s = 60};
		sample_add(sample, TABLE_SUBJECT, &s, sizeof(s));
		SAMPLE_ADD(sample, TABLE_VCPU, config_vcpu, .subject = i, .cpu = i == GUARD || i == HEALTH ? 1 : 0,
		           .start = s.kind == KIND_GUEST ? START_LAYER : START_FLAT32, .partner = list[i].partner,
		           .frame_region = CONFIG_NONE, .lapic_region = CONFIG_NONE, .entry = APP_IMAGE_GPA);
	}
}

/* Image (read, execute), data and information page of an application or layer. */
static void sample_own_memory(struct sample *sample, uint32_t subject)
{
	char name[CONFIG_NAME_BYTES];
	const struct config_subject *s = sample_subject(sample, subject);
	snprintf(name, sizeof(name), "%.24s.text", s->name);
	uint32_t text = sample_region(sample, name, REGION_RAM, subject, 0x10000, 4096);
	snprintf(name, sizeof(name), "%.24s.data", s->name);
	uint32_t data = sample_region(sample, name, REGION_RAM, subject, 0xf0000, 4096);
	snprintf(name, sizeof(name), "%.24s.info", s->name);
	uint32_t info = sample_region(sample, name, REGION_INFO, subject, 0x1000, 4096);
	sample_payload(sample, text, 0xfedc);
	sample_subject(sample, subject)->info_region = info;
	sample_map(sample, subject, text, APP_IMAGE_GPA, MAP_READ | MAP_EXECUTE);
	sample_map(sample, subject, data, APP_IMAGE_GPA + 0x10000, MAP_READ | MAP_WRITE);
	sample_map(sample, subject, info, INFO_GPA, MAP_READ);
}

static void sample_guest(struct sample *sample, uint32_t guest, uint32_t layer, uint32_t kernel, uint32_t console_in,
                         uint32_t console_out, uint32_t data, uint32_t data_rights)
{
	struct config_vcpu *vcpu = (struct config_vcpu *)(void *)sample->rows[TABLE_VCPU];
	char name[CONFIG_NAME_BYTES];
	snprintf(name, sizeof(name), "%.20s.ram", sample_subject(sample, guest)->name);
	uint32_t ram = sample_region(sample, name, REGION_RAM, guest, 64u << 20, 2u << 20);
	snprintf(name, sizeof(name), "%.20s.frame", sample_subject(sample, guest)->name);
	uint32_t frame = sample_region(sample, name, REGION_FRAME, guest, 4096, 4096);
	snprintf(name, sizeof(name), "%.20s.lapic", sample_subject(sample, guest)->name);
	uint32_t lapic = sample_region(sample, name, REGION_LAPIC, guest, 4096, 4096);
	vcpu[guest].frame_region = frame;
	vcpu[guest].lapic_region = lapic;
	sample_map(sample, guest, ram, 0, MAP_READ | MAP_WRITE | MAP_EXECUTE);
	sample_own_memory(sample, layer);
	sample_map(sample, layer, ram, LAYER_GUEST_GPA, MAP_READ | MAP_WRITE);
	sample_map(sample, layer, frame, APP_WINDOW_GPA, MAP_READ | MAP_WRITE);
	sample_map(sample, layer, lapic, APP_WINDOW_GPA + 0x1000, MAP_READ);
	sample_map(sample, layer, kernel, APP_WINDOW_GPA + 0x100000, MAP_READ);
	sample_map(sample, layer, console_in, APP_WINDOW_GPA + 0x2000, MAP_READ);
	sample_map(sample, layer, console_out, APP_WINDOW_GPA + 0x12000, MAP_READ | MAP_WRITE);
	sample_map(sample, layer, data, APP_WINDOW_GPA + 0x22000, data_rights);
}

static void sample_memory(struct sample *sample)
{
	uint32_t kernel = sample_region(sample, "vmlinuz", REGION_FILE, CONFIG_NONE, 0x30000, 4096);
	sample_payload(sample, kernel, 0x2f123);
	uint32_t a_in = sample_region(sample, "linux-a.tty.in", REGION_CHANNEL, CONFIG_NONE, 0x2000, 4096);
	uint32_t a_out = sample_region(sample, "linux-a.tty.out", REGION_CHANNEL, CONFIG_NONE, 0x5000, 4096);
	uint32_t b_in = sample_region(sample, "linux-b.tty.in", REGION_CHANNEL, CONFIG_NONE, 0x2000, 4096);
	uint32_t b_out = sample_region(sample, "linux-b.tty.out", REGION_CHANNEL, CONFIG_NONE, 0x5000, 4096);
	uint32_t to_guard = sample_region(sample, "a-out", REGION_CHANNEL, CONFIG_NONE, 0x9000, 4096);
	uint32_t from_guard = sample_region(sample, "b-in", REGION_CHANNEL, CONFIG_NONE, 0x9000, 4096);
	uint32_t stats = sample_region(sample, "statistics", REGION_STATS, CONFIG_NONE, STATS_BYTES, 4096);
	uint32_t audit = sample_region(sample, "console.audit", REGION_AUDIT, CONFIG_NONE, 0x8000, 4096);
	uint32_t vga = sample_region(sample, "hpet", REGION_DEVICE, CONSOLE, 4096, 4096);
	((struct config_region *)(void *)sample->rows[TABLE_REGION])[vga].hpa = 0xfed00000;
	sample_own_memory(sample, CONSOLE);
	sample_map(sample, CONSOLE, a_in, APP_WINDOW_GPA, MAP_READ | MAP_WRITE);
	sample_map(sample, CONSOLE, a_out, APP_WINDOW_GPA + 0x10000, MAP_READ);
	sample_map(sample, CONSOLE, b_in, APP_WINDOW_GPA + 0x20000, MAP_READ | MAP_WRITE);
	sample_map(sample, CONSOLE, b_out, APP_WINDOW_GPA + 0x30000, MAP_READ);
	sample_map(sample, CONSOLE, stats, APP_WINDOW_GPA + 0x40000, MAP_READ);
	sample_map(sample, CONSOLE, audit, APP_WINDOW_GPA + 0x60000, MAP_READ);
	sample_map(sample, CONSOLE, vga, APP_WINDOW_GPA + 0x70000, MAP_READ | MAP_WRITE | MAP_UNCACHED);
	sample_guest(sample, LINUX_A, LAYER_A, kernel, a_in, a_out, to_guard, MAP_READ | MAP_WRITE);
	sample_guest(sample, LINUX_B, LAYER_B, kernel, b_in, b_out, from_guard, MAP_READ);
	sample_own_memory(sample, GUARD);
	sample_map(sample, GUARD, to_guard, APP_WINDOW_GPA, MAP_READ);
	sample_map(sample, GUARD, from_guard, APP_WINDOW_GPA + 0x10000, MAP_READ | MAP_WRITE);
	sample_own_memory(sample, HEALTH);
	SAMPLE_ADD(sample, TABLE_CONSUMER, config_consumer, .subject = CONSOLE, .region = audit, .ring_bytes = 0x4000,
	           .source = {0, 2});
	SAMPLE_ADD(sample, TABLE_SOURCE, config_source, .subject = CONFIG_NONE, .classes = 0xf);
	SAMPLE_ADD(sample, TABLE_SOURCE, config_source, .subject = LINUX_B, .classes = AUDIT_SECURITY | AUDIT_SAFETY);
	SAMPLE_ADD(sample, TABLE_CHANNEL, config_channel, .name = "a-out", .from = LAYER_A, .to = GUARD,
	           .region_out = to_guard, .region_back = CONFIG_NONE);
}

static void sample_rights(struct sample *sample)
{
	sample_bits(sample, CONSOLE, 3);
	sample_bits(sample, LAYER_A, 1);
	sample_bits(sample, LAYER_B, 2);
	sample_bits(sample, GUARD, 1);
	sample_event(sample, CONSOLE, LAYER_A, 0, EVENT_NOTIFY);
	sample_event(sample, CONSOLE, LAYER_B, 0, EVENT_NOTIFY);
	sample_event(sample, LAYER_A, CONSOLE, 0, EVENT_NOTIFY);
	sample_event(sample, LAYER_A, GUARD, 0, EVENT_NOTIFY);
	sample_event(sample, LAYER_B, CONSOLE, 1, EVENT_NOTIFY);
	sample_event(sample, GUARD, LAYER_B, 1, EVENT_NOTIFY);
	sample_event(sample, HEALTH, LINUX_B, 0, EVENT_RESTART);
	SAMPLE_ADD(sample, TABLE_LINE, config_line, .gsi = 4, .bit = 2, .budget = 100);
	sample_subject(sample, CONSOLE)->line = (struct config_span){0, 1};
	SAMPLE_ADD(sample, TABLE_PORT, config_port, .base = 0x3f8, .count = 8);
	sample_subject(sample, CONSOLE)->port = (struct config_span){0, 1};
	SAMPLE_ADD(sample, TABLE_MANAGE, config_manage, .subject = LINUX_A, .rights = RIGHT_START | RIGHT_STOP);
	SAMPLE_ADD(sample, TABLE_MANAGE, config_manage, .subject = LINUX_B, .rights = RIGHT_RESTART | RIGHT_STATUS);
	sample_subject(sample, CONSOLE)->manage = (struct config_span){0, 2};
	/* AuthenticAMD family 19h model 21h stepping 2, GenuineIntel family 6 model 3ch stepping 3 */
	SAMPLE_ADD(sample, TABLE_CPUID, config_cpuid, .ebx = 0x68747541, .ecx = 0x444d4163, .edx = 0x69746e65);
	SAMPLE_ADD(sample, TABLE_CPUID, config_cpuid, .leaf = 1, .eax = 0xa20f12);
	SAMPLE_ADD(sample, TABLE_CPUID, config_cpuid, .ebx = 0x756e6547, .ecx = 0x6c65746e, .edx = 0x49656e69);
	SAMPLE_ADD(sample, TABLE_CPUID, config_cpuid, .leaf = 1, .eax = 0x306c3);
	sample_subject(sample, LINUX_A)->cpuid = (struct config_span){0, 4};
	SAMPLE_ADD(sample, TABLE_EPOCH, config_epoch, .offset = 0x800, .peer = LINUX_A);
	sample_subject(sample, GUARD)->epoch = (struct config_span){0, 1};
}

static void sample_plan(struct sample *sample, const char *name, uint32_t a_us, uint32_t b_us)
{
	uint32_t plan = sample->count[TABLE_PLAN];
	struct config_schedule schedule = {.major_us = 10000, .plan = {plan, 2}};
	strncpy(schedule.name, name, sizeof(schedule.name) - 1);
	sample_add(sample, TABLE_SCHEDULE, &schedule, sizeof(schedule));
	uint32_t frame = sample->count[TABLE_FRAME];
	SAMPLE_ADD(sample, TABLE_FRAME, config_frame, .group = 1, .length_us = a_us);
	SAMPLE_ADD(sample, TABLE_FRAME, config_frame, .group = 2, .length_us = b_us);
	SAMPLE_ADD(sample, TABLE_FRAME, config_frame, .group = 0, .length_us = 1200);
	SAMPLE_ADD(sample, TABLE_PLAN, config_plan, .cpu = 0, .frame = {frame, 3});
	SAMPLE_ADD(sample, TABLE_FRAME, config_frame, .group = 3, .length_us = 2500, .flags = FRAME_HOLD_START);
	SAMPLE_ADD(sample, TABLE_FRAME, config_frame, .group = CONFIG_NONE, .length_us = 2500);
	SAMPLE_ADD(sample, TABLE_FRAME, config_frame, .group = 4, .length_us = 5000);
	SAMPLE_ADD(sample, TABLE_PLAN, config_plan, .cpu = 1, .frame = {frame + 3, 3});
}

static void sample_schedules(struct sample *sample)
{
	static const struct config_group groups[] = {
	        {.name = "console", .member = {0, 1}, .background = CONFIG_NONE, .cpu = 0},
	        {.name = "linux-a", .member = {1, 2}, .background = CONSOLE, .cpu = 0},
	        {.name = "linux-b", .member = {3, 2}, .background = CONFIG_NONE, .cpu = 0},
	        {.name = "guard", .member = {5, 1}, .background = CONFIG_NONE, .cpu = 1},
	        {.name = "health", .member = {6, 1}, .background = CONFIG_NONE, .cpu = 1},
	};
	static const uint32_t members[] = {CONSOLE, LAYER_A, LINUX_A, LAYER_B, LINUX_B, GUARD, HEALTH};
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		sample_add(sample, TABLE_GROUP, &groups[i], sizeof(groups[i]));
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		SAMPLE_ADD(sample, TABLE_MEMBER, config_member, .vcpu = members[i]);
	sample_plan(sample, "a", 6600, 2200);
	sample_plan(sample, "b", 4400, 4400);
	sample_plan(sample, "c", 2200, 6600);
}

static void sample_digest(uint8_t *package)
{
	struct config_header *header = (struct config_header *)(void *)package;
	struct hash hash;
	memset(header->digest, 0, sizeof(header->digest));
	hash_init(&hash);
	hash_update(&hash, package, SAMPLE_PACKAGE);
	hash_final(&hash, header->digest);
}

/* SAMPLE_PACKAGE bytes, to be freed by the caller. */
static uint8_t *sample_package(void)
{
	struct sample sample = {.payload = SAMPLE_FILE};
	sample_subjects(&sample);
	sample_memory(&sample);
	sample_rights(&sample);
	sample_schedules(&sample);
	uint8_t *package = calloc(1, SAMPLE_PACKAGE);
	assert(package);
	struct config_header *header = (struct config_header *)(void *)package;
	*header = (struct config_header){.magic = CONFIG_MAGIC,
	                                 .version = CONFIG_VERSION,
	                                 .package_size = SAMPLE_PACKAGE,
	                                 .name = "demo",
	                                 .cpu_count = 2,
	                                 .switch_us = 1000};
	uint32_t at = sizeof(*header);
	for (unsigned table = 0; table < TABLE_COUNT; table++) {
		size_t bytes = sample.size[table] * sample.count[table];
		header->table[table].offset = at;
		header->table[table].count = sample.count[table];
		if (bytes)
			memcpy(package + at, sample.rows[table], bytes);
		at += (uint32_t)(bytes + 7) / 8 * 8;
		free(sample.rows[table]);
	}
	header->names = at;
	header->size = at;
	assert(at <= SAMPLE_FILE && sample.payload <= SAMPLE_PACKAGE);
	for (uint32_t i = SAMPLE_FILE; i < SAMPLE_PACKAGE; i++)
		package[i] = (uint8_t)(i * 7);
	sample_digest(package);
	return package;
}

#endif
