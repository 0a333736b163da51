/* SPDX-License-Identifier: ISC */
/*
 * Last stage: what only the finished tables can show. The checker that the core runs, the placement that the core
 * computes (on the board that the description promises), and the denied flows.
 */
#include "lib/config.h"
#include "lib/placement.h"
#include "tools/description.h"
#include "tools/flow.h"
#include "tools/image.h"

#define MIB(n) ((uint64_t)(n) << 20)

static void prove_config(struct compiler *compiler)
{
	struct config_problem found;
	const struct config_header *config = (const void *)compiler->image->package;
	if (config_check(config, compiler->image->package_size, &found) != OK)
		problem(&compiler->report, compiler->description->line, "E-config",
		        "the core would refuse this: %s (table %u, record %u); report it, the compiler should have "
		        "said it better",
		        config_rule_text(found.rule), found.table, found.record);
	else if (config_digest(config, compiler->image->package_size) != OK)
		problem(&compiler->report, compiler->description->line, "E-config", "the digest is wrong; report it");
}

static int line_of(const struct config_header *config, uint32_t region)
{
	return region == CONFIG_NONE ? 1 : (int)config_regions(config)[region].line_number;
}

/* A board with that much RAM: like a PC, up to 2 GiB below the devices, the rest from 4 GiB up. */
static void prove_memory(struct compiler *compiler)
{
	const struct config_header *config = (const void *)compiler->image->package;
	uint64_t total = compiler->memory ? compiler->memory : compiler->description->board.memory;
	uint64_t low = total < MIB(2048) ? total : MIB(2048);
	const struct placement_range memory[] = {{0, 0x9f000}, {MIB(1), low - MIB(1)}, {MIB(4096), total - low}};
	/* the first MiB, the core, and the package where a boot loader would put it */
	const struct placement_range reserved[] = {
	        {0, MIB(1)}, {MIB(2), MIB(2)}, {MIB(4), compiler->image->package_size}};
	const struct placement_input input = {
	        .config = config,
	        .package = MIB(4),
	        .memory = memory,
	        .reserved = reserved,
	        .memory_count = total > low ? 3 : 2,
	        .reserved_count = 3,
	        .phys_limit = UINT64_C(1) << 40,
	        .costs = {.cpu_pages = 16, .subject_pages = 1, .vcpu_pages = 8, .fixed_pages = 64, .leaf_max = MIB(2)}};
	struct placement *placement = report_alloc(&compiler->report, sizeof(*placement));
	if (low < MIB(16) || MIB(4) + compiler->image->package_size > low) {
		problem(&compiler->report, compiler->description->board.line, "E-memory-package",
		        "the package alone has %llu MiB; say <board memory=\"...\"/> with more than that",
		        (unsigned long long)(compiler->image->package_size >> 20));
		return;
	}
	if (placement_compute(&input, placement) == OK)
		return;
	const char *what =
	        placement->failed == CONFIG_NONE ? "the core's tables" : config_regions(config)[placement->failed].name;
	problem(&compiler->report, line_of(config, placement->failed), "E-memory-fit",
	        "\"%s\" does not fit: %llu KiB are missing on a board of %llu MiB; make subjects smaller, or say "
	        "<board memory=\"...\"/>",
	        what, (unsigned long long)(placement->missing >> 10), (unsigned long long)(total >> 20));
}

void prove(struct compiler *compiler)
{
	prove_config(compiler);
	if (compiler->report.count)
		return;
	prove_memory(compiler);
	flow_prove(compiler);
}
