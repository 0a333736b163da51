/* SPDX-License-Identifier: ISC */
/* A request is done block by block of 4 KiB; where a block lies now is one question (where()), also without overlay. */
#include "devices/disk_memory.h"

#define BLOCK 4096u

static uint8_t *where(const struct disk_memory *memory, uint64_t block)
{
	if (memory->index && memory->index[block])
		return memory->copies + (uint64_t)(memory->index[block] - 1) * BLOCK;
	return memory->image + block * BLOCK;
}

/* The block's own copy in the overlay, made now if need be; what the write covers whole is not copied first. */
static uint8_t *writable(struct disk_memory *memory, uint64_t block, bool whole)
{
	if (!memory->index || memory->index[block])
		return where(memory, block);
	if (memory->used == memory->places)
		return 0;
	uint8_t *copy = memory->copies + (uint64_t)memory->used * BLOCK;
	if (!whole)
		__builtin_memcpy(copy, memory->image + block * BLOCK, BLOCK);
	memory->index[block] = ++memory->used;
	return copy;
}

static enum status transfer(struct disk_memory *memory, const struct disk_request *request)
{
	uint64_t at = request->sector * DISK_SECTOR, done = 0, length = (uint64_t)request->sectors * DISK_SECTOR;
	while (done < length) {
		uint32_t within = (uint32_t)(at % BLOCK), part = BLOCK - within;
		if (part > length - done)
			part = (uint32_t)(length - done);
		if (request->operation == DISK_READ) {
			disk_give(request, done, where(memory, at / BLOCK) + within, part);
		} else {
			uint8_t *block = writable(memory, at / BLOCK, part == BLOCK);
			if (!block)
				return ERR_FULL;
			disk_take(request, done, block + within, part);
		}
		done += part;
		at += part;
	}
	return OK;
}

static void submit(void *backend, struct disk_request *request)
{
	request->done(request, request->operation == DISK_FLUSH ? OK : transfer(backend, request));
}

void disk_memory_init(struct disk_memory *memory, struct disk *disk, void *image, uint64_t size, bool read_only)
{
	*memory = (struct disk_memory){.image = image, .size = size / DISK_SECTOR * DISK_SECTOR};
	disk->sectors = size / DISK_SECTOR;
	disk->read_only = read_only;
	disk->submit = submit;
	disk->backend = memory;
}

enum status disk_memory_overlay(struct disk_memory *memory, struct disk *disk, void *overlay, uint64_t size)
{
	uint64_t blocks = (memory->size + BLOCK - 1) / BLOCK;
	uint64_t index = (blocks * sizeof(uint32_t) + BLOCK - 1) / BLOCK * BLOCK;
	if (size < index + BLOCK || blocks > UINT32_MAX - 1)
		return ERR_RANGE;
	uint64_t places = (size - index) / BLOCK;
	memory->index = overlay;
	memory->copies = (uint8_t *)overlay + index;
	memory->places = places < blocks ? (uint32_t)places : (uint32_t)blocks;
	disk->read_only = false;
	return OK;
}
