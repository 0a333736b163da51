/* SPDX-License-Identifier: ISC */
#include <stdlib.h>
#include <string.h>
#include "abi/audit.h"
#include "abi/hypercall.h"
#include "abi/stats.h"
#include "lib/config.h"
#include "lib/hash.h"
#include "tests/unit/sample.h"

/* Everything in the order of the tables; each function fills in what its name says. */
#define AT(member) (uint32_t) offsetof(struct sample, member)
#define PAYLOAD(member) offsetof(struct sample, payload.member)
#define PINNED(address) .hpa = (address)
#define FREE .hpa = UINT64_MAX

static void fill_tables(struct sample *s)
{
	static const struct {
		uint32_t table, offset, count;
	} tables[TABLE_COUNT] = {
	        {TABLE_SUBJECT, AT(subject), SAMPLE_SUBJECTS},
	        {TABLE_VCPU, AT(vcpu), SAMPLE_SUBJECTS},
	        {TABLE_REGION, AT(region), SAMPLE_REGIONS},
	        {TABLE_MAPPING, AT(mapping), SAMPLE_MAPPINGS},
	        {TABLE_EVENT, AT(event), 3},
	        {TABLE_EVENT_IN, AT(event_in), 3},
	        {TABLE_LINE, AT(line), 1},
	        {TABLE_PORT, AT(port), 2},
	        {TABLE_MSR, AT(msr), SAMPLE_MSRS},
	        {TABLE_CPUID, AT(cpuid), SAMPLE_CPUIDS},
	        {TABLE_FEATURE, AT(feature), 1},
	        {TABLE_MANAGE, AT(manage), 1},
	        {TABLE_EPOCH, AT(epoch), 2},
	        {TABLE_SCHEDULE, AT(schedule), 2},
	        {TABLE_PLAN, AT(plan), 2},
	        {TABLE_FRAME, AT(frame), 4},
	        {TABLE_GROUP, AT(group), SAMPLE_GROUPS},
	        {TABLE_MEMBER, AT(member), 3},
	        {TABLE_CONSUMER, AT(consumer), 1},
	        {TABLE_SOURCE, AT(source), 2},
	        {TABLE_CHANNEL, AT(channel), 1},
	};

	for (unsigned i = 0; i < TABLE_COUNT; i++) {
		s->header.table[tables[i].table].offset = tables[i].offset;
		s->header.table[tables[i].table].count = tables[i].count;
	}
}

static void fill_header(struct sample *s)
{
	s->header = (struct config_header){
	        .magic = CONFIG_MAGIC,
	        .version = CONFIG_VERSION,
	        .size = AT(payload),
	        .package_size = sizeof(*s),
	        .name = "sample",
	        .cpu_count = 1,
	        .switch_us = 100,
	        .names = AT(names),
	        .names_size = sizeof(s->names),
	        .pm_off_port = 0x604,
	        .pm_off_value = 0x2000,
	};
	fill_tables(s);
	strcpy(s->names, "sample.xml");
}

static void fill_subjects(struct sample *s)
{
	const struct config_fault stop = {.action = ACTION_STOP};

	s->subject[SAMPLE_APP] = (struct config_subject){
	        .name = "app",
	        .kind = KIND_APP,
	        .partner = CONFIG_NONE,
	        .vcpu = {SAMPLE_APP, 1},
	        .mapping = {SAMPLE_MAP_APP_TEXT, SAMPLE_MAP_APP_VGA - SAMPLE_MAP_APP_TEXT + 1},
	        .event = {0, 3},
	        .event_in = {0, 2},
	        .line = {0, 1},
	        .port = {0, 2},
	        .manage = {0, 1},
	        .epoch = {0, 1},
	        .rights = RIGHT_SCHEDULE_SWITCH | RIGHT_AUDIT_WRITE,
	        .xcr0 = 3,
	        .flags = SUBJECT_START | SUBJECT_EXIT_HALT,
	        .audit_budget = 16,
	        .info_region = SAMPLE_APP_INFO,
	        .staging_region = CONFIG_NONE,
	        .apic_mode = 1,
	};
	s->subject[SAMPLE_GUEST] = (struct config_subject){
	        .name = "guest",
	        .kind = KIND_GUEST,
	        .partner = SAMPLE_LAYER,
	        .vcpu = {SAMPLE_GUEST, 1},
	        .mapping = {SAMPLE_MAP_GUEST_RAM, 1},
	        .msr = {0, SAMPLE_MSRS},
	        .cpuid = {0, SAMPLE_CPUIDS},
	        .xcr0 = 7,
	        .flags = SUBJECT_START | SUBJECT_EXIT_HALT,
	        .audit_budget = 16,
	        .info_region = CONFIG_NONE,
	        .staging_region = CONFIG_NONE,
	        .apic_mode = 1,
	};
	s->subject[SAMPLE_LAYER] = (struct config_subject){
	        .name = "guest-layer",
	        .kind = KIND_LAYER,
	        .partner = SAMPLE_GUEST,
	        .vcpu = {SAMPLE_LAYER, 1},
	        .mapping = {SAMPLE_MAP_LAYER_TEXT, SAMPLE_MAP_LAYER_GUEST - SAMPLE_MAP_LAYER_TEXT + 1},
	        .event_in = {2, 1},
	        .epoch = {1, 1},
	        .flags = SUBJECT_START | SUBJECT_EXIT_HALT,
	        .audit_budget = 16,
	        .info_region = SAMPLE_LAYER_INFO,
	        .staging_region = CONFIG_NONE,
	        .apic_mode = 1,
	};
	for (unsigned subject = 0; subject < SAMPLE_SUBJECTS; subject++)
		for (unsigned fault = 0; fault < FAULT_COUNT; fault++)
			s->subject[subject].fault[fault] = stop;
	s->subject[SAMPLE_GUEST].fault[FAULT_MSR] = (struct config_fault){.action = ACTION_INJECT};
	s->subject[SAMPLE_GUEST].fault[FAULT_IO] = (struct config_fault){.action = ACTION_IGNORE};
	s->subject[SAMPLE_APP].fault[FAULT_MEMORY] = (struct config_fault){.action = ACTION_NOTIFY, .event = 0};
}

static void fill_vcpus(struct sample *s)
{
	const struct config_vcpu none = {
	        .partner = CONFIG_NONE, .frame_region = CONFIG_NONE, .lapic_region = CONFIG_NONE};

	for (uint32_t i = 0; i < SAMPLE_SUBJECTS; i++) {
		s->vcpu[i] = none;
		s->vcpu[i].subject = i;
		s->vcpu[i].entry = APP_IMAGE_GPA;
	}
	s->vcpu[SAMPLE_GUEST].start = START_LAYER;
	s->vcpu[SAMPLE_GUEST].partner = SAMPLE_LAYER;
	s->vcpu[SAMPLE_GUEST].frame_region = SAMPLE_FRAME;
	s->vcpu[SAMPLE_GUEST].lapic_region = SAMPLE_LAPIC;
	s->vcpu[SAMPLE_LAYER].partner = SAMPLE_GUEST;
}

static void fill_regions(struct sample *s)
{
	const struct config_region regions[SAMPLE_REGIONS] = {
	        [SAMPLE_APP_IMAGE] = {"app.image", REGION_RAM, SAMPLE_APP, 65536, 4096, FREE,
	                              .payload_offset = PAYLOAD(app), .payload_size = 4000},
	        [SAMPLE_APP_INFO] = {"app.info", REGION_INFO, SAMPLE_APP, 4096, 4096, FREE,
	                             .payload_offset = PAYLOAD(app_info), .payload_size = 4096},
	        [SAMPLE_LAYER_IMAGE] = {"layer.image", REGION_RAM, SAMPLE_LAYER, 65536, 4096, FREE,
	                                .payload_offset = PAYLOAD(layer), .payload_size = 4096},
	        [SAMPLE_LAYER_INFO] = {"layer.info", REGION_INFO, SAMPLE_LAYER, 4096, 4096, FREE,
	                               .payload_offset = PAYLOAD(layer_info), .payload_size = 4096},
	        [SAMPLE_GUEST_RAM] = {"guest.ram", REGION_RAM, SAMPLE_GUEST, SAMPLE_GUEST_BYTES, 2 << 20, FREE},
	        [SAMPLE_FRAME] = {"guest.frame", REGION_FRAME, CONFIG_NONE, 4096, 4096, FREE},
	        [SAMPLE_LAPIC] = {"guest.lapic", REGION_LAPIC, CONFIG_NONE, 4096, 4096, FREE},
	        [SAMPLE_TO_APP] = {"serial.out", REGION_CHANNEL, CONFIG_NONE, 8192, 4096, FREE},
	        [SAMPLE_TO_LAYER] = {"serial.back", REGION_CHANNEL, CONFIG_NONE, 8192, 4096, FREE},
	        [SAMPLE_AUDIT] = {"audit", REGION_AUDIT, CONFIG_NONE, 16384, 4096, FREE},
	        [SAMPLE_STATS] = {"stats", REGION_STATS, CONFIG_NONE, STATS_BYTES, 4096, FREE},
	        [SAMPLE_KERNEL] = {"kernel", REGION_FILE, CONFIG_NONE, 8192, 4096, FREE,
	                           .payload_offset = PAYLOAD(kernel), .payload_size = 5000},
	        [SAMPLE_VGA] = {"vga", REGION_DEVICE, SAMPLE_APP, 0x20000, 4096, PINNED(0xa0000)},
	};

	memcpy(s->region, regions, sizeof(regions));
}

static void fill_mappings(struct sample *s)
{
	const uint64_t window = APP_WINDOW_GPA;
	const uint32_t rx = MAP_READ | MAP_EXECUTE, rw = MAP_READ | MAP_WRITE, rwx = rx | rw;
	const struct config_mapping mappings[SAMPLE_MAPPINGS] = {
	        [SAMPLE_MAP_APP_TEXT] = {0, SAMPLE_APP_IMAGE, APP_IMAGE_GPA, 0, 4096, rx, 0},
	        [SAMPLE_MAP_APP_DATA] = {0, SAMPLE_APP_IMAGE, APP_IMAGE_GPA + 4096, 4096, 61440, rw, 0},
	        [SAMPLE_MAP_APP_INFO] = {0, SAMPLE_APP_INFO, INFO_GPA, 0, 4096, MAP_READ, 0},
	        [SAMPLE_MAP_APP_IN] = {0, SAMPLE_TO_APP, window, 0, 8192, MAP_READ, 0},
	        [SAMPLE_MAP_APP_OUT] = {0, SAMPLE_TO_LAYER, window + 0x10000, 0, 8192, rw, 0},
	        [SAMPLE_MAP_APP_AUDIT] = {0, SAMPLE_AUDIT, window + 0x20000, 0, 16384, MAP_READ, 0},
	        [SAMPLE_MAP_APP_STATS] = {0, SAMPLE_STATS, window + 0x30000, 0, STATS_BYTES, MAP_READ, 0},
	        [SAMPLE_MAP_APP_VGA] = {0, SAMPLE_VGA, window + 0x80000, 0, 0x20000, rw | MAP_UNCACHED, 0},
	        [SAMPLE_MAP_GUEST_RAM] = {1, SAMPLE_GUEST_RAM, 0, 0, SAMPLE_GUEST_BYTES, rwx, 0},
	        [SAMPLE_MAP_LAYER_TEXT] = {2, SAMPLE_LAYER_IMAGE, APP_IMAGE_GPA, 0, 4096, rx, 0},
	        [SAMPLE_MAP_LAYER_DATA] = {2, SAMPLE_LAYER_IMAGE, APP_IMAGE_GPA + 4096, 4096, 61440, rw, 0},
	        [SAMPLE_MAP_LAYER_INFO] = {2, SAMPLE_LAYER_INFO, INFO_GPA, 0, 4096, MAP_READ, 0},
	        [SAMPLE_MAP_LAYER_IN] = {2, SAMPLE_TO_LAYER, window, 0, 8192, MAP_READ, 0},
	        [SAMPLE_MAP_LAYER_OUT] = {2, SAMPLE_TO_APP, window + 0x10000, 0, 8192, rw, 0},
	        [SAMPLE_MAP_LAYER_FRAME] = {2, SAMPLE_FRAME, window + 0x20000, 0, 4096, rw, 0},
	        [SAMPLE_MAP_LAYER_LAPIC] = {2, SAMPLE_LAPIC, window + 0x21000, 0, 4096, MAP_READ, 0},
	        [SAMPLE_MAP_LAYER_KERNEL] = {2, SAMPLE_KERNEL, window + 0x30000, 0, 8192, MAP_READ, 0},
	        [SAMPLE_MAP_LAYER_GUEST] = {2, SAMPLE_GUEST_RAM, LAYER_GUEST_GPA, 0, SAMPLE_GUEST_BYTES, rw, 0},
	};

	memcpy(s->mapping, mappings, sizeof(mappings));
}

static void fill_access(struct sample *s)
{
	s->event[0] = (struct config_event){SAMPLE_LAYER, 0, EVENT_NOTIFY, 0};
	s->event[1] = (struct config_event){SAMPLE_GUEST, 0, EVENT_START, 0};
	s->event[2] = (struct config_event){1, 0, EVENT_SCHEDULE, 0};
	s->event_in[0] = (struct config_event_in){.bit = 0, .vector = 0x40};
	s->event_in[1] = (struct config_event_in){.bit = 5};
	s->event_in[2] = (struct config_event_in){.bit = 0, .flags = EVENT_URGENT};
	s->line[0] = (struct config_line){.gsi = 4, .bit = 0, .budget = 100};
	s->port[0] = (struct config_port){0x3f8, 8, 0};
	s->port[1] = (struct config_port){0xe9, 1, 0};
	s->msr[0] = (struct config_msr){0x10a, MSR_VALUE, 0, 0};
	s->msr[1] = (struct config_msr){0x200, MSR_STORE, 0, 0};
	s->msr[2] = (struct config_msr){0x4b564d01, MSR_LAYER, 0, 0};
	for (uint32_t first = 0; first < SAMPLE_CPUIDS; first += SAMPLE_CPUIDS / 2) {
		s->cpuid[first] = (struct config_cpuid){.leaf = 0, .eax = 0xd};
		s->cpuid[first + 1] = (struct config_cpuid){.leaf = 4, .subleaf = 0, .flags = CPUID_SUBLEAF};
		s->cpuid[first + 2] = (struct config_cpuid){.leaf = 4, .subleaf = 1, .flags = CPUID_SUBLEAF};
	}
	s->feature[0] = (struct config_feature){1, 0, CPUID_ECX, 1u << 28, "avx", SAMPLE_GUEST, 3};
	s->manage[0] = (struct config_manage){SAMPLE_GUEST, 0, RIGHT_RESTART | RIGHT_STATUS};
	s->epoch[0] = (struct config_epoch){2048, SAMPLE_LAYER};
	s->epoch[1] = (struct config_epoch){2048, SAMPLE_APP};
	s->consumer[0] = (struct config_consumer){SAMPLE_APP, SAMPLE_AUDIT, 64 + 64 * 64, {0, 2}};
	s->source[0] = (struct config_source){CONFIG_NONE, AUDIT_SYSTEM | AUDIT_SECURITY};
	s->source[1] = (struct config_source){SAMPLE_GUEST, AUDIT_SECURITY};
	s->channel[0] =
	        (struct config_channel){"serial", SAMPLE_LAYER, SAMPLE_APP, SAMPLE_TO_APP, SAMPLE_TO_LAYER, 0, 5};
}

static void fill_plan(struct sample *s)
{
	s->schedule[0] = (struct config_schedule){"a", 10000, {0, 1}};
	s->schedule[1] = (struct config_schedule){"b", 10000, {1, 1}};
	s->plan[0] = (struct config_plan){.cpu = 0, .frame = {0, 2}};
	s->plan[1] = (struct config_plan){.cpu = 0, .frame = {2, 2}};
	s->frame[0] = (struct config_frame){.group = SAMPLE_GROUP_GUEST, .length_us = 7500};
	s->frame[1] = (struct config_frame){.group = SAMPLE_GROUP_APP, .length_us = 2500};
	s->frame[2] = (struct config_frame){.group = SAMPLE_GROUP_GUEST, .length_us = 5000};
	s->frame[3] = (struct config_frame){.group = SAMPLE_GROUP_APP, .length_us = 5000};
	s->group[SAMPLE_GROUP_GUEST] = (struct config_group){"guest", {0, 2}, CONFIG_NONE, 0};
	s->group[SAMPLE_GROUP_APP] = (struct config_group){"app", {2, 1}, CONFIG_NONE, 0};
	s->member[0].vcpu = SAMPLE_LAYER;
	s->member[1].vcpu = SAMPLE_GUEST;
	s->member[2].vcpu = SAMPLE_APP;
}

static void fill_info(uint8_t *page, const struct sample *s, uint32_t subject)
{
	struct info *info = (struct info *)page;

	info->magic = INFO_MAGIC;
	info->version = INFO_VERSION;
	info->size = 4096;
	info->subject = subject;
	strcpy(info->name, s->subject[subject].name);
	strcpy(info->system, s->header.name);
	info->kind = s->subject[subject].kind;
	info->vcpu_count = info->cpu_count = 1;
	info->rights = s->subject[subject].rights;
}

void sample_seal(struct sample *s)
{
	struct hash hash;

	memset(s->header.digest, 0, sizeof(s->header.digest));
	hash_init(&hash);
	hash_update(&hash, s, sizeof(*s));
	hash_final(&hash, s->header.digest);
}

void sample_fill(struct sample *s)
{
	memset(s, 0, sizeof(*s));
	fill_header(s);
	fill_subjects(s);
	fill_vcpus(s);
	fill_regions(s);
	fill_mappings(s);
	fill_access(s);
	fill_plan(s);
	fill_info(s->payload.app_info, s, SAMPLE_APP);
	fill_info(s->payload.layer_info, s, SAMPLE_LAYER);
	memset(s->payload.app, 0xaa, sizeof(s->payload.app));
	memset(s->payload.layer, 0xbb, sizeof(s->payload.layer));
	memset(s->payload.kernel, 0xcc, 5000);
	sample_seal(s);
}

struct sample *sample_new(void)
{
	struct sample *s = aligned_alloc(4096, sizeof(*s));

	if (s)
		sample_fill(s);
	return s;
}

void sample_add_cpu(struct sample *s)
{
	const struct config_frame idle = {.group = CONFIG_NONE, .length_us = 10000};

	s->header.cpu_count = 2;
	s->header.table[TABLE_PLAN].count = 4;
	s->header.table[TABLE_FRAME].count = 6;
	s->schedule[0].plan = (struct config_span){0, 2};
	s->schedule[1].plan = (struct config_span){2, 2};
	s->plan[1] = (struct config_plan){.cpu = 1, .frame = {2, 1}};
	s->plan[2] = (struct config_plan){.cpu = 0, .frame = {3, 2}};
	s->plan[3] = (struct config_plan){.cpu = 1, .frame = {5, 1}};
	s->frame[4] = s->frame[3];
	s->frame[3] = s->frame[2];
	s->frame[2] = s->frame[5] = idle;
	sample_seal(s);
}

void sample_make_smp(struct sample *s)
{
	const struct config_vcpu guest = s->vcpu[SAMPLE_GUEST], layer = s->vcpu[SAMPLE_LAYER];

	sample_add_cpu(s);
	for (uint32_t i = 0; i < 2; i++) {
		s->vcpu[1 + i] = guest;
		s->vcpu[3 + i] = layer;
		s->vcpu[1 + i].partner = 3 + i;
		s->vcpu[3 + i].partner = 1 + i;
		s->vcpu[1 + i].cpu = s->vcpu[3 + i].cpu = i;
		s->vcpu[1 + i].apic_id = s->vcpu[3 + i].apic_id = i;
		s->member[3 + i].vcpu = 4 - 2 * i;
	}
	s->vcpu[2].start = START_SIPI;
	s->vcpu[2].frame_region = SAMPLE_REGIONS;
	s->vcpu[2].lapic_region = SAMPLE_REGIONS + 1;
	s->region[SAMPLE_REGIONS] = s->region[SAMPLE_FRAME];
	s->region[SAMPLE_REGIONS + 1] = s->region[SAMPLE_LAPIC];
	s->subject[SAMPLE_GUEST].vcpu = (struct config_span){1, 2};
	s->subject[SAMPLE_LAYER].vcpu = (struct config_span){3, 2};
	s->member[0].vcpu = 3;
	s->group[SAMPLE_GROUPS] = (struct config_group){"guest-1", {3, 2}, CONFIG_NONE, 1};
	s->frame[2].group = s->frame[5].group = SAMPLE_GROUPS;
	s->header.table[TABLE_VCPU].count = 5;
	s->header.table[TABLE_REGION].count = SAMPLE_REGIONS + 2;
	s->header.table[TABLE_GROUP].count = SAMPLE_GROUPS + 1;
	s->header.table[TABLE_MEMBER].count = 5;
	sample_seal(s);
}

struct placement_input sample_machine(const struct sample *s)
{
	static const struct placement_range memory[] = {{1 << 20, 64 << 20}};

	return (struct placement_input){
	        .config = &s->header,
	        .package = SAMPLE_PACKAGE,
	        .memory = memory,
	        .memory_count = 1,
	        .phys_limit = UINT64_C(1) << 40,
	        .costs = {.cpu_pages = 4, .subject_pages = 1, .vcpu_pages = 2, .fixed_pages = 8, .leaf_max = 1 << 30},
	};
}
