/* SPDX-License-Identifier: ISC */
/*
 * Split rings (virtio 1.1, 2.6). Everything in them is the guest's and may change at any time: each word is copied once,
 * then checked, then used. An index beyond the ring, a chain that is longer than the ring or than VIRTIO_PIECES (so
 * also one that is a circle), a writable piece before a readable one, memory that is not RAM, an indirect table in an
 * indirect table: the device is broken until the driver resets it. Work for one notification is bounded by the ring.
 */
#include "devices/virtio.h"

enum { NEXT = 1, WRITE = 2, INDIRECT = 4 };
enum { NO_INTERRUPT = 1, RING_HEADER = 4 };

struct descriptor {
	uint64_t address;
	uint32_t length;
	uint16_t flags, next;
};

static bool read16(struct virtio *virtio, uint64_t at, uint16_t *value)
{
	return pci_dma_read(&virtio->function, at, value, sizeof(*value));
}

static bool running(const struct virtio *virtio, unsigned queue)
{
	return queue < virtio->type->queues && virtio->queue[queue].enabled && (virtio->status & VIRTIO_DRIVER_OK) &&
	       !(virtio->status & VIRTIO_NEEDS_RESET) && !virtio->resetting;
}

/* Asks to be notified of anything beyond what was taken. */
static void expect_next(struct virtio *virtio, const struct virtio_queue *queue)
{
	if (virtio_has(virtio, VIRTIO_F_EVENT_IDX))
		pci_dma_write(&virtio->function, queue->used + RING_HEADER + 8ull * queue->size, &queue->next_avail,
		              sizeof(queue->next_avail));
}

/* How many chains wait; false: nonsense. */
static bool waiting(struct virtio *virtio, const struct virtio_queue *queue, uint16_t *count)
{
	uint16_t index;
	if (!read16(virtio, queue->avail + 2, &index))
		return false;
	*count = (uint16_t)(index - queue->next_avail);
	return *count <= queue->size;
}

static bool add_piece(struct virtio *virtio, struct virtio_chain *chain, const struct descriptor *descriptor)
{
	bool write = descriptor->flags & WRITE;
	if (!descriptor->length)
		return true;
	if (chain->out + chain->in == VIRTIO_PIECES || (!write && chain->in))
		return false;
	uint8_t *bytes = pci_dma_at(&virtio->function, descriptor->address, descriptor->length);
	if (!bytes)
		return false;
	chain->piece[chain->out + chain->in] = (struct virtio_piece){bytes, descriptor->length};
	chain->out += !write;
	chain->in += write;
	*(write ? &chain->in_bytes : &chain->out_bytes) += descriptor->length;
	return true;
}

/*
 * A table of `count` descriptors at `table`, from `index` on. `indirect`: whether an entry may lead to another table. An
 * empty piece takes no room in the chain, but a step all the same: there may be 65,536 of them.
 */
static bool follow(struct virtio *virtio, struct virtio_chain *chain, uint64_t table, uint32_t count, uint32_t index,
                   struct descriptor *indirect)
{
	for (uint32_t steps = 0; steps < count && steps < VIRTIO_PIECES; steps++) {
		struct descriptor descriptor;
		if (index >= count || !pci_dma_read(&virtio->function, table + 16ull * index, &descriptor, 16))
			return false;
		if (descriptor.flags & INDIRECT) {
			if (!indirect || (descriptor.flags & NEXT))
				return false;
			*indirect = descriptor;
			return true;
		}
		if (!add_piece(virtio, chain, &descriptor))
			return false;
		if (!(descriptor.flags & NEXT))
			return true;
		index = descriptor.next;
	}
	return false;
}

static bool collect(struct virtio *virtio, const struct virtio_queue *queue, struct virtio_chain *chain)
{
	struct descriptor indirect = {0};
	uint16_t slot = queue->next_avail % queue->size;
	if (!read16(virtio, queue->avail + RING_HEADER + 2ull * slot, &chain->head) ||
	    !follow(virtio, chain, queue->desc, queue->size, chain->head,
	            virtio_has(virtio, VIRTIO_F_INDIRECT_DESC) ? &indirect : 0))
		return false;
	if (!(indirect.flags & INDIRECT))
		return true;
	uint32_t count = indirect.length / 16;
	return indirect.length % 16 == 0 && count && count <= 65536 &&
	       follow(virtio, chain, indirect.address, count, 0, 0);
}

bool virtio_pop(struct virtio *virtio, unsigned number, struct virtio_chain *chain)
{
	struct virtio_queue *queue = &virtio->queue[number];
	uint16_t count;
	if (!running(virtio, number))
		return false;
	bool good = waiting(virtio, queue, &count);
	if (good && !count) { /* ask first, then look again: the driver may have added one in between */
		expect_next(virtio, queue);
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		good = waiting(virtio, queue, &count);
	}
	chain->out = chain->in = 0;
	chain->out_bytes = chain->in_bytes = 0;
	if (!good || (count && !collect(virtio, queue, chain))) {
		virtio_broken(virtio);
		return false;
	}
	queue->next_avail = (uint16_t)(queue->next_avail + (count ? 1 : 0));
	return count;
}

void virtio_push(struct virtio *virtio, unsigned number, uint16_t head, uint32_t written)
{
	struct virtio_queue *queue = &virtio->queue[number];
	uint32_t element[2] = {head, written};
	if (!running(virtio, number))
		return;
	uint16_t slot = queue->next_used % queue->size, index = (uint16_t)(queue->next_used + 1);
	bool good = pci_dma_write(&virtio->function, queue->used + RING_HEADER + 8ull * slot, element, sizeof(element));
	__atomic_thread_fence(__ATOMIC_RELEASE);
	good = good && pci_dma_write(&virtio->function, queue->used + 2, &index, sizeof(index));
	queue->next_used = index;
	if (!good)
		virtio_broken(virtio);
}

/* With event index: does [signalled, next_used) hold the entry after which the driver wants to be told? */
static bool wanted(struct virtio *virtio, const struct virtio_queue *queue)
{
	uint16_t word = 0;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (!virtio_has(virtio, VIRTIO_F_EVENT_IDX))
		return read16(virtio, queue->avail, &word) && !(word & NO_INTERRUPT);
	if (!read16(virtio, queue->avail + RING_HEADER + 2ull * queue->size, &word))
		return false;
	return (uint16_t)(queue->next_used - word - 1) < (uint16_t)(queue->next_used - queue->signalled);
}

void virtio_signal(struct virtio *virtio, unsigned number)
{
	struct virtio_queue *queue = &virtio->queue[number];
	if (!running(virtio, number) || queue->signalled == queue->next_used)
		return;
	bool tell = wanted(virtio, queue);
	queue->signalled = queue->next_used;
	if (tell)
		virtio_interrupt(virtio, queue->vector, 1);
}

/* --- copies --- */

static uint32_t copy(const struct virtio_piece *piece, unsigned pieces, uint64_t offset, uint8_t *buffer,
                     uint32_t length, bool give)
{
	uint32_t done = 0;
	for (unsigned i = 0; i < pieces && done < length; i++) {
		if (offset >= piece[i].length) {
			offset -= piece[i].length;
			continue;
		}
		uint32_t left = piece[i].length - (uint32_t)offset, part = length - done < left ? length - done : left;
		if (give)
			__builtin_memcpy(piece[i].bytes + offset, buffer + done, part);
		else
			__builtin_memcpy(buffer + done, piece[i].bytes + offset, part);
		done += part;
		offset = 0;
	}
	return done;
}

uint32_t virtio_take(const struct virtio_chain *chain, uint64_t offset, void *to, uint32_t length)
{
	return copy(chain->piece, chain->out, offset, to, length, false);
}

uint32_t virtio_give(const struct virtio_chain *chain, uint64_t offset, const void *from, uint32_t length)
{
	return copy(chain->piece + chain->out, chain->in, offset, (uint8_t *)(uintptr_t)from, length, true);
}
