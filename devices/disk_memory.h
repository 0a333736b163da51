/* SPDX-License-Identifier: ISC */
#ifndef DEVICES_DISK_MEMORY_H
#define DEVICES_DISK_MEMORY_H

#include "devices/disk.h"

/*
 * A disk in memory, answered at once: a read-only image, the same with what was written kept in an overlay, or memory
 * that is written in place (a persistent region: it outlives its guest's restart).
 *
 * The overlay holds 4 KiB blocks: an index, one word for each block of the image (0: not written yet, else the place of
 * its copy, from 1), then the copies. Memory that was zeroed is an empty overlay. When all places are taken, writes to
 * further blocks fail; writes to blocks that have a copy go on.
 */
struct disk_memory {
	uint8_t *image;
	uint64_t size; /* bytes of the image, a multiple of 512; readable up to the next 4 KiB */
	uint32_t *index;
	uint8_t *copies;
	uint32_t places, used;
};

/* Written in place, or not at all if `read_only`. */
void disk_memory_init(struct disk_memory *memory, struct disk *disk, void *image, uint64_t size, bool read_only);
/* With an overlay in zeroed memory, aligned to 4 KiB. ERR_RANGE: too small for the index and one block. */
enum status disk_memory_overlay(struct disk_memory *memory, struct disk *disk, void *overlay, uint64_t size);

#endif
