/* SPDX-License-Identifier: ISC */
/* The IDE controller: PIO by string instructions and by single ones, the bus master, a packet to the CD-ROM. */
#include "tests/guest/devices/devices.h"

enum { PRIMARY = 0x1f0, SECONDARY = 0x170, DATA = 0, COUNT = 2, LOW = 3, MID = 4, HIGH = 5, DEVICE = 6, STATUS = 7 };
enum { BUSY = 0x80, DRQ = 0x08, ERR = 0x01, SECTOR = 512, DISK_SECTORS = 2048, CD_SECTOR = 2048 };
enum { READ = 0x20, WRITE = 0x30, READ_DMA = 0xc8, WRITE_DMA = 0xca, IDENTIFY = 0xec, PACKET = 0xa0 };
enum { BM_COMMAND = 0, BM_STATUS = 2, BM_TABLE = 4, BM_START = 1, BM_TO_MEMORY = 8, DMA_SECTORS = 5 };

static uint8_t written[DMA_SECTORS * SECTOR], found[DMA_SECTORS * SECTOR];
static struct {
	uint32_t address, bytes;
} table[3] __attribute__((aligned(64)));

static uint8_t wait_ready(uint16_t base)
{
	uint8_t status = in8(base + STATUS);
	while (status & BUSY)
		status = in8(base + STATUS);
	return status;
}

static void command(uint32_t sector, uint8_t count, uint8_t code)
{
	out8(PRIMARY + DEVICE, (uint8_t)(0xe0 | sector >> 24));
	out8(PRIMARY + COUNT, count);
	out8(PRIMARY + LOW, (uint8_t)sector);
	out8(PRIMARY + MID, (uint8_t)(sector >> 8));
	out8(PRIMARY + HIGH, (uint8_t)(sector >> 16));
	out8(PRIMARY + STATUS, code);
}

static void read_words(uint16_t port, void *to, uint32_t words)
{
	__asm__ volatile("rep insw" : "+D"(to), "+c"(words) : "d"(port) : "memory");
}

static void write_words(uint16_t port, const void *from, uint32_t words)
{
	__asm__ volatile("rep outsw" : "+S"(from), "+c"(words) : "d"(port) : "memory");
}

static void test_pio(void)
{
	static uint16_t page[SECTOR / 2];
	unsigned seen = interrupts(VECTOR_PIC + IRQ_IDE);
	pic_mask(IRQ_IDE, false);
	command(0, 0, IDENTIFY);
	await(VECTOR_PIC + IRQ_IDE, seen);
	bool ready = wait_ready(PRIMARY) & DRQ;
	read_words(PRIMARY + DATA, page, SECTOR / 2);
	check(ready && (page[60] | (uint32_t)page[61] << 16) == DISK_SECTORS && (page[49] & 0x300) == 0x300,
	      "IDE: what the disk is");
	fill(written, SECTOR, 1);
	command(7, 1, WRITE);
	ready = (wait_ready(PRIMARY) & (DRQ | ERR)) == DRQ;
	seen = interrupts(VECTOR_PIC + IRQ_IDE);
	write_words(PRIMARY + DATA, written, SECTOR / 2);
	await(VECTOR_PIC + IRQ_IDE, seen);
	ready = ready && !(wait_ready(PRIMARY) & (DRQ | ERR));
	seen = interrupts(VECTOR_PIC + IRQ_IDE);
	command(7, 1, READ);
	await(VECTOR_PIC + IRQ_IDE, seen);
	ready = ready && (wait_ready(PRIMARY) & (DRQ | ERR)) == DRQ;
	for (unsigned i = 0; i < SECTOR / 2; i += 2) { /* one word, and two at a time */
		uint16_t word = in16(PRIMARY + DATA);
		found[2 * i] = (uint8_t)word;
		found[2 * i + 1] = (uint8_t)(word >> 8);
		word = in16(PRIMARY + DATA);
		found[2 * i + 2] = (uint8_t)word;
		found[2 * i + 3] = (uint8_t)(word >> 8);
	}
	check(ready && same(written, found, SECTOR), "IDE: a sector by strings out, by single words in");
}

/* Pieces that do not end where sectors do. */
static bool transfer(uint8_t *data, bool to_memory)
{
	table[0].address = place_of(data);
	table[0].bytes = 700;
	table[1].address = place_of(data) + 700;
	table[1].bytes = 2;
	table[2].address = place_of(data) + 702;
	table[2].bytes = 0x80000000u | (DMA_SECTORS * SECTOR - 702);
	out8(PORTS_IDE + BM_COMMAND, 0);
	out8(PORTS_IDE + BM_STATUS, 6); /* clears error and interrupt */
	out32(PORTS_IDE + BM_TABLE, place_of(table));
	unsigned seen = interrupts(VECTOR_PIC + IRQ_IDE);
	command(100, DMA_SECTORS, to_memory ? READ_DMA : WRITE_DMA);
	out8(PORTS_IDE + BM_COMMAND, to_memory ? BM_START | BM_TO_MEMORY : BM_START);
	await(VECTOR_PIC + IRQ_IDE, seen);
	uint8_t status = in8(PORTS_IDE + BM_STATUS);
	out8(PORTS_IDE + BM_COMMAND, 0);
	return (status & 7) == 4 && !(wait_ready(PRIMARY) & ERR);
}

static void test_dma(void)
{
	place_bar(AT_IDE, 4, PORTS_IDE | 1);
	fill(written, sizeof(written), 2);
	bool good = transfer(written, false);
	good = good && transfer(found, true) && same(written, found, sizeof(written));
	pic_mask(IRQ_IDE, true);
	check(good, "IDE: five sectors by the bus master each way, in odd pieces");
}

/* READ (10) of the first sector: the image is an ELF file, this program's. */
static void test_cd(void)
{
	static const uint8_t packet[12] = {0x28, 0, 0, 0, 0, 0, 0, 0, 1};
	static uint8_t sector[CD_SECTOR];
	out8(SECONDARY + DEVICE, 0);
	out8(SECONDARY + 1, 0);
	out8(SECONDARY + MID, CD_SECTOR & 0xff);
	out8(SECONDARY + HIGH, CD_SECTOR >> 8);
	bool good = false;
	for (unsigned i = 0; i < 3 && !good; i++) { /* a new medium is told as errors first */
		out8(SECONDARY + MID, CD_SECTOR & 0xff);
		out8(SECONDARY + HIGH, CD_SECTOR >> 8);
		out8(SECONDARY + STATUS, PACKET);
		if (!(wait_ready(SECONDARY) & DRQ))
			continue;
		write_words(SECONDARY + DATA, packet, 6);
		good = (wait_ready(SECONDARY) & (DRQ | ERR)) == DRQ;
	}
	if (good)
		read_words(SECONDARY + DATA, sector, CD_SECTOR / 2);
	check(good && same(sector, (const uint8_t *)"\177ELF", 4) && !(wait_ready(SECONDARY) & (DRQ | ERR)),
	      "IDE: a sector of the CD-ROM by a packet");
}

void test_ide(void)
{
	test_pio();
	test_dma();
	test_cd();
}
