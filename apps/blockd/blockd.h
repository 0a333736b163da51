/* SPDX-License-Identifier: ISC */
#ifndef APPS_BLOCKD_BLOCKD_H
#define APPS_BLOCKD_BLOCKD_H

#include <stdbool.h>
#include <stdint.h>
#include "abi/block.h"
#include "sdk/channel.h"

/*
 * A block server (abi/block.h): serves parts of persistent regions to the front ends at its channels of role "block".
 *   option CHANNEL=REGION[:OFFSET:SIZE][:ro]    without it: the region "disk" as a whole
 * OFFSET and SIZE carry K, M, G or are bytes. The last 4 KiB of each region are the server's own: there it remembers, over
 * its own restart, the last write that it did for each channel. Parts may overlap: then it is a shared disk.
 */
#define BLOCKD_EXPORTS 16u
#define BLOCKD_RECORD_BYTES 4096u
#define BLOCKD_RECORDS 64u /* in a region's last page, by the number of the channel */

struct blockd_record {
	uint64_t life; /* of the front end, from 1; 0: nothing done yet */
	uint64_t done; /* the last write */
};
_Static_assert(BLOCKD_RECORDS * sizeof(struct blockd_record) <= BLOCKD_RECORD_BYTES, "one page");

struct blockd_export {
	struct channel channel;
	uint8_t *bytes;
	uint64_t sectors;
	bool read_only;
	bool greeted; /* the front end's present life has said hello */
	struct blockd_record *record;
	uint64_t answered; /* messages; for tests and the curious */
};
struct blockd {
	struct blockd_export export[BLOCKD_EXPORTS];
	unsigned count;
	uint8_t buffer[BLOCK_MESSAGE_MAX];
};

/* Finds its channels and their regions; 0, or what is wrong, with the channel's name in *channel. */
const char *blockd_open(struct blockd *blockd, const char **channel);
/* Answers at most one message of each channel; false: there was none. */
bool blockd_step(struct blockd *blockd);
uint64_t blockd_events(const struct blockd *blockd);

#endif
