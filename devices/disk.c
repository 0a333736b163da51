/* SPDX-License-Identifier: ISC */
#include "devices/disk.h"

void disk_submit(struct disk *disk, struct disk_request *request)
{
	request->next = 0;
	request->sent = request->answered = 0;
	request->status = OK;
	if (request->operation != DISK_FLUSH &&
	    (request->sector > disk->sectors || request->sectors > disk->sectors - request->sector))
		request->done(request, ERR_RANGE);
	else if (request->operation == DISK_WRITE && disk->read_only)
		request->done(request, ERR_RIGHT);
	else
		disk->submit(disk->backend, request);
}

static void copy(const struct disk_request *request, uint64_t offset, uint8_t *buffer, uint32_t length, bool give)
{
	for (unsigned i = 0; i < request->pieces && length; i++) {
		const struct disk_piece *piece = &request->piece[i];
		if (offset >= piece->length) {
			offset -= piece->length;
			continue;
		}
		uint32_t left = piece->length - (uint32_t)offset, part = length < left ? length : left;
		if (give)
			__builtin_memcpy(piece->bytes + offset, buffer, part);
		else
			__builtin_memcpy(buffer, piece->bytes + offset, part);
		buffer += part;
		length -= part;
		offset = 0;
	}
}

void disk_take(const struct disk_request *request, uint64_t offset, void *to, uint32_t length)
{
	copy(request, offset, to, length, false);
}

void disk_give(const struct disk_request *request, uint64_t offset, const void *from, uint32_t length)
{
	copy(request, offset, (uint8_t *)(uintptr_t)from, length, true);
}
