/* SPDX-License-Identifier: ISC */
#include "core/system.h"
#include "core/audit.h"
#include "core/console.h"
#include "core/panic.h"
#include "core/subject.h"
#include "core/vcpu.h"
#include "lib/bytes.h"
#include "lib/tables.h"

/*
 * Builds the system from the configuration. Every question that the description can pose to the machine is asked here,
 * before any subject runs; whoever fails names the line of the description that cannot be met.
 */
#define PAGE 4096u
struct system the_system;
static uint64_t pool_next, pool_end;
static uint64_t measure_ticks;                          /* spent on the package's digest */
static struct machine_map maps[3 + CONFIG_MAX_REGIONS]; /* configuration, tables, pool; regions */
static unsigned map_count;

void system_refuse(const char *what, const char *where, uint64_t value)
{
	console_text("bulkhead: cannot start: ");
	console_text(what);
	console_text(" [");
	console_text(where);
	console_line("]", value);
	machine_stop();
}

void *system_pages(uint32_t count)
{
	uint64_t at = pool_next;

	CHECK(pool_end - pool_next >= (uint64_t)count * PAGE);
	pool_next += (uint64_t)count * PAGE;
	return (void *)(uintptr_t)at;
}

uint64_t system_table_root(uint32_t subject)
{
	return the_system.table_root[subject];
}

static const struct config_header *open_package(const struct boot_info *boot)
{
	const struct config_header *config = (const void *)(uintptr_t)boot->package.at;
	struct config_problem problem = {CONFIG_FINE, TABLE_COUNT, 0};

	if (!boot->package_size)
		system_refuse("no package was loaded with the core", "boot module", 0);
	const uint64_t from = machine_now();
	const bool damaged = config_digest(config, boot->package_size) != OK;
	measure_ticks = machine_now() - from;
	if (config_check(config, boot->package_size, &problem) != OK || damaged) {
		console_line("configuration table", problem.table);
		console_line("record", problem.record);
		system_refuse(problem.rule == BAD_MAGIC ? "the boot module is no package"
		              : damaged                 ? "the package is damaged: its digest is another"
		                                        : "the package breaks a rule (bulkhead inspect says which)",
		              "rule", problem.rule);
	}
	return config;
}

static void check_features(const struct config_header *config, const struct boot_info *boot)
{
	const struct config_feature *feature = CONFIG_TABLE(config, config_feature, TABLE_FEATURE);
	const char *missing = "";

	if (machine_check(&missing) != OK)
		system_refuse("this CPU lacks, or firmware has locked,", missing, 0);
	if (boot->cpu_count < config->cpu_count)
		system_refuse("fewer CPUs than described", config->name, boot->cpu_count);
	for (uint32_t i = 0; i < config->table[TABLE_FEATURE].count; i++) {
		uint32_t regs[4];
		machine_cpuid(feature[i].leaf, feature[i].subleaf, regs);
		if ((regs[feature[i].reg] & feature[i].mask) != feature[i].mask)
			system_refuse("this CPU lacks a feature asked for in line", feature[i].name,
			              feature[i].line_number);
	}
}

static void place(const struct config_header *config, const struct boot_info *boot)
{
	struct placement_input input = {
	        .config = config,
	        .package = boot->package.at,
	        .memory = (const struct placement_range *)boot->memory,
	        .reserved = (const struct placement_range *)boot->reserved,
	        .memory_count = boot->memory_count,
	        .reserved_count = boot->reserved_count,
	        .phys_limit = boot->phys_limit,
	        .costs = *machine_costs(),
	};
	struct placement *placement = &the_system.placement;
	enum status status = placement_compute(&input, placement);

	if (status != OK && placement->failed == CONFIG_NONE)
		system_refuse("too little memory for the core: bytes missing", config->name, placement->missing);
	if (status != OK) {
		const struct config_region *region = &config_regions(config)[placement->failed];
		console_line("description line", region->line_number);
		system_refuse("too little memory, or a pin not free: bytes missing", region->name, placement->missing);
	}
}
_Static_assert(sizeof(struct machine_range) == sizeof(struct placement_range), "the same layout");

static void build_tables(const struct config_header *config)
{
	uint64_t leaf_max = machine_costs()->leaf_max;

	for (uint32_t i = 0; i < config->table[TABLE_SUBJECT].count; i++) {
		uint64_t count = tables_count(config, i, leaf_max);
		uint64_t *pages = system_pages((uint32_t)count);
		the_system.table_root[i] = (uint64_t)(uintptr_t)pages;
		if (tables_build(config, &the_system.placement, i, machine_table_format(), leaf_max, pages,
		                 (uint64_t)(uintptr_t)pages, count) != OK)
			system_refuse("no second-level tables", config_subjects(config)[i].name, i);
	}
}

/* Regions that are not a subject's RAM: they begin as zeros or as their payload, once. */
static void fill_regions(const struct config_header *config)
{
	const struct config_region *region = config_regions(config);

	for (uint32_t i = 0; i < config->table[TABLE_REGION].count; i++) {
		const struct config_region *r = &region[i];
		if (r->kind == REGION_RAM || r->kind == REGION_FILE || r->kind == REGION_DEVICE)
			continue;
		uint8_t *at = (uint8_t *)(uintptr_t)the_system.placement.region[i];
		memset(at, 0, r->size);
		memcpy(at, (const uint8_t *)(uintptr_t)the_system.package + r->payload_offset, r->payload_size);
		if (r->kind == REGION_STATS)
			the_system.stats = (struct stats *)at;
	}
}

static void make_subject(const struct config_header *config, uint32_t index)
{
	struct subject *subject = &subjects[index];
	const struct config_subject *c = &config_subjects(config)[index];

	subject->config = c;
	subject->index = index;
	subject->vcpu = &vcpus[c->vcpu.first];
	subject->partner = c->partner == CONFIG_NONE ? 0 : &subjects[c->partner];
	subject->leader = c->kind == KIND_LAYER ? subject->partner : subject;
	subject->stats = &the_system.stats->subject[index];
	subject->stats->state = SUBJECT_STOPPED;
	memset(subject->in_slot, 0xff, sizeof(subject->in_slot));
	const struct config_event_in *in = CONFIG_TABLE(config, config_event_in, TABLE_EVENT_IN) + c->event_in.first;
	for (uint32_t i = 0; i < c->event_in.count; i++)
		subject->in_slot[in[i].bit] = (uint8_t)i;
}

static void make_vcpu(const struct config_header *config, uint32_t index)
{
	struct vcpu *vcpu = &vcpus[index];
	const struct config_vcpu *c = &config_vcpus(config)[index];

	vcpu->config = c;
	vcpu->index = index;
	vcpu->cpu = &cpus[c->cpu];
	vcpu->subject = &subjects[c->subject];
	vcpu->number = index - vcpu->subject->config->vcpu.first;
	struct vcpu *partner = vcpu->subject->partner ? vcpu->subject->partner->vcpu + vcpu->number : 0;
	vcpu->stats = &the_system.stats->vcpu[index];
	if (vcpu->subject->config->kind == KIND_LAYER)
		vcpu->guest = partner;
	else
		vcpu->layer = partner;
	if (c->frame_region != CONFIG_NONE)
		vcpu->frame = (struct exit_frame *)(uintptr_t)system_region(c->frame_region).at;
	vcpu->deadline = ~UINT64_C(0);
	if (machine_vcpu_open(vcpu) != OK)
		system_refuse("virtual CPU cannot be made", vcpu->subject->config->name, index);
}

static void keep(uint64_t base, uint64_t size, bool writable)
{
	maps[map_count++] = (struct machine_map){base, size, writable};
}

/* What stays mapped in the core: configuration, pool, and the few regions it shares with subjects. */
void system_protect(void)
{
	const struct config_header *config = the_system.config;
	const struct config_region *region = config_regions(config);
	const struct placement *placement = &the_system.placement;
	uint64_t tables = placement->table_pages * PAGE;

	map_count = 0;
	keep(the_system.package, (config->size + PAGE - 1) & ~(uint64_t)(PAGE - 1), false);
	keep(placement->pool, tables, false);
	keep(placement->pool + tables, placement->pool_size - tables, true);
	the_system.stats->core_bytes = machine_image_bytes() + placement->pool_size;
	the_system.stats->pristine_bytes = config->package_size;
	for (uint32_t i = 0; i < config->table[TABLE_REGION].count; i++) {
		uint32_t kind = region[i].kind;
		if (kind < REGION_INFO || kind > REGION_STATS)
			continue;
		keep(placement->region[i], region[i].size, true);
		the_system.stats->core_bytes += region[i].size;
	}
	machine_protect(maps, map_count);
	system_self_test_open();
}

void system_build(const struct boot_info *boot)
{
	const struct config_header *config = open_package(boot);

	the_system.config = config;
	the_system.package = boot->package.at;
	the_system.tsc_khz = machine_tsc_khz();
	check_features(config, boot);
	place(config, boot);
	pool_next = the_system.placement.pool;
	pool_end = pool_next + the_system.placement.pool_size;
	memset((void *)(uintptr_t)pool_next, 0, the_system.placement.pool_size);
	uint64_t from = machine_now();
	fill_regions(config);
	uint64_t filled = machine_now();
	if (!the_system.stats)
		system_refuse("no statistics region", config->name, 0);
	the_system.stats->entry_tsc = boot->entry_tsc;
	build_tables(config);
	subject_count = config->table[TABLE_SUBJECT].count;
	vcpu_count = config->table[TABLE_VCPU].count;
	for (uint32_t i = 0; i < config->cpu_count; i++) {
		cpus[i].id = i;
		cpus[i].flight_at = cpus[i].flight;
	}
	for (uint32_t i = 0; i < subject_count; i++)
		make_subject(config, i);
	for (uint32_t i = 0; i < vcpu_count; i++)
		make_vcpu(config, i);
	the_system.stats->load_ticks = filled - from + measure_ticks;
}
