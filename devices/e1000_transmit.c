/* SPDX-License-Identifier: ISC */
/*
 * The transmit ring. A packet is gathered in private memory, and only there is it looked at, so the guest cannot change
 * what was checked. When the other side has no room the packet waits where it is, even in the middle of a descriptor,
 * which is read anew when it goes on. A turn takes at most TURN descriptors and sends at most TURN frames.
 */
#include "devices/e1000.h"
#include "lib/bytes.h"
#include "lib/internet.h"

enum { TURN = 256, DESCRIPTOR_BYTES = 16, TAG_BYTES = 4, TYPE = 12, DATA = 1, CONTEXT = 0 };
#define UNTAGGED_MAX (NET_FRAME_MAX - TAG_BYTES)

struct descriptor {
	uint64_t address; /* or the first half of a context */
	uint32_t command, options;
};

static bool is_legacy(const struct descriptor *d)
{
	return !(d->command & E1000_TXD_DEXT);
}

static uint32_t bytes_of(const struct descriptor *d)
{
	return d->command & (is_legacy(d) ? 0xffffu : 0xfffffu);
}

static void take_context(struct e1000 *card, const struct descriptor *d)
{
	struct e1000_context *context = d->command & E1000_TXD_TSE ? &card->segment_context : &card->context;
	uint32_t ip = (uint32_t)d->address, tcp = (uint32_t)(d->address >> 32);
	*context = (struct e1000_context){
	        .ip_start = (uint8_t)ip,
	        .ip_sum = (uint8_t)(ip >> 8),
	        .ip_end = (uint16_t)(ip >> 16),
	        .tcp_start = (uint8_t)tcp,
	        .tcp_sum = (uint8_t)(tcp >> 8),
	        .tcp_end = (uint16_t)(tcp >> 16),
	        .header = (uint8_t)(d->options >> 8),
	        .mss = (uint16_t)(d->options >> 16),
	        .tcp = d->command & E1000_TUCMD_TCP,
	        .ip4 = d->command & E1000_TUCMD_IP,
	};
}

/* How long a frame can become, or is to be. */
static size_t segment_limit(const struct e1000_packet *packet)
{
	if (packet->segmented)
		return (size_t)packet->context.header + packet->context.mss;
	return packet->tagged ? UNTAGGED_MAX : NET_FRAME_MAX;
}

/* What holds for the whole packet is in its first descriptor; a tag may come with any. */
static void begin(struct e1000 *card, const struct descriptor *d)
{
	struct e1000_packet *packet = &card->packet;
	if (!packet->begun) {
		packet->begun = true;
		packet->options = is_legacy(d) ? 0 : d->options >> 8 & 0xff;
		packet->segmented = !is_legacy(d) && d->command & E1000_TXD_TSE;
		packet->context = packet->segmented ? card->segment_context : card->context;
		size_t limit = segment_limit(packet);
		packet->spoilt = packet->segmented && (!packet->context.header || !packet->context.mss ||
		                                       limit < NET_FRAME_MIN || limit > UNTAGGED_MAX);
	}
	if (is_legacy(d) && d->command & E1000_TXD_IC) {
		packet->legacy_sum = true;
		packet->legacy_at = (uint8_t)(d->command >> 16);
		packet->legacy_start = (uint8_t)(d->options >> 8);
	}
	if (d->command & E1000_TXD_VLE && *e1000_reg(card, E1000_CTRL) & E1000_CTRL_VME) {
		packet->tagged = true;
		packet->tag = (uint16_t)(d->options >> 16);
	}
}

static void insert_tag(struct e1000 *card)
{
	struct e1000_packet *packet = &card->packet;
	uint8_t *type = packet->frame.bytes + TYPE;
	memmove(type + TAG_BYTES, type, packet->length - TYPE);
	internet_put16(type, (uint16_t)*e1000_reg(card, E1000_VET));
	internet_put16(type + 2, packet->tag);
	packet->length += TAG_BYTES;
	packet->frame.check_start = (uint16_t)(packet->frame.check_start + TAG_BYTES);
}

/* The frame as it goes out: headers of its segment, sums, tag. */
static void finish(struct e1000 *card, bool last)
{
	struct e1000_packet *packet = &card->packet;
	const struct e1000_context *context = &packet->context;
	packet->ready = true;
	packet->frame.flags = 0;
	if (packet->segmented) {
		if (!packet->segments)
			memcpy(packet->header, packet->frame.bytes, context->header);
		e1000_segment_headers(context, packet->frame.bytes, packet->length, packet->segments,
		                      packet->segments * context->mss, last);
	}
	e1000_sums(context, &packet->frame, packet->length, packet->options);
	if (packet->legacy_sum) {
		const struct e1000_context plain = {.tcp_start = packet->legacy_start, .tcp_sum = packet->legacy_at};
		e1000_sums(&plain, &packet->frame, packet->length, E1000_POPTS_TXSM);
	}
	if (packet->tagged)
		insert_tag(card);
}

static void count(struct e1000 *card)
{
	const struct e1000_packet *packet = &card->packet;
	uint64_t bytes = packet->length + 4;
	e1000_count(card, E1000_GPTC, 1);
	e1000_count(card, E1000_TPT, 1);
	e1000_count_bytes(card, E1000_GOTCL, bytes);
	e1000_count_bytes(card, E1000_TOTL, bytes);
	if (packet->frame.bytes[0] & 1)
		e1000_count(card, packet->frame.bytes[0] == 0xff ? E1000_BPTC : E1000_MPTC, 1);
	if (packet->segmented && !packet->segments)
		e1000_count(card, E1000_TSCTC, 1);
}

/* Sends the frame that is ready; then the next segment of the same packet can begin. false: no room. */
static bool send(struct e1000 *card)
{
	struct e1000_packet *packet = &card->packet;
	if (e1000_link(card) && !card->net.send(card->net.owner, &packet->frame, packet->length))
		return false;
	count(card);
	packet->ready = false;
	packet->segments++;
	packet->length = 0;
	if (packet->segmented) {
		packet->length = packet->context.header;
		memcpy(packet->frame.bytes, packet->header, packet->length);
	}
	return true;
}

/* The bytes of one descriptor. false: no room at the other side, or the turn is over. */
static bool gather(struct e1000 *card, const struct descriptor *d, unsigned *turn)
{
	struct e1000_packet *packet = &card->packet;
	uint32_t bytes = bytes_of(d);
	while (packet->taken < bytes && !packet->spoilt) {
		size_t limit = segment_limit(packet), room = limit > packet->length ? limit - packet->length : 0;
		if (!room && packet->segmented) {
			if (!*turn)
				return false;
			--*turn;
			if (!packet->ready)
				finish(card, false);
			if (!send(card))
				return false;
			continue;
		}
		uint32_t take = bytes - packet->taken < room ? bytes - packet->taken : (uint32_t)room;
		packet->spoilt = !room || !pci_dma_read(&card->pci, d->address + packet->taken,
		                                        packet->frame.bytes + packet->length, take);
		packet->length += take;
		packet->taken += take;
	}
	return true;
}

/* The end of a packet. One that cannot be a frame goes nowhere, and its descriptors are done all the same. */
static bool end(struct e1000 *card)
{
	struct e1000_packet *packet = &card->packet;
	bool fits = packet->length >= NET_FRAME_MIN && (packet->ready || packet->length <= segment_limit(packet));
	if (!packet->spoilt && fits) {
		if (!packet->ready)
			finish(card, true);
		if (!send(card))
			return false;
	}
	packet->begun = packet->segmented = packet->tagged = packet->legacy_sum = packet->spoilt = false;
	packet->ready = false;
	packet->length = packet->segments = packet->tag = 0;
	return true;
}

/* false: it is not done yet. */
static bool perform(struct e1000 *card, const struct descriptor *d, unsigned *turn)
{
	if (!is_legacy(d) && E1000_TXD_DTYP(d->command) == CONTEXT) {
		take_context(card, d);
		return true;
	}
	begin(card, d);
	if (!gather(card, d, turn) || (d->command & E1000_TXD_EOP && !end(card)))
		return false;
	card->packet.taken = 0;
	return true;
}

static uint64_t ring_at(struct e1000 *card, uint32_t index)
{
	uint64_t base = (uint64_t)*e1000_reg(card, E1000_TDBAH) << 32 | *e1000_reg(card, E1000_TDBAL);
	return base + (uint64_t)index * DESCRIPTOR_BYTES;
}

/* A ring that does not lie in memory, or a pointer beyond its end, stops the card: nothing happens any more. */
static bool next(struct e1000 *card, struct descriptor *d)
{
	uint32_t head = *e1000_reg(card, E1000_TDH), size = *e1000_reg(card, E1000_TDLEN) / DESCRIPTOR_BYTES;
	uint32_t tail = *e1000_reg(card, E1000_TDT);
	if (!(*e1000_reg(card, E1000_TCTL) & E1000_TCTL_EN) || head == tail || head >= size || tail >= size)
		return false;
	return pci_dma_read(&card->pci, ring_at(card, head), d, sizeof(*d));
}

static void retire(struct e1000 *card, const struct descriptor *d)
{
	uint32_t *head = e1000_reg(card, E1000_TDH), size = *e1000_reg(card, E1000_TDLEN) / DESCRIPTOR_BYTES;
	if (d->command & (E1000_TXD_RS | E1000_TXD_RPS)) {
		uint8_t status = (uint8_t)(d->options | E1000_TXD_DD);
		(void)pci_dma_write(&card->pci, ring_at(card, *head) + 12, &status, 1);
	}
	*head = *head + 1 < size ? *head + 1 : 0;
}

void e1000_transmit(struct e1000 *card)
{
	struct descriptor d;
	uint32_t causes = 0;
	bool some = false;
	unsigned turn = TURN;
	while (turn && next(card, &d)) {
		turn--;
		if (!perform(card, &d, &turn))
			break;
		some = true;
		causes |= d.command & (E1000_TXD_RS | E1000_TXD_RPS) ? E1000_TXDW : 0;
		retire(card, &d);
	}
	if (!turn && !card->packet.ready)
		e1000_turn_over(card);
	if (some && card->net.flush)
		card->net.flush(card->net.owner);
	if (some && *e1000_reg(card, E1000_TDH) == *e1000_reg(card, E1000_TDT))
		causes |= E1000_TXQE;
	if (causes)
		e1000_interrupt(card, causes);
}
