/* SPDX-License-Identifier: ISC */
/* The virtio network card and its transport: any register, rings that say anything, a link that is full or empty. */
#include "devices/virtio_net.h"
#include "tests/fuzz/device_script.h"
#include "tests/unit/pci_fixture.h"
#include "tests/unit/wire_fixture.h"

enum { RING = 0x1000, RING_STEP = 0x2000, AVAIL = 0x400, USED = 0x800, PACKETS = 0x10000 };

static struct pci_fixture f;
static struct virtio_net card;
static struct wire wire;

static void message(void *owner, uint64_t address, uint32_t data)
{
	(void)owner;
	(void)address;
	(void)data;
}

static void write_modern(uint32_t offset, unsigned size, uint64_t value)
{
	pci_fixture_write(&f, PCI_FIXTURE_MEMORY + (1 << 24) + offset, size, value);
}

/* A driver that negotiates what the input says and has both rings in place, so that the input need not find that. */
static void set_up(struct script *script)
{
	write_modern(20, 1, 0);
	write_modern(20, 1, 3);
	write_modern(8, 4, 0);
	write_modern(12, 4, take(script, 4) & 0x30018023);
	write_modern(8, 4, 1);
	write_modern(12, 4, 1);
	write_modern(20, 1, 11);
	for (unsigned queue = 0; queue < 2; queue++) {
		write_modern(22, 2, queue);
		write_modern(24, 2, 8);
		write_modern(32, 8, RING + queue * RING_STEP);
		write_modern(40, 8, RING + queue * RING_STEP + AVAIL);
		write_modern(48, 8, RING + queue * RING_STEP + USED);
		write_modern(28, 2, 1);
	}
	write_modern(20, 1, 15);
}

static void describe(struct script *script)
{
	uint32_t where = take(script, 1);
	uint8_t *at = f.ram + RING + (where & 1) * RING_STEP + (where >> 1 & 7) * 16;
	uint32_t address = PACKETS + take(script, 2), length = take(script, 2);

	memset(at, 0, 16);
	memcpy(at, &address, 4);
	memcpy(at + 8, &length, 4);
	at[12] = (uint8_t)take(script, 1) & 7;
	at[14] = (uint8_t)take(script, 1) & 15;
	if (where & 0x80)
		at[take(script, 1) & 15] = (uint8_t)take(script, 1);
}

static void offer(struct script *script)
{
	uint32_t what = take(script, 1);
	uint8_t *at = f.ram + RING + (what & 1) * RING_STEP + AVAIL;

	at[4 + (at[2] & 7) * 2] = (uint8_t)(what >> 1 & 15);
	at[2] = (uint8_t)(at[2] + (what & 0x80 ? what >> 5 & 3 : 1));
	bus_write(&f.bus, PCI_FIXTURE_IO + 16, 2, what & 1);
}

static void access_register(struct script *script)
{
	uint32_t what = take(script, 1), offset = take(script, 2);
	unsigned size = 1u << (what & 3);

	if (what & 4) {
		offset &= 63;
		size = size > 4 ? 4 : size;
		if (what & 8)
			bus_write(&f.bus, (uint16_t)(PCI_FIXTURE_IO + offset), size, take(script, size));
		else
			(void)bus_read(&f.bus, (uint16_t)(PCI_FIXTURE_IO + offset), size);
	} else {
		offset = what & 16 ? offset & 63 : offset & 0xfff;
		if (what & 8)
			write_modern(offset, size, take(script, 4));
		else
			(void)pci_fixture_read(&f, PCI_FIXTURE_MEMORY + (1 << 24) + offset, size);
	}
}

static void arrive(struct script *script)
{
	struct net_frame *frame = &wire.waiting[0];
	size_t length = NET_FRAME_MIN + take(script, 2) % (NET_FRAME_MAX - NET_FRAME_MIN + 1);

	frame->flags = take(script, 1) & NET_CHECK;
	frame->check_start = (uint16_t)take(script, 1);
	frame->check_at = (uint16_t)take(script, 1);
	if (!net_check_fits(frame, length))
		frame->flags = 0; /* sdk/net.c lets no other pass */
	wire.waiting_first = 0;
	wire.waiting_count = 1;
	wire.waiting_length[0] = length;
	virtio_net_poll(&card);
}

static void check_sent(uint32_t before)
{
	MUST(wire.sent_count - before <= 257);
	for (; before < wire.sent_count; before++) {
		const struct net_frame *frame = &wire.sent[before % WIRE_FRAMES];
		size_t length = wire.sent_length[before % WIRE_FRAMES];
		MUST(length >= NET_FRAME_MIN && length <= NET_FRAME_MAX);
		MUST(!(frame->flags & NET_CHECK) || net_check_fits(frame, length));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t address[6] = {2, 0, 0, 0, 0, 1};
	struct script script = {data, data + size};
	uint64_t now = 0;
	const struct device_clock clock = {.now_ns = fake_now, .owner = &now};
	const struct net_backend net = wire_backend(&wire);

	wire.sent_count = wire.room = wire.waiting_first = wire.waiting_count = 0;
	virtio_net_init(&card, address, &net, &clock, &(struct msix_sink){message, 0});
	pci_fixture_init(&f);
	MUST(pci_fixture_connect(&f, &card.virtio.function));
	while (more(&script)) {
		uint32_t what = take(&script, 1), sent = wire.sent_count;

		switch (what & 7) {
		case 0:
			set_up(&script);
			break;
		case 1:
		case 2:
			describe(&script);
			break;
		case 3:
			offer(&script);
			break;
		case 4:
			arrive(&script);
			break;
		case 5:
			wire.room = what >> 3;
			break;
		case 6:
			virtio_net_poll(&card);
			break;
		default:
			access_register(&script);
			break;
		}
		MUST(card.parts <= VIRTIO_NET_PARTS && card.in_done <= card.in_length);
		check_sent(sent);
	}
	return 0;
}
