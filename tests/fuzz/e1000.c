/* SPDX-License-Identifier: ISC */
/* The gigabit card: any register, rings and buffers anywhere, memory that says anything, a link that is full or empty. */
#include <string.h>
#include "devices/e1000.h"
#include "tests/fuzz/device_script.h"
#include "tests/unit/e1000_fixture.h"
#include "tests/unit/function_fixture.h"

static const uint16_t likely[32] = {
        E1000_TDT,   E1000_TDH,   E1000_TDLEN,    E1000_TDBAL, E1000_TDBAH, E1000_TCTL, E1000_RDT,    E1000_RDH,
        E1000_RDLEN, E1000_RDBAL, E1000_RDBAH,    E1000_RCTL,  E1000_CTRL,  E1000_IMS,  E1000_IMC,    E1000_ICR,
        E1000_ICS,   E1000_ITR,   E1000_CTRL_EXT, E1000_EECD,  E1000_EERD,  E1000_MDIC, E1000_RXCSUM, E1000_VET,
        E1000_MTA,   E1000_RA,    E1000_VFTA,     E1000_GPRC,  E1000_TORL,  E1000_PBA,  E1000_STATUS, E1000_MANC};

static void access_register(struct script *script, struct e1000 *card)
{
	uint32_t what = take(script, 1);
	uint32_t offset = what & 0x40 ? take(script, 2) % 0x1fff8 : likely[what & 31];
	unsigned size = what & 0x20 ? 1u << (take(script, 1) & 3) : 4;

	if (what & 0x80)
		e1000_write(card, offset, size, take(script, 4) | (uint64_t)take(script, size == 8 ? 4 : 0) << 32);
	else
		(void)e1000_read(card, offset, size);
}

/* A small ring with sensible pointers, so that the input need not find one by chance. */
static void set_up(struct script *script, struct e1000 *card)
{
	e1000_write(card, E1000_CTRL, 4, take(script, 1) << 24 & ~(E1000_CTRL_RST | E1000_CTRL_PHY_RST));
	e1000_write(card, E1000_TDBAL, 8, TX_RING);
	e1000_write(card, E1000_TDLEN, 4, 128);
	e1000_write(card, E1000_RDBAL, 8, RX_RING);
	e1000_write(card, E1000_RDLEN, 4, 128);
	e1000_write(card, E1000_RCTL, 4, E1000_RCTL_EN | E1000_RCTL_UPE | take(script, 4));
	e1000_write(card, E1000_RDT, 4, take(script, 1) & 7);
	e1000_write(card, E1000_TCTL, 4, E1000_TCTL_EN);
}

static void scribble(struct script *script, uint8_t *ram, uint32_t base)
{
	for (unsigned i = 0; i < 16 && more(script); i++)
		ram[base + i] = (uint8_t)take(script, 1);
}

/* A packet to be segmented: its context, and data with or without a tag; small numbers, and each of them at will. */
static void segment(struct script *script, uint8_t *ram, uint32_t index)
{
	uint32_t context[4] = {take(script, 4), take(script, 4), E1000_TXD_DEXT | E1000_TXD_TSE | take(script, 1) << 24,
	                       take(script, 1) << 8 | take(script, 1) << 16};
	uint32_t data[4] = {BUFFERS + take(script, 1), 0,
	                    E1000_TXD_DEXT | E1000_TXD_TSE | 1u << 20 | take(script, 1) << 24 | take(script, 2),
	                    take(script, 1) << 8 | take(script, 1) << 16};
	for (unsigned i = 0; i < 4; i++) {
		memcpy(ram + TX_RING + 16 * (index & 7) + 4 * i, &context[i], 4);
		memcpy(ram + TX_RING + 16 * (index + 1 & 7) + 4 * i, &data[i], 4);
	}
}

static void arrive(struct script *script, struct wire *wire)
{
	struct net_frame *frame = &wire->waiting[0];
	size_t length = NET_FRAME_MIN + take(script, 2) % (NET_FRAME_MAX - NET_FRAME_MIN + 1);

	frame->flags = take(script, 1) & NET_CHECK;
	frame->check_start = (uint16_t)take(script, 1);
	frame->check_at = (uint16_t)take(script, 1);
	if (!net_check_fits(frame, length))
		frame->flags = 0; /* sdk/net.c lets no other pass */
	for (unsigned i = 0; i < 40; i++)
		frame->bytes[i] = (uint8_t)take(script, 1);
	wire->waiting_first = 0;
	wire->waiting_count = 1;
	wire->waiting_length[0] = length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static uint8_t ram[RAM_BYTES];
	static struct e1000 card;
	static struct wire wire;
	static struct pci pci;
	static const uint8_t address[6] = {2, 0, 0, 0, 0, 1};
	struct script script = {data, data + size};
	struct guest_memory memory = {0};
	uint64_t now = 0;
	const struct device_clock clock = {.now_ns = fake_now, .owner = &now};
	const struct net_backend net = wire_backend(&wire);

	memset(ram, 0, sizeof(ram));
	wire.sent_count = wire.room = wire.waiting_first = wire.waiting_count = 0;
	MUST(guest_memory_add(&memory, 0, sizeof(ram), ram));
	e1000_init(&card, address, &net, &clock);
	stand_alone(&pci, &card.pci, &memory);
	while (more(&script)) {
		uint32_t what = take(&script, 1), sent = wire.sent_count;

		switch (what & 7) {
		case 0:
			set_up(&script, &card);
			break;
		case 1:
			if (what & 0x80)
				segment(&script, ram, what >> 3 & 7);
			else
				scribble(&script, ram, TX_RING + 16 * (what >> 3 & 7));
			break;
		case 2:
			scribble(&script, ram, RX_RING + 16 * (what >> 3 & 7));
			break;
		case 3:
			arrive(&script, &wire);
			break;
		case 4:
			wire.room = what >> 3;
			break;
		case 5:
			now += (uint64_t)take(&script, 2) << (what >> 3);
			e1000_run(&card, now);
			break;
		case 6:
			e1000_poll(&card);
			break;
		default:
			access_register(&script, &card);
			break;
		}
		MUST(wire.sent_count - sent <= 512);
		for (; sent < wire.sent_count; sent++) {
			const struct net_frame *frame = &wire.sent[sent % WIRE_FRAMES];
			size_t length = wire.sent_length[sent % WIRE_FRAMES];
			MUST(length >= NET_FRAME_MIN && length <= NET_FRAME_MAX);
			MUST(!(frame->flags & ~NET_CHECK));
			MUST(!(frame->flags & NET_CHECK) || net_check_fits(frame, length));
		}
	}
	return 0;
}
