/* SPDX-License-Identifier: ISC */
/*
 * A virtio network card (device 1), modern and transitional, over virtio.c: one pair of queues.
 *
 * State: at most one frame each way in private memory. An outgoing frame is copied out of the driver's buffers, which it
 * gets back at once; an incoming one goes into one buffer, or, with mergeable buffers, into as many as it needs, and the
 * driver sees them all together. A checksum that the driver leaves open stays open as far as the other end of the wire
 * takes it so.
 * Left out: the control queue, so also address filters (the switch sends what is for this card), more pairs of queues,
 * segmentation and receive coalescing: every frame is one of Ethernet's.
 * Specification: Virtual I/O Device 1.1, 5.1.
 */
#include "devices/virtio_net.h"
#include "lib/bytes.h"

enum { RECEIVE = 0, TRANSMIT = 1, TURN = 256 };
#define F_CSUM (UINT64_C(1) << 0)
#define F_GUEST_CSUM (UINT64_C(1) << 1)
#define F_MAC (UINT64_C(1) << 5)
#define F_MRG_RXBUF (UINT64_C(1) << 15)
#define F_STATUS (UINT64_C(1) << 16)
enum { NEEDS_CSUM = 1, LINK_UP = 1 };

struct header {
	uint8_t flags, gso_type;
	uint16_t header_length, gso_size, check_start, check_at;
	uint16_t buffers; /* there only with F_MRG_RXBUF or VERSION_1 */
};
_Static_assert(sizeof(struct header) == 12, "as the specification has it");

static uint32_t header_bytes(const struct virtio_net *card)
{
	return virtio_has(&card->virtio, F_MRG_RXBUF | VIRTIO_F_VERSION_1) ? sizeof(struct header) : 10;
}

/* --- out --- */

/* The frame of a chain into card->out; its length, 0 if it is none. */
static size_t take_frame(struct virtio_net *card, const struct virtio_chain *chain)
{
	struct header header = {0};
	uint32_t skip = header_bytes(card);
	if (chain->out_bytes < skip + NET_FRAME_MIN || chain->out_bytes > skip + NET_FRAME_MAX)
		return 0;
	(void)virtio_take(chain, 0, &header, skip);
	size_t length = virtio_take(chain, skip, card->out.bytes, NET_FRAME_MAX);
	card->out.flags = header.flags & NEEDS_CSUM ? NET_CHECK : 0;
	card->out.check_start = header.check_start;
	card->out.check_at = header.check_at;
	if (card->out.flags && !net_check_fits(&card->out, length))
		return 0;
	return length;
}

static bool send(struct virtio_net *card)
{
	if (card->net.send && !card->net.send(card->net.owner, &card->out, card->out_length))
		return false;
	card->out_length = 0;
	return true;
}

/* false: no room at the other side. */
static bool transmit(struct virtio_net *card, unsigned *turn)
{
	struct virtio_chain chain;
	bool some = false, room = !card->out_length || send(card);
	for (; room && *turn && virtio_pop(&card->virtio, TRANSMIT, &chain); --*turn) {
		card->out_length = take_frame(card, &chain);
		virtio_push(&card->virtio, TRANSMIT, chain.head, 0);
		some = true;
		room = !card->out_length || send(card);
	}
	if (some)
		virtio_signal(&card->virtio, TRANSMIT);
	return room;
}

/* --- in --- */

static void give_header(struct virtio_net *card, const struct virtio_chain *chain)
{
	struct header header = {.buffers = 1};
	if (virtio_has(&card->virtio, F_GUEST_CSUM) && card->in.flags & NET_CHECK) {
		header.flags = NEEDS_CSUM;
		header.check_start = card->in.check_start;
		header.check_at = card->in.check_at;
	} else {
		net_complete(&card->in, card->in_length);
	}
	(void)virtio_give(chain, 0, &header, header_bytes(card));
}

/* As much of the frame as goes into this buffer. */
static void fill(struct virtio_net *card, const struct virtio_chain *chain)
{
	uint32_t skip = card->parts ? 0 : header_bytes(card), rest = (uint32_t)(card->in_length - card->in_done);
	if (!card->parts) {
		give_header(card, chain);
		card->first = *chain;
	}
	uint32_t given = virtio_give(chain, skip, card->in.bytes + card->in_done, rest);
	card->head[card->parts] = chain->head;
	card->written[card->parts++] = skip + given;
	card->in_done += given;
}

static void finish(struct virtio_net *card)
{
	uint16_t buffers = (uint16_t)card->parts;
	if (virtio_has(&card->virtio, F_MRG_RXBUF))
		(void)virtio_give(&card->first, 10, &buffers, sizeof(buffers));
	for (unsigned i = 0; i < card->parts; i++)
		virtio_push(&card->virtio, RECEIVE, card->head[i], card->written[i]);
	card->parts = 0;
	card->in_length = card->in_done = 0;
}

/* Without mergeable buffers one must hold it all; a driver that gives less, or ever less, has broken the rules. */
static bool place(struct virtio_net *card)
{
	struct virtio_chain chain;
	bool merge = virtio_has(&card->virtio, F_MRG_RXBUF);
	while (card->in_done < card->in_length) {
		if (!virtio_pop(&card->virtio, RECEIVE, &chain))
			return false;
		uint64_t need = header_bytes(card) + (merge ? 0 : card->in_length);
		if ((!card->parts && chain.in_bytes < need) || card->parts == VIRTIO_NET_PARTS) {
			virtio_broken(&card->virtio);
			return false;
		}
		fill(card, &chain);
	}
	finish(card);
	return true;
}

static bool is_running(const struct virtio_net *card)
{
	return card->virtio.status & VIRTIO_DRIVER_OK;
}

static void receive(struct virtio_net *card, unsigned *turn)
{
	bool some = false;
	for (; *turn && card->net.receive; --*turn) {
		if (!card->in_length)
			card->in_length = card->net.receive(card->net.owner, &card->in);
		if (!card->in_length)
			break;
		if (!is_running(card)) { /* nobody is there */
			card->in_length = 0;
			continue;
		}
		if (!place(card))
			break;
		some = true;
	}
	if (some)
		virtio_signal(&card->virtio, RECEIVE);
}

void virtio_net_poll(struct virtio_net *card)
{
	unsigned out = TURN, in = TURN;
	(void)transmit(card, &out);
	receive(card, &in);
	clock_set_deadline(&card->clock, &card->deadline, out && in ? CLOCK_NEVER : 0);
	if (card->net.flush)
		card->net.flush(card->net.owner);
}

static void notify(void *model, unsigned queue)
{
	(void)queue;
	virtio_net_poll(model);
}

/* What was begun with the driver's buffers is gone with them. */
static bool reset(void *model)
{
	struct virtio_net *card = model;
	card->out_length = card->in_length = card->in_done = 0;
	card->parts = 0;
	return true;
}

void virtio_net_init(struct virtio_net *card, const uint8_t address[NET_ADDRESS_BYTES], const struct net_backend *net,
                     const struct device_clock *clock, const struct msix_sink *msix)
{
	static const struct virtio_type type = {.id = VIRTIO_NET,
	                                        .class_code = 2,
	                                        .queues = 2,
	                                        .queue_size = {256, 256},
	                                        .features = F_CSUM | F_GUEST_CSUM | F_MAC | F_MRG_RXBUF | F_STATUS,
	                                        .notify = notify,
	                                        .reset = reset};
	*card = (struct virtio_net){.net = *net, .clock = *clock, .deadline = CLOCK_NEVER};
	virtio_init(&card->virtio, &type, card, 8, msix);
	memcpy(card->virtio.config, address, NET_ADDRESS_BYTES);
	card->virtio.config[6] = net->send ? LINK_UP : 0;
}

uint64_t virtio_net_deadline(const struct virtio_net *card)
{
	return card->deadline;
}

void virtio_net_run(struct virtio_net *card, uint64_t now)
{
	if (now >= card->deadline)
		virtio_net_poll(card);
}
