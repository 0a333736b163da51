/* SPDX-License-Identifier: ISC */
#ifndef LIB_TABLES_H
#define LIB_TABLES_H

#include <stdint.h>
#include "abi/config.h"
#include "abi/status.h"
#include "lib/placement.h"

/*
 * Second-level tables, 4 levels, from the description's mappings. A format is a set of bit masks (no callbacks):
 * NPT (APM 2 15.25: like long-mode page tables, U/S set) or EPT (SDM 3C 28.3). Leaves carry Accessed and Dirty from
 * the start so that tables never change. The leaf size follows from the configuration alone (gpa, offset and region
 * alignment), never from where placement put things: so the number of table pages is known before placement.
 */
struct table_format {
	uint64_t table;                /* bits of an entry that points to a table */
	uint64_t leaf;                 /* bits of every leaf */
	uint64_t large;                /* bit that makes a 2 MiB or 1 GiB leaf */
	uint64_t read, write, execute; /* bits for a right that is given */
	uint64_t no_write, no_execute; /* bits for a right that is not given */
	uint64_t cached, uncached;     /* memory type bits of a leaf */
};
extern const struct table_format table_format_npt, table_format_ept;

#define TABLES_LEAF_2M (UINT64_C(2) << 20)
#define TABLES_LEAF_1G (UINT64_C(1) << 30)

/* Number of 4 KiB table pages the subject needs, root included. */
uint64_t tables_count(const struct config_header *config, uint32_t subject, uint64_t leaf_max);
/*
 * Builds them: `pages` is the memory of `count` pages (zeroed by this function) that will lie at host-physical `at`;
 * the root is the first page. Returns ERR_CORRUPT if two mappings overlap or a count does not match.
 */
enum status tables_build(const struct config_header *config, const struct placement *placement, uint32_t subject,
                         const struct table_format *format, uint64_t leaf_max, uint64_t *pages, uint64_t at,
                         uint64_t count);
/* One 4-level look-up in built tables: the leaf entry and its size, or 0. For `inspect`, tests and proofs. */
uint64_t tables_lookup(const uint64_t *pages, uint64_t at, uint64_t gpa, uint64_t large, uint64_t *leaf_size);

#endif
