/* SPDX-License-Identifier: ISC */
/* The pages of IDENTIFY DEVICE and IDENTIFY PACKET DEVICE (ATA/ATAPI-6, 8.15 and 8.16): a table of words, and three texts. */
#include "devices/ide.h"

enum { SERIAL = 10, FIRMWARE = 23, MODEL = 27 };
struct word {
	uint16_t number, value;
};

static const struct word disk_words[] = {
        {0, 0x0040}, /* fixed drive */
        {3, 16},      {6, 63},      {47, 0x8000 | IDE_BUFFER / DISK_SECTOR},
        {49, 0x0b00},                             /* IORDY, LBA, DMA */
        {50, 0x4000}, {51, 0x0200}, {53, 0x0003}, /* words 54-58 and 64-70 hold */
        {64, 0x0003},                             /* PIO 3 and 4 */
        {65, 120},    {66, 120},    {67, 120},
        {68, 120},    {80, 0x0070}, /* ATA/ATAPI-4 to 6 */
        {82, 0x4020},               /* NOP would be known; write cache */
        {83, 0x7400},               /* 48 bits, FLUSH CACHE and its EXT form */
        {84, 0x4000}, {86, 0x3400}, {87, 0x4000},
        {93, 0x4001},
};
static const struct word cd_words[] = {
        {0, 0x8580}, /* ATAPI, CD-ROM, removable, DRQ within 50 us, packets of 12 bytes */
        {49, 0x0b00}, {53, 0x0002}, {64, 0x0003}, {65, 120},    {66, 120},    {67, 120},    {68, 120},
        {80, 0x0070}, {82, 0x4010}, {83, 0x4000}, {84, 0x4000}, {85, 0x4010}, {87, 0x4000},
};

static void put(uint8_t page[512], unsigned number, uint32_t value)
{
	page[2 * number] = (uint8_t)value;
	page[2 * number + 1] = (uint8_t)(value >> 8);
}

/* Two characters in a word, the first in its high half, padded with spaces. */
static void put_text(uint8_t page[512], unsigned number, const char *text, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++) {
		page[2 * number + (i ^ 1)] = (uint8_t)(*text ? *text : ' ');
		text += *text ? 1 : 0;
	}
}

static void put_texts(uint8_t page[512], const char *serial, const char *model)
{
	put_text(page, SERIAL, serial, 20);
	put_text(page, FIRMWARE, "1.0", 8);
	put_text(page, MODEL, model, 40);
}

/* Bits 0-2 what it can, 8-10 what is chosen. */
static uint32_t dma_modes(const struct ide_drive *drive)
{
	uint8_t mode = drive->mode;
	return 0x0007 | (mode >= 0x20 && mode <= 0x22 ? UINT32_C(0x100) << (mode - 0x20) : 0);
}

static void put_size(uint8_t page[512], const struct ide_drive *drive)
{
	uint64_t sectors = drive->disk->sectors, small = sectors < 0xfffffff ? sectors : 0xfffffff;
	uint32_t per_cylinder = (uint32_t)drive->heads * drive->sectors_per_track;
	uint64_t cylinders = sectors / per_cylinder < 16383 ? sectors / per_cylinder : 16383;
	uint32_t chs = (uint32_t)(cylinders * per_cylinder);
	uint64_t usual = sectors / (16 * 63) < 16383 ? sectors / (16 * 63) : 16383;
	put(page, 1, (uint32_t)usual);
	put(page, 54, (uint32_t)cylinders);
	put(page, 55, drive->heads);
	put(page, 56, drive->sectors_per_track);
	put(page, 57, chs);
	put(page, 58, chs >> 16);
	put(page, 60, (uint32_t)small);
	put(page, 61, (uint32_t)(small >> 16));
	for (unsigned i = 0; i < 4; i++)
		put(page, 100 + i, (uint32_t)(sectors >> 16 * i));
}

void ide_identify(const struct ide_drive *drive, uint8_t page[512])
{
	const struct word *words = drive->atapi ? cd_words : disk_words;
	unsigned count = drive->atapi ? sizeof cd_words / sizeof *cd_words : sizeof disk_words / sizeof *disk_words;
	__builtin_memset(page, 0, 512);
	for (unsigned i = 0; i < count; i++)
		put(page, words[i].number, words[i].value);
	put(page, 63, dma_modes(drive));
	if (drive->atapi) {
		put_texts(page, "1", "BULKHEAD CD-ROM");
		return;
	}
	put_size(page, drive);
	put(page, 59, drive->multiple ? 0x100u | drive->multiple : 0);
	put(page, 85, drive->write_cache ? 0x4020 : 0x4000);
	put_texts(page, drive->disk->serial[0] ? drive->disk->serial : "1", "BULKHEAD DISK");
}
