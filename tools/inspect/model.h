/* SPDX-License-Identifier: ISC */
#ifndef TOOLS_INSPECT_MODEL_H
#define TOOLS_INSPECT_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "abi/config.h"
#include "lib/placement.h"

/*
 * What `inspect` knows of a package, computed once from the checked binary and then only printed: as text, JSON, HTML.
 * Nothing here looks at the XML description; a report therefore shows what the core will do, not what was meant.
 */
#define NAME_TEXT (CONFIG_NAME_BYTES + 1)

/* --- the target machine --- */
#define PLATFORM_RANGES 64u
struct platform {
	char what[96]; /* for the report: where the memory map comes from */
	struct placement_range memory[PLATFORM_RANGES], reserved[PLATFORM_RANGES];
	char reserved_name[PLATFORM_RANGES][48];
	uint32_t memory_count, reserved_count;
	uint64_t package;     /* where the boot loader puts the package; 0 = behind the core */
	uint64_t package_gap; /* then: bytes between the two */
	uint64_t core, core_size;
	uint64_t loaded_end; /* what the boot loader loads ends here; 0 = with the core */
	uint64_t phys_limit;
	struct placement_costs costs; /* pages that the core of this machine takes */
};

/* --- memory map: every byte of RAM has exactly one extent --- */
enum extent_kind {
	EXTENT_FREE,
	EXTENT_RESERVED, /* firmware, boot data, first MiB */
	EXTENT_CORE,     /* image of the core */
	EXTENT_POOL,     /* core: its own pages */
	EXTENT_TABLES,   /* core: second-level tables */
	EXTENT_CONFIG,   /* package: the configuration */
	EXTENT_PAYLOAD,  /* package: a file */
	EXTENT_REGION,   /* a region of the description */
	EXTENT_DEVICE,   /* a pinned region outside RAM */
	EXTENT_KINDS
};
struct extent {
	uint64_t base, size;
	enum extent_kind kind;
	uint32_t region; /* CONFIG_NONE */
	uint32_t owner;  /* subject; CONFIG_NONE = core or system */
	char label[64];
};

/* --- information flow --- */
enum flow_kind {
	FLOW_MEMORY,   /* writes memory that the other reads */
	FLOW_EVENT,    /* signals an event */
	FLOW_PARTNER,  /* guest and its virtualization layer */
	FLOW_CONTROL,  /* starts, stops, pauses, restarts, loads it */
	FLOW_STATUS,   /* is seen: status words, statistics, audit records */
	FLOW_EPOCH,    /* its restarts are seen */
	FLOW_SCHEDULE, /* may switch the schedule that gives the other its time */
	FLOW_TIME,     /* runs before the other in the same frame */
	FLOW_MACHINE,  /* may reboot, power off or stop the whole machine */
	FLOW_DEVICE,   /* holds the same ports */
	FLOW_KINDS
};
struct flow {
	uint32_t from, to;
	enum flow_kind kind;
	char what[80];
};

/* --- proof of second-level tables --- */
enum proof_state { PROOF_NONE, PROOF_EQUAL, PROOF_WRONG, PROOF_TOO_LARGE };
struct proof {
	enum proof_state state;
	uint64_t pages;       /* 4 KiB pages mapped */
	uint64_t leaves;      /* leaf entries that give them */
	uint64_t table_pages; /* second-level table pages */
	char why[128];        /* PROOF_WRONG: the first difference */
};

struct model {
	const struct config_header *config;
	const uint8_t *package;
	uint64_t package_size; /* bytes at hand: the whole package if digest_known */
	bool digest_known;
	bool digest_good;
	char system[NAME_TEXT];
	char subject[CONFIG_MAX_SUBJECTS][NAME_TEXT];

	struct platform platform;
	bool placed;
	char placement_problem[160];
	struct placement placement;
	struct extent *extents;
	size_t extent_count, extent_room;
	char overlap[160]; /* empty: no byte has two owners */

	struct flow *flows;
	size_t flow_count, flow_room;
	uint16_t flow_direct[CONFIG_MAX_SUBJECTS][CONFIG_MAX_SUBJECTS]; /* bits 1 << enum flow_kind, [from][to] */
	uint8_t flow_next[CONFIG_MAX_SUBJECTS][CONFIG_MAX_SUBJECTS]; /* first step of a shortest path; own id = none */

	struct proof proof[CONFIG_MAX_SUBJECTS];
};

/* Builds all of it; the configuration must have passed config_check. Memory errors end the program. */
void model_build(struct model *model, const uint8_t *package, uint64_t size, const struct platform *platform);
void model_free(struct model *model);
/* The parts, each in its own file; in this order. */
void model_names(struct model *model);
void model_place(struct model *model);
void model_flows(struct model *model);
void model_prove(struct model *model);

uint32_t model_subject_count(const struct model *model);
/* A name field of the configuration, NUL-terminated for sure, printable for sure. */
void model_name(char out[NAME_TEXT], const char name[CONFIG_NAME_BYTES]);
/* Name of a subject index; "core" for CONFIG_NONE, "?" beyond the table. */
const char *model_owner(const struct model *model, uint32_t subject);
/* "core" for what the core uses, "shared" for regions and files that belong to no subject. */
const char *model_extent_owner(const struct model *model, const struct extent *extent);

/* --- shares --- */
struct share {
	uint64_t total_us; /* the plan's major frame */
	uint64_t us;
	uint32_t frames;
};
/* Of a group (CONFIG_NONE = idle) and of a subject (all groups it is a member of) in one plan. */
struct share share_of_group(const struct config_header *config, uint32_t plan, uint32_t group);
struct share share_of_subject(const struct config_header *config, uint32_t plan, uint32_t subject);
double share_percent(struct share share);

#endif
