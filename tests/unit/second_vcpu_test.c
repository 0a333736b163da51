/* SPDX-License-Identifier: ISC */
/*
 * A guest's other vCPU at its worst: whenever an instruction of a device has touched a descriptor, a table or a request, a word
 * of what it touched is another one until the next such instruction. So what is read twice is not the same twice. Memory has
 * nothing around it: whoever uses what he reads a second time, after he has checked what he read first, ends the test.
 *
 * The pages that are read so cannot be accessed: the fault opens them for one step, and the trap after it lies or takes the
 * lie back, and closes them. tests/guest/attack-rings-smp has a real second vCPU.
 */
#include <signal.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <cmocka.h>
#include "devices/disk_memory.h"
#include "devices/e1000.h"
#include "devices/fw_cfg.h"
#include "devices/virtio_blk.h"
#include "devices/virtio_console.h"
#include "devices/virtio_net.h"
#include "devices/virtio_rng.h"
#include "tests/unit/ide_fixture.h"

enum {
	DESC = 0x1000,
	AVAIL = 0x1100,
	USED = 0x1200,
	QUEUE = 0x1000,
	HEADER = 0x100,
	READ_ONCE = 0x3000,
	DATA = 0x8000
};
enum { TURNS = 500 };
enum { NEXT = 1, WRITE = 2 };
#define AROUND (UINT64_C(16) << 30)
#define COMMON (PCI_FIXTURE_MEMORY + (1u << 24))
#define CARD PCI_FIXTURE_MEMORY

static struct ide_fixture f;
static uint8_t *ram, bytes[0x20000];
static uint64_t now;
static const struct device_clock time_source = {fake_now, &now, 0};
static struct disk disk;
static struct disk_memory memory;
static unsigned queue;
static unsigned complete, sent; /* turns, and frames, that met no lie */

/* --- the other vCPU --- */

#define TRAP_FLAG 0x100
static struct sigaction fault_before, trap_before;
static volatile uint32_t *lied; /* 0: all is as it was written */
static uint32_t truth, any;
static uintptr_t touched;

static uint32_t odd_word(void)
{
	static const uint32_t some[] = {0, 1, 2, 3, 0x10000, 0x20001, 512, 1514, 0x7fffffff, 0x80000000, UINT32_MAX};
	uint32_t what = any >> 4 & 15;
	return what < sizeof some / sizeof *some ? some[what] : what & 1 ? GUEST_BYTES - (any >> 8 & 63) : any;
}

static void guard(bool on)
{
	(void)mprotect(ram, READ_ONCE, on ? PROT_NONE : PROT_READ | PROT_WRITE);
}

static void on_fault(int number, siginfo_t *info, void *context)
{
	touched = (uintptr_t)info->si_addr - (uintptr_t)ram;
	if (touched >= READ_ONCE) { /* beyond the guest's memory: cmocka says so */
		fault_before.sa_handler(number);
		return;
	}
	guard(false);
	((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] |= TRAP_FLAG;
}

static void on_trap(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	any = any * 1664525 + 1013904223;
	if (lied) {
		*lied = truth;
		lied = 0;
	} else if (any >> 30 == 0) {
		lied = (volatile uint32_t *)(ram + (touched & ~(uintptr_t)15)) + (any >> 16 & 3);
		truth = *lied;
		*lied = odd_word();
	}
	guard(true);
	((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] &= ~TRAP_FLAG;
}

/* `again` is what the first vCPU does; of all turns some have met a lie and some none, which `count` says. */
static void together(void (*again)(unsigned turn), const unsigned *count)
{
	struct sigaction fault = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_NODEFER};
	struct sigaction trap = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO};
	any = 1;
	lied = 0;
	sigaction(SIGSEGV, &fault, &fault_before);
	sigaction(SIGTRAP, &trap, &trap_before);
	guard(true);
	for (unsigned turn = 0; turn < TURNS; turn++, now++)
		again(turn);
	guard(false);
	sigaction(SIGSEGV, &fault_before, 0);
	sigaction(SIGTRAP, &trap_before, 0);
	assert_in_range(*count, 1, TURNS - 1);
}

static int fresh(void **state)
{
	(void)state;
	complete = sent = queue = 0;
	if (!ram) {
		ram = mmap(0, 2 * AROUND, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		assert_ptr_not_equal(ram, MAP_FAILED);
		ram += AROUND;
		assert_int_equal(mprotect(ram, GUEST_BYTES, PROT_READ | PROT_WRITE), 0);
	}
	memset(ram, 0, GUEST_BYTES);
	ide_fixture_init(&f);
	f.pci.memory = (struct guest_memory){0};
	guest_memory_add(&f.pci.memory, 0, GUEST_BYTES, ram);
	disk = (struct disk){0};
	disk_memory_init(&memory, &disk, bytes, sizeof(bytes), false);
	return 0;
}

static void put(uint32_t at, uint64_t value, unsigned size)
{
	memcpy(ram + at, &value, size);
}

/* --- virtio --- */

static struct virtio *virtio;
static const struct msix_sink nobody = {0};

static void write_common(uint32_t offset, unsigned size, uint64_t value)
{
	pci_fixture_write(&f.pci, COMMON + offset, size, value);
}

static void descriptor(unsigned number, uint64_t address, uint32_t length, unsigned flags)
{
	uint32_t at = DESC + queue * QUEUE + number * 16;
	put(at, address, 8);
	put(at + 8, length, 4);
	put(at + 12, flags | (number + 1) << 16, 4);
}

static void start(void)
{
	write_common(20, 1, 0);
	write_common(20, 1, 3);
	write_common(8, 4, 1);
	write_common(12, 4, 1);
	write_common(20, 1, 11);
	for (unsigned i = 0; i < virtio->type->queues; i++) {
		uint32_t at = i * QUEUE;
		memset(ram + AVAIL + at, 0, 64);
		memset(ram + USED + at, 0, 128);
		write_common(22, 2, i);
		write_common(24, 2, 8);
		write_common(32, 8, DESC + at);
		write_common(40, 8, AVAIL + at);
		write_common(48, 8, USED + at);
		write_common(28, 2, 1);
	}
	write_common(20, 1, 15);
}

/* One more of the same chain; a device that was told nonsense begins anew. */
static void offer(unsigned turn)
{
	if (turn == 0 || virtio->status & VIRTIO_NEEDS_RESET)
		start();
	put(AVAIL + queue * QUEUE + 2, virtio->queue[queue].next_avail + 1u, 2);
	bus_write(&f.pci.bus, PCI_FIXTURE_IO + 16, 2, queue);
	complete += !(virtio->status & VIRTIO_NEEDS_RESET);
}

static void drive(struct virtio *device, unsigned number)
{
	virtio = device;
	queue = number;
	pci_config_write(&f.pci.pci, PCI_FIXTURE_DEVICE * 8, PCI_COMMAND, 2, 0); /* its BARs are the IDE function's */
	assert_int_equal(pci_connect(&f.pci.pci, 6, 0, &device->function), OK);
	pci_config_write(&f.pci.pci, 6 * 8, PCI_BAR, 4, PCI_FIXTURE_IO);
	pci_config_write(&f.pci.pci, 6 * 8, PCI_BAR + 4, 4, COMMON);
	pci_config_write(&f.pci.pci, 6 * 8, PCI_COMMAND, 2, 7);
	together(offer, &complete);
}

static void a_virtio_disk_uses_what_it_checked(void **state)
{
	static struct virtio_blk block;
	(void)state;
	memset(&block, 0, sizeof(block));
	virtio_blk_init(&block, &disk, &time_source, &nobody);
	descriptor(0, HEADER, 16, NEXT);
	descriptor(1, DATA, 1024, NEXT | WRITE);
	descriptor(2, DATA + 4096, 1, WRITE);
	drive(&block.virtio, 0);
}

static void an_entropy_device_uses_what_it_checked(void **state)
{
	static struct virtio_rng rng;
	(void)state;
	memset(&rng, 0, sizeof(rng));
	virtio_rng_init(&rng, 42, 0, &time_source, &nobody);
	descriptor(0, DATA, 40, NEXT | WRITE);
	descriptor(1, DATA + 64, 40, WRITE);
	drive(&rng.virtio, 0);
}

static size_t swallow(void *owner, const uint8_t *text, size_t count)
{
	(void)owner;
	(void)text;
	return count;
}

static size_t give(void *owner, uint8_t *text, size_t count)
{
	(void)owner;
	memset(text, 'x', count);
	return count;
}

static void a_virtio_console_uses_what_it_checked(void **state)
{
	static struct virtio_console console;
	const struct serial_backend backend = {.write = swallow, .read = give};
	for (unsigned i = 0; i < 2; i++) {
		fresh(state);
		memset(&console, 0, sizeof(console));
		virtio_console_init(&console, &backend, &time_source, &nobody);
		queue = i;
		descriptor(0, DATA, 40, NEXT | (i ? 0 : WRITE));
		descriptor(1, DATA + 64, 40, i ? 0 : WRITE);
		drive(&console.virtio, i);
	}
}

static bool send(void *owner, struct net_frame *frame, size_t length)
{
	(void)owner;
	sent += length == 200; /* the plain packet, as it was meant */
	return frame->bytes[length - 1] <= 255;
}

static size_t receive(void *owner, struct net_frame *frame)
{
	(void)owner;
	memset(frame, 0xff, sizeof(*frame));
	frame->flags = 0;
	return now % 2 ? 0 : 300;
}
static const struct net_backend wire = {send, receive, 0, 0};
static const uint8_t address[NET_ADDRESS_BYTES] = {2, 0, 0, 0, 0, 1};

static void a_virtio_card_uses_what_it_checked(void **state)
{
	static struct virtio_net card;
	for (unsigned i = 0; i < 2; i++) {
		fresh(state);
		virtio_net_init(&card, address, &wire, &time_source, &nobody);
		queue = i;
		descriptor(0, DATA, 112, NEXT | (i ? 0 : WRITE));
		descriptor(1, DATA + 0x1000, 400, i ? 0 : WRITE);
		drive(&card.virtio, i);
	}
}

/* --- the others --- */

static struct e1000 card;

static void out(uint32_t offset, uint32_t value)
{
	e1000_write(&card, offset, 4, value);
}

/* Rings of eight. To transmit there are contexts, packets that become segments, and plain ones; there is always one to
 * receive. */
static void use_card(unsigned turn)
{
	unsigned before = sent;
	if (turn % 64 == 0) {
		out(E1000_CTRL, E1000_CTRL_RST);
		out(E1000_TDBAL, DESC);
		out(E1000_TDLEN, 128);
		out(E1000_RDBAL, DESC + QUEUE);
		out(E1000_RDLEN, 128);
		out(E1000_TCTL, E1000_TCTL_EN);
		out(E1000_RCTL, E1000_RCTL_EN | E1000_RCTL_UPE | E1000_RCTL_BAM);
	}
	out(E1000_TDT, (turn * 7 + 7) % 8);
	out(E1000_RDT, (turn * 3 + 6) % 8);
	complete += sent - before >= 3; /* of the seven descriptors so many are plain ones */
}

static void a_card_uses_what_it_checked(void **state)
{
	(void)state;
	e1000_init(&card, address, &wire, &time_source);
	pci_config_write(&f.pci.pci, PCI_FIXTURE_DEVICE * 8, PCI_COMMAND, 2, 0);
	assert_int_equal(pci_connect(&f.pci.pci, 6, 0, &card.pci), OK);
	pci_config_write(&f.pci.pci, 6 * 8, PCI_COMMAND, 2, 7);
	for (unsigned i = 0; i < 8; i++) {
		descriptor(i, DATA + i * 0x400, i % 4 == 0 ? 0x24000000u : 0x0b000000u | 200, 0);
		if (i % 4 == 0)
			put(DESC + 16 * i + 12, 60u << 16 | 20u << 8, 4);
		else if (i % 4 == 1)
			put(DESC + 16 * i + 8, 0x2d100000u | 300, 4);
		put(DESC + QUEUE + 16 * i, DATA + 0x4000 + i * 0x800, 8);
	}
	together(use_card, &complete);
}

static void command(uint8_t code)
{
	bus_write(&f.pci.bus, BUS_MASTER, 1, 0);
	bus_write(&f.pci.bus, BUS_MASTER + 4, 4, DESC);
	bus_write(&f.pci.bus, PRIMARY + 6, 1, 0xe0);
	bus_write(&f.pci.bus, PRIMARY + 2, 1, 3);
	bus_write(&f.pci.bus, PRIMARY + 7, 1, code);
	bus_write(&f.pci.bus, BUS_MASTER, 1, 9);
}

static void use_ide(unsigned turn)
{
	command(turn % 2 ? 0xc8 : 0xca);
	complete += (bus_read(&f.pci.bus, PRIMARY + 7, 1) & 0x89) == 0;
}

static void the_bus_master_uses_what_it_checked(void **state)
{
	(void)state;
	ide_disk(&f.ide, 0, &disk);
	for (uint32_t i = 0; i < 3; i++) {
		put(DESC + 8 * i, DATA + i * 0x1000, 4);
		put(DESC + 8 * i + 4, 512 | (i == 2 ? 0x80000000u : 0), 4);
	}
	together(use_ide, &complete);
}

static struct fw_cfg fw_cfg;

static void use_fw_cfg(unsigned turn)
{
	const uint8_t request[16] = {0, 0x20, 0, 8 | 2, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, DATA >> 8, 0};
	(void)turn;
	memcpy(ram + HEADER, request, sizeof(request));
	bus_write(&f.pci.bus, 0x514, 4, 0);
	bus_write(&f.pci.bus, 0x518, 4, __builtin_bswap32(HEADER));
	complete += !memcmp(ram + HEADER, "\0\0\0", 4);
}

static void fw_cfg_uses_what_it_checked(void **state)
{
	(void)state;
	fw_cfg_init(&fw_cfg, &f.pci.memory);
	assert_true(fw_cfg_add_file(&fw_cfg, "file", bytes, 2000, 0));
	assert_int_equal(fw_cfg_attach(&fw_cfg, &f.pci.bus), OK);
	together(use_fw_cfg, &complete);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test_setup(a_virtio_disk_uses_what_it_checked, fresh),
	        cmocka_unit_test_setup(an_entropy_device_uses_what_it_checked, fresh),
	        cmocka_unit_test(a_virtio_console_uses_what_it_checked),
	        cmocka_unit_test(a_virtio_card_uses_what_it_checked),
	        cmocka_unit_test_setup(a_card_uses_what_it_checked, fresh),
	        cmocka_unit_test_setup(the_bus_master_uses_what_it_checked, fresh),
	        cmocka_unit_test_setup(fw_cfg_uses_what_it_checked, fresh),
	};
	return cmocka_run_group_tests(tests, 0, 0);
}
