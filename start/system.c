/* SPDX-License-Identifier: ISC */
#include "start/system.h"
#include "core/console.h"
#include "core/scheduler.h"
#include "lib/bytes.h"
#include "lib/tables.h"

/*
 * Builds the system from the configuration. Every question that the description can pose to the machine is asked here,
 * before any subject runs; whoever fails names the line of the description that cannot be met. The core's pool is one run
 * of pages: the second-level tables of all subjects, their permission maps, then what vCPUs need, which alone changes.
 */
#define PAGE 4096u
#define SUM_BYTES (CONFIG_MAX_BYTES + (4u << 20)) /* of configuration, image and tables: more of these are not summed */
static struct placement placement;
static uint64_t sums[SUM_BYTES / SELF_TEST_BYTES] __attribute__((aligned(4096)));

void system_refuse(const char *what, const char *where, uint64_t value)
{
	console_text("bulkhead: cannot start: ");
	console_text(what);
	console_text(" [");
	console_text(where);
	console_line("]", value);
	machine_stop();
}

/* A line of the description, in decimal as editors count. */
static void tell_line(uint32_t line)
{
	char digits[11], *at = &digits[10];

	*at = 0;
	do
		*--at = (char)('0' + line % 10);
	while (line /= 10);
	console_text("description line ");
	console_text(at);
	console_text("\n");
}

static const struct config_header *open_package(const struct boot_info *boot)
{
	const struct config_header *config = (const void *)(uintptr_t)boot->package;
	struct config_problem problem = {CONFIG_FINE, TABLE_COUNT, 0};

	if (!boot->package_size)
		system_refuse("no package was loaded with the core", "boot module", 0);
	const bool damaged = config_digest(config, boot->package_size) != OK;
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

static void check_groups(const struct config_header *config)
{
	const struct config_group *group = CONFIG_TABLE(config, config_group, TABLE_GROUP);
	uint64_t members = 0;

	for (uint32_t i = 0; i < config->table[TABLE_GROUP].count; i++) {
		members += group[i].member.count + UINT64_C(2);
		if (members > SCHEDULER_MEMBERS)
			system_refuse("too many members of scheduling groups", group[i].name, group[i].member.count);
	}
}

static void place(const struct config_header *config, const struct boot_info *boot)
{
	const struct placement_input input = {
	        .config = config,
	        .package = boot->package,
	        .memory = boot->memory,
	        .reserved = boot->reserved,
	        .memory_count = boot->memory_count,
	        .reserved_count = boot->reserved_count,
	        .phys_limit = boot->phys_limit,
	        .costs = *machine_costs(),
	};
	enum status status = placement_compute(&input, &placement);

	if (status != OK && placement.failed == CONFIG_NONE)
		system_refuse("too little memory for the core: bytes missing", config->name, placement.missing);
	if (status != OK) {
		const struct config_region *region = &config_regions(config)[placement.failed];
		tell_line(region->line_number);
		system_refuse("too little memory, or a pin not free: bytes missing", region->name, placement.missing);
	}
}

/* Regions that are not a subject's RAM: they begin as zeros or as their payload, once. */
static void fill_regions(struct system *system)
{
	const struct config_header *config = system->config;
	const struct config_region *r = config_regions(config);

	for (uint32_t i = 0; i < config->table[TABLE_REGION].count; i++, r++) {
		system->region[i] = placement.region[i];
		if (r->kind == REGION_RAM || r->kind == REGION_FILE || r->kind == REGION_DEVICE)
			continue;
		uint8_t *at = (uint8_t *)(uintptr_t)placement.region[i];
		memset(at, 0, r->size);
		memcpy(at, (const uint8_t *)(uintptr_t)system->package + r->payload_offset, r->payload_size);
		if (r->kind == REGION_STATS)
			system->stats = (struct stats *)at;
	}
	if (!system->stats)
		system_refuse("no statistics region", config->name, 0);
}

/* Returns where the pages of vCPUs begin. */
static uint64_t build_tables(struct system *system)
{
	const struct config_header *config = system->config;
	const struct placement_costs *costs = machine_costs();
	uint64_t at = placement.pool;

	memset((void *)(uintptr_t)at, 0, placement.pool_size);
	for (uint32_t i = 0; i < config->table[TABLE_SUBJECT].count; i++) {
		const uint64_t count = tables_count(config, i, machine_leaf_max());
		system->table_root[i] = at;
		if (tables_build(config, &placement, i, machine_table_format(), machine_leaf_max(),
		                 (uint64_t *)(uintptr_t)at, at, count) != OK)
			system_refuse("no second-level tables", config_subjects(config)[i].name, i);
		at += tables_count(config, i, costs->leaf_max) * PAGE;
	}
	for (uint32_t i = 0; i < config->table[TABLE_SUBJECT].count; i++, at += costs->subject_pages * PAGE) {
		system->permissions[i] = at;
		machine_permissions(config, i, (uint8_t *)(uintptr_t)at);
	}
	return at;
}

static uint32_t cpu_of_event(const struct config_header *config, const struct config_subject *subject, uint32_t bit)
{
	const struct config_event_in *in =
	        CONFIG_TABLE(config, config_event_in, TABLE_EVENT_IN) + subject->event_in.first;
	uint32_t vcpu = 0;

	for (uint32_t i = 0; i < subject->event_in.count; i++)
		vcpu = in[i].bit == bit ? in[i].vcpu : vcpu;
	return config_vcpus(config)[subject->vcpu.first + vcpu].cpu;
}

static void open_lines(struct system *system)
{
	const struct config_header *config = system->config;
	const struct config_line *line = CONFIG_TABLE(config, config_line, TABLE_LINE);

	for (uint32_t s = 0; s < config->table[TABLE_SUBJECT].count; s++) {
		const struct config_subject *subject = &config_subjects(config)[s];
		for (uint32_t i = subject->line.first; i < subject->line.first + subject->line.count; i++) {
			const uint32_t cpu = cpu_of_event(config, subject, line[i].bit);
			system->line[i].subject = (uint8_t)s;
			system->line[i].cpu = (uint8_t)cpu;
			if (machine_line_open(line[i].gsi, line[i].flags, cpu, i) != OK)
				system_refuse("no interrupt controller has the physical line", subject->name,
				              line[i].gsi);
		}
	}
}

static void give_tags(struct system *system)
{
	const struct config_header *config = system->config;
	uint32_t last[CONFIG_MAX_CPUS] = {0};

	for (uint32_t i = 0; i < config->table[TABLE_VCPU].count; i++) {
		uint32_t *tag = &last[config_vcpus(config)[i].cpu];
		*tag += *tag + 1 < machine_tags();
		system->tag[i] = (uint16_t)*tag;
	}
}

static void keep(struct system_maps *maps, uint64_t base, uint64_t size, bool writable)
{
	maps->map[maps->count++] = (struct system_map){base, size, writable};
}

/* What is mapped in the core: configuration, pool, and the few regions it shares with subjects. */
static void list_maps(const struct system *system, struct system_maps *maps)
{
	const struct config_header *config = system->config;
	const struct config_region *region = config_regions(config);

	maps->count = 0;
	keep(maps, system->package, (config->size + PAGE - 1) & ~(uint64_t)(PAGE - 1), false);
	keep(maps, placement.pool, system->vcpu_pages - placement.pool, false);
	keep(maps, system->vcpu_pages, placement.pool + placement.pool_size - system->vcpu_pages, true);
	keep(maps, (uintptr_t)sums, sizeof(sums), false);
	for (uint32_t i = 0; i < config->table[TABLE_REGION].count; i++) {
		if (region[i].kind < REGION_INFO || region[i].kind > REGION_STATS)
			continue;
		keep(maps, placement.region[i], region[i].size, true);
		system->stats->core_bytes += region[i].size;
	}
}

/* In the package the configuration is padded to whole pages. */
static void list_constants(struct system *system)
{
	const uint64_t mask = ~(uint64_t)(SELF_TEST_BYTES - 1);

	system->constant[1] =
	        (struct machine_range){system->package, ((uint64_t)system->config->size + SELF_TEST_BYTES - 1) & mask};
	system->constant[2] = (struct machine_range){placement.pool, system->vcpu_pages - placement.pool};
	system->sums = sums;
}

void system_seal(struct system *system)
{
	uint64_t step = 0;

	for (unsigned i = 0; i < SYSTEM_CONSTANTS; i++)
		for (uint64_t at = 0; at < system->constant[i].size && step < sizeof(sums) / sizeof(*sums);
		     at += SELF_TEST_BYTES)
			sums[step++] = self_test_sum(system->constant[i].base + at);
	system->step_count = (uint32_t)step;
}

void system_build(const struct boot_info *boot, struct system *system, struct system_maps *maps)
{
	const uint64_t begin = machine_now();
	const struct config_header *config = open_package(boot);
	const uint64_t measured = machine_now();

	system->config = config;
	system->package = boot->package;
	system->tsc_khz = boot->tsc_khz;
	system->cpu_vendor = machine_vendor();
	check_features(config, boot);
	check_groups(config);
	place(config, boot);
	const uint64_t placed = machine_now();
	fill_regions(system);
	system->stats->load_ticks = measured - begin + machine_now() - placed;
	system->stats->entry_tsc = boot->entry_tsc;
	system->stats->core_bytes = boot->image_bytes + placement.pool_size;
	system->stats->pristine_bytes = config->package_size;
	system->vcpu_pages = build_tables(system);
	list_maps(system, maps);
	list_constants(system);
	give_tags(system);
	open_lines(system);
	if (machine_cpus_start(config->cpu_count) != OK)
		system_refuse("a CPU does not start, or its time stamp counter is not in step", config->name,
		              config->cpu_count);
}
