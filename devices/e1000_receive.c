/* SPDX-License-Identifier: ISC */
/*
 * The receive ring. A frame is taken from the other side only when the ring has room for the longest one; so a guest
 * that gives no buffers loses nothing that its link still holds, and while reception is off, frames fall on the floor.
 */
#include "devices/e1000.h"
#include "lib/bytes.h"
#include "lib/internet.h"

enum { TURN = 256, DESCRIPTOR_BYTES = 16, TAG_BYTES = 4, CHECK_BYTES = 4, TYPE = 12 };

struct descriptor {
	uint64_t address;
	uint16_t length, sum;
	uint8_t status, errors;
	uint16_t special;
};
_Static_assert(sizeof(struct descriptor) == DESCRIPTOR_BYTES, "as the hardware has it");

struct arrival {
	size_t length;
	uint32_t verdict; /* of the sums: e1000_judge_sums */
	uint16_t tag;
	bool tagged;
};

static uint32_t buffer_bytes(struct e1000 *card)
{
	uint32_t rctl = *e1000_reg(card, E1000_RCTL), bytes = 2048u >> E1000_RCTL_BSIZE(rctl);
	return rctl & E1000_RCTL_BSEX ? bytes * 16 : bytes;
}

static uint32_t ring_size(struct e1000 *card)
{
	return *e1000_reg(card, E1000_RDLEN) / DESCRIPTOR_BYTES;
}

/* Descriptors that are the card's; none if the pointers make no sense. */
static uint32_t available(struct e1000 *card)
{
	uint32_t head = *e1000_reg(card, E1000_RDH), tail = *e1000_reg(card, E1000_RDT), size = ring_size(card);
	if (head >= size || tail >= size)
		return 0;
	return tail >= head ? tail - head : tail + size - head;
}

static bool hashed(struct e1000 *card, const uint8_t *target)
{
	static const uint8_t shift[4] = {4, 3, 2, 0};
	uint32_t high = target[4] | (uint32_t)target[5] << 8;
	uint32_t hash = high >> shift[E1000_RCTL_MO(*e1000_reg(card, E1000_RCTL))] & 0xfff;
	return *e1000_reg(card, E1000_MTA + (hash >> 5) * 4) >> (hash & 31) & 1;
}

static bool is_own(struct e1000 *card, const uint8_t *target)
{
	uint32_t low = target[0] | (uint32_t)target[1] << 8 | (uint32_t)target[2] << 16 | (uint32_t)target[3] << 24;
	uint32_t high = target[4] | (uint32_t)target[5] << 8;
	for (unsigned i = 0; i < 16; i++) {
		const uint32_t *address = e1000_reg(card, E1000_RA + i * 8);
		if (address[1] & E1000_RAH_AV && address[0] == low && (address[1] & 0xffff) == high)
			return true;
	}
	return false;
}

static bool is_broadcast(const uint8_t *target)
{
	return (target[0] & target[1] & target[2] & target[3] & target[4] & target[5]) == 0xff;
}

static bool wants(struct e1000 *card, const uint8_t *target)
{
	uint32_t rctl = *e1000_reg(card, E1000_RCTL);
	if (is_broadcast(target))
		return rctl & (E1000_RCTL_BAM | E1000_RCTL_MPE);
	if (is_own(card, target))
		return true;
	return target[0] & 1 ? rctl & E1000_RCTL_MPE || hashed(card, target) : rctl & E1000_RCTL_UPE;
}

/* The VLAN filter, then the tag out of the frame if the driver wants it so. */
static bool pass_tag(struct e1000 *card, struct arrival *a)
{
	uint8_t *type = card->frame.bytes + TYPE;
	if (a->length < NET_FRAME_MIN + TAG_BYTES || internet_get16(type) != (uint16_t)*e1000_reg(card, E1000_VET))
		return true;
	a->tag = internet_get16(type + 2);
	uint32_t id = a->tag & 0xfff;
	if (*e1000_reg(card, E1000_RCTL) & E1000_RCTL_VFE &&
	    !(*e1000_reg(card, E1000_VFTA + (id >> 5) * 4) >> (id & 31) & 1))
		return false;
	if (!(*e1000_reg(card, E1000_CTRL) & E1000_CTRL_VME))
		return true;
	a->tagged = true;
	a->length -= TAG_BYTES;
	memmove(type, type + TAG_BYTES, a->length - TYPE);
	return true;
}

static void count(struct e1000 *card, size_t length)
{
	const uint8_t *target = card->frame.bytes;
	e1000_count(card, E1000_GPRC, 1);
	e1000_count(card, E1000_TPR, 1);
	e1000_count_bytes(card, E1000_GORCL, length + CHECK_BYTES);
	e1000_count_bytes(card, E1000_TORL, length + CHECK_BYTES);
	if (target[0] & 1)
		e1000_count(card, is_broadcast(target) ? E1000_BPRC : E1000_MPRC, 1);
}

/* IEEE 802.3 3.2.9, for drivers that want to see it. */
static uint32_t check_sequence(const uint8_t *bytes, size_t length)
{
	uint32_t crc = UINT32_MAX;
	for (size_t i = 0; i < length; i++) {
		crc ^= bytes[i];
		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return ~crc;
}

/* One descriptor's part of the frame. A buffer that is no memory takes nothing; false: the ring itself is none. */
static bool store(struct e1000 *card, const struct arrival *a, const uint8_t *bytes, size_t length, bool last)
{
	uint32_t *head = e1000_reg(card, E1000_RDH);
	uint64_t base = (uint64_t)*e1000_reg(card, E1000_RDBAH) << 32 | *e1000_reg(card, E1000_RDBAL);
	uint64_t at = base + (uint64_t)*head * DESCRIPTOR_BYTES;
	struct descriptor d;
	if (!pci_dma_read(&card->pci, at, &d, sizeof(d)))
		return false;
	(void)pci_dma_write(&card->pci, d.address, bytes, length);
	d.length = (uint16_t)length;
	d.sum = 0;
	d.status = (uint8_t)(E1000_RXD_DD | (last ? E1000_RXD_EOP | a->verdict : E1000_RXD_IXSM) |
	                     (a->tagged ? E1000_RXD_VP : 0));
	d.errors = last ? (uint8_t)(a->verdict >> 8) : 0;
	d.special = a->tag;
	*head = *head + 1 < ring_size(card) ? *head + 1 : 0;
	return pci_dma_write(&card->pci, at, &d, sizeof(d));
}

static bool deliver(struct e1000 *card, struct arrival *a)
{
	uint8_t whole[NET_FRAME_MAX + CHECK_BYTES];
	const uint8_t *bytes = card->frame.bytes;
	uint32_t room = buffer_bytes(card);
	size_t length = a->length;
	if (!(*e1000_reg(card, E1000_RCTL) & E1000_RCTL_SECRC)) {
		uint32_t check = check_sequence(bytes, length);
		memcpy(whole, bytes, length);
		memcpy(whole + length, &check, sizeof(check));
		length += sizeof(check);
		bytes = whole;
	}
	for (size_t done = 0; done < length;) {
		size_t part = length - done < room ? length - done : room;
		if (!store(card, a, bytes + done, part, done + part == length))
			return false;
		done += part;
	}
	return true;
}

/* false: the ring is no ring. */
static bool accept(struct e1000 *card, size_t length)
{
	struct arrival a = {.length = length};
	if (!wants(card, card->frame.bytes))
		return true;
	a.verdict = e1000_judge_sums(*e1000_reg(card, E1000_RXCSUM), &card->frame, length);
	if (!pass_tag(card, &a))
		return true;
	count(card, length);
	return deliver(card, &a);
}

static bool has_room(struct e1000 *card)
{
	return (uint64_t)available(card) * buffer_bytes(card) >= NET_FRAME_MAX + CHECK_BYTES;
}

static uint32_t causes_of(struct e1000 *card)
{
	uint32_t threshold = ring_size(card) >> (E1000_RCTL_RDMTS(*e1000_reg(card, E1000_RCTL)) + 1);
	return E1000_RXT0 | (available(card) < threshold ? E1000_RXDMT0 : 0);
}

void e1000_receive(struct e1000 *card)
{
	uint32_t head = *e1000_reg(card, E1000_RDH);
	bool enabled = *e1000_reg(card, E1000_RCTL) & E1000_RCTL_EN;
	unsigned turn = TURN;
	if (!e1000_link(card))
		return;
	for (; turn && (!enabled || has_room(card)); turn--) {
		size_t length = card->net.receive(card->net.owner, &card->frame);
		if (!length || (enabled && !accept(card, length)))
			break;
	}
	if (!turn)
		e1000_turn_over(card);
	if (turn < TURN && card->net.flush)
		card->net.flush(card->net.owner);
	if (*e1000_reg(card, E1000_RDH) != head)
		e1000_interrupt(card, causes_of(card));
}
