/* SPDX-License-Identifier: ISC */
/*
 * Last stage: what only the finished tables can show. The checker that the starter runs, the placement that it
 * computes (on the board that the description promises), and the denied flows.
 */
#include "lib/config.h"
#include "lib/tables.h"
#include "tools/rules/rules.h"
#include "lib/placement.h"
#include "tools/description.h"
#include "tools/flow.h"
#include "tools/image.h"
#include "tools/inspect/platform.h"
#include "tools/inspect/target.h"

#define MIB(n) ((uint64_t)(n) << 20)

static void prove_config(struct compiler *compiler)
{
	struct config_problem found;
	const struct config_header *config = (const void *)compiler->image->package;
	if (rules_check(config, compiler->image->package_size, &found) != OK)
		problem(&compiler->report, compiler->description->line, "E-config",
		        "the core would refuse this: %s (table %u, record %u); report it, the compiler should have "
		        "said it better",
		        rule_text(found.rule), found.table, found.record);
	else if (config_digest(config, compiler->image->package_size) != OK)
		problem(&compiler->report, compiler->description->line, "E-config", "the digest is wrong; report it");
}

static int line_of(const struct compiler *compiler, const struct config_header *config, uint32_t region)
{
	int line = region == CONFIG_NONE ? 0 : (int)config_regions(config)[region].line_number;
	return line ? line : compiler->description->line;
}

static void does_not_fit(struct compiler *compiler, const struct config_header *config,
                         const struct placement *placement, const char *board)
{
	const char *what =
	        placement->failed == CONFIG_NONE ? "the core's tables" : config_regions(config)[placement->failed].name;
	bool huge = placement->failed != CONFIG_NONE &&
	            config_regions(config)[placement->failed].alignment > TABLES_LEAF_2M;
	problem(&compiler->report, line_of(compiler, config, placement->failed), "E-memory-fit",
	        "\"%s\" does not fit%s: %llu KiB are missing on %s; make subjects smaller, or say <board "
	        "memory=\"...\"/>",
	        what, huge ? " at a multiple of 1 GiB (pages=\"1G\")" : "",
	        (unsigned long long)(placement->missing >> 10), board);
}

/* The same target as `bulkhead inspect` and `bulkhead run` have: QEMU's q35, or a platform file. */
static void prove_memory(struct compiler *compiler)
{
	const struct config_header *config = (const void *)compiler->image->package;
	struct platform *platform = report_alloc(&compiler->report, sizeof(*platform));
	struct placement *placement = report_alloc(&compiler->report, sizeof(*placement));
	uint64_t total = compiler->memory ? compiler->memory : compiler->description->board.memory;
	uint64_t package = compiler->image->package_size;
	if (compiler->platform)
		*platform = *compiler->platform;
	else
		platform_q35(platform, total);
	if (!compiler->platform && (total < MIB(16) || package > total - MIB(8))) {
		problem(&compiler->report, compiler->description->board.line, "E-memory-package",
		        "the package alone has %llu MiB; say <board memory=\"...\"/> with more than that, at least 16M",
		        (unsigned long long)((package + MIB(1) - 1) >> 20));
		return;
	}
	if (target_place(platform, config, placement) != OK)
		does_not_fit(compiler, config, placement, platform->what);
}

void prove(struct compiler *compiler)
{
	prove_config(compiler);
	if (compiler->report.count)
		return;
	prove_memory(compiler);
	flow_prove(compiler);
}
