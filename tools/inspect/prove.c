/* SPDX-License-Identifier: ISC */
/*
 * The offline proof: the second-level tables of a subject are built by the same code as in the core, then taken apart
 * again by this walker, which shares no line and no constant with the builder: it knows the formats from the manuals
 * (APM 2 15.25.5 and 5.3.3 for NPT, SDM 3C 28.3.2 for EPT). The set of (page, host page, rights) found in the tables is
 * compared with the set that the mappings state: each leaf must be stated, and the number of pages must be the same.
 * As no leaf can be visited twice, equal counts of pages make the two sets equal.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "lib/config.h"
#include "lib/tables.h"
#include "tools/inspect/model.h"

#define PAGE UINT64_C(4096)
#define ADDRESS UINT64_C(0x000ffffffffff000)
#define TABLE_PAGES_MAX (UINT64_C(1) << 18) /* 1 GiB of tables: more is not proved but refused */

struct walker {
	const struct model *model;
	const struct config_header *config;
	const uint64_t *pages;
	uint64_t at, count;
	uint32_t subject;
	bool ept;
	struct proof *proof;
};

static bool wrong(struct walker *walker, const char *what, uint64_t gpa)
{
	walker->proof->state = PROOF_WRONG;
	snprintf(walker->proof->why, sizeof(walker->proof->why), "%s tables: %s at guest-physical 0x%" PRIx64,
	         walker->ept ? "EPT" : "NPT", what, gpa);
	return false;
}

/* Rights and cacheability that a leaf gives, as MAP_*; ~0 if the entry is not a form that the core may use. */
static uint32_t leaf_rights(bool ept, uint64_t entry)
{
	uint32_t rights = 0;
	if (ept) {
		uint64_t type = entry >> 3 & 7; /* 0 = uncached, 6 = write-back */
		rights |= entry & 1 ? MAP_READ : 0;
		rights |= entry & 2 ? MAP_WRITE : 0;
		rights |= entry & 4 ? MAP_EXECUTE : 0;
		rights |= type == 0 ? MAP_UNCACHED : 0;
		return type == 0 || type == 6 ? rights : ~0u;
	}
	if (!(entry & 4)) /* a nested walk is a user access: without U/S nothing would be allowed */
		return ~0u;
	rights |= MAP_READ;
	rights |= entry & 2 ? MAP_WRITE : 0;
	rights |= entry >> 63 ? 0 : MAP_EXECUTE;
	rights |= entry >> 4 & 1 ? MAP_UNCACHED : 0;
	return rights;
}

static bool present(bool ept, uint64_t entry)
{
	return ept ? (entry & 7) != 0 : (entry & 1) != 0;
}

static uint64_t region_base(const struct model *model, uint32_t region)
{
	const struct config_region *r = &config_regions(model->config)[region];
	return r->kind == REGION_FILE ? model->platform.package + r->payload_offset : model->placement.region[region];
}

static const struct config_mapping *mapping_of(const struct walker *walker, uint64_t gpa)
{
	const struct config_subject *subject = &config_subjects(walker->config)[walker->subject];
	const struct config_mapping *map = config_mappings(walker->config) + subject->mapping.first;
	for (uint32_t i = 0; i < subject->mapping.count; i++)
		if (gpa >= map[i].gpa && gpa - map[i].gpa < map[i].size)
			return &map[i];
	return NULL;
}

/* A leaf may not reach beyond its mapping, must point where placement put the bytes, with the rights stated. */
static bool check_leaf(struct walker *walker, uint64_t gpa, uint64_t size, uint64_t entry)
{
	const struct config_mapping *map = mapping_of(walker, gpa);
	uint64_t hpa = entry & ADDRESS & ~(size - 1);
	if (!map)
		return wrong(walker, "a page that no mapping states", gpa);
	if (size > map->size - (gpa - map->gpa))
		return wrong(walker, "a leaf that reaches beyond its mapping", gpa);
	if (hpa != region_base(walker->model, map->region) + map->offset + (gpa - map->gpa))
		return wrong(walker, "another host page than placement gave", gpa);
	if (leaf_rights(walker->ept, entry) != map->rights)
		return wrong(walker, "other rights than the mapping states", gpa);
	walker->proof->leaves++;
	walker->proof->pages += size / PAGE;
	return true;
}

/* The rights of a walk are the AND of its levels, so only an entry that gives all leaves the leaf's rights alone. */
static bool gives_all(bool ept, uint64_t entry)
{
	return ept ? (entry & 0x87) == 7 : (entry & 0x86) == 6 && !(entry >> 63);
}

static bool walk(struct walker *walker, uint64_t table, unsigned level, uint64_t gpa)
{
	uint64_t size = UINT64_C(1) << (12 + 9 * level);
	if (table < walker->at || (table - walker->at) / PAGE >= walker->count)
		return wrong(walker, "a table outside the subject's own pages", gpa);
	walker->proof->table_pages++;
	if (walker->proof->table_pages > walker->count)
		return wrong(walker, "a table used twice", gpa);
	const uint64_t *entry = walker->pages + (table - walker->at) / 8;
	for (unsigned i = 0; i < 512; i++, gpa += size) {
		if (!present(walker->ept, entry[i]))
			continue;
		const bool leaf = level == 0 || (level < 3 && (entry[i] >> 7 & 1));
		if (!leaf && !gives_all(walker->ept, entry[i]))
			return wrong(walker, "a table entry that takes rights away", gpa);
		if (leaf ? !check_leaf(walker, gpa, size, entry[i]) : !walk(walker, entry[i] & ADDRESS, level - 1, gpa))
			return false;
	}
	return true;
}

static uint64_t pages_stated(const struct config_header *config, uint32_t subject)
{
	const struct config_subject *s = &config_subjects(config)[subject];
	uint64_t pages = 0;
	for (uint32_t i = 0; i < s->mapping.count; i++)
		pages += config_mappings(config)[s->mapping.first + i].size / PAGE;
	return pages;
}

static bool prove_format(struct walker *walker, const struct table_format *format, bool ept, uint64_t *pages,
                         uint64_t leaf_max)
{
	walker->ept = ept;
	walker->count = tables_count(walker->config, walker->subject, leaf_max);
	walker->proof->pages = walker->proof->leaves = walker->proof->table_pages = 0;
	if (tables_build(walker->config, &walker->model->placement, walker->subject, format, leaf_max, pages,
	                 walker->at, walker->count) != OK)
		return wrong(walker, "they cannot be built: mappings overlap", 0);
	if (!walk(walker, walker->at, 3, 0))
		return false;
	if (walker->proof->pages != pages_stated(walker->config, walker->subject))
		return wrong(walker, "fewer pages than the mappings state, counted", 0);
	if (walker->proof->table_pages != walker->count)
		return wrong(walker, "table pages that nothing points to", 0);
	return true;
}

/* Returns the number of table pages that the subject takes in the pool. */
static uint64_t prove_subject(struct model *model, uint32_t subject, uint64_t at)
{
	struct proof *proof = &model->proof[subject];
	const uint64_t leaf_max = model->platform.costs.leaf_max;
	uint64_t count = tables_count(model->config, subject, leaf_max);
	struct walker walker = {.model = model, .config = model->config, .at = at, .subject = subject, .proof = proof};
	proof->table_pages = count;
	if (!count || count > TABLE_PAGES_MAX) {
		proof->state = count ? PROOF_TOO_LARGE : PROOF_NONE;
		return count;
	}
	uint64_t *pages = aligned_alloc(PAGE, count * PAGE);
	if (!pages)
		abort();
	walker.pages = pages;
	/* on a CPU with leaves of 1 GiB, and on one without: what is counted is that of the latter, whose tables are more */
	if (prove_format(&walker, &table_format_npt, false, pages, TABLES_LEAF_1G) &&
	    prove_format(&walker, &table_format_ept, true, pages, TABLES_LEAF_1G) &&
	    prove_format(&walker, &table_format_npt, false, pages, leaf_max) &&
	    prove_format(&walker, &table_format_ept, true, pages, leaf_max))
		proof->state = PROOF_EQUAL;
	free(pages);
	return count;
}

/* The tables lie one after another at the start of the core's pool, in the order of subjects. */
void model_prove(struct model *model)
{
	uint64_t at = model->placement.pool;
	if (!model->placed)
		return;
	for (uint32_t i = 0; i < model_subject_count(model); i++)
		at += prove_subject(model, i, at) * PAGE;
}
